"""What happens by itself: a dossier is created when nobody opposed, a laboratory answers a request.

Source: docs/sources/dp.md#creation (six weeks: the law), #ruptures (the answer is ours).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from dp_mock import codes
from dp_mock.codes.shortages import SHORTAGES
from dp_mock.codes.states import Event, State
from dp_mock.domain.dossiers import after
from dp_mock.domain.values import Trace

if TYPE_CHECKING:
    from dp_mock.store import Transaction
    from lgo_sandbox.tenant.agenda import Event as Due
    from lgo_sandbox.tenant.agenda import EventHandler
    from lgo_sandbox.tenant.session import Session

__all__ = ["EVENTS", "GRANTED", "REFUSED"]

GRANTED, REFUSED = "accepte", "refuse"
BY_ITSELF = "service"


def _create(transaction: Transaction, _session: Session, due: Due) -> None:
    """Create a dossier whose delay is over, unless something else happened to it."""
    from dp_mock import store

    one = store.dossier(transaction, str(due.payload), due.due)
    if one.state is not State.INFORMING:
        return
    state = after(one.state, Event.SILENCE, one.matricule)
    store.put_dossier(transaction, replace(one, state=state, since=due.due, event=0))
    store.add_trace(transaction, one.matricule, Trace(due.due, "", BY_ITSELF, "creation", "sans opposition"))


def _answer(transaction: Transaction, _session: Session, due: Due) -> None:
    """Let the laboratory answer a request."""
    from dp_mock import store

    one = store.supply(transaction, str(due.payload))
    if one is None or one.answer:
        return
    granted = SHORTAGES[one.cip13].granted
    store.put_supply(transaction, replace(one, answer=GRANTED if granted else REFUSED))


EVENTS: Mapping[str, EventHandler] = MappingProxyType({codes.CREATION: _create, codes.ANSWER: _answer})
