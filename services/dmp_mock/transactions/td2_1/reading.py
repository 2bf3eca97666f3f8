"""Reading the lot of an ITI-41 request: its objects, and the octets of its documents in or out of the XML.

Source: docs/sources/dmp.md#mtom (ids that are file names, SOAP 1.1 root; high), #tolerances. Knows no rule.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from lxml import etree

from dmp_mock.codes import vihf
from dmp_mock.codes.names import NS_HL7, NS_LCM, NS_XDSB
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.values import Lot
from dmp_mock.wire.ebrim import RIM, read_objects
from dmp_mock.wire.messages import Message
from health_documents import oids
from lgo_sandbox.wire import mtom
from lgo_sandbox.wire.saml import SAML

__all__ = ["inlined_in", "is_by_cpe", "read_lot", "unique_ids_in"]

_REQUEST = "ProvideAndRegisterDocumentSetRequest"
_ATTRIBUTE = f"{{{SAML}}}Attribute"
_PROFESSIONALS = frozenset({vihf.G15, vihf.G16})


def is_by_cpe(body: etree._Element) -> bool:
    """Tell whether an ITI-41 is a TD2.2: its VIHF, which alone tells, is that of a card of no professional."""
    attributes = {one.get("Name"): one for one in body.getroottree().iter(_ATTRIBUTE)}
    roles = [code for name in (vihf.ROLE,) if name in attributes for code in attributes[name].iter(f"{{{NS_HL7}}}Role")]
    modes = {"".join(attributes[name].itertext()).strip() for name in vihf.MODE_SPELLINGS if name in attributes}
    return modes == {vihf.Mode.DIRECT.value} and bool(roles) and roles[0].get("codeSystem") not in _PROFESSIONALS


def inlined_in(message: Message) -> tuple[str, ...]:
    """Return the ids of the documents that are in the XML, and no part of the package."""
    documents = message.body.iterchildren(f"{{{NS_XDSB}}}Document")
    return tuple(one.get("id") or "" for one in documents if not len(one))


def unique_ids_in(message: Message) -> tuple[str, ...]:
    """Return the unique ids of the documents of a lot that nobody reads any further."""
    schemes = f"{{{RIM}}}ExternalIdentifier"
    found = (one for one in message.body.iter(schemes) if one.get("identificationScheme") == oids.U_DOC_UNIQUE_ID)
    return tuple(dict.fromkeys((one.get("value") or "")[:100] for one in found))


def read_lot(message: Message) -> Lot:
    """Return the lot of an ITI-41 request. Raises Refused without a RegistryObjectList or for unreadable documents."""
    objects = message.body.find(f"{{{NS_LCM}}}SubmitObjectsRequest/{{{RIM}}}RegistryObjectList")
    if objects is None:
        raise Refused(
            "request",
            "RegistryObjectList absent",
            received="absent",
            expected="SubmitObjectsRequest/RegistryObjectList",
            where=_REQUEST,
        )
    sets, entries, links = read_objects(objects)
    documents, remarks = _documents(message)
    return Lot(tuple(sets), tuple(entries), tuple(links), documents, remarks)


def _documents(message: Message) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the octets of each document, and what is odd of how they are referred to."""
    try:
        attached = mtom.included(message.body, message.package)
    except mtom.MtomError as error:
        raise Refused(
            "request",
            error.reason,
            received=error.received,
            expected=error.expected,
            where=f"{_REQUEST}, {error.where}",
            remedy=error.remedy,
        ) from error
    documents: dict[str, bytes] = {}
    sharing: dict[str, list[str]] = {}
    for element in message.body.iterchildren(f"{{{NS_XDSB}}}Document"):
        document_id = element.get("id") or ""
        if document_id in documents:
            raise Refused(
                "request",
                f"deux Document d'id {document_id[:100]}",
                received=f"deux Document d'id « {document_id[:100]} »",
                expected="un id par Document",
                where=_REQUEST,
                remedy="Donnez à chaque Document l'id de son ExtrinsicObject.",
            )
        part = attached.get(element)
        documents[document_id] = part.body if part is not None else _inlined(element, document_id)
        if part is not None:
            sharing.setdefault(part.content_id, []).append(document_id)
    return documents, tuple(_shared(part, ids) for part, ids in sharing.items() if len(ids) > 1)


def _shared(part: str, ids: Sequence[str]) -> str:
    shown = ", ".join(one[:60] for one in ids[:5])
    return f"Document {shown} : la même partie MIME cid:{part[:100]} : attendu une partie par Document"


def _inlined(element: etree._Element, document_id: str) -> bytes:
    text = "".join((element.text or "").split())
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(
            "request",
            "Document n'est ni xop:Include ni base64",
            received=text[:60] or "un élément enfant qui n'est pas xop:Include",
            expected="xop:Include, ou du base 64",
            where=f"{_REQUEST}/Document « {document_id[:100]} »",
            remedy="Mettez le document en pièce MIME, désignée par xop:Include, ou encodez-le en base 64 standard.",
        ) from error
