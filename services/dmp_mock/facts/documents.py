"""What was fed, changed or read of documents, as frozen typed values. Source: docs/sources/dmp.md. Knows no rule."""

from __future__ import annotations

from dataclasses import dataclass

from lgo_sandbox.watch.facts import Facts, Lazy

__all__ = [
    "ContentFed",
    "DocumentChanged",
    "DocumentProblem",
    "DocumentsRead",
    "FedDocument",
    "LotContents",
    "LotFed",
    "LotSigned",
    "SignaturePart",
    "Updated",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FedDocument:
    """A document of a lot; ``level``, ``media_type``, ``is_pdf`` and ``is_n1_template`` are of its CDA, if any.

    ``by_professional``: one of its authors is named by a PS_IdNat.
    """

    unique_id: str
    type: str
    document_class: str
    format: str
    confidentiality: tuple[str, ...]
    level: str
    media_type: str
    is_pdf: bool
    is_n1_template: bool
    by_professional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentProblem:
    """A rule of the documents library that a fed document breaks."""

    unique_id: str
    rule: str
    title: str
    where: str
    received: str
    expected: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LotFed(Facts):
    """A lot whose documents were found: taken or not, what was tolerated, which digests of its manifest are wrong.

    ``problems`` are those of its CDAs.
    """

    documents: tuple[FedDocument, ...]
    taken: bool
    remarks: tuple[str, ...]
    wrong_digests: Lazy[tuple[str, ...]]
    problems: Lazy[tuple[DocumentProblem, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFed:
    """The content of a document of a lot: its fingerprint, the date of its act, the id of what its CDA replaces."""

    unique_id: str
    digest: str
    service_start: str
    replaces: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LotContents(Facts):
    """What a lot that was taken holds: its documents, the entries that it replaces, the ids of their recipients.

    ``of_others``: those of the replaced entries that were neither of the caller nor of his structure, with their
    authors.
    """

    documents: tuple[ContentFed, ...]
    replaced: tuple[str, ...]
    of_others: tuple[str, ...]
    recipients: Lazy[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChanged:
    """A document whose visibility or status was to change; ``act`` says how, in French."""

    entry_uuid: str
    unique_id: str
    act: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated(Facts):
    """An update of metadata: of which documents, taken or not, what was tolerated."""

    documents: tuple[DocumentChanged, ...]
    taken: bool
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePart:
    """A part of a lot's signature that is wrong."""

    where: str
    received: str
    expected: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LotSigned(Facts):
    """The signature of a lot, verified once the answer has left: what of it is broken."""

    broken: Lazy[tuple[SignaturePart, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsRead(Facts):
    """The documents that were asked for, and those that were given, by unique id."""

    wanted: tuple[str, ...]
    given: tuple[str, ...]
