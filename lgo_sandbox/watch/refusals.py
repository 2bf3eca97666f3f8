"""Refusals: how a service says no, and what it then tells people, in one shape for all services.

``Refused`` is raised by rules; whoever renders it notes its ``Refusal``, so that no error leaves without the fact
received, the fact expected and the remedy. A check of the service may explain a refusal with its requirement; where
none does, the sandbox adds ``<PREFIX>-REFUS``. Source: design of the project (Evidence). Must not know any service.
"""

from __future__ import annotations

from dataclasses import dataclass

from health_documents.findings import Severity
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.wording import visible

__all__ = ["Refusal", "Refused"]

MAX_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Facts):
    """Why an exchange was refused. ``code`` is a key of the service's catalogue of errors; the texts are French.

    ``received`` and ``expected`` are facts, not rules; ``where`` is the element, header, parameter or line at fault;
    ``remedy`` is an imperative sentence with the value to change; ``message`` one sentence for the head of the finding.
    ``severity`` is that of its finding: information where no client is at fault (an order that another shop holds).
    ``source`` is a link into ``docs/sources/``, empty for the section of the service's page that is on all refusals.
    """

    code: str
    received: str
    expected: str
    remedy: str
    where: str = ""
    message: str = ""
    source: str = ""
    severity: Severity = Severity.ERROR


class Refused(Exception):
    """A rule refuses. ``code`` is a key of the service's catalogue of errors.

    ``detail`` completes the text on the wire. ``remedy`` empty: that of the catalogue. Services derive their own where
    the wire wants more.
    """

    def __init__(
        self, code: str, detail: str = "", *, received: str, expected: str, where: str = "", remedy: str = ""
    ) -> None:
        super().__init__(f"{code}: {detail or received}")
        self.code = code
        self.detail = detail
        self.received = received
        self.expected = expected
        self.where = where
        self.remedy = remedy

    def refusal(
        self, *, remedy: str, message: str = "", source: str = "", severity: Severity = Severity.ERROR
    ) -> Refusal:
        """Return the facts of this refusal; ``remedy`` is that of the catalogue, for want of a nearer one."""
        return Refusal(
            code=self.code,
            received=visible(self.received[:MAX_SHOWN]) or "absent",
            expected=visible(self.expected[:MAX_SHOWN]),
            where=visible(self.where),
            remedy=visible(self.remedy) or remedy,
            message=visible(message or self.detail[:MAX_SHOWN]),
            source=source,
            severity=severity,
        )
