"""The client's own MTOM: writing a package with binary parts, reading one that a repository answers.

Source: W3C XOP and MTOM, RFC 2046 §5.1.1, specs/dmp.md §1.5. Cuts parts by itself: the standard library's parser
knows text, where a lone CR ends a line and a nested message is taken apart. Knows no message.
"""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Iterator, Mapping
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import pairwise
from urllib.parse import unquote

__all__ = ["pack", "part_of", "unpack"]

ROOT_ID = "root.message@lgo.example"
BLANK_LINE = re.compile(rb"\r?\n\r?\n")


def pack(envelope: bytes, parts: Mapping[str, tuple[str, bytes]], action: str, boundary: str) -> tuple[str, bytes]:
    """Return content type and body. ``parts`` maps a Content-ID to media type and octets."""
    head = _part_head(
        boundary, f'application/xop+xml; charset=UTF-8; type="application/soap+xml"; action="{action}"', ROOT_ID
    )
    body = head + envelope
    for content_id, (media_type, octets) in parts.items():
        body += b"\r\n" + _part_head(boundary, media_type, content_id) + octets
    body += f"\r\n--{boundary}--\r\n".encode()
    content_type = (
        f'multipart/related; boundary="{boundary}"; type="application/xop+xml"; start="<{ROOT_ID}>"; '
        f'start-info="application/soap+xml"; action="{action}"'
    )
    return content_type, body


def unpack(content_type: str, body: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Return the root and the other parts by Content-ID; a plain answer has no parts. Raises ValueError."""
    if not content_type.lower().startswith("multipart/related"):
        return body, {}
    header = Message()
    header["Content-Type"] = content_type
    parts = list(_parts(body, header.get_boundary() or ""))
    named = dict(reversed(parts))
    start = str(header.get_param("start") or "").strip("<>")
    root = start if start in named else parts[0][0]
    return named.pop(root), named


def part_of(href: str, parts: Mapping[str, bytes]) -> bytes:
    """Return the part that a ``cid:`` URL names. Raises ValueError when it is missing."""
    try:
        return parts[unquote(href.removeprefix("cid:"))]
    except KeyError:
        raise ValueError(f"la pièce jointe {href} manque") from None


def _part_head(boundary: str, content_type: str, content_id: str) -> bytes:
    return (
        f"--{boundary}\r\nContent-Type: {content_type}\r\nContent-Transfer-Encoding: binary\r\n"
        f"Content-ID: <{content_id}>\r\n\r\n"
    ).encode()


def _parts(body: bytes, boundary: str) -> Iterator[tuple[str, bytes]]:
    for piece in _pieces(body, boundary):
        blank = BLANK_LINE.search(piece)
        if blank is None:
            raise ValueError("une partie du paquet MTOM n'a pas d'en-tête")
        head = BytesHeaderParser().parsebytes(piece[: blank.start()].lstrip())
        yield str(head.get("Content-ID", "")).strip().strip("<>"), _octets(head, piece[blank.end() :])


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    delimiter = rb"(?:\A|\r?\n)--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?=\r?\n|\Z)"
    marks = list(re.finditer(delimiter, body))
    last = next((rank for rank, mark in enumerate(marks) if mark[1]), 0)
    if not boundary or last == 0:
        raise ValueError("le paquet MTOM est vide ou incomplet")
    return [body[opening.end() : closing.start()] for opening, closing in pairwise(marks[: last + 1])]


def _octets(head: Message, content: bytes) -> bytes:
    encoding = str(head.get("Content-Transfer-Encoding", "binary")).strip().lower()
    if encoding == "base64":
        return base64.b64decode(content)
    return quopri.decodestring(content) if encoding == "quoted-printable" else content
