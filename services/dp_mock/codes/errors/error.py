"""The shape of a refusal in the catalogue.

Source: docs/sources/dp.md#erreurs. Knows no behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass

from health_documents.findings import Severity

__all__ = ["Error"]

PAGE = "docs/sources/dp.md"


@dataclass(frozen=True, slots=True)
class Error:
    """One refusal; ``expected`` and ``remedy`` hold where the one who refuses says nothing nearer.

    ``rule`` is where it is explained: an anchor of our page, or another page with its anchor. ``severity`` is
    information where the client did nothing wrong.
    """

    status: int
    text: str
    expected: str
    remedy: str
    rule: str
    severity: Severity = Severity.ERROR

    @property
    def source(self) -> str:
        """A link into the sources."""
        return f"docs/sources/{self.rule}" if "#" in self.rule else f"{PAGE}#{self.rule}"
