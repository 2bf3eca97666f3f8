"""A running mail operator that asks a stand-in for Pro Santé Connect, and sessions of it with their mail clients."""

from __future__ import annotations

import asyncio
import base64
import imaplib
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import httpx

from lgo_sandbox.gate.serving import HttpListener, bind
from lgo_sandbox.pki import Issued
from lgo_sandbox.tenant.sessions import Sessions
from lgo_sandbox.tenant.tokens import mark
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.journal import Filter
from mss_mock.codes import ANNUAIRE_KEY, PSC_CLIENT, PSC_SECRET
from mss_mock.delivery import store_of
from mss_mock.port import MailPort
from mss_mock.store import New
from support.introspection import introspection_of
from support.mss_people import TITULAIRE
from support.mss_raw import TIMEOUT
from support.tenants import Runner, Tenant, running_in_background

__all__ = ["MailOperator", "MailTenant", "Since", "operator_running"]

Since = Callable[[], list[Exchange]]
"""Gives the exchanges since a test began."""


class MailOperator:
    """The running operator, seen from a test's thread.

    ``http`` asks its HTTP door as anybody, ``directory`` with the key of the directory.
    """

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.context = cache(runner.trust)
        self.http, self.directory = self._client({}), self._client({"ESANTE-API-KEY": ANNUAIRE_KEY})

    @property
    def smtp_port(self) -> int:
        """The port of the submission door."""
        return self._port("smtp")

    @property
    def imap_port(self) -> int:
        """The port of the reading door."""
        return self._port("imap")

    def _port(self, door: str) -> int:
        return int(self.runner.launcher.sandbox.addresses.sockets[door].rpartition(":")[2])

    @property
    def annuaire(self) -> str:
        """The root of the HTTP door."""
        return self.runner.launcher.sandbox.addresses.plain["annuaire"]

    @property
    def ca(self) -> Path:
        """The file of the authorities to trust."""
        return self.runner.launcher.sandbox.pki.ca_bundle

    @property
    def sessions(self) -> Sessions:
        """The sessions; use them within ``runner.do``."""
        return self.runner.launcher.sandbox.sessions

    def app_certificate(self, variant: str = "good", structure: str = "officine", session: str = "default") -> Issued:
        """Return a certificate that opens the application mailbox of a structure."""
        return self.runner.issue("mss-app", structure, variant, session)

    def tenant(self, *, durable: bool = False) -> MailTenant:
        """Return a fresh session; ``durable``: in files."""
        return MailTenant(self, self.runner.tenant("essai-", durable=durable).name)

    def settle(self) -> None:
        """Wait until every connection of the mail ports that its client has left is ended."""

        async def ended() -> None:
            ports = [one for one in self.runner.launcher._running if isinstance(one, MailPort)]
            if tasks := {task for port in ports for task in port._tasks}:
                await asyncio.wait(tasks, timeout=TIMEOUT)

        self.runner.wait(ended())

    def heard(self) -> int:
        """Return the number of the last exchange in the session of the listeners."""
        return self.runner.do(lambda: self.sessions.get("default").journal.last_seq())

    def heard_since(self, number: int) -> list[Exchange]:
        """Return the exchanges of the session of the listeners after a number."""
        session = self.runner.do(lambda: self.sessions.get("default"))
        self.runner.settle(session)
        return self.runner.do(lambda: session.journal.read(Filter(after=number), bodies=True))

    def close(self) -> None:
        """Close the HTTP clients."""
        self.http.close()
        self.directory.close()

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        return httpx.Client(
            base_url=self.annuaire, headers=headers, verify=self.context(), trust_env=False, timeout=TIMEOUT
        )


class MailTenant(Tenant):
    """A fresh session of the operator."""

    def __init__(self, operator: MailOperator, name: str) -> None:
        super().__init__(operator.runner, name)
        self.operator = operator

    def token(self, persona: str = "titulaire", *, kind: str = "jeton", padding: int = 0) -> str:
        """Return a token of this session that introspection knows; kinds ``expire`` and ``panne`` are not good."""
        return mark(self.name, f"{kind}.{persona}{'.' + 'a' * padding if padding else ''}")

    def sasl(
        self, address: str = TITULAIRE, persona: str = "titulaire", *, kind: str = "jeton", padding: int = 0
    ) -> bytes:
        """Return a response of XOAUTH2."""
        return f"user={address}\x01auth=Bearer {self.token(persona, kind=kind, padding=padding)}\x01\x01".encode()

    def configure(self, **options: str) -> None:
        """Set options of the operator."""
        self.option(**{f"mss__{name}": value for name, value in options.items()})

    def kept(self) -> set[str]:
        """Return the ids of the checks that were kept at least once."""
        self.exchanges()
        return {seen.check_id for seen in self.do(lambda session: session.journal.observations()) if seen.passed}

    def put(self, address: str, octets: bytes, folder: str = "INBOX") -> None:
        """Put a message in a mailbox."""
        self.do(lambda session: store_of(session).add([New(address, octets, session.clock.wire(), folder)]))

    def inbox(self, address: str) -> list[bytes]:
        """Return the messages that arrived in a mailbox."""

        def read() -> list[bytes]:
            store = store_of(self.session)
            folder = store.folder(address, "INBOX")
            return [store.octets(row.content_id) or b"" for row in store.messages(folder.id)] if folder else []

        return self.runner.do(read)

    # Clients

    @contextmanager
    def smtp(self, address: str = TITULAIRE, persona: str = "titulaire") -> Iterator[smtplib.SMTP]:
        """Give an SMTP client that is logged in."""
        with smtplib.SMTP("127.0.0.1", self.operator.smtp_port, timeout=TIMEOUT) as client:
            client.starttls(context=self.operator.context())
            client.ehlo()
            code, reply = client.docmd("AUTH", "XOAUTH2 " + base64.b64encode(self.sasl(address, persona)).decode())
            assert code == 235, reply
            yield client

    @contextmanager
    def imap(self, address: str = TITULAIRE, persona: str = "titulaire") -> Iterator[imaplib.IMAP4]:
        """Give an IMAP client that is logged in."""
        client = imaplib.IMAP4("127.0.0.1", self.operator.imap_port, timeout=TIMEOUT)
        try:
            client.starttls(ssl_context=self.operator.context())
            client.authenticate("XOAUTH2", lambda _: self.sasl(address, persona))
            yield client
        except BaseException:
            client.shutdown()
            raise
        client.logout()


@contextmanager
def operator_running(state: Path) -> Iterator[MailOperator]:
    """Run the operator within the block, with a stand-in for introspection beside it."""
    sock = bind("127.0.0.1", 0)
    urls = {"psc": f"http://127.0.0.1:{sock.getsockname()[1]}"}
    with running_in_background(state, "mss", service_urls=urls) as runner:
        psc = runner.wait(HttpListener.open(introspection_of(PSC_CLIENT, PSC_SECRET), sock))
        operator = MailOperator(runner)
        try:
            yield operator
        finally:
            operator.close()
            runner.wait(psc.close())
