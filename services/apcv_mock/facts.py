"""What an exchange with the ApCV service was: the only thing that handlers tell and that checks and people may read.

Source: design of the project (Evidence). Knows values of the domain; knows no XML and no rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from apcv_mock.domain import Bill, Biller, Software
from lgo_sandbox.watch.facts import Facts

__all__ = [
    "Addressing",
    "Authentication",
    "ContextUsed",
    "Failed",
    "Mode",
    "Opened",
    "PhoneShown",
    "Presented",
    "Signed",
    "SoftwareTold",
]


class Mode(StrEnum):
    """How the caller authenticated."""

    CARD = "CPS"
    NOTHING = "absente"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing(Facts):
    """How a call names itself and its operation; "" for what is absent. Noted for every call that is understood.

    ``version`` is that of the body's element, ``stray`` where the first thing stands that the schema does not have so.
    """

    message_id: str
    action: str
    expected_action: str
    media_type: str
    version: str
    stray: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication(Facts):
    """Who calls: the national id of a professional, or ""; ``signed_with`` is the algorithm of his assertion, a URI.

    ``billing_ids`` are the FINESS of the structures where he practises.
    """

    mode: Mode
    caller: str
    signed_with: str
    billing_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareTold(Facts):
    """What ContexteLPS says; ``age`` is how old its Temps is in seconds, None when that is no instant."""

    software: Software
    age: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented(Facts):
    """The code that was presented: ``persona`` and ``age`` (seconds) when a phone of the session showed it.

    ``padded``: blanks stood around it, which the service took away.
    """

    persona: str
    age: float | None
    padded: bool
    biller: Biller


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Facts):
    """The context that was opened: whom it tells of, who among them has no certified INS; ``others`` are those that
    the same professional had left open."""

    context: str
    persona: str
    people: tuple[str, ...]
    uncertified: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The context, and the matricules."""
        return (self.context, *self.people)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextUsed(Facts):
    """A context that was asked for again, destroyed or signed in, and its state when the call came."""

    context: str
    state: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """The context."""
        return (self.context,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Facts):
    """A bill that was to be signed: ``people`` are the matricules of the context."""

    context: str
    bill: Bill
    people: tuple[str, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The context."""
        return (self.context,)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneShown(Facts):
    """A phone that was looked at: whose; ``coded``: it shows a code."""

    persona: str
    coded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Facts):
    """The error that was answered."""

    code: str
    label: str
