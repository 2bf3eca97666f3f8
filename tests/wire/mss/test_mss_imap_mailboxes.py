"""Folders and messages over IMAP, by imaplib and by hand."""

from __future__ import annotations

import imaplib

import pytest
from support.mss_operator import MailTenant
from support.mss_people import MAIL, TITULAIRE
from support.mss_raw import Raw


def _fill(tenant: MailTenant, count: int = 3, folder: str = "INBOX") -> None:
    for number in range(1, count + 1):
        tenant.put(TITULAIRE, MAIL.replace(b"Bonjour\r\n", b"Message %d\r\n" % number, 1), folder)


# Folders


def test_the_folders_have_their_special_uses(tenant: MailTenant) -> None:
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
                b'LIST (\\NonExistent \\Subscribed) "/" absent',
            ],
        ),
        (b'(SUBSCRIBED RECURSIVEMATCH) "" (a a/b)', [b'LIST (\\Subscribed) "/" a/b']),
        (
            b'(SUBSCRIBED REMOTE) "" a% RETURN (STATUS (MESSAGES UNSEEN))',
            [b'LIST (\\NonExistent \\Subscribed) "/" absent'],
        ),
        (
            b'"" INBOX RETURN (STATUS (UNSEEN MESSAGES) CHILDREN)',
            [b'LIST (\\HasNoChildren) "/" INBOX', b"STATUS INBOX (UNSEEN 1 MESSAGES 1)"],
        ),
    ],
)
def test_list_selects_and_tells_what_its_options_ask_for(
    mailbox: Raw, tenant: MailTenant, arguments: bytes, expected: list[bytes]
) -> None:
    tenant.put(TITULAIRE, MAIL)
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
def test_bad_options_of_list_are_bad(mailbox: Raw, arguments: bytes) -> None:
    assert mailbox.command(b"LIST " + arguments)[-1].startswith(b"t BAD")


def test_id_tells_no_field_without_a_value(mailbox: Raw) -> None:
    assert mailbox.command(b'ID ("name" "lgo" "version" NIL)')[0] == b'* ID ("name" "lgo-sandbox")'


def test_folders_are_made_renamed_subscribed_and_deleted(tenant: MailTenant) -> None:
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
def test_bad_folder_names_are_refused(mailbox: Raw, name: bytes) -> None:
    assert mailbox.command(b"CREATE " + name)[-1].startswith((b"t NO [CANNOT]", b"t BAD"))


def test_a_folder_made_again_has_a_greater_uidvalidity(tenant: MailTenant) -> None:
    def validity(client: imaplib.IMAP4) -> int:
        return int(client.status("Essai", "(UIDVALIDITY)")[1][0].split()[-1].rstrip(b")"))

    with tenant.imap() as client:
        client.create("Essai")
        first = validity(client)
        client.delete("Essai")
        client.create("Autre")
        client.create("Essai")
        assert validity(client) > first


def test_renaming_inbox_empties_it_into_the_new_folder(tenant: MailTenant) -> None:
    _fill(tenant, 2)
    with tenant.imap() as client:
        client.rename("INBOX", "Ancien")
        assert client.select("Ancien")[1] == [b"2"]
        assert client.select("INBOX")[1] == [b"0"]


# Messages


def test_select_says_what_is_there_and_recent_only_once(tenant: MailTenant, mailbox: Raw) -> None:
    _fill(tenant, 2)
    first, second = mailbox.command(b"EXAMINE INBOX"), mailbox.command(b"SELECT inbox")
    assert b"* 2 EXISTS" in second
    assert b"* 2 RECENT" in first
    assert b"* 2 RECENT" in second
    assert first[-1] == b"t OK [READ-ONLY] Selected"
    assert b"* OK [UNSEEN 1] First unseen" in second
    assert b"* OK [UIDNEXT 3] Predicted next UID" in second
    assert b"* 0 RECENT" in mailbox.command(b"SELECT INBOX")


def test_a_body_is_fetched_byte_for_byte_in_whole_and_in_part(tenant: MailTenant) -> None:
    raw = MAIL + b"\x01\xff 8 bits\r\n" + b"fin sans retour"
    tenant.put(TITULAIRE, raw)
    with tenant.imap() as client:
        client.select()
        assert client.fetch("1", "(RFC822)")[1][0][1] == raw
        assert client.fetch("1", "(BODY.PEEK[]<10.20>)")[1][0][1] == raw[10:30]
        assert client.fetch("1", "(BODY.PEEK[]<999999.20>)")[1][0][1] == b""
        assert client.fetch("1", "(RFC822.SIZE)")[1][0] == b"1 (RFC822.SIZE %d)" % len(raw)


def test_fetching_marks_as_seen_but_peeking_and_examining_do_not(tenant: MailTenant) -> None:
    _fill(tenant, 1)
    with tenant.imap() as client:
        client.select("INBOX", readonly=True)
        client.fetch("1", "(BODY[])")
        client.select("INBOX")
        client.fetch("1", "(BODY.PEEK[])")
        assert b"\\Seen" not in client.fetch("1", "(FLAGS)")[1][0]
        assert b"\\Seen" in client.fetch("1", "(BODY[TEXT])")[1][1]
        assert b"\\Seen" in client.fetch("1", "(FLAGS)")[1][0]


def test_flags_and_keywords_are_stored_silently_or_not_and_announced_first(tenant: MailTenant, mailbox: Raw) -> None:
    _fill(tenant, 1)
    mailbox.command(b"SELECT INBOX")
    lines = mailbox.command(b"STORE 1 +FLAGS ($Traite \\flagged)")
    assert lines[0].startswith(b"* FLAGS")
    assert b"$Traite" in lines[0]
    assert lines[2] == b"* 1 FETCH (FLAGS (\\Flagged \\Recent $Traite))"
    assert mailbox.command(b"UID STORE 1 -FLAGS.SILENT ($Traite)") == [b"t OK STORE completed"]
    assert mailbox.command(b"UID STORE 1 FLAGS \\Seen")[0] == b"* 1 FETCH (FLAGS (\\Recent \\Seen) UID 1)"
    assert mailbox.command(b"STORE 1 FLAGS (\\Recent)")[-1].startswith(b"t BAD")


def test_append_gives_back_its_uid_and_keeps_date_flags_and_octets(tenant: MailTenant) -> None:
    with tenant.imap() as client:
        when = '"05-Jan-2026 10:20:30 +0100"'
        code, (answer,) = client.append("Sent", "(\\Seen)", when, MAIL)
        assert code == "OK"
        assert answer.startswith(b"[APPENDUID ")
        client.select("Sent")
        (line,) = client.fetch("1", "(FLAGS INTERNALDATE)")[1]
        assert b"\\Seen" in line
        assert when.encode() in line
        assert client.fetch("1", "(BODY[])")[1][0][1] == MAIL
        assert client.append("Nulle-part", "", "", MAIL)[1][0].startswith(b"[TRYCREATE]")


def test_copy_and_move_answer_copyuid_and_share_or_leave_the_message(tenant: MailTenant, mailbox: Raw) -> None:
    _fill(tenant, 3)
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


def test_expunge_removes_the_deleted_and_uid_expunge_only_those_named(tenant: MailTenant, mailbox: Raw) -> None:
    _fill(tenant, 4)
    mailbox.command(b"SELECT INBOX")
    mailbox.command(b"STORE 1:3 +FLAGS.SILENT (\\Deleted)")
    assert mailbox.command(b"UID EXPUNGE 2")[0] == b"* 2 EXPUNGE"
    assert mailbox.command(b"EXPUNGE")[:2] == [b"* 2 EXPUNGE", b"* 1 EXPUNGE"]
    assert mailbox.command(b"UID FETCH 1:* FLAGS")[0].startswith(b"* 1 FETCH (UID 4")


def test_a_missing_number_is_bad_for_fetch_nothing_for_search_and_uid(tenant: MailTenant, mailbox: Raw) -> None:
    _fill(tenant, 1)
    mailbox.command(b"SELECT INBOX")
    assert mailbox.command(b"FETCH 2 FLAGS")[-1].startswith(b"t BAD")
    assert mailbox.command(b"SEARCH 2:9") == [b"* SEARCH", b"t OK SEARCH completed"]
    assert mailbox.command(b"UID FETCH 7 FLAGS") == [b"t OK FETCH completed"]
    assert mailbox.command(b"UID FETCH 7:* FLAGS")[0].startswith(b"* 1 FETCH (UID 1")


def test_two_connections_hear_of_each_others_changes_without_renumbering_under_fetch(
    tenant: MailTenant, mailbox: Raw
) -> None:
    _fill(tenant, 3)
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
    _fill(tenant, 1)
    assert b"* 3 EXISTS" in mailbox.command(b"NOOP")


def test_idle_tells_of_a_mail_that_arrives_meanwhile(tenant: MailTenant, mailbox: Raw) -> None:
    mailbox.command(b"SELECT INBOX")
    assert mailbox.ask(b"t IDLE") == b"+ idling"
    _fill(tenant, 1)
    assert mailbox.line() == b"* 1 EXISTS"
    assert mailbox.line() == b"* 1 RECENT"
    assert mailbox.ask(b"DONE") == b"t OK IDLE terminated"


def test_a_folder_deleted_elsewhere_ends_the_connection(tenant: MailTenant, mailbox: Raw) -> None:
    mailbox.command(b"CREATE Ephemere")
    mailbox.command(b"SELECT Ephemere")
    with tenant.imap() as other:
        other.delete("Ephemere")
    assert mailbox.command(b"NOOP")[-1].startswith(b"* BYE")
