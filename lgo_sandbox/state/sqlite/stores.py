"""The durable stores of a state directory: two files in a folder per session."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lgo_sandbox.state.errors import of_system
from lgo_sandbox.state.locks import locked
from lgo_sandbox.state.port import Store, StoreName, Stores
from lgo_sandbox.state.sqlite.store import SqliteStore

__all__ = ["SqliteStores"]

LOCK = "opening.lock"


class SqliteStores(Stores):
    """The stores below ``root``, one folder for each session."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> set[str]:
        """Return the names of the folders."""
        return {path.name for path in self._root.glob("*") if path.is_dir()} if self._root.is_dir() else set()

    def exists(self, session: str) -> bool:
        """Tell whether there is a folder."""
        return self._folder(session).is_dir()

    @contextmanager
    def opening(self, session: str) -> Iterator[None]:
        """Hold the lock file of the folder."""
        folder = self._folder(session)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = folder / LOCK
            lock.touch()
        except OSError as error:
            raise of_system(error, str(folder)) or error from error
        with locked(lock):
            yield

    def open(self, session: str, name: StoreName) -> Store:
        """Open a file."""
        path = self._folder(session) / f"{name}.sqlite"
        return SqliteStore(path, f"le fichier {path}")

    def memory(self, name: StoreName) -> Store:
        """Make a database in memory."""
        return SqliteStore(None, f"l'état en mémoire ({name})")

    def delete(self, session: str) -> None:
        """Delete the folder."""
        shutil.rmtree(self._folder(session), ignore_errors=True)

    def _folder(self, session: str) -> Path:
        return self._root / session
