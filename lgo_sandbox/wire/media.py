"""Reading a media type header (``Content-Type``) as senders really write it.

Source: RFC 9110 §8.3.1 and RFC 2045 §5.1 for the grammar; specs/dmp.md §1.5 for what deviates (boundaries with colons
out of quotes, escaped quotes in ``start-info``); confidence high. Knows no message format and no service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

__all__ = ["MediaType", "read_media_type"]

_MAX_LENGTH = 8 * 1024
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.DOTALL)


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type in lower case and its parameters by lower-case name, values unquoted."""

    name: str = ""
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def charset(self) -> str | None:
        """The ``charset`` parameter in lower case, None when absent or empty."""
        return self.parameters.get("charset", "").lower() or None


def read_media_type(header: str | None) -> MediaType:
    """Return what a ``Content-Type`` header says; an absent, empty or endless header says nothing.

    Never raises: the first of two parameters of the same name wins, what is no parameter is passed over.
    """
    return _read(header) if header and len(header) <= _MAX_LENGTH else MediaType()


@lru_cache(maxsize=64)
def _read(header: str) -> MediaType:
    """Read a header that a client writes at each of its requests."""
    parameters: dict[str, str] = {}
    for match in _PARAMETER.finditer(header):
        parameters.setdefault(match[1].lower(), _value(match))
    return MediaType(header.partition(";")[0].strip().lower(), MappingProxyType(parameters))


def _value(match: re.Match[str]) -> str:
    if match[2] is not None:
        return re.sub(r"\\(.)", r"\1", match[2], flags=re.DOTALL)
    return str(match[3]).strip().strip('"')
