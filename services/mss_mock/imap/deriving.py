"""What commands need of a message, made of its octets once, when it is delivered or appended.

Source: RFC 3501 §6.4.4 and §7.4.2, RFC 5256 §2.1; confidence high. Texts to search are decoded and in lower case. Never
raises: what is malformed is read as well as can be. Knows octets only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime

from lgo_sandbox.wire.mime import decoded_text, decoded_value
from mss_mock.imap.addresses import read_addresses
from mss_mock.imap.rendering import MAX_FIELDS, body_structure, envelope
from mss_mock.imap.sections import write_places
from mss_mock.imap.structure import Part, parse
from mss_mock.store import Derived

__all__ = ["ADDRESSES", "PLAIN", "SORTED", "base_subject", "derive"]

ADDRESSES = (b"from", b"to", b"cc", b"bcc", b"sender", b"reply-to")
PLAIN = "="
"""Before the name of a field that is not in the message: its addresses, written plainly, for the keys FROM, TO…"""
MAX_COMPARED = 1000
"""How much of a subject or a date is looked at to sort by it."""
SORTED = "=sort."
"""Before the name of a field that is not in the message: what SORT compares."""


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
    """Yield the fields of the message, then the addresses of those that have some, written plainly, and sort keys."""
    yield from _fields(root)
    for name in ADDRESSES:
        for field in [one for one in root.fields if one.key == name][:MAX_FIELDS]:
            plain = b", ".join(_plain(*address) for address in read_addresses(field.value))
            yield f"\n{PLAIN}{field.key.decode('ascii')}:{decoded_value(plain).lower()}"
    yield from _sort_keys(root)


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
    """Return the day as the header has it, in its zone, then the seconds since 1970, which SORT wants."""
    value = root.value(b"date")
    try:
        moment = parsedate_to_datetime(value[:MAX_COMPARED].decode("latin-1")) if value else None
        aware = moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None
        return f"{aware:%Y-%m-%d} {int(aware.timestamp())}" if aware else ""
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _sort_keys(root: Part) -> Iterator[str]:
    """Yield what SORT compares, as fields that are not in the message (RFC 5256 §2.1 and §3)."""
    subject = decoded_value(root.value(b"subject") or b"").lower()[:MAX_COMPARED]
    yield f"\n{SORTED}subject:{base_subject(subject)}"
    for name in (b"from", b"to", b"cc"):
        local = next((one[2] for one in read_addresses(root.value(name) or b"")), None)
        yield f"\n{SORTED}{name.decode('ascii')}:{decoded_value(local or b'').lower()}"


_LEADER = re.compile(r"(?:\[[^\[\]]*\]\s*)*(?:re|fwd?)\s*(?:\[[^\[\]]*\]\s*)?:|\s+")
_BLOB = re.compile(r"\[[^\[\]]*\]\s*(?=\S)")


def base_subject(subject: str) -> str:
    """Return a subject, in lower case, without what answering and forwarding put around it (RFC 5256 §2.1)."""
    text, before = " ".join(subject.split()), None
    while text != before:
        before = text
        while text.endswith(("(fwd)", " ")):
            text = text.removesuffix("(fwd)").rstrip()
        stripped = None
        while text != stripped:
            stripped = text
            text = _LEADER.sub("", text, count=1) if _LEADER.match(text) else text
            text = _BLOB.sub("", text, count=1) if _BLOB.match(text) and not _LEADER.match(text) else text
        if text.startswith("[fwd:") and text.endswith("]"):
            text = text[5:-1]
    return text


def _storable(text: str) -> str:
    """Return text without what no database keeps: half characters, and NUL, which ends a text for some."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
