"""What proves the requirements on identities.

Source: docs/sources/requirements.md#ins. What must *not* happen is proved only where its situation was staged.
"""

from __future__ import annotations

from lgo_sandbox.conformance.proofs.model import Proof, kept, staged, unchecked

__all__ = ["INS"]

NOT_QUALIFIED = ("identité provisoire", "identité récupérée", "identité validée")

INS = {
    "INS/va1.28": Proof(
        parts=(
            kept("INSI-RETOUR-DATE", what="une vérification sans faute après une réponse 00 dont la date porte 00"),
            unchecked("une réponse 00 dont le jour est à 00, et une dont le mois l'est, chacune à son tour"),
        )
    ),
    "INS/va1.31": Proof(
        parts=(
            kept("INSI-RETOUR-INCOMPLET", what="une vérification sans faute après une réponse 00 incomplète"),
            unchecked("les trois cas, nom, prénoms et sexe vides, chacun à son tour"),
        )
    ),
    "INS/va1.20": Proof(
        parts=(
            staged(
                "identité douteuse",
                "identité fictive",
                checks=("INSI-DOUTE",),
                what="une identité marquée douteuse ou fictive, et d'autres appels à INSi que pour elle",
            ),
        )
    ),
    "INS/va1.53": Proof(
        parts=(
            kept("DMP-INS-STATUT", "MSS-INS-STATUS", what="un flux qui porte l'INS d'une identité marquée qualifiée"),
            staged(*NOT_QUALIFIED, what="une identité marquée provisoire, récupérée ou validée"),
        ),
        rest="Les impressions d'une identité non qualifiée se montrent sur papier.",
    ),
    "INS/va1.11": Proof(
        parts=(
            staged(
                "INS reçu d'un autre domaine",
                checks=("INSI-DOMAINE",),
                what="un INS marqué reçu d'un autre domaine, puis sa vérification",
            ),
        )
    ),
    "INS/va1.09": Proof(parts=(kept("INSI-VERIFICATION", what="une vérification unitaire complète"),)),
    "INS/va1.34": Proof(
        parts=(
            kept("INSI-RECHERCHE-TRAITS", what="une recherche par les traits"),
            kept("INSI-VITALE", what="une recherche par la carte Vitale"),
        )
    ),
    "INS/va1.37": Proof(parts=(kept("INSI-CPX", what="un appel authentifié par une carte CPx"),)),
    "INS/va1.58": Proof(
        parts=(kept("INSI-CERTIFICAT-ORGANISATION", what="un appel sous certificat d'organisation"),),
    ),
    "INS/va1.14": Proof(
        parts=(kept("INSI-CERTIFICAT-ORGANISATION", what="un appel sous certificat d'organisation"),),
    ),
    "INS/PSC.01": Proof(parts=(kept("INSI-PSC", what="un appel à INSi sous Pro Santé Connect"),)),
    "INS/va1.70": Proof(parts=(kept("INSI-MASSE", what="un dépôt en masse, puis sa relève"),)),
}
