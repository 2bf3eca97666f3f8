"""INSi over real sockets: certificates good and bad, both ports, sessions, golden octets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from lxml import etree
from support.insi_door import Door, Doors
from support.insi_requests import REQUEST as DATED
from support.tenants import Tenant, running_in_background

from insi_mock.service import SERVICE
from lgo_sandbox.pki import Issued

GOLDEN = Path(__file__).parents[1] / "golden" / "insi"
REQUEST = DATED.encode()
ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
HEADERS = {"content-type": f'application/soap+xml; charset=utf-8; action="{ACTION}"'}


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with running_in_background(tmp_path_factory.mktemp("insi-tls"), "insi") as runner:
        doors = Doors(runner)
        yield doors
        doors.close()


@pytest.fixture
def door(doors: Doors) -> Door:
    return doors.door()


def post(door: Door, certificate: Issued | None, body: bytes = REQUEST, *, plain: bool = False) -> httpx.Response:
    return door.call("POST", "/lps", body, headers=HEADERS, certificate=certificate, plain=plain)


def post_to(doors: Doors, path: str, certificate: Issued) -> httpx.Response:
    """Post to the common door, below a path that names a session or none."""
    root = doors.runner.launcher.sandbox.addresses.tls["insi"]
    return doors.client(certificate).post(root + path, content=REQUEST, headers=HEADERS)


def code_of(response: httpx.Response) -> str:
    root = etree.fromstring(response.content)
    return str(root.xpath("string((//*[local-name()='CodeCR'] | //*[local-name()='Erreur']/@code)[1])"))


def checks_broken(door: Door) -> set[str]:
    return {finding.check_id for finding in door.tenant.exchanges()[-1].findings}


def test_a_good_certificate_gets_the_octets_of_the_service_and_no_reproach(door: Door) -> None:
    response = post(door, door.doors.certificate("org-auth"))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/soap+xml;charset=utf-8"
    assert response.content == (GOLDEN / "answer-00.xml").read_bytes()
    assert "x-simulation" not in response.headers
    assert checks_broken(door) == set()


@pytest.mark.parametrize(
    ("variant", "code"),
    [
        ("expired", "desir_simule_certificat_expire"),
        ("not-yet-valid", "desir_simule_certificat_futur"),
        ("revoked", "desir_simule_certificat_revoque"),
        ("wrongca", "desir_simule_certificat_autorite"),
    ],
)
def test_a_bad_certificate_gets_a_fault_of_the_gateway(door: Door, variant: str, code: str) -> None:
    response = post(door, door.doors.runner.issue("org-auth", variant=variant))
    assert (response.status_code, code_of(response)) == (500, code)
    assert response.headers["x-simulation"] == "INSI-CODE-NON-PUBLIC"
    assert checks_broken(door) == {"INSI-REFUS"}


def test_no_certificate_is_refused_on_the_tls_port(door: Door) -> None:
    assert code_of(post(door, None)) == "desir_simule_certificat_absent"


def test_no_certificate_is_waived_and_noted_on_the_plain_port(door: Door) -> None:
    assert code_of(post(door, None, plain=True)) == "00"
    assert checks_broken(door) == {"INSI-PORT-CLAIR"}


def test_the_operator_certificate_is_accepted_too(door: Door) -> None:
    assert code_of(post(door, door.doors.named("INSI-MANU"))) == "00"


@pytest.mark.parametrize(
    "issue",
    [
        lambda doors: doors.named("insi-auto"),
        lambda doors: doors.certificate("psc-client"),
        lambda doors: doors.certificate("cps-auth", "titulaire"),
    ],
    ids=["other name", "other family", "card"],
)
def test_a_certificate_of_another_name_or_family_has_no_access(door: Door, issue: Callable[[Doors], Issued]) -> None:
    assert code_of(post(door, issue(door.doors))) == "desir_560"


def test_the_certificate_of_a_session_finds_its_session(door: Door) -> None:
    runner, default = door.doors.runner, Tenant(door.doors.runner, "default")
    before = len(default.exchanges())
    own = runner.issue("org-auth", session=door.tenant.name)
    assert code_of(post_to(door.doors, "/lps", own)) == "00"
    assert len(door.tenant.exchanges()) == 1
    assert len(default.exchanges()) == before


def test_an_unknown_session_is_told_in_soap(doors: Doors) -> None:
    response = post_to(doors, "/s/absente/lps", doors.certificate("org-auth"))
    assert (response.status_code, code_of(response)) == (404, "desir_simule_session")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 500, "desir_simule_enveloppe"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + REQUEST.replace(b"ADRTROIS", b"&b;"), 500, "desir_simule_enveloppe"),
        (REQUEST + b" " * SERVICE.max_body, 413, "desir_simule_taille"),
    ],
    ids=["empty", "entity", "endless"],
)
def test_a_hostile_body_gets_a_soap_fault(door: Door, body: bytes, status: int, code: str) -> None:
    response = post(door, door.doors.certificate("org-auth"), body)
    assert (response.status_code, code_of(response)) == (status, code)
