"""What the service reasons about: lines, deliveries, a prescription, who asks; and the refusal.

Source: docs/sources/eprescription.md (contrat-simule, prescription). Quantities are whole boxes, moments are age time.
Knows no wire, no store.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from eprescription_mock.codes import FIRST_DELIVERY_MONTHS, PARTIAL_FILLS
from eprescription_mock.codes.errors import ERRORS, Error
from lgo_sandbox.watch import refusals

__all__ = ["Actor", "Dispense", "Execution", "Hold", "Line", "Prescription", "Refused", "Rules"]


class Refused(refusals.Refused):
    """A request is refused. ``code`` is of ``ERRORS``, which says what is expected where the rule says nothing nearer.

    ``where`` is a FHIRPath, which the answer repeats, or the header, the parameter, the address, in small letters.
    """

    def __init__(
        self, code: str, detail: str = "", *, received: str, where: str, expected: str = "", remedy: str = ""
    ) -> None:
        expected = expected or ERRORS[code].expected
        super().__init__(code, detail, received=received, expected=expected, where=where, remedy=remedy)

    @property
    def error(self) -> Error:
        """The status, issue type and sentence of this refusal."""
        return ERRORS[self.code]

    @property
    def expression(self) -> str:
        """Where it is in the resource that was sent, empty when it is elsewhere."""
        return self.where if self.where[:1].isupper() else ""

    def explained(self) -> refusals.Refusal:
        """Return the facts of this refusal."""
        error = self.error
        return self.refusal(remedy=error.remedy, message=error.text, source=error.source, severity=error.severity)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the session's options decide. ``lock`` None: a consultation never lapses; ``window`` 0: no limit.

    ``renewal_margin`` is how long before the end of a delivery it may be renewed, None: at any moment.
    """

    lock: timedelta | None = timedelta(minutes=30)
    renewal_margin: timedelta | None = None
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

    ``quantity`` is 0 when the prescriber counts no boxes: a delivery that is not said to be partial then closes it.
    ``lpp`` is set for a device, which the service does not know; ``no_substitution`` is the reason, empty when allowed.
    ``other`` names a product that has neither CIS nor CIP13 (virtual medicine, substance, compound); ``source`` is the
    request as it was sent, in JSON, which is given back.
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
    other: str = ""
    source: str = ""

    @property
    def deliveries(self) -> int:
        """How many times the line may be delivered."""
        return self.repeats + 1


@dataclass(frozen=True, slots=True)
class Dispense:
    """One delivery of a line, or its non-delivery when ``declined`` holds a reason.

    ``completeness`` is a code of v3-ActCode or empty; ``days`` what the client says it covers, or 0.
    """

    line: str
    quantity: int = 0
    cip13: str = ""
    declined: str = ""
    substituted: bool = False
    substitution_reason: str = ""
    posology: str = ""
    note: str = ""
    identifier: str = ""
    completeness: str = ""
    days: int = 0

    @property
    def partial(self) -> bool:
        """Tell whether the client says that more will follow of this delivery."""
        return self.completeness in PARTIAL_FILLS


@dataclass(frozen=True, slots=True)
class Execution:
    """What an officine declared in one go, under a receipt."""

    receipt: str
    structure: str
    actor: str
    at: datetime
    dispenses: tuple[Dispense, ...]
    cancelled: bool = False
    invoice: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """A consultation under way: which structure, its secret, since when."""

    structure: str
    actor: str
    secret: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Prescription:
    """A prescription with its deliveries. ``dispenser`` is the designated Struct_IdNat or empty.

    ``further`` holds the entries that were sent beside the requests, in JSON.
    """

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
    further: str = ""
    cancelled: bool = False
    replaced_by: str = ""
    opposed: bool = False
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
