"""INSi over real sockets: certificates good and bad, both ports, sessions, golden octets."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree
from support.keys import with_certificates

from insi_mock.service import SERVICE
from lgo_sandbox.gate.tls import client_context
from lgo_sandbox.pki import Issued, OrganisationHolder, PersonHolder, Pki
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings

GOLDEN = Path(__file__).parents[1] / "golden" / "insi"
REQUEST = (GOLDEN / "request.xml").read_bytes()
ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
CONTENT_TYPE = f'application/soap+xml; charset=utf-8; action="{ACTION}"'
PHARMACY = OrganisationHolder("officine", "10B0990017", "PHARMACIE DE LA FONTAINE")
PHARMACIST = PersonHolder("titulaire", "899700090014", "VALMONT", "HELENE", "Pharmacien")


def no_control(_launcher: Launcher) -> Any:
    raise AssertionError("control is not served here")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_certificates(tmp_path_factory.mktemp("insi"))


@pytest.fixture
async def launcher(state: Path) -> AsyncIterator[Launcher]:
    launcher = Launcher(Settings(state=state, port_base=0), [SERVICE], frozenset({"insi"}))
    await launcher.start(no_control)
    launcher.sandbox.sessions.reset("default")
    yield launcher
    await launcher.close()


@pytest.fixture
def pki(launcher: Launcher) -> Pki:
    return launcher.sandbox.pki


async def post(
    launcher: Launcher, certificate: Issued | None, *, path: str = "/lps", body: bytes = REQUEST, plain: bool = False
) -> httpx.Response:
    addresses = launcher.sandbox.addresses
    verify: ssl.SSLContext = client_context(launcher.sandbox.pki.ca_bundle, certificate)
    async with httpx.AsyncClient(verify=verify, trust_env=False) as client:
        root = (addresses.plain if plain else addresses.tls)["insi"]
        return await client.post(root + path, content=body, headers={"content-type": CONTENT_TYPE})


def code_of(response: httpx.Response) -> str:
    root = etree.fromstring(response.content)
    return str(root.xpath("string((//*[local-name()='CodeCR'] | //*[local-name()='Erreur']/@code)[1])"))


def checks_broken(launcher: Launcher, session: str = "default") -> set[str]:
    exchange = launcher.sandbox.sessions.get(session).journal.read()[-1]
    return {finding.check_id for finding in exchange.findings}


async def test_a_good_certificate_gets_the_octets_of_the_service_and_no_reproach(launcher: Launcher, pki: Pki) -> None:
    response = await post(launcher, pki.issue("org-auth", holder=PHARMACY))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/soap+xml;charset=utf-8"
    assert response.content == (GOLDEN / "answer-00.xml").read_bytes()
    assert "x-simulation" not in response.headers
    assert checks_broken(launcher) == set()


@pytest.mark.parametrize(
    ("variant", "code"),
    [
        ("expired", "desir_simule_certificat_expire"),
        ("not-yet-valid", "desir_simule_certificat_futur"),
        ("revoked", "desir_simule_certificat_revoque"),
        ("wrongca", "desir_simule_certificat_autorite"),
    ],
)
async def test_a_bad_certificate_gets_a_fault_of_the_gateway(
    launcher: Launcher, pki: Pki, variant: str, code: str
) -> None:
    response = await post(launcher, pki.issue("org-auth", holder=PHARMACY, variant=variant))
    assert (response.status_code, code_of(response)) == (500, code)
    assert response.headers["x-simulation"] == "INSI-CODE-NON-PUBLIC"
    assert checks_broken(launcher) == {"INSI-REFUS"}


async def test_no_certificate_is_refused_on_the_tls_port(launcher: Launcher) -> None:
    assert code_of(await post(launcher, None)) == "desir_simule_certificat_absent"


async def test_no_certificate_is_waived_and_noted_on_the_plain_port(launcher: Launcher) -> None:
    assert code_of(await post(launcher, None, plain=True)) == "00"
    assert checks_broken(launcher) == {"INSI-PORT-CLAIR"}


async def test_the_operator_certificate_is_accepted_too(launcher: Launcher, pki: Pki) -> None:
    manual = pki.issue("org-auth", holder=PHARMACY, common_name="INSI-MANU", name="insi-manu")
    assert code_of(await post(launcher, manual)) == "00"


def issue_other_name(pki: Pki) -> Issued:
    return pki.issue("org-auth", holder=PHARMACY, common_name="insi-auto", name="insi-lower")


def issue_other_family(pki: Pki) -> Issued:
    return pki.issue("psc-client", holder=PHARMACY)


def issue_card(pki: Pki) -> Issued:
    return pki.issue("cps-auth", holder=PHARMACIST)


@pytest.mark.parametrize("issue", [issue_other_name, issue_other_family, issue_card])
async def test_a_certificate_of_another_name_or_family_has_no_access(
    launcher: Launcher, pki: Pki, issue: Callable[[Pki], Issued]
) -> None:
    assert code_of(await post(launcher, issue(pki))) == "desir_560"


async def test_the_certificate_of_a_session_finds_its_session(launcher: Launcher, pki: Pki) -> None:
    launcher.sandbox.sessions.create("equipe-a")
    assert code_of(await post(launcher, pki.issue("org-auth", holder=PHARMACY, session="equipe-a"))) == "00"
    assert len(launcher.sandbox.sessions.get("equipe-a").journal.read()) == 1
    assert launcher.sandbox.sessions.get("default").journal.read() == []


async def test_an_unknown_session_is_told_in_soap(launcher: Launcher, pki: Pki) -> None:
    response = await post(launcher, pki.issue("org-auth", holder=PHARMACY), path="/s/absente/lps")
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
async def test_a_hostile_body_gets_a_soap_fault(
    launcher: Launcher, pki: Pki, body: bytes, status: int, code: str
) -> None:
    response = await post(launcher, pki.issue("org-auth", holder=PHARMACY), body=body)
    assert (response.status_code, code_of(response)) == (status, code)
