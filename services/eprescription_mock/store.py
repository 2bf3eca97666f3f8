"""What the service keeps of a session: prescriptions, executions, and answers to requests that may come again.

Source: design of the project (State). Knows values, no rule, no wire.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy.orm
from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel import Session as Transaction

from eprescription_mock.codes import MAX_ANSWERS, MAX_EXECUTIONS, MAX_PRESCRIPTIONS
from eprescription_mock.domain.values import Dispense, Execution, Hold, Line, Prescription, Refused
from lgo_sandbox.state.kept import Kept
from lgo_sandbox.tenant.session import Session

__all__ = [
    "Transaction",
    "answer_to",
    "current",
    "exclusive",
    "find",
    "keep_answer",
    "listed",
    "of_group",
    "put",
    "put_seed",
    "tables",
]


class Base(SQLModel, registry=sqlalchemy.orm.registry()):
    """The tables of this service and no other's."""


class PrescriptionRow(Base, table=True):
    """A prescription. A seeded one has no date until the service is first used: only its age in days."""

    __tablename__ = "eprescription_prescription"

    numero: str = Field(primary_key=True)
    prescriber: str
    structure: str
    matricule: str = Field(index=True)
    root: str
    prescribed_at: str = Field(default="", index=True)
    valid_until: str = ""
    seed_age: int = 0
    seed_validity: int = 0
    authored_on: str = ""
    group: str = Field(default="", index=True)
    further: str = ""
    kinds: str = "[]"
    lines: str
    dispenser: str = ""
    cancelled: bool = False
    replaced_by: str = ""
    opposed: bool = False
    holder: str = ""
    holder_actor: str = ""
    secret: str = ""
    held_at: str = ""


class ExecutionRow(Base, table=True):
    """An execution. A seeded one has an age in days until the service is first used."""

    __tablename__ = "eprescription_execution"

    receipt: str = Field(primary_key=True)
    numero: str = Field(foreign_key="eprescription_prescription.numero", index=True)
    position: int
    structure: str
    actor: str
    at: str = ""
    seed_age: int = 0
    dispenses: str
    cancelled: bool = False
    invoice: str = ""


class _Kept(NamedTuple):
    """A row of prescriptions, read without the mapper."""

    numero: str
    prescriber: str
    structure: str
    matricule: str
    root: str
    prescribed_at: str
    valid_until: str
    authored_on: str
    group: str
    further: str
    kinds: str
    lines: str
    dispenser: str
    cancelled: int
    replaced_by: str
    opposed: int
    holder: str
    holder_actor: str
    secret: str
    held_at: str


class _KeptExecution(NamedTuple):
    """A row of executions, read without the mapper."""

    receipt: str
    structure: str
    actor: str
    at: str
    dispenses: str
    cancelled: int
    invoice: str


def _columns(kept: type[_Kept] | type[_KeptExecution]) -> str:
    return ", ".join(f'"{name}"' for name in kept._fields)


_PRESCRIPTION = f"SELECT {_columns(_Kept)} FROM eprescription_prescription WHERE numero = ?"
_EXECUTIONS = f"SELECT {_columns(_KeptExecution)} FROM eprescription_execution WHERE numero = ? ORDER BY position"
_CURRENT: Kept[Prescription | None] = Kept(limit=1_000)


class AnswerRow(Base, table=True):
    """The answer given to a request that named itself."""

    __tablename__ = "eprescription_answer"

    key: str = Field(primary_key=True)
    digest: str
    status: int
    body: bytes


def tables() -> tuple[MetaData, ...]:
    """Return the metadata of this store."""
    return (Base.metadata,)


@contextmanager
def exclusive(session: Session) -> Iterator[Transaction]:
    """Open a transaction that reads and writes alone: of two officines, one consults first, in whatever process.

    The first one of a session dates the seeds, apart, so that a refusal does not undo it.
    """
    with _alone(session) as transaction:
        _date_seeds(transaction, session.clock.age())
    with _alone(session) as transaction:
        yield transaction


@contextmanager
def _alone(session: Session) -> Iterator[Transaction]:
    with session.db.transaction(alone=True) as transaction:
        yield transaction


def find(transaction: Transaction, numero: str) -> Prescription | None:
    """Return a prescription, None when there is none."""
    row = transaction.get(PrescriptionRow, numero)
    if row is None:
        return None
    return _prescription(row, _executions_of(transaction, [numero]))


def current(session: Session, numero: str) -> Prescription | None:
    """Return a prescription as it stands, None when there is none: a hot read, without a transaction."""
    return _CURRENT.get(session.db, numero, lambda: _read_current(session, numero))


def _read_current(session: Session, numero: str) -> Prescription | None:
    rows = session.db.rows(_PRESCRIPTION, numero)
    if not rows:
        return None
    kept = _Kept(*rows[0])
    if not kept.prescribed_at:
        with exclusive(session) as transaction:
            return find(transaction, numero)
    executions = [_execution(_KeptExecution(*row)) for row in session.db.rows(_EXECUTIONS, numero)]
    return _prescription(kept, {numero: executions})


def of_group(transaction: Transaction, prescriber: str, group: str) -> list[Prescription]:
    """Return the prescriptions that a prescriber wrote under a group identifier, oldest number first."""
    query = select(PrescriptionRow).where(
        col(PrescriptionRow.group) == group, col(PrescriptionRow.prescriber) == prescriber
    )
    return _with_executions(transaction, transaction.exec(query.order_by(col(PrescriptionRow.numero))).all())


def listed(transaction: Transaction, limit: int, matricule: str = "") -> list[Prescription]:
    """Return prescriptions by number, those of one patient when given, ``limit`` at most."""
    query = select(PrescriptionRow).order_by(col(PrescriptionRow.numero)).limit(limit)
    if matricule:
        query = query.where(col(PrescriptionRow.matricule) == matricule)
    return _with_executions(transaction, transaction.exec(query).all())


def _with_executions(transaction: Transaction, rows: Sequence[PrescriptionRow]) -> list[Prescription]:
    executions = _executions_of(transaction, [row.numero for row in rows])
    return [_prescription(row, executions) for row in rows]


def put(transaction: Transaction, prescription: Prescription) -> None:
    """Write a prescription and its executions, new or changed. Raises Refused when the store is full."""
    existing = transaction.get(PrescriptionRow, prescription.numero)
    if existing is None:
        _refuse_when_full(transaction, PrescriptionRow, MAX_PRESCRIPTIONS)
    if len(prescription.executions) > MAX_EXECUTIONS:
        count = f"{len(prescription.executions)} exécutions"
        limit = f"{MAX_EXECUTIONS} exécutions au plus"
        raise Refused("base-pleine", count, received=count, expected=limit, where="session")
    transaction.merge(_row(prescription))
    transaction.flush()
    for position, execution in enumerate(prescription.executions):
        transaction.merge(_execution_row(prescription.numero, position, execution))


def put_seed(transaction: Transaction, prescription: Prescription, age_days: int, validity_days: int) -> None:
    """Write a seeded prescription, dated when the service is first used; its executions are a day younger each."""
    row = _row(prescription)
    row.prescribed_at = row.valid_until = row.held_at = ""
    row.seed_age, row.seed_validity = age_days, validity_days
    transaction.add(row)
    transaction.flush()
    for position, execution in enumerate(prescription.executions):
        entry = _execution_row(prescription.numero, position, execution)
        entry.at, entry.seed_age = "", max(age_days - 1 - position, 0)
        transaction.add(entry)


def answer_to(transaction: Transaction, key: str, digest: str) -> tuple[int, bytes] | None:
    """Return the answer kept for a request, None when it is new. Raises Refused when the key served for another one."""
    row = transaction.get(AnswerRow, key)
    if row is None:
        return None
    if row.digest != digest:
        name = key.split("|", 3)[3]
        received = f"{name}, déjà reçu avec un autre corps ou une autre adresse"
        raise Refused("requete-rejouee", received=received, where="en-tête X-Request-Id")
    return row.status, row.body


def keep_answer(transaction: Transaction, key: str, digest: str, status: int, body: bytes) -> None:
    """Keep the answer to a request that named itself. Raises Refused when the store is full."""
    _refuse_when_full(transaction, AnswerRow, MAX_ANSWERS)
    transaction.add(AnswerRow(key=key, digest=digest, status=status, body=body))


def _refuse_when_full(transaction: Transaction, table: type[Base], limit: int) -> None:
    count = transaction.exec(select(func.count()).select_from(table)).one()
    if count >= limit:
        kept, most = f"{count} enregistrements", f"{limit} enregistrements au plus"
        raise Refused("base-pleine", kept, received=kept, expected=most, where="session")


def _date_seeds(transaction: Transaction, now: datetime) -> None:
    undated = transaction.exec(select(PrescriptionRow).where(col(PrescriptionRow.prescribed_at) == "")).all()
    for row in undated:
        prescribed = now - timedelta(days=row.seed_age)
        row.prescribed_at = prescribed.isoformat()
        row.valid_until = (prescribed + timedelta(days=row.seed_validity)).isoformat()
        row.held_at = now.isoformat() if row.holder else ""
        transaction.add(row)
    for entry in transaction.exec(select(ExecutionRow).where(col(ExecutionRow.at) == "")).all() if undated else ():
        entry.at = (now - timedelta(days=entry.seed_age)).isoformat()
        transaction.add(entry)


def _executions_of(transaction: Transaction, numbers: Sequence[str]) -> dict[str, list[Execution]]:
    query = select(ExecutionRow).where(col(ExecutionRow.numero).in_(numbers)).order_by(col(ExecutionRow.position))
    found: dict[str, list[Execution]] = {}
    for row in transaction.exec(query).all():
        found.setdefault(row.numero, []).append(_execution(row))
    return found


def _row(p: Prescription) -> PrescriptionRow:
    hold = p.hold
    return PrescriptionRow(
        numero=p.numero,
        prescriber=p.prescriber,
        structure=p.structure,
        matricule=p.matricule,
        root=p.root,
        prescribed_at=p.prescribed_at.isoformat(),
        valid_until=p.valid_until.isoformat(),
        authored_on=p.authored_on,
        group=p.group,
        further=p.further,
        kinds=_json(p.kinds),
        lines=_json([asdict(line) for line in p.lines]),
        dispenser=p.dispenser,
        cancelled=p.cancelled,
        replaced_by=p.replaced_by,
        opposed=p.opposed,
        holder=hold.structure if hold else "",
        holder_actor=hold.actor if hold else "",
        secret=hold.secret if hold else "",
        held_at=hold.at.isoformat() if hold else "",
    )


def _prescription(row: PrescriptionRow | _Kept, executions: dict[str, list[Execution]]) -> Prescription:
    return Prescription(
        numero=row.numero,
        prescriber=row.prescriber,
        structure=row.structure,
        matricule=row.matricule,
        root=row.root,
        prescribed_at=datetime.fromisoformat(row.prescribed_at),
        valid_until=datetime.fromisoformat(row.valid_until),
        lines=tuple(Line(**{**line, "flags": tuple(line["flags"])}) for line in json.loads(row.lines)),
        kinds=tuple(json.loads(row.kinds)),
        dispenser=row.dispenser,
        authored_on=row.authored_on,
        group=row.group,
        further=row.further,
        cancelled=bool(row.cancelled),
        replaced_by=row.replaced_by,
        opposed=bool(row.opposed),
        hold=_hold(row),
        executions=tuple(executions.get(row.numero, ())),
    )


def _hold(row: PrescriptionRow | _Kept) -> Hold | None:
    if not row.holder:
        return None
    return Hold(row.holder, row.holder_actor, row.secret, datetime.fromisoformat(row.held_at))


def _execution_row(numero: str, position: int, execution: Execution) -> ExecutionRow:
    return ExecutionRow(
        receipt=execution.receipt,
        numero=numero,
        position=position,
        structure=execution.structure,
        actor=execution.actor,
        at=execution.at.isoformat(),
        dispenses=_json([asdict(dispense) for dispense in execution.dispenses]),
        cancelled=execution.cancelled,
        invoice=execution.invoice,
    )


def _execution(row: ExecutionRow | _KeptExecution) -> Execution:
    dispenses = tuple(Dispense(**dispense) for dispense in json.loads(row.dispenses))
    return Execution(
        row.receipt,
        row.structure,
        row.actor,
        datetime.fromisoformat(row.at),
        dispenses,
        cancelled=bool(row.cancelled),
        invoice=row.invoice,
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
