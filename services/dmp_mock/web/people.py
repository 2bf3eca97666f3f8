"""The names of those who act on a DMP, as pages show them.

Source: the reference people and their representatives. Knows no page.
"""

from __future__ import annotations

from lgo_sandbox.population.people import Patient, Population, Structure
from lgo_sandbox.population.representatives import REPRESENTATIVES, Representative

__all__ = ["Named", "full_name", "named", "representative"]

Named = tuple[str, str]
"""A name, and what the person is."""


def full_name(patient: Patient) -> str:
    """Return the name of a patient as he uses it."""
    first = patient.used_first_name or (patient.first_names[0] if patient.first_names else "")
    return f"{first.title()} {patient.used_name or patient.birth_name}".strip()


def representative(slug: str) -> Representative | None:
    """Return a legal representative by slug."""
    return next((one for one in REPRESENTATIVES if one.id == slug), None)


def named(people: Population, holder: str, structure: str = "", of: str = "") -> Named:
    """Return the name of whoever has this number or slug, and what he is to the record ``of`` a matricule."""
    place = people.structure_numbered(structure) or people.structure_numbered(holder)
    if (professional := people.professional(holder)) is not None:
        return professional.name, f"{professional.label}{_at(place)}"
    if (patient := people.patient(holder)) is not None:
        parent = next((one for one in REPRESENTATIVES if one.patient == patient.id), None)
        return full_name(patient), "titulaire du dossier" if of in ("", holder) or parent is None else _parent(parent)
    if (parent := representative(holder)) is not None:
        return parent.name, _parent(parent)
    return (place.name, "structure") if place else (holder, "")


def _parent(one: Representative) -> str:
    return "représentant légal" if one.sex == "M" else "représentante légale"


def _at(place: Structure | None) -> str:
    return f", {place.name}" if place else ""
