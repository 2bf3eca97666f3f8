"""Which engine keeps the stores of a state directory: SQLite, for now the only one."""

from __future__ import annotations

from pathlib import Path

from lgo_sandbox.state.port import Store, Stores
from lgo_sandbox.state.sqlite.store import SqliteStore
from lgo_sandbox.state.sqlite.stores import SqliteStores

__all__ = ["memory_store", "open_store", "stores_of"]


def stores_of(state: Path) -> Stores:
    """Return the stores of a state directory; nothing is opened or made yet."""
    return SqliteStores(state / "sessions")


def open_store(path: Path) -> Store:
    """Open one store at a path, for programs and tests that have no session."""
    return SqliteStore(path)


def memory_store() -> Store:
    """Make one store that is gone with the process, for programs and tests that have no session."""
    return SqliteStore()
