"""The descriptions of the services (WSDL): one for each path, complete in one document, and one that imports them all.

``schemas/`` holds the types; messages, port types and bindings are made from the transactions, under the names of
``codes.services``. Source: docs/sources/dmp.md#wsdl (names, actions; high); the types are the sandbox's own, from the
public standards and the messages. Complete in one document: many stacks cannot fetch anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from lxml import etree

from dmp_mock.codes.services import SERVICES, WebService
from dmp_mock.transaction import Transaction
from health_documents.xml import parse, serialize
from lgo_sandbox.wire.http import RawResponse

__all__ = ["wsdl"]

_CONTENT_TYPE = "text/xml; charset=UTF-8"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
_WSAM = "http://www.w3.org/2007/05/addressing/metadata"
_WSAW = "http://www.w3.org/2006/05/addressing/wsdl"
_HTTP = "http://schemas.xmlsoap.org/soap/http"
_ALL = "urn:lgo-sandbox:dmp"
_PREFIXES = {"wsdl": _WSDL, "soap12": _SOAP12, "wsam": _WSAM, "wsaw": _WSAW}


def wsdl(transactions: Iterable[Transaction], services: str, suffix: str) -> RawResponse | None:
    """Return the description of a path, or, for the bare one, one that imports all; None where nothing is simulated.

    ``services`` is the address of ``…/services`` of this session.
    """
    described = [one for one in SERVICES if suffix in ("", one.path)]
    if not described:
        return None
    root = _all(services) if not suffix else _one(described[0], list(transactions), services)
    return RawResponse(200, serialize(root, declaration=True), _CONTENT_TYPE)


def _all(services: str) -> etree._Element:
    root = etree.Element(f"{{{_WSDL}}}definitions", {"name": "DMP", "targetNamespace": _ALL}, nsmap={"wsdl": _WSDL})
    for one in SERVICES:
        imported = _add(root, "import", location=f"{services}/{one.path}?wsdl")
        imported.set("namespace", one.namespace)
    return root


def _one(service: WebService, transactions: Sequence[Transaction], services: str) -> etree._Element:
    operations = _operations(service, transactions)
    types = [*map(_schema, service.schemas), *_own_schemas(operations)]
    root = _root(service, types)
    holder = _add(root, "types")
    holder.extend(types)
    for element in sorted({e for one in operations for e in (one.describe.asked, one.describe.answered)}):
        message = _add(root, "message", name=_message(element))
        name = etree.QName(element)
        prefix = next(known for known, uri in root.nsmap.items() if uri == name.namespace)
        _add(message, "part", name=service.part, element=f"{prefix}:{name.localname}")
    _port_type(root, service, operations)
    _binding(root, service, operations)
    port = _add(
        _add(root, "service", name=service.service), "port", name=service.port, binding=f"tns:{service.binding}"
    )
    _add(port, "address", namespace=_SOAP12, location=f"{services}/{service.path}")
    return root


@cache
def _file(name: str) -> bytes:
    return files("dmp_mock").joinpath("schemas", f"{name}.xsd").read_bytes()


def _schema(name: str) -> etree._Element:
    return parse(_file(name))


def _own_schemas(operations: Iterable[Transaction]) -> Iterable[etree._Element]:
    return (parse(schema.encode()) for one in operations for schema in one.describe.schemas)


def _root(service: WebService, types: Iterable[etree._Element]) -> etree._Element:
    """Return the root, with a prefix for the namespace of each schema."""
    prefixes = {"tns": service.namespace, **_PREFIXES}
    for schema in types:
        namespace = schema.get("targetNamespace") or ""
        known = next((prefix for prefix, uri in schema.nsmap.items() if prefix and uri == namespace), None)
        prefixes[known or f"own{len(prefixes)}"] = namespace
    attributes = {"name": service.name, "targetNamespace": service.namespace}
    return etree.Element(f"{{{_WSDL}}}definitions", attributes, nsmap=prefixes)


def _operations(service: WebService, transactions: Iterable[Transaction]) -> list[Transaction]:
    """Return a transaction for each operation of a service: several may share one."""
    by_operation = {one.describe.operation: one for one in transactions if one.describe.port == service.key}
    return [by_operation[name] for name in sorted(by_operation)]


def _message(element: str) -> str:
    return f"{etree.QName(element).localname}_Message"


def _add(parent: etree._Element, name: str, /, namespace: str = _WSDL, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)


def _port_type(root: etree._Element, service: WebService, operations: Iterable[Transaction]) -> None:
    port_type = _add(root, "portType", name=service.port_type)
    for one in operations:
        operation = _add(port_type, "operation", name=f"{service.before}{one.describe.operation}")
        for name, element, action in (
            ("input", one.describe.asked, one.actions.request),
            ("output", one.describe.answered, one.actions.response),
        ):
            part = _add(operation, name, name=etree.QName(element).localname, message=f"tns:{_message(element)}")
            if service.tells_actions:
                part.set(f"{{{_WSAM}}}Action", action)


def _binding(root: etree._Element, service: WebService, operations: Iterable[Transaction]) -> None:
    binding = _add(root, "binding", name=service.binding, type=f"tns:{service.port_type}")
    _add(binding, "binding", namespace=_SOAP12, style="document", transport=_HTTP)
    _add(binding, "UsingAddressing", namespace=_WSAW)
    for one in operations:
        told = one.describe.soap_action
        operation = _add(binding, "operation", name=f"{service.before}{one.describe.operation}")
        soap_action = one.actions.request if told is None else told
        _add(operation, "operation", namespace=_SOAP12, soapAction=soap_action, style="document")
        for name, element in (("input", one.describe.asked), ("output", one.describe.answered)):
            part = _add(operation, name, name=etree.QName(element).localname)
            _add(part, "body", namespace=_SOAP12, use="literal")
