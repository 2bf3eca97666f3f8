"""An address that no service has: over a socket, the finding says in French what came and which addresses there are."""

from __future__ import annotations

import re

import httpx
import pytest
from support.plain import NO_TLS
from support.tenants import Runner, Tenant

ENGLISH = re.compile(r"\b(not|found|unknown|path|method|allowed)\b", re.I)
DOORS = {
    "psc": "/auth/realms/esante-wallet",
    "psc_wallet": "/auth",
    "insi": "/lps",
    "dmp": "/si-dmp-server/v2/services/",
    "dmp_web": "/AccesDirect/",
    "mes": "/documents",
    "eprescription": "/simu/ordonnance-numerique/v1/",
    "annuaire": "/fhir/v2/",
    "apcv": "/wssoap/apcv/",
    "dp": "/simu/dossier-pharmaceutique/v1/",
}
"""What one of the addresses of each door begins with."""


@pytest.fixture
def tenant(everything: Runner) -> Tenant:
    return everything.tenant("chemin")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("door", DOORS)
def test_an_unknown_path_is_explained_in_french_with_paths_that_exist(tenant: Tenant, door: str, method: str) -> None:
    answer = httpx.request(method, tenant.url(door, tls=False) + "/nulle/part", trust_env=False, verify=NO_TLS)
    assert answer.status_code == 404
    (finding,) = [finding for exchange in tenant.exchanges() for finding in exchange.findings]
    assert (finding.check_id, "/nulle/part" in finding.received) == ("SANDBOX-CHEMIN", True)
    assert DOORS[door] in finding.expected
    assert finding.remedy
    assert not ENGLISH.search(f"{finding.title} {finding.expected} {finding.remedy} {finding.message}")


def test_every_door_of_the_installed_services_is_tried(everything: Runner) -> None:
    assert set(everything.launcher.sandbox.addresses.plain) == set(DOORS)
