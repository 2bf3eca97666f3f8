"""The stage of the MSSanté scenarios: mail desks of several professionals, documents, what came into a mailbox.

Source: specs/requirements.md §3.2 (cards MSS-A to MSS-K). Knows the operator through the client and the tester's hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cached_property
from pathlib import Path
from typing import Any

from health_documents.identifiers import OID_INS_NIR_TEST
from lgo_client.authoring import traits_of_patient
from lgo_client.dmp.documents import example
from lgo_client.dmp.opening import writer_of
from lgo_client.environment import Environment, Patient
from lgo_client.identity import By, LocalIdentity
from lgo_client.identity import Document as IdentityDocument
from lgo_client.insi import Traits
from lgo_client.journeys.stage import LATENCY, Stage
from lgo_client.journeys.steps import Teller, expect
from lgo_client.mss.desk import Document, MailDesk
from lgo_client.mss.directory import Directory
from lgo_client.mss.opening import opened_desk
from lgo_client.mss.standing import Standing
from lgo_client.mss.trust import Trust, trust_of
from lgo_client.outbox import State
from lgo_client.psc import PscSession
from lgo_client.transport import http_client

__all__ = ["Came", "MailOffice"]

CLIENT = "lgo-demo"
TAKEN = 250
MESSAGE = "smtp-message"


@dataclass(frozen=True, slots=True)
class Came:
    """A mail in a mailbox: parsed, and byte for byte."""

    message: EmailMessage
    octets: bytes

    def header(self, name: str) -> str:
        """Return a header on one line, "" without it."""
        return " ".join(str(self.message.get(name, "")).split())


class MailOffice(Stage):
    """The pharmacy and its correspondents before the operator."""

    service = "mss"

    def __init__(
        self,
        environment: Environment,
        teller: Teller,
        folder: Path,
        pause: Callable[[float], None],
        latency: int = LATENCY,
    ) -> None:
        super().__init__(environment, teller, folder, pause, latency)
        self._desks: dict[str, MailDesk] = {}
        self._sessions: dict[str, PscSession] = {}

    # --- people

    def session(self, who: str = "titulaire") -> PscSession:
        """Return the Pro Santé Connect session of a professional, opened when it is first asked for."""
        if who not in self._sessions:
            self._sessions[who] = self.day.login(writer_of(self.environment, who), CLIENT)
        return self._sessions[who]

    def forget(self, who: str) -> None:
        """Forget the session of a professional, which has ended: the next use of it is another log-in."""
        del self._sessions[who]

    def desk(self, who: str = "titulaire") -> MailDesk:
        """Return the mail desk of a professional; it stays open."""
        if who not in self._desks:
            self._desks[who] = self.desk_at(self.environment, who)
        return self._desks[who]

    def desk_at(self, environment: Environment, who: str = "titulaire", *, of_structure: bool = False) -> MailDesk:
        """Return a mail desk that calls the servers of an environment; ``of_structure``: at that one's mailbox."""
        desk = opened_desk(
            environment,
            who,
            self.folder / "poste" / (f"{who}-structure" if of_structure else who),
            lambda: self.session(who).access_token(),
            of_structure=of_structure,
            trust=self.trust,
            workplace=self.day.workplace,
        )
        return self._stack.enter_context(desk)

    def standing(self, desk: MailDesk) -> Standing:
        """Return the mailbox of a desk, as it stays open while its owner is logged in."""
        standing = Standing(desk.operator)
        self._stack.callback(standing.close)
        return standing

    @cached_property
    def trust(self) -> Trust:
        """What operators are judged by."""
        return trust_of(self.environment, self.folder / "poste", self.workplace)

    def patient(self, named: str) -> Patient:
        """Return a patient of the sheet."""
        return self.environment.patient(named)

    def identity(self, named: str, *, checked: bool) -> LocalIdentity:
        """Return the identity of a patient whom INSi knows; ``checked``: his identity document was seen too."""
        known, user = self.patient(named), self.environment.person("titulaire").national_id
        typed = (known.sex, known.birth_date, known.birth_place)
        local = LocalIdentity(known.birth_name, known.first_names[0], *typed)
        answer = self.day.insi().retrieve(Traits(known.birth_name, known.first_names[:1], *typed))
        local = local.with_answer(answer, By(user, self.workplace.instant()))
        if checked:
            local = local.with_document(IdentityDocument.IDENTITY_CARD, By(user, self.workplace.instant()))
            self.mark("pièce d'identité contrôlée", known.matricule)
        self.mark(f"identité {local.state.value}", known.matricule)
        return local

    def directory(self) -> Directory:
        """Return the Annuaire Santé."""
        http = http_client(self.environment.ca)
        self._stack.callback(http.close)
        return Directory(http, self.environment.url("annuaire"), self.environment.fact("annuaire_api_key"), self.pause)

    # --- documents and mails

    def document(self, patient: str, replaces: str = "", who: str = "titulaire") -> Document:
        """Write a medication review of a patient; ``replaces`` is the uniqueId of the version before it."""
        traits = traits_of_patient(self.patient(patient), OID_INS_NIR_TEST)
        entry, octets = example(writer_of(self.environment, who), traits, self.workplace, replaces=replaces)
        self.evidence.save(f"{entry.unique_id}.xml", octets)
        return Document(self.patient(patient), entry, octets, replaces)

    def leave(self, desk: MailDesk) -> None:
        """Let a desk send what waits; nothing may stay."""
        expect(desk.send(), "l'opérateur ne répond pas")
        aside = [f"{one.title} ({one.said})" for one in desk.queue.all(State.ASIDE)]
        expect(not aside, f"mis de côté : {', '.join(aside)}")

    def taken(self) -> list[tuple[str, ...]]:
        """Return the recipients of each mail that the operator took since it was last asked for anything."""
        return [
            tuple(one["address"] for one in exchange["facts"]["MailEnvelope"]["recipients"])
            for exchange in self.exchanges()
            if exchange["operation"] == MESSAGE and exchange["status"] == TAKEN
        ]

    def came(self, mailbox: str, evidence: str = "") -> list[Came]:
        """Return the mails in a mailbox, in their order; the last one is kept as evidence under a name."""
        listed = [one for one in self.control.resource(f"mss/mailboxes/{mailbox}") if one["folder"] == "INBOX"]
        octets = [self.control.octets(f"mss/mailboxes/{mailbox}", raw="1", uid=str(one["uid"])) for one in listed]
        if evidence and octets:
            self.evidence.save(evidence, octets[-1])
        return [Came(BytesParser(policy=policy.default).parsebytes(one), one) for one in octets]

    def last(self, mailbox: str, evidence: str) -> Came:
        """Return the last mail of a mailbox, kept as evidence."""
        found = self.came(mailbox, evidence)
        expect(bool(found), f"la boîte {mailbox} est vide")
        return found[-1]

    def citizen(self, patient: str, body: Any = None) -> Any:
        """Ask or tell what Mon espace santé knows of a patient's messaging."""
        path = f"mss/citizens/{self.patient(patient).matricule}"
        return self.control.resource(path, "GET" if body is None else "POST", body)

    def robot(self, patient: str, **wanted: str) -> Any:
        """Give a patient's mailbox a robot."""
        return self.control.resource(f"mss/robots/{self.patient(patient).matricule}", "POST", wanted)
