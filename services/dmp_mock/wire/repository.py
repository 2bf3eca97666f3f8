"""ITI-41 and ITI-43: reading lots and retrievals, writing retrieved documents.

Source: specs/dmp.md §1.5 (MTOM, ids that are file names, SOAP 1.1 root; high), §3.1; IHE ITI TF-2 §3.41 and §3.43.
Attachments are kept octet for octet. Knows no rule.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml import etree

from dmp_mock.codes import xds
from dmp_mock.codes.operations import NS_LCM, NS_XDSB
from dmp_mock.domain.errors import Refused, XdsError
from dmp_mock.domain.values import Lot
from dmp_mock.wire.ebrim import RIM, read_objects
from dmp_mock.wire.messages import Answer, Message
from dmp_mock.wire.registry import NS_RS, add_errors
from lgo_sandbox.wire import mtom

__all__ = ["Retrieved", "Wanted", "read_lot", "read_wanted", "write_retrieved"]

MAX_WANTED = 100
_CID_DOMAIN = "urn:ihe:iti:xds-b:2007"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document that an ITI-43 asks for."""

    repository_id: str
    unique_id: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One document that an ITI-43 gives."""

    unique_id: str
    mime_type: str
    content: bytes


def _xdsb(name: str) -> str:
    return f"{{{NS_XDSB}}}{name}"


def read_lot(message: Message) -> Lot:
    """Return the lot of an ITI-41 request. Raises Refused without a RegistryObjectList or for unreadable documents."""
    request = message.body
    objects = request.find(f"{{{NS_LCM}}}SubmitObjectsRequest/{{{RIM}}}RegistryObjectList")
    if objects is None:
        raise Refused("request", "RegistryObjectList absent", received="absent", expected="RegistryObjectList")
    sets, entries, links = read_objects(objects)
    return Lot(tuple(sets), tuple(entries), tuple(links), _documents(message))


def _documents(message: Message) -> dict[str, bytes]:
    try:
        attached = mtom.attachments(message.body, message.package)
    except mtom.MtomError as error:
        raise Refused(
            "request", error.reason, rule="mtom", received=error.reason, expected="une partie MIME"
        ) from error
    documents: dict[str, bytes] = {}
    for element in message.body.iterchildren(_xdsb("Document")):
        document_id = element.get("id") or ""
        if document_id in documents:
            raise Refused("request", f"deux Document d'id {document_id[:100]}", received="deux", expected="un seul")
        documents[document_id] = attached[element] if element in attached else _inlined(element)
    return documents


def _inlined(element: etree._Element) -> bytes:
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("request", "Document n'est ni xop:Include ni base64", rule="mtom", expected="base64") from error


def read_wanted(request: etree._Element) -> list[Wanted]:
    """Return what an ITI-43 asks for. Raises Refused when it asks for nothing, or for too much."""
    wanted = [
        Wanted(_text(each, "RepositoryUniqueId"), _text(each, "DocumentUniqueId"))
        for each in request.iterchildren(_xdsb("DocumentRequest"))
    ]
    if not 0 < len(wanted) <= MAX_WANTED:
        raise Refused(
            "request", f"{len(wanted)} DocumentRequest", received=str(len(wanted)), expected=f"1 à {MAX_WANTED}"
        )
    return wanted


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(_xdsb(name)) or "").strip()


def write_retrieved(documents: Sequence[Retrieved], errors: Sequence[XdsError], new_uuid: Callable[[], str]) -> Answer:
    """Return the MTOM answer: documents found, errors for the others, and the status that follows."""
    response = etree.Element(_xdsb("RetrieveDocumentSetResponse"), nsmap={None: NS_XDSB, "rs": NS_RS})
    status = xds.SUCCESS if not errors else xds.PARTIAL if documents else xds.FAILURE
    add_errors(etree.SubElement(response, f"{{{NS_RS}}}RegistryResponse", {"status": status}), errors)
    base, parts = new_uuid(), []
    for number, document in enumerate(documents, 1):
        content_id = f"{base}-{number}@{_CID_DOMAIN}"
        parts.append(mtom.OutgoingPart(content_id, document.mime_type, document.content))
        _document(response, document, content_id)
    return Answer(response, parts, packaged=True)


def _document(response: etree._Element, document: Retrieved, content_id: str) -> None:
    element = etree.SubElement(response, _xdsb("DocumentResponse"))
    for name, text in (
        ("RepositoryUniqueId", xds.REPOSITORY_ID),
        ("DocumentUniqueId", document.unique_id),
        ("mimeType", document.mime_type),
    ):
        etree.SubElement(element, _xdsb(name)).text = text
    etree.SubElement(element, _xdsb("Document")).append(etree.fromstring(mtom.include_xml(content_id)))
