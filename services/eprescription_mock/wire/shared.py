"""What a request and a dispense have in common: patient, posology in words, duration, references that lead nowhere.

Source: docs/sources/eprescription.md (posologie, sens); HL7 FHIR R4. Knows no rule but the form.
"""

from __future__ import annotations

from collections.abc import Iterator

from eprescription_mock import codes
from eprescription_mock.facts import Tolerance
from eprescription_mock.wire.parts import Json, References, identifier_of, invalid, member, objects, text, whole
from health_documents.identifiers import OID_PS_IDNAT, ROOTS_OF_INS

__all__ = ["DAYS_OF_UNIT", "PERSON_SYSTEMS", "days_of", "led_nowhere", "posology_of", "subject_of"]

OID = "urn:oid:"
INS_SYSTEMS = tuple(f"{OID}{root}" for root in sorted(ROOTS_OF_INS))
PERSON_SYSTEMS = (f"{OID}{OID_PS_IDNAT}", "https://rpps.esante.gouv.fr")
DAYS_OF_UNIT = {"d": 1, "wk": 7}


def subject_of(resource: Json, references: References, kind: str) -> tuple[str, str]:
    where = f"{kind}.subject"
    return identifier_of(member(resource, "subject", kind), references, where, resource, INS_SYSTEMS)


def led_nowhere(resources: list[Json], name: str, references: References) -> Iterator[Tolerance]:
    """Yield the references of a member that name nobody whom the service could compare."""
    for resource in resources:
        kind = resource["resourceType"]
        link = member(resource, name, kind)
        reference = text(link, "reference", kind)
        if reference and not link.get("identifier") and not references.resolved(reference, resource):
            expected = "un identifier, ou une ressource jointe à la requête"
            yield Tolerance(where=f"{kind}.{name}", received=f"{reference}, non comparé", expected=expected)


def posology_of(resource: Json, where: str) -> str:
    instructions = objects(resource, "dosageInstruction", where)
    written = " ; ".join(filter(None, (text(one, "text", f"{where}.dosageInstruction") for one in instructions)))
    return written or _rendered(resource, where)


def _rendered(resource: Json, where: str) -> str:
    extensions = objects(resource, "extension", where)
    words = (text(one, "valueMarkdown", where) for one in extensions if one.get("url") == codes.EXTENSION_RENDERED)
    return next(words, "")


def days_of(duration: Json, where: str) -> int:
    if not duration:
        return 0
    unit = text(duration, "code", where) or text(duration, "unit", where)
    if unit not in DAYS_OF_UNIT:
        expected = "une durée en jours (d) ou en semaines (wk) est attendue"
        raise invalid(where, expected, unit or None)
    return whole(duration, "value", where) * DAYS_OF_UNIT[unit]
