"""What a proxy e-Santé writes down: who connected, what was relayed for whom, who left.

Source: specs/psc.md §3.4 (events and members). Knows no HTTP.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

__all__ = ["Caller", "Event", "Relayed", "Trace", "Traces"]

MAX_KEPT = 10_000


class Event(StrEnum):
    """What is written down."""

    CONNECTED = "CONNECT_SUCCESS"
    CONNECTED_AGAIN = "CONNECT_REPLAY"
    NOT_CONNECTED = "CONNECT_FAILURE"
    DISCONNECTED = "DISCONNECT"
    SENT = "SEND"


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request came from."""

    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Relayed:
    """What was relayed: to which route, how, under which path of the API; no query, body or token."""

    route: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One line. ``session`` is the proxy's, ``session_state`` that of Pro Santé Connect, ``dn`` the certificate's.

    ``relayed`` is None but for what was sent.
    """

    event: Event
    at: datetime
    caller: Caller
    client_id: str
    national_id: str
    session: str
    session_state: str
    dn: str
    relayed: Relayed | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the members under the names that the agency's proxy gives them."""
        told = {
            "type": self.event.value,
            "timestamp": self.at.isoformat(timespec="milliseconds"),
            "clientId": self.client_id,
            "IdRPPS": self.national_id,
            "ipAddress": self.caller.address,
            "ports": [self.caller.port],
            "proxy_id_session": self.session,
            "session_state": self.session_state,
            "dn": self.dn,
        }
        if self.relayed is None:
            return told
        sent = self.relayed
        return {**told, "apiRequest": {"nomApiPsc": sent.route, "methode": sent.method, "path": sent.path}}


class Traces:
    """The last lines, oldest first."""

    def __init__(self) -> None:
        self._lines: deque[Trace] = deque(maxlen=MAX_KEPT)

    def put(self, trace: Trace) -> None:
        """Write a line."""
        self._lines.append(trace)

    def between(self, start: datetime | None, end: datetime | None) -> list[Trace]:
        """Return the lines of a period, its ends included."""
        lines = list(self._lines)
        return [one for one in lines if (start is None or one.at >= start) and (end is None or one.at <= end)]
