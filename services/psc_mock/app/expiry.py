"""The end of a log-in by time, for the clients that want to be told: an event of the session's agenda.

Source: docs/sources/psc.md#fin-de-session, #deconnexion-annoncee. Each use of a log-in puts its end off; the event
looks when it is due, and waits again when the log-in was used meanwhile. Nobody else needs it: who asks about a token
looks at the clock himself.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.agenda import Event, FollowUp
from lgo_sandbox.tenant.session import Session
from psc_mock import hot, store
from psc_mock.app.backchannel import tell_of_an_end
from psc_mock.codes import SESSION_END
from psc_mock.domain.clients import Client
from psc_mock.domain.endings import ending_of, ends_at

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

__all__ = ["end_by_time", "watch_end"]

AFTER = timedelta(milliseconds=1)
"""A moment is kept as text, cut to the microsecond: the event must not be due before the end itself."""


def watch_end(session: Session, client: Client, login: hot.LoginFacts) -> None:
    """Let a client that was given tokens of a log-in be told of its end, when it is enrolled for that."""
    if client.backchannel_logout_uri:
        now = session.clock.age().timestamp()
        session.agenda.at(_moment(ends_at(login.created, now)), f"psc.{SESSION_END}", login.sid)


def end_by_time(transaction: Transaction, session: Session, event: Event) -> FollowUp | None:
    """End a log-in whose time has come, and tell its clients; look again later when it was used meanwhile."""
    login = transaction.get(store.Login, event.payload)
    if login is None or login.ended:
        return None
    ending = ending_of(login, session.clock.age().timestamp())
    if ending is None:
        again = _moment(ends_at(login.created, login.used))
        session.agenda.at(again, event.what, event.payload, within=transaction)
        return None
    store.end_login(transaction, login.sid, ending.at, ending.how)
    return partial(_tell, session, login.sid)


async def _tell(session: Session, sid: str, sandbox: Sandbox) -> None:
    await tell_of_an_end(sandbox, session, sid)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC) + AFTER
