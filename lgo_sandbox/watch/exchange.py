"""An exchange: one request and its answer, as a value that can be journaled, exported and decoded.

Source: design of the project (How a request flows). Must not know any service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from health_documents.findings import Finding
from lgo_sandbox.watch.facts import Noted

__all__ = ["ABORTED", "ANSWERED", "ERROR", "FAULTED", "REFUSED", "Exchange"]

ANSWERED = "answered"
"""The outcome of an exchange that the service answered."""

FAULTED = "fault"
"""The outcome of an exchange whose answer an armed fault replaced."""

ABORTED = "aborted"
"""The outcome of an exchange whose client left before its request was whole: the service never saw it."""

REFUSED = "refused"
"""The outcome of an exchange that was answered by an error."""

ERROR = "error"
"""The outcome of an exchange that a defect of ours ended."""


@dataclass(slots=True)
class Exchange:
    """One request and its answer. ``noted`` are the facts of the service; bodies are octets as they travelled."""

    id: str
    service: str
    door: str
    transport: str
    started: str
    age: str
    peer: str = ""
    certificate: str = ""
    target: str = ""
    operation: str = ""
    request_headers: Sequence[tuple[str, str]] = ()
    request_body: bytes = b""
    status: int = 0
    response_headers: Sequence[tuple[str, str]] = ()
    response_body: bytes = b""
    outcome: str = ANSWERED
    summary: str = ""
    fault: str = ""
    duration_ms: float = 0.0
    request_size: int = 0
    response_size: int = 0
    noted: Noted = field(default_factory=Noted)
    findings: tuple[Finding, ...] = ()
    seq: int = 0

    def to_json(self, *, bodies: bool = False) -> dict[str, Any]:
        """Return the exchange as JSON values; bodies as text (undecodable octets escaped) when asked for."""
        skipped = {"request_body", "response_body", "noted"}
        record = {name: getattr(self, name) for name in self.__slots__ if name not in skipped}
        record["findings"] = [finding.to_json() for finding in self.findings]
        record["facts"] = self.noted.to_json()
        if bodies:
            record["request_body"] = self.request_body.decode("utf-8", "backslashreplace")
            record["response_body"] = self.response_body.decode("utf-8", "backslashreplace")
        return record
