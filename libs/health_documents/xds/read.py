"""Reads XDS metadata from ebRIM 3.0: submission set, document entries, associations.

Source: specs/dmp.md §3.1–3.3; confidence high. Lenient: what is absent is empty, unknown slots are left out; it judges
nothing. Shares constants with the writer, and no code.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from health_documents import oids
from health_documents.values.document import Code
from health_documents.values.xds import Association, DocumentEntry, SubmissionSet, XdsAuthor

__all__ = ["Submission", "read_submission"]

_NAMESPACES = {"rim": oids.NS_RIM}
_NO_CODE = Code("", "", "")


@dataclass(frozen=True, slots=True)
class Submission:
    """What a SubmitObjectsRequest holds. ``submission_set`` is None when there is no RegistryPackage."""

    submission_set: SubmissionSet | None
    entries: tuple[DocumentEntry, ...]
    associations: tuple[Association, ...]


def read_submission(root: etree._Element) -> Submission:
    """Read the objects of a SubmitObjectsRequest, or of any element that contains a RegistryObjectList."""
    packages = [_submission_set(element) for element in root.iter(f"{{{oids.NS_RIM}}}RegistryPackage")]
    return Submission(
        submission_set=packages[0] if packages else None,
        entries=tuple(_entry(element) for element in root.iter(f"{{{oids.NS_RIM}}}ExtrinsicObject")),
        associations=tuple(_association(element) for element in root.iter(f"{{{oids.NS_RIM}}}Association")),
    )


def _entry(element: etree._Element) -> DocumentEntry:
    size = _slot(element, "size")
    return DocumentEntry(
        id=element.get("id", ""),
        unique_id=_external(element, oids.U_DOC_UNIQUE_ID),
        patient_id=_external(element, oids.U_DOC_PATIENT_ID),
        source_patient_id=_slot(element, "sourcePatientId"),
        title=_text(element, "Name"),
        mime_type=element.get("mimeType", ""),
        creation_time=_slot(element, "creationTime"),
        service_start=_slot(element, "serviceStartTime"),
        service_stop=_slot(element, "serviceStopTime"),
        authors=_authors(element, oids.U_DOC_AUTHOR),
        legal_authenticator=_slot(element, "legalAuthenticator"),
        class_code=_code(element, oids.U_DOC_CLASS),
        type_code=_code(element, oids.U_DOC_TYPE),
        format_code=_code(element, oids.U_DOC_FORMAT),
        facility_type=_code(element, oids.U_DOC_FACILITY),
        practice_setting=_code(element, oids.U_DOC_PRACTICE),
        confidentiality=_codes(element, oids.U_DOC_CONFIDENTIALITY),
        event_codes=_codes(element, oids.U_DOC_EVENT),
        source_patient_info=_slots(element, "sourcePatientInfo"),
        comments=_text(element, "Description"),
        language=_slot(element, "languageCode"),
        hash=_slot(element, "hash"),
        size=int(size) if size.isascii() and size.isdigit() and len(size) < 16 else None,
        uri=_slot(element, "URI"),
        repository=_slot(element, "repositoryUniqueId"),
        logical_id=element.get("lid", ""),
        status=element.get("status", ""),
    )


def _submission_set(element: etree._Element) -> SubmissionSet:
    return SubmissionSet(
        unique_id=_external(element, oids.U_SET_UNIQUE_ID),
        source_id=_external(element, oids.U_SET_SOURCE_ID),
        patient_id=_external(element, oids.U_SET_PATIENT_ID),
        submission_time=_slot(element, "submissionTime"),
        content_type=_code(element, oids.U_SET_CONTENT_TYPE),
        authors=_authors(element, oids.U_SET_AUTHOR),
        title=_text(element, "Name"),
        comments=_text(element, "Description"),
        id=element.get("id", ""),
    )


def _association(element: etree._Element) -> Association:
    return Association(
        id=element.get("id", ""),
        source=element.get("sourceObject", ""),
        target=element.get("targetObject", ""),
        kind=element.get("associationType", ""),
        status=_slot(element, "SubmissionSetStatus"),
    )


def _slots(element: etree._Element, name: str) -> tuple[str, ...]:
    for slot in element.findall("rim:Slot", _NAMESPACES):
        if slot.get("name") == name:
            return tuple(value.text or "" for value in slot.findall("rim:ValueList/rim:Value", _NAMESPACES))
    return ()


def _slot(element: etree._Element, name: str) -> str:
    return next(iter(_slots(element, name)), "")


def _text(element: etree._Element, name: str) -> str:
    found = element.find(f"rim:{name}/rim:LocalizedString", _NAMESPACES)
    return "" if found is None else found.get("value", "")


def _classified(element: etree._Element, scheme: str) -> list[etree._Element]:
    found = element.findall("rim:Classification", _NAMESPACES)
    return [one for one in found if one.get("classificationScheme") == scheme]


def _codes(element: etree._Element, scheme: str) -> tuple[Code, ...]:
    return tuple(
        Code(one.get("nodeRepresentation", ""), _text(one, "Name"), _slot(one, "codingScheme"))
        for one in _classified(element, scheme)
    )


def _code(element: etree._Element, scheme: str) -> Code:
    return next(iter(_codes(element, scheme)), _NO_CODE)


def _authors(element: etree._Element, scheme: str) -> tuple[XdsAuthor, ...]:
    return tuple(
        XdsAuthor(
            person=_slot(one, "authorPerson"),
            institutions=_slots(one, "authorInstitution"),
            roles=_slots(one, "authorRole"),
            specialties=_slots(one, "authorSpecialty"),
        )
        for one in _classified(element, scheme)
    )


def _external(element: etree._Element, scheme: str) -> str:
    for one in element.findall("rim:ExternalIdentifier", _NAMESPACES):
        if one.get("identificationScheme") == scheme:
            return one.get("value", "")
    return ""
