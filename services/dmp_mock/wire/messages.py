"""Opening a DMP request and dressing the answer: SOAP, WS-Addressing, MTOM.

Source: docs/sources/dmp.md#enveloppe (headers, missing-property fault; high), #mtom and #refus (multipart answers and
faults of /repository; high), #soap-1-1 (accepted, answered in 1.2). Knows no transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml import etree

from dmp_mock.codes import names
from dmp_mock.codes.faults import FAULTS, SIMULATION_VALUE
from dmp_mock.domain.errors import Refused
from lgo_sandbox.wire import mtom, mtom_write, soap
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.media import read_media_type

__all__ = [
    "WSSE",
    "Answer",
    "Message",
    "answer",
    "check_addressing",
    "check_coding",
    "fault",
    "hl7_reason",
    "http_answer",
    "open_message",
    "reason_of",
    "shown_name",
]

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"

_SOAP_TYPE = "application/soap+xml; charset=UTF-8"
_FAULT_STATUS = 500
"""What a CXF server answers for every fault, whoever is at fault (medium)."""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
"""What a message in UTF-16 begins with, with its byte order mark or without."""
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
    """What a transaction answers: the body, the octets that it refers to, and whether it travels as a package.

    A body in octets goes into the envelope as it is.
    """

    body: etree._Element | bytes
    parts: Sequence[mtom_write.OutgoingPart] = ()
    packaged: bool = False
    simulated: bool = False


def check_coding(content_encoding: str | None) -> None:
    """Raise Refused for a compressed body: the guide asks for none, and what it would unfold to is not bounded."""
    coding = (content_encoding or "").strip().lower()
    if coding not in ("", "identity"):
        raise Refused(
            "coding",
            coding[:100],
            received=f"Content-Encoding: {coding[:100]}",
            expected="un corps non compressé, sans Content-Encoding",
            where="en-tête Content-Encoding",
        )


def open_message(content_type: str | None, body: bytes) -> Message:
    """Return the opened request. Raises Refused for what is no package, no XML, no SOAP or has no body element."""
    try:
        package = mtom.read_package(content_type, body)
        _check_charset(package)
        envelope = soap.read_envelope(package.root, long_texts=True)
    except soap.UnknownSoapVersion as error:
        raise Refused(
            "soap-version",
            error.reason,
            received=error.reason,
            expected=f"SOAP 1.2 ({soap.SoapVersion.V12.namespace})",
            where="racine du message",
        ) from error
    except mtom.MtomError as error:
        raise Refused(
            "soap",
            error.reason,
            received=error.received,
            expected=error.expected or "un paquet MTOM (multipart/related) bien formé",
            where=error.where or "corps HTTP",
            remedy=error.remedy,
        ) from error
    except soap.NotSoap as error:
        raise Refused(
            "soap",
            error.reason,
            received=error.reason,
            expected="une enveloppe SOAP 1.2 bien formée",
            where="corps HTTP",
        ) from error
    if envelope.body is None:
        raise Refused(
            "soap", "Body vide", received="Body vide", expected="l'élément d'une transaction", where="Envelope/Body"
        )
    return Message(envelope, package, (content_type or "").strip().lower().startswith("multipart/"))


def _check_charset(package: mtom.Package) -> None:
    """Raise Refused for UTF-16 that is announced as another charset: a real stack decodes by what is announced."""
    announced = read_media_type(package.root_type).charset
    if announced is None or announced.startswith("utf-16") or not package.root.startswith(_UTF_16):
        return
    head = package.root[:4].hex(" ")
    raise Refused(
        "soap",
        f"octets en UTF-16 sous charset={announced[:40]}",
        received=f"des octets en UTF-16 ({head}…) sous charset={announced[:40]}",
        expected=f"des octets en {announced[:40]}",
        where="Content-Type et corps du message",
        remedy="Écrivez le message en UTF-8, déclaration XML comprise, et gardez charset=UTF-8.",
    )


def check_addressing(message: Message, right: frozenset[str], *, strict: bool) -> None:
    """Raise Refused for missing or repeated properties, an unknown mandatory header and, if strict, a wrong action."""
    envelope = message.envelope
    for block in envelope.headers:
        if etree.QName(block).namespace not in _UNDERSTOOD and soap.must_understand(block, envelope.version):
            raise Refused(
                "soap-understand",
                str(block.tag)[:200],
                received=shown_name(block),
                expected="les en-têtes wsa et wsse seuls",
                where="Envelope/Header",
            )
    if envelope.repeated:
        names = ", ".join(sorted(envelope.repeated))
        raise Refused("wsa-invalid", received=f"{names} répété", expected="une seule fois", where="Envelope/Header")
    for name, value in (("Action", envelope.action), ("MessageID", envelope.message_id)):
        if not value and not (name == "Action" and value == "" and "" in right):
            _refuse_absent(name, value, right)
    if strict and envelope.action not in right:
        action = envelope.action or ""
        raise Refused(
            "wsa-action",
            action,
            received=action,
            expected=" ou ".join(sorted(right)),
            where="Envelope/Header/wsa:Action",
        )


def _refuse_absent(name: str, value: str | None, right: frozenset[str]) -> None:
    raise Refused(
        "wsa-absent",
        received=f"wsa:{name} {'absent' if value is None else 'vide'}",
        expected=" ou ".join(sorted(right)) if name == "Action" else "un urn:uuid: neuf par message",
        where=f"Envelope/Header/wsa:{name}",
        remedy=f"Ajoutez wsa:{name} à l'en-tête SOAP, avec sa valeur.",
    )


def shown_name(element: etree._Element) -> str:
    """Return the name of an element for people."""
    name = etree.QName(element)
    return f"{name.localname[:100]} (espace de noms {name.namespace or 'absent'})"[:250]


def hl7_reason(body: etree._Element) -> str:
    """Return the HL7 reason code of a message, which tells apart transactions of one interaction, "" without one."""
    reason = body.find(f"{{{names.NS_HL7}}}controlActProcess/{{{names.NS_HL7}}}reasonCode")
    return "" if reason is None else reason.get("code") or ""


def answer(message: Message, action: str, given: Answer, new_uuid: Callable[[], str]) -> RawResponse:
    """Return the HTTP answer: SOAP 1.2, addressed with the action of the answer."""
    headers = _addressing(action, message.envelope.message_id, new_uuid)
    octets = soap.write_envelope(given.body, headers=headers)
    simulation = (("X-Simulation", SIMULATION_VALUE),) if given.simulated else ()
    return http_answer(
        octets, packaged=given.packaged, status=200, new_uuid=new_uuid, parts=given.parts, headers=simulation
    )


def fault(refusal: Refused, message: Message | None, *, packaged: bool, new_uuid: Callable[[], str]) -> RawResponse:
    """Return a refusal as a SOAP fault; on /repository it is a package too."""
    line = FAULTS[refusal.code]
    subcode, reason = refusal.subcode or line.subcode, reason_of(refusal)
    dialect = soap.Dialect(fault_namespaces={"wsa": soap.WSA} if subcode.startswith("wsa:") else {})
    octets = soap.write_fault(
        soap.Fault(soap.FaultCode(line.code), reason, subcode or None),
        headers=_addressing(names.FAULT_ACTION, message.envelope.message_id if message else None, new_uuid),
        dialect=dialect,
    )
    simulation = () if line.public else (("X-Simulation", SIMULATION_VALUE),)
    return http_answer(octets, packaged=packaged, status=_FAULT_STATUS, new_uuid=new_uuid, headers=simulation)


def reason_of(refusal: Refused) -> str:
    """Return the French reason of a refusal, as the fault says it."""
    reason = FAULTS[refusal.code].reason
    return reason.format(refusal.detail) if "{}" in reason else reason


def _addressing(action: str, relates_to: str | None, new_uuid: Callable[[], str]) -> bytes:
    return soap.addressing_headers(action, f"urn:uuid:{new_uuid()}", relates_to)


def http_answer(
    octets: bytes,
    *,
    packaged: bool,
    status: int,
    new_uuid: Callable[[], str],
    parts: Sequence[mtom_write.OutgoingPart] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> RawResponse:
    """Return a SOAP message as an HTTP answer, alone or as the root of a package."""
    if not packaged:
        return RawResponse(status, octets, _SOAP_TYPE, headers)
    boundary = _boundary([octets, *(part.body for part in parts)], new_uuid)
    content_type, body = mtom_write.write_package(octets, parts, boundary=boundary)
    return RawResponse(status, body, content_type, headers)


def _boundary(contents: Sequence[bytes], new_uuid: Callable[[], str]) -> str:
    """Return a boundary that no part holds: in a seeded session a document could hold the one to come."""
    while True:
        boundary = f"uuid:{new_uuid()}"
        if not any(boundary.encode() in content for content in contents):
            return boundary
