"""What the tests of health documents share: a patient, a pharmacist, a doctor, headers, the official artefacts."""

import os
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from lxml import etree

from health_documents import oids
from health_documents.codes.value_sets import FUNCTIONS, IMMUNIZATION_ROUTES, IMMUNIZATIONS, RELATIONS
from health_documents.pdf.write import PdfContent, PdfSection, render_pdf
from health_documents.values.clinical import DeviceLine, DispensedLine, RapidTest, Vaccination
from health_documents.values.document import (
    Author,
    Code,
    Consent,
    DocumentHeader,
    DrugLine,
    Identifier,
    Ingredient,
    Organization,
    Participant,
    PatientIdentity,
    Recipient,
    RelatedPerson,
)
from health_documents.values.posology import Dosage, Mode, Posology, Quantity, QuantityRange

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
        "899900012347", "OFFICINE", "Camille", "G15_21/A", "Pharmacien titulaire d'officine", pharmacy, "MME", "DR"
    )


@pytest.fixture
def doctor() -> Author:
    practice = Organization("1350012345", "CABINET TEST", "SA07", "1 rue Basse", "35000", "RENNES", "0299111111")
    label = "Médecin - Qualifié en Médecine Générale (SM)"
    return Author("899900067895", "MÉDECIN", "Alix", "G15_10/SM26", label, practice, "M", "DR")


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


@pytest.fixture
def preparateur(pharmacy: Organization) -> Author:
    label = "Préparateur en pharmacie (officine)"
    return Author("899900055551", "PILULE", "Sacha", "317", label, pharmacy, specialty_system=oids.FUNCTION_ROLE)


@pytest.fixture
def full_header(header: DocumentHeader, doctor: Author, preparateur: Author, pharmacist: Author) -> DocumentHeader:
    """Every field of a header, with something in it."""
    sister = RelatedPerson(
        "NOK", "DURAND", "Anne", "MME", RELATIONS["SIS"], "1 rue Haute", "35000", "RENNES", "0600000000"
    )
    software = Author(
        "199900012345/1", "", "", "DISPOSITIF", "Dispositif médical", pharmacist.structure,
        specialty_system=oids.AUTHOR_OTHER, device="LGO Test", device_model="Éditeur 4.2",
    )  # fmt: skip
    guardian = RelatedPerson("GUARD", "TUTRICE", "Jeanne", "MME", RELATIONS["TUTEUR"], phone="0611111111")
    return replace(
        header,
        patient=replace(header.patient, guardian=guardian, local_id="42", local_oid="1.2.3.4"),
        authors=(
            pharmacist,
            replace(preparateur, function=FUNCTIONS["353"]),
            software,
        ),
        replaces="2.25.1",
        version=2,
        confidentiality="R",
        data_enterer=preparateur,
        informants=(sister,),
        authenticators=(pharmacist,),
        participants=(
            Participant("INF", doctor, FUNCTIONS["PCP"]),
            Participant("PRF", None, stop=NOW + timedelta(days=1)),
        ),
        orders=(Identifier("1.2.3.9", "ORDRE-1"),),
        consents=(Consent(Code("GEN-366", "Consentement", oids.TA_ASIP), Identifier("1.2.3.8", "C1")),),
        encounter="AMB",
        encounter_id=Identifier("1.2.3.7", "V1"),
        responsible=pharmacist,
        event_id=Identifier("1.2.3.6", "A1"),
        event_code=Code("56445-0", "Bilan médicamenteux (Officine)", oids.LOINC),
    )


@pytest.fixture
def structured_lines(lines: tuple[DrugLine, ...]) -> tuple[DrugLine, ...]:
    one, two = Quantity("1", "{tablet}"), Quantity("2", "{tablet}")
    rate = QuantityRange(Quantity("1000", "mg/d"), Quantity("3000", "mg/d"))
    tapered = Posology(
        (
            Dosage("3 fois/j", Quantity("8", "h"), start="2026-09-14", days=2, dose=QuantityRange(one, two), rate=rate),
            Dosage("le matin", event="ACM", start="2026-09-16", days=4, dose=QuantityRange(one, one)),
        ),
        Mode.TAPERED,
        (Quantity("4", "{tablet}"), Quantity("1", "d")),
        "Si la fièvre dépasse 38,5 °C",
    )
    single = Posology((Dosage("toutes les 12 h", Quantity("12", "h"), dose=QuantityRange(one, two)),))
    paracetamol = Code("100000090270", "Paracetamol", oids.SMS)
    oral = Code("20053000", "Voie orale", oids.EDQM)
    first = replace(
        lines[0],
        structured=tapered,
        route=oral,
        virtual=Code("MV00002306", "Paracétamol 1000 mg comprimé", oids.MEDICABASE),
        ingredients=(Ingredient(paracetamol, Quantity("1000", "mg"), Quantity("1")),),
    )
    return first, replace(lines[1], structured=single, site=Code("89545001", "visage", oids.SNOMED))


@pytest.fixture
def bed() -> DeviceLine:
    return DeviceLine(
        name="Lit médical, lit + 135 kg",
        emdn=Code("V0806", "LITS MÉDICAUX", oids.EMDN),
        lpp=Code("1215702", "Lit médical", oids.LPP),
        start="2026-09-14",
        end="2026-11-14",
        rental_days=60,
        ald=True,
        id="AADC9C14-F1CA-4177-B2C8-A5178D5B3CB0",
    )


@pytest.fixture
def vaccination(pharmacist: Author) -> Vaccination:
    return Vaccination(
        name="VAXIGRIPTETRA, suspension injectable",
        cis="67053213",
        atc=Code("J07BB02", "grippe, antigène purifié", oids.ATC),
        lot="W3A451M",
        date="2026-09-14",
        author=pharmacist,
        cip13="3400930100516",
        presentation="1 seringue préremplie de 0,5 mL",
        kind=IMMUNIZATIONS["BOOSTER"],
        route=IMMUNIZATION_ROUTES["20035000"],
        site=Code("16217701000119102", "deltoïde gauche", oids.SNOMED),
        rank=2,
        performer=pharmacist,
        reaction=Code("R50.2", "Fièvre due à des médicaments", oids.CIM10),
        reaction_date="2026-09-15",
        comment="Campagne 2026",
        brand="VAXIGRIPTETRA",
        validated=NOW,
        id="41DAC707-7C96-47B7-B600-AC63D8002142",
    )


@pytest.fixture
def vaccination_header(header: DocumentHeader) -> DocumentHeader:
    code = Code("87273-9", "Note de vaccination", oids.LOINC)
    return replace(header, title="Note de vaccination", code=code, event_code=code, encounter="AMB")


@pytest.fixture
def rapid_tests() -> tuple[RapidTest, ...]:
    negative = Code("260385009", "négatif", oids.SNOMED)
    strepto = Code("78012-2", "Streptococcus pyogenes Ag [Présence/Seuil] Gorge", oids.LOINC)
    glucose = Code("41653-7", "Glucose [Masse/Volume] Sang capillaire", oids.LOINC)
    family = Code("92894-5", "Sérologie bactérienne", oids.LOINC)
    device = "Biotest | 8029 | B987654 | 31/12/2027"
    udi = "(01)03612345678903(17)271231(10)B987654"
    return (
        RapidTest(family, strepto, "Dépistage angine", negative, NOW, "Score de Mac Isaac 3", udi, device),
        RapidTest(family, glucose, "Glycémie capillaire", Quantity("1.12", "g/L"), NOW, "", udi, device),
    )


@pytest.fixture
def trod_header(header: DocumentHeader) -> DocumentHeader:
    return replace(
        header,
        title="Test rapide d'orientation diagnostique : angine",
        code=Code("96173-0", "Test rapide d'orientation diagnostique", oids.LOINC),
        event_code=Code("J02.0", "Pharyngite à streptocoques", oids.CIM10),
        encounter="AMB",
    )


@pytest.fixture
def dispensation_header(header: DocumentHeader) -> DocumentHeader:
    code = Code("60593-1", "Dispensation médicamenteuse", oids.LOINC)
    return replace(header, title="Dispensation médicamenteuse", code=code, encounter="AMB", recipients=())


@pytest.fixture
def dispensed(lines: tuple[DrugLine, ...], doctor: Author) -> tuple[DispensedLine, ...]:
    once = Posology((Dosage("2 fois/j", Quantity("12", "h"), start="2026-09-14", days=8),))
    first = DispensedLine(
        name="PARACETAMOL TEST 1000 mg, comprimé",
        cip13="3400935955838",
        cis="60234100",
        quantity=2,
        unit=lines[0].unit,
        form=lines[0].form,
        lot="L42",
        expiry="2028-01-31",
        atc=lines[0].atc,
        line_id=lines[0].id,
        prescription_id="2.25.99",
        prescriber=doctor,
        prescribed_at=NOW,
        patient_note="Au cours du repas",
        dispenser_note="Interaction signalée",
        substituted=True,
        new_posology=once,
        route=Code("20053000", "Voie orale", oids.EDQM),
        start="2026-09-14",
        end="2026-09-21",
    )
    preparation = DispensedLine("Préparation magistrale", "", 1, unit=lines[0].unit, line_id=lines[1].id,
                                prescription_id="2.25.99", prescriber=doctor)  # fmt: skip
    return first, preparation


@pytest.fixture
def readable(header: DocumentHeader, pharmacist: Author) -> bytes:
    """A real PDF/A-1B with the datamatrix of the patient."""
    sections = (PdfSection("Conclusion", ("Rien à signaler.",)),)
    return render_pdf(
        PdfContent(header.title, header.patient, pharmacist, header.effective_time, sections, header.recipients)
    )
