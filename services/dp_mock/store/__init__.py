"""What the service keeps of a session: dossiers, dispensations, refusals, traces, recalls and requests.

Source: design of the project (State). Knows values, no rule, no wire.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import MetaData, delete
from sqlmodel import Session as Transaction
from sqlmodel import col, func, select

from dp_mock import codes
from dp_mock.codes.states import State
from dp_mock.domain.values import Dispensation, Dossier, Recall, Refused, Supply, Trace
from dp_mock.store.rows import (
    dispensation_of,
    dossier_of,
    recall_of,
    row_of_dispensation,
    row_of_dossier,
    row_of_recall,
    supply_of,
)
from dp_mock.store.tables import (
    AcknowledgementRow,
    Base,
    DispensationRow,
    DossierRow,
    RecallRow,
    RefusalRow,
    SupplyRow,
    TraceRow,
)
from lgo_sandbox.tenant.session import Session

__all__ = [
    "Transaction",
    "acknowledge",
    "add_dispensation",
    "add_recall",
    "add_trace",
    "dispensation",
    "dispensations",
    "dossier",
    "dossiers",
    "erase",
    "exclusive",
    "put_dossier",
    "put_seeds",
    "put_supply",
    "recalls",
    "refuse",
    "refused_until",
    "supplies",
    "supply",
    "tables",
    "traces",
]


def tables() -> tuple[MetaData, ...]:
    """Return the metadata of this store."""
    return (Base.metadata,)


@contextmanager
def exclusive(session: Session) -> Iterator[Transaction]:
    """Open a transaction that reads and writes alone. The first one of a session dates the seeds, apart."""
    if session.db.rows("SELECT 1 FROM dp_dossier WHERE since = '' LIMIT 1"):
        with session.db.transaction(alone=True) as transaction:
            _date_seeds(transaction, session)
    with session.db.transaction(alone=True) as transaction:
        yield transaction


def dossier(transaction: Transaction, matricule: str, now: datetime) -> Dossier:
    """Return the dossier of a patient; one in the state UNKNOWN when there is none."""
    row = transaction.get(DossierRow, matricule)
    return dossier_of(row) if row else Dossier(matricule, State.UNKNOWN, now)


def dossiers(transaction: Transaction) -> list[Dossier]:
    """Return the first dossiers, by matricule."""
    query = select(DossierRow).order_by(col(DossierRow.matricule)).limit(codes.MAX_SHOWN)
    return [dossier_of(row) for row in transaction.exec(query).all()]


def put_dossier(transaction: Transaction, one: Dossier) -> None:
    """Write a dossier, new or changed. Raises Refused when the store is full."""
    if transaction.get(DossierRow, one.matricule) is None:
        _refuse_when_full(transaction, DossierRow, codes.MAX_PATIENTS)
    transaction.merge(row_of_dossier(one))


def erase(transaction: Transaction, matricule: str) -> int:
    """Erase all that a dossier holds; return how many dispensations that was."""
    count = len(dispensations(transaction, matricule))
    for table in (DispensationRow, TraceRow, RefusalRow):
        transaction.execute(delete(table).where(col(table.matricule) == matricule))
    return count


def dispensations(transaction: Transaction, matricule: str) -> list[Dispensation]:
    """Return all that was dispensed to a patient, oldest first."""
    query = select(DispensationRow).where(col(DispensationRow.matricule) == matricule)
    return [dispensation_of(row) for row in transaction.exec(query.order_by(col(DispensationRow.at))).all()]


def dispensation(transaction: Transaction, structure: str, identifier: str) -> Dispensation | None:
    """Return the dispensation that a structure gave an identifier."""
    row = transaction.get(DispensationRow, (identifier, structure))
    return dispensation_of(row) if row else None


def add_dispensation(transaction: Transaction, one: Dispensation) -> None:
    """Write a new dispensation. Raises Refused when the store is full."""
    _refuse_when_full(transaction, DispensationRow, codes.MAX_DISPENSATIONS)
    transaction.add(row_of_dispensation(one))
    transaction.flush()


def refuse(transaction: Transaction, matricule: str, structure: str, scope: str, until: datetime) -> None:
    """Write a refusal of the patient."""
    transaction.merge(RefusalRow(matricule=matricule, structure=structure, scope=scope, until=until.isoformat()))


def refused_until(
    transaction: Transaction, matricule: str, structure: str, scope: str, now: datetime
) -> datetime | None:
    """Return until when the patient refuses, None when he does not now."""
    row = transaction.get(RefusalRow, (matricule, structure, scope))
    until = datetime.fromisoformat(row.until) if row else now
    return until if until > now else None


def add_trace(transaction: Transaction, matricule: str, one: Trace) -> None:
    """Write an intervention; the oldest ones of a patient make room."""
    kept = select(TraceRow.id).where(col(TraceRow.matricule) == matricule).order_by(col(TraceRow.id))
    numbers = transaction.exec(kept).all()
    for number in numbers[: max(0, len(numbers) + 1 - codes.MAX_TRACES)]:
        transaction.execute(delete(TraceRow).where(col(TraceRow.id) == number))
    transaction.add(TraceRow(matricule=matricule, **{**asdict(one), "at": one.at.isoformat()}))


def traces(transaction: Transaction, matricule: str) -> list[Trace]:
    """Return the interventions on a dossier, newest first."""
    query = select(TraceRow).where(col(TraceRow.matricule) == matricule).order_by(col(TraceRow.id).desc())
    return [
        Trace(datetime.fromisoformat(row.at), row.structure, row.actor, row.operation, row.detail)
        for row in transaction.exec(query).all()
    ]


def add_recall(transaction: Transaction, one: Recall) -> None:
    """Publish a recall."""
    transaction.add(row_of_recall(one))


def recalls(transaction: Transaction, structure: str) -> list[Recall]:
    """Return the recalls for an officine, oldest first, with when it acknowledged them; all recalls without one."""
    query = select(RecallRow).order_by(col(RecallRow.at), col(RecallRow.number))
    if structure:
        query = query.where(col(RecallRow.structure).in_(("", structure)))
    read = select(AcknowledgementRow).where(col(AcknowledgementRow.structure) == structure)
    acknowledged = {row.number: datetime.fromisoformat(row.at) for row in transaction.exec(read).all()}
    return [recall_of(row, acknowledged.get(row.number)) for row in transaction.exec(query).all()]


def acknowledge(transaction: Transaction, number: str, structure: str, actor: str, at: datetime) -> None:
    """Write that an officine has read a recall."""
    transaction.add(AcknowledgementRow(number=number, structure=structure, actor=actor, at=at.isoformat()))


def supply(transaction: Transaction, number: str) -> Supply | None:
    """Return a request for an emergency supply."""
    row = transaction.get(SupplyRow, number)
    return supply_of(row) if row else None


def supplies(transaction: Transaction) -> list[Supply]:
    """Return the first requests, oldest first."""
    query = select(SupplyRow).order_by(col(SupplyRow.at), col(SupplyRow.number)).limit(codes.MAX_SHOWN)
    return [supply_of(row) for row in transaction.exec(query).all()]


def put_supply(transaction: Transaction, one: Supply) -> None:
    """Write a request, new or answered."""
    transaction.merge(SupplyRow(**{**asdict(one), "at": one.at.isoformat()}))


def put_seeds(
    transaction: Transaction,
    dossiers: list[tuple[Dossier, int, int]],
    dispensed: list[tuple[Dispensation, int | None]],
    recalled: list[tuple[Recall, int]],
) -> None:
    """Write what exists at the start: each with its age in days, a dossier with the days left to oppose as well.

    A dispensation without an age keeps its date.
    """
    for one, age, left in dossiers:
        row = row_of_dossier(one)
        row.since, row.until, row.seed_age, row.seed_left = "", "", age, left
        transaction.add(row)
    for given, days in dispensed:
        entry = row_of_dispensation(given)
        if days is not None:
            entry.at, entry.seed_age = "", days
        transaction.add(entry)
    for recall, days_ago in recalled:
        message = row_of_recall(recall)
        message.at, message.seed_age = "", days_ago
        transaction.add(message)


def _date_seeds(transaction: Transaction, session: Session) -> None:
    """Date the seeds by the clock of the session, and plan the creation of those who may still oppose."""
    now = session.clock.age()
    for row in transaction.exec(select(DossierRow).where(col(DossierRow.since) == "")).all():
        row.since = (now - timedelta(days=row.seed_age)).isoformat()
        if row.seed_left:
            until = now + timedelta(days=row.seed_left)
            row.until = until.isoformat()
            row.event = session.agenda.at(until, f"dp.{codes.CREATION}", row.matricule, within=transaction)
        transaction.add(row)
    for entry in transaction.exec(select(DispensationRow).where(col(DispensationRow.at) == "")).all():
        entry.at = (now - timedelta(days=entry.seed_age)).isoformat()
        transaction.add(entry)
    for message in transaction.exec(select(RecallRow).where(col(RecallRow.at) == "")).all():
        message.at = (now - timedelta(days=message.seed_age)).isoformat()
        transaction.add(message)


def _refuse_when_full(transaction: Transaction, table: type[Base], limit: int) -> None:
    count = transaction.exec(select(func.count()).select_from(table)).one()
    if count >= limit:
        kept, most = f"{count} enregistrements", f"{limit} enregistrements au plus"
        raise Refused("base-pleine", kept, received=kept, expected=most, where="session")
