"""The values that the rules speak of: document entries, submission sets, associations, lots.

Source: docs/sources/dmp.md#metadonnees and #remplacement. Values check nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from dmp_mock.codes.xds import SIGNATURE_CLASS, SIGNATURE_FORMAT, Status

__all__ = ["Author", "CdaHeader", "Coded", "Entry", "Link", "Lot", "NotCda", "SubmissionSet"]


@dataclass(frozen=True, slots=True)
class Coded:
    """A coded attribute: code, coding scheme, label."""

    code: str
    scheme: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """An author of a document or lot, in the HL7 v2 texts of the metadata."""

    persons: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A document entry. ``id`` is symbolic in a lot, an ``urn:uuid:`` once registered; ``codes`` by attribute name."""

    id: str
    unique_id: str
    patient_id: str
    mime_type: str
    object_type: str = ""
    title: str = ""
    comments: str = ""
    lid: str = ""
    version: int = 1
    status: str = Status.APPROVED
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    authors: tuple[Author, ...] = ()
    codes: Mapping[str, tuple[Coded, ...]] = field(default_factory=dict)

    def code(self, attribute: str) -> str:
        """Return the first code of an attribute, "" when absent."""
        coded = self.codes.get(attribute)
        return coded[0].code if coded else ""

    def slot(self, name: str) -> str:
        """Return the first value of a slot, "" when absent."""
        values = self.slots.get(name)
        return values[0] if values else ""

    def has_code(self, attribute: str, code: str) -> bool:
        """Tell whether an attribute holds a code."""
        return any(coded.code == code for coded in self.codes.get(attribute, ()))

    @property
    def is_signature(self) -> bool:
        """Tell whether this is the signature of a lot (or of a document), which queries never return."""
        return self.code("class") == SIGNATURE_CLASS or self.code("format") == SIGNATURE_FORMAT

    def to_json(self) -> dict[str, Any]:
        """Return the entry as JSON values; ``asdict`` would cost as much as storing it."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        authors = [{name: getattr(author, name) for name in Author.__slots__} for author in self.authors]
        codes = {name: [_coded(one) for one in values] for name, values in self.codes.items()}
        return {**plain, "slots": dict(self.slots), "authors": authors, "codes": codes}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Entry:
        """Read what ``to_json`` wrote."""
        codes = {name: tuple(Coded(**coded) for coded in coded_values) for name, coded_values in value["codes"].items()}
        slots = {name: tuple(values) for name, values in value["slots"].items()}
        return cls(**{**value, "authors": _authors(value["authors"]), "codes": codes, "slots": slots})


_PLAIN = tuple(name for name in Entry.__slots__ if name not in ("slots", "authors", "codes"))


def _coded(one: Coded) -> dict[str, str]:
    return {"code": one.code, "scheme": one.scheme, "label": one.label}


def _authors(values: Iterable[Mapping[str, Iterable[str]]]) -> tuple[Author, ...]:
    return tuple(Author(**{name: tuple(texts) for name, texts in author.items()}) for author in values)


@dataclass(frozen=True, slots=True)
class SubmissionSet:
    """A lot's own metadata."""

    id: str
    unique_id: str = ""
    source_id: str = ""
    patient_id: str = ""
    title: str = ""
    comments: str = ""
    submission_time: str = ""
    authors: tuple[Author, ...] = ()
    content_types: tuple[Coded, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the lot's metadata as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SubmissionSet:
        """Read what ``to_json`` wrote."""
        kinds = tuple(Coded(**coded) for coded in value["content_types"])
        return cls(**{**value, "authors": _authors(value["authors"]), "content_types": kinds})


@dataclass(frozen=True, slots=True)
class Link:
    """An association; ``statuses`` are the values of its slot SubmissionSetStatus.

    ``original`` and ``new`` are the statuses that an UpdateAvailabilityStatus tells, ``previous`` the PreviousVersion
    of an update of metadata; ``id`` is an ``urn:uuid:`` once registered.
    """

    type: str
    source: str
    target: str
    statuses: tuple[str, ...] = ()
    id: str = ""
    original: str = ""
    new: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True)
class CdaHeader:
    """What the rules need of a CDA: its ids, its patient, its body. ``patients`` are (root, extension)."""

    id: str = ""
    patients: tuple[tuple[str, str], ...] = ()
    templates: frozenset[str] = frozenset()
    level: str = ""
    media_type: str = ""
    starts_with_pdf: bool = False
    replaced: str = ""


@dataclass(frozen=True, slots=True)
class NotCda:
    """A document without a header to read; ``reason`` in French."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lot:
    """An ITI-41 request: sets, entries, associations, the octets of each document by its id, what is odd of these."""

    sets: tuple[SubmissionSet, ...]
    entries: tuple[Entry, ...]
    links: tuple[Link, ...]
    documents: Mapping[str, bytes]
    remarks: tuple[str, ...] = ()
