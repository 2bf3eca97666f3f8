"""What proves the requirements on the DMP, on documents and on the e-prescription.

Source: docs/sources/requirements.md#dmp, #documents, #eprescription.
"""

from __future__ import annotations

from lgo_sandbox.conformance.proofs.model import Proof, kept, staged, unchecked

__all__ = ["DMP"]

FED = kept("DMP-METADATA", what="une alimentation aux métadonnées conformes")
OPPOSED = "patient opposé"
HIDDEN = ("DMP-HIDDEN", "DMP-HIDDEN-PATIENT", "DMP-HIDDEN-LEGAL")
CONTEXTUAL = kept("DMP-WEBPS", what="la page d'un patient à l'INS qualifié ouverte sur le DMP web")
ALIKE = kept("DMP-PDF-DATA", what="un PDF qui dit ce que dit le CDA")
NOTE = kept("DMP-NOTE-N3", what="une note de vaccination N3 sans règle enfreinte")
BLOCKED = staged("envoi bloqué", checks=("DMP-FEED-BLOCKED",), what="un document bloqué, et un autre versé")
QUEUED = kept("DMP-QUEUE", what="un versement après une panne, une seule fois")

DMP = {
    "LGO.DMP.01": Proof(
        parts=(
            FED,
            kept("DMP-MTOM", what="un lot transporté en MTOM"),
            kept("DMP-VIHF", what="un VIHF reçu"),
            kept("DMP-CERT", what="un certificat d'authentification reconnu"),
        )
    ),
    "LGO.DMP.02": Proof(parts=(kept("DMP-FEED-ORG", what="une alimentation sous certificat d'organisation"),)),
    "DMP/PSC.01": Proof(
        parts=(kept("DMP-API-CERTIFICAT", what="un appel au DMP sous un jeton d'API lié au certificat"),)
    ),
    "DMP/va1.10": Proof(
        parts=(
            FED,
            kept(*HIDDEN, what="un document masqué dans ses métadonnées"),
            kept("DMP-VIHF-SECRET", what="une connexion secrète pour un mineur"),
        )
    ),
    "LGO.DMP.07": Proof(
        parts=(
            CONTEXTUAL,
            staged(
                "identité provisoire",
                "identité récupérée",
                "identité validée",
                what="un patient à l'identité non qualifiée, pour qui le DMP web ne s'ouvre pas",
            ),
        ),
        rest="Le clic droit ou le bouton se montre à l'écran.",
    ),
    "DMP/UX.49": Proof(parts=(CONTEXTUAL,), rest="Que la page s'ouvre depuis le dossier se montre à l'écran."),
    "DMP/UX.06": Proof(
        parts=(
            staged(
                OPPOSED,
                "opposition à la consultation",
                checks=("DMP-OPPOSITION",),
                what="une consultation après une opposition levée",
            ),
        ),
        rest="Le réglage se montre à l'écran.",
    ),
    "DMP/CONF.06": Proof(
        parts=(
            kept("DMP-RIGHTS", what="une consultation permise"),
            staged(OPPOSED, "opposition à la consultation", what="un patient marqué opposé à la consultation"),
        ),
        rest="Le recueil du consentement se montre à l'écran.",
    ),
    "DMP/CONF.09": Proof(
        parts=(FED, staged(OPPOSED, "opposition à l'alimentation", what="un patient marqué opposé à l'alimentation")),
        rest="L'enregistrement de l'opposition se montre à l'écran.",
    ),
    "DMP/AIRS.06": Proof(
        parts=(
            kept("DMP-VIHF-PS", what="un VIHF à l'identifiant réel de l'utilisateur"),
            staged(
                "utilisateur connecté",
                checks=("DMP-TWO-USERS",),
                what="deux utilisateurs connectés, chacun sous son identifiant",
            ),
        )
    ),
    "DMP/UX.08": Proof(parts=(kept("DMP-ORDER", what="une consultation après TD0.2 ou TD0.4"),)),
    "DMP/UX.50": Proof(
        parts=(
            kept("DMP-AUTHORISATION-ORDER", what="un accès déclaré (TD0.3) après le test d'existence (TD0.2)"),
            kept("DMP-AUTHORISATION", what="un accès déclaré alors que l'autorisation manquait"),
            kept("DMP-AUTHORISATION-NEEDED", what="TD0.3 entre un TD0.2 sans autorisation et la consultation"),
        )
    ),
    "ALI/PROG.04": Proof(
        parts=(
            FED,
            staged(OPPOSED, what="un patient marqué opposé"),
            unchecked("un patient sans DMP, et un utilisateur non autorisé"),
        )
    ),
    "DMP/UX.27": Proof(
        parts=(
            kept("DMP-QUERY-FORM", what="une recherche TD3.1"),
            staged(
                "recherche multicritère", checks=("DMP-CRITERIA",), what="plusieurs critères dans une même recherche"
            ),
        )
    ),
    "LGO.DMP.03": Proof(
        parts=(
            staged("document validé", checks=("DMP-FEED-AUTO",), what="un document versé dès sa validation"),
            kept("DMP-FEED-N1", what="ce document en CDA R2 N1"),
        ),
        rest="Que ce soit par défaut et sans geste se montre à l'écran.",
    ),
    "LGO.DMP.04": Proof(
        parts=(staged("document validé", checks=("DMP-FEED-AUTO-VAC",), what="une note de vaccination versée en N3"),),
        rest="Que ce soit sans geste se montre à l'écran.",
    ),
    "DMP/va1.01": Proof(
        parts=(staged("document validé", checks=("DMP-FEED-AUTO",), what="un document versé dès sa validation"),),
        rest="Que ce soit par défaut se montre à l'écran, pour chaque document du périmètre.",
    ),
    "ALI/PROG.02": Proof(
        parts=(staged("document validé", checks=("DMP-FEED-AUTO",), what="un document versé dès sa validation"),),
        rest="Que le logiciel reste libre pendant l'envoi se montre à l'écran.",
    ),
    "DMP/va1.12": Proof(parts=(BLOCKED,)),
    "ALI/PROG.03": Proof(parts=(BLOCKED,)),
    "DMP/va1.16": Proof(
        parts=(
            kept("DMP-REPLACED", what="un document remplacé"),
            kept("DMP-DELETED", "DMP-DELETE", what="un document supprimé"),
        )
    ),
    "DMP/CONF.03": Proof(
        parts=(kept("DMP-DELETED", "DMP-DELETE", what="un document supprimé"),),
        rest="La suppression par l'utilisateur se montre à l'écran, avec sa documentation.",
    ),
    "DMP/va1.17": Proof(
        parts=(
            kept("DMP-HIDDEN", what="un document versé masqué aux professionnels"),
            kept("DMP-HIDDEN-PATIENT", what="un document versé invisible au patient"),
            kept("DMP-HIDDEN-LEGAL", what="un document versé invisible aux représentants légaux"),
            kept("DMP-VISIBILITY", what="un document dont la visibilité change"),
        )
    ),
    "DMP/CONF.05": Proof(
        parts=(kept("DMP-AUTHORISATION-FEED", what="une alimentation ou une suppression sans TD0.3"),)
    ),
    "DMP/UX.14": Proof(
        parts=(
            staged("recherche multicritère", checks=("DMP-CRITERIA",), what="une recherche filtrée"),
            kept("DMP-PARTIAL", what="un document consulté"),
        ),
        rest="La liste et l'affichage se montrent à l'écran.",
    ),
    "DMP/HISTO.01": Proof(
        parts=(staged("reprise d'historique", checks=("DMP-HISTORY-ONCE",), what="un document déjà versé, écarté"),),
        rest="La marque se montre à l'écran.",
    ),
    "DMP/HISTO.04": Proof(
        parts=(
            staged(
                "reprise d'historique",
                checks=("DMP-HISTORY-AUTHOR",),
                what="un document d'un auteur parti, avec la personne morale",
            ),
        )
    ),
    "DMP/HISTO.03": Proof(
        parts=(staged("reprise d'historique", checks=("DMP-HISTORY-DATE",), what="un document historique à sa date"),),
        rest="La date dans le CDA se lit dans le document.",
    ),
    "DMP/HISTO.05": Proof(
        parts=(staged("reprise d'historique", checks=("DMP-HISTORY-DATE",), what="un document historique versé"),),
        rest="L'exclusion d'un patient se montre à l'écran.",
    ),
    "DMP/HISTO.06": Proof(
        parts=(
            staged("reprise d'historique", checks=("DMP-HISTORY-RATE",), what="une reprise à débit limité"),
            staged("reprise d'historique", checks=("DMP-HISTORY-ONCE",), what="un document déjà versé, écarté"),
            unchecked("un décédé, un INS non qualifié et un opposé écartés"),
        )
    ),
    "ALI/PROG.06": Proof(parts=(QUEUED,), rest="La file se montre à l'écran."),
    "ALI/PROG.07": Proof(parts=(QUEUED,)),
    "LGO.DOC.04": Proof(
        parts=(staged("document validé", checks=("DMP-RECIPIENTS",), what="tous les destinataires que cite le jalon"),)
    ),
    "LGO.DOC.06": Proof(parts=(NOTE,)),
    "VACC/NOTE.01": Proof(parts=(NOTE, unchecked("la copie N1 de la note"))),
    "DOC/va1.10": Proof(parts=(kept("DMP-PDF-INS", what="une prescription dont le PDF porte l'INS"),)),
    "CDA/DD.02": Proof(parts=(ALIKE,), rest="Les autres formes du même acte se comparent à la main."),
    "CDA/DD.12": Proof(parts=(ALIKE,), rest="Le PDF joint au courriel se compare à la main."),
    "CDA/DD.08": Proof(
        parts=(kept("DMP-TYPE-FORMAT", what="un document au format de son type"),),
        rest="L'annexe 4 du DSR n'est pas publique : les autres types se comparent à la main.",
    ),
    "LGO.DOC.02": Proof(
        parts=(kept("DMP-FEED-N1", what="un document versé en CDA R2 N1"),),
        rest="Compte rendu d'entretien et BPM se montrent chacun.",
    ),
    "LGO.DOC.03": Proof(
        parts=(
            kept("DMP-INS-DATAMATRIX", "MSS-INS-DATAMATRIX", what="un PDF dont le datamatrix INS dit l'en-tête du CDA"),
        ),
        rest="Compte rendu d'entretien et BPM se montrent chacun.",
    ),
    "LGO.ePresc.03": Proof(
        parts=(
            kept("EPRESC-QR", what="une consultation par le QR code lu, transmis tel quel"),
            kept("EPRESC-CONSULTATION", what="une exécution après cette consultation"),
        ),
        rest="Que ce soit d'office, sans réglage, pour le pharmacien et le préparateur, se montre à l'écran.",
    ),
}
