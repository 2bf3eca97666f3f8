"""The rules of INSi as pure functions: formats, search by traits, search by card, verification.

Source: specs/insi.md §1.4, §1.6 and §4; each module says its own. Knows people as values; knows no XML, no HTTP and no
store.
"""

from insi_mock.domain.cards import Beneficiary, Card, CardRequest, by_card
from insi_mock.domain.formats import (
    BrokenRule,
    broken_card_rules,
    broken_rules,
    check_card_request,
    check_idam,
    check_traits,
)
from insi_mock.domain.matching import EXACT, Key, Run, Strategy, key_of, search, with_root
from insi_mock.domain.values import Answer, Claim, Identity, Known, Refused, Traits, as_facts
from insi_mock.domain.verification import conforms, mismatches

__all__ = [
    "EXACT",
    "Answer",
    "Beneficiary",
    "BrokenRule",
    "Card",
    "CardRequest",
    "Claim",
    "Identity",
    "Key",
    "Known",
    "Refused",
    "Run",
    "Strategy",
    "Traits",
    "as_facts",
    "broken_card_rules",
    "broken_rules",
    "by_card",
    "check_card_request",
    "check_idam",
    "check_traits",
    "conforms",
    "key_of",
    "mismatches",
    "search",
    "with_root",
]
