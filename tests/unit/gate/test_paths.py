"""Which address an unknown one is compared with."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from lgo_sandbox.gate.paths import nearest

BASE = "/simu/ordonnance-numerique/v1"
KNOWN = [
    f"{BASE}/$ep4-enregistrer",
    f"{BASE}/$ep3-consulter",
    f"{BASE}/{{number}}/$ep1-executer",
    f"{BASE}/{{number}}/$statut",
    "/auth/realms/esante-wallet/protocol/openid-connect/token",
    "/fhir/v2/Practitioner",
    "/auth/realms/esante-wallet/protocol/openid-connect/token/introspect",
    "/auth/realms/insi/protocol/openid-connect/token/introspect",
]


def _asked(path: str) -> tuple[str, str]:
    call: Any = SimpleNamespace(scope={"path": path})
    return nearest(call, KNOWN)


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        (f"{BASE}/ep4-enregistre", f"{BASE}/$ep4-enregistrer"),
        (f"{BASE}/$ep3-consulte", f"{BASE}/$ep3-consulter"),
        (f"{BASE}/26AB/$ep1-executr", f"{BASE}/…/$ep1-executer"),
        ("/auth/realm/esante-wallet/protocol/openid-connect/token", KNOWN[4]),
        ("/auth/realms/esante-wallet/protocol/openid-connect/tokens", KNOWN[4]),
        ("/fhir/v2/Practitionner", KNOWN[5]),
        ("/auth/realms/esante-wallet/protocol/openid-connect/introspect", KNOWN[6]),
        ("/auth/realms/insi/protocol/openid-connect/introspect", KNOWN[7]),
    ],
)
def test_a_misspelt_path_is_told_the_right_one(asked: str, near: str) -> None:
    assert _asked(asked) == (near, f"Corrigez le chemin de l'URL : {near} est le plus proche.")


@pytest.mark.parametrize("number", ["12345678901234567890", "NUM", "26AB34CD"])
def test_a_path_that_lacks_its_end_is_told_what_may_follow(number: str) -> None:
    expected, remedy = _asked(f"{BASE}/{number}")
    assert expected == f"{BASE}/…/$ep1-executer, {BASE}/…/$statut"
    assert remedy == f"Ajoutez à l'URL la fin du chemin, comme dans {BASE}/…/$ep1-executer."


@pytest.mark.parametrize("path", ["/ordo", "/prescriptions/NUM", f"{BASE}/prescriptions/NUM/lignes"])
def test_a_path_that_is_like_none_is_told_no_nearest(path: str) -> None:
    expected, remedy = _asked(path)
    assert (BASE in expected, "plus proche" in remedy) == (True, False)
