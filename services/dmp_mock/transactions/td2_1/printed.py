"""Reading the text of the PDF in a level 1 document, once the answer has left: does it say what the CDA says.

Source: docs/sources/documents.md#pdf-memes-donnees; docs/sources/requirements.md#doc-rgpd, #doc-ins. Bounded: the first
documents of a lot, none too heavy. A text that cannot be extracted says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dmp_mock.codes.documents import PRESCRIPTION
from dmp_mock.domain.values import CdaHeader, NotCda
from dmp_mock.facts import LotPrinted, Printed, Unlike
from dmp_mock.wire.opened import Opened
from health_documents.errors import PdfError
from health_documents.validation.pdf_rules import comparable_text, text_rules
from health_documents.validation.printed_ins import PHARMACY_TYPES
from lgo_sandbox.watch.facts import Lazy

if TYPE_CHECKING:
    from dmp_mock.domain.lots import MatchedLot

__all__ = ["printed_by"]

MAX_READ, MAX_OCTETS = 2, 2 * 1024 * 1024
_OF_PHARMACIES = PHARMACY_TYPES | {PRESCRIPTION}
_NOTICE = re.compile(r"\brgpd\b|donnees personnelles|donnees a caractere personnel|protection des donnees")


def printed_by(
    matched: MatchedLot, headers: Mapping[str, CdaHeader | NotCda], opened: Mapping[str, Opened]
) -> LotPrinted:
    """Return the look at what the PDFs of a lot say."""
    wanted = [
        (entry.unique_id, entry.code("type"), opened[entry.id])
        for entry in matched.lot.entries
        if isinstance(header := headers.get(entry.id), CdaHeader) and header.starts_with_pdf
        if entry.code("type") in _OF_PHARMACIES
    ]
    read = [one for one in wanted if len(one[2].content) <= MAX_OCTETS][:MAX_READ]
    return LotPrinted(documents=Lazy(lambda: tuple(_printed(*one) for one in read)) if read else Lazy.known(()))


def _printed(unique_id: str, kind: str, opened: Opened) -> Printed:
    document = opened.document
    text = _text_of(document.body) if document is not None and document.body else ""
    if document is None or not text:
        return Printed(unique_id=unique_id, type=kind, readable=False, notice=False, ins=False, unlike=())
    matricule = document.patient.matricule.casefold()
    return Printed(
        unique_id=unique_id,
        type=kind,
        readable=True,
        notice=_NOTICE.search(text) is not None,
        ins=bool(matricule) and matricule in re.sub(r"[^0-9a-z]", "", text),
        unlike=tuple(Unlike(received=one.received, expected=one.expected) for one in text_rules(text, document)),
    )


def _text_of(pdf: bytes) -> str:
    try:
        return comparable_text(pdf)
    except PdfError:
        return ""
