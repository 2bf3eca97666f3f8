"""Lots of documents as they are kept until they are fed: metadata and octets written once, signed when they leave.

What waits may outlive the process that wrote it: a lot is made of the message and of its parts, as plain values.
Source:
specs/dmp.md §3.5 (lot and signature), §3.6 (replacement). Knows no transport.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from health_documents.xds.write import DocumentEntry, SubmissionSet
from lgo_client.xds import provide

__all__ = ["Lot", "Part", "Prepared", "prepare"]

_REPLACED = "urn:uuid:00000000-0000-0000-0000-000000000000"
"""Stands for the technical id of the document that is replaced, which is known when the lot leaves."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Documents of one submission: metadata, entries with their octets in the same order, the signature's entry.

    ``replaces`` is the entryUUID that the first document replaces, or empty.
    """

    submission: SubmissionSet
    entries: Sequence[DocumentEntry]
    octets: Sequence[bytes]
    signature: DocumentEntry
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A document of a lot: its place in the message, its media type, its uniqueId, its octets."""

    content_id: str
    media_type: str
    unique_id: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Prepared:
    """A lot ready to be signed and sent; ``signature_id`` is the place of its signature in the message."""

    submission_id: str
    body: str
    parts: tuple[Part, ...]
    signature_id: str

    @property
    def unique_id(self) -> str:
        """The uniqueId of the first document."""
        return self.parts[0].unique_id

    def replacing(self, technical_id: str) -> Prepared:
        """Return the lot with the technical id of what it replaces."""
        return Prepared(self.submission_id, self.body.replace(_REPLACED, technical_id), self.parts, self.signature_id)

    def to_json(self) -> str:
        """Return the lot as text."""
        parts = [[one.content_id, one.media_type, one.unique_id, _text(one.octets)] for one in self.parts]
        return json.dumps([self.submission_id, self.body, parts, self.signature_id], ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Prepared:
        """Return the lot that a text holds. Raises ValueError."""
        values: list[Any] = json.loads(text)
        submission_id, body, parts, signature_id = values
        read = tuple(Part(one[0], one[1], one[2], base64.b64decode(one[3])) for one in parts)
        return cls(submission_id, body, read, signature_id)


def prepare(lot: Lot, *, replaces_later: bool = False) -> Prepared:
    """Return a lot ready to be kept; ``replaces_later``: its first document replaces one named when it leaves."""
    parts = tuple(
        Part(_place(entry), entry.mime_type, entry.unique_id, octets)
        for entry, octets in zip(lot.entries, lot.octets, strict=True)
    )
    replaces = _REPLACED if replaces_later else lot.replaces
    body = provide(lot.submission, lot.entries, lot.signature, replaces)
    return Prepared(lot.submission.unique_id, body, parts, _place(lot.signature))


def _place(entry: DocumentEntry) -> str:
    return f"{entry.id}@lgo"


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")
