"""The e-CPS simulator: what waits in a person's application and what it may answer; for its page and the control API.

Source: specs/psc.md §3.3 (compare two digits, accept, refuse, let expire), §9.11. A push waits as long as CIBA (§1.6).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lgo_sandbox.session import Session

from . import store
from .codes import PUSH_LIFETIME
from .domain.lifetimes import still_lives

__all__ = ["ACTIONS", "MODES", "Push", "answer_push", "pending"]

ACTIONS = {
    "accept": (store.ACCEPTED, "Accepter"),
    "refuse": (store.REFUSED, "Refuser"),
    "wrong_code": (store.WRONG_CODE, "Le nombre ne correspond pas"),
}
"""What the application may answer: state of the request afterwards, and label."""

MODES = ("manual", "accept", "refuse")


@dataclass(frozen=True, slots=True)
class Push:
    """One request in a person's application."""

    id: str
    national_id: str
    persona: str
    person: str
    client_id: str
    client: str
    digits: str

    def to_json(self) -> dict[str, Any]:
        """Return the push as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def pending(session: Session, persona: str = "") -> list[Push]:
    """Return what waits and has not expired, for all or for one persona (its id or national id)."""
    now = session.clock.age().timestamp()
    with session.db.transaction() as t:
        rows = [row for row in store.waiting_requests(t) if still_lives(row.pushed, PUSH_LIFETIME, now)]
        titles = {client.client_id: client.title for client in store.clients(t)}
    pushes = [_push(session, row, titles) for row in rows]
    return [push for push in pushes if persona in ("", push.persona, push.national_id)]


def answer_push(session: Session, request_id: str, action: str) -> bool:
    """Answer a push; False when it does not wait (any more). KeyError for an unknown action."""
    state = ACTIONS[action][0]
    if request_id not in {push.id for push in pending(session)}:
        return False
    with session.db.transaction() as t:
        return store.answer_request(t, request_id, state)


def _push(session: Session, row: store.LoginRequest, titles: dict[str, str]) -> Push:
    person = session.people.professional(row.national_id)
    client_id = str(json.loads(row.request)["client_id"])
    return Push(
        row.id,
        row.national_id,
        person.id if person else "",
        person.name if person else row.national_id,
        client_id,
        titles.get(client_id, client_id),
        row.digits,
    )
