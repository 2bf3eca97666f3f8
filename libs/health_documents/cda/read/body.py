"""Reads the body of a CDA: the file of level 1, the sections and the embedded files of level 3.

Source: specs/cda.md §5–6; confidence high. Sections that it does not know are kept with their title, their codes and
their text. Shares constants with the writers, and no code.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from lxml import etree

from health_documents import oids
from health_documents.cda.read.parts import child, children, read_code, text_of
from health_documents.errors import CorruptAttachment
from health_documents.values.document import Code

__all__ = ["Attachment", "Section", "read_attachments", "read_level_1", "read_sections", "section_name", "sections_of"]


@dataclass(frozen=True, slots=True)
class Section:
    """A section as read; ``known`` tells whether the library reads all its entries."""

    name: str
    code: Code | None
    templates: tuple[str, ...]
    text: str
    known: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file embedded in a section. ``is_copy``: the section is « Copie du document »."""

    section: str
    media_type: str
    content: bytes
    is_copy: bool


def read_level_1(root: etree._Element) -> tuple[bytes | None, str]:
    """Return the file of a level 1 document and its media type, ``(None, "")`` for a structured body."""
    text = child(root, "component/nonXMLBody/text")
    if text is None:
        return None, ""
    return _content(text), text.get("mediaType", "")


def read_sections(root: etree._Element, unknown: frozenset[str] = frozenset()) -> tuple[Section, ...]:
    """Return all sections and sub-sections, in order; ``unknown`` names those with entries that are not read."""
    return tuple(_section(section, unknown) for section in sections_of(root))


def section_name(element: etree._Element) -> str:
    """Return the title of a section, or the label of its code."""
    code = read_code(child(element, "code"))
    return text_of(child(element, "title")) or (code.label if code else "")


def read_attachments(root: etree._Element) -> tuple[Attachment, ...]:
    """Return the files embedded in the sections, images included. Raises CorruptAttachment for bad base 64."""
    return tuple(one for section in sections_of(root) for one in _attachments(section))


def sections_of(root: etree._Element) -> list[etree._Element]:
    """Return the section elements of a document, sub-sections after those that hold them."""
    body = child(root, "component/structuredBody")
    return [] if body is None else list(body.iter(f"{{{oids.NS_HL7}}}section"))


def _section(element: etree._Element, unknown: frozenset[str] = frozenset()) -> Section:
    name = section_name(element)
    return Section(
        name=name,
        code=read_code(child(element, "code")),
        templates=tuple(one.get("root", "") for one in children(element, "templateId")),
        text=text_of(child(element, "text")),
        known=name not in unknown,
    )


def _attachments(section: etree._Element) -> list[Attachment]:
    of_section = _section(section)
    values = [
        value
        for entry in children(section, "entry")
        for media in entry.iter(f"{{{oids.NS_HL7}}}observationMedia")
        for value in children(media, "value")
        if text_of(value)
    ]
    is_copy = oids.T_S_PDF_COPY in of_section.templates
    return [Attachment(of_section.name, value.get("mediaType", ""), _content(value), is_copy) for value in values]


def _content(element: etree._Element) -> bytes:
    if element.get("representation", "TXT") != "B64":
        return text_of(element).encode("utf-8")
    text = text_of(element) if len(element) else element.text or ""  # each look for white space costs, in a megabyte
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError as error:  # binascii.Error is one; a text that is not ASCII gives the plain kind
        raise CorruptAttachment("pièce jointe qui n'est pas du base 64 : alphabet ou longueur inadmissible") from error
