"""Opening a DMP request and dressing the answer: SOAP, WS-Addressing, MTOM.

Source: specs/dmp.md §1.4 (headers, missing-property fault; high), §1.5 (multipart answers and faults of /repository;
high), §9.1 (SOAP 1.1 accepted, answered in 1.2). Knows no operation but by the tables of ``codes.operations``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml import etree

from dmp_mock.codes import operations as ops
from dmp_mock.codes.faults import FAULTS, SIMULATION_VALUE
from dmp_mock.domain.errors import Refused
from lgo_sandbox.wire import mtom, soap
from lgo_sandbox.wire.http import RawResponse

__all__ = [
    "WSSE",
    "Answer",
    "Message",
    "answer",
    "check_addressing",
    "check_coding",
    "fault",
    "http_answer",
    "open_message",
    "variant_of",
]

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"

_SOAP_TYPE = "application/soap+xml; charset=UTF-8"
_FAULT_STATUS = 500
"""What a CXF server answers for every fault, whoever is at fault (medium)."""

_UNDERSTOOD = frozenset({soap.WSA, WSSE})


@dataclass(frozen=True, slots=True)
class Message:
    """An opened request: its envelope, its parts, and whether it came as a package."""

    envelope: soap.Envelope
    package: mtom.Package
    packaged: bool

    @property
    def body(self) -> etree._Element:
        """The element of the SOAP body."""
        assert self.envelope.body is not None
        return self.envelope.body


@dataclass(frozen=True, slots=True)
class Answer:
    """What a transaction answers: the body, the octets that it refers to, and whether it travels as a package."""

    body: etree._Element
    parts: Sequence[mtom.OutgoingPart] = ()
    packaged: bool = False
    simulated: bool = False


def check_coding(content_encoding: str | None) -> None:
    """Raise Refused for a compressed body: the guide asks for none, and what it would unfold to is not bounded."""
    coding = (content_encoding or "").strip().lower()
    if coding not in ("", "identity"):
        raise Refused("coding", coding[:100], rule="coding", received=coding[:100], expected="corps non compressé")


def open_message(content_type: str | None, body: bytes) -> Message:
    """Return the opened request. Raises Refused for what is no package, no XML, no SOAP or has no body element."""
    try:
        package = mtom.read_package(content_type, body)
        envelope = soap.read_envelope(package.root, long_texts=True)
    except soap.UnknownSoapVersion as error:
        raise Refused("soap-version", error.reason, received=error.reason, expected="SOAP 1.2") from error
    except (mtom.MtomError, soap.NotSoap) as error:
        raise Refused("soap", error.reason, received=error.reason, expected="un message SOAP 1.2") from error
    if envelope.body is None:
        raise Refused("soap", "Body vide", received="Body vide", expected="une requête dans le Body")
    return Message(envelope, package, (content_type or "").strip().lower().startswith("multipart/"))


def check_addressing(message: Message, transaction: ops.Transaction, *, strict: bool) -> bool:
    """Return whether wsa:Action is the one of the transaction. Raises Refused for missing or repeated properties."""
    envelope = message.envelope
    for block in envelope.headers:
        if etree.QName(block).namespace not in _UNDERSTOOD and soap.must_understand(block, envelope.version):
            raise Refused("soap-understand", str(block.tag)[:200], received=str(block.tag)[:200], expected="wsa, wsse")
    if envelope.repeated:
        raise Refused("wsa-invalid", received=f"{', '.join(sorted(envelope.repeated))} répété", expected="une fois")
    for name, value in (("Action", envelope.action), ("MessageID", envelope.message_id)):
        if not value and not (name == "Action" and value == "" and "" in transaction.wsdl_actions):
            raise Refused("wsa-absent", rule=f"wsa:{name}", received="absent", expected=f"wsa:{name}")
    is_right = envelope.action in {transaction.action, *transaction.wsdl_actions}
    if strict and not is_right:
        raise Refused("wsa-action", envelope.action or "", received=envelope.action or "", expected=transaction.action)
    return is_right


def variant_of(body: etree._Element) -> str:
    """Return what tells apart the transactions of one body name: HL7 reason code, return type of GetDocuments."""
    if body.tag == f"{{{ops.NS_QUERY}}}AdhocQueryRequest":
        from dmp_mock.wire.registry import is_reference_query

        return "ObjectRef" if is_reference_query(body) else "LeafClass"
    reason = body.find(f"{{{ops.NS_HL7}}}controlActProcess/{{{ops.NS_HL7}}}reasonCode")
    return "" if reason is None else reason.get("code") or ""


def answer(message: Message, transaction: ops.Transaction, given: Answer, new_uuid: Callable[[], str]) -> RawResponse:
    """Return the HTTP answer: SOAP 1.2, with the addressing of the transaction."""
    headers = _addressing(transaction.response_action, message.envelope.message_id, new_uuid)
    octets = soap.write_envelope(given.body, headers=headers)
    simulation = (("X-Simulation", SIMULATION_VALUE),) if given.simulated else ()
    return http_answer(
        octets, packaged=given.packaged, status=200, new_uuid=new_uuid, parts=given.parts, headers=simulation
    )


def fault(refusal: Refused, message: Message | None, *, packaged: bool, new_uuid: Callable[[], str]) -> RawResponse:
    """Return a refusal as a SOAP fault; on /repository it is a package too."""
    line = FAULTS[refusal.key]
    subcode = refusal.subcode or line.subcode
    reason = line.reason.format(refusal.detail) if "{}" in line.reason else line.reason
    dialect = soap.Dialect(fault_namespaces={"wsa": soap.WSA} if subcode.startswith("wsa:") else {})
    octets = soap.write_fault(
        soap.Fault(soap.FaultCode(line.code), reason, subcode or None),
        headers=_addressing(ops.FAULT_ACTION, message.envelope.message_id if message else None, new_uuid),
        dialect=dialect,
    )
    simulation = () if line.public else (("X-Simulation", SIMULATION_VALUE),)
    return http_answer(octets, packaged=packaged, status=_FAULT_STATUS, new_uuid=new_uuid, headers=simulation)


def _addressing(action: str, relates_to: str | None, new_uuid: Callable[[], str]) -> bytes:
    return soap.addressing_headers(action, f"urn:uuid:{new_uuid()}", relates_to)


def http_answer(
    octets: bytes,
    *,
    packaged: bool,
    status: int,
    new_uuid: Callable[[], str],
    parts: Sequence[mtom.OutgoingPart] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> RawResponse:
    """Return a SOAP message as an HTTP answer, alone or as the root of a package."""
    if not packaged:
        return RawResponse(status, octets, _SOAP_TYPE, headers)
    boundary = _boundary([octets, *(part.body for part in parts)], new_uuid)
    content_type, body = mtom.write_package(octets, parts, boundary=boundary)
    return RawResponse(status, body, content_type, headers)


def _boundary(contents: Sequence[bytes], new_uuid: Callable[[], str]) -> str:
    """Return a boundary that no part holds: in a seeded session a document could hold the one to come."""
    while True:
        boundary = f"uuid:{new_uuid()}"
        if not any(boundary.encode() in content for content in contents):
            return boundary
