"""A document of a lot or its signature, opened once for all who look into it, before the answer has left or after.

Source: own choice (cost): parsing, decoding and hashing a document of a megabyte costs milliseconds. Knows no rule.
"""

from __future__ import annotations

import hashlib
from functools import cached_property

from lxml import etree

from health_documents import oids
from health_documents.cda.read.values import ReadDocument
from health_documents.validation.source import CdaSource, source_of
from health_documents.xml import MalformedXml, parse

__all__ = ["Opened"]


class Opened:
    """The octets of a document, and what is made of them when it is first asked for."""

    def __init__(self, content: bytes, *, long_texts: bool = True) -> None:
        self.content = content
        self._long_texts = long_texts

    @cached_property
    def sha1(self) -> bytes:
        """The digest that the registry gives."""
        return hashlib.sha1(self.content, usedforsecurity=False).digest()

    @cached_property
    def parsed(self) -> etree._Element | MalformedXml:
        """The root element, or why there is none."""
        try:
            return parse(self.content, long_texts=self._long_texts)
        except MalformedXml as error:
            return error

    @property
    def root(self) -> etree._Element | None:
        """The root element, None of what is no XML."""
        return None if isinstance(self.parsed, MalformedXml) else self.parsed

    @cached_property
    def source(self) -> CdaSource | None:
        """The CDA as the documents library judges it, None of what is no CDA."""
        root = self.root
        return source_of(root) if root is not None and root.tag == f"{{{oids.NS_HL7}}}ClinicalDocument" else None

    @property
    def document(self) -> ReadDocument | None:
        """The CDA as the documents library reads it, None of what it cannot read."""
        return self.source.document if self.source is not None else None
