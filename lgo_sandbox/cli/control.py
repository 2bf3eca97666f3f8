"""One request to the control API of a running sandbox, by the standard library alone.

A command asks once or twice and ends: importing an HTTP client would cost it more than all its answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from lgo_sandbox.cli.errors import CommandError

__all__ = ["REFUSED", "UNREACHABLE", "Answer", "ask"]

ROOT = "/_sandbox/v1"
TIMEOUT_SECONDS = 30
CONNECTIONS = {"http": HTTPConnection, "https": HTTPSConnection}
REFUSED = 300
"""The first status that is no answer: the control API redirects nobody."""
UNREACHABLE = (OSError, ValueError, HTTPException)
"""What ``ask`` raises when nothing that speaks HTTP answers at the address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the control API answered."""

    status: int
    content: bytes

    def json(self) -> Any:
        """Return the value of a JSON answer. Raises CommandError: only the control API answers what is asked here."""
        try:
            return json.loads(self.content)
        except ValueError:
            raise CommandError(self._unexpected()) from None

    def refusal(self) -> str:
        """Return why it refuses, in its own words."""
        try:
            return str(json.loads(self.content)["erreur"])
        except (ValueError, KeyError, TypeError):
            return self._unexpected()

    def _unexpected(self) -> str:
        return f"réponse inattendue ({self.status}) : est-ce bien un bac à sable ?"


def ask(
    url: str, method: str, path: str, body: Mapping[str, Any] | None = None, query: Mapping[str, str] | None = None
) -> Answer:
    """Ask, and return the answer. ``path`` is below the API's root. Raises UNREACHABLE."""
    parts = urlsplit(url)
    if parts.scheme not in CONNECTIONS or not parts.hostname:
        raise ValueError(url)
    connection = CONNECTIONS[parts.scheme](parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
    target = f"{parts.path}{ROOT}{path}" + (f"?{urlencode(query)}" if query else "")
    content = None if body is None else json.dumps(body).encode()
    try:
        connection.request(method, target, content, {"Content-Type": "application/json"} if content else {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.read())
    finally:
        connection.close()
