"""The identity documents of a high level of trust: a closed list, and how a user names one.

Source: specs/insi.md §4 (passport, identity card of the Union or the EEA, residence permit, carte Vitale on the phone).
Nothing else qualifies an identity: neither an invoice, nor a plastic carte Vitale. Knows no identity.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

__all__ = ["Document", "DocumentRefused", "document_of"]


class Document(StrEnum):
    """What proves an identity: its value is how it is written in French."""

    IDENTITY_CARD = "carte nationale d'identité"
    PASSPORT = "passeport"
    EUROPEAN_CARD = "carte d'identité de l'Union européenne ou de l'EEE"
    RESIDENCE_PERMIT = "titre de séjour"
    APCV = "application carte Vitale"


class DocumentRefused(ValueError):
    """What was shown is none of the documents of trust; the message (French) says which ones are."""


_SHORT = {
    "cni": Document.IDENTITY_CARD,
    "carte d identite": Document.IDENTITY_CARD,
    "carte d identite europeenne": Document.EUROPEAN_CARD,
    "carte de sejour": Document.RESIDENCE_PERMIT,
    "apcv": Document.APCV,
    "appli carte vitale": Document.APCV,
}


def document_of(named: str) -> Document:
    """Return the document that somebody names; accents, case and punctuation do not count. Raises DocumentRefused."""
    plain = _plain(named)
    known = _SHORT | {_plain(document.value): document for document in Document}
    if plain not in known:
        documents = ", ".join(document.value for document in Document)
        raise DocumentRefused(f"« {named} » n'est pas une pièce à haut niveau de confiance ; le sont : {documents}")
    return known[plain]


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.replace("’", "'")).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z]+", " ", letters).strip()
