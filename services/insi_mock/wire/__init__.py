"""Octets of INSi and the values they carry: requests, answers, faults; and an exchange decoded for people.

The only room that knows XML. Source: specs/insi.md §1 and §2.2; see each module.
"""

from insi_mock.wire.answers import answer, wsdl
from insi_mock.wire.decoding import decode
from insi_mock.wire.faults import fault, problem, version_mismatch
from insi_mock.wire.requests import (
    BY_CARD,
    BY_TRAITS,
    OPERATIONS,
    Context,
    OperationShape,
    WrongVersion,
    assertion_of,
    context_of,
    operation_of,
    read,
    traits_of,
)

__all__ = [
    "BY_CARD",
    "BY_TRAITS",
    "OPERATIONS",
    "Context",
    "OperationShape",
    "WrongVersion",
    "answer",
    "assertion_of",
    "context_of",
    "decode",
    "fault",
    "operation_of",
    "problem",
    "read",
    "traits_of",
    "version_mismatch",
    "wsdl",
]
