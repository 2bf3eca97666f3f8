"""A file of the workstation that outlives the process: a SQLite database of its own, each change written at once.

The only module of the client that knows the engine. Knows no table.

    FileUnusable
      FileBusy
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["FileBusy", "FileUnusable", "OwnFile", "alone"]

LOCK_SECONDS = 30.0


class FileUnusable(Exception):
    """The file cannot be read or written; the message (French) says why."""


class FileBusy(FileUnusable):
    """Another process holds it."""


class OwnFile:
    """A file with the tables of a schema, made when it is not there. Raises FileUnusable."""

    def __init__(self, path: Path, schema: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with self._told():
            self._db = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(schema)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what a query gives."""
        with self._told():
            return self._db.execute(statement, values).fetchall()

    def change(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Do a change; return how many rows it concerned. It is on the disk when this returns."""
        with self._told():
            return self._db.execute(statement, values).rowcount

    def change_each(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        """Do a change for each of some values."""
        with self._told():
            self._db.executemany(statement, values)

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Do the changes of the block whole, or not at all."""
        self.change("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.change("ROLLBACK")
            raise
        self.change("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise FileUnusable(f"fichier du poste {self._path} inutilisable : {error}") from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock until the block or the process ends, killed or not. Raises FileBusy."""
    lock = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        raise FileBusy(f"{path} est tenu par un autre processus") from error
    try:
        yield
    finally:
        lock.rollback()
        lock.close()
