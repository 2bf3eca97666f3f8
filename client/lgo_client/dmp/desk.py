"""The DMP as one professional of a pharmacy works with it: what may be called, when, and what is written down for it.

Before a consultation: the patient's opposition, then TD0.2 (once a day), then TD0.3 if he agreed and there is no
authorisation. Before a feed: the patient's opposition and whether there is a DMP, never TD0.3, and no search after it.
Source: specs/requirements.md §2.4 (DMP/CONF.05, .06, .09, UX.08, UX.50, ALI/PROG.02 to .07); specs/dmp.md §5.3.

    NotCalled
      Opposed
      NoDmp
      ConsentMissing
      NotAuthorised
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lgo_client.clock import Workplace
from lgo_client.dmp.client import Dmp
from lgo_client.dmp.delta import Ask, Visit, known_of, synchronise
from lgo_client.dmp.errors import OUTAGES
from lgo_client.dmp.hl7 import Access
from lgo_client.dmp.lots import Lot, Prepared, prepare
from lgo_client.dmp.queue import FeedQueue, Waiting
from lgo_client.dmp.records import Choice, Known, Records, Subject
from lgo_client.dmp.registry import Registry, UnknownDocument
from lgo_client.environment import Certificate
from lgo_client.parameters import ParameterFile, ParametersUnavailable
from lgo_client.xds import Listed, find_documents, get_documents, listed

__all__ = ["ConsentMissing", "Desk", "Feeder", "NoDmp", "NotAuthorised", "NotCalled", "Opposed"]

AUTHORISED, ACTIVE = "VALIDE", "active"
MASKED, INVISIBLE = "MASQUE_PS", "INVISIBLE_PATIENT"


class NotCalled(Exception):
    """The DMP is not called; the message (French) says why."""


class Opposed(NotCalled):
    """The patient opposes it."""


class NoDmp(NotCalled):
    """There is no open DMP."""


class ConsentMissing(NotCalled):
    """The patient has not been asked."""


class NotAuthorised(NotCalled):
    """The professional may not, and his authorisation changes nothing."""


@dataclass(frozen=True, slots=True)
class Feeder:
    """Feeds under the certificates that feed: those of the structure, or the card."""

    dmp: Dmp
    signer: Certificate

    def send(self, patient: str, lot: Prepared) -> None:
        """TD2.1: feed a lot."""
        self.dmp.feed_prepared(patient, lot, self.signer)

    def technical_id(self, patient: str, unique_id: str) -> str:
        """TD3.1b: return the technical id of a document, or ""."""
        return self.dmp.technical_id(patient, unique_id)


@dataclass(kw_only=True)
class Desk:
    """One professional at work: ``holder`` is his national id, ``reading`` his DMP, ``feeder`` what feeds for him.

    ``may_not_feed`` says why the pharmacy does not let him feed, "" when it does.
    """

    holder: str
    reading: Dmp
    feeder: Feeder
    registry: Registry
    records: Records
    queue: FeedQueue
    parameters: ParameterFile
    workplace: Workplace
    may_not_feed: str = ""

    # --- choices and state

    def say(self, patient: str, subject: Subject, choice: Choice) -> None:
        """Write down what a patient chose, before anything is called."""
        self.records.say(patient, subject, choice, self.holder)

    def access(self, patient: str) -> Access:
        """Return whether there is a DMP and whether it may be read: TD0.2, once a day."""
        known = self.records.access(patient, self.holder)
        if known is not None:
            return known
        self.parameters.current()
        found = self.reading.existence(patient)
        self.records.keep_access(patient, self.holder, found)
        return found

    def authorise(self, patient: str, *, doctor_in_charge: bool = False) -> str:
        """TD0.3: declare one's access, which the patient agreed to. Raises Opposed."""
        self._not_opposed(patient, Subject.READING)
        self.records.say(patient, Subject.READING, Choice.AGREED, self.holder)
        self.parameters.current()
        self.records.forget_access(patient, self.holder)
        return self.reading.authorise(patient, doctor_in_charge=doctor_in_charge)

    def withdraw(self, patient: str, *, doctor_in_charge: bool = False) -> str:
        """TD0.3: give up one's access."""
        self.parameters.current()
        self.records.forget_access(patient, self.holder)
        return self.reading.withdraw(patient, doctor_in_charge=doctor_in_charge)

    # --- reading

    def open(self, patient: str) -> Access:
        """Make sure that a DMP may be consulted, and return its state. Raises NotCalled."""
        self._not_opposed(patient, Subject.READING)
        access = self.access(patient)
        if not access.exists:
            raise NoDmp("ce patient n'a pas de DMP")
        if access.status != ACTIVE:
            raise NoDmp("le DMP de ce patient est fermé")
        if access.authorisation == AUTHORISED:
            return access
        if self.records.choice(patient, Subject.READING) is not Choice.AGREED:
            raise ConsentMissing("aucune autorisation d'accès : recueillez l'accord du patient, puis enregistrez-le")
        self.authorise(patient)
        again = self.access(patient)
        if again.authorisation != AUTHORISED:
            raise NotAuthorised(f"le DMP ne donne pas l'accès (autorisation {again.authorisation or 'absente'})")
        return again

    def documents(self, patient: str, *, since: str = "", types: Iterable[str] = ()) -> list[Listed]:
        """TD3.1: list the documents, by date and type. Raises NotCalled."""
        self.open(patient)
        query = find_documents(patient, since=since, types=tuple(types))
        return listed(self.registry.ask(patient, query))

    def visit(self, patient: str) -> Visit:
        """Learn what changed since the last visit, and keep it. Raises NotCalled."""
        self.open(patient)
        before, since = self.records.documents(patient), self.records.since(patient)
        visit = synchronise(self._asking(patient), patient, before, since, self.workplace.now())
        self.records.visited(patient, visit.documents, visit.since)
        return visit

    def read(self, patient: str, unique_id: str) -> bytes:
        """TD3.2: return a document. Raises NotCalled, UnknownDocument."""
        self.open(patient)
        answer = self.registry.ask(patient, get_documents(unique_id, full=True))
        found = listed(answer)
        if not found:
            raise UnknownDocument(f"aucun document {unique_id} dans ce DMP")
        return self.reading.fetch(patient, found[0])

    def known(self, patient: str, unique_id: str) -> Known:
        """TD3.1: return a document with its version. Raises UnknownDocument."""
        found = known_of(self.registry.ask(patient, get_documents(unique_id, full=True)))
        if not found:
            raise UnknownDocument(f"aucun document {unique_id} dans ce DMP")
        return found[0]

    # --- feeding

    def feed(self, patient: str, lot: Lot, replaces: str = "") -> int:
        """Let a lot wait to be fed, and return its number; ``replaces`` is the uniqueId of a former version.

        Raises NotAuthorised, Opposed and NoDmp; where the DMP does not answer, the lot waits.
        """
        if self.may_not_feed:
            raise NotAuthorised(self.may_not_feed)
        self._not_opposed(patient, Subject.FEEDING)
        if self._has_no_dmp(patient):
            raise NoDmp("ce patient n'a pas de DMP ouvert : rien n'est envoyé ni mis en attente")
        prepared = prepare(lot, replaces_later=bool(replaces))
        return self.queue.put(patient, prepared, lot.entries[0].title, replaces)

    def send(self, told: Callable[[Waiting], None] = lambda _lot: None) -> bool:
        """Send what waits, once; tell whether nothing is left."""
        return self.queue.send(self.feeder, told)

    def send_all(self, pause: Callable[[float], None], told: Callable[[Waiting], None] = lambda _lot: None) -> None:
        """Send what waits until nothing is left."""
        self.queue.send_all(self.feeder, pause, told)

    # --- changing

    def set_visibility(self, patient: str, unique_id: str, hidden: Iterable[str]) -> None:
        """TD3.3a, TD3.3b: hide a document by these codes and no other. Raises ValueError for codes that exclude."""
        codes = tuple(hidden)
        if {MASKED, INVISIBLE} <= set(codes) and not self.parameters.current().cumul:
            raise ValueError("un document ne peut être à la fois masqué aux professionnels et invisible au patient")
        self.access(patient)
        self.registry.set_visibility(patient, unique_id, codes)

    def hidden(self, patient: str, unique_id: str) -> tuple[str, ...]:
        """Return the codes by which a document is hidden."""
        self.access(patient)
        return self.known(patient, unique_id).hidden

    # --- rules

    def _not_opposed(self, patient: str, subject: Subject) -> None:
        if self.records.choice(patient, subject) is Choice.OPPOSED:
            raise Opposed(f"le patient s'est opposé à {_ARTICLES[subject]} de son DMP")

    def _has_no_dmp(self, patient: str) -> bool:
        try:
            access = self.access(patient)
        except (ParametersUnavailable, *OUTAGES):
            return False
        return not access.exists or access.status != ACTIVE

    def _asking(self, patient: str) -> Ask:
        return lambda body: self.registry.ask(patient, body)


_ARTICLES = {Subject.READING: "la consultation", Subject.FEEDING: "l'alimentation"}
