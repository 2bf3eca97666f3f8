"""Reads any CDA R2 document of the CI-SIS: its header in full, its body as far as it is known.

Source: specs/cda.md §4–6, specs/eprescription.md §3.4 (three versions of the prescription); confidence high. The
reader is lenient: what is absent is empty, what is unknown is kept and named; it judges nothing. It shares constants
with the writers, and no code.
"""

from __future__ import annotations

from typing import TypeVar

from lxml import etree

from health_documents import oids
from health_documents.cda.read.body import read_attachments, read_level_1, read_sections
from health_documents.cda.read.drugs import read_drug_lines
from health_documents.cda.read.entries import read_entries
from health_documents.cda.read.parts import (
    child,
    children,
    read_author,
    read_code,
    read_identifier,
    read_informant,
    read_organization,
    read_participant,
    read_patient,
    read_recipient,
    text_of,
)
from health_documents.cda.read.values import ReadDocument, ServiceEvent
from health_documents.errors import IncompleteHeader, NotClinicalDocument, UnreadableXml
from health_documents.quoting import quoted
from health_documents.values.document import Author, Consent, Identifier
from health_documents.xml import MalformedXml, parse

__all__ = ["ReadDocument", "ServiceEvent", "read_document", "read_root"]

_HEADER = frozenset(
    (
        *("realmCode", "typeId", "templateId", "id", "code", "title", "effectiveTime", "confidentialityCode"),
        *("languageCode", "setId", "versionNumber", "recordTarget", "author", "dataEnterer", "informant", "custodian"),
        *("informationRecipient", "legalAuthenticator", "authenticator", "participant", "inFulfillmentOf"),
        *("documentationOf", "relatedDocument", "authorization", "componentOf", "component"),
    )
)
T = TypeVar("T")


def read_document(data: bytes) -> ReadDocument:
    """Read a CDA R2 document of any type and level.

    Raises DocumentError: UnreadableXml, NotClinicalDocument, IncompleteHeader (id, code, title or patient absent) or
    CorruptAttachment.
    """
    return read_root(_root(data))


def read_root(root: etree._Element) -> ReadDocument:
    """Read a ClinicalDocument that is parsed already. Raises as ``read_document``, but UnreadableXml."""
    body, media_type = read_level_1(root)
    entries = read_entries(root)
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
        sections=read_sections(root, frozenset(one.section for one in entries.unknown)),
        attachments=read_attachments(root),
        drug_lines=read_drug_lines(root),
        data_enterer=_author(child(root, "dataEnterer/assignedEntity")),
        informants=tuple(read_informant(one) for one in children(root, "informant/relatedEntity")),
        authenticators=tuple(read_author(one) for one in children(root, "authenticator/assignedEntity")),
        participants=tuple(read_participant(one) for one in children(root, "participant")),
        consents=tuple(_consent(one) for one in children(root, "authorization/consent")),
        encounter=read_code(child(encounter, "code")),
        encounter_id=read_identifier(child(encounter, "id")),
        responsible=_author(child(encounter, "responsibleParty/assignedEntity")),
        unknown_header=_unknown_header(root),
        entries=entries,
    )


def _root(data: bytes) -> etree._Element:
    try:
        root = parse(data)
    except MalformedXml as error:
        raise UnreadableXml(error.reason) from error
    if root.tag != f"{{{oids.NS_HL7}}}ClinicalDocument":
        raise NotClinicalDocument(f"la racine est {quoted(root.tag)}, pas le ClinicalDocument de CDA R2")
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


def _consent(consent: etree._Element) -> Consent:
    return Consent(read_code(child(consent, "code")), read_identifier(child(consent, "id")))


def _unknown_header(root: etree._Element) -> tuple[str, ...]:
    names = (etree.QName(one) for one in root.iterchildren(tag=etree.Element))
    unknown = (one for one in names if one.namespace != oids.NS_HL7 or one.localname not in _HEADER)
    return tuple(dict.fromkeys(one.localname for one in unknown))
