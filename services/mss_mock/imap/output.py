"""Writing IMAP values: strings, lists, dates, flags.

Source: RFC 3501 §4 and §9; confidence high. Eight-bit octets and long texts travel as literals, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

__all__ = ["date_time", "flag_list", "literal", "mailbox", "nstring", "paren", "string"]

_QUOTABLE = re.compile(rb"[\x01-\x09\x0b\x0c\x0e-\x7f]*")
_MAX_QUOTED = 1024
_ATOM = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\\]]+")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def literal(octets: bytes) -> bytes:
    """Return octets as a literal."""
    return b"{%d}\r\n%b" % (len(octets), octets)


def string(octets: bytes) -> bytes:
    """Return octets as a quoted string, or as a literal when they cannot be; NUL, which neither admits, is dropped."""
    if len(octets) <= _MAX_QUOTED and _QUOTABLE.fullmatch(octets):
        return b'"' + octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return literal(octets.replace(b"\0", b""))


def nstring(octets: bytes | None) -> bytes:
    """Return a string, or NIL."""
    return b"NIL" if octets is None else string(octets)


def mailbox(name: str) -> bytes:
    """Return a mailbox name as an astring."""
    octets = name.encode("ascii")
    return octets if _ATOM.fullmatch(octets) and octets.upper() != b"NIL" else string(octets)


def paren(values: Iterable[bytes]) -> bytes:
    """Return a parenthesised list."""
    return b"(" + b" ".join(values) + b")"


def flag_list(flags: Iterable[str]) -> bytes:
    """Return flags in a stable order, system flags first."""
    return _flag_list(frozenset(flags))


@lru_cache(maxsize=4096)
def _flag_list(flags: frozenset[str]) -> bytes:
    return paren(flag.encode("ascii") for flag in sorted(flags, key=lambda flag: (flag[:1] != "\\", flag)))


def date_time(moment: datetime) -> bytes:
    """Return an INTERNALDATE."""
    text = f'"{moment.day:02d}-{_MONTHS[moment.month - 1]}-{moment.year:04d} {moment:%H:%M:%S %z}"'
    return text.encode("ascii")
