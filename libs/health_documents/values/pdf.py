"""What a PDF says: title, people, body, codes to scan.

Source: specs/cda.md §4, specs/insi.md §4; confidence high. Knows no layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from health_documents.values.document import Author, PatientIdentity, Recipient

__all__ = ["PRIVACY_NOTICE", "PdfContent", "PdfSection", "PdfTable"]

PRIVACY_NOTICE = (
    "Vos données de santé sont traitées par l'établissement qui a produit ce document, pour votre prise en charge "
    "(RGPD, articles 6 et 9). Vous pouvez y accéder, les faire rectifier ou vous opposer à leur traitement auprès de "
    "lui, et saisir la CNIL."
)


@dataclass(frozen=True, slots=True)
class PdfTable:
    """A simple table: a row of headings and rows of as many cells; ``widths`` are relative (empty: equal)."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PdfSection:
    """A heading, and paragraphs and tables in their order."""

    heading: str
    blocks: tuple[str | PdfTable, ...]


@dataclass(frozen=True, slots=True)
class PdfContent:
    """All that a page says.

    ``created`` is also the creation date of the file. ``replaces`` names the document that this one cancels and
    replaces (« du 01/09/2026, version 1 »), empty for a first version. ``qr_png`` is an optional code, with its
    caption.
    """

    title: str
    patient: PatientIdentity
    author: Author
    created: datetime
    sections: tuple[PdfSection, ...]
    recipients: tuple[Recipient, ...] = ()
    replaces: str = ""
    qr_png: bytes | None = None
    qr_caption: str = "Code de l'ordonnance"
    footer: str = PRIVACY_NOTICE
