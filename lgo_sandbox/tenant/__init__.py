"""A session is a tenant: its registry, configuration, clock, identifiers, armed faults."""
