"""Mail connections that fall with the Pro Santé Connect session whose token opened them, at a whole sandbox."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest
from support.connections import Connections
from support.mss_people import APPLICATION, TITULAIRE
from support.mss_raw import Raw
from support.psc import PscClient, in_its_own_session
from support.tenants import Runner

from lgo_sandbox.gate.introspection import ENDING_PATH
from lgo_sandbox.pki import Issued
from lgo_sandbox.tenant.faults import Fault, FaultKind
from mss_mock.codes.faults import SESSION_ENDED
from mss_mock.port import MailPort

DOORS = ("smtp", "imap")


@pytest.fixture(scope="module")
def connections(everything: Runner) -> Iterator[Connections]:
    opened = Connections(everything)
    yield opened
    opened.close()


@pytest.fixture
def lgo(everything: Runner, connections: Connections) -> Iterator[PscClient]:
    with in_its_own_session(everything, connections) as software:
        yield software


Open = Callable[[str, bytes], Raw]


@pytest.fixture
def opened(everything: Runner) -> Iterator[Open]:
    """Opens a mailbox at a door by a SASL response; with a certificate, by PLAIN."""
    raws: list[Raw] = []

    def open_one(door: str, response: bytes, certificate: Issued | None = None) -> Raw:
        raw = Raw(int(everything.launcher.sandbox.addresses.sockets[door].rpartition(":")[2]))
        raws.append(raw)
        raw.line()
        raw.reply(b"EHLO lgo.test") if door == "smtp" else None
        raw.reply(b"STARTTLS") if door == "smtp" else raw.command(b"STARTTLS")
        raw.secure(everything.trust(certificate))
        mechanism = b"PLAIN " if certificate else b"XOAUTH2 "
        if door == "smtp":
            raw.reply(b"EHLO lgo.test")
            assert raw.ask(b"AUTH " + mechanism + base64.b64encode(response)).startswith(b"235")
        else:
            assert raw.command(b"AUTHENTICATE " + mechanism + base64.b64encode(response))[-1].startswith(b"t OK")
        return raw

    yield open_one
    for raw in raws:
        raw.close()


def _sasl(token: str) -> bytes:
    return f"user={TITULAIRE}\x01auth=Bearer {token}\x01\x01".encode()


def _looked(everything: Runner) -> None:
    """Let the mail ports look at once at what has ended."""

    async def look() -> None:
        for port in everything.launcher._running:
            if isinstance(port, MailPort):
                await port.end_outlived()

    everything.wait(look())


def _lives(raw: Raw, door: str) -> bool:
    return raw.ask(b"NOOP").startswith(b"250") if door == "smtp" else raw.command(b"NOOP")[-1].startswith(b"t OK")


@pytest.mark.parametrize("door", DOORS)
def test_a_connection_falls_when_the_person_logs_out(
    everything: Runner, lgo: PscClient, opened: Open, door: str
) -> None:
    tokens = lgo.tokens()
    raw = opened(door, _sasl(tokens["access_token"]))
    lgo.logout(tokens)
    if door == "imap":  # at the other door the port is left to look by itself
        _looked(everything)
    assert raw.line() == SESSION_ENDED[door]
    assert raw.line() == b""
    (exchange,) = lgo.tenant.exchanges(f"{door}-connection")
    (finding,) = exchange.findings
    assert (finding.severity, finding.source) == ("information", "docs/sources/mssante.md#fin-de-session")
    assert "déconnexion" in finding.received


@pytest.mark.parametrize("end", ["by time", "revoked"])
def test_it_falls_however_the_session_ends(everything: Runner, lgo: PscClient, opened: Open, end: str) -> None:
    tokens = lgo.tokens()
    raw = opened("imap", _sasl(tokens["access_token"]))
    if end == "by time":
        lgo.tenant.move(hours=5)
    else:
        lgo.post("revoke", token=tokens["refresh_token"])
    _looked(everything)
    assert raw.line() == SESSION_ENDED["imap"]


def test_idle_falls_too_and_a_new_login_is_welcome(everything: Runner, lgo: PscClient, opened: Open) -> None:
    tokens = lgo.tokens()
    raw = opened("imap", _sasl(tokens["access_token"]))
    raw.command(b"SELECT INBOX")
    assert raw.ask(b"t IDLE").startswith(b"+")
    lgo.logout(tokens)
    _looked(everything)
    assert raw.line() == SESSION_ENDED["imap"]
    assert "SANDBOX-DIALOGUE-COUPE" not in lgo.tenant.findings()
    assert _lives(opened("imap", _sasl(lgo.tokens()["access_token"])), "imap")


@pytest.mark.parametrize("door", DOORS)
def test_an_expired_token_of_a_session_that_goes_on_ends_nothing(
    everything: Runner, lgo: PscClient, opened: Open, door: str
) -> None:
    raw = opened(door, _sasl(lgo.tokens()["access_token"]))
    lgo.tenant.move(minutes=5)
    _looked(everything)
    assert _lives(raw, door)


def test_asking_leaves_no_trace_and_meets_no_fault(everything: Runner, lgo: PscClient, opened: Open) -> None:
    raw = opened("imap", _sasl(lgo.tokens()["access_token"]))
    before = len(lgo.tenant.exchanges())
    lgo.fault(Fault("f1", "psc", FaultKind.STATUS, 503, remaining=1))
    lgo.tenant.move(minutes=1)
    _looked(everything)
    assert len(lgo.tenant.exchanges()) == before
    assert len(lgo.tenant.do(lambda session: session.faults.armed())) == 1
    assert _lives(raw, "imap")


def test_connections_stay_by_option(everything: Runner, lgo: PscClient, opened: Open) -> None:
    lgo.tenant.option(mss__session_end="keep")
    tokens = lgo.tokens()
    raw = opened("smtp", _sasl(tokens["access_token"]))
    lgo.logout(tokens)
    _looked(everything)
    assert _lives(raw, "smtp")


@pytest.mark.parametrize("door", DOORS)
def test_where_connections_stay_the_software_has_to_close_them(
    everything: Runner, lgo: PscClient, opened: Open, door: str
) -> None:
    lgo.tenant.option(mss__session_end="keep")
    tokens = lgo.tokens()
    raws = [opened(door, _sasl(tokens["access_token"])) for _ in range(2)]
    lgo.logout(tokens)
    _looked(everything)
    left, used = raws
    assert left.ask(b"QUIT" if door == "smtp" else b"t LOGOUT").startswith((b"221", b"* BYE"))
    used.reply(b"MAIL FROM:<nobody@x>") if door == "smtp" else used.command(b"SELECT INBOX")
    assert left.line().startswith(b"t OK" if door == "imap" else b"")
    assert left.line() == b""
    assert lgo.tenant.findings().count("MSS-SESSION-END") == 1
    seen = lgo.tenant.do(lambda session: session.journal.observations())
    assert {(one.passed, one.failed) for one in seen if one.check_id == "MSS-SESSION-END"} == {(1, 1)}


def test_an_application_has_no_session_to_end(everything: Runner, lgo: PscClient, opened: Open) -> None:
    tokens = lgo.tokens()
    certificate = everything.issue("mss-app", session=lgo.tenant.name)
    raw = opened("imap", f"\0{APPLICATION}\0x".encode(), certificate)
    lgo.logout(tokens)
    _looked(everything)
    assert _lives(raw, "imap")


def test_nobody_asks_that_from_outside(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    assert lgo.http.post(f"{lgo.tenant.url('psc')}{ENDING_PATH}", data={"token": token}).status_code == 404
