"""The client's own MTOM: writing a package with binary parts, reading one that a repository answers.

Source: W3C XOP and MTOM, specs/dmp.md §1.5. Reads with the standard library's MIME parser; knows no message.
"""

from __future__ import annotations

from collections.abc import Mapping
from email import policy
from email.message import Message
from email.parser import BytesParser
from urllib.parse import unquote

__all__ = ["pack", "unpack"]

ROOT_ID = "root.message@lgo.example"


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
    header = f"MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=policy.HTTP).parsebytes(header + body)
    parts = [part for part in message.walk() if not part.is_multipart()]
    if not parts:
        raise ValueError("le paquet MTOM est vide")
    named = {_content_id(part): _octets(part) for part in parts}
    start = str(message.get_param("start") or "").strip("<>")
    root = start if start in named else _content_id(parts[0])
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


def _content_id(part: Message) -> str:
    return str(part.get("Content-ID", "")).strip().strip("<>")


def _octets(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
