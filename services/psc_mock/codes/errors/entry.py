"""The two shapes of a refusal of Pro Santé Connect, and what their texts share. Data only."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "AUTHORIZATION",
    "BAD_CLIENT",
    "BEARER",
    "CIBA",
    "FORM",
    "GRANTS",
    "REDIRECTED",
    "TOKEN",
    "Error",
    "Page",
]

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


BAD_CLIENT = "Invalid client or Invalid client credentials"
FORM = "un formulaire application/x-www-form-urlencoded, en UTF-8, chaque paramètre une fois"
GRANTS = "grant_type=authorization_code, refresh_token ou urn:openid:params:grant-type:ciba"
