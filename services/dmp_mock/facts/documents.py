"""What was fed, changed or read of documents, as frozen typed values. Source: docs/sources/dmp.md. Knows no rule."""

from __future__ import annotations

from dataclasses import dataclass

from lgo_sandbox.watch.facts import Facts, Lazy

__all__ = [
    "Addressed",
    "ContentFed",
    "DocumentChanged",
    "DocumentProblem",
    "DocumentsRead",
    "FedDocument",
    "FeedStruck",
    "LotContents",
    "LotFed",
    "LotPrinted",
    "LotSigned",
    "Printed",
    "SignaturePart",
    "Unlike",
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

    ``problems`` are those of its CDAs, as far as they were ``looked`` at. ``inlined`` are the ids of the documents that
    came in the XML, not as a part of the package.
    """

    documents: tuple[FedDocument, ...]
    taken: bool
    remarks: tuple[str, ...]
    inlined: tuple[str, ...]
    looked: tuple[str, ...]
    wrong_digests: Lazy[tuple[str, ...]]
    problems: Lazy[tuple[DocumentProblem, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFed:
    """The content of a document of a lot: its fingerprint, the date of its act, the id of what its CDA replaces.

    ``linked``: the lot replaces another by it (RPLC). ``departed`` are the ids of its authors who are in no directory,
    or no more; ``by_structure``: a structure is an author beside them.
    """

    unique_id: str
    digest: str
    service_start: str
    replaces: str
    linked: bool
    departed: tuple[str, ...]
    by_structure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """To whom a CDA is addressed: the national ids of its recipients."""

    unique_id: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotContents(Facts):
    """What a lot that was taken holds: its documents, the entries that it replaces, the recipients of what was read.

    ``of_others``: those of the replaced entries that were neither of the caller nor of his structure, with their
    authors.
    """

    documents: tuple[ContentFed, ...]
    replaced: tuple[str, ...]
    of_others: tuple[str, ...]
    recipients: Lazy[tuple[Addressed, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlike:
    """Something that a PDF does not say as the CDA around it does."""

    received: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What the text of a PDF in a CDA says; ``readable`` False: it cannot be told.

    ``notice``: it speaks of personal data; ``ins``: it has the matricule of the header.
    """

    unique_id: str
    type: str
    readable: bool
    notice: bool
    ins: bool
    unlike: tuple[Unlike, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotPrinted(Facts):
    """What the PDFs of a lot say, read once the answer has left."""

    documents: Lazy[tuple[Printed, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStruck(Facts):
    """A feed that an armed fault struck before anybody read it: the unique ids of its documents and of its lot."""

    unique_ids: tuple[str, ...]


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
