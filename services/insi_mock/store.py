"""The identities that a tester added to a session, beside the reference people.

Source: own choice (design of the project, State). Queries only; what an identity may be is decided by ``resources``.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy.orm import registry
from sqlmodel import Field, Index, SQLModel, col, delete, select

from insi_mock.domain import Identity, Known
from insi_mock.seeds import Key
from lgo_sandbox.db import Database

__all__ = ["Base", "add", "all_added", "count", "has", "having", "remove"]


class Base(SQLModel, registry=registry()):
    """The tables of this service."""


class AddedIdentity(Base, table=True):
    """One added identity; ``first_names`` joined by spaces, as the service tells them."""

    __tablename__ = "insi_identity"
    __table_args__ = (Index("insi_identity_key", "birth_name", "sex", "birth_date"),)

    matricule: str = Field(primary_key=True)
    oid: str
    birth_name: str
    first_names: str
    sex: str
    birth_date: str
    birth_place: str = ""


def add(db: Database, identity: Identity) -> None:
    """Keep an identity; its matricule must be new."""
    with db.transaction() as transaction:
        transaction.add(
            AddedIdentity(
                matricule=identity.matricule,
                oid=identity.oid,
                birth_name=identity.birth_name,
                first_names=" ".join(identity.first_names),
                sex=identity.sex,
                birth_date=identity.birth_date,
                birth_place=identity.birth_place,
            )
        )


def remove(db: Database, matricule: str) -> bool:
    """Forget an identity; tell whether there was one."""
    with db.transaction() as transaction:
        statement = delete(AddedIdentity).where(col(AddedIdentity.matricule) == matricule)
        return transaction.exec(statement).rowcount > 0


def having(db: Database, key: Key) -> Sequence[Known]:
    """Return the added people with this birth name, sex and birth date."""
    name, sex, date = key
    query = select(AddedIdentity).where(
        AddedIdentity.birth_name == name, AddedIdentity.sex == sex, AddedIdentity.birth_date == date
    )
    with db.transaction() as transaction:
        return [Known(identity, identity) for identity in map(_identity, transaction.exec(query))]


def all_added(db: Database) -> list[Identity]:
    """Return every added identity, by matricule."""
    with db.transaction() as transaction:
        return [_identity(row) for row in transaction.exec(select(AddedIdentity).order_by(AddedIdentity.matricule))]


def has(db: Database, matricule: str) -> bool:
    """Tell whether this matricule was added."""
    with db.transaction() as transaction:
        return transaction.get(AddedIdentity, matricule) is not None


def count(db: Database) -> int:
    """Return how many identities were added."""
    with db.transaction() as transaction:
        return transaction.exec(select(func.count()).select_from(AddedIdentity)).one()


def _identity(row: AddedIdentity) -> Identity:
    return Identity(
        matricule=row.matricule,
        oid=row.oid,
        birth_name=row.birth_name,
        first_names=tuple(row.first_names.split()),
        sex=row.sex,
        birth_date=row.birth_date,
        birth_place=row.birth_place,
    )
