"""Reading the octets of a mail after DATA, up to the line with a dot, without holding more than the limit.

Source: RFC 5321 §2.3.8 and §4.1.1.4 (only CRLF ends a line), §4.5.2 (transparency), §4.5.3.1.6 (line length). A line
feed or carriage return alone is what SMTP smuggling lives on: a mail that has one is refused whole. Knows the stream
only.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from mss_mock.codes import MAX_LINE
from mss_mock.domain import Refused
from mss_mock.wire.newlines import bare_newline

__all__ = ["LineStream", "read_message"]


class LineStream(Protocol):
    """What of an asyncio stream reader is needed."""

    async def readuntil(self, separator: bytes = ...) -> bytes: ...

    async def read(self, n: int = ...) -> bytes: ...


async def read_message(stream: LineStream, limit: int, *, bare_newlines: bool = False) -> bytes:
    """Return the mail as sent, dots undone. Raises Refused once the end was read; what is too long is not kept."""
    lines: list[bytes] = []
    size = 0
    problem: Refused | None = None
    while True:
        line, overlong = await _line(stream)
        if line == b".\r\n" and not overlong:
            break
        line = line[1:] if line.startswith(b".") else line
        size += len(line)
        problem = problem or _problem(line, size, limit, overlong=overlong, bare_newlines=bare_newlines)
        if problem:
            lines.clear()
        else:
            lines.append(line)
    if problem:
        raise problem
    return b"".join(lines)


async def _line(stream: LineStream) -> tuple[bytes, bool]:
    """Return a line with its CRLF; of one too long for the stream the end only, and True."""
    overlong = False
    while True:
        try:
            return await stream.readuntil(b"\r\n"), overlong
        except asyncio.LimitOverrunError as error:
            overlong = True
            await stream.read(error.consumed)


def _problem(line: bytes, size: int, limit: int, *, overlong: bool, bare_newlines: bool) -> Refused | None:
    if size > limit:
        text = f"Message size exceeds fixed limit of {limit} bytes"
        return Refused(
            "message-trop-lourd", text, received=f"plus de {limit} octets", expected=f"{limit} octets au plus"
        )
    if overlong:
        return Refused(
            "ligne-trop-longue", received=f"une ligne de plus de {MAX_LINE} octets", expected="998 octets, hors CRLF"
        )
    if b"\0" in line:
        return Refused("octet-nul", received=f"l'octet 0 dans {_shown(line)}", expected="aucun octet nul")
    if not bare_newlines and (bare := bare_newline(line)):
        name = "CR" if bare == b"\r" else "LF"
        received = f"{name} isolé dans {_shown(line)}"
        return Refused("fin-de-ligne-isolee", received=received, expected="CRLF à la fin de chaque ligne")
    return None


def _shown(line: bytes) -> str:
    return repr(line[:80])[1:]
