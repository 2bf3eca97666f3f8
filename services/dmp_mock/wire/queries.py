"""ITI-18: reading AdhocQueryRequest, writing AdhocQueryResponse.

Source: docs/sources/dmp.md#requete-xds (answer layout; high); IHE ITI TF-2 §3.18.4.1.3. Says what is odd, judges
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from lxml import etree

from dmp_mock.codes import queries as codes
from dmp_mock.codes import xds
from dmp_mock.codes.names import NS_QUERY
from dmp_mock.codes.queries import Kind
from dmp_mock.domain.errors import Refused, XdsError
from dmp_mock.domain.queries import Query, read_values
from dmp_mock.domain.values import Entry
from dmp_mock.wire.entries import write_entry, write_reference
from dmp_mock.wire.registry import NS_RS, add_errors
from health_documents import oids

__all__ = ["failed_query", "is_reference_query", "read_query", "write_found"]

_PREFIXES = {"query": NS_QUERY, "rim": oids.NS_RIM, "rs": NS_RS}
_MAX_PARAMETER = 100_000
_URN = "urn:uuid:"
_PATIENT = re.compile(r"'[^'^]+\^\^\^&[0-9.]+&ISO\^NH(?:\^\^[0-9]*)?'")


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
    parameters: dict[str, tuple[tuple[str, ...], ...]] = {}
    for slot in adhoc.iterchildren(_rim("Slot")):
        name = slot.get("name") or ""
        parameters[name] = (*parameters.get(name, ()), _slot_values(slot))
    returned = "" if option is None else option.get("returnType") or ""
    query_id = (adhoc.get("id") or "").lower().removeprefix(_URN)
    return Query(query_id, returned or codes.OBJECT_REF, parameters, tuple(_oddities(adhoc)))


def _slot_values(slot: etree._Element) -> tuple[str, ...]:
    texts = _texts(slot)
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
    return tuple(value for text in texts for value in read_values(text))


def _texts(slot: etree._Element) -> list[str]:
    return [value.text or "" for value in slot.iterfind(f"{_rim('ValueList')}/{_rim('Value')}")]


def _oddities(adhoc: etree._Element) -> Iterator[str]:
    """Yield, in French, what the guide writes otherwise and this DMP takes all the same."""
    if not (adhoc.get("id") or "").lower().startswith(_URN):
        yield f"AdhocQuery/@id « {(adhoc.get('id') or '')[:60]} » sans {_URN}"
    for slot in adhoc.iterchildren(_rim("Slot")):
        name = slot.get("name") or ""
        for text in _texts(slot):
            if name == codes.PATIENT_ID and not _PATIENT.fullmatch(text.strip()):
                yield f"{name} {text[:80]} au lieu de 'INS^^^&OID&ISO^NH'"
            filter_ = codes.FILTERS.get(name)
            if filter_ and filter_.kind is Kind.CODE and "^^" not in text:
                yield f"{name} {text[:80]} sans le système de codes : ('code^^système')"


def is_reference_query(request: etree._Element) -> bool:
    """Tell whether this is TD3.1b: GetDocuments that returns references."""
    adhoc, option = request.find(_rim("AdhocQuery")), request.find(_query("ResponseOption"))
    if adhoc is None or option is None:
        return False
    query_id = (adhoc.get("id") or "").lower().removeprefix(_URN)
    return query_id == codes.GET_DOCUMENTS and option.get("returnType") == codes.OBJECT_REF


def write_found(found: Sequence[Entry], return_type: str, new_id: Callable[[], str]) -> etree._Element:
    """Return an AdhocQueryResponse with these entries, in full or as references."""
    response = etree.Element(
        _query("AdhocQueryResponse"),
        {"startIndex": "0", "status": xds.SUCCESS, "totalResultCount": str(len(found))},
        nsmap=_PREFIXES,
    )
    objects = etree.SubElement(response, _rim("RegistryObjectList"))
    for entry in found:
        if return_type == codes.LEAF_CLASS:
            write_entry(objects, entry, new_id)
        else:
            write_reference(objects, entry)
    return response


def failed_query(errors: Sequence[XdsError]) -> etree._Element:
    """Return a failed AdhocQueryResponse."""
    response = etree.Element(_query("AdhocQueryResponse"), {"status": xds.FAILURE}, nsmap=_PREFIXES)
    add_errors(response, errors)
    etree.SubElement(response, _rim("RegistryObjectList"))
    return response
