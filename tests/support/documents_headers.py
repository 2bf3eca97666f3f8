"""Headers of health documents for tests: one of each kind, and one with everything in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from health_documents import oids
from health_documents.codes.value_sets import FUNCTIONS, RELATIONS
from health_documents.values.document import (
    Author,
    Code,
    Consent,
    DocumentHeader,
    Identifier,
    Participant,
    Recipient,
    RelatedPerson,
)
from support.documents_people import DOCTOR, NOW, PATIENT, PHARMACIST, PHARMACY, PRACTICE, PREPARATEUR

__all__ = ["DISPENSATION_HEADER", "FULL_HEADER", "HEADER", "PRESCRIPTION_HEADER", "TROD_HEADER", "VACCINATION_HEADER"]

HEADER = DocumentHeader(
    id="2.25.197531864209753186420975318642097531",
    set_id="2.25.197531864209753186420975318642097530",
    version=1,
    title="Bilan partagé de médication",
    code=Code("56445-0", "Bilan médicamenteux (Officine)", oids.LOINC),
    effective_time=NOW,
    patient=PATIENT,
    authors=(PHARMACIST,),
    custodian=PHARMACY,
    legal_authenticator=PHARMACIST,
    event_start=NOW - timedelta(minutes=15),
    event_stop=NOW,
    recipients=(
        Recipient(
            DOCTOR.national_id,
            DOCTOR.family_name,
            DOCTOR.given_name,
            "M",
            "DR",
            "alix@cabinet.mssante.fr",
            DOCTOR.structure,
        ),
    ),
)
PRESCRIPTION_HEADER = replace(
    HEADER,
    title="Prescription de médicaments et/ou de dispositifs médicaux",
    code=Code("57833-6", "Prescription de produits de santé", oids.LOINC),
    authors=(DOCTOR,),
    custodian=PRACTICE,
    legal_authenticator=DOCTOR,
    recipients=(),
    facility_type="SA07",
)


def _full_header() -> DocumentHeader:
    """Every field of a header, with something in it."""
    sister = RelatedPerson(
        "NOK", "DURAND", "Anne", "MME", RELATIONS["SIS"], "1 rue Haute", "35000", "RENNES", "0600000000"
    )
    software = Author(
        "199900012345/1", "", "", "DISPOSITIF", "Dispositif médical", PHARMACIST.structure,
        specialty_system=oids.AUTHOR_OTHER, device="LGO Test", device_model="Éditeur 4.2",
    )  # fmt: skip
    guardian = RelatedPerson("GUARD", "TUTRICE", "Jeanne", "MME", RELATIONS["TUTEUR"], phone="0611111111")
    return replace(
        HEADER,
        patient=replace(HEADER.patient, guardian=guardian, local_id="42", local_oid="1.2.3.4"),
        authors=(
            PHARMACIST,
            replace(PREPARATEUR, function=FUNCTIONS["353"]),
            software,
        ),
        replaces="2.25.1",
        version=2,
        confidentiality="R",
        data_enterer=PREPARATEUR,
        informants=(sister,),
        authenticators=(PHARMACIST,),
        participants=(
            Participant("INF", DOCTOR, FUNCTIONS["PCP"]),
            Participant("PRF", None, stop=NOW + timedelta(days=1)),
        ),
        orders=(Identifier("1.2.3.9", "ORDRE-1"),),
        consents=(Consent(Code("GEN-366", "Consentement", oids.TA_ASIP), Identifier("1.2.3.8", "C1")),),
        encounter="AMB",
        encounter_id=Identifier("1.2.3.7", "V1"),
        responsible=PHARMACIST,
        event_id=Identifier("1.2.3.6", "A1"),
        event_code=Code("56445-0", "Bilan médicamenteux (Officine)", oids.LOINC),
    )


FULL_HEADER = _full_header()


def _vaccination_header() -> DocumentHeader:
    code = Code("87273-9", "Note de vaccination", oids.LOINC)
    return replace(HEADER, title="Note de vaccination", code=code, event_code=code, encounter="AMB")


VACCINATION_HEADER = _vaccination_header()
TROD_HEADER = replace(
    HEADER,
    title="Test rapide d'orientation diagnostique : angine",
    code=Code("96173-0", "Test rapide d'orientation diagnostique", oids.LOINC),
    event_code=Code("J02.0", "Pharyngite à streptocoques", oids.CIM10),
    encounter="AMB",
)


def _dispensation_header() -> DocumentHeader:
    code = Code("60593-1", "Dispensation médicamenteuse", oids.LOINC)
    return replace(HEADER, title="Dispensation médicamenteuse", code=code, encounter="AMB", recipients=())


DISPENSATION_HEADER = _dispensation_header()
