"""ENVELOPE, BODY and BODYSTRUCTURE of a message.

Source: RFC 3501 §7.4.2; confidence high. From slices of the stored octets to octets of the response.
"""

from __future__ import annotations

from mss_mock.imap.addresses import Address, read_addresses
from mss_mock.imap.output import literal, nstring, paren, string
from mss_mock.imap.structure import Part, first_token, read_fields

__all__ = ["body_structure", "body_value", "envelope", "header_fields"]

NIL = b"NIL"
MAX_FIELDS = 5
"""How many fields of one name are looked at for addresses; a mail should have one of each."""


def envelope(message: Part) -> bytes:
    """Return the ENVELOPE of a message."""
    sender = _addresses(message, b"from")
    return paren(
        (
            nstring(message.value(b"date")),
            nstring(message.value(b"subject")),
            sender,
            _addresses(message, b"sender", sender),
            _addresses(message, b"reply-to", sender),
            _addresses(message, b"to"),
            _addresses(message, b"cc"),
            _addresses(message, b"bcc"),
            nstring(message.value(b"in-reply-to")),
            nstring(message.value(b"message-id")),
        )
    )


def _addresses(message: Part, name: bytes, default: bytes = NIL) -> bytes:
    fields = [one for one in message.fields if one.key == name][:MAX_FIELDS]
    found = [address for one in fields for address in read_addresses(one.value)]
    return b"(" + b"".join(_address(address) for address in found) + b")" if found else default


def _address(address: Address) -> bytes:
    return paren(nstring(item) for item in address)


def body_structure(part: Part, *, extended: bool) -> bytes:
    """Return BODYSTRUCTURE, or BODY when not ``extended``."""
    return _multipart(part, extended) if part.multipart else _single(part, extended)


def _multipart(part: Part, extended: bool) -> bytes:
    children = b"".join(body_structure(child, extended=extended) for child in part.children)
    items = [children, string(part.subtype)]
    if extended:
        items += [_parameters(part.parameters), *_tail(part)]
    return paren(items)


def _single(part: Part, extended: bool) -> bytes:
    items = [
        string(part.maintype),
        string(part.subtype),
        _parameters(part.parameters),
        nstring(part.value(b"content-id")),
        nstring(part.value(b"content-description")),
        string((part.value(b"content-transfer-encoding") or b"7BIT").upper()),
        b"%d" % (part.end - part.body),
    ]
    if part.message is not None:
        items += [envelope(part.message), body_structure(part.message, extended=extended)]
    if part.message is not None or part.maintype == b"TEXT":
        items.append(b"%d" % part.lines)
    if extended:
        items += [nstring(part.value(b"content-md5")), *_tail(part)]
    return paren(items)


def _tail(part: Part) -> list[bytes]:
    return [_disposition(part), _language(part), nstring(part.value(b"content-location"))]


def _disposition(part: Part) -> bytes:
    read = first_token(part.value(b"content-disposition") or b"")
    return paren((string(read[0]), _parameters(read[1]))) if read else NIL


def _language(part: Part) -> bytes:
    value = part.value(b"content-language")
    tags = [tag.strip() for tag in (value or b"").split(b",") if tag.strip()]
    return paren(string(tag) for tag in tags) if tags else NIL


def _parameters(parameters: tuple[tuple[bytes, bytes], ...]) -> bytes:
    if not parameters:
        return NIL
    return paren(item for name, value in parameters for item in (string(name), string(value)))


def header_fields(header: bytes, names: frozenset[bytes], *, wanted: bool) -> bytes:
    """Return the exact octets of the fields that are (or are not) named, lower case, and the blank line."""
    return b"".join(one.octets for one in read_fields(header) if (one.key in names) is wanted) + b"\r\n"


def body_value(octets: bytes | None) -> bytes:
    """Return a section: always a literal, so that it is byte-exact, or NIL."""
    return NIL if octets is None else literal(octets)
