"""What an officine may not do: the prescription is not in that state, or the delivery breaks a rule.

Source: docs/sources/eprescription.md (#etats, #quantite, #substitution). Knows no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from eprescription_mock.codes.errors.error import Error
from health_documents.findings import Severity

__all__ = ["EXECUTIONS"]

EXECUTIONS: Mapping[str, Error] = MappingProxyType(
    {
        # --- what is not there ---
        "numero-inconnu": Error(
            404,
            "not-found",
            "Aucune ordonnance numérique ne porte ce numéro.",
            "le numéro d'une ordonnance de cette session",
            "Prenez un numéro de eprescription.numbers du ready-file, ou celui d'un EP4 de cette session.",
            "numero",
        ),
        "adresse-inconnue": Error(
            404,
            "not-found",
            "Aucune opération à cette adresse.",
            "une adresse du contrat simulé",
            "Corrigez le chemin de l'URL.",
            "contrat-simule",
        ),
        "execution-inconnue": Error(
            404,
            "not-found",
            "Cette ordonnance n'a pas d'exécution en cours sous ce reçu.",
            "le reçu d'une exécution non annulée",
            "Reprenez le paramètre recu de la réponse de $ep1-executer.",
            "etats",
        ),
        "methode-refusee": Error(
            405,
            "not-supported",
            "Méthode HTTP non admise à cette adresse.",
            "la méthode du contrat simulé",
            "Appelez $statut en GET et les autres opérations en POST.",
            "transport.md#methode",
        ),
        # --- states ---
        "deja-executee": Error(
            409,
            "conflict",
            "L'ordonnance est entièrement exécutée.",
            "une ordonnance dont il reste à délivrer",
            "N'exécutez plus cette ordonnance ; pour corriger la dernière délivrance, passez par $annuler-execution.",
            "etats",
            Severity.INFO,
        ),
        "annulee": Error(
            409,
            "conflict",
            "L'ordonnance est annulée.",
            "une ordonnance qui n'est pas annulée",
            "Ne délivrez pas : demandez une autre ordonnance au prescripteur.",
            "etats",
            Severity.INFO,
        ),
        "en-cours": Error(
            409,
            "conflict",
            "L'ordonnance est en cours de consultation.",
            "une ordonnance qu'aucune officine ne tient",
            "Attendez l'exécution, l'abandon ou la fin du délai de consultation.",
            "etats",
            Severity.INFO,
        ),
        "deja-entamee": Error(
            409,
            "conflict",
            "L'ordonnance a déjà été délivrée en partie.",
            "une ordonnance dont rien n'est délivré",
            "Faites d'abord annuler les exécutions par l'officine, avec $annuler-execution.",
            "etats",
            Severity.INFO,
        ),
        "consultation-absente": Error(
            409,
            "conflict",
            "L'ordonnance n'est pas en consultation : consultez-la d'abord.",
            "une consultation ouverte par cette officine",
            "Consultez l'ordonnance, puis appelez avec le secret reçu.",
            "consultation",
        ),
        "aucune-execution": Error(
            409,
            "conflict",
            "Il n'y a pas d'exécution à annuler.",
            "une ordonnance délivrée au moins en partie",
            "N'annulez qu'une exécution dont vous avez le reçu.",
            "etats",
        ),
        "execution-facturee": Error(
            409,
            "conflict",
            "Cette exécution est déjà facturée.",
            "une exécution qui n'est pas facturée",
            "Ne facturez une exécution qu'une fois, et n'annulez pas une exécution facturée : corrigez la facture.",
            "facturation",
        ),
        "rien-a-facturer": Error(
            422,
            "business-rule",
            "Cette exécution n'a rien délivré.",
            "une exécution qui délivre au moins une ligne",
            "Ne facturez pas une exécution faite de seules non-délivrances.",
            "facturation",
        ),
        "facture-invalide": Error(
            422,
            "value",
            "Le numéro de facture manque, ou il est trop long.",
            "de 1 à 64 caractères dans numeroFacture",
            "Mettez dans numeroFacture le numéro de la facture de votre logiciel.",
            "facturation",
        ),
        "execution-suivie": Error(
            409,
            "conflict",
            "Une exécution plus récente existe : annulez-la d'abord.",
            "le reçu de la dernière exécution",
            "Annulez les exécutions de la plus récente à la plus ancienne.",
            "etats",
        ),
        "dispensation-deja-enregistree": Error(
            409,
            "duplicate",
            "Une dispensation porte déjà cet identifiant.",
            "un identifiant qui n'a pas encore servi pour cette ordonnance",
            "Donnez à chaque dispensation un identifiant neuf ; pour rejouer un envoi, reprenez son X-Request-Id.",
            "rejeu",
        ),
        "requete-rejouee": Error(
            409,
            "duplicate",
            "Ce X-Request-Id a déjà servi pour une autre requête.",
            "un X-Request-Id neuf, ou la même requête octet pour octet",
            "Tirez un X-Request-Id neuf pour chaque nouvelle demande.",
            "rejeu",
        ),
        "ordonnance-deja-creee": Error(
            409,
            "duplicate",
            "Ce prescripteur a déjà créé une ordonnance sous ce groupe.",
            "un groupIdentifier neuf pour une nouvelle ordonnance",
            "Tirez un groupIdentifier neuf (un UUID) ; pour rejouer un envoi, reprenez son X-Request-Id.",
            "prescription",
        ),
        "perimee": Error(
            410,
            "expired",
            "L'ordonnance est périmée.",
            "une ordonnance dans son délai",
            "Ne délivrez pas : demandez une autre ordonnance au prescripteur.",
            "delais",
            Severity.INFO,
        ),
        "verrouillee": Error(
            423,
            "lock-error",
            "L'ordonnance est en consultation dans une autre officine.",
            "une ordonnance qu'aucune autre officine ne tient",
            "Attendez qu'elle soit rendue (option eprescription.delai_consultation), puis consultez-la à nouveau.",
            "consultation",
            Severity.INFO,
        ),
        # --- the execution ---
        "execution-vide": Error(
            422,
            "required",
            "Aucune dispensation, ou trop de dispensations.",
            "de 1 à 200 MedicationDispense",
            "Mettez une MedicationDispense par ligne délivrée ou non délivrée.",
            "quantite",
        ),
        "ligne-inconnue": Error(
            422,
            "not-found",
            "La dispensation ne se rattache à aucune ligne de l'ordonnance.",
            "une ligne de l'ordonnance",
            "Reprenez dans authorizingPrescription l'identifiant de la ligne que la consultation a rendue.",
            "quantite",
        ),
        "quantite-depassee": Error(
            422,
            "business-rule",
            "La quantité dépasse ce qui reste à délivrer.",
            "au plus le reste à délivrer",
            "Limitez la délivrance au reste à délivrer que donne la consultation (extension reste-a-delivrer).",
            "quantite",
        ),
        "renouvellements-epuises": Error(
            422,
            "business-rule",
            "Tous les renouvellements de la ligne sont épuisés.",
            "une ligne dont il reste une livraison",
            "Ne délivrez plus cette ligne : l'extension livraisons-restantes est à 0.",
            "quantite",
        ),
        "substitution-non-declaree": Error(
            422,
            "business-rule",
            "Le médicament délivré n'est pas celui prescrit, sans substitution déclarée.",
            "le médicament prescrit, ou une substitution déclarée",
            "Déclarez substitution.wasSubstituted à true, ou délivrez le médicament prescrit.",
            "substitution",
        ),
        "substitution-sans-motif": Error(
            422,
            "business-rule",
            "Substitution sans motif : ligne non substituable ou médicament hors du groupe.",
            "un motif dans substitution.reason",
            "Donnez le motif dans substitution.reason, ou délivrez un médicament du groupe générique.",
            "substitution",
        ),
        "motif-inconnu": Error(
            422,
            "code-invalid",
            "Motif absent ou inconnu.",
            "un motif de la liste",
            "Prenez un motif de la liste.",
            "abandon",
        ),
        "non-delivrance-incoherente": Error(
            422,
            "business-rule",
            "Déclarée non délivrée, alors que la livraison en cours de la ligne est close.",
            "une ligne dont la livraison en cours est ouverte",
            "Ne déclarez rien pour une ligne déjà délivrée ou close.",
            "quantite",
        ),
        "posologie-modifiee-sans-note": Error(
            422,
            "business-rule",
            "Posologie modifiée : une note doit citer l'accord du prescripteur.",
            "la posologie prescrite, ou une note",
            "Notez l'accord du prescripteur dans MedicationDispense.note.",
            "posologie",
        ),
    }
)
