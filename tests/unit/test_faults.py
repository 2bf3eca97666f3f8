"""Armed faults strike what they name, as often as they say, in every process of the session."""

from __future__ import annotations

from pathlib import Path

import pytest

from lgo_sandbox.gate.spoiling import TITLES, End, Spoiled, spoil
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
    mine, theirs = (Faults(open_core(tmp_path / "core")) for _ in range(2))
    mine.arm(Fault("f1", "svc", FaultKind.STATUS, 503, remaining=1))
    theirs.refresh()
    assert [fault.id for fault in theirs.take("svc", "lire")] == ["f1"]
    mine.refresh()
    assert mine.armed() == ()


def test_a_fault_for_the_nth_call_spares_those_before() -> None:
    faults = Faults(open_core(None))
    faults.arm(Fault("f1", "svc", FaultKind.RESET, nth=3, remaining=2))
    assert faults.take("autre", "lire") == []
    assert [bool(faults.take("svc", "lire")) for _ in range(6)] == [False, False, True, True, False, False]
    assert faults.armed() == ()


def test_a_probable_fault_strikes_the_same_calls_in_every_run_of_a_seed() -> None:
    def struck(seed: str) -> list[bool]:
        faults = Faults(open_core(None))
        faults.arm(Fault("f1", "svc", FaultKind.EMPTY, probability=0.3, seed=seed))
        return [bool(faults.take("svc", "lire")) for _ in range(200)]

    first = struck("a")
    assert first == struck("a") != struck("b")
    assert 30 < sum(first) < 90


def test_the_calls_are_counted_by_all_processes_together(tmp_path: Path) -> None:
    mine, theirs = (Faults(open_core(tmp_path / "core")) for _ in range(2))
    mine.arm(Fault("f1", "svc", FaultKind.STALL, nth=3, remaining=1))
    theirs.refresh()
    assert [bool(one.take("svc", "lire")) for one in (mine, theirs, mine)] == [False, False, True]


def test_a_client_is_known_by_any_of_its_names() -> None:
    fault = Fault("f", "svc", FaultKind.EMPTY, client="10B0990017")
    assert fault.strikes("svc", "lire", "", "INSI-AUTO", "10B0990017")
    assert not fault.strikes("svc", "lire", "", "INSI-AUTO")
    assert not fault.strikes("svc", "lire")


HEAD, BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n", b"0123456789"


@pytest.mark.parametrize(
    ("kind", "value", "octets", "end", "rate"),
    [
        (FaultKind.RESET, 0, b"", End.RESET, 0),
        (FaultKind.CUT, 8, b"HTTP/1.1", End.CLOSE, 0),
        (FaultKind.CUT, len(HEAD) + 3, HEAD + b"012", End.CLOSE, 0),
        (FaultKind.EMPTY, 0, b"", End.CLOSE, 0),
        (FaultKind.TRUNCATED, 0, HEAD + b"01234", End.CLOSE, 0),
        (FaultKind.DRIP, 20, HEAD + BODY, End.CLOSE, 20),
        (FaultKind.STALL, 0, (HEAD + BODY)[: len(HEAD + BODY) // 2], End.HANG, 0),
        (FaultKind.NO_ANSWER, 0, b"", End.HANG, 0),
    ],
)
def test_each_wire_fault_spoils_the_answer_its_own_way(
    kind: FaultKind, value: int, octets: bytes, end: End, rate: int
) -> None:
    assert spoil(Fault("f", "svc", kind, value), HEAD, BODY) == Spoiled(octets, end, rate)


def test_garbage_is_no_http_and_the_same_each_time() -> None:
    spoiled = spoil(Fault("f", "svc", FaultKind.GARBAGE), HEAD, BODY)
    assert spoiled == spoil(Fault("g", "autre", FaultKind.GARBAGE), b"", b"250 OK")
    assert not spoiled.octets.startswith(b"HTTP")
    assert len(spoiled.octets) > 100


def test_every_kind_has_its_french_effect() -> None:
    assert TITLES.keys() == set(FaultKind)
    assert {kind for kind in FaultKind if not kind.on_the_wire} == {FaultKind.DELAY, FaultKind.STATUS, FaultKind.NAMED}
