"""Identifiers: random without a seed, the same sequence with one."""

from __future__ import annotations

import uuid
from itertools import count

import pytest

from lgo_sandbox.tenant.ids import Ids


def seeded(seed: str = "graine", start: int = 1) -> Ids:
    return Ids(seed, count(start).__next__)


def sequence(ids: Ids) -> list[object]:
    return [ids.octets(5), ids.octets(70), ids.uuid(), ids.token(), ids.oid(), ids.pick("abc", 6)]


def test_the_same_seed_gives_the_same_sequence() -> None:
    assert sequence(seeded()) == sequence(seeded())


def test_another_seed_gives_another_sequence() -> None:
    assert not set(map(repr, sequence(seeded("a")))) & set(map(repr, sequence(seeded("b"))))


def test_a_sequence_goes_on_where_its_counter_stands() -> None:
    whole = seeded()
    first, second = whole.octets(8), whole.octets(8)
    assert first != second
    assert seeded(start=2).octets(8) == second


def test_without_a_seed_or_a_counter_nothing_repeats() -> None:
    assert Ids().octets(16) != Ids().octets(16)
    assert Ids("graine").octets(16) != Ids("graine").octets(16)


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 100])
def test_sizes_are_exact(size: int) -> None:
    assert len(seeded().octets(size)) == len(Ids().octets(size)) == size


@pytest.mark.parametrize("ids", [Ids(), seeded()])
def test_forms_are_those_of_the_standards(ids: Ids) -> None:
    assert uuid.UUID(ids.uuid()).version == 4
    assert ids.oid().startswith("2.25.")
    assert "=" not in ids.token(31)
    assert set(ids.pick("xy", 50)) <= {"x", "y"}
