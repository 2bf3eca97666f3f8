"""What an error of SQLite means for the house.

Source: https://www.sqlite.org/rescode.html (the primary code is the low octet of an extended one).
"""

from __future__ import annotations

import sqlite3

from lgo_sandbox.state.errors import (
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
    StoreUnwritable,
)

__all__ = ["meaning"]

_MEANINGS: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_READONLY: StoreReadOnly,
    sqlite3.SQLITE_PERM: StoreReadOnly,
    sqlite3.SQLITE_CANTOPEN: StoreReadOnly,
    sqlite3.SQLITE_BUSY: StoreLocked,
    sqlite3.SQLITE_LOCKED: StoreLocked,
    sqlite3.SQLITE_PROTOCOL: StoreLocked,
    sqlite3.SQLITE_IOERR: StoreUnwritable,
    sqlite3.SQLITE_CORRUPT: StoreDamaged,
    sqlite3.SQLITE_NOTADB: StoreDamaged,
}


def meaning(error: BaseException, what: str) -> StoreError | None:
    """Return what an error says about the store named ``what``; None when it is about a statement, a defect of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    kind = _MEANINGS.get(code & 0xFF) if isinstance(code, int) else None
    return kind(what) if kind else None
