"""Reading the octets of a mail after DATA, up to the line with a dot, without holding more than the limit.

Source: RFC 5321 §2.3.8 and §4.1.1.4 (only CRLF ends a line), §4.5.2 (transparency), §4.5.3.1.6 (line length). A line
feed or carriage return alone is what SMTP smuggling lives on: a mail that has one is refused whole. Knows the stream
only.
"""

from __future__ import annotations

from typing import Protocol

from mss_mock.codes import BARE_NEWLINE, MAX_LINE
from mss_mock.domain import Refused
from mss_mock.wire.newlines import bare_newline

__all__ = ["OctetStream", "read_message"]


SHOWN = 40
"""How much of a mail is shown on either side of an octet at fault."""


END = b"\r\n.\r\n"


class OctetStream(Protocol):
    """What of a connection is needed: octets as they come, and a way to give back those of what follows."""

    async def chunk(self) -> bytes: ...

    def put_back(self, octets: bytes) -> None: ...


async def read_message(
    stream: OctetStream, limit: int, *, bare_newlines: bool = False, longest: int = MAX_LINE
) -> bytes:
    """Return the mail as sent, dots undone. Raises Refused once the end was read; what is too long is not kept.

    ``longest`` is the longest line that is taken, with its CRLF.
    """
    most = limit + limit // 3 + len(END)  # when every line of a mail is a dot, a quarter of what comes are undone
    came, too_large = bytearray(b"\r\n"), False
    while (end := await _next(came, stream)) < 0:
        if len(came) > most:
            too_large = True
            del came[: -len(END) + 1]
    stream.put_back(bytes(came[end + len(END) :]))
    message = bytes(came[: end + 2]).replace(b"\r\n.", b"\r\n")[2:]
    if too_large or len(message) > limit:
        raise _too_large(limit)
    _check(message, longest, bare_newlines=bare_newlines)
    return message


async def _next(came: bytearray, stream: OctetStream) -> int:
    """Add octets to what came; return where the end is, -1 without."""
    searched = max(len(came) - len(END) + 1, 0)
    came += await stream.chunk()
    return came.find(END, searched)


def _too_large(limit: int) -> Refused:
    text = f"Message size exceeds fixed limit of {limit} bytes"
    return Refused("message-trop-lourd", text, received=f"plus de {limit} octets", expected=f"{limit} octets au plus")


def _check(message: bytes, longest: int, *, bare_newlines: bool) -> None:
    if max(map(len, message.split(b"\r\n"))) + 2 > longest:
        raise Refused(
            "ligne-trop-longue", received=f"une ligne de plus de {MAX_LINE} octets", expected="998 octets, hors CRLF"
        )
    if b"\0" in message:
        received = f"l'octet 0, {_place(*_line_around(message, message.index(0)))}"
        raise Refused("octet-nul", received=received, expected="aucun octet nul")
    if not bare_newlines and (bare := bare_newline(message)):
        found = BARE_NEWLINE.search(message)
        name = "CR" if bare == b"\r" else "LF"
        received = f"{name} isolé, {_place(*_line_around(message, found.start() if found else 0))}"
        raise Refused("fin-de-ligne-isolee", received=received, expected="CRLF à la fin de chaque ligne")


def _line_around(message: bytes, at: int) -> tuple[bytes, int]:
    """Return the line of an octet, and where it is in it."""
    start = message.rfind(b"\r\n", 0, at) + 2 if b"\r\n" in message[:at] else 0
    end = message.find(b"\r\n", at)
    return message[start : end if end >= 0 else len(message)], at - start


def _place(line: bytes, at: int) -> str:
    """Say between which texts an octet stands."""
    before, after = _printed(line[max(at - SHOWN, 0) : at]), _printed(line[at + 1 : at + 1 + SHOWN])
    if before and after:
        return f"entre « {before} » et « {after} »"
    return f"après « {before} »" if before else f"avant « {after} »" if after else "seul sur sa ligne"


def _printed(octets: bytes) -> str:
    text = octets.decode("utf-8", "replace").strip("\r\n")
    return "".join(one if one.isprintable() else "·" for one in text)
