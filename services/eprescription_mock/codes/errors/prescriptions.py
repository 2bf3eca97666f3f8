"""What is wrong with a code read at the counter, or with a new prescription.

Source: docs/sources/eprescription.md (#qr, #numero, #prescription). Knows no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from eprescription_mock.codes.errors.error import Error

__all__ = ["PRESCRIPTIONS"]

PRESCRIPTIONS: Mapping[str, Error] = MappingProxyType(
    {
        # --- the code read at the counter ---
        "qr-illisible": Error(
            422,
            "invalid",
            "Le QR code lu n'est pas celui d'une ordonnance numérique simulée.",
            "EPU-SIMU: suivi des 18 caractères du numéro, tel que lu",
            "Envoyez le texte du QR code, sans le transformer, dans le paramètre qrToken.",
            "qr",
        ),
        "numero-mal-forme": Error(
            422,
            "invalid",
            "Le numéro compte 18 lettres majuscules ou chiffres.",
            "18 lettres majuscules ou chiffres",
            "Contrôlez le numéro saisi avant l'envoi : majuscules, ni espace ni tiret.",
            "numero",
        ),
        "numero-absent": Error(
            422,
            "required",
            "Aucun identifiant d'ordonnance : le logiciel du prescripteur l'engendre.",
            "groupIdentifier de système urn:oid:1.2.250.1.215.500.1.1, 18 lettres majuscules ou chiffres",
            "Mettez le numéro engendré par le logiciel dans groupIdentifier de chaque ligne, "
            "ou laissez le service le donner (option eprescription.numero à service).",
            "numero",
        ),
        "numero-deja-enregistre": Error(
            409,
            "duplicate",
            "Une ordonnance est déjà enregistrée sous ce numéro.",
            "un numéro qui n'a pas encore servi",
            "Engendrez un numéro neuf pour chaque ordonnance ; pour rejouer un envoi, reprenez son X-Request-Id.",
            "numero",
        ),
        "code-2d-different": Error(
            422,
            "business-rule",
            "Le code 2D ne porte pas le numéro de l'ordonnance.",
            "EPU-SIMU: suivi du numéro de groupIdentifier",
            "Engendrez le code 2D à partir du numéro de la même ordonnance.",
            "qr",
        ),
        # --- the prescription ---
        "ordonnance-vide": Error(
            422,
            "required",
            "Aucune ligne, ou trop de lignes.",
            "de 1 à 50 MedicationRequest ou DeviceRequest",
            "Mettez une ressource par ligne dans le Bundle.",
            "prescription",
        ),
        "groupe-different": Error(
            422,
            "business-rule",
            "Les lignes n'ont pas le même groupIdentifier.",
            "le même groupIdentifier sur toutes les lignes",
            "Répétez le groupIdentifier de la première ligne sur chacune.",
            "prescription",
        ),
        "patients-differents": Error(
            422,
            "business-rule",
            "Les lignes n'ont pas le même patient.",
            "le même patient sur toutes les lignes",
            "Faites une ordonnance par patient.",
            "prescription",
        ),
        "statut-refuse": Error(
            422,
            "business-rule",
            "La ligne n'est pas une prescription à délivrer : son statut le dit.",
            "active",
            "N'enregistrez que des lignes actives ; pour annuler une ordonnance, passez par $annuler.",
            "sens",
        ),
        "intention-refusee": Error(
            422,
            "business-rule",
            "La ligne n'est pas une prescription, mais une proposition ou un projet.",
            "order, ou option avec un RequestGroup",
            "Mettez intent à order, et n'envoyez pas de proposition.",
            "sens",
        ),
        "element-modificateur": Error(
            422,
            "not-supported",
            "Un élément qui change le sens de la ressource n'est pas interprété.",
            "ni doNotPerform, ni implicitRules, ni modifierExtension",
            "Retirez cet élément, ou dites son sens dans un élément que le service lit.",
            "sens",
        ),
        "reference-non-resolue": Error(
            422,
            "not-found",
            "Une référence ne mène à aucune ressource de la requête.",
            "une ressource contenue (#id), ou une entrée du Bundle nommée par son fullUrl",
            "Joignez la ressource à la requête, dans contained ou dans une entrée dont fullUrl est la référence.",
            "sens",
        ),
        "dates-differentes": Error(
            422,
            "business-rule",
            "Les lignes n'ont pas la même date de prescription.",
            "le même authoredOn sur toutes les lignes",
            "Faites une ordonnance par date de prescription.",
            "sens",
        ),
        "ins-invalide": Error(
            422,
            "invalid",
            "Le patient n'est pas désigné par un matricule INS valide.",
            "une racine de l'INS en urn:oid: et un matricule de 15 caractères dont la clé est juste",
            "Mettez dans subject.identifier l'OID et le matricule rendus par INSi.",
            "ins",
        ),
        "racine-ins-differente": Error(
            422,
            "invalid",
            "La racine d'OID de l'INS n'est pas celle de ce patient.",
            "la racine que INSi a rendue pour ce patient",
            "Transmettez l'OID rendu par INSi avec le matricule (option eprescription.strict_ins_root).",
            "ins",
        ),
        "auteur-different": Error(
            422,
            "business-rule",
            "Le requester n'est pas le prescripteur authentifié.",
            "le PS_IdNat du porteur du jeton",
            "Mettez dans requester le PS_IdNat du prescripteur connecté.",
            "prescription",
        ),
        "medicament-invalide": Error(
            422,
            "code-invalid",
            "La ligne ne désigne aucun médicament par un code connu du service.",
            "un CIS ou un CIP13 d'une même spécialité, un UCD, un code Medicabase ou une substance",
            "Codez le médicament dans l'un des systèmes admis, selon la forme de son code.",
            "codes-produits",
        ),
        "cip-invalide": Error(
            422,
            "code-invalid",
            "Le CIP13 est absent, ou sa clé de contrôle est fausse.",
            "un CIP13 : 13 chiffres en 3400…, clé EAN-13 juste",
            "Prenez le CIP13 de la base de médicaments ou du code lu sur la boîte, avec sa clé de contrôle.",
            "cip13",
        ),
        "dispositif-inconnu": Error(
            422,
            "code-invalid",
            "Ce dispositif (LPP) n'est pas connu du service.",
            "une ligne de médicament, ou une non-délivrance hors-perimetre",
            "Déclarez cette ligne declined avec le motif hors-perimetre.",
            "dispositifs",
        ),
        "quantite-invalide": Error(
            422,
            "value",
            "La quantité est un nombre entier de boîtes, de 1 à 999.",
            "un nombre entier de boîtes, de 1 à 999",
            "Corrigez la quantité : des boîtes entières.",
            "prescription",
        ),
        "renouvellement-invalide": Error(
            422,
            "value",
            "Le nombre de renouvellements va de 0 à 12.",
            "de 0 à 12",
            "Corrigez numberOfRepeatsAllowed : les livraisons en plus de la première.",
            "prescription",
        ),
        "posologie-absente": Error(
            422,
            "required",
            "La posologie en texte est obligatoire.",
            "un texte dans dosageInstruction.text",
            "Écrivez la posologie en texte dans dosageInstruction.text.",
            "posologie",
        ),
        "toutes-lettres": Error(
            422,
            "business-rule",
            "Ordonnance sécurisée : posologie en toutes lettres exigée.",
            "une posologie sans chiffre",
            "Écrivez les nombres de la posologie en toutes lettres.",
            "ordonnance-securisee",
        ),
        "tso-sans-dispensateur": Error(
            422,
            "business-rule",
            "Traitement de substitution aux opiacés : l'officine doit être désignée.",
            "une officine dans dispenseRequest.performer",
            "Désignez l'officine dans dispenseRequest.performer.identifier.",
            "ordonnance-securisee",
        ),
        "duree-depassee": Error(
            422,
            "business-rule",
            "La durée de traitement dépasse celle que la règle admet.",
            "un traitement dans la durée admise, renouvellements compris",
            "Réduisez expectedSupplyDuration ou le nombre de renouvellements.",
            "delais",
        ),
        "motif-non-substituable": Error(
            422,
            "required",
            "« Non substituable » demande un motif.",
            "MTE, EFG, CIF ou un texte dans substitution.reason",
            "Donnez le motif dans substitution.reason.",
            "substitution",
        ),
        "date-invalide": Error(
            422,
            "value",
            "Date illisible, future ou hors des limites.",
            "une date, ou une date et heure avec son décalage",
            "Corrigez la date : AAAA-MM-JJ, ou AAAA-MM-JJThh:mm:ss+hh:mm.",
            "delais",
        ),
    }
)
