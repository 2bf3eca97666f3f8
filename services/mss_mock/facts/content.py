"""What is in a mail, as values: head, texts, attachments, XDM archives and their documents.

Source: docs/sources/mssante.md (Tout courriel, Courriel qui porte des documents). Values only: who reads them from
octets is ``wire.mail``, who judges them ``checks``.
"""

from __future__ import annotations

from dataclasses import dataclass

from health_documents.identifiers import ROOTS_OF_INS
from health_documents.validation.comparing import Difference, Person, unlike_traits
from health_documents.values.xdm import XdmFault
from mss_mock.codes import XDM_NAME

__all__ = [
    "Archive",
    "ArchiveProblem",
    "Attachment",
    "Document",
    "MailContent",
    "MailDefect",
    "MailHead",
    "PrintedPage",
    "ReadReport",
    "TextBody",
    "Unreadable",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A mail, an archive or a document that cannot be read; ``reason`` is French.

    ``name`` and ``fault`` are those of an archive.
    """

    reason: str
    name: str = ""
    fault: XdmFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHead:
    """The head of a mail, decoded. Headers are None when absent; addresses are in lower case.

    ``repeated`` are the names of headers that may stand once, and stand more often; ``eight_bit`` those with octets
    beyond ASCII.
    """

    subject: str
    date: str | None
    message_id: str
    in_reply_to: str
    references: str
    sender_label: str
    sender_address: str
    reply_to: tuple[str, ...]
    nil: str | None
    ins: str | None
    code_cda: str | None
    mes: str | None
    read_receipt: str
    delivery_receipt: str
    content_type: str
    repeated: tuple[str, ...]
    eight_bit: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBody:
    """A part that a reader is shown as the text of the mail; ``charset`` is empty when none is said."""

    content_type: str
    charset: str
    misread: bool
    """Whether its octets cannot be read as its charset says, or go beyond ASCII when it says none."""
    automatic: bool
    """Whether the text says that nobody wrote it."""
    announced: str
    """Where the text says that an archive is attached."""
    withdraws: bool
    """Whether the text says that a document is withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDefect:
    """Something malformed: in which part (empty: the mail), what, and what to change, in French."""

    part: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """An attached file, by its name as sent."""

    name: str
    content_type: str
    size: int
    is_pdf: bool
    is_pdf_a1: bool
    is_archive: bool
    """Whether it is an XDM archive by its name or by what it holds."""
    executable: str
    """Why it can be run, in French; empty when it cannot."""

    @property
    def meant_as_pdf(self) -> bool:
        """Tell whether this is a PDF, or is called one."""
        return self.is_pdf or self.name.lower().endswith(".pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A CDA document of an archive. ``printed_ins``: None when it was not looked at, else what is wrong with it.

    ``place`` is its file; ``said`` is the patient of its metadata, ``told`` that of the document; ``act_days`` are the
    days (AAAAMMJJ) that may be those of its act. ``replaces``: the CDA replaces another; ``replacing``: its metadata.
    """

    place: str
    title: str
    code: str
    qualified: bool
    matricule: str
    said: Person
    told: Person
    differences: tuple[Difference, ...]
    act_days: tuple[str, ...]
    replaces: bool
    replacing: bool
    printed_ins: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveProblem:
    """Something wrong in an archive that could be read."""

    fault: XdmFault
    text: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An XDM archive: its name, the patient of its metadata, what is wrong in it, its CDA documents.

    ``count`` is how many CDA documents its metadata describe, those whose file is absent included.
    """

    name: str
    patient_id: str
    patient_root: str
    problems: tuple[ArchiveProblem, ...]
    count: int
    documents: tuple[Document | Unreadable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPage:
    """What a PDF shows people: of which patient, beside that of the documents (empty: nothing contradicts).

    ``readable``: it has a text. ``replaces``: it says that it cancels and replaces another. ``lacks``: words of the PDF
    inside the CDA that an attached one lacks, when that is most of them in every document.
    """

    place: str
    readable: bool
    unlike: str
    scanned: str
    replaces: bool
    lacks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReport:
    """A report of reading (MDN): the types of its parts in order, its fields as written, empty when absent.

    ``enclosed_id`` and ``enclosed_path`` are the Message-ID and the Return-Path of the mail that it gives back.
    """

    report_type: str
    parts: tuple[str, ...]
    final_recipient: str
    original_recipient: str
    disposition: str
    error: str
    enclosed_id: str
    enclosed_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailContent:
    """A mail that could be read. ``fingerprint`` is a digest of its octets."""

    fingerprint: str
    head: MailHead
    bodies: tuple[TextBody, ...]
    alternative: bool
    reports_reading: bool
    reported_message: str
    """The Original-Message-ID of a report of reading."""
    report: ReadReport | None
    eight_bit: bool
    bare_newlines: bool
    defects: tuple[MailDefect, ...]
    unlike_html: str
    """Words of the HTML text that the plain text beside it lacks, when these are many."""
    attachments: tuple[Attachment, ...]
    archives: tuple[Archive | Unreadable, ...]
    pages: tuple[PrintedPage, ...]
    doubled_pdfs: tuple[str, ...]
    """The names of attached PDFs that are the same octets as another."""

    @property
    def has_archive(self) -> bool:
        """Tell whether a part is an archive of the standard, or was meant as one."""
        return bool(self.archives)

    @property
    def readable_archives(self) -> tuple[Archive, ...]:
        """The archives that could be read."""
        return tuple(one for one in self.archives if isinstance(one, Archive))

    @property
    def all_archives_read(self) -> bool:
        """Tell whether there are archives, and all could be read."""
        return bool(self.archives) and len(self.readable_archives) == len(self.archives)

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents that could be read."""
        return tuple(one for one in self._documents if isinstance(one, Document))

    @property
    def unread_documents(self) -> tuple[Unreadable, ...]:
        """The documents that could not be read."""
        return tuple(one for one in self._documents if isinstance(one, Unreadable))

    @property
    def _documents(self) -> tuple[Document | Unreadable, ...]:
        return tuple(one for archive in self.readable_archives for one in archive.documents)

    @property
    def document_count(self) -> int:
        """How many CDA documents there should be, read or not."""
        return sum(one.count for one in self.readable_archives)

    @property
    def all_documents_read(self) -> bool:
        """Tell whether there are documents, and all could be read."""
        return self.all_archives_read and len(self.documents) == self.document_count > 0

    @property
    def pdfs(self) -> tuple[Attachment, ...]:
        """The attached files that are PDF, or are called so."""
        return tuple(one for one in self.attachments if one.meant_as_pdf)

    @property
    def archive_is_sound(self) -> bool:
        """Tell whether every archive and every document of it could be read, and nothing is wrong in them."""
        unread = len(self.readable_archives) < len(self.archives) or bool(self.unread_documents)
        return not (unread or self.several_patients or any(one.problems for one in self.readable_archives))

    @property
    def several_patients(self) -> tuple[Person, ...]:
        """Two patients of the documents, when these are not of one patient."""
        told = [one.told for one in self.documents]
        other = next((one for one in told[1:] if _another(told[0], one)), None)
        return (told[0], other) if other is not None else ()

    @property
    def people(self) -> tuple[Person, ...]:
        """The patient as documents, and metadata, say it."""
        return tuple(dict.fromkeys(person for one in self.documents for person in (one.told, one.said)))

    @property
    def patients(self) -> frozenset[str]:
        """The matricules of the documents."""
        return frozenset(document.matricule for document in self.documents if document.matricule)

    @property
    def matricules(self) -> tuple[str, ...]:
        """The matricules that the archives carry, in metadata and documents."""
        of_metadata = {one.patient_id for one in self.readable_archives if one.patient_root in ROOTS_OF_INS}
        return tuple(sorted(of_metadata | self.patients))

    @property
    def complete(self) -> bool:
        """Tell whether one sound archive of one patient travels with each of its documents as a PDF/A-1."""
        as_many = self.document_count == len(self.pdfs) > 0
        return len(self.archives) == 1 and self.archive_is_sound and as_many and all(p.is_pdf_a1 for p in self.pdfs)

    @property
    def attachment_names(self) -> str:
        """The names of the attachments, for people."""
        return ", ".join(one.name or one.content_type for one in self.attachments) or f"aucune pièce {XDM_NAME}"


def _another(one: Person, other: Person) -> bool:
    if one.matricule and other.matricule:
        return one.matricule != other.matricule
    return unlike_traits(one, other)
