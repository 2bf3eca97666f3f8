"""The value sets as data: sizes, and the official files where they are at hand."""

from __future__ import annotations

import pytest
from support.artefacts import artefacts

from dmp_mock.codes import value_sets
from dmp_mock.codes.value_sets import ValueSet
from health_documents.codes.value_sets import official_value_sets

ALL = (value_sets.J01, value_sets.J02, value_sets.J04, value_sets.J57, value_sets.J58, value_sets.J59, value_sets.J60)
KEPT = {("G15_39", "1.2.250.1.213.1.1.4.5")}
"""What left the set of 2025 and is still on cards."""


@pytest.mark.parametrize(
    ("known", "size"), list(zip(ALL, (392, 69, 12, 12, 6, 98, 20), strict=True)), ids=lambda one: str(one)[:20]
)
def test_a_value_set_has_so_many_codes_a_version_and_a_source(known: ValueSet, size: int) -> None:
    assert len(known.codes) == size
    assert len(known.version) == 10
    assert known.source.startswith("docs/sources/")


def test_a_code_is_asked_for_with_or_without_its_system() -> None:
    assert value_sets.J02.has("SA33")
    assert value_sets.J02.has("SA33", "1.2.250.1.71.4.2.4")
    assert not value_sets.J02.has("SA33", "1.2.3")
    assert not value_sets.J02.has("SA11")


@pytest.mark.parametrize("known", [value_sets.J01, value_sets.J02, value_sets.J04], ids=lambda one: one.name)
def test_the_codes_are_those_of_the_official_file(known: ValueSet) -> None:
    official = official_value_sets(artefacts() / "TestContenuCDA-3-0")[known.oid]
    assert known.codes - KEPT == set(official.labels)
    assert official.version == known.version.replace("-", "")
