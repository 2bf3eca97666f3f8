"""The typed values of a structured posology: quantities, ranges, steps.

Source: specs/cda.md §6.2 (FR-Traitement-prescrit, administration modes), specs/eprescription.md §3.1; confidence high.
Numbers are texts as written (``0.5``), units UCUM (``{tablet}``, ``mg/d``, ``h``). Knows no format.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from health_documents import oids

__all__ = ["Dosage", "Mode", "Posology", "Quantity", "QuantityRange"]


class Mode(StrEnum):
    """How the doses follow each other; the values name the template of the administration mode."""

    NORMAL = oids.T_E_MODE_NORMAL
    TAPERED = "1.3.6.1.4.1.19376.1.5.3.1.4.8"
    SPLIT = "1.3.6.1.4.1.19376.1.5.3.1.4.9"
    CONDITIONAL = "1.3.6.1.4.1.19376.1.5.3.1.4.10"
    COMBINED = "1.3.6.1.4.1.19376.1.5.3.1.4.11"
    DELAYED = "1.3.6.1.4.1.19376.1.5.3.1.4.21"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A physical quantity: a decimal number as text, and a UCUM unit that may be empty."""

    value: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class QuantityRange:
    """From ``low`` to ``high``; either may be absent."""

    low: Quantity | None
    high: Quantity | None


@dataclass(frozen=True, slots=True)
class Dosage:
    """One step: how often (``every`` a period, or at an ``event`` of the day such as ``ACM``), how much, for how long.

    ``frequency`` is the same in words. ``start`` is a day ``AAAA-MM-JJ``, ``days`` its length (0: not said).
    """

    frequency: str
    every: Quantity | None = None
    event: str = ""
    start: str = ""
    days: int = 0
    dose: QuantityRange | None = None
    rate: QuantityRange | None = None


@dataclass(frozen=True, slots=True)
class Posology:
    """All steps of a treatment. ``maximum`` is a dose and the time in which it may not be exceeded."""

    steps: tuple[Dosage, ...]
    mode: Mode = Mode.NORMAL
    maximum: tuple[Quantity, Quantity] | None = None
    precondition: str = ""
