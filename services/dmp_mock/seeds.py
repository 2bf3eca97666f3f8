"""What exists at the start: the DMP of each person and who may read it, as their tags say.

Source: docs/sources/dmp.md#autorisation; the people are the project's own. No document: those come by TD2.1.
Authorisations: the team of the officine and the généraliste (médecin traitant of all), unless a tag says otherwise; the
professional of the published samples, by the official patients.
"""

from __future__ import annotations

from collections.abc import Iterator

from dmp_mock.codes import patients as codes
from dmp_mock.codes.patients import Authorisation, DmpStatus
from lgo_sandbox.population.people import Patient, Population
from lgo_sandbox.tenant.session import Session

__all__ = ["OFFICINE", "TREATING_DOCTOR", "authorisations", "seed", "status_of"]

OFFICINE, TREATING_DOCTOR, BLOCKED_PERSONA = "officine", "generaliste", "titulaire"


def status_of(patient: Patient) -> DmpStatus:
    """Return the state of a person's DMP."""
    if codes.TAG_ABSENT in patient.tags:
        return DmpStatus.ABSENT
    return DmpStatus.CLOSED if codes.TAG_CLOSED in patient.tags else DmpStatus.ACTIVE


def authorisations(patient: Patient, people: Population) -> Iterator[tuple[str, Authorisation]]:
    """Yield who may read a person's DMP, or is blocked, by PS_IdNat."""
    yield people.persona(TREATING_DOCTOR).national_id, Authorisation.VALID
    if codes.TAG_OFFICIAL in patient.tags:
        for professional in people.professionals:
            if codes.TAG_OF_SAMPLES in professional.tags:
                yield professional.national_id, Authorisation.VALID
    if patient.tags & {codes.TAG_UNAUTHORISED, codes.TAG_OPPOSED}:
        return
    blocked = people.persona(BLOCKED_PERSONA).national_id if codes.TAG_BLOCKED in patient.tags else ""
    for professional in people.professionals:
        if professional.structure == OFFICINE:
            is_blocked = professional.national_id == blocked
            yield professional.national_id, Authorisation.BLOCKED if is_blocked else Authorisation.VALID


def seed(session: Session) -> None:
    """Fill a new store."""
    from dmp_mock.store import AuthorisationRow, PatientRow

    people = session.people
    treating = people.persona(TREATING_DOCTOR).national_id
    with session.db.transaction() as db:
        for patient in people.patients:
            status = status_of(patient)
            if not patient.matricule or status is DmpStatus.ABSENT:
                continue
            opposed = codes.TAG_FEED_OPPOSED in patient.tags
            db.add(PatientRow(matricule=patient.matricule, status=status.value, mt=treating, feed_opposed=opposed))
            for holder, value in authorisations(patient, people):
                db.add(AuthorisationRow(matricule=patient.matricule, holder=holder, value=value.value))
