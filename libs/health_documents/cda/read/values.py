"""The typed value of a document as read.

Source: specs/cda.md §4–6; confidence high. Knows no format.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from health_documents.cda.read.body import Attachment, Section
from health_documents.cda.read.entries import Entries
from health_documents.cda.read.parts import moment_of
from health_documents.codes.models import DocumentModel, model_of
from health_documents.identifiers import OID_EPU
from health_documents.values.document import (
    Author,
    Code,
    Consent,
    DrugLine,
    Identifier,
    Organization,
    Participant,
    PatientIdentity,
    Recipient,
    RelatedPerson,
)

__all__ = ["ReadDocument", "ServiceEvent"]

_PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """An act that the document tells of; ``start`` and ``stop`` are HL7 times as received."""

    ids: tuple[Identifier, ...]
    code: Code | None
    start: str
    stop: str
    performer: Author | None


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document as read. HL7 times are kept as received; ``moment`` is the effective time when it is complete.

    ``body`` and ``body_media_type`` are the file of a level 1 document; ``attachments`` the files embedded in a level 3
    document, with the sections that hold them. ``replaces`` is the id of the version that this one replaces.
    ``unknown_header`` names the header elements that are not read, ``entries`` are all that sections say in codes.
    """

    id: Identifier
    set_id: Identifier | None
    version: str
    code: Code
    title: str
    effective_time: str
    confidentiality: str
    language: str
    templates: tuple[Identifier, ...]
    patient: PatientIdentity
    authors: tuple[Author, ...]
    legal_authenticator: Author | None
    custodian: Organization | None
    recipients: tuple[Recipient, ...]
    replaces: Identifier | None
    orders: tuple[Identifier, ...]
    service_events: tuple[ServiceEvent, ...]
    facility_type: Code | None
    practice_setting: Code | None
    body: bytes | None
    body_media_type: str
    sections: tuple[Section, ...]
    attachments: tuple[Attachment, ...]
    drug_lines: tuple[DrugLine, ...]
    data_enterer: Author | None
    informants: tuple[RelatedPerson, ...]
    authenticators: tuple[Author, ...]
    participants: tuple[Participant, ...]
    consents: tuple[Consent, ...]
    encounter: Code | None
    encounter_id: Identifier | None
    responsible: Author | None
    unknown_header: tuple[str, ...]
    entries: Entries

    @property
    def level(self) -> int:
        """1 for a file in an envelope, 3 for a structured body."""
        return 3 if self.body is None else 1

    @property
    def moment(self) -> datetime | None:
        """The effective time, None when it is not a date and time with a zone."""
        return moment_of(self.effective_time)

    @property
    def body_pdf(self) -> bytes | None:
        """The PDF of a level 1 document."""
        return self.body if self.body_media_type == _PDF else None

    @property
    def attached_pdf(self) -> bytes | None:
        """The PDF copy that a level 3 document carries in its section « Copie du document »."""
        return next((one.content for one in self.attachments if one.is_copy and one.media_type == _PDF), None)

    @property
    def pdf(self) -> bytes | None:
        """What people read: the body of level 1 or the copy of level 3."""
        return self.body_pdf or self.attached_pdf

    @property
    def model(self) -> DocumentModel | None:
        """The type of the document, None when the library does not know it."""
        return model_of(self.templates, self.code.code)

    @property
    def epu_number(self) -> str:
        """The number of an e-prescription: of an act since 2023.01, of the document before."""
        ids = [self.id, *(one for event in self.service_events for one in event.ids)]
        return next((one.extension for one in ids if one.root == OID_EPU), "")
