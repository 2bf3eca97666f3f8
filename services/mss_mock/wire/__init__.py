"""What the operator reads and writes: SASL responses, mail, delivery reports, FHIR, configuration files."""
