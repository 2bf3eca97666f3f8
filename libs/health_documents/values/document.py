"""The typed values that document writers take and readers give back.

Source: specs/cda.md §4 (header), specs/eprescription.md §3.1 (drug line), specs/insi.md §1.5 (identity traits);
confidence high. Values check nothing: writers refuse what they cannot write, readers report what they saw, an absent
text being ``""``. Dates are ``AAAA-MM-JJ``, moments are aware datetimes. Knows no format, no service, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from health_documents import oids
from health_documents.identifiers import OID_PS_IDNAT, OID_STRUCT_IDNAT, ROOTS_OF_INS
from health_documents.values.posology import Posology, Quantity

__all__ = [
    "Act",
    "Author",
    "Code",
    "Consent",
    "DocumentHeader",
    "DrugLine",
    "Identifier",
    "Ingredient",
    "Organization",
    "Participant",
    "PatientIdentity",
    "Recipient",
    "RelatedPerson",
]


@dataclass(frozen=True, slots=True)
class Code:
    """A coded value: code, French label, OID of the code system."""

    code: str
    label: str
    system: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """An HL7 instance identifier: OID or UUID, and an extension that may be empty."""

    root: str
    extension: str = ""

    def __str__(self) -> str:
        return f"{self.root}^{self.extension}" if self.extension else self.root


@dataclass(frozen=True, slots=True)
class RelatedPerson:
    """A person of the patient's circle: informant or legal representative.

    ``kind`` is the classCode: ``ECON`` to call in an emergency, ``NOK`` trusted person, ``CON``, ``CAREGIVER``,
    ``PAT``; of a legal representative it is ``GUARD``. ``relation`` is a code of value set J11.
    """

    kind: str
    family_name: str
    given_name: str
    prefix: str = ""
    relation: Code | None = None
    address: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """The identity traits of a patient.

    ``matricule`` (15 characters) and ``oid`` are given for a qualified identity only; otherwise ``local_id`` and
    ``local_oid`` (the record number in the structure and its OID) identify the patient. ``birth_place`` is the COG,
    ``guardian`` the legal representative.
    """

    matricule: str
    oid: str
    birth_name: str
    first_names: tuple[str, ...]
    sex: str
    birth_date: str
    birth_place: str
    used_name: str = ""
    used_first_name: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    local_id: str = ""
    local_oid: str = ""
    guardian: RelatedPerson | None = None

    @property
    def is_qualified(self) -> bool:
        """Tell whether the identity carries a matricule INS with its OID."""
        return bool(self.matricule) and self.oid in ROOTS_OF_INS

    @property
    def first_name(self) -> str:
        """The first given name of the birth certificate."""
        return self.first_names[0] if self.first_names else ""


@dataclass(frozen=True, slots=True)
class Organization:
    """A structure. ``id_nat`` is the Struct_IdNat (``1`` + FINESS); ``sector`` a code of value set J02."""

    id_nat: str
    name: str
    sector: str = "SA33"
    address: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    root: str = OID_STRUCT_IDNAT


@dataclass(frozen=True, slots=True)
class Author:
    """A professional (or, when ``device`` is named, a software) who writes or signs.

    ``national_id`` is the PS_IdNat (``8`` + RPPS); ``prefix`` the civility (``M``, ``MME``), ``suffix`` the title
    (``DR``, ``PR``). ``device`` is the name of a software, ``device_model`` its maker and model; ``function`` what the
    person did for this document (value set J47).
    """

    national_id: str
    family_name: str
    given_name: str
    specialty_code: str
    specialty_label: str
    structure: Organization | None
    prefix: str = ""
    suffix: str = ""
    root: str = OID_PS_IDNAT
    specialty_system: str = oids.SPECIALTY
    device: str = ""
    device_model: str = ""
    function: Code | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person or structure to whom the document is addressed."""

    national_id: str
    family_name: str
    given_name: str
    prefix: str = ""
    suffix: str = ""
    mailbox: str = ""
    structure: Organization | None = None
    root: str = OID_PS_IDNAT


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody else that is named: prescriber (``REF``), replaced doctor (``CON``), wished executor (``PRF``)…

    ``person`` may be absent when only a date matters; ``start`` and ``stop`` bound the participation. ``kind`` is the
    typeCode (value set J144), ``role`` ``PROV`` for a professional, ``AGNT`` for another.
    """

    kind: str
    person: Author | None
    function: Code | None = None
    start: datetime | None = None
    stop: datetime | None = None
    role: str = "PROV"


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent that the patient gave."""

    code: Code | None
    id: Identifier | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """A further act that the document tells of: a code, without time or performer."""

    code: Code
    id: Identifier | None = None


@dataclass(frozen=True, slots=True)
class DocumentHeader:
    """The header of a document to write.

    ``id`` and ``set_id`` are OIDs or UUIDs (the DMP takes OIDs only); ``replaces`` is the ``id`` of the version that
    this one replaces. ``performer`` defaults to the first author, ``event_stop`` may be absent. ``acts`` come after
    the main event, ``orders`` are the ids of what the document fulfils, ``encounter`` a code of value set J142.
    """

    id: str
    set_id: str
    version: int
    title: str
    code: Code
    effective_time: datetime
    patient: PatientIdentity
    authors: tuple[Author, ...]
    custodian: Organization
    legal_authenticator: Author
    event_start: datetime
    event_stop: datetime | None = None
    event_id: Identifier | None = None
    event_code: Code | None = None
    performer: Author | None = None
    recipients: tuple[Recipient, ...] = ()
    practice_setting: str = "AMBULATOIRE"
    facility_type: str = "SA33"
    replaces: str = ""
    language: str = "fr-FR"
    confidentiality: str = "N"
    data_enterer: Author | None = None
    informants: tuple[RelatedPerson, ...] = ()
    authenticators: tuple[Author, ...] = ()
    participants: tuple[Participant, ...] = ()
    orders: tuple[Identifier, ...] = ()
    acts: tuple[Act, ...] = ()
    consents: tuple[Consent, ...] = ()
    encounter: str = ""
    encounter_id: Identifier | None = None
    responsible: Author | None = None


@dataclass(frozen=True, slots=True)
class Ingredient:
    """An active substance and its strength: so much in so much."""

    substance: Code
    amount: Quantity | None = None
    per: Quantity | None = None


@dataclass(frozen=True, slots=True)
class DrugLine:
    """A line of a prescription of medicines.

    ``form`` and ``unit`` are codes of EDQM (``unit``: the packaging, ``30009000`` box), ``start`` the day the treatment
    begins, ``duration_days`` its length (0: not said), ``renewals`` the number of renewals (None: unlimited).
    ``substitution_reason`` says why the substitution is refused. An empty ``cis`` is a magistral preparation.
    ``posology`` is for people; ``structured`` the same for software, with ``route`` (EDQM) and ``site``.
    """

    cis: str
    cip13: str
    name: str
    form: Code | None
    posology: str
    quantity: int = 1
    unit: Code | None = None
    renewals: int | None = 0
    start: str = ""
    duration_days: int = 0
    substitution_allowed: bool = True
    substitution_reason: str = ""
    ald: bool = False
    work_accident: bool = False
    prevention: bool = False
    not_reimbursable: bool = False
    off_label: bool = False
    patient_note: str = ""
    dispenser_note: str = ""
    atc: Code | None = None
    id: str = ""
    structured: Posology | None = None
    route: Code | None = None
    site: Code | None = None
    virtual: Code | None = None
    ingredients: tuple[Ingredient, ...] = ()
