"""What proves the requirements on secure mail.

Source: docs/sources/requirements.md#mss. What must *not* leave is proved only where its situation was staged.
"""

from __future__ import annotations

from lgo_sandbox.conformance.proofs.ins import NOT_QUALIFIED
from lgo_sandbox.conformance.proofs.model import Part, Proof, kept, staged, unchecked

__all__ = ["MSS"]

TLS = kept("MSS-TLS", what="une session de messagerie menée dans TLS")
ARCHIVE = (
    kept("MSS-XDM-AND-PDF", what="un courriel avec son archive XDM et les mêmes documents en PDF"),
    kept("MSS-PDF-A1", what="des PDF joints qui sont des PDF/A-1"),
    kept("MSS-XDM-SOUND", what="une archive XDM saine, d'un seul patient"),
)


TLS_1_2 = (
    kept("MSS-REFUSES-TLS-1-0", what="le refus d'un opérateur en TLS 1.0"),
    kept("MSS-REFUSES-TLS-1-1", what="le refus d'un opérateur en TLS 1.1"),
)
SUITES = Proof(
    parts=(kept("MSS-REFUSES-WEAK-SUITES", what="le refus d'un opérateur aux suites faibles"),),
    rest="La liste des suites proposées se montre dans la configuration.",
)
IGC_SANTE = (
    TLS,
    kept("MSS-REFUSES-WRONG-CA", what="le refus d'un certificat d'opérateur d'une autre autorité"),
    kept("MSS-REFUSES-SELF-SIGNED", what="le refus d'un certificat d'opérateur signé par lui-même"),
)


def _one(check: str, what: str) -> Proof:
    return Proof(parts=(kept(check, what=what),))


def _not_mailed(check: str, marker: str) -> Part:
    return staged(marker, checks=(check,), what=f"un patient marqué « {marker} », et des envois pour d'autres que lui")


MSS = {
    "LGO.MSS.01": Proof(parts=(TLS,)),
    "LGO.MSS.02": Proof(parts=(TLS, *TLS_1_2)),
    "LGO.MSS.03": SUITES,
    "LGO.MSS.04": Proof(parts=IGC_SANTE),
    "LGO.MSS.05": _one("MSS-REFUSES-EXPIRED", "le refus d'un certificat d'opérateur expiré"),
    "LGO.MSS.06": _one("MSS-REFUSES-REVOKED", "le refus d'un certificat d'opérateur révoqué"),
    "LGO.MSS.08": _one("MSS-MESSAGE-ID", "un courriel avec son Message-ID"),
    "LGO.MSS.09": _one("MSS-REPLY-THREADING", "une réponse à un message reçu"),
    "LGO.MSS.10": _one("MSS-BODY", "un courriel au corps conforme"),
    "LGO.MSS.11": Proof(
        parts=(
            staged(
                *NOT_QUALIFIED,
                checks=("MSS-CITIZEN-INS",),
                what="un usager marqué provisoire, récupéré ou validé, à qui rien ne part, et un envoi à un autre",
            ),
        ),
        rest="L'avertissement de l'utilisateur se montre à l'écran.",
    ),
    "LGO.MSS.12": _one("MSS-FROM-LABEL", "un courriel dont From: dit clairement qui écrit"),
    "LGO.MSS.13": _one("MSS-DELIVERY-RECEIPT", "un courriel qui demande un accusé de remise"),
    "LGO.MSS.14": Proof(parts=ARCHIVE, rest="Chaque type de document du périmètre se montre à son tour."),
    "LGO.MSS.15": Proof(
        parts=(kept("MSS-REPLACES", what="l'envoi d'une version qui annule et remplace, partout où cela se dit"),),
        rest="Le PDF/A-1 se montre avec sa mention.",
    ),
    "LGO.MSS.16": _one("MSS-WITHDRAWN", "un message qui prévient de la suppression d'un document envoyé"),
    "LGO.MSS.17": Proof(
        parts=(_not_mailed("MSS-CITIZEN-REFUSES", "patient refuse la messagerie"),),
        rest="L'enregistrement du refus se montre à l'écran.",
    ),
    "MSS/va1.09": _one("MSS-APP-REPLY-TO", "un courriel de boîte applicative avec Reply-To et annonce"),
    "MSS/va1.01": _one("MSS-CITIZEN-DOCUMENTS", "un envoi complet de documents à un usager"),
    "MSS/va1.18": _one("MSS-REPLY-TO", "un courriel dont Reply-To est une autre adresse MSSanté"),
    "MSS/va1.22": Proof(
        parts=(_not_mailed("MSS-PATIENT-REFUSES", "patient refuse l'envoi aux professionnels"),),
        rest="L'enregistrement du refus se montre à l'écran.",
    ),
    "MSS/CONF.01": Proof(parts=(TLS,)),
    "MSS/CONF.02": Proof(parts=(TLS, *TLS_1_2)),
    "MSS/CONF.03": SUITES,
    "MSS/CONF.04": _one("MSS-AUTOCONFIG", "la lecture de config-v1.1.xml, puis l'ouverture de la boîte"),
    "MSS/CONF.05": _one("MSS-SMTP-STARTTLS", "une émission par SMTP avec STARTTLS"),
    "MSS/CONF.06": _one("MSS-IMAP-STARTTLS", "une lecture par IMAP avec STARTTLS"),
    "MSS/CONF.07": Proof(
        parts=(
            kept("MSS-XOAUTH2", what="une boîte personnelle ouverte en XOAUTH2, la même en SMTP et en IMAP"),
            kept(
                "MSS-XOAUTH2-ORGANISATION",
                what="une boîte organisationnelle ouverte en XOAUTH2, la même en SMTP et en IMAP",
            ),
        ),
    ),
    "MSS/CONF.09": _one("MSS-SASL-IR", "une authentification en une commande"),
    "MSS/CONF.10": Proof(
        parts=(
            kept(
                "MSS-SESSION-END",
                what="une connexion que le logiciel ferme après la fin de la session Pro Santé Connect, quand "
                "l'opérateur ne le fait pas (option mss.session_end à keep)",
            ),
        ),
        rest="Que toutes les connexions se ferment à ce moment se montre à l'écran.",
    ),
    "MSS/CONF.11": Proof(
        parts=(kept("MSS-REOPENED", what="une boîte rouverte après une panne qui coupe la connexion"),),
        rest="Que ce soit sans geste de l'utilisateur se montre à l'écran.",
    ),
    "MSS/CONF.12": _one("MSS-APP-LOGIN", "une boîte applicative ouverte par certificat"),
    "MSS/CONF.14": Proof(
        parts=(
            kept("MSS-INS-HEADER", what="un X-MSS-INS conforme à l'archive jointe"),
            unchecked("les trois cas, INS qualifié, INS qui ne l'est pas, rien de joint"),
        )
    ),
    "MSS/CONF.15": _one("MSS-CODE-HEADER", "un X-MSS-CODECDA conforme à l'archive jointe"),
    "MSS/CONF.16": _one("MSS-NIL", "un courriel avec son X-MSS-NIL"),
    "MSS/CONF.21": _one("MSS-FIN", "un envoi à un usager clos par X-MSS-MES: FIN"),
    "MSS/CONF.22": Proof(
        parts=(
            kept("MSS-REFUSES-REVOKED", what="le refus d'un certificat d'opérateur révoqué"),
            kept("MSS-KEPT-CRL", what="une connexion à un opérateur dont ni la CRL ni l'OCSP ne répondent"),
        ),
        rest="Que ce soit par la CRL gardée, et non faute de contrôle, se montre dans la configuration.",
    ),
    "MSS/CONF.23": Proof(parts=ARCHIVE, rest="La reconnaissance à la réception se montre à l'écran."),
    "MSS/CONF.25": Proof(
        parts=(kept("MSS-XDM-SUBJECT", what="un courriel de documents à l'objet XDM/1.0/DDM+"),),
        rest="La reconnaissance à la réception se montre à l'écran.",
    ),
    "MSS/CONF.27": Proof(
        parts=IGC_SANTE,
        rest="Que seule l'autorité Élémentaire Organisation soit admise se montre dans la configuration.",
    ),
    "MSS/UX.33": _one("MSS-READ-RECEIPT", "un courriel qui demande un accusé de lecture"),
    "MSS/UX.34": _one("MSS-READ-REPORT", "un accusé de lecture renvoyé"),
    "LGO.DOC.01": Proof(
        parts=(
            kept("MSS-PDF-A1", what="un document joint en PDF/A-1"),
            kept("MSS-PDF-NAME", what="un PDF au nom conforme"),
        ),
        rest="Compte rendu d'entretien et BPM se montrent chacun.",
    ),
}
