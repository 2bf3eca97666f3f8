"""What a tester set of simulated correspondents, and what they did. Queries only.

Source: design of the project (state). A mailbox that was never touched has no row: the options decide.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert

from lgo_sandbox.state.port import Store

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

__all__ = ["TABLES", "PartnerAct", "PartnerSetting", "acts", "note_act", "put", "setting", "settings"]

TABLES = MetaData()
_partners = Table(
    "mss_partner",
    TABLES,
    Column("address", String, primary_key=True),
    *(Column(name, String, nullable=False) for name in ("robot", "code", "version", "delay", "error_to")),
)
_acts = Table(
    "mss_partner_act",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("mailbox", String, nullable=False, index=True),
    *(Column(name, String, nullable=False) for name in ("at", "act", "contact", "detail")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerSetting:
    """What was set of a mailbox; an empty member is left to the options."""

    robot: str
    code: str = ""
    version: str = ""
    delay: str = ""
    error_to: str = ""


@dataclass(frozen=True, slots=True)
class PartnerAct:
    """What a simulated correspondent did, or why it did not."""

    at: str
    act: str
    contact: str
    detail: str


def settings(db: Store) -> dict[str, PartnerSetting]:
    """Return all that was set, by address."""
    rows = db.rows("SELECT address, robot, code, version, delay, error_to FROM mss_partner ORDER BY address")
    return {row[0]: _setting(row[1:]) for row in rows}


def setting(db: Store, address: str) -> PartnerSetting | None:
    """Return what was set of a mailbox."""
    rows = db.rows("SELECT robot, code, version, delay, error_to FROM mss_partner WHERE address = ?", address)
    return _setting(rows[0]) if rows else None


def _setting(row: tuple[str, ...]) -> PartnerSetting:
    robot, code, version, delay, error_to = row
    return PartnerSetting(robot=robot, code=code, version=version, delay=delay, error_to=error_to)


def put(db: Store, address: str, new: PartnerSetting | None) -> None:
    """Set what a tester wants of a mailbox, in the place of what was set before; None: nothing."""
    with db.begin() as connection:
        connection.execute(delete(_partners).where(_partners.c.address == address))
        if new is not None:
            connection.execute(insert(_partners).values(address=address, **asdict(new)))


def acts(db: Store, mailbox: str) -> list[PartnerAct]:
    """Return what the robot of a mailbox did, in order."""
    query = "SELECT at, act, contact, detail FROM mss_partner_act WHERE mailbox = ? ORDER BY id"
    return [PartnerAct(*row) for row in db.rows(query, mailbox)]


def note_act(transaction: Transaction, mailbox: str, at: datetime, act: str, contact: str, detail: str) -> None:
    """Remember what a robot did."""
    row = {"mailbox": mailbox, "at": at.isoformat(), "act": act, "contact": contact, "detail": detail}
    transaction.execute(insert(_acts).values(row))
