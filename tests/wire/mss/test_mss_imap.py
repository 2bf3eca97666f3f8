"""The IMAP door over real sockets: logins and states, what no decent client sends, faults and the journal."""

from __future__ import annotations

import base64
import imaplib
import ssl

import pytest
from support.mss_operator import MailOperator, MailTenant
from support.mss_people import APPLICATION, GENERALISTE, MAIL, TITULAIRE
from support.mss_raw import Raw

from mss_mock.imap.commands import COMMANDS
from mss_mock.imap.connection import State

ARGUMENTS = {
    "AUTHENTICATE": b"XOAUTH2 eA==",
    "LOGIN": b"a b",
    "ENABLE": b"X",
    "ID": b"NIL",
    "SELECT": b"INBOX",
    "EXAMINE": b"INBOX",
    "CREATE": b"x",
    "DELETE": b"x",
    "RENAME": b"x y",
    "SUBSCRIBE": b"x",
    "UNSUBSCRIBE": b"x",
    "LIST": b'"" *',
    "LSUB": b'"" *',
    "STATUS": b"INBOX (MESSAGES)",
    "APPEND": b"INBOX {1+}\r\nx",
    "SEARCH": b"ALL",
    "FETCH": b"1 FLAGS",
    "STORE": b"1 FLAGS ()",
    "COPY": b"1 Trash",
    "MOVE": b"1 Trash",
    "EXPUNGE": b"1",
}


def _line(name: str) -> bytes:
    argument = ARGUMENTS.get(name.removeprefix("UID "), b"")
    argument = b"" if name in ("EXPUNGE",) else argument
    return b" ".join(filter(None, (name.encode(), argument)))


def _illegal(state: State) -> list[str]:
    return [name for name, spec in COMMANDS.items() if state not in spec.states]


def _fill(tenant: MailTenant, count: int = 3, folder: str = "INBOX") -> None:
    for number in range(1, count + 1):
        tenant.put(TITULAIRE, MAIL.replace(b"Bonjour\r\n", b"Message %d\r\n" % number, 1), folder)


# Login and states


def test_before_tls_nothing_but_starttls_is_offered(imap_socket: Raw) -> None:
    greeting = imap_socket.line()
    assert b"STARTTLS LOGINDISABLED" in greeting
    assert b"AUTH=" not in greeting
    assert imap_socket.command(b"AUTHENTICATE XOAUTH2 eA==")[-1].startswith(b"t NO [PRIVACYREQUIRED]")
    assert imap_socket.command(b"LOGIN a b")[-1].startswith(b"t NO [PRIVACYREQUIRED]")


def test_commands_injected_before_tls_are_forgotten(imap_socket: Raw, tenant: MailTenant) -> None:
    imap_socket.line()
    imap_socket.send(b"t STARTTLS\r\nx NOOP\r\n")
    assert imap_socket.line().startswith(b"t OK")
    imap_socket.secure(tenant.operator.context())
    assert imap_socket.command(b"CAPABILITY")[0].endswith(b"AUTH=XOAUTH2 LOGINDISABLED")


def test_the_session_opens_by_continuation_too_with_a_long_token(imap_socket: Raw, tenant: MailTenant) -> None:
    imap_socket.line()
    imap_socket.command(b"STARTTLS")
    imap_socket.secure(tenant.operator.context())
    assert imap_socket.ask(b"t AUTHENTICATE XOAUTH2") == b"+ "
    answer = imap_socket.ask(base64.b64encode(tenant.sasl(padding=4000)))
    assert answer.startswith(b"t OK [CAPABILITY IMAP4rev1")
    assert b"STARTTLS" not in answer


def test_a_refused_token_is_a_continuation_with_json_then_no(imap_socket: Raw, tenant: MailTenant) -> None:
    imap_socket.line()
    imap_socket.command(b"STARTTLS")
    imap_socket.secure(tenant.operator.context())
    reply = imap_socket.ask(b"t AUTHENTICATE XOAUTH2 " + base64.b64encode(tenant.sasl(kind="expire")))
    assert base64.b64decode(reply.removeprefix(b"+ ")) == b'{"status":"401","schemes":"bearer","scope":"mail"}'
    assert imap_socket.ask(b"") == b"t NO [AUTHENTICATIONFAILED] Authentication failed."
    assert imap_socket.command(b"NOOP")[-1].startswith(b"t OK")


@pytest.mark.parametrize("address", ["isabelle.delorme@medecin.mssante.fr", "nobody@x.y"])
def test_somebody_elses_mailbox_does_not_open(tenant: MailTenant, address: str) -> None:
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"), tenant.imap(address):
        pass
    assert tenant.exchanges("imap-authenticate")[0].outcome == "refused"


def test_psc_down_is_unavailable_not_a_bad_password(imap_socket: Raw, tenant: MailTenant) -> None:
    imap_socket.line()
    imap_socket.command(b"STARTTLS")
    imap_socket.secure(tenant.operator.context())
    sasl = base64.b64encode(tenant.sasl(kind="panne"))
    assert imap_socket.ask(b"t AUTHENTICATE XOAUTH2 " + sasl).startswith(b"t NO [UNAVAILABLE]")


@pytest.mark.parametrize("how", [b"AUTHENTICATE PLAIN %b", b"LOGIN %b pass"])
def test_an_application_mailbox_opens_with_its_certificate(imap_socket: Raw, tenant: MailTenant, how: bytes) -> None:
    imap_socket.line()
    imap_socket.command(b"STARTTLS")
    certificate = tenant.operator.app_certificate(session=tenant.name)
    imap_socket.secure(tenant.operator.context(certificate))
    address = APPLICATION.encode()
    argument = base64.b64encode(b"\0" + address + b"\0x") if b"PLAIN" in how else address
    assert imap_socket.command(how % argument)[-1].startswith(b"t OK [CAPABILITY")


@pytest.mark.parametrize("name", _illegal(State.NOT_AUTHENTICATED))
def test_commands_that_need_a_login_are_bad_without_one(imap_socket: Raw, name: str) -> None:
    imap_socket.line()
    assert imap_socket.command(_line(name))[-1].startswith(b"t BAD"), name


def test_commands_that_need_a_folder_or_no_login_are_bad_elsewhere(mailbox: Raw) -> None:
    for name in _illegal(State.AUTHENTICATED):
        assert mailbox.command(_line(name))[-1].startswith(b"t BAD"), name


def test_commands_of_the_login_are_bad_in_a_folder(mailbox: Raw) -> None:
    mailbox.command(b"SELECT INBOX")
    for name in _illegal(State.SELECTED):
        assert mailbox.command(_line(name))[-1].startswith(b"t BAD"), name


def test_everything_announced_is_a_known_extension_that_answers(mailbox: Raw) -> None:
    announced = mailbox.command(b"CAPABILITY")[0].split()[2:]
    assert set(announced) == {
        b"IMAP4rev1",
        b"LITERAL+",
        b"SASL-IR",
        b"ID",
        b"ENABLE",
        b"IDLE",
        b"NAMESPACE",
        b"UIDPLUS",
        b"MOVE",
        b"UNSELECT",
        b"CHILDREN",
        b"LIST-EXTENDED",
        b"LIST-STATUS",
        b"SPECIAL-USE",
        b"ESEARCH",
        b"CONDSTORE",
        b"MULTIAPPEND",
        b"SORT",
        b"QUOTA",
        b"QUOTA=RES-STORAGE",
    }
    for command in (b"ID NIL", b"ENABLE CONDSTORE", b"NAMESPACE", b"SELECT INBOX", b"UNSELECT"):
        assert mailbox.command(command)[-1].startswith(b"t OK"), command


# Hostile octets


def test_a_huge_literal_is_refused_before_it_is_read(mailbox: Raw) -> None:
    assert mailbox.ask(b"t APPEND INBOX {999999999}").startswith(b"t NO [TOOBIG]")
    assert mailbox.command(b"NOOP")[-1].startswith(b"t OK")
    assert mailbox.ask(b"t SELECT {70000}").startswith(b"t NO [TOOBIG]")
    assert mailbox.ask(b"t SELECT {999999999+}").startswith(b"* BYE [TOOBIG]")
    assert mailbox.line() == b""


def test_a_message_above_the_operators_limit_is_not_appended(mailbox: Raw) -> None:
    size = 10_000_001
    assert mailbox.ask(b"t APPEND INBOX {%d}" % size).startswith(b"+ ")
    mailbox.send(b"x" * size + b"\r\n")
    assert mailbox.line().startswith(b"t NO [TOOBIG]")


def test_before_login_no_large_literal_is_taken(imap_socket: Raw) -> None:
    imap_socket.line()
    assert imap_socket.ask(b"t LOGIN {20000}").startswith(b"t NO [TOOBIG]")


def test_a_line_of_a_megabyte_ends_the_connection(mailbox: Raw) -> None:
    mailbox.send(b"t NOOP " + b"x" * 1_048_576 + b"\r\n")
    assert mailbox.line() == b"* BYE Line too long"


def test_nul_and_empty_messages_are_not_appended(mailbox: Raw) -> None:
    assert mailbox.command(b"APPEND INBOX {3+}\r\na\0b")[-1].startswith(b"t BAD")
    assert mailbox.command(b"APPEND INBOX {0+}\r\n")[-1].startswith(b"t NO")


def test_deep_nesting_is_bad(mailbox: Raw) -> None:
    mailbox.command(b"SELECT INBOX")
    for keys in (b"(" * 5000 + b"ALL" + b")" * 5000, b"NOT " * 5000 + b"ALL", b"OR " * 5000 + b"ALL ALL"):
        assert mailbox.command(b"SEARCH " + keys)[-1].startswith(b"t BAD")


def test_a_flood_of_bad_commands_ends_the_connection(imap_socket: Raw) -> None:
    imap_socket.line()
    replies = [imap_socket.ask(b"t WHAT") for _ in range(20)]
    assert all(reply.startswith(b"t BAD") for reply in replies)
    assert imap_socket.line().startswith(b"* BYE")


@pytest.mark.parametrize(
    "line",
    [b"", b" ", b"t", b"+ NOOP", b"\xff NOOP", b"t  NOOP", b"t NOOP x", b"t UID", b"t UID NOOP", b"{3}", b"t {3+}"],
)
def test_malformed_lines_are_bad_or_ask_for_their_literal(imap_socket: Raw, line: bytes) -> None:
    imap_socket.line()
    imap_socket.send(line + b"\r\n" + (b"abc\r\n" if b"{3" in line else b""))
    assert b" BAD " in imap_socket.line().replace(b"+ Ready for literal", b" BAD ")


# Faults, journal


def test_an_armed_fault_on_move_is_an_internal_error(tenant: MailTenant, mailbox: Raw) -> None:
    from lgo_sandbox.tenant.faults import Fault, FaultKind

    _fill(tenant, 1)
    tenant.do(lambda s: s.faults.arm(Fault("f1", "mss", FaultKind.STATUS, 500, "imap-move", remaining=1)))
    mailbox.command(b"SELECT INBOX")
    assert mailbox.command(b"MOVE 1 Trash")[-1].startswith(b"t NO [SERVERBUG] Internal error")
    assert mailbox.command(b"MOVE 1 Trash")[-1].startswith(b"t OK")
    first, second = tenant.exchanges("imap-move")
    assert [first.fault, first.outcome, second.outcome] == ["f1", "fault", "answered"]


def test_a_delay_fault_delays_append(tenant: MailTenant) -> None:
    from lgo_sandbox.tenant.faults import Fault, FaultKind

    tenant.do(lambda s: s.faults.arm(Fault("f1", "mss", FaultKind.DELAY, 200, "imap-append", remaining=1)))
    with tenant.imap() as client:
        client.append("Sent", "", "", MAIL)
    (exchange,) = tenant.exchanges("imap-append")
    assert exchange.duration_ms >= 200


def test_commands_with_an_effect_are_exchanges_and_the_others_are_not(tenant: MailTenant) -> None:
    _fill(tenant, 1)
    with tenant.imap() as client:
        client.select()
        client.noop()
        client.search(None, "ALL")
        client.fetch("1", "(FLAGS)")
        client.fetch("1", "(BODY[])")
    names = [exchange.operation for exchange in tenant.exchanges()]
    assert names == ["imap-authenticate", "imap-select", "imap-fetch"]
    assert all(exchange.transport == "imap" and exchange.findings == () for exchange in tenant.exchanges())


def test_mail_sent_by_smtp_is_read_by_imap(tenant: MailTenant) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [GENERALISTE], MAIL)
    with tenant.imap(GENERALISTE, "generaliste") as client:
        client.select()
        assert client.search(None, "UNSEEN", "SUBJECT", '"bonjour"')[1] == [b"1"]


def test_a_client_that_does_not_trust_the_certificate_leaves_and_the_door_goes_on(
    operator: MailOperator, tenant: MailTenant, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        client = imaplib.IMAP4("127.0.0.1", operator.imap_port, timeout=20)
        with pytest.raises(ssl.SSLCertVerificationError):
            client.starttls(ssl_context=ssl.create_default_context())
        client.sock.close()
    with tenant.imap() as client:
        assert client.noop()[0] == "OK"
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []


def test_a_session_deleted_meanwhile_closes_the_connection(mailbox: Raw, tenant: MailTenant) -> None:
    mailbox.command(b"SELECT INBOX")
    tenant.delete()
    assert mailbox.command(b"CREATE x")[-1].startswith(b"* BYE")
