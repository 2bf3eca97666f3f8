"""What is reproached to a document or an exchange, for people. Knows no rule.

Source: design of the project (promise 2): rule, what came, what was expected, how to mend it, in French.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["Finding", "Severity"]


class Severity(StrEnum):
    """How grave a finding is, in the words of the reports."""

    ERROR = "erreur"
    WARNING = "avertissement"
    INFO = "information"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that was broken, for people: French title, what came, what is expected, how to mend it, where it is."""

    check_id: str
    severity: str
    title: str
    message: str
    received: str
    expected: str
    remedy: str
    requirements: tuple[str, ...]
    source: str
    confidence: str
    where: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON values."""
        return {name: list(v) if isinstance(v := getattr(self, name), tuple) else v for name in self.__slots__}
