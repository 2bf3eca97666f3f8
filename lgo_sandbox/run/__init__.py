"""What runs a sandbox: assembly, launcher, ready-file, pytest plugin."""
