"""What a session knows of its citizens: their state, their robot, whom they may write to, what they read and did.

Source: docs/sources/mssante.md#droit-de-repondre. Queries only; ``rights`` decides. Who was never touched has no row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert, update

from lgo_sandbox.state.port import Store
from mss_mock.codes.citizens import CitizenState, Robot

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

__all__ = [
    "TABLES",
    "Act",
    "Contact",
    "Settings",
    "acts",
    "close_exchanges",
    "contacts",
    "note_act",
    "note_contact",
    "note_reading",
    "put",
    "read_marks",
    "settings",
]

TABLES = MetaData()
_citizens = Table(
    "mss_citizen",
    TABLES,
    Column("address", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("robot", String, nullable=False),
)
_contacts = Table(
    "mss_citizen_contact",
    TABLES,
    Column("citizen", String, primary_key=True),
    Column("contact", String, primary_key=True),
    Column("sender", String, nullable=False),
    Column("open", Integer, nullable=False),
    Column("at", String, nullable=False),
    Column("message_id", String, nullable=False),
)
_acts = Table(
    "mss_citizen_act",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("citizen", String, nullable=False, index=True),
    Column("at", String, nullable=False),
    Column("act", String, nullable=False),
    Column("contact", String, nullable=False),
    Column("detail", String, nullable=False),
)
_readings = Table(
    "mss_citizen_reading",
    TABLES,
    Column("citizen", String, primary_key=True),
    Column("mark", String, primary_key=True),
    Column("at", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a tester set for a citizen; None: as the people and the options have it."""

    state: CitizenState | None = None
    robot: Robot | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a citizen may write to while the exchange is ``open``, as it is since ``at`` (age time), by which message.

    ``sender`` is who wrote, another than ``address`` when there was a Reply-To.
    """

    address: str
    sender: str
    open: bool
    at: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Act:
    """What a citizen did, by robot or page, or was refused to do."""

    at: str
    act: str
    contact: str
    detail: str


def settings(db: Store, address: str) -> Settings:
    """Return what a tester set for a citizen."""
    rows = db.rows("SELECT state, robot FROM mss_citizen WHERE address = ?", address)
    if not rows:
        return Settings()
    state, robot = rows[0]
    return Settings(CitizenState(state) if state else None, Robot(robot) if robot else None)


def put(db: Store, address: str, new: Settings) -> None:
    """Set what a tester wants of a citizen, in the place of what was set before."""
    with db.begin() as connection:
        connection.execute(delete(_citizens).where(_citizens.c.address == address))
        if new != Settings():
            row = {"address": address, "state": new.state or "", "robot": new.robot or ""}
            connection.execute(insert(_citizens).values(row))


def contacts(db: Store, citizen: str) -> list[Contact]:
    """Return who wrote to a citizen, by address."""
    query = "SELECT contact, sender, open, at, message_id FROM mss_citizen_contact WHERE citizen = ? ORDER BY contact"
    return [
        Contact(address, sender, bool(is_open), at, number)
        for address, sender, is_open, at, number in db.rows(query, citizen)
    ]


def note_contact(transaction: Transaction, citizen: str, contact: Contact) -> None:
    """Remember how the exchange of a citizen with somebody stands."""
    mine = (_contacts.c.citizen == citizen) & (_contacts.c.contact == contact.address)
    transaction.execute(delete(_contacts).where(mine))
    row = {
        "citizen": citizen,
        "contact": contact.address,
        "sender": contact.sender,
        "open": int(contact.open),
        "at": contact.at,
        "message_id": contact.message_id,
    }
    transaction.execute(insert(_contacts).values(row))


def close_exchanges(transaction: Transaction, citizen: str, sender: str, at: str, message_id: str) -> None:
    """Take the right to answer all that somebody wrote to a citizen, by whatever Reply-To."""
    mine = (_contacts.c.citizen == citizen) & ((_contacts.c.sender == sender) | (_contacts.c.contact == sender))
    transaction.execute(update(_contacts).where(mine).values(open=0, at=at, message_id=message_id))


def acts(db: Store, citizen: str) -> list[Act]:
    """Return what a citizen did, in order."""
    query = "SELECT at, act, contact, detail FROM mss_citizen_act WHERE citizen = ? ORDER BY id"
    return [Act(*row) for row in db.rows(query, citizen)]


def note_act(transaction: Transaction, citizen: str, at: datetime, act: str, contact: str, detail: str) -> None:
    """Remember what a citizen did."""
    row = {"citizen": citizen, "at": at.isoformat(), "act": act, "contact": contact, "detail": detail}
    transaction.execute(insert(_acts).values(row))


def note_reading(transaction: Transaction, db: Store, citizen: str, mark: str, at: str) -> bool:
    """Remember that a citizen read a mail; tell whether he did for the first time."""
    added = db.upsert(_readings).values(citizen=citizen, mark=mark, at=at).returning(_readings.c.mark)
    return transaction.execute(added).first() is not None


def read_marks(db: Store, citizen: str) -> frozenset[str]:
    """Return the marks of the mails that a citizen has read."""
    return frozenset(mark for (mark,) in db.rows("SELECT mark FROM mss_citizen_reading WHERE citizen = ?", citizen))
