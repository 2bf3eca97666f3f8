"""Writes the header that every CDA of the CI-SIS carries (« structuration minimale »).

Source: specs/cda.md §4 and the minimal document ``specs/cda-n1-minimal.xml``; confidence high. Knows no body and no
document type: the model's template ids are parameters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from lxml import etree

from health_documents import oids
from health_documents.cda.write.elements import add, add_address, add_code, add_id, add_phone, add_templates, add_time
from health_documents.cda.write.people import (
    add_assigned_entity,
    add_author,
    add_guardian,
    add_informant,
    add_organization,
    add_participant,
    add_recipient,
)
from health_documents.codes.systems import CONFIDENTIALITY, FACILITY_TYPES, PRACTICE_SETTINGS, SEXES
from health_documents.codes.value_sets import ENCOUNTERS
from health_documents.errors import InvalidContent
from health_documents.values.document import Act, Author, Consent, DocumentHeader, Identifier, PatientIdentity

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
    _signatories(document, header)
    for participant in header.participants:
        add_participant(document, participant)
    for order in header.orders:
        add_id(add(add(document, "inFulfillmentOf"), "order"), order.root, order.extension)
    _service_event(document, header, unknown_stop)
    for act in header.acts:
        _further_act(document, act)
    if header.replaces:
        _related_document(document, header.replaces)
    for consent in header.consents:
        _consent(document, consent)
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
    add_code(document, CONFIDENTIALITY[header.confidentiality], name="confidentialityCode")
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
    if patient.guardian:
        add_guardian(person, patient.guardian)
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


def _signatories(document: etree._Element, header: DocumentHeader) -> None:
    at = header.effective_time
    for author in header.authors:
        add_author(document, author, at)
    if header.data_enterer:
        add_assigned_entity(add(document, "dataEnterer"), header.data_enterer)
    for informant in header.informants:
        add_informant(document, informant)
    assigned = add(add(document, "custodian"), "assignedCustodian")
    add_organization(add(assigned, "representedCustodianOrganization"), header.custodian)
    for recipient in header.recipients:
        add_recipient(document, recipient)
    _signature(document, "legalAuthenticator", header.legal_authenticator, at)
    for authenticator in header.authenticators:
        _signature(document, "authenticator", authenticator, at)


def _signature(document: etree._Element, name: str, signatory: Author, at: datetime) -> None:
    element = add(document, name)
    add_time(element, "time", at)
    add(element, "signatureCode", code="S")
    add_assigned_entity(element, signatory)


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
    entity = add_assigned_entity(add(event, "performer", typeCode="PRF"), performer)
    setting = PRACTICE_SETTINGS[header.practice_setting]
    add_code(entity[-1], setting, name="standardIndustryClassCode")


def _further_act(document: etree._Element, act: Act) -> None:
    event = add(add(document, "documentationOf"), "serviceEvent")
    if act.id:
        add_id(event, act.id.root, act.id.extension)
    add_code(event, act.code)


def _related_document(document: etree._Element, replaced: str) -> None:
    related = add(document, "relatedDocument", typeCode="RPLC")
    add_id(add(related, "parentDocument"), replaced)


def _consent(document: etree._Element, consent: Consent) -> None:
    element = add(add(document, "authorization", typeCode="AUTH"), "consent", classCode="CONS", moodCode="EVN")
    if consent.id:
        add_id(element, consent.id.root, consent.id.extension)
    if consent.code:
        add_code(element, consent.code)
    add(element, "statusCode", code="completed")


def _encounter(document: etree._Element, header: DocumentHeader) -> None:
    encounter = add(add(document, "componentOf"), "encompassingEncounter")
    if header.encounter_id:
        add_id(encounter, header.encounter_id.root, header.encounter_id.extension)
    if header.encounter:
        add_code(encounter, ENCOUNTERS[header.encounter])
    add_time(add(encounter, "effectiveTime"), "low", header.event_start)
    if header.responsible:
        add_assigned_entity(add(encounter, "responsibleParty"), header.responsible)
    facility = add(add(encounter, "location"), "healthCareFacility")
    add_code(facility, FACILITY_TYPES[header.facility_type])
