"""What the correspondents did in a session, or will do: one row a mail, with what a later mail needs of it.

Source: design of the project (Control API). Queries only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, update

from lgo_sandbox.state.port import Store
from mss_mock.codes.correspondents import Act, State
from mss_mock.correspondents.orders import Sent, Version

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

    from mss_mock.correspondents.orders import Composed, Order

__all__ = ["TABLES", "Done", "done", "last_sent", "note", "note_delivered"]

TABLES = MetaData()
_acts = Table(
    "mss_correspondent_act",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("partner", String, nullable=False, index=True),
    Column("act", String, nullable=False),
    Column("patient", String, nullable=False),
    Column("address", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("refs", String, nullable=False),
    Column("case", String, nullable=False),
    Column("documents", String, nullable=False),
    Column("due", String, nullable=False),
    Column("state", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Done:
    """A mail of a correspondent: ``due`` is the age time of its delivery, ``case`` that of the corpus or empty."""

    number: int
    partner: str
    act: str
    patient: str
    to: str
    subject: str
    message_id: str
    references: str
    case: str
    documents: tuple[Version, ...]
    due: str
    state: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, without what only later mails need."""
        listed = [{"title": one.title, "unique_id": one.unique_id, "version": one.number} for one in self.documents]
        kept = {name: value for name, value in asdict(self).items() if name not in ("references", "documents")}
        return {**kept, "documents": listed}


def note(transaction: Transaction, order: Order, composed: Composed, due: datetime, state: State) -> int:
    """Remember a mail; return its number."""
    row = {
        "partner": order.partner.id,
        "act": order.act.value,
        "patient": order.patient.id,
        "address": order.to,
        "subject": composed.subject,
        "message_id": composed.message_id,
        "refs": composed.references,
        "case": order.case.value if order.case else "",
        "documents": json.dumps([asdict(one) for one in composed.versions], ensure_ascii=False),
        "due": due.isoformat(),
        "state": state.value,
    }
    return int(transaction.execute(insert(_acts).values(row).returning(_acts.c.id)).scalar_one())


def note_delivered(transaction: Transaction, number: int) -> None:
    """Remember that a mail has been delivered."""
    transaction.execute(update(_acts).where(_acts.c.id == number).values(state=State.DONE.value))


def done(db: Store, partner: str = "") -> list[Done]:
    """Return what a correspondent (all, without one) did or will do, in the order in which it was asked for."""
    query = select(_acts).order_by(_acts.c.id)
    with db.reading() as connection:
        rows = connection.execute(query.where(_acts.c.partner == partner) if partner else query).mappings().all()
    return [_done(row) for row in rows]


def _done(row: Mapping[Any, Any]) -> Done:
    versions = tuple(Version(**{**one, "act": Act(one["act"])}) for one in json.loads(row["documents"]))
    return Done(
        number=row["id"],
        partner=row["partner"],
        act=row["act"],
        patient=row["patient"],
        to=row["address"],
        subject=row["subject"],
        message_id=row["message_id"],
        references=row["refs"],
        case=row["case"],
        documents=versions,
        due=row["due"],
        state=row["state"],
    )


def last_sent(db: Store, partner: str, patient: str, document: str = "") -> tuple[Sent, str] | None:
    """Return the last document (or the one of this uniqueId) that a correspondent sent of a patient, and to whom."""
    for one in reversed(done(db, partner)):
        named = not document or any(version.unique_id == document for version in one.documents)
        if one.patient == patient and one.documents and named:
            version = next((v for v in one.documents if v.unique_id == document), one.documents[0])
            return Sent(one.message_id, one.references, version), one.to
    return None
