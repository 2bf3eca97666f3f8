"""What a dossier, a patient, a message or a product does not allow.

Source: docs/sources/dp.md (#identite, #creation, #refus-du-patient, #alimentation, #rappels, #ruptures). Knows no
behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dp_mock.codes.errors.error import Error
from health_documents.findings import Severity

__all__ = ["DOSSIERS"]

DOSSIERS: Mapping[str, Error] = MappingProxyType(
    {
        "ins-invalide": Error(
            422,
            "L'INS est mal formée.",
            "un matricule de quinze caractères à la clé juste, et une racine de l'INS",
            "Transmettez le matricule et l'OID tels que rendus par INSi.",
            "identite",
        ),
        "ins-non-qualifiee": Error(
            422,
            "Le DP n'échange que des identités à l'INS qualifiée.",
            "statutIdentite : QUALIFIEE",
            "Qualifiez l'identité (INSi, puis pièce d'identité) avant de la transmettre au DP.",
            "identite",
        ),
        "identite-differente": Error(
            422,
            "Les traits transmis ne sont pas ceux de ce matricule.",
            "les traits d'identité rendus par INSi",
            "Reprenez les traits rendus par INSi pour ce matricule.",
            "identite",
        ),
        "dossier-inconnu": Error(
            404,
            "Ce patient n'a pas de Dossier pharmaceutique.",
            "un patient dont l'identité a été transmise",
            "Transmettez d'abord l'identité du patient (POST /patients).",
            "creation",
            Severity.INFO,
        ),
        "dossier-non-cree": Error(
            409,
            "Le dossier n'est pas encore créé : le patient est en cours d'information.",
            "un dossier créé, six semaines après l'information",
            "Attendez la fin du délai d'opposition ; délivrez sans le DP.",
            "creation",
            Severity.INFO,
        ),
        "dossier-deja-cree": Error(
            409,
            "Le dossier est créé : il ne s'agit plus de s'opposer, mais de clore.",
            "un dossier qui n'est pas encore créé",
            "Proposez au patient la clôture de son dossier (DELETE).",
            "cloture",
            Severity.INFO,
        ),
        "dossier-oppose": Error(
            409,
            "Le patient s'est opposé à la création de son dossier.",
            "la demande du patient (demandePatient : vrai), ou aucun envoi",
            "N'envoyez rien au DP pour ce patient, sauf s'il demande lui-même un dossier.",
            "creation",
        ),
        "dossier-clos": Error(
            409,
            "Le dossier est clos, ses données sont effacées.",
            "la demande du patient (demandePatient : vrai), ou aucun envoi",
            "N'envoyez plus rien au DP pour ce patient, sauf s'il demande lui-même un dossier.",
            "cloture",
        ),
        "refus-du-patient": Error(
            403,
            "Le patient a refusé cette intervention aujourd'hui dans cette structure.",
            "aucun appel de cette portée tant que dure le refus",
            "Respectez le refus enregistré : ni consultation, ni alimentation de la portée refusée.",
            "refus-du-patient",
        ),
        "profondeur-refusee": Error(
            422,
            "La profondeur demandée dépasse ce que l'officine peut voir.",
            "un nombre de mois de 1 à la profondeur en vigueur",
            "Demandez douze mois (mois=12), ou ne donnez pas le paramètre.",
            "durees",
        ),
        "cip-invalide": Error(
            422,
            "Le CIP13 est mal formé ou sa clé est fausse.",
            "34009, le CIP7 et la clé EAN-13",
            "Reprenez le CIP13 lu sur la boîte.",
            "alimentation",
        ),
        "lot-invalide": Error(
            422,
            "Le numéro de lot est mal formé.",
            "de un à vingt caractères imprimables, sans espace",
            "Reprenez le lot du datamatrix de la boîte (identifiant GS1 10), sans le transformer.",
            "lots",
        ),
        "quantite-invalide": Error(
            422,
            "La quantité n'est pas un nombre admis.",
            "un nombre entier de boîtes, au moins une",
            "Donnez dans boites le nombre de boîtes remises.",
            "alimentation",
        ),
        "unites-absentes": Error(
            422,
            "Une boîte est déconditionnée, et le nombre d'unités manque.",
            "deconditionne : vrai avec unites, le nombre d'unités remises",
            "Donnez dans unites le nombre d'unités de prise remises au patient.",
            "unites",
        ),
        "dispensation-deja-enregistree": Error(
            409,
            "Une autre dispensation porte déjà cet identifiant.",
            "un identifiant neuf, ou la même dispensation",
            "Tirez un identifiant neuf pour chaque dispensation ; rejouez la même sans la changer.",
            "rejeu",
        ),
        "rappel-a-acquitter": Error(
            423,
            "Un rappel de lot attend l'acquittement de l'officine.",
            "l'acquittement du message (POST /messages/{id}/acquittement)",
            "Affichez le message, bloquez l'écran jusqu'à la lecture, puis acquittez-le.",
            "rappels",
            Severity.INFO,
        ),
        "message-inconnu": Error(
            404,
            "Aucun message de ce numéro pour cette officine.",
            "le numéro d'un message de GET /messages",
            "Reprenez le membre id du message.",
            "rappels",
        ),
        "produit-sans-rupture": Error(
            404,
            "Aucune rupture n'est signalée pour ce médicament.",
            "le CIP13 d'un médicament signalé par GET /ruptures",
            "Ne proposez le dépannage que pour un médicament en rupture.",
            "ruptures",
        ),
        "depannage-non-propose": Error(
            409,
            "Le laboratoire ne propose pas de dépannage d'urgence pour ce médicament.",
            "une rupture dont le membre depannage est vrai",
            "Ne proposez le dépannage que si la réponse de GET /ruptures le permet.",
            "ruptures",
        ),
        "depannage-inconnu": Error(
            404,
            "Aucune demande de dépannage de ce numéro pour cette officine.",
            "le numéro rendu par la demande",
            "Reprenez le membre numero de la réponse à la demande.",
            "ruptures",
        ),
    }
)
