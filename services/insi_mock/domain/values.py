"""What INSi talks about: traits that are asked, identities that are known, the outcome of a search, a claim to verify.

Source: specs/insi.md §1.4–1.6 (contract, high; verification, low). Knows no rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from insi_mock.codes import ReturnCode
from lgo_sandbox.population.people import FormerMatricule

__all__ = ["Answer", "Claim", "Identity", "Known", "Refused", "Traits", "as_facts"]


class Refused(Exception):
    """The service refuses: ``code`` is a key of ERRORS; the rest tells people why (French)."""

    def __init__(self, code: str, received: str, expected: str) -> None:
        super().__init__(f"{code} : {received}")
        self.code = code
        self.received = received
        self.expected = expected


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


def as_facts(value: Any) -> dict[str, Any]:
    """Return the members of a flat value, for the journal."""
    return {name: getattr(value, name) for name in value.__slots__}
