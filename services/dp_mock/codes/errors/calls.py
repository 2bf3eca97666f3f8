"""What is wrong with a call: unreadable, without right, of a wrong form; and what the sandbox itself refuses.

Source: docs/sources/dp.md (#certificat, #droits, #erreurs). Knows no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dp_mock.codes.errors.error import Error
from health_documents.findings import Severity

__all__ = ["CALLS"]

CALLS: Mapping[str, Error] = MappingProxyType(
    {
        "corps-illisible": Error(
            400,
            "Le corps de la requête n'est pas un objet JSON lisible.",
            "un objet JSON en UTF-8",
            "Écrivez le corps avec une bibliothèque JSON, en UTF-8, sans membre répété.",
            "erreurs",
        ),
        "element-invalide": Error(
            400,
            "Un élément de la requête manque ou n'a pas la valeur attendue.",
            "un élément de la forme que dit le contrat OpenAPI",
            "Comparez la requête au contrat OpenAPI du service, et donnez à l'élément nommé la valeur attendue.",
            "erreurs",
        ),
        "date-invalide": Error(
            400,
            "Une date est illisible, ou hors de ce qui est possible.",
            "un moment passé, au format AAAA-MM-JJTHH:MM:SS+HH:MM, ou une date AAAA-MM-JJ",
            "Écrivez le moment de la remise, avec son décalage horaire.",
            "alimentation",
        ),
        "certificat-absent": Error(
            401,
            "Aucun certificat d'établissement n'est présenté.",
            "un certificat d'authentification d'organisation (org-auth)",
            "Présentez le certificat org-auth du ready-file dans la poignée de main TLS.",
            "certificat",
        ),
        "certificat-refuse": Error(
            401,
            "Le certificat client présenté est refusé.",
            "un certificat d'authentification d'organisation de l'IGC du bac à sable, valide et non révoqué",
            "Remplacez ce certificat par org-auth du ready-file.",
            "certificat",
        ),
        "structure-refusee": Error(
            403,
            "La structure qui appelle n'est pas connue, ou n'est pas celle du certificat.",
            "une structure du bac à sable, sous la forme 1.2.250.1.71.4.2.2|numéro",
            "Prenez le certificat de la structure, ou nommez-la dans X-Structure sur le port clair.",
            "certificat",
        ),
        "professionnel-inconnu": Error(
            403,
            "Le professionnel n'est pas connu, est radié, ou n'exerce pas dans la structure.",
            "l'identifiant national (PS_IdNat) d'un professionnel de la structure",
            "Mettez dans X-Professionnel l'identifiant national du professionnel qui agit.",
            "certificat",
        ),
        "profession-non-autorisee": Error(
            403,
            "La profession, dans ce lieu, n'a pas droit à cette opération.",
            "une profession et un lieu qui ont droit à cette opération",
            "N'offrez l'opération qu'aux professions qui y ont droit.",
            "droits",
        ),
        "trop-volumineux": Error(
            413,
            "Le corps de la requête est trop volumineux.",
            "un corps dans la limite du service",
            "Réduisez ce que la requête transporte.",
            "transport.md#corps-trop-long",
        ),
        "type-de-media": Error(
            415,
            "Le corps doit être en application/json.",
            "Content-Type: application/json, en UTF-8",
            "Envoyez Content-Type: application/json.",
            "erreurs",
        ),
        "adresse-inconnue": Error(
            404,
            "Aucune opération à cette adresse.",
            "une adresse du contrat OpenAPI",
            "Comparez l'adresse au contrat OpenAPI du service.",
            "transport.md#chemin-inconnu",
        ),
        "methode-refusee": Error(
            405,
            "La méthode n'est pas celle de cette adresse.",
            "la méthode que dit le contrat OpenAPI",
            "Appelez cette adresse par la méthode du contrat.",
            "transport.md#methode",
        ),
        "trop-de-requetes": Error(
            429,
            "Trop de requêtes.",
            "moins de requêtes",
            "Attendez le délai de Retry-After, puis rejouez la requête.",
            "erreurs",
            Severity.INFO,
        ),
        "erreur-interne": Error(
            500,
            "Le bac à sable a échoué.",
            "une réponse",
            "Signalez ce défaut du bac à sable avec l'échange du journal.",
            "erreurs",
            Severity.INFO,
        ),
        "base-pleine": Error(
            503,
            "La session ne peut plus rien enregistrer.",
            "moins d'enregistrements dans la session",
            "Remettez la session à zéro (reset), ou ouvrez-en une autre.",
            "erreurs",
            Severity.INFO,
        ),
        "indisponible": Error(
            503,
            "Le service est indisponible.",
            "un service disponible",
            "Mettez l'envoi en attente et rejouez-le plus tard ; la délivrance ne doit pas être bloquée.",
            "erreurs",
            Severity.INFO,
        ),
    }
)
