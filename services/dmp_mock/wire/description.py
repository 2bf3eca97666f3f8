"""The description of the service (WSDL), with the ports of the path that is asked and where they answer.

Source: specs/dmp.md §1.1 and §1.4 (bodies, actions; high); the description itself is the sandbox's, from the public
standards. Complete in one document: many stacks cannot fetch anything. Describes the transactions that are simulated.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lxml import etree

from health_documents.xml import parse, serialize
from lgo_sandbox.wire.http import RawResponse

__all__ = ["wsdl"]

_CONTENT_TYPE = "text/xml; charset=UTF-8"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_ADDRESS = "{http://schemas.xmlsoap.org/wsdl/soap12/}address"


def wsdl(services: str, suffix: str) -> RawResponse | None:
    """Return the description with the ports of a path, all of them for the bare one; None where nothing is simulated.

    ``services`` is the address of ``…/services`` of this session.
    """
    root = parse(_file())
    service = root.find(f"{{{_WSDL}}}service")
    assert service is not None, "the description has a service"
    for port in list(service):
        if suffix in ("", _suffix(port)):
            _address(port).set("location", f"{services}/{_suffix(port)}")
        else:
            service.remove(port)
    return RawResponse(200, serialize(root, declaration=True), _CONTENT_TYPE) if len(service) else None


@cache
def _file() -> bytes:
    return files("dmp_mock").joinpath("dmp.wsdl").read_bytes()


def _suffix(port: etree._Element) -> str:
    return (_address(port).get("location") or "").rpartition("/")[2]


def _address(port: etree._Element) -> etree._Element:
    return next(port.iterchildren(_ADDRESS))
