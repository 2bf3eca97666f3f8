"""Reading the octets of a mail after DATA, up to the line with a dot, without holding more than the limit.

Source: RFC 5321 §2.3.8 and §4.1.1.4 (only CRLF ends a line), §4.5.2 (transparency), §4.5.3.1.6 (line length). A line
feed or carriage return alone is what SMTP smuggling lives on: a mail that has one is refused whole. Knows the stream
only.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from mss_mock.codes import BARE_NEWLINE, MAX_LINE
from mss_mock.domain import Refused
from mss_mock.wire.newlines import bare_newline

__all__ = ["LineStream", "read_message"]


SHOWN = 40
"""How much of a mail is shown on either side of an octet at fault."""


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
        received = f"l'octet 0, {_place(line, line.index(0))}"
        return Refused("octet-nul", received=received, expected="aucun octet nul")
    if not bare_newlines and (bare := bare_newline(line)):
        found = BARE_NEWLINE.search(line)
        name = "CR" if bare == b"\r" else "LF"
        received = f"{name} isolé, {_place(line, found.start() if found else 0)}"
        return Refused("fin-de-ligne-isolee", received=received, expected="CRLF à la fin de chaque ligne")
    return None


def _place(line: bytes, at: int) -> str:
    """Say between which texts an octet stands."""
    before, after = _printed(line[max(at - SHOWN, 0) : at]), _printed(line[at + 1 : at + 1 + SHOWN])
    if before and after:
        return f"entre « {before} » et « {after} »"
    return f"après « {before} »" if before else f"avant « {after} »" if after else "seul sur sa ligne"


def _printed(octets: bytes) -> str:
    text = octets.decode("utf-8", "replace").strip("\r\n")
    return "".join(one if one.isprintable() else "·" for one in text)
