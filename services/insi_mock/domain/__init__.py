"""The rules of INSi as pure functions: formats, search by traits, search by card, verification.

Source: docs/sources/insi.md; each module says its own. Knows people as values; knows no XML, no HTTP and no
store.
"""

from insi_mock.domain.cards import Beneficiary, Card, CardRequest, by_card
from insi_mock.domain.documents import is_trusted
from insi_mock.domain.formats import BrokenRule, broken_card_rules, broken_rules, check_idam, check_rules
from insi_mock.domain.matching import EXACT, Key, Run, Strategy, key_of, search, with_root
from insi_mock.domain.values import (
    Answer,
    Claim,
    Context,
    CoverCard,
    Identity,
    Known,
    Matricule,
    Mode,
    Stamp,
    Stray,
    Traits,
    Why,
)
from insi_mock.domain.verification import conforms, mismatches

__all__ = [
    "EXACT",
    "Answer",
    "Beneficiary",
    "BrokenRule",
    "Card",
    "CardRequest",
    "Claim",
    "Context",
    "CoverCard",
    "Identity",
    "Key",
    "Known",
    "Matricule",
    "Mode",
    "Run",
    "Stamp",
    "Strategy",
    "Stray",
    "Traits",
    "Why",
    "broken_card_rules",
    "broken_rules",
    "by_card",
    "check_idam",
    "check_rules",
    "conforms",
    "is_trusted",
    "key_of",
    "mismatches",
    "search",
    "with_root",
]
