"""The description of the service (WSDL): the public contract alone, with the reconstructed operations, or for wsimport.

Source: docs/sources/insi.md#wsdl (high), #verification (low, ours). Complete in one document: many stacks cannot fetch
anything.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from xml.sax.saxutils import quoteattr

from lxml import etree

from insi_mock.wire.verifications import RECONSTRUCTED
from lgo_sandbox.wire.http import RawResponse

__all__ = ["wsdl"]

CONTENT_TYPE = "text/xml;charset=utf-8"
SECTIONS = ("types", "portType", "binding")
BINDING = "    <soap12:binding "
SOAP11_BINDING = (
    '    <soap:binding xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" style="document"'
    ' transport="http://schemas.xmlsoap.org/soap/http"/>\n'
)
"""What makes ``wsimport`` see a port without ``-extension``; JAX-WS then obeys the binding that comes last, SOAP 1.2.

zeep obeys the first: this is a description of its own.
"""


def wsdl(address: str, *, reconstructed: bool = False, for_wsimport: bool = False) -> RawResponse:
    """Return the description, schemas included, with the address where this service answers."""
    text = _extended() if reconstructed else _file("insi.wsdl")
    if for_wsimport:
        text = text.replace(BINDING, SOAP11_BINDING + BINDING)
    body = text.replace('"ADDRESS"', quoteattr(address)).encode()
    return RawResponse(200, body, CONTENT_TYPE, (RECONSTRUCTED,) if reconstructed else ())


def _file(name: str) -> str:
    return files("insi_mock").joinpath(name).read_text(encoding="utf-8")


@cache
def _extended() -> str:
    """Put the reconstructed schemas, messages and operations where they belong in the public description."""
    base, more = (etree.fromstring(_file(name).encode()) for name in ("insi.wsdl", "verification.wsdl"))
    for section in SECTIONS:
        _child(base, section).extend(list(_child(more, section)))
    place = list(base).index(_child(base, "portType"))
    for message in reversed(more.findall("{*}message")):
        base.insert(place, message)
    return str(etree.tostring(base, encoding="unicode"))


def _child(parent: etree._Element, name: str) -> etree._Element:
    return next(parent.iterchildren(f"{{*}}{name}"))
