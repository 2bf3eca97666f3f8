"""The IMAP door over real sockets: imaplib, then what no decent client sends."""

from __future__ import annotations

import base64
import imaplib
import ssl

import pytest

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


def _fill(tenant, mss, count=3, folder="INBOX"):
    for number in range(1, count + 1):
        tenant.put(mss.TITULAIRE, mss.MAIL.replace(b"Bonjour\r\n", b"Message %d\r\n" % number, 1), folder)


# Login and states


def test_before_tls_nothing_but_starttls_is_offered(imap_socket):
    greeting = imap_socket.line()
    assert b"STARTTLS LOGINDISABLED" in greeting
    assert b"AUTH=" not in greeting
    assert imap_socket.command(b"AUTHENTICATE XOAUTH2 eA==")[-1].startswith(b"t NO [PRIVACYREQUIRED]")
    assert imap_socket.command(b"LOGIN a b")[-1].startswith(b"t NO [PRIVACYREQUIRED]")


def test_commands_injected_before_tls_are_forgotten(imap_socket, tenant):
    imap_socket.line()
    imap_socket.send(b"t STARTTLS\r\nx NOOP\r\n")
    assert imap_socket.line().startswith(b"t OK")
    imap_socket.secure(tenant.operator.context())
    assert imap_socket.command(b"CAPABILITY")[0].endswith(b"AUTH=XOAUTH2 LOGINDISABLED")


def test_the_session_opens_by_continuation_too_with_a_long_token(imap_socket, tenant):
    imap_socket.line()
    imap_socket.command(b"STARTTLS")
    imap_socket.secure(tenant.operator.context())
    assert imap_socket.ask(b"t AUTHENTICATE XOAUTH2") == b"+ "
    answer = imap_socket.ask(base64.b64encode(tenant.sasl(padding=4000)))
    assert answer.startswith(b"t OK [CAPABILITY IMAP4rev1")
    assert b"STARTTLS" not in answer


def test_a_refused_token_is_a_continuation_with_json_then_no(imap_socket, tenant):
    imap_socket.line()
    imap_socket.command(b"STARTTLS")
    imap_socket.secure(tenant.operator.context())
    reply = imap_socket.ask(b"t AUTHENTICATE XOAUTH2 " + base64.b64encode(tenant.sasl(kind="expire")))
    assert base64.b64decode(reply.removeprefix(b"+ ")) == b'{"status":"401","schemes":"bearer","scope":"mail"}'
    assert imap_socket.ask(b"") == b"t NO [AUTHENTICATIONFAILED] Authentication failed."
    assert imap_socket.command(b"NOOP")[-1].startswith(b"t OK")


@pytest.mark.parametrize("address", ["isabelle.delorme@medecin.mssante.fr", "nobody@x.y"])
def test_somebody_elses_mailbox_does_not_open(tenant, address):
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"), tenant.imap(address):
        pass
    assert tenant.exchanges("imap-authenticate")[0].outcome == "refused"


def test_psc_down_is_unavailable_not_a_bad_password(imap_socket, tenant):
    imap_socket.line()
    imap_socket.command(b"STARTTLS")
    imap_socket.secure(tenant.operator.context())
    sasl = base64.b64encode(tenant.sasl(kind="panne"))
    assert imap_socket.ask(b"t AUTHENTICATE XOAUTH2 " + sasl).startswith(b"t NO [UNAVAILABLE]")


@pytest.mark.parametrize("how", [b"AUTHENTICATE PLAIN %b", b"LOGIN %b pass"])
def test_an_application_mailbox_opens_with_its_certificate(imap_socket, tenant, mss, how):
    imap_socket.line()
    imap_socket.command(b"STARTTLS")
    certificate = tenant.operator.app_certificate(session=tenant.name)
    imap_socket.secure(tenant.operator.context(certificate))
    address = mss.APPLICATION.encode()
    argument = base64.b64encode(b"\0" + address + b"\0x") if b"PLAIN" in how else address
    assert imap_socket.command(how % argument)[-1].startswith(b"t OK [CAPABILITY")


@pytest.mark.parametrize("name", _illegal(State.NOT_AUTHENTICATED))
def test_commands_that_need_a_login_are_bad_without_one(imap_socket, name):
    imap_socket.line()
    assert imap_socket.command(_line(name))[-1].startswith(b"t BAD"), name


def test_commands_that_need_a_folder_or_no_login_are_bad_elsewhere(mailbox):
    for name in _illegal(State.AUTHENTICATED):
        assert mailbox.command(_line(name))[-1].startswith(b"t BAD"), name


def test_commands_of_the_login_are_bad_in_a_folder(mailbox):
    mailbox.command(b"SELECT INBOX")
    for name in _illegal(State.SELECTED):
        assert mailbox.command(_line(name))[-1].startswith(b"t BAD"), name


def test_everything_announced_is_a_known_extension_that_answers(mailbox):
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
    }
    for command in (b"ID NIL", b"ENABLE CONDSTORE", b"NAMESPACE", b"SELECT INBOX", b"UNSELECT"):
        assert mailbox.command(command)[-1].startswith(b"t OK"), command


# Folders


def test_the_folders_have_their_special_uses(tenant):
    with tenant.imap() as client:
        _, lines = client.list()
    names = {line.decode().rpartition(" ")[2]: line for line in lines}
    assert set(names) == {"INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash"}
    assert b"\\Sent" in names["Sent"]
    assert b"\\Trash" in names["Trash"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (b'(SPECIAL-USE) "" S*', [b'LIST (\\Sent) "/" Sent']),
        (b'"" "Sen%" RETURN (SPECIAL-USE SUBSCRIBED)', [b'LIST (\\Subscribed \\Sent) "/" Sent']),
        (b'() "" (INBOX "Tr*")', [b'LIST () "/" INBOX', b'LIST () "/" Trash']),
        (b'"" Sent RETURN ()', [b'LIST () "/" Sent']),
        (b'"" a% RETURN (CHILDREN)', [b'LIST (\\HasChildren) "/" a', b'LIST (\\HasNoChildren) "/" ailleurs']),
        (b'(SUBSCRIBED) "" a/*', [b'LIST (\\Subscribed) "/" a/b']),
        (
            b'(SUBSCRIBED RECURSIVEMATCH) "" a%',
            [
                b'LIST () "/" a ("CHILDINFO" ("SUBSCRIBED"))',
                b'LIST (\\NonExistent \\Noselect \\Subscribed) "/" absent',
            ],
        ),
        (
            b'(SUBSCRIBED REMOTE) "" a% RETURN (STATUS (MESSAGES UNSEEN))',
            [b'LIST (\\NonExistent \\Noselect \\Subscribed) "/" absent'],
        ),
        (
            b'"" INBOX RETURN (STATUS (UNSEEN MESSAGES) CHILDREN)',
            [b'LIST (\\HasNoChildren) "/" INBOX', b"STATUS INBOX (UNSEEN 1 MESSAGES 1)"],
        ),
    ],
)
def test_list_selects_and_tells_what_its_options_ask_for(mailbox, tenant, mss, arguments, expected):
    tenant.put(mss.TITULAIRE, mss.MAIL)
    for command in (b"CREATE a/b", b"SUBSCRIBE a/b", b"CREATE ailleurs", b"CREATE absent", b"SUBSCRIBE absent"):
        mailbox.command(command)
    mailbox.command(b"DELETE absent")
    assert mailbox.command(b"LIST " + arguments) == [*(b"* " + line for line in expected), b"t OK LIST completed"]


@pytest.mark.parametrize(
    "arguments",
    [
        b'(RECURSIVEMATCH) "" *',
        b'(X) "" *',
        b'"" * RETURN (X)',
        b'"" * RETURN',
        b'"" * RETURN (STATUS ())',
        b'"" * RETURN (STATUS (X))',
        b'"" * RETOUR (CHILDREN)',
        b'"" (a b',
        b'(SUBSCRIBED) ""',
        b'"" (' + b"a " * 60 + b"b)",
    ],
)
def test_bad_options_of_list_are_bad(mailbox, arguments):
    assert mailbox.command(b"LIST " + arguments)[-1].startswith(b"t BAD")


def test_id_tells_no_field_without_a_value(mailbox):
    assert mailbox.command(b'ID ("name" "lgo" "version" NIL)')[0] == b'* ID ("name" "lgo-sandbox")'


def test_folders_are_made_renamed_subscribed_and_deleted(tenant):
    with tenant.imap() as client:
        assert client.create("Patients/2026")[0] == "OK"
        assert client.create("patients")[0] == "OK"
        assert client.create("Patients/2026")[1][0].startswith(b"[ALREADYEXISTS]")
        assert client.rename("Patients", "Clients")[0] == "OK"
        assert {line.split()[-1] for line in client.list('""', "Clients*")[1]} == {b"Clients", b"Clients/2026"}
        assert client.list('""', "Cl%")[1][0].startswith(b"(\\HasChildren)")
        client.subscribe("Clients/2026")
        assert b"Clients/2026" in client.lsub()[1][-1] or any(b"Clients/2026" in one for one in client.lsub()[1])
        assert client.delete("Clients")[0] == "OK"
        assert client.list('""', "Cl%")[1][0].startswith(b"(\\Noselect \\HasChildren)")
        assert client.delete("INBOX")[0] == "NO"


@pytest.mark.parametrize("name", [b'""', b'"a//b"', b'"a*b"', b'"a&b"', b"{2+}\r\n\xc3\xa9", b'"&AGE-"', b"x" * 300])
def test_bad_folder_names_are_refused(mailbox, name):
    assert mailbox.command(b"CREATE " + name)[-1].startswith((b"t NO [CANNOT]", b"t BAD"))


def test_a_folder_made_again_has_a_greater_uidvalidity(tenant):
    def validity(client):
        return int(client.status("Essai", "(UIDVALIDITY)")[1][0].split()[-1].rstrip(b")"))

    with tenant.imap() as client:
        client.create("Essai")
        first = validity(client)
        client.delete("Essai")
        client.create("Autre")
        client.create("Essai")
        assert validity(client) > first


def test_renaming_inbox_empties_it_into_the_new_folder(tenant, mss):
    _fill(tenant, mss, 2)
    with tenant.imap() as client:
        client.rename("INBOX", "Ancien")
        assert client.select("Ancien")[1] == [b"2"]
        assert client.select("INBOX")[1] == [b"0"]


# Messages


def test_select_says_what_is_there_and_recent_only_once(tenant, mailbox, mss):
    _fill(tenant, mss, 2)
    first, second = mailbox.command(b"EXAMINE INBOX"), mailbox.command(b"SELECT inbox")
    assert b"* 2 EXISTS" in second
    assert b"* 2 RECENT" in first
    assert b"* 2 RECENT" in second
    assert first[-1] == b"t OK [READ-ONLY] Selected"
    assert b"* OK [UNSEEN 1] First unseen" in second
    assert b"* OK [UIDNEXT 3] Predicted next UID" in second
    assert b"* 0 RECENT" in mailbox.command(b"SELECT INBOX")


def test_a_body_is_fetched_byte_for_byte_in_whole_and_in_part(tenant, mss):
    raw = mss.MAIL + b"\x01\xff 8 bits\r\n" + b"fin sans retour"
    tenant.put(mss.TITULAIRE, raw)
    with tenant.imap() as client:
        client.select()
        assert client.fetch("1", "(RFC822)")[1][0][1] == raw
        assert client.fetch("1", "(BODY.PEEK[]<10.20>)")[1][0][1] == raw[10:30]
        assert client.fetch("1", "(BODY.PEEK[]<999999.20>)")[1][0][1] == b""
        assert client.fetch("1", "(RFC822.SIZE)")[1][0] == b"1 (RFC822.SIZE %d)" % len(raw)


def test_fetching_marks_as_seen_but_peeking_and_examining_do_not(tenant, mss):
    _fill(tenant, mss, 1)
    with tenant.imap() as client:
        client.select("INBOX", readonly=True)
        client.fetch("1", "(BODY[])")
        client.select("INBOX")
        client.fetch("1", "(BODY.PEEK[])")
        assert b"\\Seen" not in client.fetch("1", "(FLAGS)")[1][0]
        assert b"\\Seen" in client.fetch("1", "(BODY[TEXT])")[1][1]
        assert b"\\Seen" in client.fetch("1", "(FLAGS)")[1][0]


def test_flags_and_keywords_are_stored_silently_or_not_and_announced_first(tenant, mailbox, mss):
    _fill(tenant, mss, 1)
    mailbox.command(b"SELECT INBOX")
    lines = mailbox.command(b"STORE 1 +FLAGS ($Traite \\flagged)")
    assert lines[0].startswith(b"* FLAGS")
    assert b"$Traite" in lines[0]
    assert lines[2] == b"* 1 FETCH (FLAGS (\\Flagged \\Recent $Traite))"
    assert mailbox.command(b"UID STORE 1 -FLAGS.SILENT ($Traite)") == [b"t OK STORE completed"]
    assert mailbox.command(b"UID STORE 1 FLAGS \\Seen")[0] == b"* 1 FETCH (FLAGS (\\Recent \\Seen) UID 1)"
    assert mailbox.command(b"STORE 1 FLAGS (\\Recent)")[-1].startswith(b"t BAD")


def test_append_gives_back_its_uid_and_keeps_date_flags_and_octets(tenant, mss):
    with tenant.imap() as client:
        when = '"05-Jan-2026 10:20:30 +0100"'
        code, (answer,) = client.append("Sent", "(\\Seen)", when, mss.MAIL)
        assert code == "OK"
        assert answer.startswith(b"[APPENDUID ")
        client.select("Sent")
        (line,) = client.fetch("1", "(FLAGS INTERNALDATE)")[1]
        assert b"\\Seen" in line
        assert when.encode() in line
        assert client.fetch("1", "(BODY[])")[1][0][1] == mss.MAIL
        assert client.append("Nulle-part", "", "", mss.MAIL)[1][0].startswith(b"[TRYCREATE]")


def test_copy_and_move_answer_copyuid_and_share_or_leave_the_message(tenant, mailbox, mss):
    _fill(tenant, mss, 3)
    mailbox.command(b"SELECT INBOX")
    assert b"[COPYUID " in mailbox.command(b"COPY 1:2 Archive")[-1]
    lines = mailbox.command(b"UID MOVE 2,3 Trash")
    assert lines[0].startswith(b"* OK [COPYUID ")
    assert b" 2:3 1:2]" in lines[0]
    assert lines[1:] == [b"* 3 EXPUNGE", b"* 2 EXPUNGE", b"t OK MOVE completed"]
    assert mailbox.command(b"COPY 1 Nulle-part")[-1].startswith(b"t NO [TRYCREATE]")
    mailbox.command(b"STORE 1 +FLAGS.SILENT (\\Deleted)")
    mailbox.command(b"EXPUNGE")
    mailbox.command(b"SELECT Archive")
    assert mailbox.command(b"FETCH 1 BODY.PEEK[HEADER.FIELDS (SUBJECT)]")[1] == b"Subject: Message 1"


def test_expunge_removes_the_deleted_and_uid_expunge_only_those_named(tenant, mailbox, mss):
    _fill(tenant, mss, 4)
    mailbox.command(b"SELECT INBOX")
    mailbox.command(b"STORE 1:3 +FLAGS.SILENT (\\Deleted)")
    assert mailbox.command(b"UID EXPUNGE 2")[0] == b"* 2 EXPUNGE"
    assert mailbox.command(b"EXPUNGE")[:2] == [b"* 2 EXPUNGE", b"* 1 EXPUNGE"]
    assert mailbox.command(b"UID FETCH 1:* FLAGS")[0].startswith(b"* 1 FETCH (UID 4")


def test_a_missing_number_is_bad_for_fetch_nothing_for_search_and_uid(tenant, mailbox, mss):
    _fill(tenant, mss, 1)
    mailbox.command(b"SELECT INBOX")
    assert mailbox.command(b"FETCH 2 FLAGS")[-1].startswith(b"t BAD")
    assert mailbox.command(b"SEARCH 2:9") == [b"* SEARCH", b"t OK SEARCH completed"]
    assert mailbox.command(b"UID FETCH 7 FLAGS") == [b"t OK FETCH completed"]
    assert mailbox.command(b"UID FETCH 7:* FLAGS")[0].startswith(b"* 1 FETCH (UID 1")


def test_two_connections_hear_of_each_others_changes_without_renumbering_under_fetch(tenant, mailbox, mss):
    _fill(tenant, mss, 3)
    mailbox.command(b"SELECT INBOX")
    with tenant.imap() as other:
        other.select()
        other.store("1", "+FLAGS", "(\\Deleted)")
        other.expunge()
        assert mailbox.command(b"FETCH 3 UID") == [b"* 3 FETCH (UID 3)", b"t OK FETCH completed"]
        assert mailbox.command(b"FETCH 1 FLAGS")[-1].startswith(b"t NO [EXPUNGEISSUED]")
        assert mailbox.command(b"NOOP") == [b"* 1 EXPUNGE", b"t OK completed"]
        other.store("1", "+FLAGS", "(\\Answered)")
        assert b"* 1 FETCH (FLAGS (\\Answered \\Recent))" in mailbox.command(b"NOOP")
    _fill(tenant, mss, 1)
    assert b"* 3 EXISTS" in mailbox.command(b"NOOP")


def test_idle_tells_of_a_mail_that_arrives_meanwhile(tenant, mailbox, mss):
    mailbox.command(b"SELECT INBOX")
    assert mailbox.ask(b"t IDLE") == b"+ idling"
    _fill(tenant, mss, 1)
    assert mailbox.line() == b"* 1 EXISTS"
    assert mailbox.line() == b"* 1 RECENT"
    assert mailbox.ask(b"DONE") == b"t OK IDLE terminated"


def test_a_folder_deleted_elsewhere_ends_the_connection(tenant, mailbox):
    mailbox.command(b"CREATE Ephemere")
    mailbox.command(b"SELECT Ephemere")
    with tenant.imap() as other:
        other.delete("Ephemere")
    assert mailbox.command(b"NOOP")[-1].startswith(b"* BYE")


# Hostile octets


def test_a_huge_literal_is_refused_before_it_is_read(mailbox):
    assert mailbox.ask(b"t APPEND INBOX {999999999}").startswith(b"t NO [TOOBIG]")
    assert mailbox.command(b"NOOP")[-1].startswith(b"t OK")
    assert mailbox.ask(b"t SELECT {70000}").startswith(b"t NO [TOOBIG]")
    assert mailbox.ask(b"t SELECT {999999999+}").startswith(b"* BYE [TOOBIG]")
    assert mailbox.line() == b""


def test_a_message_above_the_operators_limit_is_not_appended(mailbox):
    size = 10_000_001
    assert mailbox.ask(b"t APPEND INBOX {%d}" % size).startswith(b"+ ")
    mailbox.send(b"x" * size + b"\r\n")
    assert mailbox.line().startswith(b"t NO [TOOBIG]")


def test_before_login_no_large_literal_is_taken(imap_socket):
    imap_socket.line()
    assert imap_socket.ask(b"t LOGIN {20000}").startswith(b"t NO [TOOBIG]")


def test_a_line_of_a_megabyte_ends_the_connection(mailbox):
    mailbox.send(b"t NOOP " + b"x" * 1_048_576 + b"\r\n")
    assert mailbox.line() == b"* BYE Line too long"


def test_nul_and_empty_messages_are_not_appended(mailbox):
    assert mailbox.command(b"APPEND INBOX {3+}\r\na\0b")[-1].startswith(b"t BAD")
    assert mailbox.command(b"APPEND INBOX {0+}\r\n")[-1].startswith(b"t NO")


def test_deep_nesting_is_bad(mailbox):
    mailbox.command(b"SELECT INBOX")
    for keys in (b"(" * 5000 + b"ALL" + b")" * 5000, b"NOT " * 5000 + b"ALL", b"OR " * 5000 + b"ALL ALL"):
        assert mailbox.command(b"SEARCH " + keys)[-1].startswith(b"t BAD")


def test_a_flood_of_bad_commands_ends_the_connection(imap_socket):
    imap_socket.line()
    replies = [imap_socket.ask(b"t WHAT") for _ in range(20)]
    assert all(reply.startswith(b"t BAD") for reply in replies)
    assert imap_socket.line().startswith(b"* BYE")


@pytest.mark.parametrize(
    "line",
    [b"", b" ", b"t", b"+ NOOP", b"\xff NOOP", b"t  NOOP", b"t NOOP x", b"t UID", b"t UID NOOP", b"{3}", b"t {3+}"],
)
def test_malformed_lines_are_bad_or_ask_for_their_literal(imap_socket, line):
    imap_socket.line()
    imap_socket.send(line + b"\r\n" + (b"abc\r\n" if b"{3" in line else b""))
    assert b" BAD " in imap_socket.line().replace(b"+ Ready for literal", b" BAD ")


# Faults, journal


def test_an_armed_fault_on_move_is_an_internal_error(tenant, mailbox, mss):
    from lgo_sandbox.tenant.faults import Fault, FaultKind

    _fill(tenant, mss, 1)
    tenant.do(lambda s: s.faults.arm(Fault("f1", "mss", FaultKind.STATUS, 500, "imap-move", remaining=1)))
    mailbox.command(b"SELECT INBOX")
    assert mailbox.command(b"MOVE 1 Trash")[-1].startswith(b"t NO [SERVERBUG] Internal error")
    assert mailbox.command(b"MOVE 1 Trash")[-1].startswith(b"t OK")
    first, second = tenant.exchanges("imap-move")
    assert [first.fault, first.outcome, second.outcome] == ["f1", "fault", "answered"]


def test_a_delay_fault_delays_append(tenant, mss):
    from lgo_sandbox.tenant.faults import Fault, FaultKind

    tenant.do(lambda s: s.faults.arm(Fault("f1", "mss", FaultKind.DELAY, 200, "imap-append", remaining=1)))
    with tenant.imap() as client:
        client.append("Sent", "", "", mss.MAIL)
    (exchange,) = tenant.exchanges("imap-append")
    assert exchange.duration_ms >= 200


def test_commands_with_an_effect_are_exchanges_and_the_others_are_not(tenant, mss):
    _fill(tenant, mss, 1)
    with tenant.imap() as client:
        client.select()
        client.noop()
        client.search(None, "ALL")
        client.fetch("1", "(FLAGS)")
        client.fetch("1", "(BODY[])")
    names = [exchange.operation for exchange in tenant.exchanges()]
    assert names == ["imap-authenticate", "imap-select", "imap-fetch"]
    assert all(exchange.transport == "imap" and exchange.findings == () for exchange in tenant.exchanges())


def test_mail_sent_by_smtp_is_read_by_imap(tenant, mss):
    with tenant.smtp() as client:
        client.sendmail(mss.TITULAIRE, [mss.GENERALISTE], mss.MAIL)
    with tenant.imap(mss.GENERALISTE, "generaliste") as client:
        client.select()
        assert client.search(None, "UNSEEN", "SUBJECT", '"bonjour"')[1] == [b"1"]


def test_a_client_that_does_not_trust_the_certificate_leaves_and_the_door_goes_on(operator, tenant, caplog):
    for _ in range(3):
        client = imaplib.IMAP4("127.0.0.1", operator.imap_port, timeout=20)
        with pytest.raises(ssl.SSLCertVerificationError):
            client.starttls(ssl_context=ssl.create_default_context())
        client.sock.close()
    with tenant.imap() as client:
        assert client.noop()[0] == "OK"
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []


def test_a_session_deleted_meanwhile_closes_the_connection(mailbox, tenant):
    sessions = tenant.operator.launcher.sandbox.sessions
    mailbox.command(b"SELECT INBOX")
    tenant.operator.run(lambda: sessions.delete(tenant.name))
    assert mailbox.command(b"CREATE x")[-1].startswith(b"* BYE")
    tenant.operator.run(lambda: sessions.create(tenant.name))
