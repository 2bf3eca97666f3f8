"""What an exchange with the DMP was: the only thing that handlers tell, and that checks and people read.

One value per family: how it arrived, who asked, about whom, and what each kind of transaction asked and gave. Refusals
are the core's ``Refusal``; the INS that a request carries is the core's ``InsFlow``. Source: design of the project
(Evidence). Knows values of the domain, no wire and no store.
"""

from __future__ import annotations

from dataclasses import dataclass

from dmp_mock.facts.documents import (
    Addressed,
    ContentFed,
    DocumentChanged,
    DocumentProblem,
    DocumentsRead,
    FedDocument,
    FeedStruck,
    LotContents,
    LotFed,
    LotPrinted,
    LotSigned,
    Printed,
    SignaturePart,
    Unlike,
    Updated,
)
from lgo_sandbox.watch.facts import Facts

__all__ = [
    "Addressed",
    "AuthorisationSet",
    "AuthorisationsListed",
    "Belied",
    "ContentFed",
    "DemographicsRead",
    "DmpsListed",
    "DocumentChanged",
    "DocumentProblem",
    "DocumentsRead",
    "ExistenceTested",
    "FedDocument",
    "FeedStruck",
    "LotContents",
    "LotFed",
    "LotPrinted",
    "LotSigned",
    "ParametersGiven",
    "PatientSeen",
    "PatientsSought",
    "Posted",
    "Printed",
    "QueryAsked",
    "Reading",
    "Remark",
    "ShownCertificate",
    "SignaturePart",
    "SoapRequest",
    "Software",
    "ToldError",
    "Unlike",
    "Updated",
    "VihfCompared",
    "VihfGiven",
    "WebPsOpened",
    "XdsErrors",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A rule that was broken and tolerated."""

    where: str
    received: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted(Facts):
    """A request that came to the DMP, read or not. ``version`` is that of the path, ``form`` what is unusual in it."""

    version: str
    content_type: str
    form: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametersGiven(Facts):
    """The parameter file was asked for, and given, or told where it is."""

    redirected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapRequest(Facts):
    """A message that was read: of which transaction, in which form, under which path and action.

    ``media_action`` is the action that Content-Type names, "" when it names none. ``actions`` are those that are right,
    ``main_action`` the one of the guide's examples. ``reply_to`` are the addresses that the answer should have gone to
    and does not.
    """

    transaction: str
    soap: str
    packaged: bool
    truncated: bool
    action: str
    media_action: str
    actions: tuple[str, ...]
    main_action: str
    message_id: str
    path: str
    expected_path: str
    reply_to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCertificate:
    """The certificate of the TLS connection: its family and what is wrong with it ("" nothing), in French.

    ``name`` is its CN.
    """

    family: str
    name: str
    is_organisation: bool
    problem: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """What a VIHF says of the software that wrote it."""

    id: str
    name: str
    version: str
    homologation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VihfGiven(Facts):
    """Who asks, by the VIHF and what vouches for it. ``owner`` is the subject of the certificate that does, or "".

    ``assertion`` is the ID of the assertion.
    """

    mode: str
    name_id: str
    structure: str
    roles: tuple[str, ...]
    purpose: str
    patient: str
    software: str
    signed: bool
    issuer: str
    owner: str
    issuer_is_owner: bool
    certificate: ShownCertificate | None
    remarks: tuple[Remark, ...]
    lps: Software
    assertion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Belied:
    """A value of the VIHF that card, certificate or directory belie."""

    topic: str
    where: str
    received: str
    expected: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VihfCompared(Facts):
    """A VIHF that is vouched for, compared with all that is known; ``secret``: it opens a secret connection."""

    belied: tuple[Belied, ...]
    secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSeen(Facts):
    """The patient of a request that was vouched for; ``own_root`` is the OID of his INS, "" when unknown here."""

    matricule: str
    root: str
    known: bool
    own_root: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """The patient."""
        return (self.matricule,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistenceTested(Facts):
    """An existence test that was answered: whose, by whom, with what result; ``oddities`` of its HL7v3 message."""

    matricule: str
    holder: str
    status: str
    authorisation: str
    oddities: tuple[Remark, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The patient."""
        return (self.matricule,)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemographicsRead(Facts):
    """Administrative data that were asked for: of whom, whether there is a DMP; ``oddities`` of the HL7v3 message."""

    matricule: str
    found: bool
    oddities: tuple[Remark, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The patient."""
        return (self.matricule,)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsSought(Facts):
    """Patients that were sought without an INS: by which name, how many were found (None: it was refused)."""

    family: str
    found: int | None
    oddities: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationSet(Facts):
    """An authorisation that a caller wanted for himself or gave up: what it was before, and whether it changed."""

    matricule: str
    holder: str
    action: str
    role: str
    before: str
    changed: bool
    remarks: tuple[Remark, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The patient."""
        return (self.matricule,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationsListed(Facts):
    """The professionals of a DMP that were listed; ``remarks`` are what was tolerated in the request."""

    matricule: str
    mode: str
    listed: tuple[str, ...]
    remarks: tuple[Remark, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The patient."""
        return (self.matricule,)


@dataclass(frozen=True, slots=True, kw_only=True)
class DmpsListed(Facts):
    """The DMPs of a professional that were listed, by matricule; ``remarks`` are what was tolerated in the request."""

    holder: str
    since: str
    listed: tuple[str, ...]
    remarks: tuple[Remark, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The patients."""
        return self.listed


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPsOpened(Facts):
    """A page of the Web-PS about a patient that was asked for: by whom ("" nobody yet), whether it was shown.

    ``from_page``: a page of the site led there, not a software.
    """

    matricule: str
    room: str
    holder: str
    from_page: bool
    shown: bool

    @property
    def subjects(self) -> tuple[str, ...]:
        """The patient."""
        return (self.matricule,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Facts):
    """Somebody wants to read a DMP. ``consults``: he must have tested its existence before."""

    matricule: str
    holder: str
    consults: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAsked(Facts):
    """A stored query, what was tolerated in it, and how many entries it found (None: it was refused).

    ``statuses`` are those that it wants of documents, none when it names none (or in journals of an older release).
    """

    name: str
    return_type: str
    parameters: tuple[str, ...]
    wanted: tuple[str, ...]
    remarks: tuple[str, ...]
    found: int | None
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldError:
    """One error of a RegistryErrorList, with what people need of it."""

    code: str
    context: str
    where: str
    received: str
    expected: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class XdsErrors(Facts):
    """The RegistryErrorList of an answer, whole failure or partial success."""

    errors: tuple[ToldError, ...]
