"""Reads any CDA R2 document of the CI-SIS: its header in full, its body as far as it is known.

Source: specs/cda.md §4–6, specs/eprescription.md §3.4 (three versions of the prescription); confidence high. The
reader is lenient: what is absent is empty, what is unknown is kept and named; it judges nothing. It shares constants
with the writers, and no code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from lxml import etree

from lgo_sandbox.documents import oids
from lgo_sandbox.documents.cda_reader_body import Attachment, Section, read_attachments, read_level_1, read_sections
from lgo_sandbox.documents.cda_reader_drugs import read_drug_lines
from lgo_sandbox.documents.cda_reader_parts import (
    child,
    children,
    moment_of,
    read_author,
    read_code,
    read_identifier,
    read_organization,
    read_patient,
    read_recipient,
    text_of,
)
from lgo_sandbox.documents.errors import IncompleteHeader, NotClinicalDocument, UnreadableXml
from lgo_sandbox.documents.values import (
    Author,
    Code,
    DrugLine,
    Identifier,
    Organization,
    PatientIdentity,
    Recipient,
)
from lgo_sandbox.identifiers import OID_EPU
from lgo_sandbox.wire.xml import MalformedXml, parse

__all__ = ["ReadDocument", "ServiceEvent", "read_document"]

_PDF = "application/pdf"
T = TypeVar("T")


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
    def epu_number(self) -> str:
        """The number of an e-prescription: of an act since 2023.01, of the document before."""
        ids = [self.id, *(one for event in self.service_events for one in event.ids)]
        return next((one.extension for one in ids if one.root == OID_EPU), "")


def read_document(data: bytes) -> ReadDocument:
    """Read a CDA R2 document of any type and level.

    Raises DocumentError: UnreadableXml, NotClinicalDocument, IncompleteHeader (id, code, title or patient absent) or
    CorruptAttachment.
    """
    root = _root(data)
    body, media_type = read_level_1(root)
    events = tuple(_service_event(event) for event in children(root, "documentationOf/serviceEvent"))
    encounter = child(root, "componentOf/encompassingEncounter")
    return ReadDocument(
        id=_required(read_identifier(child(root, "id")), "id"),
        set_id=read_identifier(child(root, "setId")),
        version=_value(root, "versionNumber"),
        code=_required(read_code(child(root, "code")), "code"),
        title=_required(text_of(child(root, "title")), "title"),
        effective_time=_value(root, "effectiveTime"),
        confidentiality=_value(root, "confidentialityCode", "code"),
        language=_value(root, "languageCode", "code"),
        templates=_identifiers(root, "templateId"),
        patient=_required(read_patient(root), "recordTarget"),
        authors=tuple(read_author(one) for one in children(root, "author/assignedAuthor")),
        legal_authenticator=_author(child(root, "legalAuthenticator/assignedEntity")),
        custodian=read_organization(child(root, "custodian/assignedCustodian/representedCustodianOrganization")),
        recipients=tuple(read_recipient(one) for one in children(root, "informationRecipient/intendedRecipient")),
        replaces=read_identifier(child(root, "relatedDocument[@typeCode='RPLC']/parentDocument/id")),
        orders=_identifiers(root, "inFulfillmentOf/order/id"),
        service_events=events,
        facility_type=read_code(child(encounter, "location/healthCareFacility/code")),
        practice_setting=read_code(child(root, "documentationOf/serviceEvent//standardIndustryClassCode")),
        body=body,
        body_media_type=media_type,
        sections=read_sections(root),
        attachments=read_attachments(root),
        drug_lines=read_drug_lines(root),
    )


def _root(data: bytes) -> etree._Element:
    try:
        root = parse(data)
    except MalformedXml as error:
        raise UnreadableXml(error.reason) from error
    if root.tag != f"{{{oids.NS_HL7}}}ClinicalDocument":
        raise NotClinicalDocument(f"la racine est {root.tag!r}, pas le ClinicalDocument de CDA R2")
    return root


def _required(value: T | None, name: str) -> T:
    if not value:
        raise IncompleteHeader(f"élément {name} absent de l'en-tête")
    return value


def _value(root: etree._Element, path: str, attribute: str = "value") -> str:
    element = child(root, path)
    return "" if element is None else element.get(attribute, "")


def _identifiers(root: etree._Element, path: str) -> tuple[Identifier, ...]:
    found = (read_identifier(element) for element in children(root, path))
    return tuple(one for one in found if one)


def _author(entity: etree._Element | None) -> Author | None:
    return None if entity is None else read_author(entity)


def _service_event(event: etree._Element) -> ServiceEvent:
    return ServiceEvent(
        ids=_identifiers(event, "id"),
        code=read_code(child(event, "code")),
        start=_value(event, "effectiveTime/low") or _value(event, "effectiveTime"),
        stop=_value(event, "effectiveTime/high"),
        performer=_author(child(event, "performer/assignedEntity")),
    )
