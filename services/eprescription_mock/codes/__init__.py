"""What the simulated service is made of as data: code systems, rights, motives; errors and states beside it.

Source: docs/sources/eprescription.md (OIDs and line flags: confidence high; FHIR systems of the draft guide: medium;
rules: regulatory, not read in the primary text). Knows no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from health_documents.identifiers import OID_EPU

BASE = "/simu/ordonnance-numerique/v1"
SIMULATION_HEADER = "X-Simulation"
SIMULATION = "EPU-NON-OFFICIEL"
STRUCTURE_HEADER = "x-structure"
REQUEST_ID_HEADER = "x-request-id"
REPLAYED_HEADER = "X-Rejeu"

PSC_INTROSPECTION = "/auth/realms/esante-wallet/protocol/openid-connect/token/introspect"
PSC_CLIENT = "eprescription"
PSC_SECRET = "secret-eprescription"
API = "eprescription"
API_INTROSPECTION = "/auth/realms/api-psc/protocol/openid-connect/token/introspect"
"""The client that this service is at PSC: its seeds enrol the same pair."""

# --- number and QR: ours, look-alikes of the only public sample ---

NUMBER_PREFIX = "99SIMU"
NUMBER_LENGTH = 18
NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, so that no drawn number looks like a seeded one, whose seventh character is 0."""
QR_PREFIX = "EPU-SIMU:"

# --- code systems ---

_SIMULATED = "urn:x-simulation:epu-non-officiel"
SYSTEM_OPERATIONS = f"{_SIMULATED}:operation"
SYSTEM_ERRORS = f"{_SIMULATED}:erreurs"
SYSTEM_DECLINE = f"{_SIMULATED}:motifs-non-delivrance"
SYSTEM_NO_SUBSTITUTION = f"{_SIMULATED}:motifs-non-substitution"
EXTENSION_REMAINING = f"{_SIMULATED}:reste-a-delivrer"
EXTENSION_RENEWALS = f"{_SIMULATED}:livraisons-restantes"
EXTENSION_RENDERED = "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationRequest.renderedDosageInstruction"
"""The posology in words, in a prescription of FHIR R4 by the draft guide."""
EXTENSION_QUANTITY = f"{_SIMULATED}:quantite"
EXTENSION_MARK = f"{_SIMULATED}:marque"
"""What a DeviceRequest of FHIR R4 has no element for: a quantity, a mark of the line or of the prescription."""
EXTENSION_OPPOSITION = f"{_SIMULATED}:opposition"
"""The patient opposes that the prescriber sees what was delivered (valueBoolean)."""
EXTENSION_2D = f"{_SIMULATED}:code-2d"
"""On groupIdentifier: the text of the 2D code that the prescriber's software has drawn."""

_ANSM = "http://data.esante.gouv.fr/ansm/medicament"
SYSTEM_CIP = f"{_ANSM}/Presentation"
SYSTEM_CIS = f"{_ANSM}/SpecialitePharmaceutique"
SYSTEM_EDQM = "http://standardterms.edqm.eu"
SYSTEM_TA_ASIP = "urn:oid:1.2.250.1.213.1.1.4.322"
SYSTEM_SUBSTITUTION = "urn:oid:2.16.840.1.113883.5.1070"
SYSTEM_LPP = "urn:oid:1.2.250.1.215.200.2.1"
SYSTEM_EMDN = "urn:oid:1.2.250.1.213.2.68"
SYSTEM_EPU = f"urn:oid:{OID_EPU}"
EDQM_BOX = "30009000"
SUBSTITUTION_NONE = "N"
UCUM = "http://unitsofmeasure.org"

NO_SUBSTITUTION_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "MTE": "Médicament à marge thérapeutique étroite",
        "EFG": "Enfant de moins de six ans, forme galénique",
        "CIF": "Contre-indication formelle à un excipient",
    }
)
SECURE_PRESCRIPTION = "MED-1098"
TWO_ZONES = "MED-1096"
PRESCRIPTION_KINDS: Mapping[str, str] = MappingProxyType(
    {
        TWO_ZONES: "Ordonnance bizone",
        "MED-1097": "Médicaments d'exception",
        SECURE_PRESCRIPTION: "Ordonnance sécurisée",
        "MED-1132": "Grand appareillage",
        "MED-1094": "Exécution à domicile",
        "MED-1095": "Urgence",
        "MED-1159": "Affection militaire",
    }
)
ALD = "MED-574"
LINE_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        ALD: "En rapport avec une ALD",
        "GEN-180": "En rapport avec un accident du travail ou une maladie professionnelle",
        "GEN-295": "En rapport avec la prévention",
        "GEN-181": "Non remboursable",
        "GEN-179": "Hors AMM",
    }
)

# --- motives: ours, the official lists are not public ---

PAPER_DIFFERS = "papier-different"
ABANDON_MOTIVES: Mapping[str, str] = MappingProxyType(
    {
        PAPER_DIFFERS: "L'ordonnance papier diffère de l'ordonnance numérique",
        "hors-perimetre": "Ordonnance hors du périmètre de l'ordonnance numérique",
        "patient": "Le patient renonce",
    }
)


@dataclass(frozen=True, slots=True)
class DeclineReason:
    """Why a line is not delivered; ``closes`` tells whether the current delivery of the line is then over."""

    label: str
    closes: bool


DECLINE_REASONS: Mapping[str, DeclineReason] = MappingProxyType(
    {
        "rupture": DeclineReason("Rupture de stock : la ligne reste due", closes=False),
        "rupture-prolongee": DeclineReason("Rupture prolongée : la livraison de la ligne est close", closes=True),
        "refus-patient": DeclineReason("Le patient n'en veut pas", closes=True),
        "deja-possede": DeclineReason("Le patient en a encore", closes=True),
        "avis-prescripteur": DeclineReason("Arrêt décidé avec le prescripteur", closes=True),
        "hors-perimetre": DeclineReason("Délivré hors de l'ordonnance numérique", closes=True),
    }
)

# --- rules with a number ---

FIRST_DELIVERY_MONTHS = 3
MAX_MONTHS = 12
MAX_DAYS = 365
MAX_LINES = 50
MAX_DISPENSES = 200
MAX_QUANTITY = 999
MAX_REPEATS = 12
MAX_TEXT = 2000
MAX_PRESCRIPTIONS = 20_000
MAX_EXECUTIONS = 200
MAX_ANSWERS = 50_000
MAX_REQUEST_ID = 128
MAX_INVOICE = 64
MAX_FOUND = 200
COMPLETENESS = frozenset({"FFC", "FFP", "RFC", "RFP"})
PARTIAL_FILLS = frozenset({"FFP", "RFP"})
"""Codes of completeness (v3-ActCode) of a first or a further delivery that is partial."""
CLOCK_TOLERANCE = timedelta(minutes=5)
LAST_DAY = timedelta(days=1)
"""A validity given as a date ends with that day."""
DURATION_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "prescription limitée à 2 semaines": 14,
        "prescription limitée à 4 semaines": 28,
        "prescription limitée à 12 semaines": 84,
        "prescription limitée à 6 mois": 183,
    }
)
"""Days of treatment, by the words of the drug database."""
NARCOTIC = "stupéfiants"
NO_OVERLAP = "chevauchement interdit"
FRACTIONS: Mapping[str, int] = MappingProxyType(
    {"délivrance fractionnée de 7 jours": 7, "délivrance fractionnée de 14 jours": 14}
)
"""Days of one delivery, by the words of the drug database."""
AT_ONCE, OVERLAP_ALLOWED = "délivrance en une fois", "chevauchement autorisé"
"""What the prescriber writes in the posology to lift a fraction or an overlap; the wording is ours."""
MAX_DELIVERED_DAYS = 30
OVERLAP_MARGIN = timedelta(days=1)
RENEWAL_MARGIN = timedelta(days=7)
"""Ours: how long before its end a delivery may be renewed."""
RETENTION_MONTHS = 60
EFG_YEARS = 6
OPIOID_SUBSTITUTES = ("BUPRÉNORPHINE", "MÉTHADONE")
"""Substances of opioid substitution (TSO): the prescription names its dispenser."""

# --- rights ---

PHARMACIST = "21"
PHARMACY_TECHNICIAN = "39"
PRESCRIBERS = frozenset({"10", "40", "50"})
"""Doctor, dentist, midwife (table G15)."""
EXECUTORS = frozenset({PHARMACIST, PHARMACY_TECHNICIAN})
PHARMACY_SECTORS = frozenset({"SA33", "SA38", "SA39"})
PROFESSIONS: Mapping[str, str] = MappingProxyType(
    {
        "10": "médecin",
        "40": "chirurgien-dentiste",
        "50": "sage-femme",
        PHARMACIST: "pharmacien",
        PHARMACY_TECHNICIAN: "préparateur en pharmacie",
    }
)
TAG_STRUCK_OFF = "radie"
TAG_TWO_ACTIVITIES = "deux-activites"
SECOND_STRUCTURE = "officine-voisine"

CREATE, CONSULT, SEARCH, EXECUTE, BILL = "EP4", "EP3", "EP2", "EP1", "EP6"
"""As the national operations are named; their messages are not public."""
ABANDON, CANCEL, CANCEL_EXECUTION, STATUS = "abandonner", "annuler", "annuler-execution", "statut"
READ, METADATA, OPENAPI = "lire", "metadata", "openapi"
"""Ours, beside them."""

RIGHTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        CREATE: PRESCRIBERS,
        CANCEL: PRESCRIBERS,
        CONSULT: EXECUTORS,
        EXECUTE: EXECUTORS,
        ABANDON: EXECUTORS,
        BILL: EXECUTORS,
        SEARCH: PRESCRIBERS | EXECUTORS,
        CANCEL_EXECUTION: EXECUTORS,
        STATUS: PRESCRIBERS | EXECUTORS,
        READ: PRESCRIBERS | EXECUTORS,
    }
)

# --- situations by number ---

SLOW, DOWN = "SLOW", "500"


def magic_number(index: int, suffix: str) -> str:
    """Return the number of a seeded situation: the prefix, zeros, an index, the suffix."""
    return NUMBER_PREFIX + f"{index}{suffix}".rjust(NUMBER_LENGTH - len(NUMBER_PREFIX), "0")
