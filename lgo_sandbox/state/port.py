"""The port to the engine of the stores: all that the rest of the house may ask of it, as two protocols.

A session has two stores: *core* (what the sandbox itself keeps: settings, faults, markers, journal), so that the group
commits of the journal never wait for a service, and *data* (the tables of the services, one ``MetaData`` and one prefix
each, and the agenda). Source: design of the project (State). A unit of work must not span an ``await``. Every function
may raise ``StoreError``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table
    from sqlmodel import Session as Transaction

__all__ = ["Change", "Store", "StoreName", "Stores"]

StoreName = Literal["core", "data"]

Change = Callable[[Any, Any], Mapping[str, Any]]
"""What an upsert does to a row that exists, as values by column: of the columns of the new row and of the old one."""


class Store(Protocol):
    """One store of one session."""

    @property
    def durable(self) -> bool:
        """Tell whether the store outlives the process."""

    @property
    def in_transaction(self) -> bool:
        """Tell whether a unit of work is open: a second one cannot be."""

    def transaction(self, *, alone: bool = False) -> AbstractContextManager[Transaction]:
        """Open a unit of work that commits at the end of the block and rolls back when it raises.

        ``alone``: nobody else writes from the first statement on. Not within another one: RuntimeError.
        """

    def begin(self, *, alone: bool = False, patient: bool = True) -> AbstractContextManager[Connection]:
        """Open a unit of work like ``transaction`` without the ORM; not ``patient``: StoreLocked almost at once."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a connection for statements that only read; also within a unit of work."""

    def rows(self, sql: str, *parameters: str | float | bytes) -> list[tuple[Any, ...]]:
        """Return the rows of a plain query with ``?`` marks: for hot reads, twenty times cheaper than the ORM."""

    def write(self, statements: Iterable[tuple[str, Sequence[Any]]]) -> None:
        """Execute plain statements with ``?`` marks in one unit of work of their own: for hot writes."""

    def upsert(self, table: Table, key: Sequence[str] = (), change: Change | None = None) -> Any:
        """Return an INSERT that changes the row which has the same key already; without ``change`` leaves it be."""

    def version(self) -> int:
        """Return a number that changes when *another* connection has committed. Cheap: asked for every exchange."""

    def generation(self) -> tuple[int, int]:
        """Return what changes with every commit, of this process or of another: whoever kept it knows what stands.

        Commits of another process are those that ``version`` saw last: the gate asks it before every exchange.
        """

    def notify(self) -> None:
        """Wake those who await ``changed``: something was committed that they may wait for."""

    async def changed(self, seconds: float) -> None:
        """Wait until somebody notifies, in this process or, where the engine can tell, in another; or some seconds."""

    def tables(self) -> frozenset[str]:
        """Return the names of the tables that exist."""

    def clone_from(self, template: Store) -> None:
        """Become an exact copy of another store of the same engine."""

    def close(self) -> None:
        """Let go of the store; one that is not durable is gone."""


class Stores(Protocol):
    """All stores of one installation."""

    def names(self) -> set[str]:
        """Return the names of the sessions that have durable stores, those of other processes included."""

    def exists(self, session: str) -> bool:
        """Tell whether a session has durable stores."""

    def opening(self, session: str) -> AbstractContextManager[None]:
        """Hold off other processes that would open the durable stores of a session for the first time."""

    def open(self, session: str, name: StoreName) -> Store:
        """Open a durable store, made empty if need be."""

    def memory(self, name: StoreName) -> Store:
        """Make an empty store that is gone with the process."""

    def delete(self, session: str) -> None:
        """Delete the durable stores of a session, once closed."""
