"""Prescriptions, deliveries and people for the tests of the pure rules of the Ordonnance numérique."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from eprescription_mock.domain.operations import execute
from eprescription_mock.domain.values import Actor, Dispense, Hold, Line, Prescription, Rules

__all__ = ["Dispensary"]


class Dispensary:
    """What the tests share, as one value: the people, two lines with two renewals, a moment."""

    now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    rules = Rules()
    secret = "secret"
    officine = Actor("899700090014", "21", "10B0990017", "SA33")
    voisine = Actor("899700090147", "21", "10B0990025", "SA33")
    doctor = Actor("899700090055", "10", "10B0990033", "SA07")
    metformine = Line("1", "Metformine", "1 comprimé matin et soir", 2, 2, "67346461", "3400939718330", days=30)
    tahor = Line("2", "Tahor", "1 comprimé le soir", 1, 2, "69902323", "3400934306815", days=28)

    def prescription(self, *lines: Line, **changes: Any) -> Prescription:
        """Return a right prescription, with changes."""
        right = Prescription(
            numero="99SIMUABCDEFGHJKLM",
            prescriber=self.doctor.national_id,
            structure=self.doctor.structure,
            matricule="256036330091838",
            root="1.2.250.1.213.1.4.8",
            prescribed_at=self.now,
            valid_until=self.now + timedelta(days=365),
            lines=lines or (self.metformine, self.tahor),
        )
        return replace(right, **changes)

    def give(self, line: Line, quantity: int, **changes: Any) -> Dispense:
        """Return a delivery of some boxes of a line."""
        return replace(Dispense(line.id, quantity, line.cip13), **changes)

    def held(self, p: Prescription, by: Actor | None = None, at: datetime | None = None) -> Prescription:
        """Return a prescription that an officine has consulted."""
        holder = by or self.officine
        return replace(p, hold=Hold(holder.structure, holder.national_id, self.secret, at or self.now))

    def deliver(self, p: Prescription, *dispenses: Dispense, at: datetime | None = None) -> Prescription:
        """Consult and execute at the officine; receipts are R1, R2…"""
        moment, receipt = at or self.now, f"R{len(p.executions) + 1}"
        held = self.held(p, at=moment)
        return execute(held, self.officine, self.secret, dispenses, receipt, moment, self.rules)

    def deliver_all(self, p: Prescription) -> Prescription:
        """Deliver one whole round."""
        return self.deliver(p, *(self.give(line, line.quantity) for line in p.lines))
