"""What the extensions of IMAP add: change numbers, extended searches, sorting, quotas, several messages at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from support.mail_client import Mailer
from support.mss_operator import MailTenant
from support.mss_people import MAIL, TITULAIRE
from support.mss_raw import Raw

from mss_mock.delivery import store_of
from mss_mock.store import New

FIRST = datetime(2026, 1, 5, 10, tzinfo=UTC)


def fill(tenant: MailTenant, *subjects: str) -> None:
    """Put mails in the mailbox, which arrived a minute after each other."""
    mails = [MAIL.replace(b"Subject: Bonjour", b"Subject: " + subject.encode()) for subject in subjects]
    news = [New(TITULAIRE, mail, FIRST + timedelta(minutes=rank)) for rank, mail in enumerate(mails)]
    tenant.do(lambda session: store_of(session).add(news))


def number_in(lines: list[bytes], name: bytes) -> int:
    """Return the number that follows a name in some answer."""
    found = re.search(name + rb"[ (]+([0-9]+)", b" ".join(lines))
    assert found, lines
    return int(found[1])


# Change numbers


def test_a_folder_tells_where_it_stands_and_flags_where_they_stand(mailbox: Raw, tenant: MailTenant) -> None:
    fill(tenant, "un", "deux")
    before = number_in(mailbox.command(b"SELECT INBOX (CONDSTORE)"), b"HIGHESTMODSEQ")
    said = mailbox.command(b"STORE 1 +FLAGS (\\Flagged)")
    after = number_in(said, b"MODSEQ")
    assert after > before
    assert mailbox.command(b"FETCH 1:2 (UID) (CHANGEDSINCE %d)" % before) == [
        b"* 1 FETCH (UID 1 MODSEQ (%d))" % after,
        b"t OK FETCH completed",
    ]
    assert mailbox.command(b"SEARCH MODSEQ %d" % after)[0] == b"* SEARCH 1 (MODSEQ %d)" % after
    assert number_in(mailbox.command(b"STATUS INBOX (HIGHESTMODSEQ)"), b"HIGHESTMODSEQ") == after


def test_who_stores_on_condition_is_told_what_changed_meanwhile(mailer: Mailer, tenant: MailTenant) -> None:
    fill(tenant, "un", "deux", "trois")
    mine, other = mailer.reader(b"SELECT INBOX (CONDSTORE)"), mailer.reader(b"SELECT INBOX")
    known = number_in(mine.command(b"FETCH 3 (MODSEQ)"), b"MODSEQ")
    other.command(b"STORE 2 +FLAGS (\\Answered)")
    said = mine.command(b"UID STORE 1:3 (UNCHANGEDSINCE %d) +FLAGS.SILENT (\\Deleted)" % known)
    assert said[-1] == b"t OK [MODIFIED 2] STORE completed"
    assert {line.partition(b" FETCH")[0] for line in said if b"MODSEQ" in line} == {b"* 1", b"* 2", b"* 3"}
    assert mine.command(b"SEARCH DELETED")[0] == b"* SEARCH 1 3"


def test_who_never_asked_for_change_numbers_is_told_none(mailer: Mailer, tenant: MailTenant) -> None:
    fill(tenant, "un")
    plain, other = mailer.reader(b"SELECT INBOX"), mailer.reader(b"SELECT INBOX")
    other.command(b"STORE 1 FLAGS (\\Seen)")
    assert plain.command(b"NOOP") == [b"* 1 FETCH (FLAGS (\\Recent \\Seen))", b"t OK completed"]
    assert plain.command(b"ENABLE CONDSTORE")[0] == b"* ENABLED CONDSTORE"
    other.command(b"STORE 1 FLAGS ()")
    assert b"MODSEQ" in plain.command(b"NOOP")[0]


def test_a_removal_raises_the_highest_change_number(mailbox: Raw, tenant: MailTenant) -> None:
    fill(tenant, "un", "deux")
    mailbox.command(b"SELECT INBOX (CONDSTORE)")
    before = number_in(mailbox.command(b"STORE 1 +FLAGS (\\Deleted)"), b"MODSEQ")
    assert number_in(mailbox.command(b"EXPUNGE")[-1:], b"HIGHESTMODSEQ") > before


def test_a_folder_that_is_left_by_opening_another_is_told_closed(mailbox: Raw) -> None:
    assert b"CLOSED" not in b"".join(mailbox.command(b"SELECT INBOX"))
    assert mailbox.command(b"EXAMINE Sent")[0] == b"* OK [CLOSED] Previous mailbox closed"


def test_accented_letters_are_sorted_beside_the_plain_ones(mailbox: Raw, tenant: MailTenant) -> None:
    fill(tenant, "Zoé", "=?utf-8?q?=C3=A9t=C3=A9?=", "avis", "fin")
    mailbox.command(b"SELECT INBOX")
    assert mailbox.command(b"SORT (SUBJECT) UTF-8 ALL")[0] == b"* SORT 3 2 4 1"


# Searching and sorting


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (b"SEARCH RETURN (MIN MAX COUNT) ALL", b'* ESEARCH (TAG "t") MIN 1 MAX 4 COUNT 4'),
        (b"SEARCH RETURN () SUBJECT fleur", b'* ESEARCH (TAG "t") ALL 1,3:4'),
        (b"SEARCH NOT SUBJECT fleur", b"* SEARCH 2"),
        (b"SEARCH OR SUBJECT arbre SUBJECT liste", b"* SEARCH 2 4"),
        (b"SEARCH SUBJECT fleur NOT (SUBJECT liste)", b"* SEARCH 1 3"),
        (b'SEARCH (SUBJECT fleur) 3:4 FROM ""', b"* SEARCH 3 4"),
        (b"UID SEARCH RETURN (ALL) UID 2:*", b'* ESEARCH (TAG "t") UID ALL 2:4'),
        (b"SEARCH RETURN (MIN COUNT) SUBJECT rien", b'* ESEARCH (TAG "t") COUNT 0'),
        (b"SORT (SUBJECT) UTF-8 ALL", b"* SORT 2 1 4 3"),
        (b"SORT (REVERSE SUBJECT) UTF-8 ALL", b"* SORT 3 1 4 2"),
        (b"SORT (CC REVERSE DATE) UTF-8 2:3", b"* SORT 2 3"),
        (b"UID SORT (REVERSE ARRIVAL) UTF-8 SUBJECT fleur", b"* SORT 4 3 1"),
    ],
)
def test_searches_and_sorts(mailbox: Raw, tenant: MailTenant, asked: bytes, told: bytes) -> None:
    fill(tenant, "fleur B", "arbre", "fleur C", "Re: [liste] Fwd: fleur b (fwd)")
    mailbox.command(b"SELECT INBOX")
    assert mailbox.command(asked)[0] == told


def test_names_comments_and_plain_addresses_are_found(mailbox: Raw, tenant: MailTenant) -> None:
    head = (
        b"From: isabelle(Docteur) . delorme @ medecin.mssante.fr (Service B)\r\nTo: Liste :;, Autre (nom) <a@b.fr>\r\n"
    )
    tenant.put(TITULAIRE, head + b"Subject: x\r\n\r\ncorps\r\n")
    mailbox.command(b"SELECT INBOX")
    for key in (b"FROM docteur", b'FROM "service b"', b"FROM isabelle.delorme@medecin", b"TO liste", b"TO a@b.fr"):
        assert mailbox.command(b"SEARCH " + key)[0] == b"* SEARCH 1", key
    assert mailbox.command(b"SEARCH CC a@b.fr")[0] == b"* SEARCH"


# Quotas, several messages


def test_the_quota_counts_what_the_mailbox_holds(mailbox: Raw, tenant: MailTenant) -> None:
    tenant.put(TITULAIRE, b"Subject: x\r\n\r\n" + b"x" * 2048)
    assert mailbox.command(b"GETQUOTAROOT inbox")[:2] == [b'* QUOTAROOT INBOX ""', b'* QUOTA "" (STORAGE 3 1000000)']
    mailbox.command(b"SELECT INBOX")
    mailbox.command(b"COPY 1 Archive")
    assert mailbox.command(b'GETQUOTA ""')[0] == b'* QUOTA "" (STORAGE 5 1000000)'
    mailbox.command(b"STORE 1 +FLAGS (\\Deleted)")
    assert (
        mailbox.command(b"STATUS INBOX (DELETED DELETED-STORAGE)")[0]
        == b"* STATUS INBOX (DELETED 1 DELETED-STORAGE 2062)"
    )
    mailbox.command(b"EXPUNGE")
    assert mailbox.command(b'GETQUOTA ""')[0] == b'* QUOTA "" (STORAGE 3 1000000)'


def test_messages_appended_together_are_all_there_or_none(mailbox: Raw) -> None:
    said = mailbox.command(b"APPEND Sent (\\Seen) {3+}\r\nune {4+}\r\ndeux (\\Draft) {5+}\r\ntrois")
    assert re.fullmatch(rb"t OK \[APPENDUID [0-9]+ 1:3\] APPEND completed", said[-1])
    assert mailbox.command(b"APPEND Sent {3+}\r\nune {0+}\r\n")[-1].startswith(b"t NO")
    assert b"MESSAGES 3" in mailbox.command(b"STATUS Sent (MESSAGES)")[0]


# Being told


def test_who_idles_is_told_at_once_by_this_process(mailer: Mailer, tenant: MailTenant, mailbox: Raw) -> None:
    mailer.patch("mss_mock.imap.server.ImapDoor.poll_seconds", 3600.0)
    mailbox.command(b"SELECT INBOX")
    assert mailbox.ask(b"t IDLE") == b"+ idling"
    fill(tenant, "un")
    assert [mailbox.line(), mailbox.line()] == [b"* 1 EXISTS", b"* 1 RECENT"]
    other = mailer.reader(b"SELECT INBOX")
    other.command(b"STORE 1 +FLAGS (\\Deleted)")
    assert mailbox.line() == b"* 1 FETCH (FLAGS (\\Deleted \\Recent))"
    other.command(b"EXPUNGE")
    assert mailbox.line() == b"* 1 EXPUNGE"
    assert mailbox.ask(b"DONE") == b"t OK IDLE terminated"


def test_who_idles_is_told_that_his_folder_is_no_more(mailer: Mailer, tenant: MailTenant, mailbox: Raw) -> None:
    mailer.patch("mss_mock.imap.server.ImapDoor.poll_seconds", 0.01)
    fill(tenant, "un")
    mailbox.command(b"SELECT INBOX")
    mailbox.ask(b"t IDLE")
    tenant.do(lambda session: tenant.operator.sessions.reset(session.name))
    assert mailbox.line().startswith(b"* BYE ")


def test_three_who_write_and_two_who_idle_agree_in_the_end(mailer: Mailer, tenant: MailTenant) -> None:
    writers = [mailer.reader(b"SELECT INBOX") for _ in range(3)]
    idlers = [mailer.reader(b"SELECT INBOX") for _ in range(2)]
    for idler in idlers:
        idler.ask(b"i IDLE")
    for turn in range(12):
        for number, writer in enumerate(writers):
            writer.send(b"t APPEND INBOX ($W%d) {8+}\r\nmessage%d\r\n" % (number, turn % 10))
        for writer in writers:
            told(writer)
        for writer, line in zip(writers, (b"STORE 1 +FLAGS (\\Deleted)", b"COPY 2 INBOX", b"EXPUNGE"), strict=True):
            writer.send(b"t " + line + b"\r\n")
        for writer in writers:
            told(writer)
    for idler in idlers:
        idler.send(b"DONE\r\n")
        told(idler, b"i ")
    seen = {tuple(reader.command(b"FETCH 1:* (UID FLAGS)")[:-1]) for reader in (*settled(writers), *settled(idlers))}
    fresh = mailer.reader(b"EXAMINE INBOX").command(b"FETCH 1:* (UID FLAGS)")[:-1]
    assert {without_recent(lines) for lines in seen} == {without_recent(tuple(fresh))}
    assert len(fresh) > 12


def told(raw: Raw, tag: bytes = b"t ") -> None:
    """Read up to the tagged answer, whatever it is."""
    while not (line := raw.line()).startswith(tag):
        assert line


def settled(readers: list[Raw]) -> list[Raw]:
    for reader in readers:
        reader.command(b"NOOP")
    return readers


def without_recent(lines: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return what all connections see alike: only one of them is told of a message as recent."""
    return tuple(line.replace(b"\\Recent ", b"").replace(b"\\Recent", b"") for line in lines)


# UIDVALIDITY


def test_uidvalidity_never_comes_again(mailer: Mailer, tenant: MailTenant) -> None:
    seen = [validity(mailer, b"INBOX")]

    def again(name: bytes, *commands: bytes) -> None:
        mailer.reader(*commands)
        seen.append(validity(mailer, name))
        assert seen[-1] > max(seen[:-1]), commands

    again(b"essai", b"CREATE essai")
    again(b"essai", b"DELETE essai", b"CREATE essai")
    again(b"autre", b"RENAME essai autre")
    again(b"essai", b"RENAME autre essai")
    tenant.do(lambda session: tenant.operator.sessions.reset(session.name))
    again(b"INBOX")


def validity(mailer: Mailer, name: bytes) -> int:
    return number_in(mailer.reader().command(b"STATUS " + name + b" (UIDVALIDITY)"), b"UIDVALIDITY")
