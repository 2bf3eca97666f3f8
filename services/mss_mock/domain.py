"""Rules of the operator as pure functions: whose mailbox is whose, who may write as whom, what becomes of a recipient.

Source: specs/mssante.md §1.1 (personal and organisational mailboxes: PSC token; application: certificate), §1.3 and §2
(citizens: closed mailbox, size); specs/requirements.md MSS/CONF.12. People and structures come as values; knows no
protocol, no store. Mailboxes are reference data: what people have, never rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from lgo_sandbox.population.people import Patient, Population, Professional, Structure
from lgo_sandbox.watch import refusals
from lgo_sandbox.watch.refusals import Refusal
from mss_mock.codes import (
    APPLICATION_SUFFIX,
    OPERATOR_HOST,
    PATIENT_DOMAIN,
    POSTMASTER,
    SIZE_MES,
    BoxKind,
)
from mss_mock.codes.citizens import INVALID_ADDRESS, REFUSALS_OF_STATES, STATE_TAGS, CitizenState
from mss_mock.codes.replies import REPLIES, Reply
from mss_mock.directory.addresses import owner_of
from mss_mock.directory.crowd import SIZES, crowd_of
from mss_mock.directory.records import Person
from mss_mock.operators.rules import operator_of

__all__ = [
    "Failure",
    "Mailbox",
    "Policy",
    "Refused",
    "application_mailbox",
    "check_author",
    "check_sender",
    "failure_of",
    "mailbox_of",
    "mailboxes",
    "may_open",
    "resolve",
]


_MATRICULE = re.compile(r"[0-9]{6}[0-9AB][0-9]{8}", re.IGNORECASE)
_IMAP_HEAD = re.compile(r"((?:NO|BAD|BYE)(?: \[[^\]]*\])?) (.*)")


class Refused(refusals.Refused):
    """The operator refuses. ``code`` is a key of ``codes.replies``; ``detail`` replaces the text on the wire (ASCII).

    ``received`` empty: whoever answers puts the line or request there.
    """

    told = False
    """Whether an exchange explains it already."""

    def __init__(
        self, code: str, detail: str = "", *, expected: str, received: str = "", where: str = "", remedy: str = ""
    ) -> None:
        super().__init__(code, detail, received=received, expected=expected, where=where, remedy=remedy)

    @property
    def known(self) -> Reply:
        """What the catalogue says of it."""
        return REPLIES[self.code]

    @property
    def smtp(self) -> str:
        """The whole SMTP reply."""
        number, enhanced, text = self.known.smtp.split(" ", 2)
        return f"{number} {enhanced} {self.detail or text}"

    @property
    def status(self) -> int:
        """The SMTP reply code, or the HTTP status."""
        return int((self.known.smtp or self.known.http)[:3])

    @property
    def imap(self) -> str:
        """The IMAP response without its tag."""
        head, text = _IMAP_HEAD.fullmatch(self.known.imap).groups()  # type: ignore[union-attr]
        return f"{head} {self.detail or text}"

    @property
    def issue(self) -> tuple[str, str]:
        """The FHIR issue type and the diagnostics."""
        _, issue, text = self.known.http.split(" ", 2)
        return issue, self.detail or text

    def seen_in(self, received: str, where: str) -> Refusal:
        """Return the facts of this refusal; ``received`` and ``where`` hold for want of nearer ones."""
        self.received, self.where = self.received or received, self.where or where
        return self.refusal(remedy=self.known.remedy, message=self.known.title)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox. ``owner`` is a PS_IdNat, a structure's slug or a matricule; ``address`` is in lower case."""

    address: str
    kind: BoxKind
    label: str
    owner: str
    state: CitizenState = CitizenState.OPEN

    @property
    def closed(self) -> bool:
        """Whether it is that of a citizen who takes no mail, for whatever reason."""
        return self.state is not CitizenState.OPEN

    @property
    def domain(self) -> str:
        """What follows the at sign."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a session says about recipients: its options, and what a tester set for this one (``state``)."""

    unknown_citizen_bounces: bool = False
    closed_citizen_bounces: bool = True
    state: CitizenState | None = None
    unknown_remote_bounces: bool = False
    """An address at another operator is only known there."""
    unlisted: bool = False
    """The domain was taken off the white list, and that is said at once."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a mail accepted for a recipient comes back. ``status`` is RFC 3463, ``cause`` French, for people."""

    status: str
    diagnostic: str
    cause: str
    too_large: bool = False


def _personal(p: Professional) -> Mailbox:
    return Mailbox(p.mailbox.lower(), BoxKind.PERSON, f"{p.given_name} {p.family_name}", p.national_id)


def _organisational(s: Structure) -> Mailbox:
    return Mailbox(s.mailbox.lower(), BoxKind.ORGANISATION, s.name, s.id)


def _citizen(p: Patient) -> Mailbox:
    label = f"{p.first_names[0] if p.first_names else ''} {p.birth_name}".strip()
    state = next((state for tag, state in STATE_TAGS if tag in p.tags), CitizenState.OPEN)
    return Mailbox(p.mailbox.lower(), BoxKind.CITIZEN, label, p.matricule, state)


def application_mailbox(structure: Structure) -> Mailbox:
    """Return the mailbox of a structure's software, next to its own."""
    local, _, domain = structure.mailbox.lower().partition("@")
    return Mailbox(f"{local}{APPLICATION_SUFFIX}@{domain}", BoxKind.APPLICATION, structure.name, structure.id)


@cache
def mailboxes(people: Population) -> Mapping[str, Mailbox]:
    """Return every mailbox by its address."""
    structures = [s for s in people.structures if s.mailbox]
    found = [
        *(_personal(p) for p in people.professionals if p.mailbox),
        *(_organisational(s) for s in structures),
        *(application_mailbox(s) for s in structures),
        *(_citizen(p) for p in people.patients if p.mailbox),
    ]
    return {box.address: box for box in found}


_POSTMASTER_BOX = Mailbox(
    f"{POSTMASTER}@{OPERATOR_HOST}", BoxKind.ORGANISATION, "Responsable de la messagerie de l'opérateur", "operateur"
)
"""Of the operator: nobody opens it, the control resource reads it."""


def mailbox_of(people: Population, address: str) -> Mailbox | None:
    """Return the mailbox with this address, written in any case: of the people, or generated for the directory.

    ``postmaster`` is that of every domain of the people, and of the operator.
    """
    known, lowered = mailboxes(people), address.strip().lower()
    local, _, domain = lowered.partition("@")
    if local == POSTMASTER and domain in {"", OPERATOR_HOST, *(box.domain for box in known.values())}:
        return _POSTMASTER_BOX
    return known.get(lowered) or _generated(lowered)


@lru_cache(maxsize=1024)
def _generated(address: str) -> Mailbox | None:
    """Return the mailbox of a generated professional or structure: it takes mail, and nobody opens it."""
    owner = owner_of(crowd_of(max(SIZES)), address)
    if isinstance(owner, Person):
        return Mailbox(address, BoxKind.PERSON, f"{owner.given[0]} {owner.family}", owner.national_id)
    if owner is None:
        return None
    kind = next(box.kind for box in owner.boxes if box.address == address)
    return Mailbox(address, kind, owner.name, owner.id)


def may_open(people: Population, national_id: str, box: Mailbox, *, structure_boxes: bool) -> bool:
    """Tell whether a professional may open a mailbox: his own, and (by option) that of his structure."""
    if box.kind is BoxKind.PERSON:
        return box.owner == national_id
    professional = people.professional(national_id)
    mine = professional is not None and professional.structure == box.owner
    return structure_boxes and box.kind is BoxKind.ORGANISATION and mine


def check_sender(box: Mailbox, sender: str) -> None:
    """Refuse a return path that is neither empty nor the mailbox that logged in."""
    if sender and sender.lower() != box.address:
        raise Refused(
            "expediteur-autre",
            f"<{sender}>: Sender address rejected: not owned by user {box.address}",
            received=f"MAIL FROM:<{sender}>",
            expected=f"<{box.address}>, la boîte ouverte, ou <> pour un rapport",
            where="MAIL FROM",
        )


def check_author(box: Mailbox, addresses: Sequence[str]) -> None:
    """Refuse a mail whose From is not the mailbox that logged in (option ``mss.from_other``)."""
    others = [one for one in addresses if one.lower() != box.address]
    if others or not addresses:
        raise Refused(
            "auteur-autre",
            f"From header rejected: not owned by user {box.address}",
            received=f"From: {', '.join(others) or 'absent'}",
            expected=f"From: <{box.address}>, la boîte ouverte",
            where="From",
        )


def resolve(people: Population, address: str, policy: Policy) -> str:
    """Return the address under which a recipient is accepted. Raises Refused 550 for one that is nobody's."""
    if policy.unlisted:
        raise _unlisted(address)
    box = mailbox_of(people, address)
    citizen = address.lower().rpartition("@")[2] == PATIENT_DOMAIN
    operator = operator_of(people, address)
    if box is None and operator is None:
        raise _unlisted(address)
    bounces = policy.unknown_citizen_bounces if citizen else policy.unknown_remote_bounces
    if box is None and not (bounces and operator is not None and not operator.own):
        raise _unknown(address, citizen=citizen)
    state = policy.state or (box.state if box else CitizenState.OPEN)
    if state is not CitizenState.OPEN and not policy.closed_citizen_bounces:
        raise _untaken(address, state)
    return box.address if box else address.lower()


def _untaken(address: str, state: CitizenState) -> Refused:
    why = REFUSALS_OF_STATES[state]
    return Refused(
        "boite-fermee" if state is CitizenState.CLOSED else "usager-sans-espace",
        f"<{address}>: Recipient address rejected: {why.text}",
        received=f"RCPT TO:<{address}> ; {why.cause}",
        expected="un usager dont la messagerie est ouverte",
        where="RCPT TO",
    )


def _unlisted(address: str) -> Refused:
    return Refused(
        "domaine-hors-liste",
        f"<{address}>: Recipient address rejected: Domain is not in the MSSante white list",
        received=f"RCPT TO:<{address}>",
        expected="un domaine de la liste blanche MSSanté (/listeblanchemssante.xml)",
        where="RCPT TO",
    )


def _unknown(address: str, *, citizen: bool) -> Refused:
    name = address.rpartition("@")[0]
    if citizen and not _MATRICULE.fullmatch(name):
        raise Refused(
            "usager-adresse",
            f"<{address}>: Recipient address rejected: Bad mailbox name",
            received=f"RCPT TO:<{address}> ({len(name)} caractères avant @)",
            expected=f"les 15 caractères d'un matricule INS, puis @{PATIENT_DOMAIN}",
            where="RCPT TO",
        )
    expected = "le matricule d'un patient du bac à sable" if citizen else "l'adresse d'une boîte du bac à sable"
    return Refused(
        "usager-inconnu" if citizen else "destinataire-inconnu",
        f"<{address}>: Recipient address rejected: User unknown",
        received=f"RCPT TO:<{address}>",
        expected=expected,
        where="RCPT TO",
    )


def failure_of(box: Mailbox | None, size: int, address: str = "") -> Failure | None:
    """Return why a mail of this size cannot be put in an accepted recipient's mailbox; None when it can.

    ``address`` is that of a recipient who has no mailbox.
    """
    if box is None and address and address.rpartition("@")[2] != PATIENT_DOMAIN:
        return Failure("5.1.1", "550 5.1.1 User unknown", "l'opérateur du destinataire ne connaît pas cette adresse")
    if box is None and address and not _MATRICULE.fullmatch(address.rpartition("@")[0]):
        why = INVALID_ADDRESS
        return Failure(why.status, f"550 {why.status} {why.text}", why.cause)
    if box is None:
        return Failure("5.1.1", "550 5.1.1 User unknown", "aucun usager ne correspond à cette adresse")
    if box.closed:
        why = REFUSALS_OF_STATES[box.state]
        return Failure(why.status, f"550 {why.status} {why.text}", why.cause)
    if box.kind is BoxKind.CITIZEN and size > SIZE_MES:
        text = f"552 5.3.4 Message size exceeds fixed limit of {SIZE_MES} bytes"
        return Failure(
            "5.3.4", text, "le message dépasse la taille admise par Mon espace santé (25 Mo)", too_large=True
        )
    return None
