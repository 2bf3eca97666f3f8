"""The e-CPS simulator: what waits in a person's application and what it may answer; for its page and the control API.

Source: docs/sources/psc.md#binding-message (compare two digits, accept, refuse, let expire); a push waits as long as
CIBA. The modes are ours. A browser log-in and a CIBA request wait beside each other and are answered alike.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from lgo_sandbox.tenant.session import Session
from psc_mock import store
from psc_mock.codes import DELAY_SECONDS, PUSH_LIFETIME
from psc_mock.domain.lifetimes import still_lives

__all__ = [
    "ACTIONS",
    "MODES",
    "Push",
    "answer_push",
    "is_mode",
    "mode_of",
    "pending",
    "pushed_state",
    "seconds_left",
    "state_now",
]

ACTIONS = {
    "accept": (store.ACCEPTED, "Accepter"),
    "refuse": (store.REFUSED, "Refuser"),
    "wrong_code": (store.WRONG_CODE, "Le nombre ne correspond pas"),
}
"""What the application may answer: state of the request afterwards, and label."""

MODES = ("manual", "accept", "refuse", "wrong_code", "ignore", "delay")
"""By hand, or automatic: at once, never (the telephone is off), or accepted after some seconds (``delay:20``)."""
IGNORE = "ignore"
_DELAY = re.compile(r"delay(?::(\d{1,4}))?")


def is_mode(text: object) -> bool:
    """Tell whether a text is a mode."""
    return isinstance(text, str) and (text in MODES or _DELAY.fullmatch(text) is not None)


def mode_of(session: Session, national_id: str) -> str:
    """Return how a person's e-CPS answers: as set for the person, else as the session's option says."""
    with session.db.transaction() as t:
        return store.persona_mode(t, national_id) or session.option("psc.ecps")


def pushed_state(mode: str) -> str:
    """Return the state of a request that was just pushed to an e-CPS in this mode."""
    return ACTIONS[mode][0] if mode in ACTIONS else store.WAITING


def state_now(row: store.LoginRequest | store.CibaRequest, now: float) -> str:
    """Return the state of a request, an e-CPS that answers after a delay included."""
    delay = _DELAY.fullmatch(row.mode)
    if row.state != store.WAITING or delay is None:
        return row.state
    seconds = int(delay[1] or DELAY_SECONDS)
    return store.ACCEPTED if seconds < PUSH_LIFETIME and not still_lives(row.pushed, seconds, now) else row.state


@dataclass(frozen=True, slots=True)
class Push:
    """One request in a person's application. ``kind`` is ``web`` or ``ciba``, ``channel`` MOBILE or CARD; ``age`` is in
    seconds."""

    id: str
    national_id: str
    persona: str
    person: str
    client_id: str
    client: str
    digits: str
    kind: str
    channel: str
    seconds_left: int
    age: int

    def to_json(self) -> dict[str, Any]:
        """Return the push as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def pending(session: Session, persona: str = "") -> list[Push]:
    """Return what waits and has not expired, oldest first, for all or for one persona (its id or national id)."""
    now = session.clock.age().timestamp()
    with session.db.transaction() as t:
        rows = [row for row in store.waiting_requests(t) if _shown(row, now)]
        titles = {client.client_id: client.title for client in store.clients(t)} if rows else {}
    pushes = [_push(session, row, titles, now) for row in rows]
    return [push for push in pushes if persona in ("", push.persona, push.national_id)]


def answer_push(session: Session, request_id: str, action: str) -> bool:
    """Answer a push; False when it does not wait (any more). KeyError for an unknown action."""
    state = ACTIONS[action][0]
    if request_id not in {push.id for push in pending(session)}:
        return False
    with session.db.transaction() as t:
        return store.answer_request(t, request_id, state)


def seconds_left(row: store.LoginRequest | store.CibaRequest, now: float) -> int:
    """Return how long a request still waits for its answer."""
    return max(int(PUSH_LIFETIME - (now - row.pushed)), 0)


def _shown(row: store.LoginRequest | store.CibaRequest, now: float) -> bool:
    waits = still_lives(row.pushed, PUSH_LIFETIME, now) and state_now(row, now) == store.WAITING
    return waits and row.mode != IGNORE


def _push(session: Session, row: store.LoginRequest | store.CibaRequest, titles: dict[str, str], now: float) -> Push:
    person = session.people.professional(row.national_id)
    ciba = isinstance(row, store.CibaRequest)
    client_id = row.client_id if isinstance(row, store.CibaRequest) else str(json.loads(row.request)["client_id"])
    return Push(
        row.id,
        row.national_id,
        person.id if person else "",
        person.name if person else row.national_id,
        client_id,
        titles.get(client_id, client_id),
        row.digits,
        "ciba" if ciba else "web",
        row.means,
        seconds_left(row, now),
        max(int(now - row.pushed), 0),
    )
