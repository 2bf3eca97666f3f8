"""Bytes ⇄ values: the only room that knows FHIR JSON.

Source: specs/eprescription.md §4 (code systems), §8 (simulated contract).
"""
