"""Armed faults strike what they name, as often as they say, in every process of the session."""

from __future__ import annotations

from pathlib import Path

import pytest

from lgo_sandbox.tenant.faults import Fault, FaultKind, Faults
from lgo_sandbox.tenant.session import open_core

EVERYTHING = Fault("f1", "*", FaultKind.STATUS, 503)


@pytest.mark.parametrize(
    ("service", "operation", "client"),
    [("svc", "*", "*"), ("*", "lire", "*"), ("*", "*", "moi"), ("svc", "lire", "moi")],
)
def test_a_fault_strikes_what_it_names_and_nothing_else(service: str, operation: str, client: str) -> None:
    fault = Fault("f", service, FaultKind.DELAY, 1, operation, client)
    struck = {
        (s, o, c)
        for s in ("svc", "autre")
        for o in ("lire", "ecrire")
        for c in ("moi", "toi")
        if fault.strikes(s, o, c)
    }
    assert struck == {
        (s, o, c)
        for s in ("svc", "autre")
        for o in ("lire", "ecrire")
        for c in ("moi", "toi")
        if service in ("*", s) and operation in ("*", o) and client in ("*", c)
    }
    assert 0 < len(struck) < 8


def test_a_limited_fault_strikes_that_many_times() -> None:
    faults = Faults(open_core(None))
    faults.arm(Fault("f1", "svc", FaultKind.STATUS, 503, remaining=2))
    assert faults.take("autre", "lire") == []
    assert [bool(faults.take("svc", "lire")) for _ in range(4)] == [True, True, False, False]
    assert faults.armed() == ()


def test_an_unlimited_fault_strikes_until_it_is_disarmed() -> None:
    faults = Faults(open_core(None))
    faults.arm(EVERYTHING)
    assert [len(faults.take("svc", "lire")) for _ in range(3)] == [1, 1, 1]
    assert faults.disarm("nulle") == 0
    assert faults.disarm("f1") == 1
    assert faults.take("svc", "lire") == []


def test_a_delay_and_a_status_may_strike_together() -> None:
    faults = Faults(open_core(None))
    faults.arm(EVERYTHING)
    faults.arm(Fault("f2", "svc", FaultKind.DELAY, 10))
    assert {fault.kind for fault in faults.take("svc", "lire")} == {FaultKind.DELAY, FaultKind.STATUS}
    assert faults.disarm() == 2


def test_another_process_sees_what_was_armed(tmp_path: Path) -> None:
    mine, theirs = (Faults(open_core(tmp_path / "core.sqlite")) for _ in range(2))
    mine.arm(Fault("f1", "svc", FaultKind.STATUS, 503, remaining=1))
    theirs.refresh()
    assert [fault.id for fault in theirs.take("svc", "lire")] == ["f1"]
    mine.refresh()
    assert mine.armed() == ()
