"""Renders what people read of a health document: a PDF/A-1B in French, the same bytes for the same values.

Source: specs/cda.md §5 and §6.8 (N1 is « Pdf/A-1 »), specs/mssante.md §3.1 (ECO.2.1.5, 2.1.6: name of the file),
specs/insi.md §4 (datamatrix INS and its caption); confidence high; the layout is ours. Fonts are embedded (DejaVu Sans,
free licence beside them). Knows neither CDA nor the wire.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from health_documents.errors import InvalidContent, refuse_bad_text
from health_documents.pdf.layout import draw
from health_documents.values.pdf import PdfContent, PdfSection, PdfTable

__all__ = ["PdfContent", "PdfSection", "PdfTable", "pdf_file_name", "render_pdf"]

_FORBIDDEN_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*_]+')
_MAX_NAME_PART = 80


def render_pdf(content: PdfContent) -> bytes:
    """Return a PDF/A-1B (A4, fonts embedded).

    Raises InvalidContent for a creation date without zone, no title, control characters in title or author, a table
    whose rows do not fit its headings, a broken image, and
    InsDatamatrixError for a qualified identity that no datamatrix can hold.
    """
    if content.created.utcoffset() is None or not content.title:
        raise InvalidContent("un PDF a un titre et une date de création avec fuseau")
    with refuse_bad_text():
        return draw(content)


def pdf_file_name(
    act_date: date | datetime, document_label: str, family_name: str, first_name: str, record_number: str
) -> str:
    """Return the name of the PDF beside an XDM archive: ``<date>_<type>_<NOM>_<prénom>_<numéro de dossier>.pdf``.

    Spaces and accents stay; what file systems refuse, and the separator itself, become a space (ECO.2.1.6).
    """
    texts = (document_label, family_name, first_name, record_number)
    parts = [_name_part(text) for text in texts]
    return "_".join([f"{act_date:%Y%m%d}", *(part for part in parts if part)]) + ".pdf"


def _name_part(text: str) -> str:
    return " ".join(_FORBIDDEN_IN_NAMES.sub(" ", text).split())[:_MAX_NAME_PART].strip(" .")
