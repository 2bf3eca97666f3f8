"""What waits to be fed to the DMP: the outbox of a workstation, with the DMP's ways.

Whether a lot that left without an answer has come, the DMP says (TD3.1b), under the uniqueId of its document. Source:
specs/requirements.md §2.4 (ALI/PROG.02 to .07); specs/dmp.md §4.2. Knows no scenario and no command.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

from lgo_client.dmp.errors import ALREADY_THERE, OUTAGES, heals_by_itself, in_french, never_came
from lgo_client.dmp.lots import Prepared
from lgo_client.outbox import PAUSES, Outbox, QueueBusy, State, Waiting
from lgo_client.soap import SoapRefused
from lgo_client.xds import RegistryRefused

__all__ = ["PAUSES", "FeedQueue", "QueueBusy", "Sender", "State", "Waiting"]


class Sender(Protocol):
    """What feeds: a professional's or a structure's DMP."""

    def send(self, patient: str, lot: Prepared) -> None:
        """TD2.1: feed a lot."""

    def technical_id(self, patient: str, unique_id: str) -> str:
        """TD3.1b: return the technical id of a document, or ""."""


class FeedQueue(Outbox[Sender, Prepared]):
    """The lots that a workstation has to feed, in a SQLite file."""

    done: ClassVar[State] = State.FED
    expected: ClassVar[tuple[type[Exception], ...]] = (SoapRefused, RegistryRefused, *OUTAGES)

    def put(self, patient: str, lot: Prepared, title: str, replaces: str = "") -> int:
        """Add a lot; return its number. A document that is in the queue already stays there once."""
        return self.put_text(patient, lot.unique_id, title, replaces, lot.to_json())

    def _came(self, way: Sender, lot: Waiting) -> bool:
        return bool(way.technical_id(lot.patient, lot.unique_id))

    def _ready(self, way: Sender, lot: Waiting, text: str) -> Prepared:
        """Return the lot as it leaves. Raises LookupError when what it replaces is not there."""
        try:
            prepared = Prepared.from_json(text)
        except ValueError:
            raise LookupError("le lot gardé dans la file n'est plus lisible") from None
        if not lot.replaces:
            return prepared
        former = way.technical_id(lot.patient, lot.replaces)
        if not former:
            raise LookupError(f"le document à remplacer, {lot.replaces}, n'est pas dans le DMP")
        return prepared.replacing(former)

    def _deliver(self, way: Sender, lot: Waiting, content: Prepared) -> None:
        way.send(lot.patient, content)

    def _in_french(self, error: Exception) -> str:
        return in_french(error)

    def _heals(self, error: Exception) -> bool:
        return heals_by_itself(error)

    def _never_came(self, error: Exception) -> bool:
        return never_came(error)

    def _refused(self, error: Exception) -> bool:
        return isinstance(error, SoapRefused | RegistryRefused)

    def _already_there(self, error: Exception) -> bool:
        return isinstance(error, RegistryRefused) and error.code in ALREADY_THERE
