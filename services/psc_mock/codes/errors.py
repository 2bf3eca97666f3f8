"""Every refusal of Pro Santé Connect: what the wire says, and what is told in French to whoever reads the finding.

Source: docs/sources/psc.md#erreurs-du-point-jeton, #erreurs-d-autorisation, #erreurs-ciba, #erreurs-userinfo (wire:
high for Keycloak, medium for the real service; the French is ours). A raise site says what came and where; it may have
a nearer remedy than the one here. Data only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ERRORS", "ORDINARY", "PAGES", "Error", "Page"]

AUTHORIZATION = "erreurs-d-autorisation"
TOKEN = "erreurs-du-point-jeton"
CIBA = "erreurs-ciba"
BEARER = "erreurs-userinfo"
REDIRECTED = 302


@dataclass(frozen=True, slots=True)
class Error:
    """One refusal in OAuth form; ``status`` is that of the JSON answer (302: sent to the client's redirect address).

    ``title``, ``expected`` and ``remedy`` are French; ``anchor`` is a section of the page of sources.
    """

    status: int
    error: str
    description: str
    title: str
    expected: str
    remedy: str
    anchor: str = TOKEN


@dataclass(frozen=True, slots=True)
class Page:
    """One refusal that a person sees in a page, never redirected: status and message, then as for ``Error``."""

    status: int
    text: str
    title: str
    expected: str
    remedy: str
    anchor: str = AUTHORIZATION


_BAD_CLIENT = "Invalid client or Invalid client credentials"
_FORM = "un formulaire application/x-www-form-urlencoded, en UTF-8, chaque paramètre une fois"
_GRANTS = "grant_type=authorization_code, refresh_token ou urn:openid:params:grant-type:ciba"

_TOKEN: Mapping[str, Error] = {
    "unreadable_form": Error(
        400,
        "invalid_request",
        "Invalid form",
        "Formulaire illisible",
        _FORM,
        "Encoder le corps en application/x-www-form-urlencoded : %XX pour tout octet hors des lettres et chiffres.",
    ),
    "duplicated_parameter": Error(
        400,
        "invalid_request",
        "duplicated parameter",
        "Paramètre donné deux fois",
        "chaque paramètre une seule fois",
        "N'envoyer ce paramètre qu'une fois.",
    ),
    "grant_type_missing": Error(
        400,
        "invalid_request",
        "Missing form parameter: grant_type",
        "grant_type absent du formulaire",
        _GRANTS,
        "Ajouter grant_type au corps, encodé en application/x-www-form-urlencoded.",
    ),
    "grant_type_unknown": Error(
        400,
        "unsupported_grant_type",
        "Unsupported grant_type",
        "grant_type inconnu",
        _GRANTS,
        "Écrire grant_type=authorization_code pour échanger un code, grant_type=refresh_token pour rafraîchir.",
        "octrois",
    ),
    "client_unknown": Error(
        401,
        "invalid_client",
        _BAD_CLIENT,
        "Client inconnu ou absent",
        "le client_id d'un client enrôlé, en Authorization: Basic ou dans le formulaire",
        "Envoyer le client_id de l'enrôlement ; pour en enrôler un : POST /_sandbox/v1/psc/clients.",
    ),
    "certificate_refused": Error(
        401,
        "invalid_client",
        _BAD_CLIENT,
        "Certificat client refusé",
        "le certificat d'organisation IGC-Santé enrôlé pour ce client, en cours de validité",
        "Présenter en TLS le certificat psc-client du fichier de démarrage, ou enrôler l'OU et le CN du vôtre.",
        "certificat-client",
    ),
    "secret_wrong": Error(
        401,
        "unauthorized_client",
        _BAD_CLIENT,
        "Secret du client faux ou absent",
        "le secret de l'enrôlement (il n'est pas montré ici)",
        "Recopier le secret de l'enrôlement : oidc_clients[].client_secret du fichier de démarrage.",
    ),
    "password_dead": Error(
        400,
        "unauthorized_client",
        "Client not allowed for direct access grants",
        "Octroi par mot de passe : annoncé, mais hors service",
        _GRANTS,
        "Remplacer grant_type=password par le flux authorization_code.",
        "octrois",
    ),
    "client_credentials_dead": Error(
        401,
        "unauthorized_client",
        "Client not enabled to retrieve service account",
        "Octroi client_credentials : annoncé, mais hors service",
        _GRANTS,
        "Remplacer grant_type=client_credentials par un flux où une personne se connecte.",
        "octrois",
    ),
    "device_dead": Error(
        400,
        "unauthorized_client",
        "Client not allowed OAuth 2.0 Device Authorization Grant",
        "Octroi device : annoncé, mais hors service",
        _GRANTS,
        "Remplacer le flux device par CIBA, ou par le flux authorization_code.",
        "octrois",
    ),
    "code_missing": Error(
        400,
        "invalid_request",
        "Missing parameter: code",
        "code absent du formulaire",
        "code=<le code reçu à l'adresse de retour>",
        "Ajouter le paramètre code, tel que reçu à l'adresse de retour.",
        "code-d-autorisation",
    ),
    "code_invalid": Error(
        400,
        "invalid_grant",
        "Code not valid",
        "Code d'autorisation inconnu",
        "un code délivré dans cette session du bac à sable",
        "Envoyer le code reçu à l'adresse de retour, entier et décodé une seule fois.",
        "code-d-autorisation",
    ),
    "code_replayed": Error(
        400,
        "invalid_grant",
        "Code not valid",
        "Code d'autorisation déjà échangé",
        "un code qui n'a pas encore servi",
        "Échanger chaque code une seule fois ; redemander une autorisation pour en avoir un autre.",
        "code-d-autorisation",
    ),
    "code_expired": Error(
        400,
        "invalid_grant",
        "Code is expired",
        "Code d'autorisation expiré",
        "un code échangé dans les 60 secondes",
        "Échanger le code dès son arrivée à l'adresse de retour.",
        "code-d-autorisation",
    ),
    "code_of_another_client": Error(
        400,
        "invalid_grant",
        "Auth error",
        "Code délivré à un autre client",
        "un code délivré au client qui l'échange",
        "Échanger le code avec le client_id qui l'a demandé.",
        "code-d-autorisation",
    ),
    "redirect_mismatch": Error(
        400,
        "invalid_grant",
        "Incorrect redirect_uri",
        "redirect_uri différente de celle de la demande",
        "la redirect_uri de la demande d'autorisation, au caractère près",
        "Envoyer au point de jetons la redirect_uri de la demande d'autorisation.",
        "code-d-autorisation",
    ),
    "session_dead": Error(
        400,
        "invalid_grant",
        "Session not active",
        "Session Pro Santé Connect finie",
        "une session de moins de 4 h, sans 30 min d'inactivité, ni fermée",
        "Refaire une demande d'autorisation : la session de la personne est finie.",
        "fin-de-session",
    ),
    "verifier_missing": Error(
        400,
        "invalid_grant",
        "PKCE code verifier not specified",
        "code_verifier absent",
        "le code_verifier dont le code_challenge est parti avec la demande",
        "Ajouter code_verifier à l'échange du code.",
        "pkce",
    ),
    "verifier_unasked": Error(
        400,
        "invalid_grant",
        "PKCE code verifier specified but challenge not present in authorization",
        "code_verifier sans code_challenge à la demande",
        "code_challenge et code_challenge_method=S256 à la demande, ou pas de code_verifier à l'échange",
        "Envoyer code_challenge avec la demande d'autorisation, ou retirer code_verifier.",
        "pkce",
    ),
    "verifier_wrong": Error(
        400,
        "invalid_grant",
        "PKCE verification failed: Code mismatch",
        "code_verifier qui ne répond pas au code_challenge",
        "un code_verifier de 43 à 128 caractères dont le SHA-256, en base64url, est le code_challenge de la demande",
        "Garder le code_verifier jusqu'à l'échange ; code_challenge = base64url(SHA-256(code_verifier)).",
        "pkce",
    ),
    "refresh_missing": Error(
        400,
        "invalid_request",
        "No refresh token",
        "refresh_token absent du formulaire",
        "refresh_token=<le dernier reçu>",
        "Ajouter le paramètre refresh_token.",
        "duree-des-jetons",
    ),
    "refresh_invalid": Error(
        400,
        "invalid_grant",
        "Invalid refresh token",
        "Jeton de rafraîchissement inconnu",
        "un jeton de rafraîchissement délivré dans cette session du bac à sable",
        "Envoyer le refresh_token de la dernière réponse de jetons, et non l'access_token.",
        "duree-des-jetons",
    ),
    "refresh_of_another_client": Error(
        400,
        "invalid_grant",
        "Invalid refresh token. Token client and authorized client don't match",
        "Jeton de rafraîchissement d'un autre client",
        "un jeton délivré au client qui rafraîchit",
        "Rafraîchir avec le client_id qui a reçu le jeton.",
        "duree-des-jetons",
    ),
    "refresh_expired": Error(
        400,
        "invalid_grant",
        "Token is not active",
        "Jeton de rafraîchissement expiré",
        "un jeton de moins de 30 minutes",
        "Refaire une demande d'autorisation : 30 minutes ont passé sans rafraîchissement.",
        "duree-des-jetons",
    ),
}

_CIBA: Mapping[str, Error] = {
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

_API: Mapping[str, Error] = {
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
    "audience_unknown": Error(
        400,
        "invalid_target",
        "Audience not found",
        "audience absente ou inconnue",
        "audience=insi, dmp ou eprescription",
        "Écrire l'audience de l'API appelée : insi, dmp ou eprescription.",
        "portees-et-audience",
    ),
    "api_scope_refused": Error(
        400,
        "invalid_scope",
        "Invalid scopes",
        "Portée absente, ou non accordée à ce client",
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

_RESOURCES: Mapping[str, Error] = {
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
        _BAD_CLIENT,
        "Flux device : annoncé, mais hors service",
        "le flux authorization_code, ou CIBA",
        "Ne pas appeler device_authorization_endpoint.",
        "adresses-hors-service",
    ),
    "pushed_dead": Error(
        400,
        "invalid_request",
        "Pushed authorization request is not allowed",
        "Demande poussée : annoncée, mais hors service",
        "une demande d'autorisation ordinaire",
        "Ne pas appeler pushed_authorization_request_endpoint.",
        "adresses-hors-service",
    ),
}


def _back(error: str, description: str, title: str, expected: str, remedy: str, anchor: str = AUTHORIZATION) -> Error:
    return Error(REDIRECTED, error, description, title, expected, remedy, anchor)


_AUTHORIZATION: Mapping[str, Error] = {
    "parameter_repeated": _back(
        "invalid_request",
        "duplicated parameter",
        "Paramètre donné deux fois à la demande d'autorisation",
        "chaque paramètre une seule fois",
        "N'envoyer ce paramètre qu'une fois.",
    ),
    "request_object": _back(
        "request_not_supported",
        "Request objects are not supported",
        "Demande en objet signé",
        "les paramètres en clair, sans request ni request_uri",
        "Retirer request et request_uri, et envoyer les paramètres un à un.",
    ),
    "response_type_missing": _back(
        "invalid_request",
        "Missing parameter: response_type",
        "response_type absent",
        "response_type=code",
        "Ajouter response_type=code.",
        "response-type",
    ),
    "response_type_unknown": _back(
        "unsupported_response_type",
        "",
        "response_type inconnu",
        "response_type=code",
        "Écrire response_type=code.",
        "response-type",
    ),
    "response_type_dead": _back(
        "unauthorized_client",
        "Client is not allowed to initiate browser login with given response_type."
        " Implicit flow is disabled for the client.",
        "Flux implicite ou hybride : annoncé, mais hors service",
        "response_type=code",
        "Écrire response_type=code.",
        "response-type",
    ),
    "response_mode_unknown": _back(
        "invalid_request",
        "Invalid parameter: response_mode",
        "response_mode inconnu",
        "response_mode=query ou form_post, ou rien",
        "Retirer response_mode, ou écrire response_mode=query.",
        "response-type",
    ),
    "scope_unknown": _back(
        "invalid_scope",
        "Invalid scopes",
        "Portée inconnue",
        "scope=openid scope_all",
        "Demander exactement scope=openid scope_all.",
        "scope",
    ),
    "prompt_invalid": _back(
        "invalid_request",
        "Invalid parameter: prompt",
        "prompt invalide",
        "prompt=none seul, ou login, consent, select_account ; ou rien",
        "Retirer prompt, ou ne pas joindre d'autre valeur à none.",
    ),
    "max_age_invalid": _back(
        "invalid_request",
        "Invalid parameter: max_age",
        "max_age invalide",
        "max_age : un nombre entier de secondes",
        "Écrire max_age en secondes, sans signe, ou le retirer.",
    ),
    "challenge_missing": _back(
        "invalid_request",
        "Missing parameter: code_challenge",
        "code_challenge vide ou absent",
        "code_challenge=base64url(SHA-256(code_verifier)), avec code_challenge_method=S256",
        "Envoyer code_challenge, ou retirer code_challenge_method.",
        "pkce",
    ),
    "challenge_method_unknown": _back(
        "invalid_request",
        "Invalid parameter: code_challenge_method",
        "code_challenge_method inconnu",
        "code_challenge_method=S256",
        "Écrire code_challenge_method=S256, avec cette majuscule.",
        "pkce",
    ),
    "challenge_invalid": _back(
        "invalid_request",
        "Invalid parameter: code_challenge",
        "code_challenge mal formé",
        "43 à 128 caractères parmi A-Z a-z 0-9 - . _ ~",
        "Écrire le code_challenge en base64url sans « = » final : 43 caractères.",
        "pkce",
    ),
    "login_required": _back(
        "login_required",
        "",
        "Aucune session ouverte, et prompt=none interdit d'en ouvrir une",
        "une session Pro Santé Connect ouverte dans ce navigateur",
        "Rien à corriger : refaire la demande sans prompt=none pour que la personne se connecte.",
    ),
    "login_refused": _back(
        "access_denied",
        "User denied access",
        "La personne a refusé dans son e-CPS",
        "une personne qui accepte",
        "Rien à corriger : le logiciel dit à l'utilisateur que la connexion a été refusée.",
    ),
    "login_wrong_code": _back(
        "access_denied",
        "Number mismatch",
        "La personne a vu un autre nombre dans son e-CPS",
        "le même nombre sur les deux écrans",
        "Rien à corriger : le logiciel dit à l'utilisateur que la connexion a été refusée.",
    ),
    "login_struck_off": _back(
        "access_denied",
        "User disabled",
        "La personne est radiée",
        "une persona qui n'est pas radiée",
        "Rien à corriger : c'est une situation d'essai. Choisir une autre persona pour se connecter.",
    ),
    "login_without_ecps": _back(
        "access_denied",
        "No e-CPS activated",
        "La personne n'a aucune e-CPS activée",
        "une persona qui a une e-CPS",
        "Rien à corriger : c'est une situation d'essai. Choisir une autre persona, ou la carte.",
    ),
    "login_without_card": _back(
        "access_denied",
        "No CPS card",
        "La personne n'a pas de carte CPS",
        "une persona qui a une carte",
        "Rien à corriger : c'est une situation d'essai. Choisir une autre persona, ou l'e-CPS.",
    ),
    "login_cancelled": _back(
        "access_denied",
        "User cancelled",
        "La personne a annulé",
        "une personne qui va au bout de la connexion",
        "Rien à corriger : le logiciel revient à sa page de connexion.",
    ),
}

ERRORS: Mapping[str, Error] = {**_TOKEN, **_CIBA, **_API, **_RESOURCES, **_AUTHORIZATION}
"""Every refusal in OAuth form, by code."""

PAGES: Mapping[str, Page] = {
    "request_unreadable": Page(
        400,
        "Requête illisible",
        "Paramètres illisibles",
        "des paramètres encodés en UTF-8 (%XX), moins de cent",
        "Encoder chaque paramètre en application/x-www-form-urlencoded.",
    ),
    "client_missing": Page(
        400,
        "Missing parameter: client_id",
        "client_id absent de la demande d'autorisation",
        "client_id=<celui de l'enrôlement>",
        "Ajouter client_id à la demande d'autorisation.",
    ),
    "client_not_found": Page(
        400,
        "Client not found.",
        "Client inconnu à la demande d'autorisation",
        "le client_id d'un client enrôlé",
        "Envoyer le client_id de l'enrôlement ; pour en enrôler un : POST /_sandbox/v1/psc/clients.",
    ),
    "redirect_invalid": Page(
        400,
        "Invalid parameter: redirect_uri",
        "Adresse de retour absente ou non déclarée",
        "l'une des adresses déclarées à l'enrôlement, au caractère près",
        "Envoyer l'une des adresses déclarées, ou enrôler la vôtre : POST /_sandbox/v1/psc/clients.",
        "redirect-uri",
    ),
    "login_unknown": Page(
        400,
        "Cette demande de connexion n'existe plus",
        "Page de connexion d'une demande finie, expirée, ou d'un autre navigateur",
        "une demande en cours, dans le navigateur qui l'a commencée, cookies acceptés",
        "Reprendre à la demande d'autorisation, dans un navigateur qui garde les cookies.",
    ),
    "form_forged": Page(
        403,
        "Formulaire refusé : jeton anti-CSRF absent ou faux",
        "Formulaire envoyé d'ailleurs que de sa page",
        "le champ csrf de la page affichée, avec son cookie",
        "Afficher la page, puis envoyer son formulaire depuis le même navigateur.",
    ),
    "hint_invalid": Page(
        400,
        "Invalid parameter: id_token_hint",
        "id_token_hint refusé à la déconnexion",
        "l'ID token reçu à la connexion, entier",
        "Envoyer en id_token_hint l'id_token de la dernière réponse de jetons, et non l'access_token.",
        "deconnexion",
    ),
    "hint_missing": Page(
        400,
        "Missing parameters: id_token_hint",
        "post_logout_redirect_uri sans id_token_hint",
        "id_token_hint=<ID token>",
        "Ajouter id_token_hint à la demande de déconnexion.",
        "deconnexion",
    ),
    "logout_redirect_invalid": Page(
        400,
        "Invalid redirect uri",
        "Adresse après déconnexion non déclarée",
        "l'une des adresses de déconnexion déclarées à l'enrôlement, au caractère près",
        "Envoyer l'une des adresses déclarées, ou enrôler la vôtre : POST /_sandbox/v1/psc/clients.",
        "deconnexion",
    ),
    "push_over": Page(
        200,
        "Cette demande n'attend plus de réponse.",
        "Réponse e-CPS à une demande qui n'attend plus",
        "une demande en attente depuis moins de 120 secondes, et une des trois réponses du simulateur",
        "Actualiser le simulateur e-CPS, et répondre à une demande qui s'y trouve.",
    ),
    "push_expired": Page(
        200,
        "La demande e-CPS a expiré sans réponse : recommencez.",
        "La personne n'a pas répondu dans son e-CPS",
        "une réponse en 120 secondes",
        "Rien à corriger : la personne choisit de nouveau, ou annule.",
    ),
    "pin_wrong": Page(
        200,
        "Code secret incorrect : la demande attend toujours.",
        "Code secret de l'e-CPS faux",
        "le code secret que la page indique",
        "Saisir le code secret que la page indique.",
    ),
}
"""Every refusal that is shown to the person in a page, by code."""

ORDINARY = frozenset(
    {
        *("ciba_pending", "ciba_denied", "ciba_expired", "session_dead", "refresh_expired", "login_required"),
        *("login_refused", "login_wrong_code", "login_struck_off", "login_without_ecps", "login_without_card"),
        *("login_cancelled", "device_unreachable", "push_over", "push_expired", "pin_wrong"),
    }
)
"""What a client without fault is answered too: the person has not answered, has refused, or the session is over."""
