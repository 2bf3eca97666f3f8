"""Bytes ⇄ values: the only room that knows FHIR JSON.

Source: docs/sources/eprescription.md#contrat-simule.
"""
