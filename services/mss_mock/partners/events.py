"""What a simulated correspondent does when its moment has come, within the transaction in which the event ends.

Source: design of the project (Agenda).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lgo_sandbox.tenant.session import Session
from mss_mock.delivery import store_of
from mss_mock.partners.robots import act_later

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

    from lgo_sandbox.tenant.agenda import Event

__all__ = ["run_partner"]


def run_partner(transaction: Transaction, session: Session, event: Event) -> None:
    """Let a correspondent act, and deliver what it sends."""
    store_of(session).add(list(act_later(transaction, session, event)), within=transaction)
