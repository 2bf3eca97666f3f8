"""The documents of a lot, each read once for all the looks that are taken at it after the answer.

Source: none, how we are built: reading a CDA costs more than a millisecond.
"""

from __future__ import annotations

from health_documents.cda.read.reader import read_document
from health_documents.cda.read.values import ReadDocument
from health_documents.errors import DocumentError

__all__ = ["ReadOnce"]


class ReadOnce:
    """Reads documents by their unique id; it lives as long as the looks that hold it."""

    def __init__(self) -> None:
        self._read: dict[str, ReadDocument | None] = {}

    def document(self, unique_id: str, content: bytes) -> ReadDocument | None:
        """Return a document, None when it cannot be read."""
        if unique_id not in self._read:
            try:
                self._read[unique_id] = read_document(content)
            except DocumentError:
                self._read[unique_id] = None
        return self._read[unique_id]
