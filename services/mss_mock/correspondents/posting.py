"""Mails of correspondents on their way: made off the event loop, delivered at once or when their moment has come.

Source: design of the project (Agenda: an event and its effect are one commit, so that a mail comes once). The mail
waits whole in its event: making it takes some tens of milliseconds for each document, delivering it next to nothing.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from lgo_sandbox.tenant.session import Session
from mss_mock.codes.correspondents import State
from mss_mock.correspondents.orders import Composed, Order
from mss_mock.correspondents.table import note, note_delivered
from mss_mock.delivery import store_of
from mss_mock.store.values import New

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

    from lgo_sandbox.tenant.agenda import Event

__all__ = ["CORRESPONDENT", "Posted", "made", "post", "post_late"]

CORRESPONDENT = "mss.correspondent"
"""The event of a mail that a correspondent sends later."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a mail: its number, where it stands (``uid`` None while it waits) and from when on."""

    number: int
    due: datetime
    state: State
    uid: int | None = None
    uidvalidity: int | None = None


async def made(order: Order) -> Composed:
    """Return the mail of an order, made in a thread of its own."""
    return await asyncio.to_thread(_compose, order)


def _compose(order: Order) -> Composed:
    from mss_mock.correspondents.mails import compose  # the writer of PDFs costs a start that may never need it

    return compose(order)


def post(session: Session, mails: Sequence[tuple[Order, Composed]], due: datetime | None) -> list[Posted]:
    """Deliver mails now, or (``due``: age time) let them wait: all or none."""
    with session.db.transaction() as transaction:
        if due is not None:
            return [_later(transaction, session, order, composed, due) for order, composed in mails]
        at = session.clock.age()
        numbers = [note(transaction, order, composed, at, State.DONE) for order, composed in mails]
        news = [_new(session, order.to, order.sender, composed.octets) for order, composed in mails]
        places = store_of(session).add(news, within=transaction)
    return [
        Posted(number, at, State.DONE, uid, uidvalidity)
        for number, (uidvalidity, uid) in zip(numbers, places, strict=True)
    ]


def _later(transaction: Transaction, session: Session, order: Order, composed: Composed, due: datetime) -> Posted:
    number = note(transaction, order, composed, due, State.WAITING)
    payload = {
        "number": number,
        "to": order.to,
        "sender": order.sender,
        "octets": b64encode(composed.octets).decode("ascii"),
    }
    session.agenda.at(due, CORRESPONDENT, payload, within=transaction)
    return Posted(number, due, State.WAITING)


def post_late(transaction: Transaction, session: Session, event: Event) -> None:
    """Deliver a mail whose moment has come, within the transaction in which its event ends."""
    one: dict[str, Any] = event.payload
    store_of(session).add([_new(session, one["to"], one["sender"], b64decode(one["octets"]))], within=transaction)
    note_delivered(transaction, one["number"])


def _new(session: Session, to: str, sender: str, octets: bytes) -> New:
    now = session.clock.wire()
    head = f"Return-Path: <{sender}>\r\nDelivered-To: {to}\r\nDate: {format_datetime(now.replace(microsecond=0))}\r\n"
    return New(to, head.encode("ascii", "replace") + octets, now)
