"""Return codes, errors and field formats of INSi, as data.

Source: specs/insi.md §1.4 (formats, medium), §2.1 (return codes, high) and §2.3 (errors; the confidence is beside each
group). The full table of codes is not public: where we must refuse and do not know how the service names it, the code
says ``simule`` and the answer carries ``X-Simulation``. Knows nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "CARD_FIELDS",
    "CERTIFICATE_ERRORS",
    "CERTIFICATE_NAMES",
    "ERRORS",
    "FIELDS",
    "LABELS",
    "PUBLISHED_IDAM",
    "REASONS",
    "REFUSED_IDAM_PREFIX",
    "VERIFIED",
    "Error",
    "Field",
    "Forbidden",
    "ReturnCode",
]


class ReturnCode(StrEnum):
    """``CodeCR``: how many identities the traits designate."""

    ONE = "00"
    NONE = "01"
    SEVERAL = "02"


LABELS = {
    ReturnCode.ONE: "OK",
    ReturnCode.NONE: "Aucune identite trouvee",
    ReturnCode.SEVERAL: "Plusieurs identites trouvees",
}
"""``LibelleCR``; the service writes no accents here."""

REASONS = {
    "siram_10": "La demande comporte une donnée absente ou incorrecte. Corrigez-la avant de renouveler la demande.",
    "siram_40": (
        "Le service est temporairement inaccessible. Veuillez renouveler votre demande ultérieurement. "
        "Si le problème persiste, contactez l'éditeur du progiciel ou votre responsable informatique."
    ),
    "siram_100": (
        "L'accès par ce progiciel au service n'est pas autorisé. "
        "Contactez l'éditeur du progiciel ou votre responsable informatique."
    ),
}
"""Reason of a fault by its subcode; the text of siram_10 is ours (not public)."""

CODE_NOT_PUBLIC = "INSI-CODE-NON-PUBLIC"
TEXT_NOT_PUBLIC = "INSI-TEXTE-NON-PUBLIC"


@dataclass(frozen=True, slots=True)
class Error:
    """One line of the table of errors. ``attributes`` are those of ``siram:Erreur``, in the order they are written.

    ``simulation`` is the value of the ``X-Simulation`` header: what of this error is ours, empty when nothing is.
    """

    code: str
    receiver: bool
    siram: str
    severity: str
    label: str
    attributes: tuple[str, ...]
    simulation: str = ""


APPLICATION_ATTRIBUTES = ("severite", "code")
OLD_GATEWAY_ATTRIBUTES = ("code", "messageID", "severite")
GATEWAY_ATTRIBUTES = ("code", "severite", "messageID")


def _field_error(code: str, label: str, simulation: str = CODE_NOT_PUBLIC) -> Error:
    return Error(code, False, "siram_10", "erreur", label, APPLICATION_ATTRIBUTES, simulation)


def _access_error(code: str, label: str, simulation: str = CODE_NOT_PUBLIC) -> Error:
    return Error(code, False, "siram_100", "erreur", label, OLD_GATEWAY_ATTRIBUTES, simulation)


def _message_error(code: str, label: str) -> Error:
    return Error(code, False, "siram_10", "erreur", label, GATEWAY_ATTRIBUTES, CODE_NOT_PUBLIC)


def _outage(code: str, severity: str, label: str, simulation: str = "") -> Error:
    return Error(code, True, "siram_40", severity, label, APPLICATION_ATTRIBUTES, simulation)


_CARD_FAILED = "L'appel au service de recherche avec la carte Vitale renvoie une erreur technique."
_TRAITS_FAILED = "L'appel au service de recherche avec les traits d'identité renvoie une erreur technique."
_UNAVAILABLE = "Le service appelé est temporairement indisponible"

_TABLE = (
    # captured live: high
    _outage("insi_102", "fatal", _TRAITS_FAILED),
    _access_error("desir_550", "Numéro d'autorisation du logiciel inconnu.", ""),
    Error("desir_1020", False, "siram_40", "fatale", _UNAVAILABLE, GATEWAY_ATTRIBUTES),
    # told by implementers: medium
    _outage("insi_101", "fatal", _CARD_FAILED, TEXT_NOT_PUBLIC),
    _outage("insi_111", "fatale", "Indisponibilité des téléservices"),
    _field_error("insi_19", "Le champ nom de naissance est obligatoire", TEXT_NOT_PUBLIC),
    _field_error("insi_24", "Le format du champ sexe est incorrect", TEXT_NOT_PUBLIC),
    _access_error("desir_560", "Niveau d'accès insuffisant", TEXT_NOT_PUBLIC),
    # ours: the refusal is certain, its code is not public
    _field_error("insi_simule_nom_naissance", "Le format du champ nom de naissance est incorrect"),
    _field_error("insi_simule_prenom", "Le champ prénom est absent ou son format est incorrect"),
    _field_error("insi_simule_date_naissance", "Le champ date de naissance est absent ou son format est incorrect"),
    _field_error("insi_simule_lieu_naissance", "Le format du champ lieu de naissance est incorrect"),
    _field_error("insi_simule_matricule", "Le matricule est absent ou son format est incorrect"),
    _field_error("insi_simule_rang", "Le format du champ rang de naissance est incorrect"),
    _field_error("insi_simule_verification", "L'identité à vérifier est absente ou incomplète"),
    _field_error("insi_simule_lot", "Le lot à vérifier est vide ou trop grand"),
    _field_error("insi_simule_depot", "Dépôt inconnu"),
    _field_error("insi_simule_plein", "Trop de dépôts attendent d'être relevés"),
    _access_error("desir_simule_certificat_absent", "Certificat client absent"),
    _access_error("desir_simule_certificat_autorite", "Certificat d'une autorité non reconnue"),
    _access_error("desir_simule_certificat_futur", "Certificat pas encore valide"),
    _access_error("desir_simule_certificat_expire", "Certificat expiré"),
    _access_error("desir_simule_certificat_revoque", "Certificat révoqué"),
    _access_error("desir_simule_assertion", "Assertion du professionnel refusée"),
    _access_error("desir_simule_psc", "Assertion Pro Santé Connect refusée"),
    _access_error("desir_simule_vitale", "Assertion de la carte Vitale refusée"),
    _message_error("desir_simule_enveloppe", "Le message n'est pas une enveloppe SOAP 1.2 acceptable"),
    _message_error("desir_simule_version", "Version de SOAP non acceptée : SOAP 1.2 est attendu"),
    _message_error("desir_simule_en_tete", "Bloc d'en-tête à comprendre (mustUnderstand) inconnu"),
    _message_error("desir_simule_action", "Opération inconnue"),
    _message_error("desir_simule_contexte", "Contexte ContexteLPS ou ContexteBAM absent ou incomplet"),
    _message_error("desir_simule_taille", "Message trop volumineux"),
    _message_error("desir_simule_adresse", "Adresse ou méthode inconnue"),
    _message_error("desir_simule_session", "Session du bac à sable inconnue"),
    Error("desir_simule_interne", True, "siram_40", "fatale", "Erreur interne", GATEWAY_ATTRIBUTES, CODE_NOT_PUBLIC),
)

ERRORS = {error.code: error for error in _TABLE}
"""Every error this service can answer, by code."""

CERTIFICATE_ERRORS = {
    "wrong_authority": "desir_simule_certificat_autorite",
    "not_yet_valid": "desir_simule_certificat_futur",
    "expired": "desir_simule_certificat_expire",
    "revoked": "desir_simule_certificat_revoque",
    "unknown_family": "desir_560",
}
"""What is wrong with a certificate → our error; the real codes are not public."""

CERTIFICATE_NAMES = ("INSI-AUTO", "INSI-MANU")
"""The CN that an organisation's certificate must bear (specs/insi.md §3)."""

PUBLISHED_IDAM = "LGOSANDBOX01"
REFUSED_IDAM_PREFIX = "REFUS"
"""An authorisation number that begins so is unknown, whatever the options say."""

VERIFIED = {True: (ReturnCode.ONE, "Identite verifiee"), False: (ReturnCode.NONE, "Identite non verifiee")}
"""Outcome of a verification → its return code and label: ours, the real ones are not public."""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A pattern that a field must not contain, and what it is (French)."""

    pattern: re.Pattern[str]
    what: str


@dataclass(frozen=True, slots=True)
class Field:
    """A trait: its name here and on the wire, and the error when it is missing (empty: optional) or malformed."""

    name: str
    element: str
    missing: str
    malformed: str
    forbidden: tuple[Forbidden, ...]


def _forbidden(pattern: str, what: str) -> Forbidden:
    return Forbidden(re.compile(pattern), what)


_LETTERS = _forbidden("[^A-Z' -]", "un caractère autre que A à Z, espace, apostrophe et tiret")
_START = _forbidden(r"\A[ -]", "un espace ou un tiret en tête")
_DOUBLED = _forbidden("[ ']{2}", "des espaces ou apostrophes doublés ou accolés")

FIELDS = (
    Field(
        name="birth_name",
        element="NomNaissance",
        missing="insi_19",
        malformed="insi_simule_nom_naissance",
        forbidden=(_LETTERS, _START, _DOUBLED, _forbidden("---", "plus de deux tirets de suite")),
    ),
    Field(
        name="first_names",
        element="Prenom",
        missing="insi_simule_prenom",
        malformed="insi_simule_prenom",
        forbidden=(
            _LETTERS,
            _START,
            _DOUBLED,
            _forbidden("--", "deux tirets de suite"),
            _forbidden(r"['-]\Z", "un tiret ou une apostrophe en fin"),
        ),
    ),
    Field(
        name="sex",
        element="Sexe",
        missing="insi_24",
        malformed="insi_24",
        forbidden=(_forbidden(r"\A(?![MF]\Z)", "autre chose que M ou F"),),
    ),
    Field(
        name="birth_date",
        element="DateNaissance",
        missing="insi_simule_date_naissance",
        malformed="insi_simule_date_naissance",
        forbidden=(_forbidden(r"\A(?![0-9]{4}-[0-9]{2}-[0-9]{2}\Z)", "autre chose que AAAA-MM-JJ"),),
    ),
    Field(
        name="birth_place",
        element="LieuNaissance",
        missing="",
        malformed="insi_simule_lieu_naissance",
        forbidden=(_forbidden(r"\A(?!(?:[0-9]{2}|2[AB])[0-9]{3}\Z)", "autre chose qu'un code COG de 5 caractères"),),
    ),
)

_MATRICULE = _forbidden(
    r"\A(?![0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?\Z)", "autre chose qu'un matricule de 13 caractères et sa clé"
)

CARD_FIELDS = (
    Field("individual", "MatriculeIndividu", "", "insi_simule_matricule", (_MATRICULE,)),
    Field("holder", "MatriculeOD", "", "insi_simule_matricule", (_MATRICULE,)),
    FIELDS[3],
    Field(
        "rank",
        "RangNaissance",
        "",
        "insi_simule_rang",
        (_forbidden(r"\A(?![1-9]\Z)", "autre chose qu'un chiffre de 1 à 9"),),
    ),
)
"""The values of a request by card that are controlled; the name is not: the card is only a key."""
