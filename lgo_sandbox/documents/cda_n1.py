"""Writes level 1 documents: a header and a file (PDF/A-1) that people read.

Bilan partagé de médication, entretien and intervention pharmaceutiques have no other form (specs/cda.md §0, §6.8;
confidence high). Knows no document type: the header's code makes it.
"""

from __future__ import annotations

from lgo_sandbox.documents import oids
from lgo_sandbox.documents.cda_elements import add, add_binary
from lgo_sandbox.documents.cda_header import new_document
from lgo_sandbox.documents.code_systems import format_of_media
from lgo_sandbox.documents.errors import InvalidContent, refuse_bad_text
from lgo_sandbox.documents.values import DocumentHeader, Identifier
from lgo_sandbox.wire.xml import serialize

__all__ = ["write_n1"]

_TEMPLATES = (Identifier(oids.T_XDS_SD),)


def write_n1(header: DocumentHeader, pdf: bytes, media_type: str = "application/pdf") -> bytes:
    """Return a CDA R2 level 1 document (UTF-8, with declaration) around a file.

    Raises InvalidContent for a header that cannot be written, an empty file or a media type that N1 does not admit.
    """
    format_of_media(media_type)
    if not pdf:
        raise InvalidContent("le corps du document est vide")
    with refuse_bad_text():
        document = new_document(header, _TEMPLATES)
        add_binary(add(add(document, "component"), "nonXMLBody"), "text", pdf, media_type)
        return serialize(document, declaration=True)
