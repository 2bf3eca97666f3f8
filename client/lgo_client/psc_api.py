"""Tokens of the *API Pro Santé Connectée*: the log-in exchanged for a token of each API, kept fresh, sent with calls.

One authorization address per API tells its audience, so that the request says no more than the agency's own proxy
does. The certificate of the HTTP client authenticates, and binds the token: the same one calls the API. Source:
specs/psc.md §3.5 (exchange, ``cnf`` in two forms, what follows an error), §11.2 (what is sent). RFC 8693, RFC 8705.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Generator, Mapping
from typing import Any

import httpx

from lgo_client.psc import PscRefused, PscSession

__all__ = ["ApiAccess", "ApiToken", "thumbprints"]

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
REALMS = "/auth/realms"
REFRESH_MARGIN_SECONDS = 15
CONFIRMATION = "x5t#S256"


class ApiAccess:
    """The token of one API for a logged-in professional. ``der`` is the certificate that the HTTP client shows."""

    def __init__(self, session: PscSession, root: str, api: str, der: bytes) -> None:
        self._provider = session.provider
        self._session = session
        self._url = f"{root}{REALMS}/{api}/protocol/openid-connect/token"
        self._api = api
        self._thumbprints = thumbprints(der)
        self._access, self._refresh = "", ""
        self._dies = 0.0
        self.exchanged = 0
        """How often the log-in was exchanged."""

    def token(self) -> str:
        """Return a token that lives: refreshed, else exchanged again. Raises PscRefused once the session is over."""
        if self._provider.workplace.stopwatch() < self._dies:
            return self._access
        if self._refresh:
            try:
                self._keep({"grant_type": "refresh_token", "refresh_token": self._refresh})
            except PscRefused:
                self._refresh = ""
            else:
                return self._access
        self._keep(
            {
                "grant_type": EXCHANGE,
                "subject_token": self._session.access_token(),
                "subject_token_type": ACCESS_TOKEN,
                "subject_issuer": "psc",
            }
        )
        self.exchanged += 1
        return self._access

    def _keep(self, form: Mapping[str, str]) -> None:
        asked = self._provider.workplace.stopwatch()
        answer = self._provider.call(self._url, form)
        access, life = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(access, str) or str(answer.get("token_type", "")).lower() != "bearer":
            raise PscRefused("access_token", "la réponse ne porte pas de jeton Bearer")
        if isinstance(life, bool) or not isinstance(life, int | float):
            raise PscRefused("expires_in", "ce n'est pas un nombre")
        self._check(_claims(access))
        self._access, self._refresh = access, str(answer.get("refresh_token") or "")
        self._dies = asked + life - REFRESH_MARGIN_SECONDS

    def _check(self, claims: Mapping[str, Any]) -> None:
        """Raise PscRefused for a token of another API, of another person, or bound to another certificate."""
        audience, cnf = claims.get("aud"), claims.get("cnf")
        if self._api not in (audience if isinstance(audience, list) else [audience]):
            raise PscRefused("aud", "le jeton est celui d'une autre API")
        if claims.get("SubjectNameID") != self._session.national_id:
            raise PscRefused("sub", "le jeton d'API est celui d'une autre personne")
        if not isinstance(cnf, dict) or cnf.get(CONFIRMATION) not in self._thumbprints:
            raise PscRefused("cnf", "le jeton n'est pas lié à notre certificat")


class ApiToken(httpx.Auth):
    """Sends the token of an API with every request of a client."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header."""
        request.headers["Authorization"] = f"Bearer {self._token()}"
        yield request


def thumbprints(der: bytes) -> tuple[str, str]:
    """Return both forms in which a token may name a certificate: the agency's, and that of RFC 8705."""
    digest = hashlib.sha256(der)
    return (
        base64.b64encode(digest.hexdigest().encode()).decode(),
        base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode(),
    )


def _claims(token: str) -> dict[str, Any]:
    """Return what a token says; an API verifies it, its bearer only looks that he was given what he asked for."""
    try:
        payload = token.split(".")[1]
        content = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise PscRefused("jwt", "le jeton d'API n'est pas un JWT")
    return content
