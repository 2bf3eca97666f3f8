"""What the documents of the tests say: drugs, a device, a vaccination, rapid tests, what was dispensed."""

from __future__ import annotations

from dataclasses import replace

from health_documents import oids
from health_documents.codes.value_sets import IMMUNIZATION_ROUTES, IMMUNIZATIONS
from health_documents.values.clinical import DeviceLine, DispensedLine, RapidTest, Vaccination
from health_documents.values.document import Code, DrugLine, Ingredient
from health_documents.values.posology import Dosage, Mode, Posology, Quantity, QuantityRange
from support.documents_people import DOCTOR, NOW, PHARMACIST

__all__ = ["BED", "DISPENSED", "LINES", "RAPID_TESTS", "STRUCTURED_LINES", "VACCINATION"]


def _lines() -> tuple[DrugLine, ...]:
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


LINES = _lines()


def _structured_lines() -> tuple[DrugLine, ...]:
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
        LINES[0],
        structured=tapered,
        route=oral,
        virtual=Code("MV00002306", "Paracétamol 1000 mg comprimé", oids.MEDICABASE),
        ingredients=(Ingredient(paracetamol, Quantity("1000", "mg"), Quantity("1")),),
    )
    return first, replace(LINES[1], structured=single, site=Code("89545001", "visage", oids.SNOMED))


STRUCTURED_LINES = _structured_lines()
BED = DeviceLine(
    name="Lit médical, lit + 135 kg",
    emdn=Code("V0806", "LITS MÉDICAUX", oids.EMDN),
    lpp=Code("1215702", "Lit médical", oids.LPP),
    start="2026-09-14",
    end="2026-11-14",
    rental_days=60,
    ald=True,
    id="AADC9C14-F1CA-4177-B2C8-A5178D5B3CB0",
)
VACCINATION = Vaccination(
    name="VAXIGRIPTETRA, suspension injectable",
    cis="67053213",
    atc=Code("J07BB02", "grippe, antigène purifié", oids.ATC),
    lot="W3A451M",
    date="2026-09-14",
    author=PHARMACIST,
    cip13="3400930100516",
    presentation="1 seringue préremplie de 0,5 mL",
    kind=IMMUNIZATIONS["BOOSTER"],
    route=IMMUNIZATION_ROUTES["20035000"],
    site=Code("16217701000119102", "deltoïde gauche", oids.SNOMED),
    rank=2,
    performer=PHARMACIST,
    reaction=Code("R50.2", "Fièvre due à des médicaments", oids.CIM10),
    reaction_date="2026-09-15",
    comment="Campagne 2026",
    brand="VAXIGRIPTETRA",
    validated=NOW,
    id="41DAC707-7C96-47B7-B600-AC63D8002142",
)


def _rapid_tests() -> tuple[RapidTest, ...]:
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


RAPID_TESTS = _rapid_tests()


def _dispensed() -> tuple[DispensedLine, ...]:
    once = Posology((Dosage("2 fois/j", Quantity("12", "h"), start="2026-09-14", days=8),))
    first = DispensedLine(
        name="PARACETAMOL TEST 1000 mg, comprimé",
        cip13="3400935955838",
        cis="60234100",
        quantity=2,
        unit=LINES[0].unit,
        form=LINES[0].form,
        lot="L42",
        expiry="2028-01-31",
        atc=LINES[0].atc,
        line_id=LINES[0].id,
        prescription_id="2.25.99",
        prescriber=DOCTOR,
        prescribed_at=NOW,
        patient_note="Au cours du repas",
        dispenser_note="Interaction signalée",
        substituted=True,
        new_posology=once,
        route=Code("20053000", "Voie orale", oids.EDQM),
        start="2026-09-14",
        end="2026-09-21",
    )
    preparation = DispensedLine("Préparation magistrale", "", 1, unit=LINES[0].unit, line_id=LINES[1].id,
                                prescription_id="2.25.99", prescriber=DOCTOR)  # fmt: skip
    return first, preparation


DISPENSED = _dispensed()
