"""What a session adds to INSi: identities, forced verifications, deposits, the size of the generated population.

Source: own choice (design of the project, State). Queries only; what may be added is decided by ``resources``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import registry
from sqlmodel import Field, Index, SQLModel, col, delete, select
from sqlmodel import Session as Transaction

from insi_mock.domain import Identity, Key, Known, key_of
from lgo_sandbox.state.port import Store

__all__ = [
    "Base",
    "Deposit",
    "add",
    "all_added",
    "count",
    "deposit",
    "deposits",
    "force",
    "forced",
    "has",
    "having",
    "judged",
    "keep",
    "known_as",
    "population_size",
    "remove",
    "set_population_size",
    "unforce",
]


class Base(SQLModel, registry=registry()):
    """The tables of this service."""


class AddedIdentity(Base, table=True):
    """One added identity; ``first_names`` joined by spaces, as the service tells them; ``name_key`` as it compares."""

    __tablename__ = "insi_person"
    __table_args__ = (Index("insi_person_key", "name_key", "sex", "year"),)

    matricule: str = Field(primary_key=True)
    oid: str
    birth_name: str
    first_names: str
    sex: str
    birth_date: str
    birth_place: str = ""
    name_key: str
    year: str


class ForcedVerification(Base, table=True):
    """What a verification of this matricule answers, whatever the traits."""

    __tablename__ = "insi_forced"

    matricule: str = Field(primary_key=True)
    conforms: bool


class DepositRow(Base, table=True):
    """A batch. ``ready`` is an age time; ``results`` a JSON list of [ref, OK or not], null before it is judged."""

    __tablename__ = "insi_deposit"

    number: str = Field(primary_key=True)
    ready: str
    results: str


class Setting(Base, table=True):
    """A named number of this session."""

    __tablename__ = "insi_setting"

    name: str = Field(primary_key=True)
    value: int


@dataclass(frozen=True, slots=True)
class Deposit:
    """A batch: its number, when (age time) it can be collected, its results (ref, conforms), None before that."""

    number: str
    ready: datetime
    results: tuple[tuple[str, bool], ...] | None


_COLUMNS = "matricule, oid, birth_name, first_names, sex, birth_date, birth_place"
_HAVING = f"SELECT {_COLUMNS} FROM insi_person WHERE name_key = ? AND sex = ? AND year = ?"
_KNOWN_AS = f"SELECT {_COLUMNS} FROM insi_person WHERE matricule >= ? AND matricule < ?"
POPULATION = "population"


def add(db: Store, identity: Identity) -> None:
    """Keep an identity; its matricule must be new."""
    name_key, sex, year = key_of(identity.birth_name, identity.sex, identity.birth_date)
    with db.transaction() as transaction:
        transaction.add(
            AddedIdentity(
                matricule=identity.matricule,
                oid=identity.oid,
                birth_name=identity.birth_name,
                first_names=" ".join(identity.first_names),
                sex=sex,
                birth_date=identity.birth_date,
                birth_place=identity.birth_place,
                name_key=name_key,
                year=year,
            )
        )


def remove(db: Store, matricule: str) -> bool:
    """Forget an identity; tell whether there was one."""
    with db.transaction() as transaction:
        statement = delete(AddedIdentity).where(col(AddedIdentity.matricule) == matricule)
        return transaction.exec(statement).rowcount > 0


def having(db: Store, key: Key) -> Sequence[Known]:
    """Return the added people under a key: read for every search, hence without the ORM."""
    return [Known(identity, identity) for identity in map(_identity, db.rows(_HAVING, *key))]


def known_as(db: Store, number: str) -> Identity | None:
    """Return the added identity of a matricule, given with its key or without."""
    rows = db.rows(_KNOWN_AS, number, f"{number}~")
    return _identity(rows[0]) if rows else None


def all_added(db: Store) -> list[Identity]:
    """Return every added identity, by matricule."""
    return list(map(_identity, db.rows(f"SELECT {_COLUMNS} FROM insi_person ORDER BY matricule")))


def has(db: Store, matricule: str) -> bool:
    """Tell whether this matricule was added."""
    with db.transaction() as transaction:
        return transaction.get(AddedIdentity, matricule) is not None


def count(db: Store) -> int:
    """Return how many identities were added."""
    with db.transaction() as transaction:
        return transaction.exec(select(func.count()).select_from(AddedIdentity)).one()


def force(db: Store, matricule: str, *, conforms: bool) -> None:
    """Decide what a verification of this matricule answers."""
    with db.transaction() as transaction:
        transaction.merge(ForcedVerification(matricule=matricule, conforms=conforms))


def unforce(db: Store, matricule: str) -> bool:
    """Let the traits decide again; tell whether something was forced."""
    with db.transaction() as transaction:
        statement = delete(ForcedVerification).where(col(ForcedVerification.matricule) == matricule)
        return transaction.exec(statement).rowcount > 0


def forced(db: Store) -> Mapping[str, bool]:
    """Return what is forced, by matricule; also within a unit of work."""
    return {str(matricule): bool(right) for matricule, right in db.rows("SELECT matricule, conforms FROM insi_forced")}


def keep(transaction: Transaction, number: str, ready: datetime) -> None:
    """Keep a deposit that is not judged yet under its number."""
    transaction.add(DepositRow(number=number, ready=ready.isoformat(), results=json.dumps(None)))


def judged(transaction: Transaction, number: str, results: Sequence[tuple[str, bool]]) -> None:
    """Keep the results of a deposit."""
    row = transaction.get(DepositRow, number)
    if row is not None:
        row.results = json.dumps(results)
        transaction.add(row)


def deposit(db: Store, number: str) -> Deposit | None:
    """Return a deposit by its number."""
    with db.transaction() as transaction:
        row = transaction.get(DepositRow, number)
    if row is None:
        return None
    told = json.loads(row.results)
    results = None if told is None else tuple((str(ref), bool(right)) for ref, right in told)
    return Deposit(row.number, datetime.fromisoformat(row.ready), results)


def deposits(db: Store) -> int:
    """Return how many deposits there are."""
    return int(db.rows("SELECT count(*) FROM insi_deposit")[0][0])


def population_size(db: Store, default: int) -> int:
    """Return how many generated people this session has."""
    rows = db.rows("SELECT value FROM insi_setting WHERE name = ?", POPULATION)
    return int(rows[0][0]) if rows else default


def set_population_size(db: Store, size: int) -> None:
    """Decide how many generated people this session has."""
    with db.transaction() as transaction:
        transaction.merge(Setting(name=POPULATION, value=size))


def _identity(row: Sequence[Any]) -> Identity:
    matricule, oid, birth_name, first_names, sex, birth_date, birth_place = map(str, row)
    return Identity(matricule, oid, birth_name, tuple(first_names.split()), sex, birth_date, birth_place)
