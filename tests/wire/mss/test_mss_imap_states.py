"""Every command of the table in every state, with its tagged answer and the state that it leaves."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from support.mail_client import Mailer
from support.mss_people import MAIL, TITULAIRE
from support.mss_raw import Raw

from mss_mock.imap.commands import COMMANDS

BAD, OK = b"BAD", b"OK"


class Expected(NamedTuple):
    """The beginning of the tagged answer before the login (in TLS), after it, and in a folder that has one message."""

    before: bytes
    after: bytes
    selected: bytes


def anywhere() -> Expected:
    return Expected(OK, OK, OK)


def opened(answer: bytes = OK) -> Expected:
    return Expected(BAD, answer, answer)


def in_folder(answer: bytes = OK) -> Expected:
    return Expected(BAD, BAD, answer)


WALK: dict[bytes, Expected] = {
    b"CAPABILITY": anywhere(),
    b"NOOP": anywhere(),
    b"ID NIL": anywhere(),
    b"STARTTLS": Expected(BAD, BAD, BAD),
    b"AUTHENTICATE XOAUTH2 eA==": Expected(b"NO [AUTHENTICATIONFAILED]", BAD, BAD),
    b"AUTHENTICATE CRAM-MD5": Expected(b"NO [CANNOT]", BAD, BAD),
    b"LOGIN a b": Expected(b"NO [PRIVACYREQUIRED]", BAD, BAD),
    b"ENABLE CONDSTORE X-AUTRE": opened(),
    b"NAMESPACE": opened(),
    b"SELECT INBOX": opened(b"OK [READ-WRITE]"),
    b"SELECT INBOX (CONDSTORE)": opened(b"OK [READ-WRITE]"),
    b"SELECT Nulle-part": opened(b"NO [NONEXISTENT]"),
    b"EXAMINE INBOX": opened(b"OK [READ-ONLY]"),
    b"CREATE marche": opened(),
    b"CREATE marche ": opened(BAD),
    b"CREATE INBOX": opened(b"NO [ALREADYEXISTS]"),
    b"RENAME marche pas": opened(),
    b"RENAME absent autre": opened(b"NO [NONEXISTENT]"),
    b"SUBSCRIBE pas": opened(),
    b"SUBSCRIBE absent": opened(b"NO [NONEXISTENT]"),
    b"UNSUBSCRIBE pas": opened(),
    b"DELETE pas": opened(),
    b"DELETE absent": opened(b"NO [NONEXISTENT]"),
    b"DELETE INBOX": opened(b"NO [CANNOT]"),
    b'LIST "" *': opened(),
    b'LIST (SUBSCRIBED) "" (* INBOX) RETURN (CHILDREN STATUS (MESSAGES))': opened(),
    b'LSUB "" *': opened(),
    b"STATUS INBOX (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ DELETED DELETED-STORAGE)": opened(),
    b"STATUS INBOX (AUTRE)": opened(BAD),
    b"APPEND INBOX {3+}\r\nabc": opened(b"OK [APPENDUID "),
    b"APPEND INBOX (\\Seen) {3+}\r\nabc {3+}\r\ndef": opened(b"OK [APPENDUID "),
    b"APPEND absent {3+}\r\nabc": opened(b"NO [TRYCREATE]"),
    b"APPEND INBOX": opened(BAD),
    b'GETQUOTA ""': opened(),
    b"GETQUOTA autre": opened(b"NO [NONEXISTENT]"),
    b"GETQUOTAROOT INBOX": opened(),
    b"GETQUOTAROOT absent": opened(b"NO [NONEXISTENT]"),
    b'SETQUOTA "" (STORAGE 1)': opened(b"NO [NOPERM]"),
    b"CHECK": in_folder(),
    b"SEARCH ALL": in_folder(),
    b"SEARCH RETURN (MIN MAX COUNT ALL) MODSEQ 1": in_folder(),
    b"SEARCH": in_folder(BAD),
    b"UID SEARCH 1:*": in_folder(),
    b"SORT (REVERSE DATE SUBJECT) UTF-8 ALL": in_folder(),
    b"SORT (DATE) KOI8-R ALL": in_folder(b"NO [BADCHARSET"),
    b"UID SORT (ARRIVAL) US-ASCII ALL": in_folder(),
    b"FETCH 1 (FLAGS ENVELOPE MODSEQ)": in_folder(),
    b"FETCH 1 FLAGS (CHANGEDSINCE 1)": in_folder(),
    b"FETCH 99 FLAGS": in_folder(BAD),
    b"UID FETCH 99 FLAGS": in_folder(),
    b"STORE 1 +FLAGS (\\Flagged)": in_folder(),
    b"STORE 1 (UNCHANGEDSINCE 1) +FLAGS (\\Draft)": in_folder(b"OK [MODIFIED 1]"),
    b"STORE 1 +FLAGS (\\Recent)": in_folder(BAD),
    b"UID STORE 99 FLAGS ()": in_folder(),
    b"COPY 1 Archive": in_folder(b"OK [COPYUID "),
    b"COPY 1 absent": in_folder(b"NO [TRYCREATE]"),
    b"UID COPY 99 Archive": in_folder(),
    b"UID MOVE 99 Archive": in_folder(),
    b"MOVE 99 Archive": in_folder(BAD),
    b"UID EXPUNGE 99": in_folder(),
    b"EXPUNGE": in_folder(),
    b"UNSELECT": in_folder(),
    b"CLOSE": in_folder(),
    b"AUTRE": Expected(BAD, BAD, BAD),
    b"UID NOOP": Expected(BAD, BAD, BAD),
}
ELSEWHERE = {"IDLE", "LOGOUT"}
"""Commands that are no one line with one answer: see their tests."""


def name_of(line: bytes) -> str:
    words = line.decode("latin-1").split()
    return " ".join(words[:2]) if words[0] == "UID" else words[0]


@pytest.fixture
def reader(mailer: Mailer, monkeypatch: pytest.MonkeyPatch) -> Mailer:
    monkeypatch.setattr("mss_mock.imap.connection.MAX_BAD", 1000)
    monkeypatch.setattr("mss_mock.imap.sessions.MAX_LOGINS", 1000)
    mailer.tenant.put(TITULAIRE, MAIL)
    return mailer


def answer(raw: Raw, line: bytes) -> bytes:
    """Return the tagged answer; the challenge after a refused token is answered by an empty line."""
    raw.send(b"t " + line + b"\r\n")
    while not (said := raw.line()).startswith(b"t "):
        if said.startswith(b"+ "):
            raw.send(b"\r\n")
        assert said, line
    return said.removeprefix(b"t ")


def test_the_walk_has_every_command_of_the_table() -> None:
    assert {name_of(line) for line in WALK} - {"AUTRE", "UID NOOP"} == set(COMMANDS) - ELSEWHERE


def test_before_the_login(reader: Mailer) -> None:
    raw = reader.secured("imap")
    for line, expected in WALK.items():
        assert answer(raw, line).startswith(expected.before), line


def test_after_the_login(reader: Mailer) -> None:
    raw = reader.reader()
    for line, expected in WALK.items():
        assert answer(raw, line).startswith(expected.after), line
        if line.startswith((b"SELECT INBOX", b"EXAMINE")):
            assert answer(raw, b"UNSELECT").startswith(OK)
        assert answer(raw, b"CHECK").startswith(BAD), line


@pytest.mark.parametrize("read_only", [False, True])
def test_in_a_folder(reader: Mailer, read_only: bool) -> None:
    raw = reader.reader()
    writing = (b"STORE", b"UID STORE", b"EXPUNGE", b"UID EXPUNGE", b"MOVE", b"UID MOVE")
    for line, expected in WALK.items():
        assert answer(raw, b"EXAMINE INBOX" if read_only else b"SELECT INBOX").startswith(OK)
        wanted = expected.selected
        if read_only and line.startswith(writing) and (b"MOVE" in line or not wanted.startswith(BAD)):
            wanted = b"NO [READ-ONLY]"
        assert answer(raw, line).startswith(wanted), line


def test_leaving_a_folder_that_way_leaves_the_selected_state(reader: Mailer) -> None:
    raw = reader.reader()
    for line in (b"CLOSE", b"UNSELECT", b"SELECT absent", b"EXAMINE absent"):
        raw.command(b"SELECT INBOX")
        answer(raw, line)
        assert answer(raw, b"CHECK").startswith(BAD), line


def test_after_logout_nothing_is_answered(reader: Mailer) -> None:
    for line in WALK:
        raw = reader.connect("imap")
        raw.send(b"x LOGOUT\r\nt " + line + b"\r\n")
        assert [raw.line(), raw.line(), raw.line()] == [b"* BYE Logging out", b"x OK LOGOUT completed", b""], line


@pytest.mark.parametrize("commands", [[], [b"SELECT INBOX"]])
def test_idle_and_logout(reader: Mailer, commands: list[bytes]) -> None:
    raw = reader.reader(*commands)
    for said, expected in ((b"DONE", OK), (b"done", OK), (b"NOOP", BAD)):
        assert raw.ask(b"t IDLE").startswith(b"+ ")
        assert raw.ask(said).removeprefix(b"t ").startswith(expected)
    assert [raw.ask(b"t LOGOUT"), raw.line(), raw.line()] == [b"* BYE Logging out", b"t OK LOGOUT completed", b""]


def test_idle_is_bad_before_the_login(reader: Mailer) -> None:
    assert answer(reader.secured("imap"), b"IDLE").startswith(BAD)
