"""Writes XDS metadata as ebRIM 3.0: the request of an XDM archive and of ITI-41.

Source: specs/dmp.md §3.1–3.3 and §3.6 (envelope, slots, classifications, external identifiers), IHE ITI TF-3 §4.2;
confidence high. Knows no document format but the helper ``entry_from_cda``, which reads header values, and no network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from lxml import etree

from health_documents import oids
from health_documents.codes.systems import CONFIDENTIALITY, FACILITY_TYPES, PRACTICE_SETTINGS, class_of
from health_documents.errors import InvalidContent, refuse_bad_text
from health_documents.values.document import Code, DocumentHeader
from health_documents.values.xds import Association, DocumentEntry, SubmissionSet, XdsAuthor
from health_documents.xds.formats import cx_ins, cx_local, dtm, patient_info, xcn, xds_author

__all__ = [
    "Association",
    "DocumentEntry",
    "SubmissionSet",
    "XdsAuthor",
    "association_element",
    "document_entry_element",
    "entry_from_cda",
    "submission_set_element",
    "submit_objects_request",
]

_CDA_MEDIA_TYPE = "text/xml"
_NAMESPACES = {"lcm": oids.NS_LCM, "rim": oids.NS_RIM}


def entry_from_cda(
    header: DocumentHeader,
    data: bytes,
    format_code: Code,
    *,
    entry_id: str = "Document01",
    confidentiality: Sequence[str] = (),
    uri: str = "",
) -> DocumentEntry:
    """Derive the metadata of a CDA from its header values and its bytes (SHA-1, size).

    ``confidentiality`` names visibility codes (``MASQUE_PS``…), added to ``N``. Raises InvalidContent for a type
    without a class, a patient without matricule, or an id that is a UUID (XDS wants OIDs).
    """
    if "-" in header.id:
        raise InvalidContent(f"uniqueId demande un OID, pas l'UUID {header.id}")
    return DocumentEntry(
        id=entry_id,
        unique_id=header.id,
        patient_id=cx_ins(header.patient),
        source_patient_id=cx_local(header.patient),
        title=header.title,
        mime_type=_CDA_MEDIA_TYPE,
        creation_time=dtm(header.effective_time),
        service_start=dtm(header.event_start),
        service_stop=dtm(header.event_stop) if header.event_stop else "",
        authors=tuple(xds_author(author) for author in header.authors),
        legal_authenticator=xcn(header.legal_authenticator),
        class_code=class_of(header.code.code),
        type_code=header.code,
        format_code=format_code,
        facility_type=FACILITY_TYPES[header.facility_type],
        practice_setting=PRACTICE_SETTINGS[header.practice_setting],
        confidentiality=tuple(CONFIDENTIALITY[code] for code in ("N", *confidentiality)),
        event_codes=(header.event_code,) if header.event_code else (),
        source_patient_info=patient_info(header.patient),
        language=header.language,
        hash=hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        size=len(data),
        uri=uri,
    )


def submit_objects_request(
    submission: SubmissionSet, entries: Sequence[DocumentEntry], associations: Iterable[Association] = ()
) -> etree._Element:
    """Return ``lcm:SubmitObjectsRequest``: the set, the entries, a HasMember for each, then the given associations.

    Raises InvalidContent for characters that XML does not admit.
    """
    with refuse_bad_text():
        return _request(submission, entries, associations)


def _request(
    submission: SubmissionSet, entries: Sequence[DocumentEntry], associations: Iterable[Association]
) -> etree._Element:
    request = etree.Element(f"{{{oids.NS_LCM}}}SubmitObjectsRequest", nsmap=_NAMESPACES)
    objects = etree.SubElement(request, f"{{{oids.NS_RIM}}}RegistryObjectList")
    ids = _ids()
    objects.append(submission_set_element(submission, ids))
    objects.append(_set_classification(submission.id, ids))
    for entry in entries:
        objects.append(document_entry_element(entry, ids))
    members = (Association(f"as{rank:02d}", submission.id, entry.id) for rank, entry in enumerate(entries, start=1))
    for association in (*members, *associations):
        objects.append(association_element(association))
    return request


def document_entry_element(entry: DocumentEntry, ids: Iterator[int] | None = None) -> etree._Element:
    """Return the ExtrinsicObject of a document. ``ids`` number its parts: pass one iterator for a whole request."""
    ids = ids or _ids()
    element = _rim("ExtrinsicObject", id=entry.id, lid=entry.logical_id, mimeType=entry.mime_type)
    element.set("objectType", oids.U_STABLE_DOCUMENT)
    if entry.status:
        element.set("status", entry.status)
    _entry_slots(element, entry)
    _texts(element, entry.title, entry.comments)
    for author in entry.authors:
        _author(element, author, oids.U_DOC_AUTHOR, entry.id, ids)
    for scheme, code in _entry_codes(entry):
        _classification(element, code, scheme, entry.id, ids)
    _external(element, oids.U_DOC_PATIENT_ID, entry.patient_id, "XDSDocumentEntry.patientId", entry.id, ids)
    _external(element, oids.U_DOC_UNIQUE_ID, entry.unique_id, "XDSDocumentEntry.uniqueId", entry.id, ids)
    return element


def submission_set_element(submission: SubmissionSet, ids: Iterator[int] | None = None) -> etree._Element:
    """Return the RegistryPackage of a submission set (its classification as such stands beside it)."""
    ids = ids or _ids()
    element = _rim("RegistryPackage", id=submission.id)
    _slot(element, "submissionTime", submission.submission_time)
    _texts(element, submission.title, submission.comments)
    for author in submission.authors:
        _author(element, author, oids.U_SET_AUTHOR, submission.id, ids)
    _classification(element, submission.content_type, oids.U_SET_CONTENT_TYPE, submission.id, ids)
    identifiers = (
        (oids.U_SET_PATIENT_ID, submission.patient_id, "XDSSubmissionSet.patientId"),
        (oids.U_SET_SOURCE_ID, submission.source_id, "XDSSubmissionSet.sourceId"),
        (oids.U_SET_UNIQUE_ID, submission.unique_id, "XDSSubmissionSet.uniqueId"),
    )
    for scheme, value, name in identifiers:
        _external(element, scheme, value, name, submission.id, ids)
    return element


def association_element(association: Association) -> etree._Element:
    """Return an Association, with its SubmissionSetStatus when it has one."""
    element = _rim("Association", id=association.id, associationType=association.kind)
    element.set("sourceObject", association.source)
    element.set("targetObject", association.target)
    element.set("objectType", f"{oids.RIM_OBJECT}Association")
    if association.status:
        _slot(element, "SubmissionSetStatus", association.status)
    return element


def _ids() -> Iterator[int]:
    return count(1)


def _rim(name: str, **attributes: str) -> etree._Element:
    present = {key: value for key, value in attributes.items() if value}
    return etree.Element(f"{{{oids.NS_RIM}}}{name}", present, nsmap={"rim": oids.NS_RIM})


def _slot(parent: etree._Element, name: str, *values: str) -> None:
    present = [value for value in values if value]
    if not present:
        return
    slot = etree.SubElement(parent, f"{{{oids.NS_RIM}}}Slot", name=name)
    container = etree.SubElement(slot, f"{{{oids.NS_RIM}}}ValueList")
    for value in present:
        etree.SubElement(container, f"{{{oids.NS_RIM}}}Value").text = value


def _entry_slots(element: etree._Element, entry: DocumentEntry) -> None:
    _slot(element, "creationTime", entry.creation_time)
    _slot(element, "languageCode", entry.language)
    _slot(element, "legalAuthenticator", entry.legal_authenticator)
    _slot(element, "serviceStartTime", entry.service_start)
    _slot(element, "serviceStopTime", entry.service_stop)
    _slot(element, "sourcePatientId", entry.source_patient_id)
    _slot(element, "sourcePatientInfo", *entry.source_patient_info)
    _slot(element, "hash", entry.hash)
    _slot(element, "size", "" if entry.size is None else str(entry.size))
    _slot(element, "URI", entry.uri)
    _slot(element, "repositoryUniqueId", entry.repository)


def _entry_codes(entry: DocumentEntry) -> list[tuple[str, Code]]:
    return [
        (oids.U_DOC_CLASS, entry.class_code),
        (oids.U_DOC_TYPE, entry.type_code),
        (oids.U_DOC_FORMAT, entry.format_code),
        (oids.U_DOC_FACILITY, entry.facility_type),
        (oids.U_DOC_PRACTICE, entry.practice_setting),
        *((oids.U_DOC_CONFIDENTIALITY, code) for code in entry.confidentiality),
        *((oids.U_DOC_EVENT, code) for code in entry.event_codes),
    ]


def _texts(parent: etree._Element, title: str, comments: str) -> None:
    for name, text in (("Name", title), ("Description", comments)):
        if text:
            _localized(etree.SubElement(parent, f"{{{oids.NS_RIM}}}{name}"), text)


def _localized(parent: etree._Element, text: str) -> None:
    string = etree.SubElement(parent, f"{{{oids.NS_RIM}}}LocalizedString", charset="UTF8", value=text)
    string.set("{http://www.w3.org/XML/1998/namespace}lang", "FR")


def _classification(
    parent: etree._Element, code: Code, scheme: str, classified: str, ids: Iterator[int]
) -> etree._Element:
    element = _classified(parent, classified, ids)
    element.set("classificationScheme", scheme)
    element.set("nodeRepresentation", code.code)
    _slot(element, "codingScheme", code.system)
    _texts(element, code.label, "")
    return element


def _author(parent: etree._Element, author: XdsAuthor, scheme: str, classified: str, ids: Iterator[int]) -> None:
    element = _classified(parent, classified, ids)
    element.set("classificationScheme", scheme)
    element.set("nodeRepresentation", "")
    _slot(element, "authorPerson", author.person)
    _slot(element, "authorInstitution", *author.institutions)
    _slot(element, "authorRole", *author.roles)
    _slot(element, "authorSpecialty", *author.specialties)


def _classified(parent: etree._Element, classified: str, ids: Iterator[int]) -> etree._Element:
    element = etree.SubElement(parent, f"{{{oids.NS_RIM}}}Classification", id=f"cla{next(ids)}")
    element.set("classifiedObject", classified)
    element.set("objectType", f"{oids.RIM_OBJECT}Classification")
    return element


def _set_classification(set_id: str, ids: Iterator[int]) -> etree._Element:
    element = _rim("Classification", id=f"cla{next(ids)}", classifiedObject=set_id)
    element.set("objectType", f"{oids.RIM_OBJECT}Classification")
    element.set("classificationNode", oids.U_SUBMISSION_SET)
    return element


def _external(
    parent: etree._Element, scheme: str, value: str, name: str, registry_object: str, ids: Iterator[int]
) -> None:
    element = etree.SubElement(parent, f"{{{oids.NS_RIM}}}ExternalIdentifier", id=f"ei{next(ids)}", value=value)
    element.set("identificationScheme", scheme)
    element.set("registryObject", registry_object)
    element.set("objectType", f"{oids.RIM_OBJECT}ExternalIdentifier")
    _localized(etree.SubElement(element, f"{{{oids.NS_RIM}}}Name"), name)
