"""What an LGO asks INSi and gets from it, as values; and the trace it keeps of every call.

Source: specs/insi.md §1.3–1.6 (contract, high; verification low), specs/requirements.md §2.1 (rules 37, 39, 48, 53:
what a trace tells). Knows no wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = [
    "Answer",
    "CallTrace",
    "Claim",
    "Collected",
    "Deposited",
    "Found",
    "Matricule",
    "Product",
    "Traits",
    "Verification",
    "VitaleCard",
]


@dataclass(frozen=True, slots=True)
class Product:
    """What an editor's software says of itself: name, version, IDAM number, and the id of this installation."""

    name: str
    version: str
    idam: str
    instance: str
    sender: str


@dataclass(frozen=True, slots=True)
class Traits:
    """The traits of a search; ``birth_place`` (COG) may be empty. Characters of INSi only: A-Z, space, ' and -."""

    birth_name: str
    first_names: tuple[str, ...]
    sex: str
    birth_date: str
    birth_place: str = ""


@dataclass(frozen=True, slots=True)
class VitaleCard:
    """What a reader tells of a card: number of its holder (15 characters), then birth date and rank of the person.

    ``individual`` is the person's own matricule when the card has it; the three codes are those of the insurer.
    """

    holder: str
    birth_date: str
    rank: str = "1"
    individual: str = ""
    scheme: str = ""
    insurer: str = ""
    centre: str = ""


@dataclass(frozen=True, slots=True)
class Matricule:
    """A matricule with its key and the OID of its nature; dates are ``AAAA-MM-JJ`` or empty."""

    number: str
    oid: str
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The identity that INSi returned: active matricule, history, traits (``first_names`` is the birth list)."""

    active: Matricule
    history: tuple[Matricule, ...]
    birth_name: str
    first_names: str
    sex: str
    birth_date: str
    birth_place: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One search: code ``00`` one identity, ``01`` none, ``02`` several; what was asked; who was found.

    ``asked`` has no first name after a search by card.
    """

    code: str
    label: str
    asked: Traits
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A matricule with its OID and strict traits, to be verified; ``ref`` numbers it in a batch."""

    matricule: Matricule
    traits: Traits
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of a verification: ``OK`` or ``KO``, and what the service said."""

    conforms: bool
    code: str
    label: str
    ref: str = ""

    @property
    def result(self) -> str:
        """OK or KO, as the rules name it."""
        return "OK" if self.conforms else "KO"


@dataclass(frozen=True, slots=True)
class Deposited:
    """The receipt of a batch: its number, how many identities it has, when its results can be collected (UTC)."""

    number: str
    count: int
    ready: str


@dataclass(frozen=True, slots=True)
class Collected:
    """A batch collected: None for ``results`` while it is being treated."""

    number: str
    results: tuple[Verification, ...] | None


@dataclass(frozen=True, slots=True)
class CallTrace:
    """One call as rules 37, 39, 48 and 53 want it traced.

    ``mode`` is « traits », « carte Vitale », « vérification », « dépôt » or « relève »; ``code`` the return code (OK or
    KO for a verification), or that of the fault; ``found`` the identity of a code 00, with its history and traits.
    """

    at: str
    user: str
    mode: str
    message_id: str
    code: str
    label: str
    found: Found | None = None

    def to_detail(self) -> dict[str, Any]:
        """Return what a journal export tells of this call."""
        known = {"matricule": self.found.active.number, "oid": self.found.active.oid} if self.found else {}
        former = ", ".join(one.number for one in self.found.history) if self.found else ""
        told = {"date": self.at, "utilisateur": self.user, "mode": self.mode, "code": self.code, "libelle": self.label}
        return {**told, **known, **({"historique": former} if former else {})}
