"""What INSi talks about: traits that are asked, identities that are known, the outcome of a search, a claim to verify;
and the head of a request: who calls, in which context, with which elements out of place.

Source: docs/sources/insi.md#contexte, #reponse (high), #verification (low). Knows no rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from insi_mock.codes import ReturnCode
from lgo_sandbox.population.people import FormerMatricule

__all__ = [
    "Answer",
    "Claim",
    "Context",
    "CoverCard",
    "Identity",
    "Known",
    "Matricule",
    "Mode",
    "Stamp",
    "Stray",
    "Traits",
    "Why",
]


@dataclass(frozen=True, slots=True)
class Traits:
    """What a client asks with; an absent and an empty element are both "". Several Prenom are joined by a space."""

    birth_name: str = ""
    first_names: str = ""
    sex: str = ""
    birth_date: str = ""
    birth_place: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a client wants verified: a matricule of 15 characters, its OID, traits. ``ref`` is its number in a batch."""

    matricule: str
    oid: str
    traits: Traits
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the service answers of a person; "" for what it leaves out. ``matricule`` has 15 characters."""

    matricule: str
    oid: str
    birth_name: str
    first_names: tuple[str, ...]
    sex: str
    birth_date: str
    birth_place: str = ""
    history: tuple[FormerMatricule, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A person the service knows: found by ``key``, told as ``answer``; they differ where an answer is odd."""

    key: Identity
    answer: Identity


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a search; ``identity`` only when exactly one was found."""

    code: ReturnCode
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class Matricule:
    """A matricule as a client wrote it: ``number`` of NumIdentifiant, ``key`` of Cle; ``element`` says where."""

    element: str
    number: str
    key: str

    @property
    def whole(self) -> str:
        """The number and its key, as the service compares them."""
        return self.number + self.key


class Mode(StrEnum):
    """How a caller authenticated."""

    CERTIFICATE = "certificat"
    CARD = "CPx"
    PSC = "PSC"
    API = "jeton d'API"
    """A token of the API Pro Santé Connectée, bound to the certificate."""
    NOTHING = "absente"
    """On a plain port only: the missing certificate is waived, and a check notes it."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What identifies a context block: @Version, Id and Temps; "" for what is absent."""

    version: str
    id: str
    time: str


@dataclass(frozen=True, slots=True)
class CoverCard:
    """What COUVERTURE says of the card that was read; "" for what is absent.

    ``number`` and ``key`` are those of the holder, ``person`` is the number of the beneficiary.
    """

    number: str = ""
    key: str = ""
    birth_date: str = ""
    rank: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What the two context blocks say of the call, the software and the card; "" for what is absent."""

    lps: Stamp
    bam: Stamp
    idam: str
    software: str
    version: str
    """Of the software, beside its name."""
    card: CoverCard

    @property
    def stamps(self) -> tuple[tuple[str, Stamp], tuple[str, Stamp]]:
        """The two blocks by name."""
        return ("ContexteLPS", self.lps), ("ContexteBAM", self.bam)


class Why(StrEnum):
    """What is odd about an element: its value is what people read."""

    NAMESPACE = "dans un autre espace de noms"
    UNKNOWN = "inconnu du schéma"
    MISPLACED = "hors de l'ordre du schéma"
    REPEATED = "répété"
    ATTRIBUTE = "attribut inconnu du schéma"
    VALUE = "hors du format du schéma"
    TEXT = "entre les éléments, où le schéma n'en a pas"


@dataclass(frozen=True, slots=True)
class Stray:
    """An element or an attribute that the schema does not have there, or not so.

    ``like`` is the local name that it resembles, "" for none. ``value`` is what is out of format; ``expected`` (French)
    is the right format, or the right order.
    """

    parent: str
    name: str
    namespace: str
    why: Why
    like: str = ""
    wanted: str = ""
    """The namespace that the schema wants, "" when this one is right."""
    value: str = ""
    expected: str = ""

    @property
    def path(self) -> str:
        """Where it stands, for people."""
        return f"{self.parent}/{self.name}"
