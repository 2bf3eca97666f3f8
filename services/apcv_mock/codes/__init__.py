"""Codes of the ApCV service, as data: errors, qualities of beneficiaries, rights, what is said of certificates.

Source: see each module. No table of errors is public: every code says ``simule``. Knows nothing.
"""

from apcv_mock.codes.certificates import CERTIFICATE_ERRORS, CERTIFICATE_WORDS, FAMILY_WORDS, SIGNATURE_WORDS
from apcv_mock.codes.errors import CODE_NOT_PUBLIC, ERRORS, SIMULATED, Error
from apcv_mock.codes.rights import (
    ALD,
    AT,
    COMMON,
    CSS,
    GENERAL_REGIME,
    MINIMUM_AGE,
    QUALITIES,
    Coverage,
)

__all__ = [
    "ALD",
    "AT",
    "CERTIFICATE_ERRORS",
    "CERTIFICATE_WORDS",
    "CODE_NOT_PUBLIC",
    "COMMON",
    "CSS",
    "ERRORS",
    "FAMILY_WORDS",
    "GENERAL_REGIME",
    "MINIMUM_AGE",
    "QUALITIES",
    "SIGNATURE_WORDS",
    "SIMULATED",
    "Coverage",
    "Error",
]
