"""What a pharmacy keeps of its mail: how far it read, the mails and where they went, what it sent, refusals.

One SQLite file of the workstation; a mail and the place it brings are written together, so that a crash neither loses
nor doubles it. Source: specs/requirements.md §2.2 (refusals: LGO.MSS.17, va1.20, va1.22), §2.3 (inbound documents);
RFC 3501 §2.3.1.1 (UIDVALIDITY). Knows no transport and no message format.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from lgo_client.clock import Workplace
from lgo_client.mss.doors import Place
from lgo_client.own_files import OwnFile

__all__ = ["Arrived", "Audience", "Filed", "MailRecords", "NewDocument", "NewMail", "Refusal", "SentDocument", "Where"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS places (
    mailbox TEXT NOT NULL, folder TEXT NOT NULL, validity INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (mailbox, folder)
);
CREATE TABLE IF NOT EXISTS mails (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    mailbox TEXT NOT NULL, key TEXT NOT NULL, message_id TEXT NOT NULL, refs TEXT NOT NULL, sender TEXT NOT NULL,
    subject TEXT NOT NULL, at TEXT NOT NULL, place TEXT NOT NULL, reason TEXT NOT NULL, code TEXT NOT NULL,
    patient TEXT NOT NULL, due INTEGER NOT NULL, octets BLOB NOT NULL,
    acknowledged TEXT NOT NULL DEFAULT '', UNIQUE (mailbox, key)
);
CREATE TABLE IF NOT EXISTS documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    mail INTEGER NOT NULL, patient TEXT NOT NULL, unique_id TEXT NOT NULL, title TEXT NOT NULL, type_code TEXT NOT NULL,
    made TEXT NOT NULL, author TEXT NOT NULL, kind TEXT NOT NULL, replaces TEXT NOT NULL, content BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS sent (
    message_id TEXT PRIMARY KEY, unique_id TEXT NOT NULL, patient TEXT NOT NULL, title TEXT NOT NULL,
    recipients TEXT NOT NULL, subject TEXT NOT NULL, entry TEXT NOT NULL, at TEXT NOT NULL,
    said TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS refusals (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    patient TEXT NOT NULL, audience TEXT NOT NULL, refused INTEGER NOT NULL, said_by TEXT NOT NULL, at TEXT NOT NULL
);
"""
_MAIL = "number, mailbox, message_id, refs, sender, subject, at, place, reason, code, patient, acknowledged"
_DOCUMENT = "number, mail, patient, unique_id, title, type_code, made, author, kind, replaces"


class Where(StrEnum):
    """Where a mail went."""

    FILED = "classé"
    INBOX = "à lire"
    RECEIPT = "accusé"
    QUARANTINE = "quarantaine"
    SET_BY_HAND = "classé à la main"
    DISCARDED = "écarté"


class Audience(StrEnum):
    """To whom a patient refuses that his documents go by MSSanté."""

    PATIENT = "patient"
    PROFESSIONALS = "professionnels"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that came, without its octets; ``refs`` are the References that a reply continues."""

    number: int
    mailbox: str
    message_id: str
    refs: str
    sender: str
    subject: str
    at: str
    place: Where
    reason: str
    code: str
    patient: str
    acknowledged: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A document in a patient's file, without its octets; ``replaced`` when a newer version of it came."""

    number: int
    mail: int
    patient: str
    unique_id: str
    title: str
    type_code: str
    made: str
    author: str
    kind: str
    replaces: str
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class SentDocument:
    """A document that was sent: to whom, under which Message-ID; ``entry`` its id in the archive."""

    message_id: str
    unique_id: str
    patient: str
    title: str
    recipients: tuple[str, ...]
    subject: str
    entry: str
    at: str
    said: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a patient said, who wrote it down and when."""

    audience: Audience
    refused: bool
    said_by: str
    at: str


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail to keep; ``due``: a receipt of it may be sent without asking anybody."""

    mailbox: str
    key: str
    message_id: str
    refs: str
    sender: str
    subject: str
    at: str
    place: Where
    reason: str
    code: str
    patient: str
    due: bool
    octets: bytes


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to file."""

    unique_id: str
    title: str
    type_code: str
    made: str
    author: str
    kind: str
    replaces: str
    content: bytes


class MailRecords:
    """What a workstation knows of its mail, in a SQLite file."""

    def __init__(self, path: Path, workplace: Workplace) -> None:
        self._workplace = workplace
        self._file = OwnFile(path, _SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # --- how far

    def place(self, mailbox: str, folder: str) -> Place | None:
        """Return how far a folder was read, None before the first time."""
        query = "SELECT validity, last FROM places WHERE mailbox = ? AND folder = ?"
        found = self._file.rows(query, (mailbox, folder))
        return Place(*found[0]) if found else None

    def read_to(self, mailbox: str, folder: str, place: Place) -> None:
        """Write down how far a folder was read."""
        row = (mailbox, folder, place.validity, place.last)
        self._file.change("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?)", row)

    def take(self, folder: str, place: Place, mail: NewMail, documents: Iterable[NewDocument]) -> int:
        """Keep a mail, its documents and the place it brings, whole or not at all; return its number, 0 if known."""
        row = (
            *(mail.mailbox, mail.key, mail.message_id, mail.refs, mail.sender, mail.subject, mail.at),
            *(mail.place, mail.reason, mail.code, mail.patient, mail.due, mail.octets),
        )
        with self._file.whole():
            self.read_to(mail.mailbox, folder, place)
            new = self._file.change(
                "INSERT INTO mails (mailbox, key, message_id, refs, sender, subject, at, place, reason, code, patient,"
                " due, octets) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (mailbox, key) DO NOTHING",
                row,
            )
            if new != 1:
                return 0
            number = self._number(mail)
            self._file_documents(number, mail.patient, documents)
        return number

    def _number(self, mail: NewMail) -> int:
        found = self._file.rows("SELECT number FROM mails WHERE mailbox = ? AND key = ?", (mail.mailbox, mail.key))
        return int(found[0][0])

    def _file_documents(self, mail: int, patient: str, documents: Iterable[NewDocument]) -> None:
        self._file.change_each(
            "INSERT INTO documents (mail, patient, unique_id, title, type_code, made, author, kind, replaces, content)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(mail, patient, one.unique_id, one.title, one.type_code, one.made, one.author),
                    *(one.kind, one.replaces, one.content),
                )
                for one in documents
            ],
        )

    # --- mails

    def mails(self, *places: Where) -> list[Arrived]:
        """Return the mails in these places (all without any), in their order."""
        rows = self._file.rows(f"SELECT {_MAIL} FROM mails ORDER BY number")
        found = [Arrived(*(*row[:7], Where(row[7]), *row[8:])) for row in rows]
        return [one for one in found if not places or one.place in places]

    def mail(self, number: int) -> Arrived:
        """Return a mail. Raises ValueError."""
        found = next((one for one in self.mails() if one.number == number), None)
        if found is None:
            raise ValueError(f"aucun message {number} sur ce poste")
        return found

    def octets(self, number: int) -> bytes:
        """Return a mail, byte for byte."""
        return bytes(self._file.rows("SELECT octets FROM mails WHERE number = ?", (number,))[0][0])

    def due(self, mailbox: str) -> list[int]:
        """Return the mails whose receipt may be sent and was not."""
        query = "SELECT number FROM mails WHERE mailbox = ? AND due = 1 AND acknowledged = '' ORDER BY number"
        return [int(row[0]) for row in self._file.rows(query, (mailbox,))]

    def acknowledged(self, number: int) -> None:
        """Write down that a mail was acknowledged."""
        self._file.change("UPDATE mails SET acknowledged = ? WHERE number = ?", (self._workplace.instant(), number))

    def move(self, number: int, place: Where, patient: str = "", documents: Iterable[NewDocument] = ()) -> bool:
        """Take a mail out of quarantine; tell whether it was there."""
        with self._file.whole():
            moved = self._file.change(
                "UPDATE mails SET place = ?, patient = CASE ? WHEN '' THEN patient ELSE ? END"
                " WHERE number = ? AND place = ?",
                (place, patient, patient, number, Where.QUARANTINE),
            )
            if moved == 1:
                self._file_documents(number, patient, documents)
        return moved == 1

    # --- documents

    def documents(self, patient: str = "") -> list[Filed]:
        """Return the documents of a patient (of all without one), in the order in which they came."""
        rows = self._file.rows(f"SELECT {_DOCUMENT} FROM documents ORDER BY number")
        found = [Filed(*row) for row in rows if not patient or row[2] == patient]
        newer = {(one.patient, one.replaces) for one in found if one.replaces}
        return [replace(one, replaced=(one.patient, one.unique_id) in newer) for one in found]

    def filed_from(self, mailbox: str, sender: str, message_id: str) -> list[Filed]:
        """Return the documents that a mail of a sender brought into a mailbox, and that are filed."""
        query = "SELECT number FROM mails WHERE mailbox = ? AND sender = ? AND message_id = ?"
        mails = {int(row[0]) for row in self._file.rows(query, (mailbox, sender, message_id))}
        return [one for one in self.documents() if one.mail in mails] if mails else []

    def content(self, document: int) -> bytes:
        """Return a document, byte for byte. Raises ValueError."""
        found = self._file.rows("SELECT content FROM documents WHERE number = ?", (document,))
        if not found:
            raise ValueError(f"aucun document {document} sur ce poste")
        return bytes(found[0][0])

    # --- sent

    def sent(self, document: SentDocument) -> None:
        """Write down a document that leaves."""
        row = (
            *(document.message_id, document.unique_id, document.patient, document.title),
            *(" ".join(document.recipients), document.subject, document.entry, self._workplace.instant()),
        )
        self._file.change(
            "INSERT INTO sent (message_id, unique_id, patient, title, recipients, subject, entry, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )

    def all_sent(self, unique_id: str = "") -> list[SentDocument]:
        """Return what was sent of a document (of all without one), in order."""
        query = (
            "SELECT message_id, unique_id, patient, title, recipients, subject, entry, at, said FROM sent"
            " ORDER BY at, rowid"
        )
        found = [SentDocument(*(*row[:4], tuple(row[4].split()), *row[5:])) for row in self._file.rows(query)]
        return [one for one in found if not unique_id or one.unique_id == unique_id]

    def receipt(self, message_id: str, said: str) -> None:
        """Write down, once, what became of a document that was sent."""
        statement = (
            "UPDATE sent SET said = CASE WHEN said = '' THEN ? WHEN instr(', ' || said || ', ', ', ' || ? || ', ') > 0"
            " THEN said ELSE said || ', ' || ? END WHERE message_id = ?"
        )
        self._file.change(statement, (said, said, said, message_id))

    # --- refusals

    def say(self, patient: str, audience: Audience, refused: bool, said_by: str) -> None:
        """Write down that a patient refuses, or does not any more; what was said before is kept."""
        row = (patient, audience, refused, said_by, self._workplace.instant())
        self._file.change("INSERT INTO refusals (patient, audience, refused, said_by, at) VALUES (?, ?, ?, ?, ?)", row)

    def refusals(self, patient: str) -> list[Refusal]:
        """Return all that a patient said, oldest first."""
        query = "SELECT audience, refused, said_by, at FROM refusals WHERE patient = ? ORDER BY number"
        rows = self._file.rows(query, (patient,))
        return [Refusal(Audience(audience), bool(refused), said_by, at) for audience, refused, said_by, at in rows]

    def refuses(self, patient: str, audience: Audience) -> bool:
        """Tell whether a patient refuses now."""
        return next((one.refused for one in reversed(self.refusals(patient)) if one.audience is audience), False)
