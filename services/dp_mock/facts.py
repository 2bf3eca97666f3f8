"""What an exchange with the Dossier pharmaceutique was, as frozen typed values: what handlers note and checks read.

Source: design of the project (Evidence). Knows the values of the domain, no body and no store.
"""

from __future__ import annotations

from dataclasses import dataclass

from dp_mock.codes import Kind
from dp_mock.codes.states import State
from lgo_sandbox.watch.facts import Facts

__all__ = [
    "Alert",
    "Asked",
    "Caller",
    "Change",
    "Depth",
    "Fed",
    "Feeding",
    "Form",
    "LotLooked",
    "Presented",
    "Printed",
    "ShortageLooked",
    "SupplyAsked",
    "Target",
    "Told",
    "Tolerance",
    "Vaccines",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller(Facts):
    """Who asked, and whether an establishment's certificate said so."""

    professional: str
    profession: str
    structure: str
    certified: bool


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
class Presented(Facts):
    """An identity that was sent; ``known``: the sandbox has this person, ``differs``: the first trait that is not his.

    ``reachable``: contact data came with it.
    """

    matricule: str
    quality: str
    known: bool
    differs: str
    sent: str
    right: str
    reachable: bool

    @property
    def subjects(self) -> tuple[str, ...]:
        """The patient."""
        return (self.matricule,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Facts):
    """The dossier that was asked about, before the operation."""

    matricule: str
    state: State

    @property
    def subjects(self) -> tuple[str, ...]:
        """The patient."""
        return (self.matricule,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Facts):
    """The state of the dossier after the operation."""

    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth(Facts):
    """How many months of history were asked for, and how many may be seen."""

    asked: int
    full: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Vaccines(Facts):
    """Since when vaccines were asked for (``AAAA-MM-JJ``), empty: all that may be seen."""

    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """One dispensation that was sent. ``known``: of the extract; ``recalled``: by which recall.

    ``missing``: the product is in shortage.
    """

    cip13: str
    lot: str
    kind: Kind
    split: bool
    units: int
    known: bool
    recalled: str
    missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeding(Facts):
    """What was sent to a dossier, by which structure."""

    structure: str
    items: tuple[Fed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Facts):
    """The recall messages that an answer told the structure to acknowledge."""

    structure: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Facts):
    """Recall messages of the structure: acknowledged by this exchange, or still waiting while it works on."""

    structure: str
    numbers: tuple[str, ...]
    acknowledged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LotLooked(Facts):
    """A lot was checked."""

    structure: str
    cip13: str
    lot: str
    recalled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortageLooked(Facts):
    """The shortages of a product were asked for."""

    structure: str
    cip13: str
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyAsked(Facts):
    """An emergency supply was asked for; ``offered``: the laboratory takes such requests for this product."""

    cip13: str
    offered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed(Facts):
    """What a print was asked to hold."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Facts):
    """A refusal of the patient that was recorded: its scope."""

    scope: str
