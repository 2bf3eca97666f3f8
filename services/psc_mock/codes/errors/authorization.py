"""Refusals that go back to the client's redirect address.

Source and meaning of the members: ``psc_mock.codes.errors``. Data only.
"""

from __future__ import annotations

from collections.abc import Mapping

from psc_mock.codes.errors.entry import AUTHORIZATION, REDIRECTED, Error

__all__ = ["AT_AUTHORIZATION"]


def _back(error: str, description: str, title: str, expected: str, remedy: str, anchor: str = AUTHORIZATION) -> Error:
    return Error(REDIRECTED, error, description, title, expected, remedy, anchor)


AT_AUTHORIZATION: Mapping[str, Error] = {
    "parameter_repeated": _back(
        "invalid_request",
        "duplicated parameter",
        "Paramètre donné deux fois à la demande d'autorisation",
        "chaque paramètre une seule fois",
        "N'envoyer ce paramètre qu'une fois.",
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
