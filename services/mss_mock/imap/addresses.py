"""The addresses of a header field as ENVELOPE lists them, encoded words left as they are.

Source: RFC 5322 §3.4, RFC 3501 §7.4.2 (groups; NIL host); confidence high. Tolerant: whatever is written, something
is listed. Knows octets only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

__all__ = ["Address", "read_addresses"]

Address = tuple[bytes | None, bytes | None, bytes | None, bytes | None]
"""(display name, route, mailbox, host), as ENVELOPE wants them."""

MAX_ADDRESSES = 1000
MAX_VALUE = 32 * 1024
"""How many octets of a field value are looked at: a thousand recipients need no more."""
REMEMBERED = 256
"""How many field values are remembered with their addresses: the same people write again and again."""

_TOKEN = re.compile(
    rb"\"(?P<quoted>(?:[^\"\\]|\\.)*)\"?|(?P<special>[<>:;,])|(?P<comment>\()"
    rb"|(?P<space>[ \t\r\n]+)|(?P<atom>[^\"<>:;,( \t\r\n]+)",
    re.DOTALL,
)


def read_addresses(value: bytes) -> Sequence[Address]:
    """Return the addresses of a field value, group starts and ends included."""
    return _known_addresses(value[:MAX_VALUE])


@lru_cache(maxsize=REMEMBERED)
def _known_addresses(value: bytes) -> tuple[Address, ...]:
    return tuple(_read(value))


def _read(value: bytes) -> list[Address]:
    found: list[Address] = []
    tokens: list[tuple[str, bytes]] = []
    grouped = opened = closed = False
    for kind, text in _tokens(value):
        angle = opened and not closed
        if kind == "special" and text == b":" and not angle and not grouped:
            found.append((None, None, _phrase(tokens) or b"", None))
            tokens, grouped, opened, closed = [], True, False, False
        elif kind == "special" and text in b",;" and not (angle and text == b","):
            found.extend(_address(tokens))
            tokens, opened, closed = [], False, False
            if text == b";" and grouped:
                found.append((None, None, None, None))
                grouped = False
        else:
            tokens.append((kind, text))
            opened = opened or (kind == "special" and text == b"<")
            closed = closed or (kind == "special" and text == b">")
        if len(found) >= MAX_ADDRESSES:
            return found
    found.extend(_address(tokens))
    return [*found, (None, None, None, None)] if grouped else found


def _tokens(value: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at < len(value):
        match = _TOKEN.match(value, at)
        if match is None:
            return
        kind = str(match.lastgroup)
        if kind == "comment":
            at, text = _comment(value, at)
            yield "comment", text
            continue
        at = match.end()
        yield kind, re.sub(rb"\\(.)", rb"\1", match[kind], flags=re.DOTALL) if kind == "quoted" else match[kind]


def _comment(value: bytes, at: int) -> tuple[int, bytes]:
    depth, start = 0, at
    while at < len(value):
        octet = value[at : at + 1]
        if octet == b"\\":
            at += 1
        depth += (octet == b"(") - (octet == b")")
        at += 1
        if depth == 0:
            return at, value[start + 1 : at - 1]
    return at, value[start + 1 :]


def _address(tokens: list[tuple[str, bytes]]) -> list[Address]:
    opening = next((n for n, token in enumerate(tokens) if token == ("special", b"<")), None)
    if opening is None:
        specification = _joined(tokens)
        if not specification:  # a comment is nobody's address
            return []
        comments = [text for kind, text in tokens if kind == "comment"]
        name, route = (comments[0] if comments else None), None
    else:
        inner = tokens[opening + 1 :]
        closing = next((n for n, token in enumerate(inner) if token == ("special", b">")), len(inner))
        specification, name, route = _joined(inner[:closing]), _phrase(tokens[:opening]), None
        if specification.startswith(b"@") and b":" in specification:
            route, _, specification = specification.partition(b":")
    if not specification and name is None:
        return []
    local, at, host = specification.rpartition(b"@")
    return [(name, route, local, host)] if at else [(name, route, host, b"")]


def _joined(tokens: list[tuple[str, bytes]]) -> bytes:
    return b"".join(text for kind, text in tokens if kind in ("atom", "quoted", "special"))


def _phrase(tokens: list[tuple[str, bytes]]) -> bytes | None:
    words = b"".join(b" " if kind == "space" else text for kind, text in tokens if kind not in ("comment", "special"))
    return words.strip() or None
