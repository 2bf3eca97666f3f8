"""Who asked whether something is revoked: the last questions to this process, for a tester who asks whether any came.

Source: docs/sources/mssante.md#certificat-operateur (ECO.1.1.6 as cited there: revocation is checked by CRL or OCSP).
Kept in memory: what is asked changes nothing. Knows no HTTP.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["Lookup", "Lookups"]

KEPT = 200


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question. ``serial`` is empty for a list; ``said`` is the answer of an OCSP responder."""

    at: datetime
    by: str
    authority: str = ""
    serial: str = ""
    said: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the question as JSON values."""
        shown = {"by": self.by, "authority": self.authority, "serial": self.serial, "said": self.said}
        return {"at": self.at.isoformat(), **shown}


class Lookups:
    """The last questions, oldest first."""

    def __init__(self) -> None:
        self._kept: deque[Lookup] = deque(maxlen=KEPT)

    def add(self, lookup: Lookup) -> None:
        """Remember one."""
        self._kept.append(lookup)

    def all(self) -> list[Lookup]:
        """Return them."""
        return list(self._kept)
