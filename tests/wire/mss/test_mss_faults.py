"""Every wire fault on both mail doors: what the client sees, what the journal says, and that the mail was taken."""

from __future__ import annotations

import socket
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from support.mss_operator import MailTenant
from support.mss_people import GENERALISTE, MAIL, TITULAIRE
from support.mss_raw import TIMEOUT, Raw

from lgo_sandbox.control.errors import ControlError
from lgo_sandbox.control.faults import checked_operation
from lgo_sandbox.control.models import NewFault
from lgo_sandbox.gate.spoiling import NOISE
from lgo_sandbox.tenant.faults import ANY, Fault, FaultKind
from mss_mock.imap.commands import COMMANDS
from mss_mock.service import SERVICE

REPLY = b"250 2.0.0 Ok: queued as "
HANGS = (FaultKind.STALL, FaultKind.NO_ANSWER)
WIRE = [kind for kind in FaultKind if kind.on_the_wire]
PATIENCE = 0.3
"""After which nothing more comes from a door that hangs; one that ends the connection is waited for."""


def _arm(
    tenant: MailTenant,
    kind: FaultKind,
    operation: str,
    value: int = 0,
    client: str = ANY,
    nth: int = 1,
    remaining: int | None = None,
) -> None:
    fault = Fault("f1", "mss", kind, value, operation, client, remaining, nth)
    tenant.do(lambda session: session.faults.arm(fault))


def _rest(raw: Raw, kind: FaultKind) -> tuple[bytes, str]:
    """Return what still comes, and how it ends: closed, reset, or nothing more."""
    raw.sock.settimeout(PATIENCE if kind in HANGS else TIMEOUT)
    came, raw.buffer = raw.buffer, b""
    try:
        while chunk := raw.sock.recv(65536):
            came += chunk
    except TimeoutError:
        return came, "open"
    except ConnectionResetError:
        return came, "reset"
    except OSError:
        return came, "closed"
    return came, "closed"


def _envelope(raw: Raw) -> None:
    raw.reply(b"MAIL FROM:<" + TITULAIRE.encode() + b">")
    raw.reply(b"RCPT TO:<" + GENERALISTE.encode() + b">")
    raw.reply(b"DATA")


def _expected(kind: FaultKind, whole: bytes) -> tuple[bytes, str]:
    return {
        FaultKind.RESET: (b"", "reset"),
        FaultKind.CUT: (whole[:7], "closed"),
        FaultKind.EMPTY: (b"", "closed"),
        FaultKind.TRUNCATED: (whole[: len(whole) // 2], "closed"),
        FaultKind.GARBAGE: (NOISE, "closed"),
        FaultKind.DRIP: (whole, "closed"),
        FaultKind.STALL: (whole[: len(whole) // 2], "open"),
        FaultKind.NO_ANSWER: (b"", "open"),
    }[kind]


@pytest.mark.parametrize("kind", WIRE)
def test_a_wire_fault_spoils_the_answer_to_a_message_that_was_taken(
    submission: Raw, tenant: MailTenant, kind: FaultKind
) -> None:
    _arm(tenant, kind, "smtp-message", 500 if kind is FaultKind.DRIP else 7)
    _envelope(submission)
    submission.send(MAIL + b".\r\n")
    came, how = _rest(submission, kind)
    (exchange,) = tenant.exchanges("smtp-message")
    octets, end = _expected(kind, exchange.response_body + b"\r\n")
    assert (came, how) == (octets, end) or (kind is FaultKind.RESET and how in ("reset", "closed") and came == b"")
    assert (exchange.outcome, exchange.fault) == ("fault", "f1")
    assert "SANDBOX-PANNE" in {finding.check_id for finding in exchange.findings}
    assert len(tenant.inbox(GENERALISTE)) == 1


@pytest.mark.parametrize("kind", WIRE)
def test_a_wire_fault_spoils_the_answer_to_an_imap_command(mailbox: Raw, tenant: MailTenant, kind: FaultKind) -> None:
    _arm(tenant, kind, "imap-select", 500 if kind is FaultKind.DRIP else 7)
    mailbox.send(b"t SELECT INBOX\r\n")
    came, how = _rest(mailbox, kind)
    (exchange,) = tenant.exchanges("imap-select")
    octets, end = _expected(kind, exchange.response_body + b"\r\n")
    assert (came, how) == (octets, end) or (kind is FaultKind.RESET and how in ("reset", "closed") and came == b"")
    assert exchange.outcome == "fault"


@pytest.mark.parametrize("operation", ["smtp-mail", "smtp-rcpt", "smtp-auth"])
def test_each_command_of_smtp_can_be_struck_and_is_journaled(
    smtp_socket: Raw, tenant: MailTenant, operation: str
) -> None:
    _arm(tenant, FaultKind.EMPTY, operation, client=TITULAIRE)
    with suppress(OSError), tenant.smtp() as client:
        client.sendmail(TITULAIRE, [GENERALISTE], MAIL)
    struck = [exchange for exchange in tenant.exchanges() if exchange.fault == "f1"]
    assert [exchange.outcome for exchange in struck] == ["fault"]
    assert tenant.inbox(GENERALISTE) == []


@pytest.mark.parametrize("command", [b'LIST "" *', b"NOOP", b"IDLE"])
def test_commands_that_are_not_journaled_are_when_they_are_struck(
    mailbox: Raw, tenant: MailTenant, command: bytes
) -> None:
    operation = f"imap-{command.split()[0].decode().lower()}"
    _arm(tenant, FaultKind.EMPTY, operation)
    mailbox.send(b"t " + command + b"\r\n")
    assert _rest(mailbox, FaultKind.EMPTY) == (b"", "closed")
    (exchange,) = tenant.exchanges(operation)
    assert (exchange.outcome, exchange.fault) == ("fault", "f1")


def test_the_nth_call_is_struck_and_the_others_are_not(tenant: MailTenant) -> None:
    _arm(tenant, FaultKind.STATUS, "smtp-message", 451, nth=2, remaining=1)
    with tenant.smtp() as client:
        codes = []
        for _ in range(3):
            client.mail(TITULAIRE)
            client.rcpt(GENERALISTE)
            codes.append(client.data(MAIL)[0])
    assert codes == [250, 451, 250]


def test_a_client_that_waits_in_vain_may_leave_and_the_door_goes_on(submission: Raw, tenant: MailTenant) -> None:
    _arm(tenant, FaultKind.NO_ANSWER, "smtp-message", remaining=1)
    _envelope(submission)
    submission.send(MAIL + b".\r\n")
    assert _rest(submission, FaultKind.NO_ANSWER) == (b"", "open")
    submission.sock.shutdown(socket.SHUT_RDWR)
    with tenant.smtp() as client:
        assert client.noop()[0] == 250


ARMABLE = {operation.name for operation in SERVICE.operations if operation.armable}
REFUSED_ONLY = sorted({operation.name for operation in SERVICE.operations} - ARMABLE)
LOGINS = {"LOGIN", "AUTHENTICATE"}
STRIKABLE = sorted(name for name, spec in COMMANDS.items() if spec.operation in ARMABLE and name not in LOGINS)


@pytest.mark.parametrize("name", STRIKABLE)
def test_each_command_of_imap_that_can_be_armed_is_struck(mailbox: Raw, tenant: MailTenant, name: str) -> None:
    spec = COMMANDS[name]
    if spec.on_folder:
        mailbox.command(b"SELECT INBOX")
    _arm(tenant, FaultKind.STATUS, spec.operation, 451)
    assert mailbox.command(name.encode())[-1].startswith(b"t NO [SERVERBUG]")
    (struck,) = tenant.exchanges(spec.operation)
    assert (struck.fault, struck.status) == ("f1", 0)
    assert "NO [SERVERBUG]" in struck.findings[0].received


def test_what_names_a_trouble_is_refused_when_it_is_armed() -> None:
    assert REFUSED_ONLY == [
        "imap-command", "imap-connection", "imap-starttls", "operator-delivery", "smtp-command", "smtp-connection",
        "smtp-data",
    ]  # fmt: skip
    sandbox: Any = SimpleNamespace(services={"mss": SERVICE})
    for name in REFUSED_ONLY:
        with pytest.raises(ControlError, match=f"« {name} » .* smtp-message"):
            checked_operation(sandbox, NewFault(service="mss", kind=FaultKind.RESET, operation=name))
