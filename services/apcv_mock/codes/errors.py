"""The errors of the ApCV service: all ours, for no table of them is public.

Source: docs/sources/apcv.md#refus. Knows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CODE_NOT_PUBLIC", "ERRORS", "SIMULATED", "Error"]

SIMULATED = "APCV-REPONSE-NON-PUBLIQUE"
"""``X-Simulation`` of an answer: its request is public, the answer is ours."""
CODE_NOT_PUBLIC = "APCV-CODE-NON-PUBLIC"
"""``X-Simulation`` of a refusal."""

APCV = "docs/sources/apcv.md#"
TRANSPORT = "docs/sources/transport.md#"


@dataclass(frozen=True, slots=True)
class Error:
    """One line of the table. ``receiver``: the service is at fault, not the client. ``label`` is on the wire.

    ``remedy`` (French) mends it, for want of a nearer one; ``source`` is a link into ``docs/sources/``.
    """

    code: str
    label: str
    source: str
    remedy: str
    receiver: bool = False


_TABLE = (
    # the code on the patient's phone
    Error(
        "apcv_simule_code_inconnu",
        "Code présenté inconnu",
        f"{APCV}code",
        "Transmettez dans Donnees le texte du code lu sur le téléphone, sans le transformer.",
    ),
    Error(
        "apcv_simule_code_perime",
        "Code présenté périmé",
        f"{APCV}code",
        "Faites afficher un nouveau code au patient, et transmettez-le dès sa lecture.",
    ),
    Error(
        "apcv_simule_code_utilise",
        "Code présenté déjà utilisé",
        f"{APCV}code",
        "Faites afficher un nouveau code au patient : un code ouvre un seul contexte.",
    ),
    # the professional
    Error(
        "apcv_simule_cps_absente",
        "Carte CPS absente",
        f"{APCV}cps",
        "Joignez dans wsse:Security une assertion signée par la carte CPS du professionnel.",
    ),
    Error(
        "apcv_simule_assertion",
        "Assertion du professionnel refusée",
        f"{APCV}cps",
        "Envoyez une assertion signée par la carte CPS de son porteur, émise il y a moins d'une heure.",
    ),
    Error(
        "apcv_simule_certificat",
        "Certificat refusé",
        f"{APCV}cps",
        "Présentez un certificat valide : ceux du fichier de démarrage le sont.",
    ),
    Error(
        "apcv_simule_facturation",
        "Identifiant de facturation absent ou mal formé",
        f"{APCV}professionnel",
        "Envoyez dans IdentifiantFacturation les neuf caractères du numéro de facturation, clé comprise.",
    ),
    # contexts
    Error(
        "apcv_simule_contexte_inconnu",
        "Contexte ApCV inconnu",
        f"{APCV}contexte",
        "Envoyez dans ContexteApCV/Identifiant celui que l'authentification a rendu à ce professionnel.",
    ),
    Error(
        "apcv_simule_contexte_perime",
        "Contexte ApCV périmé",
        f"{APCV}contexte",
        "Demandez au patient un nouveau code, et ouvrez un nouveau contexte.",
    ),
    Error(
        "apcv_simule_contexte_detruit",
        "Contexte ApCV détruit",
        f"{APCV}contexte",
        "Demandez au patient un nouveau code, et ouvrez un nouveau contexte.",
    ),
    Error(
        "apcv_simule_aucun_contexte",
        "Aucun contexte ApCV en cours",
        f"{APCV}contexte",
        "Ouvrez un contexte par authentifierUtilisateurProximite avant de le redemander.",
    ),
    # signature
    Error(
        "apcv_simule_facture",
        "Facture absente ou incomplète",
        f"{APCV}signature",
        "Envoyez dans Facture le NIRAssure avec sa clé, et le condensé de la FSE, de la DRE, ou des deux.",
    ),
    Error(
        "apcv_simule_nir",
        "NIR de l'assuré différent de celui du contexte",
        f"{APCV}signature",
        "Envoyez dans NIRAssure le numéro de l'assuré que le contexte a rendu, avec sa clé.",
    ),
    # outage
    Error(
        "apcv_simule_indisponible",
        "Le service appelé est temporairement indisponible",
        f"{APCV}indisponibilite",
        "Renouvelez l'appel plus tard ; à défaut, facturez sans ApCV : la demande n'est pas en cause.",
        receiver=True,
    ),
    # the envelope
    Error(
        "apcv_simule_enveloppe",
        "Le message n'est pas une enveloppe SOAP 1.2 acceptable",
        f"{TRANSPORT}soap",
        "Envoyez pour tout corps une enveloppe SOAP 1.2, en XML bien formé et sans DOCTYPE.",
    ),
    Error(
        "apcv_simule_version",
        "Version de SOAP non acceptée : SOAP 1.2 est attendu",
        f"{TRANSPORT}soap",
        "Écrivez l'enveloppe dans l'espace de noms http://www.w3.org/2003/05/soap-envelope.",
    ),
    Error(
        "apcv_simule_en_tete",
        "Bloc d'en-tête à comprendre (mustUnderstand) inconnu",
        f"{TRANSPORT}soap",
        "Retirez l'attribut mustUnderstand de ce bloc.",
    ),
    Error(
        "apcv_simule_action",
        "Opération inconnue",
        f"{APCV}operations",
        "Envoyez l'action de l'opération, et dans Body l'élément de cette opération.",
    ),
    Error(
        "apcv_simule_contexte_lps",
        "Contexte ContexteLPS absent",
        f"{APCV}en-tetes",
        "Envoyez ContexteLPS dans Header.",
    ),
    Error(
        "apcv_simule_taille",
        "Message trop volumineux",
        f"{TRANSPORT}corps-trop-long",
        "Réduisez le message : une demande n'a que quelques milliers d'octets.",
    ),
    Error(
        "apcv_simule_adresse",
        "Adresse ou méthode inconnue",
        f"{TRANSPORT}chemin-inconnu",
        "Appelez POST /wssoap/apcv/auth/1/0 ou /wssoap/apcv/sign/1/0.",
    ),
    Error(
        "apcv_simule_session",
        "Session du bac à sable inconnue",
        f"{TRANSPORT}session-inconnue",
        "Créez la session, ou retirez /s/ et son nom de l'adresse.",
    ),
    Error(
        "apcv_simule_stockage",
        "L'état du bac à sable ne peut pas être écrit ou lu",
        f"{TRANSPORT}stockage",
        "Libérez le disque ou le fichier que nomme le message, puis recommencez.",
        receiver=True,
    ),
    Error(
        "apcv_simule_interne",
        "Erreur interne",
        f"{APCV}refus",
        "Signalez ce défaut du bac à sable, avec l'échange en pièce jointe.",
        receiver=True,
    ),
)

ERRORS = {error.code: error for error in _TABLE}
"""Every error this service can answer, by code."""
