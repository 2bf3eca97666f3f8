"""Bytes ⇄ values: the only room that knows FHIR JSON. Source: specs/eprescription.md §4 (systems), §8 (simulated contract)."""
