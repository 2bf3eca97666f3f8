"""What a robot does when its moment has come, within the transaction in which the event ends.

Source: design of the project (Agenda).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lgo_sandbox.tenant.session import Session
from mss_mock.citizens.robots import act_later
from mss_mock.delivery import store_of

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

    from lgo_sandbox.tenant.agenda import Event

__all__ = ["run_robot"]


def run_robot(transaction: Transaction, session: Session, event: Event) -> None:
    """Let a robot write, and deliver what it writes."""
    store_of(session).add(list(act_later(transaction, session, event)), within=transaction)
