"""Refusals of userinfo, introspection and the addresses out of service.

Source and meaning of the members: ``psc_mock.codes.errors``. Data only.
"""

from __future__ import annotations

from collections.abc import Mapping

from psc_mock.codes.errors.entry import BAD_CLIENT, BEARER, Error

__all__ = ["AT_RESOURCES"]

AT_RESOURCES: Mapping[str, Error] = {
    "token_missing": Error(
        400,
        "invalid_request",
        "Token not provided",
        "token absent du formulaire",
        "token=<le jeton>",
        "Ajouter le paramètre token, encodé en application/x-www-form-urlencoded.",
        "introspection",
    ),
    "token_of_another_client": Error(
        400,
        "invalid_token",
        "Unmatching clients",
        "Jeton d'un autre client",
        "un jeton délivré au client qui le révoque",
        "Révoquer avec le client_id qui a reçu le jeton.",
    ),
    "bearer_missing": Error(
        401,
        "",
        "",
        "Aucun jeton porteur",
        "Authorization: Bearer <access_token>",
        "Envoyer l'en-tête Authorization: Bearer suivi du jeton d'accès.",
        BEARER,
    ),
    "bearer_invalid": Error(
        401,
        "invalid_token",
        "Token verification failed",
        "Jeton porteur refusé",
        "un access_token vivant de cette session du bac à sable",
        "Rafraîchir le jeton d'accès, puis envoyer le nouvel access_token.",
        BEARER,
    ),
    "scope_insufficient": Error(
        403,
        "insufficient_scope",
        "Missing openid scope",
        "Jeton sans la portée openid",
        "un jeton demandé avec scope=openid scope_all",
        "Demander l'autorisation avec scope=openid scope_all.",
        "scope",
    ),
    "registration_dead": Error(
        403,
        "insufficient_scope",
        "Policy 'Trusted Hosts' rejected request",
        "Enrôlement dynamique : annoncé, mais hors service",
        "un enrôlement par l'ANS ; ici : POST /_sandbox/v1/psc/clients",
        "Ne pas appeler registration_endpoint.",
        "adresses-hors-service",
    ),
    "device_endpoint_dead": Error(
        401,
        "invalid_client",
        BAD_CLIENT,
        "Flux device : annoncé, mais hors service",
        "le flux authorization_code, ou CIBA",
        "Ne pas appeler device_authorization_endpoint.",
        "adresses-hors-service",
    ),
    "pushed_twice": Error(
        400,
        "invalid_request",
        "It is not allowed to include request_uri to PAR.",
        "request_uri dans une demande poussée",
        "les paramètres de la demande d'autorisation, sans request_uri",
        "Retirer request_uri du corps de la demande poussée.",
        "demande-poussee",
    ),
}
