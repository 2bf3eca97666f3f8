"""What a pharmacy keeps of its patients' choices and of their DMPs: consents, oppositions, accesses, known documents.

One SQLite file of the workstation. Source: specs/requirements.md §2.4 (DMP/CONF.06, CONF.09, UX.06: consent and
opposition are recorded, and can change at any time); specs/dmp.md §4.1 (what the delta needs to remember). Knows no
transport.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from lgo_client.clock import Workplace
from lgo_client.dmp.hl7 import Access
from lgo_client.own_files import OwnFile

__all__ = ["Choice", "Known", "Records", "Said", "Subject"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS choices (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    patient TEXT NOT NULL, subject TEXT NOT NULL, choice TEXT NOT NULL, said_by TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS accesses (
    patient TEXT NOT NULL, holder TEXT NOT NULL, seen INTEGER NOT NULL, status TEXT NOT NULL,
    authorisation TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (patient, holder)
);
CREATE TABLE IF NOT EXISTS documents (
    patient TEXT NOT NULL, logical_id TEXT NOT NULL, known TEXT NOT NULL, PRIMARY KEY (patient, logical_id)
);
CREATE TABLE IF NOT EXISTS visits (patient TEXT PRIMARY KEY, since TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (url TEXT PRIMARY KEY, octets BLOB NOT NULL, at TEXT NOT NULL);
"""


class Subject(StrEnum):
    """What a patient agrees to or opposes."""

    READING = "consultation"
    FEEDING = "alimentation"


class Choice(StrEnum):
    """What a patient chose."""

    AGREED = "accord"
    OPPOSED = "opposition"


@dataclass(frozen=True, slots=True)
class Said:
    """A choice of a patient, who wrote it down and when."""

    subject: Subject
    choice: Choice
    said_by: str
    at: str


@dataclass(frozen=True, slots=True)
class Known:
    """A document of a DMP as the last visit left it."""

    logical_id: str
    entry_uuid: str
    unique_id: str
    repository: str
    title: str
    type_code: str
    author: str
    created: str
    status: str
    version: int
    hidden: tuple[str, ...] = ()


class Records:
    """What a workstation knows, in a SQLite file."""

    def __init__(self, path: Path, workplace: Workplace) -> None:
        self._workplace = workplace
        self._file = OwnFile(path, _SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # --- choices

    def say(self, patient: str, subject: Subject, choice: Choice, said_by: str) -> None:
        """Write down a choice; earlier ones are kept."""
        row = (patient, subject, choice, said_by, self._workplace.instant())
        self._file.change("INSERT INTO choices (patient, subject, choice, said_by, at) VALUES (?, ?, ?, ?, ?)", row)

    def choices(self, patient: str) -> list[Said]:
        """Return all choices of a patient, oldest first."""
        query = "SELECT subject, choice, said_by, at FROM choices WHERE patient = ? ORDER BY number"
        rows = self._file.rows(query, (patient,))
        return [Said(Subject(subject), Choice(choice), said_by, at) for subject, choice, said_by, at in rows]

    def choice(self, patient: str, subject: Subject) -> Choice | None:
        """Return the choice in force, None without any."""
        return next((one.choice for one in reversed(self.choices(patient)) if one.subject is subject), None)

    # --- accesses

    def keep_access(self, patient: str, holder: str, access: Access) -> None:
        """Remember what TD0.2 said today."""
        row = (patient, holder, access.exists, access.status, access.authorisation, self._today())
        self._file.change("INSERT OR REPLACE INTO accesses VALUES (?, ?, ?, ?, ?, ?)", row)

    def access(self, patient: str, holder: str) -> Access | None:
        """Return what TD0.2 said today to this professional, None when he has not asked."""
        query = "SELECT seen, status, authorisation FROM accesses WHERE patient = ? AND holder = ? AND day = ?"
        found = self._file.rows(query, (patient, holder, self._today()))
        return next((Access(bool(seen), status, authorisation) for seen, status, authorisation in found), None)

    def forget_access(self, patient: str, holder: str) -> None:
        """Forget what TD0.2 said: it may have changed."""
        self._file.change("DELETE FROM accesses WHERE patient = ? AND holder = ?", (patient, holder))

    def _today(self) -> str:
        return f"{self._workplace.local():%Y-%m-%d}"

    # --- documents

    def documents(self, patient: str) -> dict[str, Known]:
        """Return the documents of a patient by logical id."""
        rows = self._file.rows("SELECT logical_id, known FROM documents WHERE patient = ?", (patient,))
        return {logical_id: _known(text) for logical_id, text in rows}

    def since(self, patient: str) -> str:
        """Return from when on the next visit looks (DTM, UTC), "" before the first."""
        found = self._file.rows("SELECT since FROM visits WHERE patient = ?", (patient,))
        return str(found[0][0]) if found else ""

    def visited(self, patient: str, documents: Iterable[Known], since: str) -> None:
        """Keep what a visit found, whole or not at all."""
        rows = [(patient, one.logical_id, json.dumps(asdict(one), ensure_ascii=False)) for one in documents]
        with self._file.whole():
            self._file.change("DELETE FROM documents WHERE patient = ?", (patient,))
            self._file.change_each("INSERT INTO documents VALUES (?, ?, ?)", rows)
            self._file.change("INSERT OR REPLACE INTO visits VALUES (?, ?)", (patient, since))

    # --- files

    def keep_file(self, url: str, octets: bytes, at: str) -> None:
        """Keep a file that was fetched at a moment (ISO)."""
        self._file.change("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (url, octets, at))

    def file(self, url: str) -> tuple[bytes, str] | None:
        """Return a file that was kept, and when it was fetched."""
        found = self._file.rows("SELECT octets, at FROM files WHERE url = ?", (url,))
        return (bytes(found[0][0]), str(found[0][1])) if found else None


def _known(text: str) -> Known:
    values = json.loads(text)
    return Known(**{**values, "hidden": tuple(values["hidden"])})
