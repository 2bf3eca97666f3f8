"""ITI-18: reading AdhocQueryRequest, writing AdhocQueryResponse and the error list that all XDS answers share.

Source: specs/dmp.md §4.1 (answer layout; high) and §4.2 (how the real DMP writes a failure is not public: the IHE form
is used); IHE ITI TF-2 §3.18.4.1.3. Knows no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lxml import etree

from dmp_mock.codes import queries as codes
from dmp_mock.codes import xds
from dmp_mock.codes.operations import NS_QUERY
from dmp_mock.domain.errors import Refused, XdsError
from dmp_mock.domain.queries import Query, read_values
from dmp_mock.domain.values import Entry
from dmp_mock.wire.entries import write_entry, write_reference
from health_documents import oids

__all__ = [
    "NS_RS",
    "add_errors",
    "failed_query",
    "is_reference_query",
    "read_query",
    "registry_response",
    "write_found",
]

NS_RS = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
_PREFIXES = {"query": NS_QUERY, "rim": oids.NS_RIM, "rs": NS_RS}
_MAX_PARAMETER = 100_000


def _rim(name: str) -> str:
    return f"{{{oids.NS_RIM}}}{name}"


def _query(name: str) -> str:
    return f"{{{NS_QUERY}}}{name}"


def read_query(request: etree._Element) -> Query:
    """Return the stored query of an AdhocQueryRequest. Raises Refused without one, XdsFailure for unreadable values."""
    adhoc, option = request.find(_rim("AdhocQuery")), request.find(_query("ResponseOption"))
    if adhoc is None:
        raise Refused("request", "AdhocQuery absent", received="absent", expected="AdhocQuery")
    parameters: dict[str, tuple[tuple[str, ...], ...]] = {}
    for slot in adhoc.iterchildren(_rim("Slot")):
        name = slot.get("name") or ""
        parameters[name] = (*parameters.get(name, ()), _slot_values(slot))
    returned = "" if option is None else option.get("returnType") or ""
    query_id = (adhoc.get("id") or "").lower().removeprefix("urn:uuid:")
    return Query(query_id, returned or codes.OBJECT_REF, parameters)


def _slot_values(slot: etree._Element) -> tuple[str, ...]:
    texts = [value.text or "" for value in slot.iterfind(f"{_rim('ValueList')}/{_rim('Value')}")]
    if sum(map(len, texts)) > _MAX_PARAMETER:
        raise Refused(
            "request", "paramètre de requête trop long", received="trop long", expected=f"{_MAX_PARAMETER} signes"
        )
    return tuple(value for text in texts for value in read_values(text))


def is_reference_query(request: etree._Element) -> bool:
    """Tell whether this is TD3.1b: GetDocuments that returns references."""
    adhoc, option = request.find(_rim("AdhocQuery")), request.find(_query("ResponseOption"))
    if adhoc is None or option is None:
        return False
    query_id = (adhoc.get("id") or "").lower().removeprefix("urn:uuid:")
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


def registry_response(status: str, errors: Sequence[XdsError] = ()) -> etree._Element:
    """Return a RegistryResponse, the answer to ITI-41."""
    response = etree.Element(f"{{{NS_RS}}}RegistryResponse", {"status": status}, nsmap={"rs": NS_RS})
    add_errors(response, errors)
    return response


def add_errors(response: etree._Element, errors: Sequence[XdsError]) -> None:
    """Append the RegistryErrorList, if there are errors."""
    if not errors:
        return
    error_list = etree.SubElement(response, f"{{{NS_RS}}}RegistryErrorList", {"highestSeverity": xds.SEVERITY_ERROR})
    for error in errors:
        attributes = {"codeContext": error.context, "errorCode": error.code.value, "severity": xds.SEVERITY_ERROR}
        attributes |= {"location": error.location} if error.location else {}
        etree.SubElement(error_list, f"{{{NS_RS}}}RegistryError", attributes)
