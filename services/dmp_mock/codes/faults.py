"""SOAP faults of the DMP: code, French reason, whether both are public, and what a refused sender is told.

Source: docs/sources/dmp.md#codes-dmp. The official annex of codes is not public: what is missing here is added as a
line. A line whose code or text is ours is not ``public``; answers made from it carry the header ``X-Simulation``.
``remedy`` is for want of a nearer one, which the rule that refuses may give.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dmp_mock.codes.retired import SINCE

__all__ = ["FAULTS", "NOT_PUBLIC", "SIMULATION_VALUE", "About", "FaultLine", "codes_about"]

NOT_PUBLIC = "DMPCodeNonPublic"
"""The subcode we answer where the real one is not known."""

SIMULATION_VALUE = "DMP-CODE-NON-PUBLIC"
"""Value of ``X-Simulation`` on an answer whose code or text is ours."""

_SIGNER = "Le certificat ayant signé le VIHF est invalide : "
_DMP, _TRANSPORT = "docs/sources/dmp.md#", "docs/sources/transport.md#"
_CERTIFICATE = "DMPInvalidCertificate"


class About(StrEnum):
    """What a fault is about: one check explains the faults of each."""

    TRANSPORT = "transport"
    ACTION = "wsa:Action"
    VIHF = "VIHF"
    CERTIFICATE = "certificat"
    TOKEN = "jeton d'API"
    RIGHTS = "droits"
    STATE = "état du DMP"
    RETIRED = "transaction retirée"
    SANDBOX = "bac à sable"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultLine:
    """One fault: ``subcode`` without prefix is dressed with the SOAP one; ``{}`` in the reason takes the detail.

    ``french`` says the reason to people, where the wire says it in English.
    """

    subcode: str
    reason: str
    public: bool
    about: About
    remedy: str
    source: str
    code: str = "Sender"
    french: str = ""


FAULTS: dict[str, FaultLine] = {
    "soap": FaultLine(
        subcode="",
        reason="Message SOAP illisible : {}",
        public=True,
        about=About.TRANSPORT,
        remedy="Envoyez une enveloppe SOAP 1.2 bien formée, en UTF-8, sans DOCTYPE, avec un seul Body.",
        source=f"{_DMP}enveloppe",
    ),
    "coding": FaultLine(
        subcode="",
        reason="Content-Encoding {} n'est pas pris en charge : envoyer le corps sans compression",
        public=True,
        about=About.TRANSPORT,
        remedy="Retirez l'en-tête Content-Encoding et envoyez le corps tel quel.",
        source=f"{_TRANSPORT}corps-gzip",
    ),
    "soap-version": FaultLine(
        subcode="",
        reason="Version de SOAP inconnue : {}",
        public=True,
        about=About.TRANSPORT,
        remedy="Mettez l'enveloppe dans l'espace de noms http://www.w3.org/2003/05/soap-envelope.",
        source=f"{_DMP}enveloppe",
        code="VersionMismatch",
    ),
    "soap-understand": FaultLine(
        subcode="",
        reason="Bloc d'en-tête obligatoire inconnu : {}",
        public=True,
        about=About.TRANSPORT,
        remedy="Retirez ce bloc d'en-tête, ou son attribut mustUnderstand.",
        source=f"{_DMP}enveloppe",
        code="MustUnderstand",
    ),
    "soap-body": FaultLine(
        subcode="",
        reason="Message part {} was not recognized. (Does it exist in service WSDL?)",
        french="L'élément du Body n'est celui d'aucune transaction",
        public=True,
        about=About.TRANSPORT,
        remedy="Mettez dans le Body l'élément de la transaction voulue : nom et espace de noms du WSDL.",
        source=f"{_DMP}enveloppe",
    ),
    "wsa-absent": FaultLine(
        subcode="wsa:MessageAddressingHeaderRequired",
        reason="A required header representing a Message Addressing Property is not present",
        french="Un en-tête WS-Addressing obligatoire manque",
        public=True,
        about=About.TRANSPORT,
        remedy="Ajoutez l'en-tête WS-Addressing qui manque, dans l'espace de noms de 2005/08.",
        source=f"{_DMP}enveloppe",
    ),
    "wsa-invalid": FaultLine(
        subcode="wsa:InvalidAddressingHeader",
        reason="A header representing a Message Addressing Property is not valid and the message cannot be processed",
        french="Un en-tête WS-Addressing n'est pas valide",
        public=True,
        about=About.TRANSPORT,
        remedy="N'écrivez qu'une fois chaque en-tête WS-Addressing.",
        source=f"{_DMP}enveloppe",
    ),
    "wsa-action": FaultLine(
        subcode="wsa:ActionNotSupported",
        reason="The {} cannot be processed at the receiver",
        french="wsa:Action n'est pas celle de la transaction (option dmp.strict_action)",
        public=True,
        about=About.ACTION,
        remedy="Mettez dans wsa:Action l'action de la transaction, ou éteignez l'option dmp.strict_action.",
        source=f"{_DMP}wsa-action",
    ),
    "request": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Requête invalide : {}",
        public=False,
        about=About.TRANSPORT,
        remedy="Comparez le corps à l'exemple de la transaction : donnez à l'élément nommé une valeur attendue.",
        source=f"{_DMP}refus",
    ),
    "retired": FaultLine(
        subcode=NOT_PUBLIC,
        reason=f"Transaction retirée depuis le {SINCE} : {{}}",
        public=False,
        about=About.RETIRED,
        remedy="Retirez cet appel de votre logiciel.",
        source=f"{_DMP}transactions-retirees",
    ),
    "vihf-absent": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Le VIHF est absent de l'en-tête wsse:Security",
        public=False,
        about=About.VIHF,
        remedy="Mettez une assertion SAML 2.0, et une seule, directement dans wsse:Security.",
        source=f"{_DMP}vihf",
    ),
    "vihf": FaultLine(
        subcode=NOT_PUBLIC,
        reason="VIHF invalide : {}",
        public=False,
        about=About.VIHF,
        remedy="Donnez à l'élément nommé du VIHF la valeur attendue.",
        source=f"{_DMP}vihf",
    ),
    "vihf-specialty": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Aucune spécialité dans le vihf",
        public=False,
        about=About.VIHF,
        remedy="Ajoutez un second rôle : le savoir-faire (R01) du médecin, la section (TRE_G05) du pharmacien.",
        source=f"{_DMP}vihf-specialite",
    ),
    "vihf-stale": FaultLine(
        subcode=NOT_PUBLIC,
        reason="VIHF hors de sa période de validité : {}",
        public=False,
        about=About.VIHF,
        remedy="Produisez le VIHF juste avant l'appel, en UTC, sur une machine à l'heure.",
        source=f"{_DMP}vihf-fenetre",
    ),
    "vihf-truth": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Le VIHF est contredit par la carte, le certificat ou l'annuaire : {}",
        public=False,
        about=About.VIHF,
        remedy="Mettez la valeur de l'annuaire, ou remettez l'option dmp.vihf_truth à constat.",
        source=f"{_DMP}vihf-verite",
    ),
    "vihf-replay": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Le VIHF a déjà été reçu",
        public=False,
        about=About.VIHF,
        remedy="Écrivez un VIHF neuf pour chaque appel, ou remettez l'option dmp.vihf_replay à admis.",
        source=f"{_DMP}vihf-rejeu",
    ),
    "vihf-signature": FaultLine(
        subcode=NOT_PUBLIC,
        reason="La signature du VIHF est invalide : {}",
        public=False,
        about=About.VIHF,
        remedy="Signez l'assertion telle qu'elle part : signature enveloppée, canonisation exclusive, RSA-SHA256.",
        source=f"{_DMP}vihf-signature",
    ),
    "signer-usage": FaultLine(
        subcode=_CERTIFICATE,
        reason=f"{_SIGNER}Not a valid signature certificate",
        french=f"{_SIGNER}ce n'est pas un certificat de signature",
        public=True,
        about=About.VIHF,
        remedy="Signez par le certificat de signature (non-répudiation), non par celui d'authentification.",
        source=f"{_DMP}vihf-signature",
    ),
    "signer": FaultLine(
        subcode=_CERTIFICATE,
        reason=f"{_SIGNER}{{}}",
        public=False,
        about=About.VIHF,
        remedy="Signez par un certificat en cours de validité de l'utilisateur ou de sa structure.",
        source=f"{_DMP}vihf-signature",
    ),
    "client-certificate": FaultLine(
        subcode=_CERTIFICATE,
        reason="Le certificat d'authentification est invalide : {}",
        public=False,
        about=About.CERTIFICATE,
        remedy="Présentez la carte (DIRECTE), ou le certificat d'organisation dont l'OU est la structure.",
        source=f"{_DMP}certificat",
    ),
    "api-token": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Jeton de l'API Pro Santé Connectée refusé : {}",
        public=False,
        about=About.TOKEN,
        remedy="Envoyez le jeton échangé pour le DMP, sous le certificat de l'échange.",
        source="docs/sources/psc.md#jeton-a-l-api",
    ),
    "api-untold": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Le jeton d'API n'a pas pu être introspecté : {}",
        public=False,
        about=About.SANDBOX,
        remedy="Démarrez le service psc du bac à sable, ou désarmez sa panne.",
        source="docs/sources/psc.md#jeton-a-l-api",
        code="Receiver",
    ),
    "api-vihf": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Le VIHF contredit le jeton d'API : {}",
        public=False,
        about=About.VIHF,
        remedy="Faites dire au VIHF le professionnel du jeton et la structure du certificat.",
        source=f"{_DMP}jeton-d-api",
    ),
    "legal-person": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Erreur d'authentification de la personne morale",
        public=False,
        about=About.CERTIFICATE,
        remedy="Mettez dans Identifiant_Structure l'OU du certificat, ou prenez le certificat de cette structure.",
        source=f"{_DMP}structure",
    ),
    "structure": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Impossible d'effectuer un test d'existence : Structure introuvable ou Inactive",
        public=False,
        about=About.VIHF,
        remedy="Mettez dans Identifiant_Structure une structure de la fiche des personnes, p. ex. 10B0990017.",
        source=f"{_DMP}structure",
    ),
    "professional": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Professionnel introuvable ou inactif : {}",
        public=False,
        about=About.VIHF,
        remedy="Mettez dans NameID l'identifiant national (8 et le RPPS) de l'utilisateur connecté.",
        source=f"{_DMP}vihf-identite-reelle",
    ),
    "unlinked": FaultLine(
        subcode=NOT_PUBLIC,
        reason="PS et Structure non liés",
        public=False,
        about=About.VIHF,
        remedy="Mettez dans Identifiant_Structure la structure où exerce le professionnel de NameID.",
        source=f"{_DMP}structure",
    ),
    "author-institution": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF",
        public=False,
        about=About.VIHF,
        remedy="Mettez dans authorInstitution (dixième composant) la structure du VIHF.",
        source=f"{_DMP}structure",
    ),
    "patient": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Le patient du message n'est pas celui du VIHF",
        public=False,
        about=About.VIHF,
        remedy="Mettez le même INS (matricule et OID) dans le corps et dans resource-id du VIHF.",
        source=f"{_DMP}requete-xds",
    ),
    "rights": FaultLine(
        subcode="DMPAccessDeniedByRightsService",
        reason="Accès refusé : {}",
        public=True,
        about=About.RIGHTS,
        remedy="Lisez l'autorisation par TD0.2 avant d'appeler, et n'appelez que ce que la matrice permet.",
        source=f"{_DMP}droits",
    ),
    "closed": FaultLine(
        subcode="DMPClosed",
        reason="Le DMP du patient est fermé",
        public=True,
        about=About.STATE,
        remedy="Lisez statusCode dans la réponse de TD0.2 : « terminated » interdit tout autre appel.",
        source=f"{_DMP}etat-pour-alimenter",
    ),
    "feed-opposed": FaultLine(
        subcode=NOT_PUBLIC,
        reason="Le patient s'oppose à l'alimentation de son DMP",
        public=False,
        about=About.STATE,
        remedy="Enregistrez l'opposition du patient et n'envoyez plus de document à son DMP.",
        source=f"{_DMP}etat-pour-alimenter",
    ),
    "xds": FaultLine(
        subcode=NOT_PUBLIC,
        reason="{}",
        public=True,
        about=About.SANDBOX,
        remedy="Corrigez ce que nomme l'erreur XDS.",
        source=f"{_DMP}erreurs-xds",
    ),
}
"""Code of a refusal → its fault. ``xds`` dresses an XDS error as a fault; that error has its own line in
``xds_errors``.
"""


def codes_about(*subjects: About) -> frozenset[str]:
    """Return the codes of the faults that are about these things."""
    return frozenset(code for code, line in FAULTS.items() if line.about in subjects)
