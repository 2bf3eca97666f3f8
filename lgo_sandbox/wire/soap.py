"""SOAP 1.1 and 1.2 envelopes, faults and WS-Addressing headers.

Source: W3C SOAP 1.2 part 1 §5 and W3C note SOAP 1.1 §4, WS-Addressing 1.0 core §3 and SOAP binding §2; what is
tolerated and how faults are dressed: specs/insi.md §1.1 and §2.2, specs/dmp.md §1.4; confidence high.
Prefixes are a matter of ``Dialect`` because clients compare text: some parse a fault by its literal prefix
(specs/insi.md §2.2). Knows no operation, no error code and no service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import lru_cache
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from health_documents.xml import MAX_BYTES, MalformedXml, parse, serialize
from lgo_sandbox.wire.media import read_media_type

__all__ = [
    "ANONYMOUS",
    "WSA",
    "Dialect",
    "Envelope",
    "Fault",
    "FaultCode",
    "NotSoap",
    "SoapVersion",
    "UnknownSoapVersion",
    "addressing_headers",
    "must_understand",
    "read_envelope",
    "soap_action_of",
    "write_envelope",
    "write_fault",
]

WSA = "http://www.w3.org/2005/08/addressing"
ANONYMOUS = f"{WSA}/anonymous"

_NCNAME = re.compile(r"[A-Za-z_][\w.-]*")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Xml: TypeAlias = bytes | etree._Element
"""A well-formed fragment, or an element to be serialised."""


class SoapVersion(Enum):
    """A SOAP version: its envelope namespace and its media type."""

    V11 = ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml")
    V12 = ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml")

    def __init__(self, namespace: str, media_type: str) -> None:
        self.namespace = namespace
        self.media_type = media_type


class NotSoap(ValueError):
    """The message is no SOAP envelope; ``reason`` in French, ``version`` when the root tells it."""

    def __init__(self, reason: str, version: SoapVersion | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.version = version


class UnknownSoapVersion(NotSoap):
    """The root is an Envelope of a namespace that is neither SOAP 1.1 nor 1.2."""


_ROLE_ATTRIBUTE = {SoapVersion.V11: "actor", SoapVersion.V12: "role"}
_OUR_ROLES = frozenset(
    {
        "",
        f"{SoapVersion.V12.namespace}/role/next",
        f"{SoapVersion.V12.namespace}/role/ultimateReceiver",
        "http://schemas.xmlsoap.org/soap/actor/next",
    }
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A SOAP message: header blocks, the single body element, and the WS-Addressing 1.0 properties as text.

    A property is None when its header is absent and "" when it is empty; of two equal headers the first counts and
    ``repeated`` names them. ``reply_to`` and ``fault_to`` are the addresses inside the endpoint references.
    """

    version: SoapVersion
    headers: tuple[etree._Element, ...]
    body: etree._Element | None
    message_id: str | None = None
    action: str | None = None
    to: str | None = None
    reply_to: str | None = None
    fault_to: str | None = None
    relates_to: str | None = None
    repeated: frozenset[str] = frozenset()

    @property
    def body_qname(self) -> str | None:
        """The name of the body element in ``{namespace}local`` form, None when the Body is empty."""
        return None if self.body is None else str(self.body.tag)

    def header(self, qname: str) -> etree._Element | None:
        """Return the first header block of that ``{namespace}local`` name."""
        return next((block for block in self.headers if block.tag == qname), None)


def read_envelope(message: Xml, *, max_bytes: int = MAX_BYTES, long_texts: bool = False) -> Envelope:
    """Return the parts of a SOAP message given as bytes or as its root element; the limits are those of ``xml.parse``.

    Raises NotSoap for what is not XML, not an Envelope, or an Envelope with no Body, with two Headers or Bodies, with
    anything else beside them, or with several elements in the Body (document/literal has one at most).
    """
    root = _root(message, max_bytes, long_texts=long_texts)
    version = _version(root)
    children = _children(root)
    names = [child.tag for child in children]
    header, body = f"{{{version.namespace}}}Header", f"{{{version.namespace}}}Body"
    if names not in ([body], [header, body]):
        raise NotSoap("une enveloppe SOAP contient au plus un Header, puis exactement un Body", version)
    if len(content := _children(children[-1])) > 1:
        raise NotSoap("le Body SOAP contient plusieurs éléments", version)
    return _envelope(version, _children(children[0]) if len(names) == 2 else [], content)


def _root(message: Xml, max_bytes: int, *, long_texts: bool) -> etree._Element:
    if not isinstance(message, bytes):
        return message
    try:
        return parse(message, max_bytes=max_bytes, long_texts=long_texts)
    except MalformedXml as error:
        raise NotSoap(error.reason) from error


def _version(root: etree._Element) -> SoapVersion:
    for version in SoapVersion:
        if root.tag == f"{{{version.namespace}}}Envelope":
            return version
    if etree.QName(root).localname == "Envelope":
        raise UnknownSoapVersion(f"version de SOAP inconnue : {etree.QName(root).namespace}")
    raise NotSoap(f"la racine {etree.QName(root).text} n'est pas une enveloppe SOAP")


def _children(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str)]


def _envelope(version: SoapVersion, headers: list[etree._Element], content: list[etree._Element]) -> Envelope:
    found: dict[str, str] = {}
    repeated: set[str] = set()
    for block in headers:
        name = etree.QName(block)
        if name.namespace == WSA and name.localname in found:
            repeated.add(name.localname)
        elif name.namespace == WSA:
            found[name.localname] = _addressing_text(block)
    return Envelope(
        version,
        tuple(headers),
        content[0] if content else None,
        message_id=found.get("MessageID"),
        action=found.get("Action"),
        to=found.get("To"),
        reply_to=found.get("ReplyTo"),
        fault_to=found.get("FaultTo"),
        relates_to=found.get("RelatesTo"),
        repeated=frozenset(repeated),
    )


def _addressing_text(block: etree._Element) -> str:
    address = block.find(f"{{{WSA}}}Address")
    holder = block if address is None else address
    return ((holder.text or "") if not len(holder) else str(holder.xpath("string()"))).strip()


def must_understand(block: etree._Element, version: SoapVersion) -> bool:
    """Tell whether the receiver must understand a header block: it is marked so, and meant for the receiver.

    The attribute without namespace, seen in the field, says nothing (SOAP 1.2 §5.2.3); a block for a role that is not
    ours, such as ``none``, does not concern us (SOAP 1.2 §2.4, SOAP 1.1 §4.2.2).
    """
    marked = (block.get(f"{{{version.namespace}}}mustUnderstand") or "").strip() in {"1", "true"}
    role = block.get(f"{{{version.namespace}}}{_ROLE_ATTRIBUTE[version]}") or ""
    return marked and role.strip() in _OUR_ROLES


def soap_action_of(content_type: str | None, soap_action: str | None = None) -> str | None:
    """Return the action an HTTP request names: the ``action`` parameter (also that of an MTOM ``start-info``), else the
    ``SOAPAction`` header without its quotes, else None. An empty action is ""."""
    parameters = read_media_type(content_type).parameters
    inner = read_media_type(parameters.get("start-info")).parameters
    for candidate in (parameters.get("action"), inner.get("action")):
        if candidate is not None:
            return candidate
    return None if soap_action is None else soap_action.strip().strip('"')


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an emitter dresses its messages: prefixes and superfluous declarations that clients came to rely on.

    ``body_prefix`` and ``fault_prefix`` default to ``prefix``. The namespace maps are declared where they say, in
    order; a prefix that is in use and not yet in scope is declared besides.
    """

    prefix: str = "soap"
    body_prefix: str | None = None
    fault_prefix: str | None = None
    body_namespaces: Mapping[str, str] = field(default_factory=dict)
    fault_namespaces: Mapping[str, str] = field(default_factory=dict)
    declaration: bool = False


class FaultCode(StrEnum):
    """Fault codes by their SOAP 1.2 name (§5.4.6); SOAP 1.1 says Client and Server."""

    SENDER = "Sender"
    RECEIVER = "Receiver"
    MUST_UNDERSTAND = "MustUnderstand"
    VERSION_MISMATCH = "VersionMismatch"
    DATA_ENCODING_UNKNOWN = "DataEncodingUnknown"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: a subcode without a prefix takes that of the fault; detail is the content of Detail, verbatim."""

    code: FaultCode
    reason: str
    subcode: str | None = None
    lang: str = "fr"
    detail: Xml | None = None


def write_envelope(
    body: Xml | None,
    *,
    headers: Xml | Sequence[Xml] = (),
    version: SoapVersion = SoapVersion.V12,
    dialect: Dialect | None = None,
) -> bytes:
    """Return the message as UTF-8 bytes; ``body`` and ``headers`` are put in verbatim, an empty header is left out."""
    dialect = dialect or Dialect()
    prefix, body_prefix = _prefix(dialect.prefix), _prefix(dialect.body_prefix or dialect.prefix)
    namespaces = dict(dialect.body_namespaces)
    if body_prefix != prefix:
        namespaces.setdefault(body_prefix, version.namespace)
    blocks = b"".join(
        map(_bytes, headers if isinstance(headers, Sequence) and not isinstance(headers, bytes) else [headers])
    )
    return b"".join(
        [
            b'<?xml version="1.0" encoding="UTF-8"?>' if dialect.declaration else b"",
            f"<{prefix}:Envelope{_declare({prefix: version.namespace})}>".encode(),
            b"<%b:Header>%b</%b:Header>" % (prefix.encode(), blocks, prefix.encode()) if blocks else b"",
            f"<{body_prefix}:Body{_declare(namespaces)}>".encode(),
            b"" if body is None else _bytes(body),
            f"</{body_prefix}:Body></{prefix}:Envelope>".encode(),
        ]
    )


def addressing_headers(
    action: str, message_id: str, relates_to: str | None, *, to: str = ANONYMOUS, prefix: str = ""
) -> bytes:
    """Return the WS-Addressing blocks of an answer: Action, MessageID, To, RelatesTo (left out when None).

    Without a prefix each block declares its own default namespace, as the DMP's server does (specs/dmp.md §1.4).
    """
    blocks = [("Action", action), ("MessageID", message_id), ("To", to), ("RelatesTo", relates_to)]
    return b"".join(_addressing_block(name, text, prefix) for name, text in blocks if text is not None)


def _addressing_block(name: str, text: str, prefix: str) -> bytes:
    tag, declared = (f"{_prefix(prefix)}:{name}", f"xmlns:{prefix}") if prefix else (name, "xmlns")
    return f'<{tag} {declared}="{WSA}">{_text(text)}</{tag}>'.encode()


def write_fault(
    fault: Fault,
    *,
    headers: Xml | Sequence[Xml] = (),
    version: SoapVersion = SoapVersion.V12,
    dialect: Dialect | None = None,
) -> bytes:
    """Return a whole message whose body is that fault, in the layout of the SOAP version."""
    dialect = dialect or Dialect()
    prefix = _prefix(dialect.fault_prefix or dialect.prefix)
    namespaces = dict(dialect.fault_namespaces)
    if prefix not in {dialect.prefix, dialect.body_prefix, *dialect.body_namespaces}:
        namespaces.setdefault(prefix, version.namespace)
    content = _fault_12(fault, prefix) if version is SoapVersion.V12 else _fault_11(fault, prefix)
    body = b"<%b>%b</%b:Fault>" % (f"{prefix}:Fault{_declare(namespaces)}".encode(), content, prefix.encode())
    return write_envelope(body, headers=headers, version=version, dialect=dialect)


def _fault_12(fault: Fault, p: str) -> bytes:
    subcode = fault.subcode and _qualified(fault.subcode, p)
    inner = f"<{p}:Subcode><{p}:Value>{_text(subcode)}</{p}:Value></{p}:Subcode>" if subcode else ""
    code = f"<{p}:Code><{p}:Value>{p}:{fault.code}</{p}:Value>{inner}</{p}:Code>"
    text = f"<{p}:Text xml:lang={quoteattr(fault.lang)}>{_text(fault.reason)}</{p}:Text>"
    return _with_detail(f"{code}<{p}:Reason>{text}</{p}:Reason>", fault, f"{p}:Detail")


def _fault_11(fault: Fault, p: str) -> bytes:
    code = {FaultCode.SENDER: "Client", FaultCode.RECEIVER: "Server"}.get(fault.code, str(fault.code))
    subcode = f".{fault.subcode.rpartition(':')[2]}" if fault.subcode else ""
    text = f"<faultstring xml:lang={quoteattr(fault.lang)}>{_text(fault.reason)}</faultstring>"
    return _with_detail(f"<faultcode>{p}:{code}{_text(subcode)}</faultcode>{text}", fault, "detail")


def _with_detail(start: str, fault: Fault, tag: str) -> bytes:
    if fault.detail is None:
        return start.encode()
    return b"%b<%b>%b</%b>" % (start.encode(), tag.encode(), _bytes(fault.detail), tag.encode())


def _bytes(fragment: Xml) -> bytes:
    return fragment if isinstance(fragment, bytes) else serialize(fragment, declaration=False)


def _qualified(name: str, prefix: str) -> str:
    return name if ":" in name else f"{prefix}:{name}"


def _declare(namespaces: Mapping[str, str]) -> str:
    return _declarations(tuple(namespaces.items()))


@lru_cache(maxsize=128)
def _declarations(namespaces: tuple[tuple[str, str], ...]) -> str:
    return "".join(f" xmlns:{_prefix(prefix)}={quoteattr(uri)}" for prefix, uri in namespaces)


def _prefix(prefix: str) -> str:
    if not _NCNAME.fullmatch(prefix):
        raise ValueError(f"not a namespace prefix: {prefix!r}")
    return prefix


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))
