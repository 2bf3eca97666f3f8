"""Octets of INSi and the values they carry: requests, answers, faults; and an exchange decoded for people.

The only room that knows XML. Source: docs/sources/insi.md; see each module.
"""

from insi_mock.wire.answers import GENERATIONS, answer
from insi_mock.wire.bodies import card_request_of, claim_of, claims_of, deposit_number_of, matricules_of, traits_of
from insi_mock.wire.decoding import decode
from insi_mock.wire.description import wsdl
from insi_mock.wire.faults import fault, not_understood, problem, version_mismatch
from insi_mock.wire.layout import strays_of
from insi_mock.wire.requests import (
    NotUnderstood,
    WrongVersion,
    assertions_of,
    coding_of,
    context_of,
    encoding_of,
    instant_of,
    read,
)
from insi_mock.wire.shapes import (
    BY_CARD,
    BY_TRAITS,
    COLLECT,
    DEPOSIT,
    OPERATIONS,
    VERIFY,
    OperationShape,
    operation_of,
)
from insi_mock.wire.verifications import RECONSTRUCTED, collected, deposited, verified

__all__ = [
    "BY_CARD",
    "BY_TRAITS",
    "COLLECT",
    "DEPOSIT",
    "GENERATIONS",
    "OPERATIONS",
    "RECONSTRUCTED",
    "VERIFY",
    "NotUnderstood",
    "OperationShape",
    "WrongVersion",
    "answer",
    "assertions_of",
    "card_request_of",
    "claim_of",
    "claims_of",
    "coding_of",
    "collected",
    "context_of",
    "decode",
    "deposit_number_of",
    "deposited",
    "encoding_of",
    "fault",
    "instant_of",
    "matricules_of",
    "not_understood",
    "operation_of",
    "problem",
    "read",
    "strays_of",
    "traits_of",
    "verified",
    "version_mismatch",
    "wsdl",
]
