"""Refusals of the exchange for API tokens.

Source and meaning of the members: ``psc_mock.codes.errors``. Data only.
"""

from __future__ import annotations

from collections.abc import Mapping

from psc_mock.codes.errors.entry import Error

__all__ = ["AT_API"]

AT_API: Mapping[str, Error] = {
    "subject_token_missing": Error(
        400,
        "invalid_request",
        "Missing parameter: subject_token",
        "subject_token absent du formulaire",
        "subject_token=<access_token de Pro Santé Connect>",
        "Ajouter subject_token, le jeton d'accès de Pro Santé Connect.",
        "echange-de-jeton",
    ),
    "subject_token_type_unknown": Error(
        400,
        "invalid_request",
        "Invalid parameter: subject_token_type",
        "subject_token_type absent ou inconnu",
        "subject_token_type=urn:ietf:params:oauth:token-type:access_token",
        "Écrire subject_token_type=urn:ietf:params:oauth:token-type:access_token.",
        "echange-de-jeton",
    ),
    "subject_issuer_unknown": Error(
        400,
        "invalid_request",
        "Invalid parameter: subject_issuer",
        "subject_issuer inconnu",
        "subject_issuer=psc, ou rien",
        "Écrire subject_issuer=psc, ou retirer le paramètre.",
        "echange-de-jeton",
    ),
    "subject_token_dead": Error(
        400,
        "invalid_grant",
        "subject_token is not active",
        "subject_token mort, inconnu ou d'un autre client",
        "un jeton d'accès vivant, délivré à ce client",
        "Rafraîchir le jeton d'accès, puis l'échanger dans les 120 secondes avec le même client_id.",
        "echange-de-jeton",
    ),
    "subject_token_of_api": Error(
        400,
        "invalid_grant",
        "subject_token is not a token of Pro Sante Connect",
        "Jeton d'API donné à échanger",
        "le jeton d'accès de Pro Santé Connect",
        "Échanger le jeton d'accès de Pro Santé Connect, une fois pour chaque API : un jeton d'API ne s'échange pas.",
        "chaine-d-echanges",
    ),
    "audience_unknown": Error(
        400,
        "invalid_target",
        "Audience not found",
        "API inconnue, d'une autre adresse, ou non accordée à ce client",
        "rien, ou audience=insi, dmp ou eprescription",
        "Écrire l'audience de l'API appelée (insi, dmp ou eprescription), ou appeler l'adresse de l'API sans audience.",
        "adresse-par-api",
    ),
    "api_scope_refused": Error(
        400,
        "invalid_scope",
        "Invalid scopes",
        "Portée non accordée à ce client",
        "les portées de l'enrôlement du client",
        "Demander une portée de l'enrôlement (api_scopes), ou l'y ajouter : POST /_sandbox/v1/psc/clients.",
        "portees-et-audience",
    ),
    "api_client_refused": Error(
        403,
        "unauthorized_client",
        "Client not allowed to exchange",
        "Client sans accès aux API",
        "un client enrôlé avec des api_scopes, par exemple lgo-mtls",
        'Enrôler le client aux API : POST /_sandbox/v1/psc/clients avec "api_scopes".',
        "portees-et-audience",
    ),
    "conformance_api_absent": Error(
        501,
        "not_implemented",
        "signsessiondata is not simulated",
        "API de conformité du proxy e-Santé (signsessiondata), absente du bac à sable",
        "une API du bac à sable : insi, dmp ou eprescription, où s'essaient /connect, /send, /traces et /disconnect",
        "Router le proxy vers insi, dmp ou eprescription ; essayer signsessiondata sur la plateforme de l'ANS.",
        "api-de-conformite",
    ),
    "certificate_changed": Error(
        400,
        "invalid_grant",
        "Token is bound to another certificate",
        "Autre certificat qu'à l'échange",
        "le certificat auquel le jeton est lié (cnf)",
        "Rafraîchir avec le certificat de l'échange.",
        "jeton-lie-au-certificat",
    ),
}
