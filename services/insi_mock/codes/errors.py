"""The errors of INSi: how each is written on the wire, what mends it, where that rests.

Source: docs/sources/insi.md (the confidence is beside each group). Knows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CODE_NOT_PUBLIC", "ERRORS", "TEXT_NOT_PUBLIC", "Error"]

CODE_NOT_PUBLIC = "INSI-CODE-NON-PUBLIC"
TEXT_NOT_PUBLIC = "INSI-TEXTE-NON-PUBLIC"

INSI = "docs/sources/insi.md#"
TRANSPORT = "docs/sources/transport.md#"


@dataclass(frozen=True, slots=True)
class Error:
    """One line of the table of errors. ``attributes`` are those of ``siram:Erreur``, in the order they are written.

    ``simulation`` is the value of the ``X-Simulation`` header: what of this error is ours, empty when nothing is.
    ``remedy`` (French) mends it, for want of a nearer one; ``source`` is a link into ``docs/sources/``.
    """

    code: str
    receiver: bool
    siram: str
    severity: str
    label: str
    attributes: tuple[str, ...]
    simulation: str
    source: str
    remedy: str


APPLICATION_ATTRIBUTES = ("severite", "code")
OLD_GATEWAY_ATTRIBUTES = ("code", "messageID", "severite")
GATEWAY_ATTRIBUTES = ("code", "severite", "messageID")


def _field(code: str, label: str, source: str, remedy: str, simulation: str = CODE_NOT_PUBLIC) -> Error:
    return Error(code, False, "siram_10", "erreur", label, APPLICATION_ATTRIBUTES, simulation, source, remedy)


def _access(code: str, label: str, source: str, remedy: str, simulation: str = CODE_NOT_PUBLIC) -> Error:
    return Error(code, False, "siram_100", "erreur", label, OLD_GATEWAY_ATTRIBUTES, simulation, source, remedy)


def _message(code: str, label: str, source: str, remedy: str) -> Error:
    return Error(code, False, "siram_10", "erreur", label, GATEWAY_ATTRIBUTES, CODE_NOT_PUBLIC, source, remedy)


def _outage(code: str, severity: str, label: str, simulation: str = "") -> Error:
    source = f"{INSI}indisponibilite"
    return Error(code, True, "siram_40", severity, label, APPLICATION_ATTRIBUTES, simulation, source, _AGAIN)


_CARD_FAILED = "L'appel au service de recherche avec la carte Vitale renvoie une erreur technique."
_TRAITS_FAILED = "L'appel au service de recherche avec les traits d'identité renvoie une erreur technique."
_UNAVAILABLE = "Le service appelé est temporairement indisponible"
_AGAIN = "Renouvelez l'appel plus tard, et laissez l'identité à son statut : la demande n'est pas en cause."
_ORG_AUTH = "Présentez un certificat d'organisation valide : org-auth du fichier de démarrage."

_TABLE = (
    # captured live: high
    _outage("insi_102", "fatal", _TRAITS_FAILED),
    _access(
        "desir_550",
        "Numéro d'autorisation du logiciel inconnu.",
        f"{INSI}idam",
        "Envoyez LGOSANDBOX01 dans ContexteLPS/LPS/IDAM.",
        "",
    ),
    Error(
        "desir_1020",
        False,
        "siram_40",
        "fatale",
        _UNAVAILABLE,
        GATEWAY_ATTRIBUTES,
        "",
        f"{INSI}indisponibilite",
        _AGAIN,
    ),
    # told by implementers: medium
    _outage("insi_101", "fatal", _CARD_FAILED, TEXT_NOT_PUBLIC),
    _outage("insi_111", "fatale", "Indisponibilité des téléservices"),
    _field(
        "insi_19",
        "Le champ nom de naissance est obligatoire",
        f"{INSI}traits-obligatoires",
        "Renseignez NomNaissance : le nom de naissance, en majuscules sans accent.",
        TEXT_NOT_PUBLIC,
    ),
    _field(
        "insi_24",
        "Le format du champ sexe est incorrect",
        f"{INSI}traits-obligatoires",
        "Envoyez M ou F dans Sexe.",
        TEXT_NOT_PUBLIC,
    ),
    _access(
        "desir_560",
        "Niveau d'accès insuffisant",
        f"{INSI}certificat-organisation",
        "Présentez un certificat d'organisation dont le CN est INSI-AUTO.",
        TEXT_NOT_PUBLIC,
    ),
    # ours: the refusal is certain, its code is not public
    _field(
        "insi_simule_nom_naissance",
        "Le format du champ nom de naissance est incorrect",
        f"{INSI}traits",
        "Écrivez NomNaissance en majuscules A à Z, avec pour seuls signes l'espace, l'apostrophe et le tiret.",
    ),
    _field(
        "insi_simule_prenom",
        "Le champ prénom est absent ou son format est incorrect",
        f"{INSI}traits",
        "Écrivez Prenom en majuscules A à Z, avec pour seuls signes l'espace, l'apostrophe et le tiret.",
    ),
    _field(
        "insi_simule_date_naissance",
        "Le champ date de naissance est absent ou son format est incorrect",
        f"{INSI}date-de-naissance",
        "Écrivez DateNaissance sous la forme AAAA-MM-JJ.",
    ),
    _field(
        "insi_simule_lieu_naissance",
        "Le format du champ lieu de naissance est incorrect",
        f"{INSI}lieu-de-naissance",
        "Envoyez dans LieuNaissance le code COG de la commune ou du pays de naissance, en cinq caractères.",
    ),
    _field(
        "insi_simule_matricule",
        "Le matricule est absent ou son format est incorrect",
        f"{INSI}recherche-par-carte-vitale",
        "Recopiez de la carte les treize caractères du matricule dans NumIdentifiant, et la clé dans Cle.",
    ),
    _field(
        "insi_simule_rang",
        "Le format du champ rang de naissance est incorrect",
        f"{INSI}recherche-par-carte-vitale",
        "Recopiez de la carte le rang de naissance, un chiffre de 1 à 9, dans RangNaissance.",
    ),
    _field(
        "insi_simule_verification",
        "L'identité à vérifier est absente ou incomplète",
        f"{INSI}verification",
        "Envoyez dans IndividuVerifie le matricule, son OID et les traits stricts.",
    ),
    _field(
        "insi_simule_lot",
        "Le lot à vérifier est vide ou trop grand",
        f"{INSI}verification-en-masse",
        "Déposez de 1 à 1000 éléments IndividuVerifie.",
    ),
    _field(
        "insi_simule_depot",
        "Dépôt inconnu",
        f"{INSI}verification-en-masse",
        "Envoyez dans NumeroDepot le numéro rendu par l'accusé du dépôt, dans la même session.",
    ),
    _field(
        "insi_simule_plein",
        "Trop de dépôts attendent d'être relevés",
        f"{INSI}verification-en-masse",
        "Réinitialisez la session du bac à sable : ses dépôts sont au complet.",
    ),
    _access(
        "desir_simule_certificat_absent",
        "Certificat client absent",
        f"{INSI}certificat-organisation",
        "Présentez un certificat client à la poignée de main TLS : org-auth du fichier de démarrage.",
    ),
    _access(
        "desir_simule_certificat_autorite",
        "Certificat d'une autorité non reconnue",
        f"{INSI}certificat-organisation",
        _ORG_AUTH,
    ),
    _access(
        "desir_simule_certificat_futur", "Certificat pas encore valide", f"{INSI}certificat-organisation", _ORG_AUTH
    ),
    _access("desir_simule_certificat_expire", "Certificat expiré", f"{INSI}certificat-organisation", _ORG_AUTH),
    _access("desir_simule_certificat_revoque", "Certificat révoqué", f"{INSI}certificat-organisation", _ORG_AUTH),
    _access(
        "desir_simule_assertion",
        "Assertion du professionnel refusée",
        f"{INSI}cpx",
        "Envoyez une assertion signée par la carte de son porteur, émise il y a moins d'une heure.",
    ),
    _access(
        "desir_simule_jeton",
        "Jeton d'API Pro Santé Connectée refusé",
        "docs/sources/psc.md#jeton-a-l-api",
        "Envoyez le jeton échangé pour INSi, sous le certificat de l'échange.",
    ),
    _access(
        "desir_simule_psc",
        "Assertion Pro Santé Connect refusée",
        f"{INSI}psc",
        "Envoyez une assertion au nom du professionnel connecté, émise il y a moins d'une heure.",
    ),
    _access(
        "desir_simule_vitale",
        "Assertion de la carte Vitale refusée",
        f"{INSI}assertion-vitale",
        "Envoyez l'assertion de la carte de la demande, émise il y a moins de vingt minutes.",
    ),
    _message(
        "desir_simule_enveloppe",
        "Le message n'est pas une enveloppe SOAP 1.2 acceptable",
        f"{TRANSPORT}soap",
        "Envoyez pour tout corps une enveloppe SOAP 1.2, en XML bien formé et sans DOCTYPE.",
    ),
    _message(
        "desir_simule_version",
        "Version de SOAP non acceptée : SOAP 1.2 est attendu",
        f"{TRANSPORT}soap",
        "Écrivez l'enveloppe dans l'espace de noms http://www.w3.org/2003/05/soap-envelope.",
    ),
    _message(
        "desir_simule_en_tete",
        "Bloc d'en-tête à comprendre (mustUnderstand) inconnu",
        f"{TRANSPORT}soap",
        "Retirez l'attribut mustUnderstand de ce bloc.",
    ),
    _message(
        "desir_simule_action",
        "Opération inconnue",
        f"{INSI}operations",
        "Envoyez l'action de l'opération, et dans Body l'élément de cette opération.",
    ),
    _message(
        "desir_simule_contexte",
        "Contexte ContexteLPS ou ContexteBAM absent ou incomplet",
        f"{INSI}contexte",
        "Envoyez ContexteLPS et ContexteBAM dans Header, avec COUVERTURE dans ContexteBAM.",
    ),
    _message(
        "desir_simule_taille",
        "Message trop volumineux",
        f"{TRANSPORT}corps-trop-long",
        "Réduisez le message : une identité n'a que quelques milliers d'octets.",
    ),
    _message(
        "desir_simule_adresse",
        "Adresse ou méthode inconnue",
        f"{TRANSPORT}chemin-inconnu",
        "Appelez POST /lps.",
    ),
    _message(
        "desir_simule_session",
        "Session du bac à sable inconnue",
        f"{TRANSPORT}session-inconnue",
        "Créez la session, ou retirez /s/ et son nom de l'adresse.",
    ),
    Error(
        "desir_simule_stockage",
        True,
        "siram_40",
        "fatale",
        "L'état du bac à sable ne peut pas être écrit ou lu",
        GATEWAY_ATTRIBUTES,
        CODE_NOT_PUBLIC,
        f"{TRANSPORT}stockage",
        "Libérez le disque ou le fichier que nomme le message, puis recommencez.",
    ),
    Error(
        "desir_simule_interne",
        True,
        "siram_40",
        "fatale",
        "Erreur interne",
        GATEWAY_ATTRIBUTES,
        CODE_NOT_PUBLIC,
        f"{INSI}codes-simules",
        "Signalez ce défaut du bac à sable, avec l'échange en pièce jointe.",
    ),
)

ERRORS = {error.code: error for error in _TABLE}
"""Every error this service can answer, by code."""
