"""Refusals that a person sees in a page, never redirected.

Source and meaning of the members: ``psc_mock.codes.errors``. Data only.
"""

from __future__ import annotations

from collections.abc import Mapping

from psc_mock.codes.errors.entry import Page

__all__ = ["PAGES"]

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
    "request_uri_refused": Page(
        400,
        "Invalid Request",
        "request_uri qui n'est pas une demande poussée",
        "le request_uri rendu par la demande poussée, ou les paramètres un à un",
        "Envoyer les paramètres un à un : aucune adresse de demande ne s'enrôle, et aucune n'est lue.",
        "demande-poussee",
    ),
    "request_uri_unknown": Page(
        400,
        "PAR not found. not issued or used multiple times.",
        "Demande poussée inconnue, finie, ou d'un autre client",
        "le request_uri rendu au même client il y a moins d'une minute, et une seule fois",
        "Pousser de nouveau la demande, puis envoyer le navigateur aussitôt, avec le même client_id.",
        "demande-poussee",
    ),
    "request_object_invalid": Page(
        400,
        "Invalid Request",
        "Objet de demande refusé",
        "un JWT sans signature, ou signé en HS256 avec le secret du client, dont client_id est celui de la demande",
        "Envoyer les paramètres un à un, sans request : c'est la seule forme que l'ANS documente.",
        "demande-poussee",
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
    "logout_client_mismatch": Page(
        400,
        "Invalid parameter: client_id",
        "client_id différent de celui de l'ID token, à la déconnexion",
        "le client_id à qui l'ID token de id_token_hint a été délivré, ou aucun",
        "Retirer client_id, ou envoyer celui qui a reçu l'ID token.",
        "deconnexion",
    ),
    "hint_missing": Page(
        400,
        "Missing parameters: id_token_hint",
        "post_logout_redirect_uri sans id_token_hint, ni client_id",
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
