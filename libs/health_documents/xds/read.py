"""Reads XDS metadata from ebRIM 3.0 into typed values: submission set, document entries, associations.

Source: IHE ITI TF-3 §4.2 and the guide of the DMP (docs/sources/dmp.md); confidence high. Lenient: what is absent is
empty, unknown slots are left out; it judges nothing. Shares constants with the writer, and no code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from health_documents import oids
from health_documents.values.document import Code
from health_documents.values.xds import Association, DocumentEntry, SubmissionSet, XdsAuthor
from health_documents.xds.objects import Classified, attribute, classifications, externals, label, rim, slots

__all__ = ["Submission", "read_submission"]

_NO_CODE = Code("", "", "")
_MAX_SIZE_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Submission:
    """What a list of registry objects holds. ``submission_set`` is None when there is no RegistryPackage."""

    submission_set: SubmissionSet | None
    entries: tuple[DocumentEntry, ...]
    associations: tuple[Association, ...]


def read_submission(root: etree._Element) -> Submission:
    """Read the objects of a SubmitObjectsRequest, of the answer to a query, or of any element around them."""
    packages = [_submission_set(element) for element in root.iter(rim("RegistryPackage"))]
    return Submission(
        submission_set=packages[0] if packages else None,
        entries=tuple(_entry(element) for element in root.iter(rim("ExtrinsicObject"))),
        associations=tuple(_association(element) for element in root.iter(rim("Association"))),
    )


class _Object:
    """A registry object, read once."""

    def __init__(self, element: etree._Element) -> None:
        self.slots = slots(element)
        self.externals = externals(element)
        self.classified = tuple(classifications(element))

    def slot(self, name: str) -> str:
        return next(iter(self.slots.get(name, ())), "")

    def external(self, scheme: str) -> str:
        return self.externals.get(scheme, "")

    def of(self, scheme: str) -> Iterable[Classified]:
        return (one for one in self.classified if one.scheme == scheme)

    def codes(self, scheme: str) -> tuple[Code, ...]:
        return tuple(Code(one.code, one.label, one.value("codingScheme")) for one in self.of(scheme))

    def code(self, scheme: str) -> Code:
        return next(iter(self.codes(scheme)), _NO_CODE)

    def authors(self, scheme: str) -> tuple[XdsAuthor, ...]:
        return tuple(
            XdsAuthor(
                person=one.value("authorPerson"),
                institutions=one.values("authorInstitution"),
                roles=one.values("authorRole"),
                specialties=one.values("authorSpecialty"),
            )
            for one in self.of(scheme)
        )


def _entry(element: etree._Element) -> DocumentEntry:
    found = _Object(element)
    return DocumentEntry(
        id=attribute(element, "id"),
        unique_id=found.external(oids.U_DOC_UNIQUE_ID),
        patient_id=found.external(oids.U_DOC_PATIENT_ID),
        source_patient_id=found.slot("sourcePatientId"),
        title=label(element),
        mime_type=attribute(element, "mimeType"),
        creation_time=found.slot("creationTime"),
        service_start=found.slot("serviceStartTime"),
        service_stop=found.slot("serviceStopTime"),
        authors=found.authors(oids.U_DOC_AUTHOR),
        legal_authenticator=found.slot("legalAuthenticator"),
        class_code=found.code(oids.U_DOC_CLASS),
        type_code=found.code(oids.U_DOC_TYPE),
        format_code=found.code(oids.U_DOC_FORMAT),
        facility_type=found.code(oids.U_DOC_FACILITY),
        practice_setting=found.code(oids.U_DOC_PRACTICE),
        confidentiality=found.codes(oids.U_DOC_CONFIDENTIALITY),
        event_codes=found.codes(oids.U_DOC_EVENT),
        source_patient_info=found.slots.get("sourcePatientInfo", ()),
        comments=label(element, "Description"),
        language=found.slot("languageCode"),
        hash=found.slot("hash"),
        size=_size(found.slot("size")),
        uri=found.slot("URI"),
        repository=found.slot("repositoryUniqueId"),
        logical_id=attribute(element, "lid"),
        status=attribute(element, "status"),
    )


def _size(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_SIZE_DIGITS else None


def _submission_set(element: etree._Element) -> SubmissionSet:
    found = _Object(element)
    return SubmissionSet(
        unique_id=found.external(oids.U_SET_UNIQUE_ID),
        source_id=found.external(oids.U_SET_SOURCE_ID),
        patient_id=found.external(oids.U_SET_PATIENT_ID),
        submission_time=found.slot("submissionTime"),
        content_type=found.code(oids.U_SET_CONTENT_TYPE),
        authors=found.authors(oids.U_SET_AUTHOR),
        title=label(element),
        comments=label(element, "Description"),
        id=attribute(element, "id"),
    )


def _association(element: etree._Element) -> Association:
    return Association(
        id=attribute(element, "id"),
        source=attribute(element, "sourceObject"),
        target=attribute(element, "targetObject"),
        kind=attribute(element, "associationType"),
        status=_Object(element).slot("SubmissionSetStatus"),
    )
