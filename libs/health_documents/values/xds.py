"""The typed values of XDS metadata: submission set, document entry, association.

Source: specs/dmp.md §3.2–3.3 and §3.6; IHE ITI TF-3 §4.2; confidence high. Texts are in the formats of the wire: CX,
XCN and XON strings, DTM times in UTC. Knows neither ebRIM nor CDA.
"""

from __future__ import annotations

from dataclasses import dataclass

from health_documents import oids
from health_documents.values.document import Code

__all__ = ["Association", "DocumentEntry", "SubmissionSet", "XdsAuthor"]


@dataclass(frozen=True, slots=True)
class XdsAuthor:
    """An author: ``person`` an XCN, ``institutions`` XON, ``specialties`` ``code^label^system``."""

    person: str
    institutions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """The metadata of a document. ``id`` is symbolic or a UUID URN; ``hash`` is SHA-1 in hexadecimal.

    ``patient_id`` and ``source_patient_id`` are CX, ``source_patient_info`` lines ``PID-n|…``, ``legal_authenticator``
    an XCN. ``uri`` is the name in an archive; ``logical_id`` the lid; ``status`` a URN or empty.
    """

    id: str
    unique_id: str
    patient_id: str
    source_patient_id: str
    title: str
    mime_type: str
    creation_time: str
    service_start: str
    authors: tuple[XdsAuthor, ...]
    legal_authenticator: str
    class_code: Code
    type_code: Code
    format_code: Code
    facility_type: Code
    practice_setting: Code
    confidentiality: tuple[Code, ...]
    service_stop: str = ""
    event_codes: tuple[Code, ...] = ()
    source_patient_info: tuple[str, ...] = ()
    comments: str = ""
    language: str = "fr-FR"
    hash: str = ""
    size: int | None = None
    uri: str = ""
    repository: str = ""
    logical_id: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class SubmissionSet:
    """The metadata of a submission: ``unique_id`` and ``source_id`` are OIDs, ``submission_time`` a DTM in UTC."""

    unique_id: str
    source_id: str
    patient_id: str
    submission_time: str
    content_type: Code
    authors: tuple[XdsAuthor, ...]
    title: str = ""
    comments: str = ""
    id: str = "SubmissionSet01"


@dataclass(frozen=True, slots=True)
class Association:
    """A link between two objects: ``kind`` a URN; ``status`` (``Original``, ``Reference``) for HasMember and RPLC."""

    id: str
    source: str
    target: str
    kind: str = oids.ASSOCIATION_HAS_MEMBER
    status: str = "Original"
