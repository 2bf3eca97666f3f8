"""pytest fixtures: a sandbox for the test run, and a fresh session with its own doors for each test.

    def test_my_software_finds_the_identity(sandbox_session):
        my_software.configure(insi=sandbox_session.ready["services"]["insi"]["https"], ca=sandbox_session.ready["ca"])
        my_software.search("ADRUN")
        assert sandbox_session.findings() == []

With ``LGO_SANDBOX_CONTROL`` set (``lgo-sandbox exec -- pytest`` sets it) the fixtures use that sandbox; else they start
one on free ports, in a thread of its own. Everything goes through the control API. Types for annotations:
``lgo_sandbox.run.pytest_plugin.SandboxServer`` and ``SandboxSession``.
Nothing heavy is imported before a fixture is used: pytest loads this module in every project that has the sandbox.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import ssl
    from datetime import datetime, timedelta

__all__ = ["ControlRefused", "SandboxServer", "SandboxSession", "lgo_sandbox", "sandbox_session"]

ROOT = "/_sandbox/v1"
TIMEOUT_SECONDS = 60


@cache
def _trust() -> ssl.SSLContext:
    """Return the usual TLS context, made once: that takes longer than what is asked."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


class ControlRefused(AssertionError):
    """The control API refused what a test asked; the message is the API's, in French."""


@dataclass(frozen=True)
class SandboxServer:
    """A running sandbox: the URL of its control port, and the ready document of its default session."""

    control_url: str
    ready: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def control(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """Call the control API (``path`` below ``/_sandbox/v1``) and return the JSON, or the text, of its answer.

        Raises ControlRefused on an error status.
        """
        import httpx

        query = {name: value for name, value in params.items() if value is not None}
        with httpx.Client(verify=_trust(), timeout=TIMEOUT_SECONDS, trust_env=False) as http:
            answer = http.request(method, f"{self.control_url}{ROOT}{path}", json=body, params=query)
        if answer.is_error:
            raise ControlRefused(f"{method} {path} : {answer.status_code} {answer.text}")
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if is_json else answer.text


@dataclass(frozen=True)
class SandboxSession:
    """A session of its own: ``ready`` has its doors, certificates, people and clients."""

    name: str
    ready: Mapping[str, Any] = field(repr=False)
    server: SandboxServer = field(repr=False)

    def control(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """Call the control API on this session: ``path`` is ``/faults``, ``/dmp/patients``… Raises ControlRefused."""
        return self.server.control(method, path, body, session=self.name, **params)

    def findings(self) -> list[dict[str, Any]]:
        """Return what the checks reproached until now."""
        found: list[dict[str, Any]] = self.control("GET", "/findings")
        return found

    def exchanges(self, **filters: Any) -> list[dict[str, Any]]:
        """Return the exchanges; filters: ``service``, ``operation``, ``after``, ``findings``, ``limit``, ``wait``."""
        found: list[dict[str, Any]] = self.control("GET", "/exchanges", **filters)["exchanges"]
        return found

    def move_clock(
        self,
        *,
        by: timedelta | float | None = None,
        to: datetime | str | None = None,
        freeze: bool | None = None,
        wire: str | None = None,
    ) -> dict[str, Any]:
        """Move the age time ``by`` a duration (or seconds) or ``to`` a moment with a time zone; return the clock."""
        seconds = by if by is None or isinstance(by, int | float) else by.total_seconds()
        moment = to if to is None or isinstance(to, str) else to.isoformat()
        wanted = {"by": seconds, "to": moment, "freeze": freeze, "wire": wire}
        clock: dict[str, Any] = self.control("POST", "/clock", {k: v for k, v in wanted.items() if v is not None})
        return clock

    def marker(self, name: str, subject: str = "", **detail: Any) -> dict[str, Any]:
        """Say what the user did in the software under test (« document validé », « patient opposé »…)."""
        put: dict[str, Any] = self.control("POST", "/markers", {"name": name, "subject": subject, "detail": detail})
        return put

    def arm(self, kind: str, value: int | str | None = None, **where: Any) -> dict[str, Any]:
        """Arm a fault (``delay``, ``status``, ``named``, ``reset``, ``cut``…, see ``/services``).

        ``where``: service, operation, client, times, nth, probability, seed.
        """
        given = {} if value is None else {"value": value}
        fault: dict[str, Any] = self.control("POST", "/faults", {"kind": kind, **given, **where})
        return fault


@pytest.fixture(scope="session")
def lgo_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    """A running sandbox for the whole test run."""
    url = os.environ.get("LGO_SANDBOX_CONTROL")
    if url:
        server = SandboxServer(url.rstrip("/"))
        yield SandboxServer(server.control_url, server.control("GET", "/ready"))
        return
    from lgo_sandbox.control.ready import ready_document
    from lgo_sandbox.run.background import Background
    from lgo_sandbox.settings import Settings

    background = Background(Settings(state=tmp_path_factory.mktemp("lgo-sandbox"), port_base=0))
    sandbox = background.start().sandbox
    try:
        ready = background.do(lambda: ready_document(sandbox, sandbox.addresses))
        yield SandboxServer(ready["control"], ready)
    finally:
        background.stop()


@pytest.fixture
def sandbox_session(lgo_sandbox: SandboxServer) -> Iterator[SandboxSession]:
    """A fresh session with its own doors and certificates, deleted at the end of the test."""
    ready = lgo_sandbox.control("POST", "/sessions", {"listeners": True})
    try:
        yield SandboxSession(ready["session"], ready, lgo_sandbox)
    finally:
        lgo_sandbox.control("DELETE", f"/sessions/{ready['session']}")
