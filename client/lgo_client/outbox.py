"""What waits to leave a workstation: a file of its own that survives an outage, a crash and the end of the process.

Each lot leaves once, in order. Before it leaves, it is written that it does: whatever happens then, the next try,
unless the lot surely never came, asks first whether it has come, under the identifier that it keeps for ever. What
cannot heal by itself is set aside and shown, never dropped. A queue of one service says how its lots travel and what
errors mean. Source: specs/requirements.md §2.4 (ALI/PROG.02 to .07). Knows no service, no scenario and no command.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from lgo_client.clock import Workplace
from lgo_client.own_files import FileBusy, OwnFile, alone

__all__ = ["OPEN", "PAUSES", "Outbox", "QueueBusy", "State", "Waiting"]

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between two tries while the service is away; the last one goes on."""
KNOWN_ALREADY = "déjà reçu : la réponse s'était perdue"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS lots (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    patient TEXT NOT NULL,
    unique_id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    replaces TEXT NOT NULL,
    lot TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    said TEXT NOT NULL DEFAULT '',
    queued TEXT NOT NULL,
    ended TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS lots_by_state ON lots (state, number);
"""
_COLUMNS = "number, patient, unique_id, title, replaces, state, tries, said, queued, ended"


class State(StrEnum):
    """Where a lot is: it waits, it left without an answer yet, it was taken, it was set aside, it was withdrawn."""

    WAITING = "en attente"
    LEAVING = "parti, sans réponse"
    FED = "versé"
    SENT = "envoyé"
    ASIDE = "mis de côté"
    WITHDRAWN = "retiré"


OPEN = (State.WAITING, State.LEAVING)


class QueueBusy(Exception):
    """Another process sends this queue; the message (French) says so."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lot of the queue, without its octets.

    ``patient`` is whom it concerns, ``replaces`` the identifier of what it replaces, ``said`` the last error.
    """

    number: int
    patient: str
    unique_id: str
    title: str
    replaces: str
    state: State
    tries: int
    said: str
    queued: str
    ended: str


Way = TypeVar("Way")
"""What takes the lots of a queue: a professional's DMP, an operator's submission door."""
Content = TypeVar("Content")
"""A lot as it leaves."""


class Outbox(ABC, Generic[Way, Content]):
    """The lots that wait in a SQLite file. A queue gives ``done``, ``expected`` and what is abstract here."""

    done: ClassVar[State]
    """What a lot is when it was taken."""
    expected: ClassVar[tuple[type[Exception], ...]]
    """The errors that a lot can meet."""

    def __init__(self, path: Path, workplace: Workplace) -> None:
        self._path = path
        self._workplace = workplace
        self._file = OwnFile(path, _SCHEMA)

    # --- what a queue of one service says

    @abstractmethod
    def _came(self, way: Way, lot: Waiting) -> bool:
        """Tell whether a lot that left without an answer has come."""

    @abstractmethod
    def _ready(self, way: Way, lot: Waiting, text: str) -> Content:
        """Return a lot as it leaves. Raises LookupError when it cannot."""

    @abstractmethod
    def _deliver(self, way: Way, lot: Waiting, content: Content) -> None:
        """Send a lot."""

    @abstractmethod
    def _in_french(self, error: Exception) -> str:
        """Return what an error means."""

    @abstractmethod
    def _heals(self, error: Exception) -> bool:
        """Tell whether the same lot may be taken later, unchanged."""

    @abstractmethod
    def _never_came(self, error: Exception) -> bool:
        """Tell whether a lot surely did not come."""

    def _already_there(self, _error: Exception) -> bool:
        """Tell whether a refusal says that the lot is there already."""
        return False

    # --- the file

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def put_text(self, patient: str, unique_id: str, title: str, replaces: str, text: str) -> int:
        """Add a lot; return its number. What is in the queue already stays there once."""
        row = (patient, unique_id, title, replaces, text, State.WAITING, self._workplace.instant())
        self._file.change(
            "INSERT INTO lots (patient, unique_id, title, replaces, lot, state, queued) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (unique_id) DO NOTHING",
            row,
        )
        return int(self._file.rows("SELECT number FROM lots WHERE unique_id = ?", (unique_id,))[0][0])

    def all(self, *states: State) -> list[Waiting]:
        """Return the lots in these states (all without any), in their order."""
        lots = [_waiting(row) for row in self._file.rows(f"SELECT {_COLUMNS} FROM lots ORDER BY number")]
        return [one for one in lots if not states or one.state in states]

    def text(self, number: int) -> str:
        """Return what is kept of a lot. Raises LookupError."""
        found = self._file.rows("SELECT lot FROM lots WHERE number = ?", (number,))
        if not found:
            raise LookupError(f"aucun lot {number} dans la file")
        return str(found[0][0])

    def retry(self, number: int) -> bool:
        """Let a lot that was set aside wait again; tell whether there was one."""
        return self._move(number, (State.ASIDE,), State.WAITING)

    def withdraw(self, number: int) -> bool:
        """Take a lot that nobody is known to have out of the queue; tell whether there was one."""
        return self._move(number, (State.WAITING, State.ASIDE), State.WITHDRAWN)

    def _move(self, number: int, former: tuple[State, ...], new: State) -> bool:
        marks = ", ".join("?" * len(former))
        statement = f"UPDATE lots SET state = ? WHERE number = ? AND state IN ({marks})"
        return self._file.change(statement, (new, number, *former)) == 1

    # --- sending

    def send(self, way: Way, told: Callable[[Waiting], None] = lambda _lot: None) -> bool:
        """Send what waits, once; tell whether nothing is left to send. Raises QueueBusy."""
        with self._alone():
            for lot in self.all(*OPEN):
                ended = self._send_one(way, lot)
                told(ended)
                if ended.state in OPEN:
                    return False
        return True

    def send_all(
        self, way: Way, pause: Callable[[float], None], told: Callable[[Waiting], None] = lambda _lot: None
    ) -> None:
        """Send what waits, again and again while the service is away. Raises QueueBusy."""
        tries = 0
        while not self.send(way, told):
            pause(PAUSES[min(tries, len(PAUSES) - 1)])
            tries += 1

    def _send_one(self, way: Way, lot: Waiting) -> Waiting:
        """Send a lot, and return what became of it."""
        unready: tuple[type[Exception], ...] = (LookupError, *self.expected)
        try:
            if lot.state is State.LEAVING and self._came(way, lot):
                return self._ended(lot, self.done, KNOWN_ALREADY)
            content = self._ready(way, lot, self.text(lot.number))
        except unready as error:
            return self._failed(lot, lot.state, error)
        self._file.change("UPDATE lots SET state = ?, tries = tries + 1 WHERE number = ?", (State.LEAVING, lot.number))
        try:
            self._deliver(way, lot, content)
        except self.expected as error:
            if lot.state is State.LEAVING and self._already_there(error):
                return self._ended(lot, self.done, KNOWN_ALREADY)
            # What left before without an answer may still have come then.
            known = self._never_came(error) and lot.state is State.WAITING
            return self._failed(lot, State.WAITING if known or self._refused(error) else State.LEAVING, error)
        return self._ended(lot, self.done, "")

    @abstractmethod
    def _refused(self, error: Exception) -> bool:
        """Tell whether the service answered, and took nothing."""

    def _failed(self, lot: Waiting, state: State, error: Exception) -> Waiting:
        """Keep a lot for later, or aside when later is no better."""
        return self._ended(lot, state if self._heals(error) else State.ASIDE, self._in_french(error))

    def _ended(self, lot: Waiting, state: State, said: str) -> Waiting:
        ended = "" if state in OPEN else self._workplace.instant()
        self._file.change(
            "UPDATE lots SET state = ?, said = ?, ended = ? WHERE number = ?", (state, said, ended, lot.number)
        )
        return _waiting(self._file.rows(f"SELECT {_COLUMNS} FROM lots WHERE number = ?", (lot.number,))[0])

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the only one that sends, until the block or the process ends."""
        try:
            with alone(self._path.with_suffix(".envoi")):
                yield
        except FileBusy:
            raise QueueBusy("un autre envoi de cette file est en cours") from None


def _waiting(row: tuple[Any, ...]) -> Waiting:
    number, patient, unique_id, title, replaces, state, tries, said, queued, ended = row
    return Waiting(number, patient, unique_id, title, replaces, State(state), tries, said, queued, ended)
