"""The client's own clock and identifiers, injected so that a test can hold them.

Knows nothing of the services.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

__all__ = ["Workplace"]

PARIS = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a workstation supplies: the time, and fresh identifiers."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    uuid: Callable[[], str] = lambda: str(uuid.uuid4())
    stopwatch: Callable[[], float] = time.monotonic
    """Seconds that only ever grow: what the age of a token is measured with."""

    def local(self) -> datetime:
        """Return the time with the offset of Paris, whole seconds, as documents carry it."""
        return self.now().astimezone(ZoneInfo(PARIS)).replace(microsecond=0)

    def instant(self) -> str:
        """Return the time as XML ``dateTime`` in UTC with milliseconds."""
        return self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def oid(self) -> str:
        """Return a fresh OID made of a UUID (ITU-T X.667)."""
        return f"2.25.{uuid.UUID(self.uuid()).int}"
