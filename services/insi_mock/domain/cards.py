"""The search by carte Vitale: the card is only a key, which opens the identity that INSi knows.

Source: docs/sources/insi.md#recherche-par-carte-vitale, high; which members of the request decide is not public: a
number of the holder or of the person, the birth date of the card and the rank among twins (low, ours).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insi_mock.codes import ReturnCode
from insi_mock.domain.values import Answer, Identity

__all__ = ["FIRST", "Beneficiary", "Card", "CardRequest", "by_card"]

FIRST = "1"
"""The rank of whoever has no twin on the card."""


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """Somebody whom a card covers: the matricule INSi knows, and the birth date and rank as the card writes them."""

    matricule: str
    birth_date: str
    rank: str = FIRST


@dataclass(frozen=True, slots=True)
class Card:
    """A synthetic carte Vitale. ``number`` is the 15-character matricule of its holder (assuré)."""

    number: str
    beneficiaries: tuple[Beneficiary, ...]


@dataclass(frozen=True, slots=True)
class CardRequest:
    """What a client read on a card: matricules (13 characters, then the key if any), name, date, rank."""

    individual: str = ""
    holder: str = ""
    birth_name: str = ""
    birth_date: str = ""
    rank: str = ""

    @property
    def number(self) -> str:
        """The number of the card: that of its holder, who may be the person."""
        return self.holder or self.individual


def by_card(card: Card | None, request: CardRequest, known: Sequence[Identity]) -> Answer:
    """Return whom a request by card designates among the identities known by the card's matricules."""
    covered = card.beneficiaries if card else ()
    rank = request.rank or FIRST
    chosen = {one.matricule for one in covered if (one.birth_date, one.rank) == (request.birth_date, rank)}
    if request.individual and request.holder:
        chosen = {matricule for matricule in chosen if matricule.startswith(request.individual)}
    found = [identity for identity in known if identity.matricule in chosen]
    if len(found) == 1:
        return Answer(ReturnCode.ONE, found[0])
    return Answer(ReturnCode.SEVERAL if found else ReturnCode.NONE)
