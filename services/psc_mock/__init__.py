"""Pro Santé Connect, simulated: OpenID Connect provider and e-CPS simulator. See README.md."""
