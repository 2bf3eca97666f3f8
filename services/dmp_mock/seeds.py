"""What exists at the start: the DMP of each person and who may read it, as their tags say.

Source: docs/sources/dmp.md#autorisation; the people are the project's own. No document: those come by TD2.1.
Authorisations: the team of the officine and the généraliste (médecin traitant of all), unless a tag says otherwise; the
professional of the published samples, by the official patients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from dmp_mock.codes import patients as codes
from dmp_mock.codes.patients import Authorisation, DmpStatus
from lgo_sandbox.population.people import Patient, Population, population
from lgo_sandbox.state.schema import Migration
from lgo_sandbox.tenant.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dmp_mock.store import AuthorisationRow, PatientRow

__all__ = ["MIGRATIONS", "OFFICINE", "TREATING_DOCTOR", "authorisations", "seed", "status_of"]

OFFICINE, TREATING_DOCTOR, BLOCKED_PERSONA = "officine", "generaliste", "titulaire"
SECOND_PUBLISHED = "153078987658513"
"""The patient of the published samples that came with the second release of the seeds."""
OF_DISPENSATION = "277076322082910"
"""The patient of the published dispensation (eDISP), whose matricule came with the third."""


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
    with session.db.transaction() as db:
        db.add_all(_rows(session.people, session.people.patients))


def _rows(people: Population, patients: Iterable[Patient]) -> Iterator[PatientRow | AuthorisationRow]:
    from dmp_mock.store import AuthorisationRow, PatientRow

    treating = people.persona(TREATING_DOCTOR).national_id
    for patient in patients:
        status = status_of(patient)
        if not patient.matricule or status is DmpStatus.ABSENT:
            continue
        opposed = codes.TAG_FEED_OPPOSED in patient.tags
        yield PatientRow(matricule=patient.matricule, status=status.value, mt=treating, feed_opposed=opposed)
        for holder, value in authorisations(patient, people):
            yield AuthorisationRow(matricule=patient.matricule, holder=holder, value=value.value)


def add_official_people(connection: Connection) -> None:
    """Add the DMP of the second published patient, and what the professional of the samples may read, if not there."""
    people = population()
    of_samples = {one.national_id for one in people.professionals if codes.TAG_OF_SAMPLES in one.tags}
    _add(connection, lambda row: row.matricule == SECOND_PUBLISHED or getattr(row, "holder", "") in of_samples)


def add_patient_of_the_dispensation(connection: Connection) -> None:
    """Add the DMP of the patient of the published dispensation, who had an invented matricule before."""
    _add(connection, lambda row: row.matricule == OF_DISPENSATION)


def _add(connection: Connection, is_wanted: Callable[[PatientRow | AuthorisationRow], bool]) -> None:
    from sqlalchemy import insert, select

    people = population()
    for row in filter(is_wanted, _rows(people, people.patients)):
        table = type(row).__table__  # type: ignore[union-attr]
        key = [column == getattr(row, column.name) for column in table.primary_key]
        if connection.execute(select(table).where(*key)).first() is None:
            connection.execute(insert(table).values({column.name: getattr(row, column.name) for column in table.c}))


MIGRATIONS = (
    Migration(1, "the people of the published samples", seeds=add_official_people),
    Migration(2, "the patient of the published dispensation", seeds=add_patient_of_the_dispensation),
)
