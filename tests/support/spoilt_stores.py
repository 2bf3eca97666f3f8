"""Stores that cannot be used for a while: full, read-only, or locked by another program, under a running sandbox."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager

from support.tenants import Tenant

__all__ = ["SPOILT", "Spoil"]

Spoil = Callable[[Tenant], AbstractContextManager[None]]
MOST_PAGES = 1_073_741_823
NAMES = ("core", "data")


@contextmanager
def _full(tenant: Tenant) -> Iterator[None]:
    """Let the store of the services grow no more."""
    pages = tenant.do(lambda session: session.db.rows("PRAGMA page_count"))[0][0]
    tenant.do(lambda session: session.db.rows(f"PRAGMA max_page_count={pages}"))
    yield
    tenant.do(lambda session: session.db.rows(f"PRAGMA max_page_count={MOST_PAGES}"))


@contextmanager
def _read_only(tenant: Tenant) -> Iterator[None]:
    """Let nothing be written to the store of the services."""
    tenant.do(lambda session: session.db.rows("PRAGMA query_only=ON"))
    yield
    tenant.do(lambda session: session.db.rows("PRAGMA query_only=OFF"))


@contextmanager
def _locked(tenant: Tenant) -> Iterator[None]:
    """Hold the write locks of both stores of a durable session, as a backup or a stranger's tool does."""
    folder = tenant.runner.launcher.sandbox.settings.state / "sessions" / tenant.name
    core, data = (sqlite3.connect(folder / f"{name}.sqlite") for name in NAMES)
    with closing(core), closing(data):
        for held in (core, data):
            held.execute("BEGIN IMMEDIATE")
        yield
        for held in (core, data):
            held.rollback()


SPOILT: Mapping[str, tuple[Spoil, str]] = {
    "full": (_full, "disque plein"),
    "read-only": (_read_only, "en lecture seule"),
    "locked": (_locked, "verrouillé par un autre programme"),
}
"""How a store is spoilt, and what people are told of it. The session must be durable."""
