"""XDS.b messages of the DMP, written and read by the client: query, submission, retrieval.

Source: specs/dmp.md §3.1, §3.5 (lot), §4.1 (queries and their parameter syntax), §4.2 (errors). Metadata come from
``health_documents.xds.write``; knows no assertion and no transport.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from health_documents.xds.read import read_submission
from health_documents.xds.write import Association, DocumentEntry, SubmissionSet, submit_objects_request
from lgo_client.soap import element

__all__ = [
    "Listed",
    "RegistryRefused",
    "check_registry",
    "document_href",
    "find_documents",
    "find_submission_sets",
    "get_associations",
    "get_documents",
    "get_documents_and_associations",
    "listed",
    "provide",
    "retrieve",
]

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
RS = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
QUERY = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
XDS = "urn:ihe:iti:xds-b:2007"
XOP = "http://www.w3.org/2004/08/xop/include"
FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
GET_DOCUMENTS = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
FIND_SUBMISSION_SETS = "urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9"
GET_ASSOCIATIONS = "urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155"
GET_DOCUMENTS_AND_ASSOCIATIONS = "urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a"
APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
SIGNS = "urn:ihe:iti:2007:AssociationType:signs"
REPLACES = "urn:ihe:iti:2007:AssociationType:RPLC"
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"


class RegistryRefused(Exception):
    """The registry or repository answered Failure: the code and context of its first error."""

    def __init__(self, code: str, context: str) -> None:
        super().__init__(f"{code} : {context}")
        self.code = code
        self.context = context


@dataclass(frozen=True, slots=True)
class Listed:
    """A document of the list: what an LGO shows of it, and what it needs to fetch it."""

    entry_uuid: str
    unique_id: str
    repository: str
    title: str
    type_code: str
    creation_time: str
    author: str
    status: str


def find_documents(
    patient: str, *, since: str = "", statuses: Sequence[str] = (APPROVED,), types: Sequence[str] = ()
) -> str:
    """Return the query TD3.1 for a patient (CX).

    ``since`` limits serviceStartTime (``AAAAMMJJ…``), ``types`` the typeCode (``code^^system``).
    """
    slots = {"$XDSDocumentEntryPatientId": [f"'{patient}'"], "$XDSDocumentEntryStatus": [_list(statuses)]}
    if since:
        slots["$XDSDocumentEntryServiceStartTimeFrom"] = [since]
    if types:
        slots["$XDSDocumentEntryTypeCode"] = [_list(types)]
    return _query(FIND_DOCUMENTS, slots, "LeafClass")


def get_documents(*unique_ids: str, full: bool = False) -> str:
    """Return the query TD3.1b: the technical ids of documents known by their uniqueId; ``full``: all their metadata."""
    slots = {"$XDSDocumentEntryUniqueId": [_list(unique_ids)]}
    return _query(GET_DOCUMENTS, slots, "LeafClass" if full else "ObjectRef")


def find_submission_sets(patient: str, since: str) -> str:
    """Return the query of the lots that a DMP received since a moment (DTM)."""
    slots = {
        "$XDSSubmissionSetPatientId": [f"'{patient}'"],
        "$XDSSubmissionSetStatus": [_list((APPROVED,))],
        "$XDSSubmissionSetSubmissionTimeFrom": [since],
    }
    return _query(FIND_SUBMISSION_SETS, slots, "LeafClass")


def get_associations(uuids: Sequence[str]) -> str:
    """Return the query of the associations of some objects."""
    return _query(GET_ASSOCIATIONS, {"$uuid": [_list(uuids)]}, "LeafClass")


def get_documents_and_associations(entry_uuids: Sequence[str]) -> str:
    """Return the query of some documents with their associations."""
    slots = {"$XDSDocumentEntryEntryUUID": [_list(entry_uuids)]}
    return _query(GET_DOCUMENTS_AND_ASSOCIATIONS, slots, "LeafClass")


def provide(
    submission: SubmissionSet, entries: Sequence[DocumentEntry], signature: DocumentEntry, replaces: str = ""
) -> str:
    """Return the request of TD2.1; the octets of each entry travel under the Content-ID ``<entry id>@lgo``."""
    associations = [Association("signs01", signature.id, submission.id, SIGNS)]
    if replaces:
        associations.append(Association("rplc01", entries[0].id, replaces, REPLACES))
    everything = [*entries, signature]
    metadata = etree.tostring(submit_objects_request(submission, everything, associations), encoding="unicode")
    documents = "".join(
        f'<xds:Document id="{entry.id}"><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" '
        f'href="cid:{entry.id}@lgo"/></xds:Document>'
        for entry in everything
    )
    return (
        f'<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds="{XDS}">{metadata}{documents}'
        "</xds:ProvideAndRegisterDocumentSetRequest>"
    )


def retrieve(repository: str, unique_id: str) -> str:
    """Return the request of TD3.2 for one document."""
    return (
        f'<xds:RetrieveDocumentSetRequest xmlns:xds="{XDS}"><xds:DocumentRequest>'
        f"{element('xds:RepositoryUniqueId', repository)}{element('xds:DocumentUniqueId', unique_id)}"
        "</xds:DocumentRequest></xds:RetrieveDocumentSetRequest>"
    )


def check_registry(answer: etree._Element) -> None:
    """Raise RegistryRefused unless the answer's RegistryResponse (or the answer itself) says Success."""
    response = answer if answer.get("status") else next(iter(answer.iter(f"{{{RS}}}RegistryResponse")), answer)
    if response.get("status") == SUCCESS:
        return
    error = next(iter(response.iter(f"{{{RS}}}RegistryError")), None)
    if error is None:
        raise RegistryRefused("", "réponse sans statut")
    raise RegistryRefused(error.get("errorCode", ""), error.get("codeContext", ""))


def listed(answer: etree._Element) -> list[Listed]:
    """Return the documents of a TD3.1 answer."""
    check_registry(answer)
    return [_listed(entry) for entry in read_submission(answer).entries]


def document_href(answer: etree._Element) -> str:
    """Return the ``cid:`` URL of the only document of a TD3.2 answer. Raises ValueError without one."""
    check_registry(answer)
    include = next(iter(answer.iter(f"{{{XOP}}}Include")), None)
    if include is None:
        raise ValueError("la réponse TD3.2 ne porte pas de document")
    return str(include.get("href", ""))


def _listed(entry: DocumentEntry) -> Listed:
    return Listed(
        entry_uuid=entry.id,
        unique_id=entry.unique_id,
        repository=entry.repository,
        title=entry.title,
        type_code=entry.type_code.code,
        creation_time=entry.creation_time,
        author=_shown(entry.authors[0].person) if entry.authors else "",
        status=entry.status,
    )


def _query(query_id: str, slots: Mapping[str, Sequence[str]], return_type: str) -> str:
    written = "".join(_slot(name, values) for name, values in slots.items())
    return (
        f'<query:AdhocQueryRequest xmlns:query="{QUERY}" xmlns:rim="{RIM}">'
        f'<query:ResponseOption returnComposedObjects="true" returnType="{return_type}"/>'
        f'<rim:AdhocQuery id="{query_id}">{written}</rim:AdhocQuery></query:AdhocQueryRequest>'
    )


def _slot(name: str, values: Sequence[str]) -> str:
    written = "".join(element("rim:Value", value) for value in values)
    return f'<rim:Slot name="{name}"><rim:ValueList>{written}</rim:ValueList></rim:Slot>'


def _list(values: Sequence[str]) -> str:
    return "(" + ",".join(f"'{value}'" for value in values) + ")"


def _shown(person: str) -> str:
    """Return the name of an author as people read it, from an XCN."""
    parts = person.split("^")
    return " ".join(reversed(parts[1:3])).strip() if len(parts) > 2 else person
