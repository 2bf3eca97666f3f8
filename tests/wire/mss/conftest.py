"""A running MSSanté operator with a stand-in for PSC's introspection, and what mail clients need to reach it."""

from __future__ import annotations

import asyncio
import base64
import imaplib
import itertools
import json
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from lgo_sandbox.gate.serving import HttpListener, bind
from lgo_sandbox.gate.tls import client_context
from lgo_sandbox.pki import Issued, Kind
from lgo_sandbox.pki.holders import organisation_holder
from lgo_sandbox.population.people import population
from lgo_sandbox.run.assemble import running
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session, SessionConfig
from lgo_sandbox.tenant.tokens import mark
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.journal import Filter
from mss_mock.codes import PSC_CLIENT, PSC_SECRET
from mss_mock.port import MailPort

TITULAIRE = "helene.valmont@pharmacien.mssante.fr"
GENERALISTE = "isabelle.delorme@medecin.mssante.fr"
ADJOINT = "thomas.castelnau@pharmacien.mssante.fr"
OFFICINE = "contact@pharmacie-fontaine.mssante.fr"
APPLICATION = "contact_auto@pharmacie-fontaine.mssante.fr"
CITIZEN = "256036330091838@patient.mssante.fr"
CLOSED_CITIZEN = "155128002194517@patient.mssante.fr"
TIMEOUT = 20

MAIL = (
    b"From: Mme Helene VALMONT - Pharmacie de la Fontaine <helene.valmont@pharmacien.mssante.fr>\r\n"
    b"To: isabelle.delorme@medecin.mssante.fr\r\n"
    b"Subject: Bonjour\r\n"
    b"Message-ID: <un@pharmacien.mssante.fr>\r\n"
    b"X-MSS-NIL: SBX-LGO-000001\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"Bonjour docteur.\r\n"
)


async def _fake_psc(scope: Any, receive: Any, send: Any) -> None:
    """Answer an introspection: a token is ``[session~]jeton.<persona>[.anything]``; others are inactive."""
    body = (await receive())["body"].decode()
    token = parse_qs(body).get("token", [""])[0].rpartition("~")[2]
    kind, _, rest = token.partition(".")
    persona = rest.partition(".")[0]
    known = {p.id: p.national_id for p in population().professionals}
    basic = dict(scope["headers"]).get(b"authorization", b"").decode()
    allowed = basic == "Basic " + base64.b64encode(f"{PSC_CLIENT}:{PSC_SECRET}".encode()).decode()
    answer: dict[str, Any] = {"active": False}
    if kind == "jeton" and persona in known:
        answer = {"active": True, "SubjectNameID": known[persona], "preferred_username": known[persona]}
    status = 503 if kind == "panne" else 200 if allowed else 401
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


@dataclass
class Operator:
    """The running operator, seen from a test's thread."""

    launcher: Launcher
    loop: asyncio.AbstractEventLoop

    @property
    def smtp_port(self) -> int:
        return int(self.launcher.sandbox.addresses.sockets["smtp"].rpartition(":")[2])

    @property
    def imap_port(self) -> int:
        return int(self.launcher.sandbox.addresses.sockets["imap"].rpartition(":")[2])

    @property
    def annuaire(self) -> str:
        return self.launcher.sandbox.addresses.plain["annuaire"]

    @property
    def ca(self) -> Path:
        return self.launcher.sandbox.pki.ca_bundle

    def run(self, function: Callable[[], Any]) -> Any:
        """Run a function in the operator's loop."""

        async def call() -> Any:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(TIMEOUT)

    def wait(self, function: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Run a coroutine in the operator's loop to its end."""

        async def call() -> Any:
            return await function()

        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(TIMEOUT)

    def settle(self) -> None:
        """Wait until every connection of the mail ports that its client has left is ended."""

        async def ended() -> None:
            ports = [one for one in self.launcher._running if isinstance(one, MailPort)]
            if tasks := {task for port in ports for task in port._tasks}:
                await asyncio.wait(tasks, timeout=TIMEOUT)

        self.wait(ended)

    def context(self, certificate: Issued | None = None) -> ssl.SSLContext:
        return client_context(self.ca, certificate)

    def app_certificate(self, variant: str = "good", structure: str = "officine", session: str = "default") -> Issued:
        holder = organisation_holder(population().structure(structure))
        pki = self.launcher.sandbox.pki
        return self.run(lambda: pki.issue(Kind.MSS_APP, holder=holder, variant=variant, session=session))


@dataclass
class Tenant:
    """A fresh session of the operator."""

    operator: Operator
    name: str

    def token(self, persona: str = "titulaire", *, kind: str = "jeton", padding: int = 0) -> str:
        return mark(self.name, f"{kind}.{persona}{'.' + 'a' * padding if padding else ''}")

    def sasl(self, address: str = TITULAIRE, persona: str = "titulaire", **more: Any) -> bytes:
        return f"user={address}\x01auth=Bearer {self.token(persona, **more)}\x01\x01".encode()

    def session(self) -> Session:
        return self.operator.launcher.sandbox.sessions.get(self.name)

    def configure(self, **options: str) -> None:
        named = {f"mss.{name}": value for name, value in options.items()}
        self.operator.run(lambda: self.session().configure(SessionConfig(options=named)))

    def do(self, act: Callable[[Session], Any]) -> Any:
        return self.operator.run(lambda: act(self.session()))

    def exchanges(self, operation: str = "") -> list[Exchange]:
        def read(session: Session) -> list[Exchange]:
            session.journal.flush()
            return list(session.journal.read(Filter(operation=operation), bodies=True))

        self.operator.wait(self.session().looking.settle)
        found: list[Exchange] = self.do(read)
        return found

    def findings(self, operation: str = "") -> list[str]:
        """The ids of the findings, in order, but those on the mails of tests that are about something else."""
        return [finding.check_id for exchange in self.exchanges(operation) for finding in exchange.findings]

    # Clients

    @contextmanager
    def smtp(self, address: str = TITULAIRE, persona: str = "titulaire") -> Iterator[smtplib.SMTP]:
        with smtplib.SMTP("127.0.0.1", self.operator.smtp_port, timeout=TIMEOUT) as client:
            client.starttls(context=self.operator.context())
            client.ehlo()
            code, reply = client.docmd("AUTH", "XOAUTH2 " + base64.b64encode(self.sasl(address, persona)).decode())
            assert code == 235, reply
            yield client

    @contextmanager
    def imap(self, address: str = TITULAIRE, persona: str = "titulaire") -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.operator.imap_port, timeout=TIMEOUT)
        try:
            client.starttls(ssl_context=self.operator.context())
            client.authenticate("XOAUTH2", lambda _: self.sasl(address, persona))
            yield client
        except BaseException:
            client.shutdown()
            raise
        client.logout()

    def put(self, address: str, octets: bytes, folder: str = "INBOX") -> None:
        from mss_mock.delivery import store_of
        from mss_mock.store import New

        self.do(lambda s: store_of(s).add([New(address, octets, s.clock.wire(), folder)]))

    def inbox(self, address: str) -> list[bytes]:
        from mss_mock.delivery import store_of

        def read(session: Session) -> list[bytes]:
            store = store_of(session)
            folder = store.folder(address, "INBOX")
            return [store.octets(row.content_id) or b"" for row in store.messages(folder.id)] if folder else []

        octets: list[bytes] = self.do(read)
        return octets


class Raw:
    """A raw client: lines in, lines out, TLS on demand."""

    def __init__(self, port: int) -> None:
        self.sock: socket.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.buffer = b""

    def send(self, octets: bytes) -> None:
        self.sock.sendall(octets)

    def line(self) -> bytes:
        """Return a line without its end; empty when the peer closed."""
        while b"\r\n" not in self.buffer:
            try:
                chunk = self.sock.recv(65536)
            except (ConnectionResetError, ssl.SSLError):
                chunk = b""
            if not chunk:
                rest, self.buffer = self.buffer, b""
                return rest
            self.buffer += chunk
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def ask(self, octets: bytes) -> bytes:
        """Send a line; return the next one."""
        self.send(octets + b"\r\n")
        return self.line()

    def reply(self, octets: bytes) -> list[bytes]:
        """Send an SMTP command; return all lines of the reply."""
        self.send(octets + b"\r\n")
        lines = [self.line()]
        while lines[-1][3:4] == b"-":
            lines.append(self.line())
        return lines

    def command(self, octets: bytes, tag: bytes = b"t") -> list[bytes]:
        """Send an IMAP command; return the lines up to its tagged response."""
        self.send(tag + b" " + octets + b"\r\n")
        return self.until(tag)

    def until(self, tag: bytes = b"t") -> list[bytes]:
        lines = [self.line()]
        while not lines[-1].startswith((tag + b" ", b"* BYE")) and lines[-1]:
            lines.append(self.line())
        return lines

    def secure(self, context: ssl.SSLContext) -> None:
        self.sock = context.wrap_socket(self.sock, server_hostname="localhost")

    def close(self) -> None:
        self.sock.close()


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    started: list[Operator] = []
    failed: list[BaseException] = []
    ready, stop = threading.Event(), []

    async def main() -> None:
        psc = await HttpListener.open(_fake_psc, bind("127.0.0.1", 0))
        urls = {"psc": f"http://127.0.0.1:{psc.port}"}
        settings = Settings(state=tmp_path_factory.mktemp("mss"), port_base=0, service_urls=urls)
        ending = asyncio.Event()
        try:
            async with running(settings, ["mss"]) as launcher:
                stop.append(ending.set)
                started.append(Operator(launcher, asyncio.get_running_loop()))
                ready.set()
                await ending.wait()
        finally:
            await psc.close()

    def thread() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:
            failed.append(error)
        finally:
            ready.set()

    worker = threading.Thread(target=thread, daemon=True)
    worker.start()
    ready.wait(60)
    if failed:
        raise failed[0]
    yield started[0]
    started[0].loop.call_soon_threadsafe(stop[0])
    worker.join(20)
    if failed:
        raise failed[0]


_numbers = itertools.count(1)


@pytest.fixture
def tenant(operator: Operator) -> Iterator[Tenant]:
    name = f"essai-{next(_numbers)}"
    sessions = operator.launcher.sandbox.sessions
    operator.run(lambda: sessions.create(name))
    yield Tenant(operator, name)
    operator.run(lambda: sessions.delete(name))


@pytest.fixture
def smtp_socket(operator: Operator) -> Iterator[Raw]:
    raw = Raw(operator.smtp_port)
    yield raw
    raw.close()


@pytest.fixture
def imap_socket(operator: Operator) -> Iterator[Raw]:
    raw = Raw(operator.imap_port)
    yield raw
    raw.close()


@pytest.fixture
def connect(operator: Operator) -> Iterator[Callable[[str], Raw]]:
    """Opens raw connections to a door by its name, and closes them."""
    ports, opened = {"smtp": operator.smtp_port, "imap": operator.imap_port}, []

    def open_one(door: str) -> Raw:
        opened.append(Raw(ports[door]))
        return opened[-1]

    yield open_one
    for raw in opened:
        raw.close()


@pytest.fixture
def since(operator: Operator, tenant: Tenant) -> Callable[[], list[Exchange]]:
    """The exchanges since the test began: in the session of the listeners, then in its own."""
    sessions = operator.launcher.sandbox.sessions
    before = operator.run(lambda: sessions.get("default").journal.last_seq())

    def read() -> list[Exchange]:
        operator.wait(lambda: sessions.get("default").looking.settle())
        earlier = operator.run(lambda: sessions.get("default").journal.read(Filter(after=before), bodies=True))
        return [*earlier, *tenant.exchanges()]

    return read


@pytest.fixture
def submission(smtp_socket: Raw, tenant: Tenant) -> Raw:
    """A raw SMTP connection that is logged in as the titulaire."""
    smtp_socket.line()
    smtp_socket.reply(b"EHLO lgo.test")
    smtp_socket.reply(b"STARTTLS")
    smtp_socket.secure(tenant.operator.context())
    smtp_socket.reply(b"EHLO lgo.test")
    assert smtp_socket.ask(b"AUTH XOAUTH2 " + base64.b64encode(tenant.sasl())).startswith(b"235")
    return smtp_socket


@pytest.fixture
def mailbox(imap_socket: Raw, tenant: Tenant) -> Raw:
    """A raw IMAP connection that is logged in as the titulaire."""
    imap_socket.line()
    imap_socket.command(b"STARTTLS")
    imap_socket.secure(tenant.operator.context())
    assert imap_socket.command(b"AUTHENTICATE XOAUTH2 " + base64.b64encode(tenant.sasl()))[-1].startswith(b"t OK")
    return imap_socket


class Names:
    """The addresses and the mail that tests use."""

    TITULAIRE, GENERALISTE, ADJOINT, OFFICINE = TITULAIRE, GENERALISTE, ADJOINT, OFFICINE
    APPLICATION, CITIZEN, CLOSED_CITIZEN, MAIL = APPLICATION, CITIZEN, CLOSED_CITIZEN, MAIL


@pytest.fixture
def mss() -> type[Names]:
    return Names
