"""The client's own SOAP writing and reading: envelopes as text, answers by lxml without DTD or entities.

Deliberately apart from the server's toolkit. Source: W3C SOAP 1.2, WS-Addressing 1.0; specs/insi.md §1,
specs/dmp.md §1.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from lxml import etree

__all__ = ["ENVELOPE", "WSA", "SoapRefused", "children_text", "element", "parse_answer"]

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"


class SoapRefused(Exception):
    """A SOAP fault: ``code`` is the most precise code of the service, the message its French text."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code} : {reason}")
        self.code = code
        self.reason = reason


def element(name: str, text: str = "", attributes: Mapping[str, str] | None = None) -> str:
    """Return one XML element as text, with its content escaped."""
    written = "".join(f' {key}="{escape(value, {chr(34): "&quot;"})}"' for key, value in (attributes or {}).items())
    return f"<{name}{written}>{escape(text)}</{name.partition(' ')[0]}>" if text else f"<{name}{written}/>"


def parse_answer(octets: bytes) -> etree._Element:
    """Return the body's only element. Raises SoapRefused on a fault, ValueError on what is no SOAP answer."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        envelope = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("la réponse n'est pas du XML") from error
    if envelope.getroottree().docinfo.doctype:
        raise ValueError("la réponse porte une DTD, que SOAP interdit")
    body = envelope.find(f"{{{ENVELOPE}}}Body")
    content = next(body.iterchildren(tag=etree.Element), None) if body is not None else None
    if envelope.tag != f"{{{ENVELOPE}}}Envelope" or content is None:
        raise ValueError("la réponse n'est pas une enveloppe SOAP 1.2")
    if content.tag == f"{{{ENVELOPE}}}Fault":
        raise _refused(content)
    return content


def children_text(parent: etree._Element) -> dict[str, str]:
    """Return the text of the children by local name (the first of repeated ones)."""
    found: dict[str, str] = {}
    for child in parent.iterchildren(tag=etree.Element):
        found.setdefault(etree.QName(child).localname, (child.text or "").strip())
    return found


def _refused(fault: etree._Element) -> SoapRefused:
    error = next(iter(fault.iter("{urn:siram}Erreur")), None)
    reason = "".join(fault.itertext(f"{{{ENVELOPE}}}Text")).strip()
    if error is not None:
        return SoapRefused(error.get("code", ""), (error.text or reason).strip())
    codes = [(value.text or "").strip() for value in fault.iter(f"{{{ENVELOPE}}}Value")]
    return SoapRefused(codes[-1].rpartition(":")[2] if codes else "", reason)
