"""Who is at the Web-PS, and the DMP that he has open: the same caller, state and rights as for the SOAP transactions.

Source: docs/sources/dmp.md#web-ps (TD0.9 by card, TD0.10 with Pro Santé Connect in AIR; without authorisation the page
asks to confirm; closed, absent or blocked by any address but the dashboard is an error that links to it; a CPE sees the
patient's data and the rights in an emergency only: high). The card is the certificate of the connection. Without one, a
persona is chosen: that stands for the Pro Santé Connect of AIR, and is labelled as simulated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from dmp_mock import store
from dmp_mock.accesses import Access, accesses_of, note_access
from dmp_mock.authorisations import moment
from dmp_mock.citizens import VisitRow
from dmp_mock.codes import vihf as names
from dmp_mock.codes.patients import Authorisation, DmpStatus
from dmp_mock.codes.rights import BREAKING, NORMAL, OCCUPATIONAL_SKILLS, REGULATION, Profile
from dmp_mock.codes.trust import VERDICTS
from dmp_mock.codes.vihf import Mode
from dmp_mock.domain.directory import check_directory
from dmp_mock.domain.hl7 import Cx
from dmp_mock.domain.patients import DmpState, check_reading
from dmp_mock.domain.rights import Caller, Subject, demand, may_see
from dmp_mock.domain.values import Author, Coded, Entry
from dmp_mock.tracing import LISTED
from dmp_mock.web import visits
from dmp_mock.web.acts import Actor
from dmp_mock.web.documents import Card, card_of, in_force
from dmp_mock.web.pages import page
from dmp_mock.web.people import full_name
from dmp_mock.web.refusals import Told
from dmp_mock.web.site import WEBPS
from health_documents import oids
from health_documents.identifiers import OID_PS_IDNAT, OID_STRUCT_IDNAT
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.pki import Judgement
from lgo_sandbox.population.people import Patient, Professional, Structure
from lgo_sandbox.wire.http import RawResponse

__all__ = ["CHANNEL", "Desk", "File", "NoAuthorisation", "NobodyThere", "desk_of", "file_of"]

CHANNEL = "Web-PS"
ACCESSES = {NORMAL: "normal", BREAKING: "bris de glace", REGULATION: "urgence (centre 15)"}
AGAIN = timedelta(minutes=15)
"""From when on a list that is looked at again is one more access: somebody who turns pages is not."""
FOR_CPE = frozenset({"GestionDMPPatient", "VolontesEtDroits"})


class NobodyThere(Exception):
    """Nobody is logged in, and the connection shows no card."""


class NoAuthorisation(Exception):
    """The page must ask whether the patient agrees. ``file`` is the DMP."""

    def __init__(self, file: File) -> None:
        super().__init__(file.patient.id)
        self.file = file


@dataclass(frozen=True, slots=True)
class Desk:
    """A professional at the Web-PS. ``by_card``: the certificate of the connection says who he is (TD0.9)."""

    call: Call
    visit: VisitRow
    person: Professional
    place: Structure
    by_card: bool

    @property
    def caller(self) -> Caller:
        """Return the caller, as the VIHF would name him."""
        person = self.person
        return Caller(
            mode=Mode.DIRECT if self.by_card else Mode.AIR,
            national_id=person.national_id,
            structure=self.place.id_nat,
            profession=person.profession,
            section=person.section,
            profile=_profile(person, by_card=self.by_card),
            access=NORMAL,
        )

    @property
    def is_cpe(self) -> bool:
        """Tell whether he is no professional of health."""
        return self.caller.profile in (Profile.CPE, Profile.AIR_CPE)

    def page(self, template: str, *, status: int = 200, cookies: tuple[str, ...] = (), **values: Any) -> RawResponse:
        """Return a page of the Web-PS."""
        return page(
            self.call,
            WEBPS,
            template,
            status=status,
            cookies=cookies,
            desk=self,
            csrf=self.visit.csrf,
            **values,
        )


def _profile(person: Professional, *, by_card: bool) -> Profile:
    if not person.profession:
        return Profile.CPE if by_card else Profile.AIR_CPE
    if person.profession != names.DOCTOR:
        return Profile.PS
    return Profile.OCCUPATIONAL if person.savoir_faire in OCCUPATIONAL_SKILLS else Profile.DOCTOR


def desk_of(call: Call) -> Desk:
    """Return who is there. Raises NobodyThere, and Told or Refused for a card or a person that is not let in."""
    visit = visits.current(call, WEBPS)
    person = _by_card(call)
    by_card = person is not None
    if visit is not None and (person is None or visit.who == person.id):
        person = person or next((one for one in call.session.people.professionals if one.id == visit.who), None)
    else:
        visit = None
    if person is None or visit is None:
        raise NobodyThere
    desk = Desk(call, visit, person, call.session.people.structure(person.structure), by_card)
    check_directory(desk.caller, call.session.people)
    demand("TD0.9" if by_card else "TD0.10", desk.caller)
    return desk


def _by_card(call: Call) -> Professional | None:
    """Return whose card the connection shows, None without a card. Raises Told for a card that is not good."""
    peer = call.peer
    if peer is None or not peer.national_id:
        return None
    verdict = call.sandbox.pki.judge(peer, call.session.clock.age())
    person = call.session.people.professional(peer.national_id)
    if verdict is not Judgement.OK or person is None:
        raise Told(
            "card",
            "Cette carte n'est pas acceptée",
            received=f"{peer.national_id} : {VERDICTS.get(verdict, 'professionnel inconnu')}",
            expected="le certificat d'authentification d'une carte CPS en cours, d'un professionnel de l'annuaire",
            where="certificat de la connexion",
            remedy="Insérez une autre carte, ou ouvrez la page sans certificat pour choisir une persona.",
        )
    return person


def card_holder(call: Call) -> Professional | None:
    """Return whose card the connection shows, for the page of log-in."""
    return _by_card(call)


# --- a DMP


@dataclass(frozen=True, slots=True)
class File:
    """The DMP of a patient, as the person at the desk has it open."""

    desk: Desk
    patient: Patient
    state: DmpState
    caller: Caller

    @property
    def subject(self) -> Subject:
        """The patient as the reading rights see him."""
        state, ins = self.state, Cx(self.patient.matricule, self.patient.oid)
        return Subject(ins, state.caller_is_mt, not state.breaking_opposed, not state.emergency_opposed)

    @property
    def access(self) -> str:
        """The access mode, in French; empty for the normal one."""
        return "" if self.caller.access == NORMAL else ACCESSES[self.caller.access]

    def sees(self, entry: Entry) -> bool:
        """Tell whether he sees a document."""
        return may_see(entry, self.caller, self.subject)

    def cards(self) -> list[Card]:
        """Return the documents that he sees, the latest first. Raises Refused for whoever may list none."""
        demand("TD3.1-metadata", self.caller, is_mt=self.state.caller_is_mt)
        entries = in_force(self.desk.call.session.db, self.patient.matricule)
        return [card_of(entry) for entry in entries if self.sees(entry)]

    def card(self, number: str) -> Card:
        """Return the document of an address. Raises Told, and Refused for whoever may read none."""
        found = next((card for card in self.cards() if card.id == number), None)
        if found is None:
            raise Told(
                "document",
                "Ce document n'est pas dans ce dossier, ou vous n'y avez pas droit",
                received=f"document {number[:60]}",
                expected="un document de la liste",
                where="adresse de la page",
                remedy="Revenez à la liste des documents.",
                status=404,
                link=f"/AccesDirect/Documents/{self.patient.matricule}",
                label="Documents",
            )
        return found

    def actor(self) -> Actor:
        """Return him as the author of what he changes."""
        person, place = self.desk.person, self.desk.place
        xcn = f"{person.national_id}^{person.family_name}^{person.given_name}^^^^^^&{OID_PS_IDNAT}&ISO^D^^^IDNPS"
        xon = f"{place.name}^^^^^&{OID_STRUCT_IDNAT}&ISO^IDNST^^^{place.id_nat}"
        content = Coded(place.sector, oids.FACILITY, place.sector)
        return Actor(self.caller.holder, Author((xcn,), (xon,)), content)

    def trace(self, act: str, unique_id: str = "") -> None:
        """Write an act into the history, and remember that he acted on the DMP; a list is noted once in a while."""
        session = self.desk.call.session
        if act == LISTED and self._listed_lately():
            return
        at = moment(session.clock.age())
        who = (self.caller.holder, self.caller.structure)
        line = Access(at, *who, CHANNEL, self.caller.access, act, unique_id)
        acting_as = who if self.state.authorisation is Authorisation.VALID else ()
        note_access(session.db, self.patient.matricule, line, at=at, acting_as=acting_as)

    def _listed_lately(self) -> bool:
        session = self.desk.call.session
        now = session.clock.age()
        lines = accesses_of(session.db, self.patient.matricule, now, self.caller.holder)
        since = moment(now - AGAIN)
        return any(one.act == LISTED and one.channel == CHANNEL and one.at >= since for one in lines)

    def page(self, template: str, *, room: str, status: int = 200, **values: Any) -> RawResponse:
        """Return a page of this DMP."""
        name = full_name(self.patient)
        return self.desk.page(template, status=status, file=self, room=room, name=name, p=self.patient, **values)


def _unknown(matricule: str) -> Told:
    """Return the refusal of an INS that nobody has."""
    return Told(
        "ins",
        "Ce matricule INS n'est pas connu",
        received=f"INS « {matricule[:30]} »",
        expected="le matricule de quinze caractères d'un patient de la fiche des personnes",
        where="adresse de la page",
        remedy="Corrigez le matricule à la fin de l'adresse.",
        status=404,
        link=WEBPS.home,
        label="Tableau de bord",
    )


def opened(desk: Desk, matricule: str) -> File:
    """Return the DMP of a patient whatever its state. Raises Told for an INS that nobody has."""
    patient = desk.call.session.people.patient(matricule)
    if patient is None:
        raise _unknown(matricule)
    caller = desk.caller
    state = store.state_of(desk.call.session.db, matricule, caller.holder, caller.structure)
    if desk.visit.about == matricule and desk.visit.access:
        caller = replace(caller, access=desk.visit.access)
    return File(desk, patient, state, caller)


def file_of(desk: Desk, matricule: str, room: str) -> File:
    """Return the DMP that a page is about. Raises Told, Refused, XdsFailure, and NoAuthorisation to be asked for."""
    file = opened(desk, matricule)
    if reason := _closed_to(file):
        raise Told(
            "file-closed",
            reason,
            received=f"{room} : {reason}",
            expected="un DMP ouvert, dont le patient ne vous a pas bloqué",
            where=f"adresse /AccesDirect/{room}",
            remedy="Passez par le tableau de bord : lui seul s'ouvre dans ce cas.",
            link=f"{WEBPS.home}/{matricule}",
            label="Tableau de bord de ce patient",
        )
    if desk.is_cpe and room not in FOR_CPE:
        raise Told(
            "cpe",
            "Votre carte ne donne accès qu'aux données du patient et aux droits en urgence",
            received=f"{room} par {desk.person.label}",
            expected="un professionnel de santé ; avec une CPE : GestionDMPPatient, VolontesEtDroits",
            where=f"adresse /AccesDirect/{room}",
            remedy="Ouvrez les données du patient, ou connectez un professionnel de santé.",
            link=f"/AccesDirect/GestionDMPPatient/{matricule}",
            label="Données du patient",
        )
    if file.caller.access == NORMAL and file.state.authorisation is not Authorisation.VALID:
        raise NoAuthorisation(file)
    check_reading(file.state, file.caller.access)
    return file


def _closed_to(file: File) -> str:
    """Say why only the dashboard opens for this DMP, "" when others do."""
    if file.state.status is DmpStatus.ABSENT:
        return "DMP absent : ce patient n'en a pas"
    if file.state.status is DmpStatus.CLOSED:
        return "DMP fermé par le patient"
    return "DMP dont le patient vous a bloqué" if file.state.authorisation is Authorisation.BLOCKED else ""


def state_in_words(file: File) -> str:
    """Say in what state a DMP is for the person at the desk."""
    if reason := _closed_to(file):
        return reason
    if file.state.authorisation is Authorisation.VALID:
        return "DMP ouvert, accès autorisé"
    return "DMP ouvert, sans autorisation d'accès"
