"""Refusals of CIBA.

Source and meaning of the members: ``psc_mock.codes.errors``. Data only.
"""

from __future__ import annotations

from collections.abc import Mapping

from psc_mock.codes.errors.entry import CIBA, Error

__all__ = ["AT_CIBA"]

AT_CIBA: Mapping[str, Error] = {
    "ciba_not_allowed": Error(
        401,
        "invalid_grant",
        "Client not allowed OIDC CIBA Grant",
        "CIBA n'est pas ouvert à ce client",
        "un client enrôlé avec « ciba » vrai",
        'Enrôler le client pour CIBA : POST /_sandbox/v1/psc/clients avec "ciba": true.',
        CIBA,
    ),
    "hint_absent": Error(
        400,
        "invalid_request",
        "missing parameter : login_hint",
        "login_hint absent",
        "login_hint=8 suivi des 11 chiffres du RPPS",
        "Ajouter login_hint, l'identifiant national de la personne.",
        "login-hint",
    ),
    "scope_absent": Error(
        400,
        "invalid_request",
        "missing parameter : scope",
        "scope absent",
        "scope=openid scope_all",
        "Ajouter scope=openid scope_all.",
        CIBA,
    ),
    "user_unknown": Error(
        400,
        "invalid_request",
        "invalid user",
        "Personne inconnue ou radiée",
        "l'identifiant national d'une persona, par exemple 899700090014",
        "Envoyer en login_hint l'identifiant d'une persona ; la liste : GET /_sandbox/v1/psc/personas.",
        "login-hint",
    ),
    "ciba_scope_unknown": Error(
        400,
        "invalid_scope",
        "Invalid scopes",
        "Portée inconnue",
        "scope=openid scope_all",
        "Demander exactement scope=openid scope_all.",
        CIBA,
    ),
    "binding_message_invalid": Error(
        400,
        "invalid_binding_message",
        "Invalid parameter: binding_message",
        "binding_message illisible",
        "binding_message : deux chiffres, de 00 à 99",
        "Envoyer deux chiffres tirés au hasard, et les montrer à l'utilisateur.",
        "binding-message",
    ),
    "user_code_unsupported": Error(
        400,
        "invalid_request",
        "User code not supported",
        "user_code n'est pas en usage",
        "aucun paramètre user_code",
        "Retirer user_code de la demande.",
        CIBA,
    ),
    "device_unreachable": Error(
        503,
        "server_error",
        "Failed to send authentication request",
        "Le moyen de connexion de cette personne n'est pas joignable",
        "une persona qui a une e-CPS (channel=MOBILE) ou une carte (channel=CARD)",
        "Choisir une autre persona, ou l'autre channel ; les moyens de chacune : GET /_sandbox/v1/psc/personas.",
        CIBA,
    ),
    "auth_req_id_missing": Error(
        400,
        "invalid_request",
        "Missing parameter: auth_req_id",
        "auth_req_id absent du formulaire",
        "auth_req_id=<celui que la demande CIBA a reçu>",
        "Ajouter auth_req_id à l'interrogation.",
        "interrogations",
    ),
    "auth_req_id_invalid": Error(
        400,
        "invalid_grant",
        "Invalid Auth Req ID",
        "auth_req_id inconnu ou déjà servi",
        "l'auth_req_id d'une demande CIBA dont les jetons n'ont pas encore été pris",
        "Interroger avec l'auth_req_id de la réponse CIBA, et s'arrêter dès que les jetons sont reçus.",
        "interrogations",
    ),
    "auth_req_id_of_another_client": Error(
        400,
        "invalid_grant",
        "unauthorized client",
        "auth_req_id d'un autre client",
        "un auth_req_id délivré au client qui interroge",
        "Interroger avec le client_id qui a fait la demande CIBA.",
        "interrogations",
    ),
    "ciba_expired": Error(
        400,
        "expired_token",
        "authentication timed out",
        "Demande CIBA expirée : la personne n'a pas répondu",
        "une réponse de la personne en 120 secondes",
        "Cesser d'interroger, et proposer à la personne une nouvelle demande.",
        "interrogations",
    ),
    "ciba_too_early": Error(
        400,
        "slow_down",
        "too early to access",
        "Interrogation trop rapide",
        "interval secondes entre deux interrogations",
        "Attendre interval secondes entre deux interrogations, cinq de plus après slow_down.",
        "interrogations",
    ),
    "ciba_denied": Error(
        400,
        "access_denied",
        "not authorized",
        "La personne a refusé dans son e-CPS",
        "une personne qui accepte",
        "Cesser d'interroger : la réponse est définitive.",
        "interrogations",
    ),
    "ciba_pending": Error(
        400,
        "authorization_pending",
        "The authorization request is still pending as the end-user hasn't yet been authenticated.",
        "La personne n'a pas encore répondu",
        "une nouvelle interrogation dans interval secondes",
        "Rien à corriger : interroger de nouveau dans interval secondes.",
        "interrogations",
    ),
}
