"""Whose record is open in Mon espace santé, by whom, and what of it he may see.

Source: docs/sources/dmp.md#visibilite (what a patient and his legal representatives do not see, high) and
#mon-espace-sante. A representative opens the records of his children while they are under age. Decides no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dmp_mock import registering, registry_store, store
from dmp_mock.accesses import Access, note_access
from dmp_mock.authorisations import moment
from dmp_mock.citizens import VisitRow
from dmp_mock.codes.patients import DmpStatus
from dmp_mock.domain.patients import DmpState
from dmp_mock.domain.rights import shown_to_patient, shown_to_representative
from dmp_mock.domain.values import Entry
from dmp_mock.web import visits
from dmp_mock.web.acts import Actor, author_of_patient
from dmp_mock.web.documents import Card, card_of, in_force
from dmp_mock.web.pages import page
from dmp_mock.web.people import full_name, representative
from dmp_mock.web.refusals import Told
from dmp_mock.web.site import MES
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.population.people import Patient
from lgo_sandbox.population.representatives import REPRESENTATIVES
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.wire.http import RawResponse

__all__ = ["CHANNEL", "LoggedOut", "Space", "opened", "profiles_of"]

CHANNEL = "Mon espace santé"


class LoggedOut(Exception):
    """Nobody is logged in."""


@dataclass(frozen=True, slots=True)
class Space:
    """An open record: ``user`` is who is logged in, ``patient`` whose record it is."""

    call: Call
    visit: VisitRow
    user: str
    patient: Patient
    profiles: tuple[Patient, ...]
    state: DmpState

    @property
    def represents(self) -> bool:
        """Tell whether somebody else than the patient is logged in."""
        return self.visit.who != self.patient.id

    @property
    def is_open(self) -> bool:
        """Tell whether the DMP is open."""
        return self.state.status is DmpStatus.ACTIVE

    @property
    def holder(self) -> str:
        """Whom the history names for what is done here."""
        own = next((one.matricule for one in self.profiles if one.id == self.visit.who), "")
        return own or self.visit.who

    def actor(self) -> Actor:
        """Return who writes: in the metadata, always the patient's side."""
        return Actor(self.holder, author_of_patient(self.patient))

    def sees(self, entry: Entry) -> bool:
        """Tell whether whoever is logged in sees a document."""
        return shown_to_representative(entry) if self.represents else shown_to_patient(entry)

    def cards(self) -> list[Card]:
        """Return the documents that are shown, the latest first."""
        if not self.is_open:
            return []
        entries = in_force(self.call.session.db, self.patient.matricule)
        return [card_of(entry) for entry in entries if self.sees(entry)]

    def card(self, number: str) -> Card:
        """Return the document of an address. Raises Told for one that is not shown."""
        found = next((card for card in self.cards() if card.id == number), None)
        if found is None:
            raise Told(
                "document",
                "Ce document n'est pas dans votre espace",
                received=f"document {number[:60]}",
                expected="un document de la liste",
                where="adresse de la page",
                remedy="Revenez à vos documents, et choisissez dans la liste.",
                status=404,
                link="/documents",
                label="Mes documents",
            )
        return found

    def titles(self, unique_ids: Iterable[str]) -> dict[str, str]:
        """Return the titles of those of these documents that whoever is logged in sees."""
        wanted = set(unique_ids) - {""}
        entries = registry_store.entries_by(self.call.session.db, self.patient.matricule, "unique_id", wanted)
        last = {entry.unique_id: entry for entry in sorted(entries, key=lambda entry: entry.version)}
        return {unique_id: entry.title for unique_id, entry in last.items() if self.sees(entry)}

    def trace(self, act: str, unique_id: str = "") -> None:
        """Write an act into the history of the record."""
        session = self.call.session
        line = Access(moment(session.clock.age()), self.holder, "", CHANNEL, "", act, unique_id)
        note_access(session.db, self.patient.matricule, line)

    def page(self, template: str, *, status: int = 200, **values: Any) -> RawResponse:
        """Return a page of this record."""
        return page(
            self.call,
            MES,
            template,
            status=status,
            space=self,
            csrf=self.visit.csrf,
            name=full_name(self.patient),
            done=DONE.get(_query(self.call, "fait"), ""),
            **values,
        )


DONE = {
    "masque": "Document masqué : vos professionnels ne le voient plus.",
    "visible": "Document visible par vos professionnels.",
    "ajoute": "Document ajouté à votre espace.",
    "supprime": "Document supprimé.",
    "bloque": "Professionnel bloqué : il n'accède plus à votre dossier.",
    "debloque": "Professionnel débloqué : il devra vous redemander l'accès.",
    "retire": "Autorisation retirée.",
    "confidentialite": "Vos choix sont enregistrés.",
    "ferme": "Votre espace est fermé. Vos documents sont conservés.",
    "rouvert": "Votre espace est ouvert.",
    "rendez-vous": "Rendez-vous ajouté.",
    "rendez-vous-retire": "Rendez-vous retiré.",
    "applications": "Votre choix est enregistré.",
    "envoye": "Message envoyé.",
    "message-supprime": "Message supprimé.",
    "range": "Document rangé dans votre espace : vos professionnels autorisés le voient.",
}
"""What a page says after a form, by the parameter ``fait``."""


def _query(call: Call, name: str) -> str:
    from urllib.parse import parse_qsl

    return dict(parse_qsl(call.query, max_num_fields=50)).get(name, "")


def profiles_of(session: Session, who: str) -> tuple[Patient, ...]:
    """Return the records that somebody may open: his own if he is of age, those of the children he represents."""
    people = session.people
    own = [p for p in people.patients if p.id == who and p.matricule and not registering.is_minor(session, p.matricule)]
    children = [slug for one in REPRESENTATIVES if who in (one.id, one.patient) for slug in one.children]
    minors = [p for p in people.patients if p.id in children and registering.is_minor(session, p.matricule)]
    return (*own, *minors)


def opened(call: Call) -> Space:
    """Return the record that is open. Raises LoggedOut when nobody is logged in."""
    visit = visits.current(call, MES)
    profiles = profiles_of(call.session, visit.who) if visit else ()
    if visit is None or not profiles:
        raise LoggedOut
    patient = next((one for one in profiles if one.id == visit.about), profiles[0])
    state = store.state_of(call.session.db, patient.matricule, "")
    user = next((full_name(one) for one in profiles if one.id == visit.who), "")
    parent = representative(visit.who)
    return Space(call, visit, parent.name if parent else user, patient, profiles, state)
