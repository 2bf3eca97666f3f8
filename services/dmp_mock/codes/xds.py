"""XDS vocabulary of the DMP: URNs, the metadata attributes and which of them are required.

Source: docs/sources/dmp.md#metadonnees and #type-et-classe (high); IHE ITI TF-3 §4.2. OIDs and
classification schemes are those of ``health_documents.oids``.
"""

from __future__ import annotations

from enum import StrEnum

from health_documents import oids

__all__ = [
    "CLASSIFICATIONS",
    "ENTRY_CODES_REQUIRED",
    "ENTRY_ORDER",
    "ENTRY_SLOTS_REQUIRED",
    "FAILURE",
    "MEDIA_TYPES",
    "ORIGINAL",
    "PARTIAL",
    "REFERENCE",
    "REPOSITORY_ID",
    "RETIRED_OR_CI_SIS_TYPES",
    "SERVER_SLOTS",
    "SET_CODES_REQUIRED",
    "SEVERITY_ERROR",
    "SIGNATURE_CLASS",
    "SIGNATURE_FORMAT",
    "SIGNATURE_TYPE",
    "SUCCESS",
    "TRANSITIONS",
    "VISIBILITIES",
    "Association",
    "Status",
]

_RESPONSE = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType"
SUCCESS, FAILURE = f"{_RESPONSE}:Success", f"{_RESPONSE}:Failure"
PARTIAL = "urn:ihe:iti:2007:ResponseStatusType:PartialSuccess"
SEVERITY_ERROR = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"

REPOSITORY_ID = "1.2.250.1.213.4.1.1.1.2"

SIGNATURE_CLASS = "urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1"
SIGNATURE_TYPE = "E1762"
SIGNATURE_FORMAT = "http://www.w3.org/2000/09/xmldsig#"


class Status(StrEnum):
    """Availability statuses."""

    APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
    DEPRECATED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
    ARCHIVED = "urn:asip:ci-sis:2010:StatusType:Archived"
    DELETED = "urn:asip:ci-sis:2010:StatusType:Deleted"


class Association(StrEnum):
    """Association types in use."""

    HAS_MEMBER = oids.ASSOCIATION_HAS_MEMBER
    REPLACES = oids.ASSOCIATION_REPLACES
    SIGNS = oids.ASSOCIATION_SIGNS
    UPDATES_STATUS = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"


ORIGINAL, REFERENCE = "Original", "Reference"
"""SubmissionSetStatus: the lot brings the document, or cites one that is there already."""

VISIBILITIES = ("MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX")
"""The codes of confidentialityCode that TD3.3a and TD3.3b set and take away."""

TRANSITIONS = frozenset(
    {
        (Status.APPROVED, Status.ARCHIVED),
        (Status.ARCHIVED, Status.APPROVED),
        (Status.APPROVED, Status.DELETED),
        (Status.ARCHIVED, Status.DELETED),
    }
)
"""The changes of status that TD3.3c and TD3.3d may ask (docs/sources/dmp.md#versions, high); any other is refused."""


CLASSIFICATIONS: dict[str, str] = {
    oids.U_DOC_CLASS: "class",
    oids.U_DOC_CONFIDENTIALITY: "confidentiality",
    oids.U_DOC_EVENT: "event",
    oids.U_DOC_FORMAT: "format",
    oids.U_DOC_FACILITY: "facility",
    oids.U_DOC_PRACTICE: "practice",
    oids.U_DOC_TYPE: "type",
    oids.U_SET_CONTENT_TYPE: "contentType",
}
"""Classification scheme → our name of the coded attribute (authors are read apart)."""

ENTRY_ORDER = ("class", "confidentiality", "event", "format", "facility", "practice", "type")
"""The order of classifications in answers, after the authors (docs/sources/dmp.md#requete-xds)."""

ENTRY_SLOTS_REQUIRED = ("creationTime", "serviceStartTime", "languageCode", "legalAuthenticator", "sourcePatientId")
ENTRY_CODES_REQUIRED = ("class", "type", "format", "facility", "practice", "confidentiality")
SET_CODES_REQUIRED = ("contentType",)
SERVER_SLOTS = ("hash", "size", "repositoryUniqueId")

MEDIA_TYPES = frozenset({"text/xml", "application/xslt+xml", "application/dicom"})

RETIRED_OR_CI_SIS_TYPES = frozenset(
    [
        "51851-4",
        "56446-8",
        "PIECE-IDENTITE",
        "FEUILLE-DE-STYLE",
        "FICHE-CONTACTS",
        "EXPORT_DUI",
        "27899-4",
        "29550-1",
        "29551-9",
        "29554-3",
        "11493-4",
        "46241-6",
        "52521-2",
    ]
)
"""Types that the JDV_J66 has not (retired, or of the JDV_J07 alone), tolerated with a remark.

Source: docs/sources/dmp.md#type-et-classe.
"""
