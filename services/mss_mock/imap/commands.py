"""The table of commands: where each may come, who runs it, what the journal keeps.

Source: RFC 3501 §6 (states of commands), RFC 2177, 2342, 2971, 3691, 4315, 5161, 5256, 5258, 6851,
9208. What is not in the table,
or not allowed in the state, is answered BAD.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from mss_mock.imap import folders, listing, messages, quota, searching, sessions, sorting
from mss_mock.imap.connection import Connection, State
from mss_mock.imap.syntax import Cursor

__all__ = ["COMMANDS", "Spec"]

Handler = Callable[[Connection, Cursor], Awaitable[bytes | None]]

_ANY = frozenset({State.NOT_AUTHENTICATED, State.AUTHENTICATED, State.SELECTED})
_BEFORE = frozenset({State.NOT_AUTHENTICATED})
_AFTER = frozenset({State.AUTHENTICATED, State.SELECTED})
_SELECTED = frozenset({State.SELECTED})


@dataclass(frozen=True, slots=True)
class Spec:
    """A command. ``expunge``: its answer may tell of removed messages; ``journal``: it is an exchange."""

    name: str
    states: frozenset[State]
    handler: Handler
    journal: bool = True
    expunge: bool = True

    @property
    def on_folder(self) -> bool:
        """Tell whether it acts on the selected folder, so that what has arrived there is told first."""
        return self.states == _SELECTED

    @property
    def operation(self) -> str:
        """The name in journal and faults, the same with and without UID."""
        return f"imap-{self.name.removeprefix('UID ').lower()}"


_SPECS = (
    Spec("CAPABILITY", _ANY, sessions.capability, journal=False),
    Spec("NOOP", _ANY, sessions.noop, journal=False),
    Spec("LOGOUT", _ANY, sessions.logout, journal=False),
    Spec("ID", _ANY, sessions.identify, journal=False),
    Spec("STARTTLS", _BEFORE, sessions.starttls, journal=False),
    Spec("AUTHENTICATE", _BEFORE, sessions.authenticate, journal=False),
    Spec("LOGIN", _BEFORE, sessions.login, journal=False),
    Spec("ENABLE", _AFTER, sessions.enable, journal=False),
    Spec("NAMESPACE", _AFTER, sessions.namespace, journal=False),
    Spec("IDLE", _AFTER, sessions.idle, journal=False),
    Spec("SELECT", _AFTER, folders.select),
    Spec("EXAMINE", _AFTER, folders.examine),
    Spec("CREATE", _AFTER, folders.create),
    Spec("DELETE", _AFTER, folders.delete),
    Spec("RENAME", _AFTER, folders.rename),
    Spec("SUBSCRIBE", _AFTER, folders.subscribe),
    Spec("UNSUBSCRIBE", _AFTER, folders.unsubscribe),
    Spec("LIST", _AFTER, listing.list_folders, journal=False),
    Spec("LSUB", _AFTER, listing.list_subscribed, journal=False),
    Spec("STATUS", _AFTER, listing.status, journal=False),
    Spec("APPEND", _AFTER, folders.append),
    Spec("GETQUOTA", _AFTER, quota.get_quota, journal=False),
    Spec("GETQUOTAROOT", _AFTER, quota.get_quota_root, journal=False),
    Spec("SETQUOTA", _AFTER, quota.set_quota, journal=False),
    Spec("CHECK", _SELECTED, sessions.noop, journal=False),
    Spec("CLOSE", _SELECTED, folders.close),
    Spec("UNSELECT", _SELECTED, folders.unselect),
    Spec("EXPUNGE", _SELECTED, messages.expunge),
    Spec("UID EXPUNGE", _SELECTED, messages.uid_expunge),
    Spec("SEARCH", _SELECTED, searching.search, expunge=False),
    Spec("UID SEARCH", _SELECTED, searching.uid_search),
    Spec("SORT", _SELECTED, sorting.sort, expunge=False),
    Spec("UID SORT", _SELECTED, sorting.uid_sort),
    Spec("FETCH", _SELECTED, messages.fetch, expunge=False),
    Spec("UID FETCH", _SELECTED, messages.uid_fetch),
    Spec("STORE", _SELECTED, messages.store, expunge=False),
    Spec("UID STORE", _SELECTED, messages.uid_store),
    Spec("COPY", _SELECTED, messages.copy),
    Spec("UID COPY", _SELECTED, messages.uid_copy),
    Spec("MOVE", _SELECTED, messages.move),
    Spec("UID MOVE", _SELECTED, messages.uid_move),
)

COMMANDS: Mapping[str, Spec] = {spec.name: spec for spec in _SPECS}
OPERATIONS = tuple(sorted({spec.operation for spec in _SPECS}))
