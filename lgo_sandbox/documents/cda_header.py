"""Writes the header that every CDA of the CI-SIS carries (« structuration minimale »).

Source: specs/cda.md §4 and the minimal document ``specs/cda-n1-minimal.xml``; confidence high. Knows no body and no
document type: the model's template ids are parameters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from lgo_sandbox.documents import oids
from lgo_sandbox.documents.cda_elements import (
    add,
    add_address,
    add_code,
    add_id,
    add_person_name,
    add_phone,
    add_templates,
    add_time,
)
from lgo_sandbox.documents.code_systems import CONFIDENTIALITY, FACILITY_TYPES, PRACTICE_SETTINGS, SEXES
from lgo_sandbox.documents.errors import InvalidContent
from lgo_sandbox.documents.values import (
    Author,
    Code,
    DocumentHeader,
    Identifier,
    Organization,
    PatientIdentity,
    Recipient,
)

__all__ = ["UNKNOWN_PLACE", "new_document"]

UNKNOWN_PLACE = "99999"
"""The COG of an unknown birthplace: an INS identity may not be written without one (specs/cda.md §4)."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def new_document(
    header: DocumentHeader, templates: Sequence[Identifier], *, unknown_stop: bool = False
) -> etree._Element:
    """Return a ClinicalDocument whose header is complete and whose body is still to be appended.

    ``templates`` come after the two that every document has; ``unknown_stop`` writes that the end of the event is not
    known, instead of nothing. Raises InvalidContent for values that the header cannot hold.
    """
    namespaces = {None: oids.NS_HL7, "xsi": oids.NS_XSI, "pharm": oids.NS_PHARM}
    document = etree.Element(f"{{{oids.NS_HL7}}}ClinicalDocument", nsmap=namespaces)
    _identification(document, header, templates)
    _record_target(document, header.patient)
    for author in header.authors:
        _author(document, author, header)
    _custodian(document, header.custodian)
    for recipient in header.recipients:
        _recipient(document, recipient)
    _legal_authenticator(document, header)
    _service_event(document, header, unknown_stop)
    if header.replaces:
        _related_document(document, header.replaces)
    _encounter(document, header)
    return document


def _identification(document: etree._Element, header: DocumentHeader, templates: Sequence[Identifier]) -> None:
    if not (header.authors and header.title and header.version > 0):
        raise InvalidContent("un document a au moins un auteur, un titre et un numéro de version positif")
    add(document, "realmCode", code="FR")
    add(document, "typeId", root=oids.TYPE_ID_ROOT, extension=oids.TYPE_ID_EXTENSION)
    add_templates(document, (oids.T_HL7_FRANCE, oids.T_CI_SIS))
    for template in templates:
        add(document, "templateId", root=template.root, extension=template.extension)
    add_id(document, header.id)
    add_code(document, header.code)
    add(document, "title", header.title)
    add_time(document, "effectiveTime", header.effective_time)
    add_code(document, CONFIDENTIALITY["N"], name="confidentialityCode")
    add(document, "languageCode", code=header.language)
    add_id(document, header.set_id, name="setId")
    add(document, "versionNumber", value=str(header.version))


def _record_target(document: etree._Element, patient: PatientIdentity) -> None:
    role = add(add(document, "recordTarget"), "patientRole")
    if not (patient.is_qualified or (patient.local_id and patient.local_oid)):
        raise InvalidContent("le patient n'a ni matricule INS avec son OID, ni identifiant local avec le sien")
    if patient.is_qualified:
        add_id(role, patient.oid, patient.matricule)
    if patient.local_id and patient.local_oid:
        add_id(role, patient.local_oid, patient.local_id)
    add_address(role, patient)
    add_phone(role, patient.phone, use="H")
    _patient(role, patient)


def _patient(role: etree._Element, patient: PatientIdentity) -> None:
    if not (patient.birth_name and patient.first_names and _DATE.fullmatch(patient.birth_date)):
        raise InvalidContent("nom de naissance, prénoms et date de naissance (AAAA-MM-JJ) sont obligatoires")
    person = add(role, "patient")
    _patient_name(person, patient)
    add_code(person, SEXES[patient.sex if patient.sex in SEXES else "UN"], name="administrativeGenderCode")
    add(person, "birthTime", value=patient.birth_date.replace("-", ""))
    place = add(add(add(person, "birthplace"), "place"), "addr")
    add(place, "county", patient.birth_place or UNKNOWN_PLACE)


def _patient_name(person: etree._Element, patient: PatientIdentity) -> None:
    name = add(person, "name")
    add(name, "family", patient.birth_name, qualifier="BR")
    add(name, "given", " ".join(patient.first_names))
    add(name, "given", patient.first_name, qualifier="BR")
    if patient.used_name:
        add(name, "family", patient.used_name, qualifier="CL")
    if patient.used_first_name:
        add(name, "given", patient.used_first_name, qualifier="CL")


def _author(document: etree._Element, author: Author, header: DocumentHeader) -> None:
    element = add(document, "author")
    add_time(element, "time", header.effective_time)
    assigned = add(element, "assignedAuthor")
    _professional(assigned, author)
    if author.device:
        device = add(assigned, "assignedAuthoringDevice")
        add(device, "manufacturerModelName", author.device)
        add(device, "softwareName", author.device)
    else:
        add_person_name(add(assigned, "assignedPerson"), author)
    if author.structure:
        _organization(add(assigned, "representedOrganization"), author.structure)


def _professional(parent: etree._Element, author: Author) -> None:
    add_id(parent, author.root, author.national_id)
    if author.specialty_code:
        add_code(parent, Code(author.specialty_code, author.specialty_label, author.specialty_system))
    if author.structure:
        add_address(parent, author.structure)
        add_phone(parent, author.structure.phone, use="WP")


def _organization(element: etree._Element, structure: Organization) -> None:
    add_id(element, structure.root, structure.id_nat)
    add(element, "name", structure.name)
    add_phone(element, structure.phone, use="WP")
    add_address(element, structure)


def _custodian(document: etree._Element, structure: Organization) -> None:
    assigned = add(add(document, "custodian"), "assignedCustodian")
    _organization(add(assigned, "representedCustodianOrganization"), structure)


def _recipient(document: etree._Element, recipient: Recipient) -> None:
    intended = add(add(document, "informationRecipient"), "intendedRecipient")
    if recipient.national_id:
        add_id(intended, recipient.root, recipient.national_id)
    if recipient.mailbox:
        add(intended, "telecom", value=f"mailto:{recipient.mailbox}")
    if recipient.family_name:
        add_person_name(add(intended, "informationRecipient"), recipient)
    if recipient.structure:
        _organization(add(intended, "receivedOrganization"), recipient.structure)


def _legal_authenticator(document: etree._Element, header: DocumentHeader) -> None:
    element = add(document, "legalAuthenticator")
    add_time(element, "time", header.effective_time)
    add(element, "signatureCode", code="S")
    _assigned_entity(element, header.legal_authenticator)


def _assigned_entity(parent: etree._Element, author: Author) -> etree._Element:
    entity = add(parent, "assignedEntity")
    _professional(entity, author)
    add_person_name(add(entity, "assignedPerson"), author)
    if author.structure:
        _organization(add(entity, "representedOrganization"), author.structure)
    return entity


def _service_event(document: etree._Element, header: DocumentHeader, unknown_stop: bool) -> None:
    event = add(add(document, "documentationOf"), "serviceEvent")
    if header.event_id:
        add_id(event, header.event_id.root, header.event_id.extension)
    if header.event_code:
        add_code(event, header.event_code)
    period = add(event, "effectiveTime")
    add_time(period, "low", header.event_start)
    if header.event_stop or unknown_stop:
        add_time(period, "high", header.event_stop)
    _performer(event, header)


def _performer(event: etree._Element, header: DocumentHeader) -> None:
    performer = header.performer or header.authors[0]
    if performer.structure is None:
        raise InvalidContent("l'exécutant de l'acte doit avoir une structure")
    entity = _assigned_entity(add(event, "performer", typeCode="PRF"), performer)
    setting = PRACTICE_SETTINGS[header.practice_setting]
    add_code(entity[-1], setting, name="standardIndustryClassCode")


def _related_document(document: etree._Element, replaced: str) -> None:
    related = add(document, "relatedDocument", typeCode="RPLC")
    add_id(add(related, "parentDocument"), replaced)


def _encounter(document: etree._Element, header: DocumentHeader) -> None:
    encounter = add(add(document, "componentOf"), "encompassingEncounter")
    add_time(add(encounter, "effectiveTime"), "low", header.event_start)
    facility = add(add(encounter, "location"), "healthCareFacility")
    add_code(facility, FACILITY_TYPES[header.facility_type])
