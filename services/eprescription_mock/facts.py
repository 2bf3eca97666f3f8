"""What an exchange with the Ordonnance numérique was, as frozen typed values: what handlers note and checks read.

Source: design of the project (Evidence). Knows the values of the domain, no body and no store.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eprescription_mock.codes.states import State
from lgo_sandbox.watch.facts import Facts

__all__ = [
    "Abandonment",
    "Caller",
    "Change",
    "Consultation",
    "Declaration",
    "Delivered",
    "Delivery",
    "Form",
    "Found",
    "Invoice",
    "Means",
    "Order",
    "Product",
    "Receipt",
    "Regrouped",
    "Replay",
    "Target",
    "Tolerance",
]


class Means(StrEnum):
    """How a prescription was asked for; the values are what people read."""

    QR = "QR code lu"
    NUMBER = "numéro saisi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller(Facts):
    """Who asked: the bearer of the token, from which structure, with which client of PSC."""

    professional: str
    profession: str
    structure: str
    sector: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """Something of the form that was passed over, in French."""

    where: str
    received: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Facts):
    """What was passed over in the body of a request that was read."""

    tolerances: tuple[Tolerance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What a line prescribes; ``known``: in the extract of the drug database; ``secured``: on a secure form only."""

    line: str
    cis: str
    cip13: str
    lpp: str
    known: bool
    secured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Facts):
    """A prescription to be created. ``own_root`` is the patient's, empty when the sandbox does not know the patient."""

    matricule: str
    root: str
    own_root: str
    group: str
    products: tuple[Product, ...]
    kinds: tuple[str, ...] = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """The patient."""
        return (self.matricule,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped(Facts):
    """Another prescription of the same author already stands under the same group identifier."""

    group: str
    earlier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation(Facts):
    """What a consultation asked with: the text of the code, or the number, as sent."""

    means: Means
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Facts):
    """The prescription that was found, before the operation; ``holder`` is the structure that was consulting it."""

    numero: str
    matricule: str
    state: State
    holder: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """The prescription and its patient."""
        return (self.numero, self.matricule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Facts):
    """The prescription after the operation."""

    numero: str
    state: State

    @property
    def subjects(self) -> tuple[str, ...]:
        """The prescription."""
        return (self.numero,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration(Facts):
    """Whom an execution names as performers."""

    performers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One dispensation of an execution. ``remaining`` is what could be delivered of its line, None: no such line.

    ``completeness`` is the code that was sent, ``right_completeness`` that of the quantities; both may be empty.
    """

    line: str
    cip13: str
    quantity: int
    declined: str
    remaining: int | None
    device: bool
    known: bool
    completeness: str = ""
    right_completeness: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Facts):
    """What an execution delivers of a prescription that was found."""

    items: tuple[Delivered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandonment(Facts):
    """Why a consultation was given back."""

    motive: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Facts):
    """The receipt of an execution: the one given, or the one to undo."""

    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(Facts):
    """The invoice of an execution."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Facts):
    """The prescriptions that a search of a patient gave."""

    matricule: str
    numbers: tuple[str, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The patient."""
        return (self.matricule,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay(Facts):
    """A request that came again and got the same answer."""

    request_id: str
