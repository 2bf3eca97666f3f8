"""An HTTP answer as a plain value: what pure renderers return and the ASGI layer sends.

Knows nothing of frameworks, services or rules.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RawResponse"]


@dataclass(frozen=True, slots=True)
class RawResponse:
    """Status, exact body octets, media type and further headers, in order."""

    status: int
    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()
