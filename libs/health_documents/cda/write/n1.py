"""Writes level 1 documents: a header and a file (PDF/A-1) that people read.

Bilan partagé de médication, entretien and intervention pharmaceutiques have no other form (specs/cda.md §0, §6.8;
confidence high). Knows no document type: the header's code makes it, or its name in ``models``.
"""

from __future__ import annotations

from dataclasses import replace

from health_documents import oids
from health_documents.cda.write.elements import add, add_binary
from health_documents.cda.write.header import new_document
from health_documents.codes.models import model_named
from health_documents.codes.systems import format_of_media
from health_documents.errors import InvalidContent, refuse_bad_text
from health_documents.values.document import DocumentHeader, Identifier
from health_documents.xml import serialize

__all__ = ["write_n1", "write_n1_named"]

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


def write_n1_named(name: str, header: DocumentHeader, pdf: bytes, media_type: str = "application/pdf") -> bytes:
    """Return a level 1 document of a type named in ``models``: its code, and its title unless the header has one.

    Raises InvalidContent as ``write_n1``, and for a name that is no level 1 type.
    """
    model = model_named(name)
    if model.level != 1:
        raise InvalidContent(f"{name} n'est pas un document de niveau 1")
    named = replace(header, code=model.code, title=header.title or model.title)
    return write_n1(named, pdf, media_type)
