"""What the simulated service is made of as data: states and transitions, errors, rights, code systems, motives.

Source: specs/eprescription.md §2 (OIDs, line flags; confidence high), §4 (FHIR systems of the draft guide; medium), §5
(rules; regulatory, not read in the primary text), §8 (states and errors: our own simulation). Knows no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
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
"""The client that this service is at PSC: its seeds enrol the same pair."""

# --- number and QR: ours, look-alikes of the only public sample (specs/eprescription.md §0 item 4) ---

NUMBER_PREFIX = "99SIMU"
NUMBER_LENGTH = 18
NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, so that no drawn number looks like a seeded one, whose seventh character is 0."""
QR_PREFIX = "EPU-SIMU:"

# --- code systems ---

_SIMULATED = "urn:x-simulation:epu-non-officiel"
SYSTEM_ERRORS = f"{_SIMULATED}:erreurs"
SYSTEM_DECLINE = f"{_SIMULATED}:motifs-non-delivrance"
SYSTEM_NO_SUBSTITUTION = f"{_SIMULATED}:motifs-non-substitution"
EXTENSION_REMAINING = f"{_SIMULATED}:reste-a-delivrer"
EXTENSION_RENEWALS = f"{_SIMULATED}:livraisons-restantes"

_ANSM = "http://data.esante.gouv.fr/ansm/medicament"
SYSTEM_CIP = f"{_ANSM}/Presentation"
SYSTEM_CIS = f"{_ANSM}/SpecialitePharmaceutique"
SYSTEM_EDQM = "http://standardterms.edqm.eu"
SYSTEM_TA_ASIP = "urn:oid:1.2.250.1.213.1.1.4.322"
SYSTEM_SUBSTITUTION = "urn:oid:2.16.840.1.113883.5.1070"
SYSTEM_LPP = "urn:oid:1.2.250.1.215.200.2.1"
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
PRESCRIPTION_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "MED-1096": "Ordonnance bizone",
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

# --- motives: ours, the official lists are not public (specs/eprescription.md §8.2, §9) ---

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
OPIOID_SUBSTITUTES = ("BUPRÉNORPHINE", "MÉTHADONE")
"""Substances of opioid substitution (TSO): the prescription names its dispenser (specs/eprescription.md §1.1)."""

# --- rights ---

PHARMACIST = "21"
PHARMACY_TECHNICIAN = "39"
PRESCRIBERS = frozenset({"10", "40", "50"})
"""Doctor, dentist, midwife (table G15)."""
EXECUTORS = frozenset({PHARMACIST, PHARMACY_TECHNICIAN})
PHARMACY_SECTORS = frozenset({"SA33", "SA38", "SA39"})
TAG_STRUCK_OFF = "radie"
TAG_TWO_ACTIVITIES = "deux-activites"
SECOND_STRUCTURE = "officine-voisine"

CREATE, CONSULT, EXECUTE, ABANDON = "creer", "consulter", "executer", "abandonner"
CANCEL, CANCEL_EXECUTION, STATUS = "annuler", "annuler-execution", "statut"

RIGHTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        CREATE: PRESCRIBERS,
        CANCEL: PRESCRIBERS,
        CONSULT: EXECUTORS,
        EXECUTE: EXECUTORS,
        ABANDON: EXECUTORS,
        CANCEL_EXECUTION: EXECUTORS,
        STATUS: PRESCRIBERS | EXECUTORS,
    }
)

# --- errors: our own codes; the official ones are not public ---


@dataclass(frozen=True, slots=True)
class Error:
    """An HTTP status, the FHIR issue type, and the French sentence."""

    status: int
    issue: str
    text: str


ERRORS: Mapping[str, Error] = MappingProxyType(
    {
        "corps-illisible": Error(400, "structure", "Le corps de la requête n'est pas une ressource lisible."),
        "element-invalide": Error(400, "value", "Un élément de la requête manque ou n'a pas le type attendu."),
        "jeton-absent": Error(401, "login", "Jeton Pro Santé Connect absent ou illisible."),
        "jeton-invalide": Error(401, "expired", "Jeton Pro Santé Connect inconnu, expiré ou révoqué."),
        "certificat-refuse": Error(401, "security", "Le certificat client présenté est refusé."),
        "professionnel-inconnu": Error(403, "forbidden", "Le professionnel du jeton n'est pas connu ou est radié."),
        "profession-non-autorisee": Error(403, "forbidden", "La profession n'a pas droit à cette opération."),
        "structure-refusee": Error(
            403, "forbidden", "L'en-tête X-Structure ne désigne pas une structure de ce professionnel."
        ),
        "structure-non-officine": Error(403, "forbidden", "L'exécution se fait depuis une officine."),
        "officine-non-designee": Error(403, "forbidden", "La prescription désigne une autre officine."),
        "secret-faux": Error(403, "forbidden", "Le secret de consultation est faux."),
        "pas-l-auteur": Error(403, "forbidden", "Seul l'auteur de la prescription peut l'annuler."),
        "pas-l-executant": Error(403, "forbidden", "Seule l'officine qui a exécuté peut annuler son exécution."),
        "numero-inconnu": Error(404, "not-found", "Aucune ordonnance numérique ne porte ce numéro."),
        "adresse-inconnue": Error(404, "not-found", "Aucune opération à cette adresse."),
        "execution-inconnue": Error(404, "not-found", "Cette ordonnance n'a pas d'exécution en cours sous ce reçu."),
        "methode-refusee": Error(405, "not-supported", "Méthode HTTP non admise à cette adresse."),
        "deja-executee": Error(409, "conflict", "L'ordonnance est entièrement exécutée."),
        "annulee": Error(409, "conflict", "L'ordonnance est annulée."),
        "en-cours": Error(409, "conflict", "L'ordonnance est en cours de consultation."),
        "deja-entamee": Error(409, "conflict", "L'ordonnance a déjà été délivrée en partie."),
        "consultation-absente": Error(
            409, "conflict", "L'ordonnance n'est pas en consultation : consultez-la d'abord."
        ),
        "aucune-execution": Error(409, "conflict", "Il n'y a pas d'exécution à annuler."),
        "execution-suivie": Error(409, "conflict", "Une exécution plus récente existe : annulez-la d'abord."),
        "dispensation-deja-enregistree": Error(409, "duplicate", "Une dispensation porte déjà cet identifiant."),
        "requete-rejouee": Error(409, "duplicate", "Ce X-Request-Id a déjà servi pour une autre requête."),
        "ordonnance-deja-creee": Error(409, "duplicate", "Ce prescripteur a déjà créé une ordonnance sous ce groupe."),
        "perimee": Error(410, "expired", "L'ordonnance est périmée."),
        "trop-volumineux": Error(413, "too-long", "Le corps de la requête est trop volumineux."),
        "type-de-media": Error(415, "not-supported", "Le corps doit être en application/fhir+json."),
        "verrouillee": Error(423, "lock-error", "L'ordonnance est en consultation dans une autre officine."),
        "qr-illisible": Error(422, "invalid", "Le QR code lu n'est pas celui d'une ordonnance numérique simulée."),
        "numero-mal-forme": Error(422, "invalid", "Le numéro compte 18 lettres majuscules ou chiffres."),
        "ordonnance-vide": Error(422, "required", "Aucune ligne, ou trop de lignes."),
        "groupe-different": Error(422, "business-rule", "Les lignes n'ont pas le même groupIdentifier."),
        "patients-differents": Error(422, "business-rule", "Les lignes n'ont pas le même patient."),
        "ins-invalide": Error(422, "invalid", "Le patient n'est pas désigné par un matricule INS valide."),
        "racine-ins-differente": Error(422, "invalid", "La racine d'OID de l'INS n'est pas celle de ce patient."),
        "auteur-different": Error(422, "business-rule", "Le requester n'est pas le prescripteur authentifié."),
        "medicament-invalide": Error(422, "code-invalid", "La ligne ne désigne aucun médicament par CIS ou CIP13."),
        "cip-invalide": Error(422, "code-invalid", "Le CIP13 est absent, ou sa clé de contrôle est fausse."),
        "dispositif-inconnu": Error(422, "code-invalid", "Ce dispositif (LPP) n'est pas connu du service."),
        "quantite-invalide": Error(422, "value", "La quantité est un nombre entier de boîtes, de 1 à 999."),
        "renouvellement-invalide": Error(422, "value", "Le nombre de renouvellements va de 0 à 12."),
        "posologie-absente": Error(422, "required", "La posologie en texte est obligatoire."),
        "toutes-lettres": Error(422, "business-rule", "Ordonnance sécurisée : posologie en toutes lettres exigée."),
        "tso-sans-dispensateur": Error(
            422, "business-rule", "Traitement de substitution aux opiacés : l'officine doit être désignée."
        ),
        "duree-depassee": Error(422, "business-rule", "La durée de traitement dépasse celle que la règle admet."),
        "motif-non-substituable": Error(422, "required", "« Non substituable » demande un motif."),
        "date-invalide": Error(422, "value", "Date illisible, future ou hors des limites."),
        "execution-vide": Error(422, "required", "Aucune dispensation, ou trop de dispensations."),
        "ligne-inconnue": Error(422, "not-found", "La dispensation ne se rattache à aucune ligne de l'ordonnance."),
        "quantite-depassee": Error(422, "business-rule", "La quantité dépasse ce qui reste à délivrer."),
        "renouvellements-epuises": Error(422, "business-rule", "Tous les renouvellements de la ligne sont épuisés."),
        "substitution-non-declaree": Error(
            422, "business-rule", "Le médicament délivré n'est pas celui prescrit, sans substitution déclarée."
        ),
        "substitution-sans-motif": Error(
            422, "business-rule", "Substitution sans motif : ligne non substituable ou médicament hors du groupe."
        ),
        "motif-inconnu": Error(422, "code-invalid", "Motif absent ou inconnu."),
        "non-delivrance-incoherente": Error(
            422,
            "business-rule",
            "Déclarée non délivrée, alors que la livraison en cours de la ligne est close.",
        ),
        "posologie-modifiee-sans-note": Error(
            422, "business-rule", "Posologie modifiée : une note doit citer l'accord du prescripteur."
        ),
        "trop-de-requetes": Error(429, "throttled", "Trop de requêtes."),
        "erreur-interne": Error(500, "exception", "Erreur interne du simulateur."),
        "base-pleine": Error(503, "no-store", "La base simulée est pleine : réinitialisez la session."),
        "indisponible": Error(503, "transient", "Service momentanément indisponible."),
        "psc-indisponible": Error(503, "transient", "Pro Santé Connect n'a pas répondu à l'introspection du jeton."),
    }
)

ERROR_OF_STATUS: Mapping[int, str] = MappingProxyType(
    {
        404: "adresse-inconnue",
        405: "methode-refusee",
        413: "trop-volumineux",
        429: "trop-de-requetes",
        500: "erreur-interne",
    }
)
"""Which error stands for a status that the sandbox itself proposes; any other is ``indisponible``."""

# --- states (specs/eprescription.md §8.3; ours) ---


class State(StrEnum):
    """The state of a prescription."""

    CREEE = "CREEE"
    EN_COURS = "EN_COURS"
    PARTIELLE = "PARTIELLE"
    A_RENOUVELER = "A_RENOUVELER"
    EXECUTEE = "EXECUTEE"
    ANNULEE = "ANNULEE"
    EXPIREE = "EXPIREE"


class Event(StrEnum):
    """What may happen to a prescription; the last three events of execution differ by what they leave."""

    CONSULTER = "consulter"
    ABANDONNER = "abandonner"
    DELAI = "délai de consultation écoulé"
    EXECUTER_PARTIEL = "exécuter en partie"
    EXECUTER_COMPLET = "exécuter, il reste des renouvellements"
    EXECUTER_FINAL = "exécuter pour la dernière fois"
    PERIMER = "périmer"
    ANNULER = "annuler"
    ANNULER_EXECUTION = "annuler une exécution"


RESTING = "repos"
"""The target of events that give a prescription back: CREEE, PARTIELLE, A_RENOUVELER or EXECUTEE, by its deliveries."""

_EXECUTIONS = (Event.EXECUTER_PARTIEL, Event.EXECUTER_COMPLET, Event.EXECUTER_FINAL)


def _refusing(error: str, *events: Event) -> dict[Event, State | str]:
    return dict.fromkeys(events or tuple(Event), error)


def _started(state: State) -> dict[Event, State | str]:
    return {
        **_refusing("consultation-absente", Event.ABANDONNER, *_EXECUTIONS),
        Event.DELAI: state,
        Event.CONSULTER: State.EN_COURS,
        Event.PERIMER: State.EXPIREE,
        Event.ANNULER: "deja-entamee",
        Event.ANNULER_EXECUTION: RESTING,
    }


TRANSITIONS: Mapping[State, Mapping[Event, State | str]] = MappingProxyType(
    {
        State.CREEE: {
            **_started(State.CREEE),
            Event.ANNULER: State.ANNULEE,
            Event.ANNULER_EXECUTION: "aucune-execution",
        },
        State.PARTIELLE: _started(State.PARTIELLE),
        State.A_RENOUVELER: _started(State.A_RENOUVELER),
        State.EN_COURS: {
            Event.CONSULTER: State.EN_COURS,
            Event.ABANDONNER: RESTING,
            Event.DELAI: RESTING,
            Event.EXECUTER_PARTIEL: State.PARTIELLE,
            Event.EXECUTER_COMPLET: State.A_RENOUVELER,
            Event.EXECUTER_FINAL: State.EXECUTEE,
            Event.PERIMER: State.EN_COURS,
            Event.ANNULER: "en-cours",
            Event.ANNULER_EXECUTION: "en-cours",
        },
        State.EXECUTEE: {
            **_refusing("deja-executee"),
            Event.DELAI: State.EXECUTEE,
            Event.PERIMER: State.EXECUTEE,
            Event.ANNULER_EXECUTION: RESTING,
        },
        State.ANNULEE: {
            **_refusing("annulee"),
            Event.DELAI: State.ANNULEE,
            Event.PERIMER: State.ANNULEE,
        },
        State.EXPIREE: {
            **_refusing("perimee"),
            Event.DELAI: State.EXPIREE,
            Event.PERIMER: State.EXPIREE,
        },
    }
)
"""Every event in every state: the state it leads to, ``RESTING``, or the error that refuses it."""

# --- situations by number (specs/eprescription.md §8.5) ---

SLOW, DOWN = "SLOW", "500"


def magic_number(index: int, suffix: str) -> str:
    """Return the number of a seeded situation: the prefix, zeros, an index, the suffix."""
    return NUMBER_PREFIX + f"{index}{suffix}".rjust(NUMBER_LENGTH - len(NUMBER_PREFIX), "0")
