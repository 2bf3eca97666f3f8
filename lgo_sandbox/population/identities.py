"""A fictitious patient as documents name him. Source: design of the project (people); knows no document."""

from __future__ import annotations

from health_documents.values.document import PatientIdentity
from lgo_sandbox.population.people import Patient

__all__ = ["identity_of"]


def identity_of(patient: Patient) -> PatientIdentity:
    """Return the identity that a document of a patient bears: INS, traits, address."""
    return PatientIdentity(
        matricule=patient.matricule,
        oid=patient.oid,
        birth_name=patient.birth_name,
        first_names=patient.first_names,
        sex=patient.sex,
        birth_date=patient.birth_date,
        birth_place=patient.birth_place,
        used_name=patient.used_name,
        used_first_name=patient.used_first_name,
        address=patient.address,
        postal_code=patient.postal_code,
        city=patient.city,
        phone=patient.phone,
    )
