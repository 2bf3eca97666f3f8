"""What Annuaire and autoconfiguration refuse: key, HTTP status with its issue type and text, French title, remedy.

Source: docs/sources/annuaire.md (Tout refus s'explique), FHIR R4 §3.1.0; texts as HAPI words them: high. Data only.
"""

from __future__ import annotations

__all__ = ["HTTP_REPLIES"]

HTTP_REPLIES = (
    (
        "annuaire-cle",
        "401 login Unauthorized",
        "Clé d'API de l'Annuaire Santé absente ou inconnue",
        "Envoyez l'en-tête ESANTE-API-KEY avec la clé (annuaire_api_key du fichier de démarrage).",
    ),
    (
        "annuaire-type",
        "404 not-found Unknown resource type",
        "Type de ressource que l'Annuaire Santé n'a pas",
        "Demandez Practitioner, PractitionerRole, Organization, HealthcareService ou Device.",
    ),
    (
        "annuaire-ressource",
        "404 not-found Resource is not known",
        "Aucune ressource n'a cet identifiant",
        "Lisez l'identifiant (Resource.id) dans le résultat d'une recherche.",
    ),
    (
        "annuaire-parametre",
        "400 invalid Parameter not found",
        "Paramètre de recherche inconnu de ce type de ressource",
        "N'utilisez que les paramètres et modificateurs que /fhir/v2/metadata annonce pour ce type.",
    ),
    (
        "annuaire-valeur",
        "400 invalid Invalid value",
        "Valeur de paramètre mal formée",
        "Écrivez la valeur dans le type FHIR du paramètre.",
    ),
    (
        "annuaire-nombre",
        "400 invalid HAPI-0469: Invalid value",
        "Nombre mal formé",
        "Donnez un entier positif, en chiffres.",
    ),
    (
        "annuaire-trop",
        "400 invalid Too many parameters",
        "Trop de paramètres de recherche",
        "Réduisez la recherche à cent paramètres, et cinq cents valeurs par paramètre, au plus.",
    ),
    (
        "annuaire-inclusion",
        "400 invalid HAPI-2015: Invalid include parameter value",
        "Inclusion inconnue",
        "N'incluez que ce que /fhir/v2/metadata annonce pour ce type.",
    ),
    (
        "annuaire-page",
        "410 processing HAPI-0417: Search ID does not exist and may have expired",
        "Page de résultats inconnue",
        "Suivez tel quel le lien « next » ou « previous » du dernier résultat.",
    ),
    (
        "annuaire-corps",
        "400 invalid HAPI-0418: Unsupported content type for a search",
        "Recherche postée dans un autre format qu'un formulaire",
        "Envoyez les paramètres en application/x-www-form-urlencoded.",
    ),
    (
        "annuaire-debit",
        "429 throttled Rate limit exceeded ! You reach the limit of {limit} requests per 1 seconds",
        "Trop d'appels en une seconde",
        "Attendez le temps de l'en-tête Retry-After, puis espacez les appels : dix-sept par seconde au plus.",
    ),
    (
        "annuaire-extraction",
        "404 not-found Extraction not found",
        "Extraction que l'annuaire n'a pas",
        "Demandez PS_LibreAcces ou Extraction_Correspondance_MSSante.",
    ),
    (
        "annuaire-ecriture",
        "403 forbidden The directory is read-only",
        "Écriture dans l'Annuaire Santé",
        "Cherchez par GET, ou par POST sur …/_search : l'annuaire se lit seulement.",
    ),
    (
        "autoconfig-domaine",
        "404 not-found ",
        "Domaine que cet opérateur ne sert pas",
        "Demandez la configuration d'une adresse dont le domaine est dans la liste blanche de l'opérateur.",
    ),
)
