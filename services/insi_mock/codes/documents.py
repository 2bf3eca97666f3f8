"""The identity documents of a high level of trust, as data: a closed list.

Source: docs/sources/insi.md#pieces. Knows nothing.
"""

from __future__ import annotations

__all__ = ["TRUSTED_DOCUMENTS", "TRUSTED_NAMES"]

TRUSTED_DOCUMENTS = (
    "carte nationale d'identité",
    "passeport",
    "carte d'identité de l'Union européenne ou de l'EEE",
    "titre de séjour",
    "application carte Vitale",
)
TRUSTED_NAMES = (
    *TRUSTED_DOCUMENTS,
    "CNI",
    "carte d'identité",
    "carte d'identité européenne",
    "carte de séjour",
    "ApCV",
    "appli carte Vitale",
)
"""How they are named; accents, case and punctuation do not count."""
