"""What an exchange with INSi was: the only thing that handlers tell and that checks and people may read.

One type per respect: the head (``Addressing``, ``Message``, ``Contexts``, ``Authentication``), what was asked
(``TraitsAsked``, ``CardAsked``, ``ClaimAsked``, ``MatriculesSent``, ``Concerned``), what was answered (``Searched``,
``Verified``, ``Deposited``, ``Collected``, ``Failed``). Source: design of the project (Evidence). Knows values of the
domain; knows no XML and no rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from insi_mock.domain import (
    BrokenRule,
    CardRequest,
    Claim,
    Context,
    Identity,
    Matricule,
    Mode,
    Stray,
    Traits,
)
from lgo_sandbox.watch.facts import Facts

__all__ = [
    "Addressing",
    "Authentication",
    "CardAsked",
    "ClaimAsked",
    "Collected",
    "Concerned",
    "Contexts",
    "Deposited",
    "Failed",
    "MatriculesSent",
    "Message",
    "Searched",
    "TraitsAsked",
    "Verified",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing(Facts):
    """How a call names itself and its operation; "" for what is absent. Noted for every call that is understood."""

    message_id: str
    action: str
    expected_action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Facts):
    """How a call is written: its media type, its character encoding, the elements that are out of place.

    ``charset`` is the one that Content-Type announces, in upper case, ``coding`` the Content-Encoding that is
    announced, though the body is not compressed; "" for none.
    """

    media_type: str
    encoding: str
    charset: str
    coding: str
    strays: tuple[Stray, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication(Facts):
    """How the caller authenticated, and who it is: a structure, a professional's national id, or "".

    ``common_name`` is that of a client certificate; ``signed_with`` the algorithm of a signed assertion, a URI.
    """

    mode: Mode
    caller: str
    common_name: str
    signed_with: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contexts(Facts):
    """What the contexte LPS and the contexte BAM say.

    ``ages`` are the blocks whose Temps is an instant with its zone, each with its age in seconds when the call came.
    """

    context: Context
    ages: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitsAsked(Facts):
    """A search by traits, with every format rule that they break. About the person without his first names."""

    traits: Traits
    broken: tuple[BrokenRule, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """Name, sex and birth date: what searches of one person with different first names share."""
        return (f"{self.traits.birth_name}|{self.traits.sex}|{self.traits.birth_date}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAsked(Facts):
    """A search by carte Vitale, with every format rule that it breaks."""

    request: CardRequest
    broken: tuple[BrokenRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAsked(Facts):
    """What a client wants verified, one by one or in a batch: the matricules with their OIDs, as pairs."""

    claimed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatriculesSent(Facts):
    """The matricules of a request, as they are written."""

    matricules: tuple[Matricule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned(Facts):
    """Whom a call is about: matricules, and « NOM PRENOM » as searched; the subjects of the user's markers."""

    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched(Facts):
    """The answer to a search; ``identity`` when one person was found.

    ``elsewhere`` is the COG of the one person whom the same search finds without its birth place, when it found nobody.
    """

    code: str
    label: str
    identity: Identity | None
    elsewhere: str = ""

    @property
    def subjects(self) -> tuple[str, ...]:
        """The matricule that was found."""
        return (self.identity.matricule,) if self.identity else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified(Facts):
    """The answer to a unit verification, beside what INSi tells of the person whose matricule it is.

    ``differs`` are the elements of the claim that are not those of the person; ``odd``: a search tells of the person
    what a client must not take over.
    """

    claim: Claim
    code: str
    label: str
    conforms: bool
    differs: tuple[str, ...]
    known: Identity | None
    odd: bool

    @property
    def subjects(self) -> tuple[str, ...]:
        """The matricule that was verified."""
        return (self.claim.matricule,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposited(Facts):
    """A batch that was taken: its number, how many identities it has, when (age time) it can be collected."""

    number: str
    count: int
    ready: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected(Facts):
    """A batch that was asked for, and how many seconds before its time; 0 when it was ready."""

    number: str
    early: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Facts):
    """The error that was answered."""

    code: str
    label: str
