"""What tests share: a sandbox that runs, its tenants, stand-ins for other services, typed clients of the wires."""
