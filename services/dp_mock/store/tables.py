"""The tables of the service.

Source: design of the project (State). Moments are ISO texts of age time. Knows no value of the domain.
"""

from __future__ import annotations

import sqlalchemy.orm
from sqlmodel import Field, SQLModel

__all__ = [
    "AcknowledgementRow",
    "Base",
    "DispensationRow",
    "DossierRow",
    "RecallRow",
    "RefusalRow",
    "SupplyRow",
    "TraceRow",
]


class Base(SQLModel, registry=sqlalchemy.orm.registry()):
    """The tables of this service and no other's."""


class DossierRow(Base, table=True):
    """A dossier. A seeded one has no date until the service is first used: only its age in days."""

    __tablename__ = "dp_dossier"

    matricule: str = Field(primary_key=True)
    state: str
    since: str = Field(default="", index=True)
    seed_age: int = 0
    seed_left: int = 0
    until: str = ""
    event: int = 0
    identity: str = ""


class DispensationRow(Base, table=True):
    """A dispensation. A seeded one has an age in days until the service is first used, or a date of its own."""

    __tablename__ = "dp_dispensation"

    identifier: str = Field(primary_key=True)
    structure: str = Field(primary_key=True)
    matricule: str = Field(index=True)
    actor: str
    at: str = Field(default="", index=True)
    seed_age: int = 0
    cip13: str
    name: str
    kind: str
    boxes: int
    split: bool = False
    units: int = 0
    lot: str = ""
    expiry: str = ""


class RefusalRow(Base, table=True):
    """A refusal of a patient, for a structure and a scope, until a moment."""

    __tablename__ = "dp_refusal"

    matricule: str = Field(primary_key=True)
    structure: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    until: str


class TraceRow(Base, table=True):
    """An intervention on a dossier."""

    __tablename__ = "dp_trace"

    id: int | None = Field(default=None, primary_key=True)
    matricule: str = Field(index=True)
    at: str
    structure: str
    actor: str
    operation: str
    detail: str = ""


class RecallRow(Base, table=True):
    """A recall message."""

    __tablename__ = "dp_recall"

    number: str = Field(primary_key=True)
    at: str = Field(default="", index=True)
    seed_age: int = 0
    cip13: str
    name: str
    lots: str
    title: str
    conduct: str
    structure: str = ""


class AcknowledgementRow(Base, table=True):
    """That an officine has read a recall."""

    __tablename__ = "dp_acknowledgement"

    number: str = Field(primary_key=True)
    structure: str = Field(primary_key=True)
    actor: str
    at: str


class SupplyRow(Base, table=True):
    """An emergency supply request."""

    __tablename__ = "dp_supply"

    number: str = Field(primary_key=True)
    structure: str = Field(index=True)
    cip13: str
    boxes: int
    at: str
    answer: str = ""
