"""The description of the service (WSDL), with the ports of the path that is asked and where they answer.

``dmp.wsdl`` holds the types; messages, ports and bindings are made from the transactions. Source:
docs/sources/dmp.md#wsdl (bodies, actions; high); the description itself is the sandbox's, from the public standards.
Complete in one document: many stacks cannot fetch anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from lxml import etree

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


def wsdl(transactions: Iterable[Transaction], services: str, suffix: str) -> RawResponse | None:
    """Return the description with the ports of a path, all of them for the bare one; None where nothing is simulated.

    ``services`` is the address of ``…/services`` of this session.
    """
    root = parse(_file())
    described = _operations(transactions)
    for operation in described:
        _types(root, operation)
    for operation in described:
        _messages(root, operation)
    ports = sorted({operation.describe.port: operation.path for operation in described}.items())
    for port, _ in ports:
        _port_type(root, port, [one for one in described if one.describe.port == port])
    for port, _ in ports:
        _binding(root, port, [one for one in described if one.describe.port == port])
    shown = [(port, path) for port, path in ports if suffix in ("", path)]
    _service(root, services, shown)
    return RawResponse(200, serialize(root, declaration=True), _CONTENT_TYPE) if shown else None


@cache
def _file() -> bytes:
    return files("dmp_mock").joinpath("dmp.wsdl").read_bytes()


def _operations(transactions: Iterable[Transaction]) -> list[Transaction]:
    """Return a transaction for each WSDL operation, by port: several may share one."""
    by_operation = {(one.describe.port, one.describe.operation): one for one in transactions}
    return sorted(by_operation.values(), key=lambda one: one.describe.port)


def _add(parent: etree._Element, name: str, /, namespace: str = _WSDL, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)


def _types(root: etree._Element, transaction: Transaction) -> None:
    types = root.find(f"{{{_WSDL}}}types")
    assert types is not None, "the description has types"
    for schema in transaction.describe.schemas:
        types.append(parse(schema.encode()))


def _messages(root: etree._Element, transaction: Transaction) -> None:
    described = transaction.describe
    for kind, element in (("Request", described.asked), ("Response", described.answered)):
        message = _add(root, "message", name=f"{described.operation}_{kind}")
        _part(message, element)


def _part(message: etree._Element, element: str) -> None:
    """Add the part of a message; a namespace that the file does not declare is declared there."""
    name = etree.QName(element)
    prefix = next((known for known, uri in message.nsmap.items() if known and uri == name.namespace), "body")
    declared = {prefix: name.namespace} if prefix not in message.nsmap and name.namespace else {}
    attributes = {"name": "body", "element": f"{prefix}:{name.localname}"}
    etree.SubElement(message, f"{{{_WSDL}}}part", attributes, nsmap=declared)


def _port_type(root: etree._Element, port: str, transactions: Iterable[Transaction]) -> None:
    port_type = _add(root, "portType", name=f"{port}PortType")
    for one in transactions:
        operation = _add(port_type, "operation", name=one.describe.operation)
        for name, kind, action in (
            ("input", "Request", one.actions.request),
            ("output", "Response", one.actions.response),
        ):
            part = _add(operation, name, message=f"tns:{one.describe.operation}_{kind}")
            part.set(f"{{{_WSAM}}}Action", action)


def _binding(root: etree._Element, port: str, transactions: Iterable[Transaction]) -> None:
    binding = _add(root, "binding", name=f"{port}Binding", type=f"tns:{port}PortType")
    _add(binding, "binding", namespace=_SOAP12, style="document", transport=_HTTP)
    _add(binding, "UsingAddressing", namespace=_WSAW)
    for one in transactions:
        operation = _add(binding, "operation", name=one.describe.operation)
        _add(operation, "operation", namespace=_SOAP12, soapAction=one.actions.request, style="document")
        asked = _add(operation, "input")
        _add(asked, "header", namespace=_SOAP12, message="tns:Vihf", part="Security", use="literal")
        _add(asked, "body", namespace=_SOAP12, use="literal")
        _add(_add(operation, "output"), "body", namespace=_SOAP12, use="literal")


def _service(root: etree._Element, services: str, ports: Iterable[tuple[str, str]]) -> None:
    service = _add(root, "service", name="DMP")
    for port, path in ports:
        element = _add(service, "port", name=port, binding=f"tns:{port}Binding")
        _add(element, "address", namespace=_SOAP12, location=f"{services}/{path}")
