"""A CDA under validation: the tree with its line numbers, and the document as the library reads it.

Source: specs/cda.md §4; confidence high. Knows no rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from health_documents import oids
from health_documents.cda.read.parts import attribute, child, children
from health_documents.cda.read.reader import ReadDocument, read_root
from health_documents.codes.models import DocumentModel, model_of
from health_documents.errors import DocumentError
from health_documents.values.document import Identifier

__all__ = ["HL7", "CdaSource", "descend", "source_of"]

HL7 = f"{{{oids.NS_HL7}}}"


@dataclass(frozen=True, slots=True)
class CdaSource:
    """The root element, what the library reads of it (None when it cannot) and the type of the document."""

    root: etree._Element
    document: ReadDocument | None
    unreadable: str
    model: DocumentModel | None

    @property
    def level(self) -> int:
        """1 for a file in an envelope, 3 for a structured body, 0 without body."""
        if child(self.root, "component/nonXMLBody") is not None:
            return 1
        return 3 if child(self.root, "component/structuredBody") is not None else 0


def source_of(root: etree._Element) -> CdaSource:
    """Return a parsed CDA ready for the rules; a document that cannot be read is judged all the same."""
    templates = [Identifier(one.get("root", ""), one.get("extension", "")) for one in children(root, "templateId")]
    model = model_of(templates, attribute(root, "code", "code"))
    try:
        return CdaSource(root, read_root(root), "", model)
    except DocumentError as error:
        return CdaSource(root, None, str(error), model)


def descend(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield all HL7 elements of a name, at any depth."""
    return root.iter(f"{HL7}{name}")
