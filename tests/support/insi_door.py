"""A client of INSi at the door of a running sandbox, in its own session, with the tester's hand on that session."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache

import httpx

from health_documents.findings import Finding
from lgo_sandbox.pki import Issued, Kind
from lgo_sandbox.pki.holders import organisation_holder
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.markers import Marker
from support.insi_requests import Asked, asking, changed
from support.tenants import Runner, Tenant

__all__ = ["CONTENT_TYPE", "Door", "Doors"]

CONTENT_TYPE = "application/soap+xml; charset=utf-8"
ORGANISATION = "org-auth"


class Doors:
    """The HTTP clients of one running sandbox, one for each certificate; each ``door`` is a new session."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self._opened: list[httpx.Client] = []
        self.certificate = cache(runner.issue)
        self.client = cache(self._client)

    def door(self) -> Door:
        """Return a client in a fresh session."""
        return Door(self, self.runner.tenant())

    def named(self, common_name: str) -> Issued:
        """Return an organisation's certificate with another CN."""
        pki, holder = self.runner.launcher.sandbox.pki, organisation_holder(self.runner.people.structure("officine"))
        name = f"cn-{common_name.lower()}"
        return self.runner.do(lambda: pki.issue(Kind.ORG_AUTH, holder=holder, common_name=common_name, name=name))

    def close(self) -> None:
        """Close every connection."""
        for client in self._opened:
            client.close()

    def _client(self, certificate: Issued | None) -> httpx.Client:
        client = httpx.Client(verify=self.runner.trust(certificate), trust_env=False, timeout=30)
        self._opened.append(client)
        return client


class Door:
    """One client in one session. By default it calls the TLS port with the pharmacy's certificate."""

    def __init__(self, doors: Doors, tenant: Tenant) -> None:
        self.doors, self.tenant = doors, tenant

    def send(
        self,
        asked: Asked | str | bytes,
        *changes: tuple[str, str],
        certificate: Issued | str | None = ORGANISATION,
        headers: Mapping[str, str] | None = None,
        plain: bool = False,
    ) -> httpx.Response:
        """Ask something, or send octets as they are."""
        body = asked if isinstance(asked, bytes) else self._written(asked, changes)
        shown = self.doors.certificate(certificate) if isinstance(certificate, str) else certificate
        sent = {"content-type": CONTENT_TYPE, **(headers or {})}
        return self.call("POST", "/lps", body, headers=sent, certificate=shown, plain=plain)

    def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        headers: Mapping[str, str] | None = None,
        certificate: Issued | None = None,
        plain: bool = True,
    ) -> httpx.Response:
        """Send any request."""
        client = self.doors.client(None if plain else certificate)
        url = self.tenant.url("insi", tls=not plain) + path
        return client.request(method, url, content=body, headers=dict(headers or {}))

    @staticmethod
    def _written(asked: Asked | str, changes: tuple[tuple[str, str], ...]) -> bytes:
        return changed(asked if isinstance(asked, str) else asking(asked), *changes).encode()

    def mark(self, name: str, subject: str = "", ago: timedelta = timedelta(), **detail: str) -> None:
        """Put a marker, now or some time ago."""

        def put(session: Session) -> None:
            session.markers.put(Marker((session.clock.age() - ago).isoformat(), name, subject, dict(detail)))

        self.tenant.do(put)

    def findings(self) -> list[Finding]:
        """Return every finding of the session."""
        return [finding for exchange in self.tenant.exchanges() for finding in exchange.findings]

    def kept(self) -> set[str]:
        """Return the checks that saw their rule kept."""
        observations = self.tenant.do(lambda session: session.journal.observations())
        return {seen.check_id for seen in observations if seen.passed}
