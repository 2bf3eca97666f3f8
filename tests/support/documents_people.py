"""The people and structures of the tests of health documents."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from health_documents import oids
from health_documents.values.document import Author, Organization, PatientIdentity

__all__ = ["DOCTOR", "NOW", "PATIENT", "PHARMACIST", "PHARMACY", "PRACTICE", "PREPARATEUR"]

PARIS = timezone(timedelta(hours=2))
NOW = datetime(2026, 9, 14, 10, 15, tzinfo=PARIS)
PATIENT = PatientIdentity(
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
PHARMACY = Organization("10B0123456", "PHARMACIE TEST", "SA33", "3 place du Marché", "35000", "RENNES", "0299000000")
PHARMACIST = Author(
    "899900012347", "OFFICINE", "Camille", "G15_21/A", "Pharmacien titulaire d'officine", PHARMACY, "MME", "DR"
)


PREPARATEUR = Author(
    "899900055551",
    "PILULE",
    "Sacha",
    "317",
    "Préparateur en pharmacie (officine)",
    PHARMACY,
    specialty_system=oids.FUNCTION_ROLE,
)
PRACTICE = Organization("1350012345", "CABINET TEST", "SA07", "1 rue Basse", "35000", "RENNES", "0299111111")
DOCTOR = Author(
    "899900067895",
    "MÉDECIN",
    "Alix",
    "G15_10/SM26",
    "Médecin - Qualifié en Médecine Générale (SM)",
    PRACTICE,
    "M",
    "DR",
)
