"""What is in a mail, as values: head, texts, attachments, XDM archives and their documents.

Source: docs/sources/mssante.md (Tout courriel, Courriel qui porte des documents). Values only: who reads them from
octets is ``wire.mail``, who judges them ``checks``.
"""

from __future__ import annotations

from dataclasses import dataclass

from health_documents.identifiers import ROOTS_OF_INS
from mss_mock.codes import XDM_NAME

__all__ = [
    "Archive",
    "Attachment",
    "Document",
    "MailContent",
    "MailDefect",
    "MailHead",
    "TextBody",
    "Unreadable",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A mail, an archive or a document that cannot be read; ``reason`` is French."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHead:
    """The head of a mail, decoded. Headers are None when absent; addresses are in lower case."""

    subject: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBody:
    """A part that a reader is shown as the text of the mail; ``charset`` is empty when none is said."""

    content_type: str
    charset: str
    automatic: bool
    """Whether the text says that nobody wrote it."""


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

    @property
    def looks_like_xdm(self) -> bool:
        """Tell whether this is meant as an XDM archive, whatever its name."""
        name = self.name.lower()
        return name.endswith(".zip") and "xdm" in name


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A CDA document of an archive. ``printed_ins``: None when it was not looked at, else what is wrong with it."""

    title: str
    code: str
    qualified: bool
    matricule: str
    birth_name: str
    birth_date: str
    printed_ins: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An XDM archive: the patient of its metadata, what is wrong in it, its CDA documents."""

    patient_id: str
    patient_root: str
    problems: tuple[str, ...]
    documents: tuple[Document | Unreadable, ...]


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
    eight_bit: bool
    bare_newlines: bool
    defects: tuple[MailDefect, ...]
    attachments: tuple[Attachment, ...]
    archives: tuple[Archive | Unreadable, ...]

    @property
    def has_archive(self) -> bool:
        """Tell whether a part is named as the archive of the standard."""
        return bool(self.archives)

    @property
    def meant_as_archive(self) -> bool:
        """Tell whether a part is an archive, or was meant as one."""
        return bool(self.archives) or any(one.looks_like_xdm for one in self.attachments)

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
    def _documents(self) -> tuple[Document | Unreadable, ...]:
        return tuple(one for archive in self.readable_archives for one in archive.documents)

    @property
    def document_count(self) -> int:
        """How many CDA documents there are, read or not."""
        return len(self._documents)

    @property
    def pdfs(self) -> tuple[Attachment, ...]:
        """The attached PDF files."""
        return tuple(one for one in self.attachments if one.is_pdf)

    @property
    def archive_problems(self) -> tuple[str, ...]:
        """What is wrong with the archives, in French."""
        unread = [one.reason for one in (*self.archives, *self._documents) if isinstance(one, Unreadable)]
        found = [problem for archive in self.readable_archives for problem in archive.problems]
        several = ["plusieurs patients dans les documents"] if len(self.patients) > 1 else []
        return (*unread, *found, *several)

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
        return len(self.archives) == 1 and not self.archive_problems and as_many and all(p.is_pdf_a1 for p in self.pdfs)

    @property
    def attachment_names(self) -> str:
        """The names of the attachments, for people."""
        return ", ".join(one.name or one.content_type for one in self.attachments) or f"aucune pièce {XDM_NAME}"
