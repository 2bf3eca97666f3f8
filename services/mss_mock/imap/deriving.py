"""What commands need of a message, made of its octets once, when it is delivered or appended.

Source: RFC 3501 §6.4.4 and §7.4.2; confidence high. Texts to search are decoded and in lower case. Never raises: what
is malformed is read as well as can be. Knows octets only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from email.utils import parsedate_to_datetime

from lgo_sandbox.wire.mime import decoded_text, decoded_value
from mss_mock.imap.addresses import read_addresses
from mss_mock.imap.rendering import body_structure, envelope
from mss_mock.imap.sections import write_places
from mss_mock.imap.structure import Part, parse
from mss_mock.store import Derived

__all__ = ["ADDRESSES", "PLAIN", "derive"]

ADDRESSES = (b"from", b"to", b"cc", b"bcc", b"sender", b"reply-to")
PLAIN = "="
"""Before the name of a field that is not in the message: its addresses, written plainly, for the keys FROM, TO…"""


def derive(octets: bytes) -> Derived:
    """Return what commands need of a message."""
    root = parse(octets)
    parts = list(_below(root))
    return Derived(
        envelope=envelope(root),
        body=body_structure(root, extended=False),
        structure=body_structure(root, extended=True),
        header=root.header_octets,
        parts=write_places(root),
        sent=_sent(root),
        head=_storable("".join(_lines(root)) + "\n"),
        deep=_storable("".join(line for part in parts for line in _fields(part))),
        text=_storable("\n".join(_texts((root, *parts)))),
    )


def _below(part: Part) -> Iterator[Part]:
    inner = part.children if part.message is None else [part.message]
    for child in inner:
        yield child
        yield from _below(child)


def _fields(part: Part) -> Iterator[str]:
    for field in part.fields:
        yield f"\n{field.key.decode('ascii')}:{decoded_value(field.value).lower()}"


def _lines(root: Part) -> Iterator[str]:
    """Yield the fields of the message, then the addresses of those that have some, written plainly."""
    yield from _fields(root)
    for field in root.fields:
        if field.key in ADDRESSES:
            plain = b", ".join(_plain(*address) for address in read_addresses(field.value))
            yield f"\n{PLAIN}{field.key.decode('ascii')}:{decoded_value(plain).lower()}"


def _plain(name: bytes | None, _route: bytes | None, local: bytes | None, host: bytes | None) -> bytes:
    address = (local or b"") + (b"@" + host if host else b"")
    return (name + b" <" + address + b">" if name else address) if address else (name or b"")


def _texts(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        if part.maintype == b"TEXT" and part.message is None and not part.children:
            encoding = (part.value(b"content-transfer-encoding") or b"").decode("ascii", "replace")
            charset = dict(reversed(part.parameters)).get(b"CHARSET", b"").decode("ascii", "replace")
            yield decoded_text(part.body_octets, encoding, charset).lower()


def _sent(root: Part) -> str:
    value = root.value(b"date")
    try:
        day: date | None = parsedate_to_datetime(value.decode("latin-1")).date() if value else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
    return day.isoformat() if day else ""


def _storable(text: str) -> str:
    """Return text without what no database keeps: half characters, and NUL, which ends a text for some."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
