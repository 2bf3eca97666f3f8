"""What a patient opposed, as the user's markers say: no consultation after it, no feed, until it is lifted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.dmp_door import Dmp

Send = Callable[[Dmp], object]
SENT: dict[str, Send] = {
    "td0.2": lambda dmp: dmp.test_existence(dmp.direct()),
    "td2.1": lambda dmp: dmp.feed(dmp.document()),
    "td3.1": lambda dmp: dmp.find(),
    "td3.2": lambda dmp: dmp.read("2.25.404"),
}
OPPOSITION = {"DMP-OPPOSITION", "DMP-FEED-OPPOSITION"}


def _reproached(dmp: Dmp, transaction: str) -> set[str]:
    SENT[transaction](dmp)
    return OPPOSITION & set(dmp.findings())


@pytest.mark.parametrize(
    ("marker", "transaction", "check"),
    [
        ("patient opposé", "td2.1", "DMP-FEED-OPPOSITION"),
        ("Patient OPPOSE", "td3.1", "DMP-OPPOSITION"),
        ("patient opposé", "td3.2", "DMP-OPPOSITION"),
        ("opposition à la consultation", "td3.1", "DMP-OPPOSITION"),
        ("opposition à l'alimentation", "td2.1", "DMP-FEED-OPPOSITION"),
    ],
)
def test_what_leaves_after_an_opposition_is_reproached_until_it_is_lifted(
    dmp: Dmp, marker: str, transaction: str, check: str
) -> None:
    assert _reproached(dmp, transaction) == set()
    dmp.mark(marker)
    assert _reproached(dmp, transaction) == {check}
    dmp.mark("opposition levée")
    assert _reproached(dmp, transaction) == set()
    assert (check in dmp.kept()) is (transaction != "td3.2")  # that document is unknown: refused


@pytest.mark.parametrize(
    ("marker", "transaction"),
    [
        ("opposition à la consultation", "td2.1"),
        ("opposition à l'alimentation", "td3.1"),
        ("patient opposé", "td0.2"),
    ],
)
def test_an_opposition_stops_nothing_else(dmp: Dmp, marker: str, transaction: str) -> None:
    dmp.mark(marker)
    assert _reproached(dmp, transaction) == set()
    assert not OPPOSITION & dmp.kept()


def test_the_opposition_of_another_patient_changes_nothing(dmp: Dmp) -> None:
    dmp.mark("patient opposé", dmp.stranger().matricule)
    assert _reproached(dmp, "td2.1") == set()
    assert _reproached(dmp, "td3.1") == set()


def test_an_emergency_is_not_reproached(dmp: Dmp) -> None:
    dmp.mark("patient opposé")
    assert dmp.find(vihf=dmp.direct(purpose="bris_de_glace")).status == 200
    assert "DMP-OPPOSITION" not in dmp.findings()


def test_a_feed_that_the_dmp_refuses_is_reproached_all_the_same(dmp: Dmp) -> None:
    dmp.mark("opposition à l'alimentation")
    assert dmp.feed(dmp.document(b"rien")).errors
    assert "DMP-FEED-OPPOSITION" in dmp.findings()
