"""ITI-18: reading AdhocQueryRequest, writing AdhocQueryResponse.

Source: docs/sources/dmp.md#requete-xds (answer layout; high); IHE ITI TF-2 §3.18.4.1.3. Says what is odd, judges
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from lxml import etree

from dmp_mock.codes import queries as codes
from dmp_mock.codes import xds
from dmp_mock.codes.names import NS_QUERY
from dmp_mock.domain.errors import Refused, XdsError
from dmp_mock.domain.found import Found
from dmp_mock.domain.queries import Query, understood
from dmp_mock.wire.entries import entry_text, link_text, reference_text, set_text
from dmp_mock.wire.registry import NS_RS, add_errors
from health_documents import oids

__all__ = ["failed_query", "is_reference_query", "read_query", "write_found"]

_PREFIXES = {"query": NS_QUERY, "rim": oids.NS_RIM, "rs": NS_RS}
_MAX_PARAMETER = 100_000
_URN = "urn:uuid:"
_LARGE = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
"""For what we have written ourselves."""


def _rim(name: str) -> str:
    return f"{{{oids.NS_RIM}}}{name}"


def _query(name: str) -> str:
    return f"{{{NS_QUERY}}}{name}"


def read_query(request: etree._Element) -> Query:
    """Return the stored query of an AdhocQueryRequest. Raises Refused without one, XdsFailure for unreadable values."""
    adhoc, option = request.find(_rim("AdhocQuery")), request.find(_query("ResponseOption"))
    if adhoc is None:
        raise Refused(
            "request",
            "AdhocQuery absent",
            received="absent",
            expected="un élément AdhocQuery",
            where="AdhocQueryRequest",
        )
    slots = [(slot.get("name") or "", _texts(slot)) for slot in adhoc.iterchildren(_rim("Slot"))]
    returned = "" if option is None else option.get("returnType") or ""
    identifier = adhoc.get("id") or ""
    query = understood(identifier.lower().removeprefix(_URN), returned or codes.OBJECT_REF, slots)
    return replace(query, oddities=(*_forms(identifier, returned), *query.oddities))


def _forms(identifier: str, returned: str) -> Iterator[str]:
    """Yield, in French, what is odd of the query itself."""
    if not identifier.lower().startswith(_URN):
        yield f"AdhocQuery/@id « {identifier[:60]} » sans {_URN} : attendu {_URN}{identifier[:60]}"
    if returned not in (codes.LEAF_CLASS, codes.OBJECT_REF):
        shown = f"« {returned[:60]} »" if returned else "absent"
        yield f"ResponseOption/@returnType {shown}, pris pour ObjectRef : attendu LeafClass ou ObjectRef"


def _texts(slot: etree._Element) -> list[str]:
    texts = [value.text or "" for value in slot.iterfind(f"{_rim('ValueList')}/{_rim('Value')}")]
    length = sum(map(len, texts))
    if length > _MAX_PARAMETER:
        raise Refused(
            "request",
            "paramètre de requête trop long",
            received=f"{length} signes",
            expected=f"{_MAX_PARAMETER} signes au plus",
            where=f"AdhocQuery/Slot {(slot.get('name') or '')[:100]}",
            remedy="Demandez moins de valeurs à la fois.",
        )
    return texts


def is_reference_query(request: etree._Element) -> bool:
    """Tell whether this is TD3.1b: GetDocuments that returns references."""
    adhoc, option = request.find(_rim("AdhocQuery")), request.find(_query("ResponseOption"))
    if adhoc is None or option is None:
        return False
    query_id = (adhoc.get("id") or "").lower().removeprefix(_URN)
    return query_id == codes.GET_DOCUMENTS and option.get("returnType") == codes.OBJECT_REF


def write_found(found: Found, return_type: str, new_id: Callable[[], str]) -> etree._Element:
    """Return an AdhocQueryResponse with these objects, in full or as references."""
    if return_type == codes.LEAF_CLASS:
        texts = [
            *(set_text(submission, new_id) for submission in found.sets),
            *(entry_text(entry, new_id) for entry in found.entries),
            *map(link_text, found.links),
        ]
    else:
        texts = [reference_text(one.id) for some in (found.sets, found.entries, found.links) for one in some]
    namespaces = " ".join(f'xmlns:{prefix}="{namespace}"' for prefix, namespace in _PREFIXES.items())
    return etree.fromstring(
        f'<query:AdhocQueryResponse {namespaces} startIndex="0" status="{xds.SUCCESS}"'
        f' totalResultCount="{len(texts)}"><rim:RegistryObjectList>{"".join(texts)}</rim:RegistryObjectList>'
        "</query:AdhocQueryResponse>",
        _LARGE,
    )


def failed_query(errors: Sequence[XdsError]) -> etree._Element:
    """Return a failed AdhocQueryResponse."""
    response = etree.Element(_query("AdhocQueryResponse"), {"status": xds.FAILURE}, nsmap=_PREFIXES)
    add_errors(response, errors)
    etree.SubElement(response, _rim("RegistryObjectList"))
    return response
