"""The directory that a workstation keeps, and its own address book.

Loaded from the Annuaire Santé (whole, then by what changed) or from an extraction, which has no dates: what changed is
what differs from the last one. Source: specs/mssante.md §4.1, §4.3 (31 columns, « | », no quoting, several lines for an
address). Knows no transport.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from lgo_client.clock import Workplace
from lgo_client.mss.directory import DELTA_LIMIT, Directory, Entry
from lgo_client.own_files import OwnFile

__all__ = ["Book", "Changes", "Contact", "read_extraction"]

OVERLAP = timedelta(minutes=10)
"""How far before the last load the next one looks: the directory's clock is not ours."""
COLUMNS = 31
HEADING = "Type de BAL"
MAX_TEXT = 1 << 30
_EXTRACTION = "extraction/"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    address TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, profession TEXT NOT NULL, structure TEXT NOT NULL,
    city TEXT NOT NULL, postal_code TEXT NOT NULL, identifier TEXT NOT NULL, source TEXT NOT NULL,
    PRIMARY KEY (source, address)
);
CREATE TABLE IF NOT EXISTS loads (origin TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS contacts (address TEXT PRIMARY KEY, name TEXT NOT NULL);
"""
_FIELDS = "address, kind, name, profession, structure, city, postal_code, identifier, source"


@dataclass(frozen=True, slots=True)
class Changes:
    """What a load changed: how many mailboxes came, went, are other than before; ``unread`` lines of a file."""

    whole: bool
    came: int
    went: int
    changed: int
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    """An address that the pharmacy keeps."""

    address: str
    name: str


class Book:
    """What a workstation knows of mailboxes, in a SQLite file."""

    def __init__(self, path: Path, workplace: Workplace) -> None:
        self._workplace = workplace
        self._file = OwnFile(path, _SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # --- the directory

    def load(self, directory: Directory) -> Changes:
        """Load the whole directory. Raises DirectoryUnavailable, and changes nothing then."""
        return self._update(directory, None)

    def delta(self, directory: Directory) -> Changes:
        """Load what changed since the last load; all, where that is longer ago than the directory tells."""
        found = self._file.rows("SELECT at FROM loads WHERE origin = 'api'")
        since = datetime.fromisoformat(found[0][0]) if found else None
        if since is not None and self._workplace.now() - since > DELTA_LIMIT:
            since = None
        return self._update(directory, since - OVERLAP if since else None)

    def _update(self, directory: Directory, since: datetime | None) -> Changes:
        at = self._workplace.now()
        pages = list(directory.pages(since))
        entries = {(one.source, one.address): one for page in pages for one in page.entries}
        touched = {source for page in pages for source in page.sources}
        before = {
            key: one
            for key, one in self._known().items()
            if not one.source.startswith(_EXTRACTION) and (since is None or one.source in touched)
        }
        return self._write("api", at, before, entries, whole=since is None)

    def load_extraction(self, octets: bytes) -> Changes:
        """Load an extraction, and return what differs from the last one. Raises ValueError for another file."""
        entries, unread = read_extraction(octets)
        before = {key: one for key, one in self._known().items() if one.source.startswith(_EXTRACTION)}
        after = {(one.source, one.address): one for one in entries}
        first = not self._file.rows("SELECT at FROM loads WHERE origin = 'extraction'")
        return self._write("extraction", self._workplace.now(), before, after, whole=first, unread=unread)

    def _write(
        self,
        origin: str,
        at: datetime,
        before: dict[tuple[str, str], Entry],
        after: dict[tuple[str, str], Entry],
        *,
        whole: bool,
        unread: int = 0,
    ) -> Changes:
        gone = before.keys() - after.keys()
        news = after.keys() - before.keys()
        others = {key for key in after.keys() & before.keys() if after[key] != before[key]}
        marks = ", ".join("?" * len(_FIELDS.split(",")))
        with self._file.whole():
            self._file.change_each("DELETE FROM entries WHERE source = ? AND address = ?", gone)
            rows = [astuple(after[key]) for key in (*news, *others)]
            self._file.change_each(f"INSERT OR REPLACE INTO entries ({_FIELDS}) VALUES ({marks})", rows)
            self._file.change("INSERT OR REPLACE INTO loads VALUES (?, ?)", (origin, at.isoformat()))
        return Changes(whole, len(news), len(gone), len(others), unread)

    def _known(self) -> dict[tuple[str, str], Entry]:
        found = [Entry(*row) for row in self._file.rows(f"SELECT {_FIELDS} FROM entries")]
        return {(one.source, one.address): one for one in found}

    def search(self, text: str, city: str = "") -> list[Entry]:
        """Return the mailboxes that a name, a structure or an address names, without asking anybody."""
        query = f"SELECT {_FIELDS} FROM entries ORDER BY name, address"
        wanted, where = text.lower(), city.lower()
        found = [Entry(*row) for row in self._file.rows(query)]
        kept = [
            one
            for one in found
            if any(wanted in value.lower() for value in (one.name, one.structure, one.address))
            and where in one.city.lower()
        ]
        return list({one.address: one for one in kept}.values())

    # --- the address book

    def keep(self, address: str, name: str) -> None:
        """Keep an address."""
        self._file.change("INSERT OR REPLACE INTO contacts VALUES (?, ?)", (address.lower(), name))

    def forget(self, address: str) -> bool:
        """Forget an address; tell whether it was there."""
        return self._file.change("DELETE FROM contacts WHERE address = ?", (address.lower(),)) == 1

    def contacts(self) -> list[Contact]:
        """Return the addresses that are kept, by name."""
        return [Contact(*row) for row in self._file.rows("SELECT address, name FROM contacts ORDER BY name, address")]


# --- extractions


def read_extraction(octets: bytes) -> tuple[list[Entry], int]:
    """Return the mailboxes of an extraction (zipped or not), and how many lines cannot be read. Raises ValueError."""
    text = _unzipped(octets).decode("utf-8-sig", "replace")
    lines = text.splitlines()
    if not lines or lines[0].split("|")[0].strip() != HEADING:
        raise ValueError(f"ce n'est pas une extraction des BAL MSSanté : la première colonne doit être « {HEADING} »")
    rows = [line.split("|") for line in lines[1:] if line.strip()]
    good = [row[:COLUMNS] for row in rows if len(row) in (COLUMNS, COLUMNS + 1) and "@" in row[1]]
    return list(_merged(map(_of_row, good))), len(rows) - len(good)


def _unzipped(octets: bytes) -> bytes:
    if not octets.startswith(b"PK"):
        return octets
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            info = next((one for one in archive.infolist() if one.filename.lower().endswith((".txt", ".csv"))), None)
            if info is None or info.file_size > MAX_TEXT:
                raise ValueError("l'archive ne porte pas d'extraction")
            return archive.read(info)
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise ValueError(f"archive de l'extraction illisible : {error}") from error


def _of_row(row: list[str]) -> Entry:
    person = " ".join(part for part in (row[10], row[9]) if part)
    return Entry(
        address=row[1].strip().lower(),
        kind=row[0],
        name=person or row[18],
        profession=row[14],
        structure=row[18],
        city=row[27].partition(" ")[2] or row[27],
        postal_code=row[28],
        identifier=row[4] or row[6],
        source=f"{_EXTRACTION}{row[4] or row[6]}",
    )


def _merged(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield each mailbox of a holder once: an address may be on several lines."""
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        seen.setdefault((entry.source, entry.address), entry)
    yield from seen.values()
