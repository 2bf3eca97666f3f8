"""Return codes, errors and field formats of INSi, as data.

Source: see each module. The full table of codes is not public: where we must refuse and do not know how the service
names it, the code says ``simule`` and the answer carries ``X-Simulation``. Knows nothing.
"""

from insi_mock.codes.answers import LABELS, REASONS, VERIFIED, ReturnCode
from insi_mock.codes.certificates import (
    CERTIFICATE_ERRORS,
    CERTIFICATE_NAMES,
    CERTIFICATE_WORDS,
    FAMILY_WORDS,
    SIGNATURE_WORDS,
)
from insi_mock.codes.documents import TRUSTED_DOCUMENTS, TRUSTED_NAMES
from insi_mock.codes.errors import CODE_NOT_PUBLIC, ERRORS, TEXT_NOT_PUBLIC, Error
from insi_mock.codes.formats import CARD_FIELDS, FIELDS, PUBLISHED_IDAM, REFUSED_IDAM_PREFIX, Field, Forbidden

__all__ = [
    "CARD_FIELDS",
    "CERTIFICATE_ERRORS",
    "CERTIFICATE_NAMES",
    "CERTIFICATE_WORDS",
    "CODE_NOT_PUBLIC",
    "ERRORS",
    "FAMILY_WORDS",
    "FIELDS",
    "LABELS",
    "PUBLISHED_IDAM",
    "REASONS",
    "REFUSED_IDAM_PREFIX",
    "SIGNATURE_WORDS",
    "TEXT_NOT_PUBLIC",
    "TRUSTED_DOCUMENTS",
    "TRUSTED_NAMES",
    "VERIFIED",
    "Error",
    "Field",
    "Forbidden",
    "ReturnCode",
]
