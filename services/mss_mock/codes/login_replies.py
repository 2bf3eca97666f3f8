"""Why a mailbox does not open: key, SMTP reply, IMAP response, French title, remedy. The wires never say the reason.

Source: RFC 4954 §6, RFC 5530 §3, docs/sources/mssante.md (Jeton refusé, Boîte applicative); confidence high. Data only.
"""

from __future__ import annotations

__all__ = ["LOGIN_REPLIES"]

_SMTP = "535 5.7.8 Error: authentication failed"
_IMAP = "NO [AUTHENTICATIONFAILED] Authentication failed."

LOGIN_REPLIES = (
    (
        "sasl-xoauth2",
        _SMTP,
        _IMAP,
        "Réponse XOAUTH2 mal formée",
        "Composez « user=<BAL> », un octet 01, « auth=Bearer <jeton d'accès> », deux octets 01, puis le base 64.",
    ),
    (
        "sasl-plain",
        _SMTP,
        _IMAP,
        "Réponse PLAIN mal formée",
        "Composez trois champs séparés par un octet nul : vide, l'adresse de la boîte, un mot de passe quelconque.",
    ),
    (
        "sasl-utf8",
        _SMTP,
        _IMAP,
        "Réponse SASL qui n'est pas en UTF-8",
        "Codez l'adresse de la boîte en UTF-8 avant le base 64.",
    ),
    (
        "jeton-inactif",
        _SMTP,
        _IMAP,
        "Jeton Pro Santé Connect inconnu, expiré ou révoqué",
        "Prenez un jeton d'accès neuf juste avant d'ouvrir la boîte : il dure deux minutes.",
    ),
    (
        "boite-d-un-autre",
        _SMTP,
        _IMAP,
        "La boîte n'est pas celle du titulaire du jeton",
        "Mettez dans « user= » la boîte du professionnel connecté, ou celle de sa structure.",
    ),
    (
        "certificat-absent",
        _SMTP,
        _IMAP,
        "Aucun certificat client pour une boîte applicative",
        "Présentez le certificat ORG AUTH_CLI de la structure pendant la poignée de main TLS.",
    ),
    (
        "certificat-refuse",
        _SMTP,
        _IMAP,
        "Certificat client refusé",
        "Présentez un certificat ORG AUTH_CLI valable, émis pour la structure de la boîte.",
    ),
    (
        "structure-inconnue",
        _SMTP,
        _IMAP,
        "La structure du certificat est inconnue",
        "Utilisez un certificat émis pour une structure du bac à sable (mss-app du fichier de démarrage).",
    ),
    (
        "identite-d-autorisation",
        _SMTP,
        _IMAP,
        "L'identité d'autorisation n'est pas la boîte",
        "Laissez vide le premier champ de la réponse PLAIN, ou répétez-y l'adresse de la boîte.",
    ),
    (
        "boite-non-applicative",
        _SMTP,
        _IMAP,
        "La boîte n'est pas une boîte applicative de la structure du certificat",
        "Ouvrez la boîte applicative de cette structure (application_mailboxes du fichier de démarrage).",
    ),
    (
        "session-inconnue",
        _SMTP,
        _IMAP,
        "Le jeton ou le certificat nomme une session inconnue",
        "Prenez un jeton ou un certificat dans une session qui existe.",
    ),
    (
        "psc-indisponible",
        "454 4.7.0 Temporary authentication failure",
        "NO [UNAVAILABLE] Temporary authentication failure",
        "Pro Santé Connect ne répond pas à l'opérateur",
        "Réessayez plus tard : le jeton n'est pas en cause.",
    ),
)
