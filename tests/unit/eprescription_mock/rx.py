"""Prescriptions and people for the tests of the pure rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eprescription_mock.domain.values import Actor, Dispense, Execution, Hold, Line, Prescription

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
METFORMINE = Line("1", "Metformine", "1 comprimé matin et soir", 2, 2, "67346461", "3400939718330", days=30)
TAHOR = Line("2", "Tahor", "1 comprimé le soir", 1, 2, "69902323", "3400934306815", days=28)
OFFICINE = Actor("899700090014", "21", "10B0990017", "SA33")
VOISINE = Actor("899700090147", "21", "10B0990025", "SA33")
DOCTOR = Actor("899700090055", "10", "10B0990033", "SA07")
SECRET = "secret"


def give(line: Line, quantity: int, **changes: Any) -> Dispense:
    return replace(Dispense(line.id, quantity, line.cip13), **changes)


def prescription(*lines: Line, **changes: Any) -> Prescription:
    right = Prescription(
        numero="99SIMUABCDEFGHJKLM",
        prescriber=DOCTOR.national_id,
        structure=DOCTOR.structure,
        matricule="256036330091838",
        root="1.2.250.1.213.1.4.8",
        prescribed_at=NOW,
        valid_until=NOW + timedelta(days=365),
        lines=lines or (METFORMINE, TAHOR),
    )
    return replace(right, **changes)


def delivered(p: Prescription, *dispenses: Dispense, receipt: str = "R1", at: datetime = NOW) -> Prescription:
    execution = Execution(receipt, OFFICINE.structure, OFFICINE.national_id, at, dispenses)
    return replace(p, executions=(*p.executions, execution))


def held(p: Prescription, at: datetime = NOW, by: Actor = OFFICINE) -> Prescription:
    return replace(p, hold=Hold(by.structure, by.national_id, SECRET, at))


@pytest.fixture
def make() -> Callable[..., Prescription]:
    return prescription
