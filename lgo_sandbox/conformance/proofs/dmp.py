"""What proves the requirements on the DMP, on documents and on the e-prescription.

Source: docs/sources/requirements.md#dmp, #documents, #eprescription.
"""

from __future__ import annotations

from lgo_sandbox.conformance.proofs.model import Proof, kept, staged, unchecked

__all__ = ["DMP"]

FED = kept("DMP-METADATA", what="une alimentation aux métadonnées conformes")
OPPOSED = "patient opposé"

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
        parts=(FED, unchecked("un document masqué aux professionnels, et une connexion secrète, dans les métadonnées"))
    ),
    "DMP/va1.16": Proof(
        parts=(FED, kept("DMP-DELETE", what="une suppression (TD3.3c)"), unchecked("un remplacement (RPLC)")),
    ),
    "DMP/va1.17": Proof(
        parts=(
            kept("DMP-VISIBILITY", what="un changement de visibilité (TD3.3a, TD3.3b)"),
            unchecked("le masquage aux confrères, puis l'invisibilité au patient et à ses représentants"),
        )
    ),
    "DMP/CONF.03": Proof(
        parts=(kept("DMP-DELETE", what="une suppression (TD3.3c)"),),
        rest="Que la documentation l'explique se montre.",
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
            unchecked("deux utilisateurs, chacun sous son identifiant"),
        )
    ),
    "DMP/UX.08": Proof(parts=(kept("DMP-ORDER", what="une consultation après TD0.2 ou TD0.4"),)),
    "DMP/UX.50": Proof(
        parts=(
            kept("DMP-AUTHORISATION-ORDER", what="un accès déclaré (TD0.3) après le test d'existence (TD0.2)"),
            kept("DMP-AUTHORISATION", what="un accès déclaré alors que l'autorisation manquait"),
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
        parts=(kept("DMP-QUERY", what="une recherche TD3.1"), unchecked("plusieurs critères dans une même recherche"))
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
