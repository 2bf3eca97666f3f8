"""What the tests of the reference client share: a workplace that stands still, people, and real certificates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

import httpx
import pytest
from support.insi_scripted import PRODUCT, Calling, Scripted

from lgo_client.clock import Workplace
from lgo_client.environment import Certificate, Patient, Person, Structure
from lgo_client.insi import Insi
from lgo_sandbox.pki import Kind, OrganisationHolder, PersonHolder, Pki

NOW = datetime(2026, 9, 14, 8, 15, 30, 250000, tzinfo=UTC)

OfKind = Callable[[str], Certificate]


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.open(tmp_path_factory.mktemp("client") / "pki")


@pytest.fixture(scope="session")
def certificate(pki: Pki) -> OfKind:
    pharmacy = OrganisationHolder("officine", "10B0990017", "PHARMACIE DE LA FONTAINE", "Puy-de-Dôme (63)")
    pharmacist = PersonHolder("titulaire", "899700090014", "VALMONT", "HÉLÈNE", "Pharmacien")

    def of_kind(kind: str) -> Certificate:
        issued = pki.issue(Kind(kind), holder=pharmacist if kind.startswith("cps") else pharmacy)
        return Certificate(issued.chain, issued.key)

    return of_kind


@pytest.fixture
def workplace() -> Workplace:
    numbers = count(1)
    return Workplace(now=lambda: NOW, uuid=lambda: str(UUID(int=next(numbers))), stopwatch=lambda: 0.0)


@pytest.fixture(scope="session")
def pharmacist() -> Person:
    return Person(
        id="titulaire",
        national_id="899700090014",
        family_name="Valmont",
        given_name="Hélène",
        label="Pharmacien titulaire d'officine",
        profession="21",
        specialty="G15_21/A",
        structure="officine",
        mailbox="helene.valmont@officine.mssante.fr",
        civility="MME",
        title="DR",
    )


@pytest.fixture(scope="session")
def doctor() -> Person:
    return Person(
        id="generaliste",
        national_id="899700090022",
        family_name="Marchand",
        given_name="Alix",
        label="Médecin - Qualifié en Médecine Générale (SM)",
        profession="10",
        specialty="G15_10/SM26",
        structure="cabinet",
        mailbox="alix.marchand@cabinet.mssante.fr",
        civility="M",
        title="DR",
    )


@pytest.fixture(scope="session")
def pharmacy() -> Structure:
    return Structure(
        id="officine",
        id_nat="10B0990017",
        name="PHARMACIE DE LA FONTAINE",
        sector="SA33",
        mailbox="officine@officine.mssante.fr",
        address="3 place du Marché",
        postal_code="63200",
        city="RIOM",
        phone="0473000000",
    )


@pytest.fixture(scope="session")
def practice() -> Structure:
    return Structure(
        id="cabinet",
        id_nat="499700090022001",
        name="CABINET MARCHAND & FILS",
        sector="SA07",
        mailbox="",
        address="1 rue Basse",
        postal_code="63200",
        city="RIOM",
        phone="0473000001",
    )


@pytest.fixture(scope="session")
def patient() -> Patient:
    return Patient(
        id="pat-trois",
        birth_name="PAT-TROIS",
        first_names=("DOMINIQUE", "MARIE-LOUISE"),
        sex="F",
        birth_date="1979-03-28",
        birth_place="51215",
        situation="polymédicamentée",
        matricule="279035121518989",
        mailbox="279035121518989@patient.mssante.fr",
        used_name="DUPONT",
        address="28 avenue de Breteuil",
        postal_code="75007",
        city="PARIS",
        phone="0144534551",
    )


@pytest.fixture
def calling(workplace: Workplace) -> Calling:
    def made(*answers: str) -> tuple[Insi, Scripted]:
        script = Scripted(answers)
        http = httpx.Client(transport=httpx.MockTransport(script))
        return Insi(http, "https://insi.test/s/essai", PRODUCT, workplace), script

    return made
