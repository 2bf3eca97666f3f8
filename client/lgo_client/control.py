"""The sandbox's control API, as far as the demonstration needs it: to play the phone, the patient and the clock.

A real LGO has no such thing; only journeys use it. Source: design of the project (Control API).
"""

from __future__ import annotations

from typing import Any

import httpx

__all__ = ["Control"]

ROOT = "/_sandbox/v1"


class Control:
    """Calls the control API for one session."""

    def __init__(self, url: str, session: str) -> None:
        self._session = session
        self._http = httpx.Client(base_url=url + ROOT, timeout=30.0, trust_env=False)

    def resource(self, path: str, method: str = "GET", body: Any = None, **query: str) -> Any:
        """Call what a service publishes: ``psc/ecps``, ``mss/mailboxes/…``."""
        answer = self._http.request(method, f"/{path}", json=body, params={"session": self._session, **query})
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def octets(self, path: str, **query: str) -> bytes:
        """Return what a service publishes that is no JSON, byte for byte: a mail of ``mss/mailboxes/…``."""
        answer = self._http.get(f"/{path}", params={"session": self._session, **query})
        answer.raise_for_status()
        return answer.content

    def of_session(self, path: str, method: str = "GET", body: Any = None, **query: str) -> Any:
        """Call a path of the session itself: ``clock``, ``markers``, ``findings``, ``exchanges``…"""
        answer = self._http.request(method, f"/sessions/{self._session}/{path}", json=body, params=query)
        answer.raise_for_status()
        return answer.json() if answer.headers.get("content-type", "").startswith("application/json") else answer.text

    def fresh_session(self) -> dict[str, Any]:
        """Open a session with doors of its own, and return its connection document."""
        answer = self._http.post("/sessions", json={"listeners": True})
        answer.raise_for_status()
        opened: dict[str, Any] = answer.json()
        return opened

    def own_session(self) -> dict[str, Any]:
        """Return the connection document of the session that the sandbox's own doors are of."""
        answer = self._http.get("/ready")
        answer.raise_for_status()
        own: dict[str, Any] = answer.json()
        return own

    def bad_servers(self, method: str = "GET") -> Any:
        """List, open (POST) or close (DELETE) the servers that a client must refuse."""
        answer = self._http.request(method, "/bad-servers")
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
