"""What waits to be fed: a file of its own that survives an outage, a crash and the end of the process.

Each lot leaves once, in the order of its patient. Before it leaves, it is written that it does: whatever happens then,
the next try, unless the lot surely never came, asks the DMP (TD3.1b) whether the document has come, under the uniqueId
that the lot keeps for ever. What cannot heal by itself is set aside and shown, never dropped. Source:
specs/requirements.md §2.4 (ALI/PROG.02 to .07); specs/dmp.md §4.2. Knows no scenario and no command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from lgo_client.clock import Workplace
from lgo_client.dmp.errors import ALREADY_THERE, OUTAGES, heals_by_itself, in_french, never_came
from lgo_client.dmp.lots import Prepared
from lgo_client.own_files import FileBusy, OwnFile, alone
from lgo_client.soap import SoapRefused
from lgo_client.xds import RegistryRefused

__all__ = ["FeedQueue", "QueueBusy", "Sender", "State", "Waiting"]

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between two tries while the DMP is away; the last one goes on."""

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
    """Where a lot is: it waits, it left without an answer yet, it is in the DMP, it was set aside, it was withdrawn."""

    WAITING = "en attente"
    LEAVING = "parti, sans réponse"
    FED = "versé"
    ASIDE = "mis de côté"
    WITHDRAWN = "retiré"


OPEN = (State.WAITING, State.LEAVING)


class QueueBusy(Exception):
    """Another process sends this queue; the message (French) says so."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lot of the queue, without its octets.

    ``replaces`` is the uniqueId of what it replaces, ``said`` the last error.
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


class Sender(Protocol):
    """What feeds: a professional's or a structure's DMP."""

    def send(self, patient: str, lot: Prepared) -> None:
        """TD2.1: feed a lot."""

    def technical_id(self, patient: str, unique_id: str) -> str:
        """TD3.1b: return the technical id of a document, or ""."""


class FeedQueue:
    """The lots that a workstation has to feed, in a SQLite file."""

    def __init__(self, path: Path, workplace: Workplace) -> None:
        self._path = path
        self._workplace = workplace
        self._file = OwnFile(path, _SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def put(self, patient: str, lot: Prepared, title: str, replaces: str = "") -> int:
        """Add a lot; return its number. A document that is in the queue already stays there once."""
        row = (patient, lot.unique_id, title, replaces, lot.to_json(), State.WAITING, self._workplace.instant())
        self._file.change(
            "INSERT INTO lots (patient, unique_id, title, replaces, lot, state, queued) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (unique_id) DO NOTHING",
            row,
        )
        return int(self._file.rows("SELECT number FROM lots WHERE unique_id = ?", (lot.unique_id,))[0][0])

    def all(self, *states: State) -> list[Waiting]:
        """Return the lots in these states (all without any), in their order."""
        lots = [_waiting(row) for row in self._file.rows(f"SELECT {_COLUMNS} FROM lots ORDER BY number")]
        return [one for one in lots if not states or one.state in states]

    def retry(self, number: int) -> bool:
        """Let a lot that was set aside wait again; tell whether there was one."""
        return self._move(number, (State.ASIDE,), State.WAITING)

    def withdraw(self, number: int) -> bool:
        """Take a lot that nobody knows the DMP to have out of the queue; tell whether there was one."""
        return self._move(number, (State.WAITING, State.ASIDE), State.WITHDRAWN)

    def _move(self, number: int, former: tuple[State, ...], new: State) -> bool:
        marks = ", ".join("?" * len(former))
        statement = f"UPDATE lots SET state = ? WHERE number = ? AND state IN ({marks})"
        return self._file.change(statement, (new, number, *former)) == 1

    # --- sending

    def send(self, sender: Sender, told: Callable[[Waiting], None] = lambda _lot: None) -> bool:
        """Send what waits, once; tell whether nothing is left to send. Raises QueueBusy."""
        with self._alone():
            for lot in self.all(*OPEN):
                ended = self._send_one(sender, lot)
                told(ended)
                if ended.state in OPEN:
                    return False
        return True

    def send_all(
        self,
        sender: Sender,
        pause: Callable[[float], None],
        told: Callable[[Waiting], None] = lambda _lot: None,
    ) -> None:
        """Send what waits, again and again while the DMP is away. Raises QueueBusy."""
        tries = 0
        while not self.send(sender, told):
            pause(PAUSES[min(tries, len(PAUSES) - 1)])
            tries += 1

    def _send_one(self, sender: Sender, lot: Waiting) -> Waiting:
        """Send a lot, and return what became of it."""
        try:
            if lot.state is State.LEAVING and sender.technical_id(lot.patient, lot.unique_id):
                return self._ended(lot, State.FED, "déjà reçu : la réponse s'était perdue")
            prepared = self._ready(sender, lot)
        except (SoapRefused, RegistryRefused, LookupError, *OUTAGES) as error:
            return self._failed(lot, lot.state, error)
        self._file.change("UPDATE lots SET state = ?, tries = tries + 1 WHERE number = ?", (State.LEAVING, lot.number))
        try:
            sender.send(lot.patient, prepared)
        except RegistryRefused as error:
            if lot.state is State.LEAVING and error.code in ALREADY_THERE:
                return self._ended(lot, State.FED, "déjà reçu : la réponse s'était perdue")
            return self._failed(lot, State.WAITING, error)
        except SoapRefused as error:
            return self._failed(lot, State.WAITING, error)
        except OUTAGES as error:
            # What left before without an answer may still have come then.
            known = never_came(error) and lot.state is State.WAITING
            return self._failed(lot, State.WAITING if known else State.LEAVING, error)
        return self._ended(lot, State.FED, "")

    def _ready(self, sender: Sender, lot: Waiting) -> Prepared:
        """Return the lot as it leaves. Raises LookupError when what it replaces is not there."""
        text = self._file.rows("SELECT lot FROM lots WHERE number = ?", (lot.number,))[0][0]
        try:
            prepared = Prepared.from_json(text)
        except ValueError:
            raise LookupError("le lot gardé dans la file n'est plus lisible") from None
        if not lot.replaces:
            return prepared
        former = sender.technical_id(lot.patient, lot.replaces)
        if not former:
            raise LookupError(f"le document à remplacer, {lot.replaces}, n'est pas dans le DMP")
        return prepared.replacing(former)

    def _failed(self, lot: Waiting, state: State, error: Exception) -> Waiting:
        """Keep a lot for later, or aside when later is no better."""
        return self._ended(lot, state if heals_by_itself(error) else State.ASIDE, in_french(error))

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
