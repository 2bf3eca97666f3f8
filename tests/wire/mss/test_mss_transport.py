"""What fails before a command is one exchange in the session of the listener, with its cause and its remedy."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import uvloop
from support.mail_client import Mailer
from support.mail_dialogues import MAIL, RCPT
from support.mss_operator import MailOperator, Since

from lgo_sandbox.run.assemble import running
from lgo_sandbox.settings import Settings
from lgo_sandbox.watch.exchange import Exchange

HELLO = bytes.fromhex("160301002f0100002b0303") + bytes(32) + bytes.fromhex("000004002f00350100")
DOORS = ("smtp", "imap")


@pytest.fixture
def told(operator: MailOperator, since: Since) -> Since:
    """The exchanges of broken connections, once every connection has ended."""

    def read() -> list[Exchange]:
        operator.settle()
        return [one for one in since() if one.operation.endswith("-connection")]

    return read


def _ask_tls(mailer: Mailer, door: str) -> Any:
    raw = mailer.connect(door)
    if door == "smtp":
        raw.reply(b"EHLO lgo.test")
        raw.reply(b"STARTTLS")
    else:
        raw.command(b"STARTTLS")
    return raw


def _handshake(context: ssl.SSLContext) -> Callable[[Mailer, str], None]:
    def way(mailer: Mailer, door: str) -> None:
        raw = _ask_tls(mailer, door)
        with suppress(OSError):
            raw.secure(context)
            raw.line()
        raw.close()

    return way


def _showing_a_signature_certificate(mailer: Mailer, door: str) -> None:
    tenant = mailer.tenant
    issued = tenant.runner.issue("org-sign", session=tenant.name)
    raw = mailer.secured(door, issued)
    raw.send(b"NOOP\r\n" if door == "smtp" else b"t NOOP\r\n")
    while raw.line():
        pass
    raw.close()


def _saying_nothing(mailer: Mailer, door: str) -> None:
    mailer.patch("mss_mock.port.MailPort.handshake_seconds", 0.1)
    raw = _ask_tls(mailer, door)
    raw.line()
    raw.close()


def _lax(**members: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(members.pop("ciphers", "ALL:@SECLEVEL=0"))
    for name, value in members.items():
        setattr(context, name, value)
    return context


def _old_tls() -> ssl.SSLContext:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return _lax(minimum_version=ssl.TLSVersion.TLSv1_1, maximum_version=ssl.TLSVersion.TLSv1_1)


def _octets(octets: bytes, *, secured: bool = False) -> Callable[[Mailer, str], None]:
    def way(mailer: Mailer, door: str) -> None:
        raw = _ask_tls(mailer, door) if secured else mailer.raw(door)
        raw.send(octets)
        raw.sock.settimeout(2)
        while raw.line():
            pass
        raw.close()

    return way


def _left(mailer: Mailer, door: str) -> None:
    _ask_tls(mailer, door).close()


def _half_a_line(mailer: Mailer, door: str) -> None:
    raw = mailer.connect(door)
    raw.send(b"NO")
    raw.close()


def _half_a_login(mailer: Mailer, door: str) -> None:
    raw = mailer.smtp() if door == "smtp" else mailer.secured("imap")
    raw.ask(b"AUTH XOAUTH2" if door == "smtp" else b"t AUTHENTICATE XOAUTH2")
    raw.close()


def _half_a_mail(mailer: Mailer, door: str) -> None:
    if door == "smtp":
        raw = mailer.sender()
        for line in (MAIL, RCPT, b"DATA"):
            raw.reply(line)
        raw.send(b"Subject: moiti")
    else:
        raw = mailer.reader()
        raw.ask(b"t APPEND INBOX {500}")
        raw.send(b"Subject: moiti")
    raw.close()


WAYS: dict[str, tuple[Callable[[Mailer, str], None], str]] = {
    "a TLS hello": (_octets(HELLO), "SANDBOX-TLS-IMPLICITE-"),
    "an HTTP request": (_octets(b"POST / HTTP/1.1\r\n\r\n"), "SANDBOX-HTTP-SUR-COURRIEL"),
    "a client that does not know our authority": (
        _handshake(ssl.create_default_context()),
        "SANDBOX-AUTORITE-INCONNUE",
    ),
    "TLS 1.1": (_handshake(_old_tls()), "SANDBOX-VERSION-TLS"),
    "no common suite": (
        _handshake(_lax(ciphers="AES128-SHA:@SECLEVEL=0", maximum_version=ssl.TLSVersion.TLSv1_2)),
        "SANDBOX-SUITE",
    ),
    "a signature certificate": (_showing_a_signature_certificate, "SANDBOX-CERTIFICAT-CLIENT"),
    "no handshake in time": (_saying_nothing, "SANDBOX-POIGNEE-ROMPUE"),
    "an HTTP request after STARTTLS": (_octets(b"GET / HTTP/1.1\r\n\r\n", secured=True), "SANDBOX-TLS-ATTENDU"),
    "text after STARTTLS": (_octets(b"EHLO encore en clair\r\n", secured=True), "SANDBOX-TLS-ATTENDU"),
    "a handshake that is left": (_left, "SANDBOX-POIGNEE-ROMPUE"),
    "half a line": (_half_a_line, "SANDBOX-DIALOGUE-COUPE"),
    "half a login": (_half_a_login, "SANDBOX-DIALOGUE-COUPE"),
    "half a message": (_half_a_mail, "SANDBOX-DIALOGUE-COUPE"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("what", WAYS)
def test_what_breaks_before_a_command_is_one_exchange_with_its_cause(
    what: str, door: str, mailer: Mailer, told: Since
) -> None:
    way, cause = WAYS[what]
    way(mailer, door)
    (exchange,) = told()
    (finding,) = exchange.findings
    assert finding.check_id == (cause + door.upper() if cause.endswith("-") else cause)
    assert (exchange.transport, exchange.operation) == (door, f"{door}-connection")
    assert finding.received
    assert finding.remedy
    assert finding.source.startswith("docs/sources/transport.md#")


@pytest.mark.parametrize(
    ("what", "received", "remedy"),
    [
        ("a signature certificate", "« clientAuth »", "« …-auth »"),
        ("no handshake in time", "dans le délai", "journal du logiciel"),
        ("a client that does not know our authority", "« unknown_ca » (48)", "« ca »"),
    ],
)
def test_a_handshake_that_fails_says_what_came_and_what_to_change(
    what: str, received: str, remedy: str, mailer: Mailer, told: Since
) -> None:
    WAYS[what][0](mailer, "imap")
    (finding,) = told()[0].findings
    assert received in finding.received
    assert remedy in finding.remedy
    assert finding.where == "poignée de main après STARTTLS"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=str)
def test_a_signature_certificate_is_told_to_its_own_session(
    door: str, version: ssl.TLSVersion, mailer: Mailer, told: Since
) -> None:
    tenant = mailer.tenant
    issued = tenant.runner.issue("org-sign", session=tenant.name)
    context = tenant.operator.context(issued)
    context.minimum_version = context.maximum_version = version
    raw = _ask_tls(mailer, door)
    raw.secure(context)
    raw.send(b"EHLO lgo.test\r\n" if door == "smtp" else b"t LOGIN lgo secret\r\n")
    assert raw.line().startswith(b"554 5.7.0 " if door == "smtp" else b"* BYE ")
    raw.close()
    told()
    (exchange,) = tenant.exchanges()
    (finding,) = exchange.findings
    assert finding.check_id == "SANDBOX-CERTIFICAT-CLIENT"
    assert "extendedKeyUsage emailProtection" in finding.received
    assert exchange.certificate in finding.received
    assert "secret" not in f"{exchange.to_json(bodies=True)}"


@pytest.mark.parametrize("door", DOORS)
def test_a_client_that_leaves_between_two_commands_is_told_nothing(door: str, mailer: Mailer, told: Since) -> None:
    mailer.connect(door).close()
    mailer.secured(door).close()
    (mailer.sender() if door == "smtp" else mailer.reader()).close()
    assert told() == []


@pytest.mark.parametrize(
    ("door", "line"),
    [("smtp", b"AUTH PLAIN AHNlY3JldA=="), ("imap", b"t LOGIN lgo secret"), ("imap", b"t AUTHENTICATE PLAIN c2VjcmV0")],
)
def test_credentials_in_clear_are_reproached_and_never_kept(
    door: str, line: bytes, mailer: Mailer, since: Since
) -> None:
    raw = mailer.connect(door)
    if door == "smtp":
        raw.reply(b"EHLO lgo.test")
    raw.ask(line)
    (exchange,) = since()
    assert [finding.check_id for finding in exchange.findings] == ["MSS-CLEAR-LOGIN"]
    kept = f"{exchange.to_json(bodies=True)}"
    assert not any(secret in kept for secret in ("AHNlY3JldA", "secret", "c2VjcmV0"))


async def _converse(port: int, *lines: bytes) -> list[bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    for line in lines:
        writer.write(line)
        answers.append(await asyncio.wait_for(reader.readline(), 10))
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return answers


def test_beyond_its_cap_a_port_answers_under_uvloop_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """uvloop's transports are no asyncio.WriteTransport: the cap was a stack trace there."""
    from mss_mock.port import MailPort

    async def main() -> list[list[bytes]]:
        async with running(Settings(state=tmp_path / "state", port_base=0), ["mss"]) as launcher:
            ports = {name: int(at.rpartition(":")[2]) for name, at in launcher.sandbox.addresses.sockets.items()}
            said = [await _converse(ports[door], b"") for door in DOORS]
            monkeypatch.setattr(MailPort, "max_connections", 0)
            said += [await _converse(ports[door], b"") for door in DOORS]
            session = launcher.sandbox.sessions.get("default")
            for port in launcher._running:
                if isinstance(port, MailPort) and port._tasks:
                    await asyncio.wait(port._tasks)
            codes = [finding.check_id for exchange in session.journal.read() for finding in exchange.findings]
            assert codes == ["SANDBOX-TROP-DE-CONNEXIONS"] * 2
            return said

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        said = runner.run(main())
    assert [one[0][:5] for one in said] == [b"220 m", b"* OK ", b"421 4", b"* BYE"]


@pytest.mark.parametrize("door", DOORS)
def test_http_on_a_mail_port_is_told_the_address_that_speaks_it(door: str, mailer: Mailer, told: Since) -> None:
    WAYS["an HTTP request"][0](mailer, door)
    (finding,) = told()[0].findings
    assert mailer.tenant.operator.runner.launcher.sandbox.addresses.tls["annuaire"] in finding.remedy
