"""The grey list: who wrote to whom for the first time, and when. Used while the fault ``greylisting`` is armed.

Source: RFC 6647 §2 (a first try is put off, a later one accepted; the client's address, sender and recipient). Here one
client stands behind a mailbox. Kept in the store: a retry may come to another process. Knows no protocol.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, MetaData, String, Table, select

from lgo_sandbox.tenant.session import Session
from mss_mock.codes.faults import GREY_TIME

__all__ = ["METADATA", "lets_pass"]

METADATA = MetaData()
_seen = Table(
    "mss_greylist",
    METADATA,
    Column("sender", String, primary_key=True),
    Column("recipient", String, primary_key=True),
    Column("since", String, nullable=False),
)


def lets_pass(session: Session, sender: str, recipient: str) -> bool:
    """Tell whether a mail may pass; one that was never tried before is remembered."""
    now, pair = session.clock.age(), {"sender": sender, "recipient": recipient.lower()}
    with session.db.begin() as connection:
        connection.execute(session.db.upsert(_seen).values(**pair, since=now.isoformat()))
        mine = (_seen.c.sender == pair["sender"]) & (_seen.c.recipient == pair["recipient"])
        since = connection.execute(select(_seen.c.since).where(mine)).scalar_one()
    return now - datetime.fromisoformat(since) >= GREY_TIME
