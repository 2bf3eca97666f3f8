"""What the service reasons about: lines, deliveries, a prescription, who asks; and the refusal.

Source: specs/eprescription.md §8 (simulated contract) and §4 (what a line holds). Quantities are whole boxes,
moments are age time. Knows no wire, no store.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from eprescription_mock.codes import ERRORS, FIRST_DELIVERY_MONTHS, Error

__all__ = ["Actor", "Dispense", "Execution", "Hold", "Line", "Prescription", "Refused", "Rules"]


class Refused(Exception):
    """A request is refused. ``code`` is of ``codes.ERRORS``; ``detail`` is French, ``expression`` a FHIRPath."""

    def __init__(self, code: str, detail: str = "", expression: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.expression = expression

    @property
    def error(self) -> Error:
        """The status, issue type and sentence of this refusal."""
        return ERRORS[self.code]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the session's options decide. ``lock`` None: a consultation never lapses; ``window`` 0: no limit."""

    lock: timedelta | None = timedelta(minutes=30)
    window_months: int = FIRST_DELIVERY_MONTHS


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: PS_IdNat, profession code, Struct_IdNat and sector of the structure."""

    national_id: str
    profession: str
    structure: str
    sector: str


@dataclass(frozen=True, slots=True)
class Line:
    """A prescribed line. ``quantity`` boxes for each of ``repeats`` + 1 deliveries; ``days`` of one delivery, or 0.

    ``lpp`` is set for a device, which the service does not know; ``no_substitution`` is the reason, empty when allowed.
    """

    id: str
    name: str
    posology: str
    quantity: int
    repeats: int = 0
    cis: str = ""
    cip13: str = ""
    lpp: str = ""
    days: int = 0
    no_substitution: str = ""
    flags: tuple[str, ...] = ()

    @property
    def deliveries(self) -> int:
        """How many times the line may be delivered."""
        return self.repeats + 1


@dataclass(frozen=True, slots=True)
class Dispense:
    """One delivery of a line, or its non-delivery when ``declined`` holds a reason."""

    line: str
    quantity: int = 0
    cip13: str = ""
    declined: str = ""
    substituted: bool = False
    substitution_reason: str = ""
    posology: str = ""
    note: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class Execution:
    """What an officine declared in one go, under a receipt."""

    receipt: str
    structure: str
    actor: str
    at: datetime
    dispenses: tuple[Dispense, ...]
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """A consultation under way: which structure, its secret, since when."""

    structure: str
    actor: str
    secret: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Prescription:
    """A prescription with its deliveries. ``dispenser`` is the designated Struct_IdNat or empty."""

    numero: str
    prescriber: str
    structure: str
    matricule: str
    root: str
    prescribed_at: datetime
    valid_until: datetime
    lines: tuple[Line, ...]
    kinds: tuple[str, ...] = ()
    dispenser: str = ""
    authored_on: str = ""
    group: str = ""
    cancelled: bool = False
    hold: Hold | None = None
    executions: tuple[Execution, ...] = ()

    @property
    def deliveries(self) -> tuple[Execution, ...]:
        """The executions that were not cancelled."""
        return tuple(execution for execution in self.executions if not execution.cancelled)

    def line(self, line_id: str) -> Line | None:
        """Return a line by its id."""
        return next((line for line in self.lines if line.id == line_id), None)

    def released(self) -> Prescription:
        """Return the prescription without its consultation."""
        return replace(self, hold=None)
