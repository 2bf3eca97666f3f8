"""The typed values of clinical entries: what writers take and readers give back, beside drug lines.

Source: specs/cda.md §6.1–6.7; confidence high. An absent text is ``""``; days are ``AAAA-MM-JJ``, times of a reader are
HL7 times as received. Knows no format.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from health_documents.values.document import Author, Code, DrugLine, Identifier, Ingredient
from health_documents.values.posology import Posology, Quantity

__all__ = [
    "Allergy",
    "Device",
    "DeviceLine",
    "DispensedLine",
    "Problem",
    "Procedure",
    "RapidTest",
    "Result",
    "Treatment",
    "UnknownEntry",
    "Vaccination",
]


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A line of a prescription of devices: EMDN code, LPP code, how many, for how long, and its flags.

    ``rental_days`` is the length of a rental (0: bought), ``renewals`` as in a drug line.
    """

    name: str
    emdn: Code
    lpp: Code | None = None
    quantity: int = 1
    renewals: int | None = 0
    start: str = ""
    end: str = ""
    rental_days: int = 0
    ald: bool = False
    work_accident: bool = False
    prevention: bool = False
    not_reimbursable: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class Vaccination:
    """An injection: the vaccine (CIS, ATC, CIP13), lot, rank, who injected and who validated.

    ``kind`` is a code of HL7 (``IMMUNIZ``, ``INITIMMUNIZ``, ``BOOSTER``), ``reaction`` a CIM-10 code with its text.
    """

    name: str
    cis: str
    atc: Code | None
    lot: str
    date: str
    author: Author | None
    cip13: str = ""
    presentation: str = ""
    kind: Code | None = None
    route: Code | None = None
    site: Code | None = None
    rank: int | None = None
    performer: Author | None = None
    reaction: Code | None = None
    reaction_date: str = ""
    comment: str = ""
    brand: str = ""
    validated: datetime | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class RapidTest:
    """A rapid test: what was sought (LOINC), what was found (a code or a quantity), with which device.

    ``family`` codes the kind of test (LOINC, « Sérologie bactérienne »), ``udi`` is the unique device identifier,
    ``device`` its name, reference, lot and expiry in words.
    """

    family: Code
    examination: Code
    label: str
    value: Code | Quantity
    at: datetime
    comment: str = ""
    udi: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class DispensedLine:
    """What was handed out for a line of a prescription.

    ``line_id`` is the id of the prescribed line; ``new_posology`` is set only when the dosage was changed, with the
    ``start`` and ``end`` of the treatment; ``substituted`` tells of a generic. An empty ``cip13`` is a preparation.
    """

    name: str
    cip13: str
    quantity: int
    cis: str = ""
    unit: Code | None = None
    form: Code | None = None
    lot: str = ""
    expiry: str = ""
    atc: Code | None = None
    ingredients: tuple[Ingredient, ...] = ()
    line_id: str = ""
    prescription_id: str = ""
    prescriber: Author | None = None
    prescribed_at: datetime | None = None
    patient_note: str = ""
    dispenser_note: str = ""
    substituted: bool = False
    new_posology: Posology | None = None
    route: Code | None = None
    start: str = ""
    end: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """An observation: laboratory, vital sign, life style, statement of a letter.

    ``value`` is what was found, as text for people (number and unit, label of a code, oui/non); ``quantity`` and
    ``coded`` are the same for software when it is one. ``low`` and ``high`` bound the reference range, ``range_text``
    is the range in words, ``interpretation`` a code (``H``, ``L``, ``N``…).
    """

    section: str
    code: Code | None
    value: str
    quantity: Quantity | None = None
    coded: Code | None = None
    low: Quantity | None = None
    high: Quantity | None = None
    range_text: str = ""
    interpretation: str = ""
    time: str = ""
    battery: str = ""
    comment: str = ""
    templates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem, diagnosis or antecedent; ``kind`` says which (diagnosis, symptom…), ``name`` is for people."""

    section: str
    kind: Code | None
    code: Code | None
    name: str
    start: str = ""
    stop: str = ""
    status: str = ""
    severity: str = ""
    certainty: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy or intolerance: to what, with which reactions; ``absent`` for « no known allergy »."""

    section: str
    kind: Code | None
    agent: Code | None
    name: str
    reactions: tuple[Code, ...] = ()
    start: str = ""
    status: str = ""
    criticality: str = ""
    certainty: str = ""
    absent: bool = False
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Procedure:
    """An act done or planned (``mood`` ``EVN`` or another)."""

    section: str
    code: Code | None
    name: str
    time: str
    mood: str


@dataclass(frozen=True, slots=True)
class Device:
    """A device that the patient carries or uses."""

    section: str
    code: Code | None
    name: str
    id: Identifier | None
    start: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """A drug of a list of treatments (not a prescription): the section says whether it goes on, was stopped…"""

    section: str
    section_code: str
    line: DrugLine
    status: str
    reason: Code | None


@dataclass(frozen=True, slots=True)
class UnknownEntry:
    """An entry that the library does not read, kept as it came: element, templates, code, and its XML."""

    section: str
    element: str
    templates: tuple[str, ...]
    code: Code | None
    xml: bytes
