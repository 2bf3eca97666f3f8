"""The stored queries of ITI-18 and what each parameter of FindDocuments filters on.

Source: docs/sources/dmp.md#requete-xds; IHE ITI TF-2 §3.18.4.1.2.3.7. Queries that a later version answers stand here
too.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

__all__ = [
    "ENTRY_UUID",
    "FILTERS",
    "FIND_DOCUMENTS",
    "GET_DOCUMENTS",
    "LEAF_CLASS",
    "OBJECT_REF",
    "PATIENT_ID",
    "QUERIES",
    "REQUIRED",
    "STATUS",
    "UNIQUE_ID",
    "Filter",
    "Kind",
]

FIND_DOCUMENTS = "14d4debf-8f97-4251-9a74-a90016b0af0d"
GET_DOCUMENTS = "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
QUERIES = {
    FIND_DOCUMENTS: "FindDocuments",
    GET_DOCUMENTS: "GetDocuments",
    "f26abbcb-ac74-4422-8a30-edb644bbc1a9": "FindSubmissionSets",
    "a7ae438b-4bc2-4642-93e9-be891f7bb155": "GetAssociations",
    "bab9529a-4a10-40b3-a01f-f68a615d247a": "GetDocumentsAndAssociations",
    "12941a89-e02e-4be5-967c-ce4bfc8fe492": "FindDocumentsByReferenceId",
}

LEAF_CLASS, OBJECT_REF = "LeafClass", "ObjectRef"

PATIENT_ID = "$XDSDocumentEntryPatientId"
STATUS = "$XDSDocumentEntryStatus"
UNIQUE_ID = "$XDSDocumentEntryUniqueId"
ENTRY_UUID = "$XDSDocumentEntryEntryUUID"
REQUIRED = {FIND_DOCUMENTS: (PATIENT_ID, STATUS)}


class Kind(StrEnum):
    """How a parameter filters."""

    CODE = "code"
    FROM = "from"
    TO = "to"
    STATUS = "status"
    AUTHOR = "author"
    OBJECT_TYPE = "object-type"


class Filter(NamedTuple):
    """A parameter: its kind, and the coded attribute or slot it looks at."""

    kind: Kind
    attribute: str = ""


def _times(slot: str) -> dict[str, Filter]:
    name = f"$XDSDocumentEntry{slot[0].upper()}{slot[1:]}"
    return {f"{name}From": Filter(Kind.FROM, slot), f"{name}To": Filter(Kind.TO, slot)}


FILTERS: dict[str, Filter] = {
    STATUS: Filter(Kind.STATUS),
    "$XDSDocumentEntryType": Filter(Kind.OBJECT_TYPE),
    "$XDSDocumentEntryClassCode": Filter(Kind.CODE, "class"),
    "$XDSDocumentEntryTypeCode": Filter(Kind.CODE, "type"),
    "$XDSDocumentEntryFormatCode": Filter(Kind.CODE, "format"),
    "$XDSDocumentEntryHealthcareFacilityTypeCode": Filter(Kind.CODE, "facility"),
    "$XDSDocumentEntryPracticeSettingCode": Filter(Kind.CODE, "practice"),
    "$XDSDocumentEntryConfidentialityCode": Filter(Kind.CODE, "confidentiality"),
    "$XDSDocumentEntryEventCodeList": Filter(Kind.CODE, "event"),
    "$XDSDocumentEntryAuthorPerson": Filter(Kind.AUTHOR),
    **_times("creationTime"),
    **_times("serviceStartTime"),
    **_times("serviceStopTime"),
}
"""Parameters that filter; others say what to look for or are ignored, as IHE wants."""
