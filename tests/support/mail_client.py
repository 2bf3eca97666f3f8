"""A client of the three doors of the mail operator in a session of its own, as far into a dialogue as is wanted."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from lgo_sandbox.pki import Issued
from lgo_sandbox.tenant.session import Session
from support.mss_operator import MailTenant
from support.mss_raw import Raw

__all__ = ["Mailer"]


@dataclass
class Mailer:
    """A fresh session of the operator: ``raw`` opens a connection (by door), ``patch`` replaces an attribute."""

    tenant: MailTenant
    raw: Callable[[str], Raw]
    patch: Callable[[str, Any], None]

    def connect(self, door: str) -> Raw:
        """Return a connection whose greeting was read."""
        raw = self.raw(door)
        raw.line()
        return raw

    def secured(self, door: str, certificate: Issued | None = None) -> Raw:
        """Return a connection in TLS."""
        raw = self.connect(door)
        if door == "smtp":
            raw.reply(b"EHLO lgo.test")
            raw.reply(b"STARTTLS")
        else:
            raw.command(b"STARTTLS")
        raw.secure(self.tenant.operator.context(certificate))
        return raw

    def smtp(self, certificate: Issued | None = None) -> Raw:
        """Return an SMTP connection in TLS, greeted."""
        raw = self.secured("smtp", certificate)
        raw.reply(b"EHLO lgo.test")
        return raw

    def application(self, variant: str = "good") -> Issued:
        """Return a certificate of the structure for this session."""
        return self.tenant.operator.app_certificate(variant, session=self.tenant.name)

    def sender(self) -> Raw:
        """Return an SMTP connection that is logged in."""
        raw = self.smtp()
        assert raw.ask(b"AUTH XOAUTH2 " + base64.b64encode(self.tenant.sasl())).startswith(b"235")
        return raw

    def reader(self, *commands: bytes) -> Raw:
        """Return an IMAP connection that is logged in, after some commands."""
        raw = self.secured("imap")
        assert raw.command(b"AUTHENTICATE XOAUTH2 " + base64.b64encode(self.tenant.sasl()))[-1].startswith(b"t OK")
        for command in commands:
            raw.command(command)
        return raw

    def http(self, path: str, method: str = "GET", *, key: bool = True, json: object = None) -> bytes:
        """Return the status of an HTTP answer and its body."""
        operator = self.tenant.operator
        answer = (operator.directory if key else operator.http).request(
            method, f"/s/{self.tenant.name}{path}", json=json
        )
        return b"%d " % answer.status_code + answer.content

    def still(self) -> None:
        """Let the time of the session stand, the one that messages carry too: all calls come at one moment."""

        def stand(session: Session) -> None:
            session.move_clock(by=timedelta(0), frozen=True)
            session.configure(replace(session.config, clock=replace(session.clock.state, wire="session")))

        self.tenant.do(stand)
