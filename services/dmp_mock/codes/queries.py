"""The stored queries of ITI-18 and what each of their parameters is.

Source: docs/sources/dmp.md#requete-xds (queries in use, syntax; high); IHE ITI TF-2 §3.18.4.1.2.3.7. Knows no request.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from dmp_mock.codes.value_sets import J02, J04, J57, J58, J60, J66

__all__ = [
    "ENTRY_UUID",
    "EXPECTED",
    "FIND_BY_REFERENCE",
    "FIND_DOCUMENTS",
    "FIND_SETS",
    "GET_ASSOCIATIONS",
    "GET_DOCUMENTS",
    "GET_DOCUMENTS_AND_ASSOCIATIONS",
    "GET_RELATED",
    "GET_SETS",
    "GET_SET_AND_CONTENTS",
    "LEAF_CLASS",
    "LOGICAL_ID",
    "OBJECT_REF",
    "OBJECT_TYPES",
    "PATIENT_ID",
    "QUERIES",
    "STATUS",
    "SYSTEMS",
    "UNIQUE_ID",
    "UUID",
    "Kind",
    "Parameter",
    "StoredQuery",
]

LEAF_CLASS, OBJECT_REF = "LeafClass", "ObjectRef"


class Kind(StrEnum):
    """What a parameter holds, and how it is written."""

    PATIENT = "patient"
    CODE = "code"
    FROM = "from"
    TO = "to"
    STATUS = "statut"
    AUTHOR = "auteur"
    OBJECT_TYPE = "type d'objet"
    IDS = "identifiants"
    REFERENCE = "références"
    ASSOCIATION = "types d'association"
    LEVEL = "niveau"


EXPECTED: Mapping[Kind, str] = {
    Kind.PATIENT: "'INS^^^&OID&ISO^NH'",
    Kind.CODE: "('code^^OID du système')",
    Kind.FROM: "une date AAAA[MM[JJ[hh[mm[ss]]]]]",
    Kind.TO: "une date AAAA[MM[JJ[hh[mm[ss]]]]]",
    Kind.STATUS: "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')",
    Kind.AUTHOR: "('%nom%')",
    Kind.OBJECT_TYPE: "('urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1')",
    Kind.IDS: "('identifiant 1','identifiant 2')",
    Kind.REFERENCE: "('identifiant^^^&OID&ISO^type')",
    Kind.ASSOCIATION: "('urn:ihe:iti:2007:AssociationType:RPLC')",
    Kind.LEVEL: "1 ou 2",
}
"""How the guide and IHE write each."""

SYSTEMS: Mapping[str, frozenset[str]] = {
    attribute: frozenset(system for one in sets for _, system in one.codes)
    for attribute, sets in {
        "class": (J57,),
        "type": (J66,),
        "format": (J60,),
        "facility": (J02,),
        "practice": (J04,),
        "confidentiality": (J58,),
    }.items()
}
"""The code systems of what an attribute may hold, of those whose value set is known."""

OBJECT_TYPES = frozenset(
    f"urn:uuid:{one}" for one in ("7edca82f-054d-47f2-a032-9b2a5b5186c1", "34268e47-fdf5-41a6-ba33-82133c465248")
)
"""Stable and on-demand documents (IHE); the DMP holds stable ones."""


class Parameter(NamedTuple):
    """A parameter: its kind, the attribute or column it looks at, and whether it may stand several times (AND)."""

    kind: Kind
    attribute: str = ""
    repeats: bool = False


class StoredQuery(NamedTuple):
    """A stored query: its name, its parameters, those that are obligatory, and those of which exactly one is."""

    name: str
    parameters: Mapping[str, Parameter]
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()


PATIENT_ID = "$XDSDocumentEntryPatientId"
STATUS = "$XDSDocumentEntryStatus"
UNIQUE_ID = "$XDSDocumentEntryUniqueId"
ENTRY_UUID = "$XDSDocumentEntryEntryUUID"
LOGICAL_ID = "$XDSDocumentEntryLogicalID"
UUID = "$uuid"
_SET = "$XDSSubmissionSet"
_REFERENCE = "$XDSDocumentEntryReferenceIdList"
_ASSOCIATION_TYPES = "$AssociationTypes"
_LEVEL = {"$MetadataLevel": Parameter(Kind.LEVEL)}


def _times(slot: str, column: str) -> dict[str, Parameter]:
    name = f"$XDSDocumentEntry{slot}"
    return {f"{name}From": Parameter(Kind.FROM, column), f"{name}To": Parameter(Kind.TO, column)}


_ENTRY_FILTERS = {
    PATIENT_ID: Parameter(Kind.PATIENT),
    STATUS: Parameter(Kind.STATUS),
    "$XDSDocumentEntryType": Parameter(Kind.OBJECT_TYPE),
    "$XDSDocumentEntryClassCode": Parameter(Kind.CODE, "class"),
    "$XDSDocumentEntryTypeCode": Parameter(Kind.CODE, "type"),
    "$XDSDocumentEntryFormatCode": Parameter(Kind.CODE, "format"),
    "$XDSDocumentEntryHealthcareFacilityTypeCode": Parameter(Kind.CODE, "facility"),
    "$XDSDocumentEntryPracticeSettingCode": Parameter(Kind.CODE, "practice"),
    "$XDSDocumentEntryConfidentialityCode": Parameter(Kind.CODE, "confidentiality", repeats=True),
    "$XDSDocumentEntryEventCodeList": Parameter(Kind.CODE, "event", repeats=True),
    "$XDSDocumentEntryAuthorPerson": Parameter(Kind.AUTHOR, "author"),
    **_times("CreationTime", "creation_time"),
    **_times("ServiceStartTime", "service_start"),
    **_times("ServiceStopTime", "service_stop"),
    **_LEVEL,
}
_BY_ID = {UNIQUE_ID: Parameter(Kind.IDS), ENTRY_UUID: Parameter(Kind.IDS), **_LEVEL}
_REFERENCES = {_REFERENCE: Parameter(Kind.REFERENCE, "reference", repeats=True)}

FIND_DOCUMENTS = "14d4debf-8f97-4251-9a74-a90016b0af0d"
FIND_BY_REFERENCE = "12941a89-e02e-4be5-967c-ce4bfc8fe492"
FIND_SETS = "f26abbcb-ac74-4422-8a30-edb644bbc1a9"
GET_DOCUMENTS = "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
GET_ASSOCIATIONS = "a7ae438b-4bc2-4642-93e9-be891f7bb155"
GET_DOCUMENTS_AND_ASSOCIATIONS = "bab9529a-4a10-40b3-a01f-f68a615d247a"
GET_SETS = "51224314-5390-4169-9b91-b1980040715a"
GET_SET_AND_CONTENTS = "e8e3cb2c-e39c-46b9-99e4-c12f57260b83"
GET_RELATED = "d90e5407-b356-4d91-a89f-873917b4b0e6"

QUERIES: Mapping[str, StoredQuery] = {
    FIND_DOCUMENTS: StoredQuery("FindDocuments", _ENTRY_FILTERS, (PATIENT_ID, STATUS)),
    FIND_BY_REFERENCE: StoredQuery(
        "FindDocumentsByReferenceId", {**_ENTRY_FILTERS, **_REFERENCES}, (PATIENT_ID, STATUS, _REFERENCE)
    ),
    FIND_SETS: StoredQuery(
        "FindSubmissionSets",
        {
            f"{_SET}PatientId": Parameter(Kind.PATIENT),
            f"{_SET}SourceId": Parameter(Kind.IDS, "set-source"),
            f"{_SET}SubmissionTimeFrom": Parameter(Kind.FROM, "submission_time"),
            f"{_SET}SubmissionTimeTo": Parameter(Kind.TO, "submission_time"),
            f"{_SET}AuthorPerson": Parameter(Kind.AUTHOR, "set-author"),
            f"{_SET}ContentType": Parameter(Kind.CODE, "set-contentType"),
            f"{_SET}Status": Parameter(Kind.STATUS),
            **_LEVEL,
        },
        (f"{_SET}PatientId", f"{_SET}Status"),
    ),
    GET_DOCUMENTS: StoredQuery(
        "GetDocuments",
        {**_BY_ID, LOGICAL_ID: Parameter(Kind.IDS), PATIENT_ID: Parameter(Kind.PATIENT)},
        one_of=(UNIQUE_ID, ENTRY_UUID, LOGICAL_ID),
    ),
    GET_ASSOCIATIONS: StoredQuery("GetAssociations", {UUID: Parameter(Kind.IDS), **_LEVEL}, (UUID,)),
    GET_DOCUMENTS_AND_ASSOCIATIONS: StoredQuery("GetDocumentsAndAssociations", _BY_ID, one_of=(UNIQUE_ID, ENTRY_UUID)),
    GET_SETS: StoredQuery("GetSubmissionSets", {UUID: Parameter(Kind.IDS), **_LEVEL}, (UUID,)),
    GET_SET_AND_CONTENTS: StoredQuery(
        "GetSubmissionSetAndContents",
        {
            f"{_SET}EntryUUID": Parameter(Kind.IDS),
            f"{_SET}UniqueId": Parameter(Kind.IDS),
            "$XDSDocumentEntryFormatCode": Parameter(Kind.CODE, "format"),
            "$XDSDocumentEntryConfidentialityCode": Parameter(Kind.CODE, "confidentiality", repeats=True),
            **_LEVEL,
        },
        one_of=(f"{_SET}EntryUUID", f"{_SET}UniqueId"),
    ),
    GET_RELATED: StoredQuery(
        "GetRelatedDocuments",
        {**_BY_ID, _ASSOCIATION_TYPES: Parameter(Kind.ASSOCIATION)},
        (_ASSOCIATION_TYPES,),
        one_of=(UNIQUE_ID, ENTRY_UUID),
    ),
}
"""The queries that are answered, by id. Folders are not used by the DMP: their queries are unknown here."""
