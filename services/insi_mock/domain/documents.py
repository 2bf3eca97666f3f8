"""Whether an identity document is one of those that qualify an identity.

Source: docs/sources/insi.md#pieces. The list itself is data (``codes``).
"""

from __future__ import annotations

import re
import unicodedata

from insi_mock.codes import TRUSTED_NAMES

__all__ = ["is_trusted"]


def is_trusted(named: str) -> bool:
    """Tell whether somebody names a document of a high level of trust."""
    return _plain(named) in _TRUSTED


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.replace("’", "'")).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z]+", " ", letters).strip()


_TRUSTED = frozenset(map(_plain, TRUSTED_NAMES))
