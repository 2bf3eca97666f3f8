"""What the tests of health documents share: a patient, a pharmacist, a doctor, headers, the official artefacts."""

import os
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from lxml import etree

from lgo_sandbox.documents import oids
from lgo_sandbox.documents.values import (
    Author,
    Code,
    DocumentHeader,
    DrugLine,
    Organization,
    PatientIdentity,
    Recipient,
)

PARIS = timezone(timedelta(hours=2))
NOW = datetime(2026, 9, 14, 10, 15, tzinfo=PARIS)


@pytest.fixture(scope="session")
def artefacts() -> Path:
    default = Path(__file__).parents[4] / "shared" / "ci-sis"
    folder = Path(os.environ.get("LGO_SANDBOX_ARTEFACTS", default)) / "TestContenuCDA-3-0"
    if not folder.is_dir():
        pytest.skip("official CI-SIS artefacts absent: set LGO_SANDBOX_ARTEFACTS to their folder")
    return folder


@pytest.fixture(scope="session")
def cda_schema(artefacts: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(artefacts / "infrastructure" / "cda" / "CDA_extended.xsd")))


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def patient() -> PatientIdentity:
    return PatientIdentity(
        matricule="279035121518989",
        oid="1.2.250.1.213.1.4.10",
        birth_name="PAT-TROIS",
        first_names=("DOMINIQUE", "MARIE-LOUISE"),
        sex="F",
        birth_date="1979-03-28",
        birth_place="51215",
        used_name="DUPONT",
        used_first_name="MARIE",
        address="28 avenue de Breteuil",
        postal_code="75007",
        city="PARIS",
        phone="0144534551",
    )


@pytest.fixture
def pharmacy() -> Organization:
    return Organization("10B0123456", "PHARMACIE TEST", "SA33", "3 place du Marché", "35000", "RENNES", "0299000000")


@pytest.fixture
def pharmacist(pharmacy: Organization) -> Author:
    return Author(
        "899900012345", "OFFICINE", "Camille", "G15_21/A", "Pharmacien titulaire d'officine", pharmacy, "MME", "DR"
    )


@pytest.fixture
def doctor() -> Author:
    practice = Organization("1350012345", "CABINET TEST", "SA07", "1 rue Basse", "35000", "RENNES", "0299111111")
    label = "Médecin - Qualifié en Médecine Générale (SM)"
    return Author("899900067890", "MÉDECIN", "Alix", "G15_10/SM26", label, practice, "M", "DR")


@pytest.fixture
def header(patient: PatientIdentity, pharmacist: Author, pharmacy: Organization, doctor: Author) -> DocumentHeader:
    return DocumentHeader(
        id="2.25.197531864209753186420975318642097531",
        set_id="2.25.197531864209753186420975318642097530",
        version=1,
        title="Bilan partagé de médication",
        code=Code("56445-0", "Bilan médicamenteux (Officine)", oids.LOINC),
        effective_time=NOW,
        patient=patient,
        authors=(pharmacist,),
        custodian=pharmacy,
        legal_authenticator=pharmacist,
        event_start=NOW - timedelta(minutes=15),
        event_stop=NOW,
        recipients=(
            Recipient(
                doctor.national_id,
                doctor.family_name,
                doctor.given_name,
                "M",
                "DR",
                "alix@cabinet.mssante.fr",
                doctor.structure,
            ),
        ),
    )


@pytest.fixture
def prescription_header(header: DocumentHeader, doctor: Author) -> DocumentHeader:
    assert doctor.structure is not None
    return replace(
        header,
        title="Prescription de médicaments et/ou de dispositifs médicaux",
        code=Code("57833-6", "Prescription de produits de santé", oids.LOINC),
        authors=(doctor,),
        custodian=doctor.structure,
        legal_authenticator=doctor,
        recipients=(),
        facility_type="SA07",
    )


@pytest.fixture
def lines() -> tuple[DrugLine, ...]:
    tablet = Code("10219000", "Comprimé", oids.EDQM)
    box = Code("30009000", "", oids.EDQM)
    return (
        DrugLine(
            cis="60234100",
            cip13="3400935955838",
            name="DOLIPRANE 1000 mg, comprimé",
            form=tablet,
            posology="1 comprimé 3 fois par jour",
            quantity=2,
            unit=box,
            renewals=1,
            start="2026-09-14",
            duration_days=8,
            ald=True,
            patient_note="À prendre au cours du repas",
            atc=Code("N02BE01", "paracetamol", oids.ATC),
            id="AADC9C14-F1CA-4177-B2C8-A5178D5B3CA0",
        ),
        DrugLine(
            cis="",
            cip13="",
            name="Préparation magistrale : diprosone 30 g, cérat 70 g",
            form=None,
            posology="2 applications par jour",
            unit=box,
            renewals=None,
            start="2026-09-15",
            substitution_allowed=False,
            substitution_reason="Marge thérapeutique étroite",
            off_label=True,
            dispenser_note="Tube aluminium",
            id="AADC9C14-F1CA-4177-B2C8-A5178D5B3CA1",
        ),
    )
