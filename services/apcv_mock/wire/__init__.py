"""Octets of ApCV and the values they carry: requests, answers, faults; and an exchange decoded for people.

The only room that knows XML. Source: docs/sources/apcv.md; see each module.
"""

from apcv_mock.wire.answers import Told, authenticated, destroyed, restored, signed
from apcv_mock.wire.bodies import bill_of, biller_of, code_of, context_of, version_of
from apcv_mock.wire.decoding import decode
from apcv_mock.wire.description import wsdl
from apcv_mock.wire.faults import fault, not_understood, problem, version_mismatch
from apcv_mock.wire.names import AUTH_PATH, SIGN_PATH
from apcv_mock.wire.requests import NotUnderstood, WrongVersion, assertions_of, instant_of, read, software_of
from apcv_mock.wire.schema import stray_of
from apcv_mock.wire.shapes import (
    AUTHENTICATE,
    DESTROY,
    OPERATIONS,
    RESTORE,
    SIGN_BILL,
    OperationShape,
    operation_of,
)

__all__ = [
    "AUTHENTICATE",
    "AUTH_PATH",
    "DESTROY",
    "OPERATIONS",
    "RESTORE",
    "SIGN_BILL",
    "SIGN_PATH",
    "NotUnderstood",
    "OperationShape",
    "Told",
    "WrongVersion",
    "assertions_of",
    "authenticated",
    "bill_of",
    "biller_of",
    "code_of",
    "context_of",
    "decode",
    "destroyed",
    "fault",
    "instant_of",
    "not_understood",
    "operation_of",
    "problem",
    "read",
    "restored",
    "signed",
    "software_of",
    "stray_of",
    "version_mismatch",
    "version_of",
    "wsdl",
]
