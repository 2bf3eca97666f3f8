"""What the simulated service is made of as data: addresses, rights, durations, products; errors, states beside it.

Source: docs/sources/dp.md (#durees and #vaccins: law read through third parties; #contrat-simule: addresses and codes
are ours). Knows no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

BASE = "/simu/dossier-pharmaceutique/v1"
SIMULATION_HEADER = "X-Simulation"
SIMULATION = "DP-NON-OFFICIEL"
STRUCTURE_HEADER = "x-structure"
PROFESSIONAL_HEADER = "x-professionnel"
JSON_MEDIA = "application/json"
PROBLEM_MEDIA = "application/problem+json"
HTML_MEDIA = "text/html; charset=utf-8"
ERROR_TYPE = "urn:x-simulation:dp-non-officiel:erreurs:"

# --- operations ---

IDENTITY, STATE, OPPOSE, CLOSE = "identite", "etat", "opposition", "cloture"
HISTORY, VACCINES, FEED, REFUSE = "historique", "vaccins", "alimentation", "refus"
TRACES, PRINT = "traces", "impression"
MESSAGES, ACKNOWLEDGE, LOT = "messages", "acquittement", "lot"
SHORTAGE, SUPPLY, SUPPLY_STATE = "rupture", "depannage", "suivi-depannage"
CONTRACT = "contrat"

# --- events of the agenda ---

CREATION, ANSWER = "creation", "depannage"

# --- rights: who may do what, by kind of structure ---

PHARMACIST, TECHNICIAN, DOCTOR = "21", "39", "10"
PROFESSIONS: Mapping[str, str] = MappingProxyType(
    {PHARMACIST: "pharmacien", TECHNICIAN: "préparateur en pharmacie", DOCTOR: "médecin"}
)


class Place(StrEnum):
    """The kinds of structure that the law lets in; the values are what people read."""

    PHARMACY = "officine"
    HOSPITAL = "établissement de santé"
    LABORATORY = "laboratoire de biologie médicale"


PLACES: Mapping[str, Place] = MappingProxyType(
    {
        "SA33": Place.PHARMACY,
        "SA38": Place.PHARMACY,
        "SA39": Place.PHARMACY,
        "SA01": Place.HOSPITAL,
        "SA25": Place.LABORATORY,
    }
)
"""By sector (table R02)."""

_COUNTER: Mapping[Place, frozenset[str]] = MappingProxyType({Place.PHARMACY: frozenset({PHARMACIST, TECHNICIAN})})
_READERS: Mapping[Place, frozenset[str]] = MappingProxyType(
    {
        **_COUNTER,
        Place.HOSPITAL: frozenset({PHARMACIST, DOCTOR}),
        Place.LABORATORY: frozenset({PHARMACIST, DOCTOR}),
    }
)
_WRITERS: Mapping[Place, frozenset[str]] = MappingProxyType({**_COUNTER, Place.HOSPITAL: frozenset({PHARMACIST})})
RIGHTS: Mapping[str, Mapping[Place, frozenset[str]]] = MappingProxyType(
    {
        **dict.fromkeys((IDENTITY, OPPOSE, CLOSE, REFUSE, TRACES, PRINT), _COUNTER),
        **dict.fromkeys((MESSAGES, ACKNOWLEDGE, LOT, SHORTAGE, SUPPLY, SUPPLY_STATE), _COUNTER),
        **dict.fromkeys((STATE, HISTORY, VACCINES), _READERS),
        FEED: _WRITERS,
    }
)
HELD_UP = frozenset({HISTORY, VACCINES, FEED})
"""What waits until the recall messages of the officine are acknowledged."""
TAG_STRUCK_OFF = "radie"

# --- durations ---

OPPOSITION_DAYS = 42
"""Six weeks (CSP L. 1111-23)."""
MONTHS_SHOWN = 12
BIOLOGIC_MONTHS = 36
VACCINE_MONTHS = 21 * 12
VACCINES_SINCE = date(2016, 9, 1)
"""Since when DP-Vaccins keeps them (LGO.DP.03)."""
REFUSAL_LASTS = timedelta(hours=24)
"""Ours: a refusal « case by case » holds for the structure and the day."""
CHECK_HOLDS = timedelta(hours=24)
"""Ours: how long before a delivery the lot and the shortage may have been looked at."""
SUPPLY_ANSWER = timedelta(hours=4)
"""Ours: after which the laboratory answers a request."""

# --- products, beyond the extract of the drug database ---


class Kind(StrEnum):
    """What decides how long a dispensation is shown; the values are on the wire."""

    MEDICINE = "medicament"
    BIOLOGIC = "biologique"
    VACCINE = "vaccin"


VACCINE_CODES = frozenset({"3400930306000", "3400930056202", "3400936773875", "3400930247853"})
"""Vaxigrip, Gardasil 9, Boostrixtetra, Prevenar 20."""
BIOLOGIC_CODES = frozenset(
    {
        "3400930042687",
        "3400930294505",
        "3400937722988",
        "3400930040072",
        "3400935527400",
        "3400936468726",
    }
)
"""Humira, Amgevita, Lantus, Abasaglar, NovoRapid, Lovenox."""

QUALIFIED = "QUALIFIEE"
IDENTITY_STATES = (QUALIFIED, "RECUPEREE", "VALIDEE", "PROVISOIRE")
REFUSAL_SCOPES = ("consultation", "alimentation")
PRINT_PARTS = ("historique", "vaccins", "traces")

# --- limits ---

MAX_TEXT = 400
MAX_ITEMS = 50
MAX_BOXES = 99
MAX_UNITS = 9_999
MAX_PATIENTS = 20_000
MAX_DISPENSATIONS = 100_000
MAX_TRACES = 2_000
MAX_SHOWN = 500
