"""MTOM packages as they leave: a SOAP message and its binary parts in one ``multipart/related`` body.

Source: RFC 2387, W3C XOP 1.0 and MTOM; specs/dmp.md §1.5. Knows no operation and no service.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote

from lgo_sandbox.wire.mtom import XOP

__all__ = ["OutgoingPart", "cid_href", "include_xml", "write_package"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class OutgoingPart(NamedTuple):
    """A binary part to send: its id without brackets, its Content-Type, its octets."""

    content_id: str
    content_type: str
    body: bytes


def cid_href(content_id: str) -> str:
    """Return the ``cid:`` URL of a content id, percent-encoded but for the ``@`` (specs/dmp.md §1.5)."""
    return f"cid:{quote(content_id, safe='@')}"


def include_xml(content_id: str) -> bytes:
    """Return the ``xop:Include`` element that refers to a part."""
    return f'<xop:Include xmlns:xop="{XOP}" href="{cid_href(content_id)}"/>'.encode()


def write_package(
    root: bytes,
    parts: Iterable[OutgoingPart | tuple[str, str, bytes]] = (),
    *,
    boundary: str,
    root_id: str = "root.message@cxf.apache.org",
    soap_type: str = "application/soap+xml",
    action: str | None = None,
) -> tuple[str, bytes]:
    """Return the Content-Type and the body of a package; the same arguments give the same octets.

    Raises ValueError for a header value that would need escaping and for a boundary that occurs in a part.
    """
    sent = [OutgoingPart(*part) for part in parts]
    _refuse_unsafe([boundary, root_id, soap_type, action or "", *(part.content_id for part in sent)], '"<>')
    _refuse_unsafe([part.content_type for part in sent])
    if any(boundary.encode() in octets for octets in [root, *(part.body for part in sent)]):
        raise ValueError("the boundary occurs in a part")
    about_action = f'; action="{action}"' if action is not None else ""
    root_type = f'application/xop+xml; charset=UTF-8; type="{soap_type}"{about_action}'
    lines = [_written(boundary, OutgoingPart(root_id, root_type, root)), *(_written(boundary, part) for part in sent)]
    header = (
        f'multipart/related; type="application/xop+xml"; boundary="{boundary}"; start="<{root_id}>"; '
        f'start-info="{soap_type}"{about_action}'
    )
    return header, b"".join([*lines, f"--{boundary}--\r\n".encode()])


def _refuse_unsafe(values: Sequence[str], characters: str = "") -> None:
    for value in values:
        if _CONTROL.search(value) or any(character in value for character in characters):
            raise ValueError(f"not fit for a header: {value!r}")


def _written(boundary: str, part: OutgoingPart) -> bytes:
    head = (
        f"--{boundary}\r\nContent-Type: {part.content_type}\r\nContent-Transfer-Encoding: binary\r\n"
        f"Content-ID: <{part.content_id}>\r\n\r\n"
    )
    return head.encode() + part.body + b"\r\n"
