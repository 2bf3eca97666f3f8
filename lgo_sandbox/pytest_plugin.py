"""pytest plugin of the sandbox: placeholder of the entry point until the fixtures are written in this module."""
