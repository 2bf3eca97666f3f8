"""What is wrong with a call: unreadable, without right, of a wrong form; and what the sandbox itself refuses.

Source: docs/sources/eprescription.md (#psc, #droits, #erreurs). Knows no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from eprescription_mock.codes.errors.error import Error
from health_documents.findings import Severity

__all__ = ["CALLS"]

CALLS: Mapping[str, Error] = MappingProxyType(
    {
        # --- what cannot be read ---
        "corps-illisible": Error(
            400,
            "structure",
            "Le corps de la requête n'est pas une ressource lisible.",
            "une ressource FHIR R4 en JSON UTF-8",
            "Corrigez le JSON du corps : écrivez-le avec une bibliothèque JSON, en UTF-8, sans membre répété.",
            "erreurs",
        ),
        "element-invalide": Error(
            400,
            "value",
            "Un élément de la requête manque ou n'a pas le type attendu.",
            "un élément du type que FHIR lui donne",
            "Comparez la requête à l'exemple du contrat, et donnez à l'élément nommé la valeur attendue.",
            "erreurs",
        ),
        # --- who asks ---
        "jeton-absent": Error(
            401,
            "login",
            "Jeton Pro Santé Connect absent ou illisible.",
            "Authorization: Bearer suivi du jeton d'accès Pro Santé Connect",
            "Joignez à chaque appel l'access_token de la session Pro Santé Connect.",
            "psc",
        ),
        "jeton-invalide": Error(
            401,
            "expired",
            "Jeton Pro Santé Connect inconnu, expiré ou révoqué.",
            "un access_token en cours de validité, délivré par le Pro Santé Connect du bac à sable",
            "Rafraîchissez le jeton (grant_type=refresh_token) et rejouez l'appel avec le nouveau.",
            "psc",
        ),
        "jeton-api-refuse": Error(
            401,
            "login",
            "Jeton de l'API Pro Santé Connectée absent, invalide ou d'un autre appelant.",
            "le jeton échangé pour cette API, sous le certificat de l'échange",
            "Échangez le jeton de Pro Santé Connect pour cette API, et appelez-la sous le même certificat.",
            "jeton-d-api",
        ),
        "portee-api-refusee": Error(
            403,
            "forbidden",
            "Le jeton d'API n'a pas la portée de cette API.",
            "la portée eprescription",
            "Demandez scope=eprescription à l'échange, ou retirez scope.",
            "jeton-d-api",
        ),
        "structure-du-certificat": Error(
            403,
            "forbidden",
            "La structure n'est pas celle du certificat auquel le jeton d'API est lié.",
            "la structure de l'OU du certificat, où exerce le professionnel du jeton",
            "Retirez X-Structure, ou prenez le certificat de la structure où exerce le professionnel.",
            "jeton-d-api",
        ),
        "certificat-refuse": Error(
            401,
            "security",
            "Le certificat client présenté est refusé.",
            "un certificat de l'IGC du bac à sable, valide et non révoqué",
            "Configurez un certificat du ready-file, ou n'en présentez pas.",
            "transport.md#certificat-client",
        ),
        "professionnel-inconnu": Error(
            403,
            "forbidden",
            "Le professionnel du jeton n'est pas connu ou est radié.",
            "un professionnel en exercice du bac à sable",
            "Connectez-vous avec une identité de la liste personas du ready-file.",
            "droits",
        ),
        "profession-non-autorisee": Error(
            403,
            "forbidden",
            "La profession n'a pas droit à cette opération.",
            "une profession qui a droit à cette opération",
            "Connectez un professionnel de cette profession : n'offrez pas l'opération aux autres.",
            "droits",
        ),
        "structure-refusee": Error(
            403,
            "forbidden",
            "L'en-tête X-Structure ne désigne pas une structure de ce professionnel.",
            "une structure du professionnel du jeton, sous la forme 1.2.250.1.71.4.2.2|numéro",
            "Mettez dans X-Structure une structure du professionnel connecté.",
            "psc",
        ),
        "structure-non-officine": Error(
            403,
            "forbidden",
            "L'exécution se fait depuis une officine.",
            "une structure du secteur SA33, SA38 ou SA39",
            "Désignez une officine dans X-Structure.",
            "droits",
        ),
        "officine-non-designee": Error(
            403,
            "forbidden",
            "La prescription désigne une autre officine.",
            "l'officine désignée par le prescripteur",
            "Appelez depuis l'officine désignée, ou faites modifier la désignation par le prescripteur.",
            "ordonnance-securisee",
            Severity.INFO,
        ),
        "secret-faux": Error(
            403,
            "forbidden",
            "Le secret de consultation est faux.",
            "le secret rendu par la dernière consultation",
            "Reprenez le paramètre secret de la réponse de $ep3-consulter.",
            "consultation",
        ),
        "lecture-refusee": Error(
            403,
            "forbidden",
            "Cette ordonnance ne se lit que par son auteur, ou par l'officine qui la tient ou en a délivré.",
            "l'auteur, ou l'officine qui tient l'ordonnance ou en a délivré",
            "Consultez l'ordonnance avec son code (EP3).",
            "lecture",
        ),
        "opposition-du-patient": Error(
            403,
            "forbidden",
            "Le patient s'oppose à ce que le prescripteur voie ce qui est délivré.",
            "un exécutant, ou une ordonnance sans opposition",
            "Ne montrez pas l'exécution au prescripteur : le patient s'y oppose.",
            "opposition",
            Severity.INFO,
        ),
        "pas-l-auteur": Error(
            403,
            "forbidden",
            "Seul l'auteur de la prescription peut l'annuler.",
            "le prescripteur de cette ordonnance",
            "Annulez sous l'identité du prescripteur.",
            "droits",
        ),
        "pas-l-executant": Error(
            403,
            "forbidden",
            "Seule l'officine qui a exécuté peut annuler son exécution.",
            "l'officine qui a exécuté",
            "Annulez depuis l'officine qui a exécuté.",
            "droits",
        ),
        # --- form of the exchange ---
        "trop-volumineux": Error(
            413,
            "too-long",
            "Le corps de la requête est trop volumineux.",
            "un corps dans la limite du service",
            "Réduisez ce que la requête transporte.",
            "transport.md#corps-trop-long",
        ),
        "type-de-media": Error(
            415,
            "not-supported",
            "Le corps doit être en application/fhir+json.",
            "Content-Type: application/fhir+json",
            "Envoyez l'en-tête Content-Type: application/fhir+json avec tout corps.",
            "transport.md#type-de-media",
        ),
        # --- the sandbox itself ---
        "trop-de-requetes": Error(
            429,
            "throttled",
            "Trop de requêtes.",
            "moins de requêtes",
            "Attendez le délai de l'en-tête Retry-After, puis rejouez.",
            "erreurs",
            Severity.INFO,
        ),
        "erreur-interne": Error(
            500,
            "exception",
            "Erreur interne du simulateur.",
            "une réponse du service",
            "Signalez ce défaut avec l'échange.",
            "transport.md#bac-a-sable-indisponible",
        ),
        "base-pleine": Error(
            503,
            "no-store",
            "La base simulée est pleine : réinitialisez la session.",
            "une session dans ses limites",
            "Réinitialisez la session : lgo-sandbox reset.",
            "transport.md#bac-a-sable-indisponible",
        ),
        "indisponible": Error(
            503,
            "transient",
            "Service momentanément indisponible.",
            "un numéro qui ne joue pas la panne",
            "Montrez l'indisponibilité à l'utilisateur et rejouez après le délai de Retry-After.",
            "erreurs",
            Severity.INFO,
        ),
        "psc-indisponible": Error(
            503,
            "transient",
            "Pro Santé Connect n'a pas répondu à l'introspection du jeton.",
            "un Pro Santé Connect qui répond",
            "Démarrez le service psc du bac à sable, ou désarmez sa panne.",
            "psc",
            Severity.INFO,
        ),
    }
)
