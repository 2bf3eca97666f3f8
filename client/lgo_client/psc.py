"""Pro Santé Connect from an LGO: log-in by authorization code, tokens kept fresh, user information, log-out.

Strict with everything it receives: state, issuer, nonce, signature, audience, dates, at_hash. Source:
specs/psc.md §1.5 (requests), §1.6 (lifetimes), §2 (tokens), §4.1 EXI 11, 16, 20; OpenID Connect Core §3.1.3.7.
How the user's browser gets to the provider and back is the caller's (``browser``).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from jose import jwk, jws
from jose.exceptions import JOSEError

from lgo_client.clock import Workplace
from lgo_client.environment import OidcClient

__all__ = ["Browser", "ProSanteConnect", "PscRefused", "PscSession", "Tokens"]

DISCOVERY = "/auth/realms/esante-wallet/.well-known/wallet-openid-configuration"
SCOPE = "openid scope_all"
ACR = "eidas1"
CLOCK_SKEW_SECONDS = 60
REFRESH_MARGIN_SECONDS = 15

Browser = Callable[[str, str], str]
"""Takes the authorization URL and the redirect URI; returns the URL at which the provider sent the user back."""


class PscRefused(Exception):
    """The provider refused, or sent what a careful client must not accept; ``code`` is the OAuth error or a word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code} : {message}")
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a log-in gave: the three tokens, when (stopwatch), for how long."""

    access: str
    refresh: str
    identity: str
    born: float
    lifetime: float


class ProSanteConnect:
    """The provider as one OIDC client sees it. ``http`` presents the client certificate when there is one."""

    def __init__(self, http: httpx.Client, root: str, client: OidcClient, workplace: Workplace) -> None:
        self.http = http
        self.client = client
        self.workplace = workplace
        self.metadata: dict[str, Any] = _json(http.get(root + DISCOVERY))
        if not str(self.metadata.get("issuer")).endswith(DISCOVERY.partition("/.well-known")[0]):
            raise PscRefused("issuer", "le document de découverte nomme un autre émetteur")

    def login(self, browser: Browser, *, hint: str = "") -> PscSession:
        """Log a user in. ``hint`` preselects a persona (an extension of the sandbox, for unattended runs)."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        redirect_uri = self.client.redirect_uris[0]
        query = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "acr_values": ACR,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
            **({"login_hint": hint} if hint else {}),
        }
        back = browser(f"{self.metadata['authorization_endpoint']}?{urlencode(query)}", redirect_uri)
        code = self._code(back, state)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        tokens = self.token({**form, "code_verifier": verifier})
        claims = self.identity_claims(tokens, nonce)
        return PscSession(self, tokens, claims)

    def token(self, form: Mapping[str, str]) -> Tokens:
        """Call the token endpoint. Raises PscRefused with the OAuth error code."""
        asked = self.workplace.stopwatch()
        answer = self.call(self.metadata["token_endpoint"], form)
        if str(answer.get("token_type", "")).lower() != "bearer":
            raise PscRefused("token_type", "le jeton n'est pas de type Bearer")
        names = ("access_token", "refresh_token", "id_token")
        if missing := [name for name in names if not isinstance(answer.get(name), str)]:
            raise PscRefused(missing[0], "la réponse n'a pas tous les jetons")
        access, refresh, identity = (answer[name] for name in names)
        return Tokens(access, refresh, identity, asked, _number(answer, "expires_in"))

    def call(self, url: str, form: Mapping[str, str]) -> dict[str, Any]:
        """Post a form with the client's credentials. Raises PscRefused with the OAuth error code."""
        credentials = {"client_id": self.client.client_id}
        if self.client.client_secret:
            credentials["client_secret"] = self.client.client_secret
        return _json(self.http.post(url, data={**form, **credentials}))

    def identity_claims(self, tokens: Tokens, nonce: str | None) -> dict[str, Any]:
        """Verify an ID token and return its claims. ``nonce`` None: a refreshed token, whose nonce is not compared."""
        claims = self._verified(tokens.identity)
        now = self.workplace.now().timestamp()
        rules = {
            "iss": claims.get("iss") == self.metadata["issuer"],
            "aud": claims.get("aud") in (self.client.client_id, [self.client.client_id]),
            "azp": claims.get("azp") in (None, self.client.client_id),
            "exp": _number(claims, "exp") > now - CLOCK_SKEW_SECONDS,
            "iat": _number(claims, "iat") < now + CLOCK_SKEW_SECONDS,
            "nonce": nonce is None or claims.get("nonce") == nonce,
            "at_hash": claims.get("at_hash") in (None, _at_hash(tokens.access)),
            "sub": bool(claims.get("sub")),
            "auth_time": "auth_time" not in claims or _number(claims, "auth_time") <= now + CLOCK_SKEW_SECONDS,
        }
        for name, kept in rules.items():
            if not kept:
                raise PscRefused(name, "le jeton d'identité ne peut pas être accepté")
        return claims

    def _code(self, back: str, state: str) -> str:
        answer = dict(parse_qsl(urlsplit(back).query))
        if not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
            raise PscRefused("state", "la réponse n'est pas celle de cette demande")
        announced = self.metadata.get("authorization_response_iss_parameter_supported", False)
        if answer.get("iss", None if announced else self.metadata["issuer"]) != self.metadata["issuer"]:
            raise PscRefused("iss", "la réponse vient d'un autre émetteur")
        if "error" in answer:
            raise PscRefused(answer["error"], answer.get("error_description", ""))
        if "code" not in answer:
            raise PscRefused("code", "la réponse ne porte ni code ni erreur")
        return answer["code"]

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            kid = jws.get_unverified_header(token).get("kid")
            payload = jws.verify(token, jwk.construct(self._key(kid), "RS256"), algorithms=["RS256"])
        except JOSEError as error:
            raise PscRefused("signature", str(error)) from error
        return _object(payload)

    def _key(self, kid: object) -> dict[str, Any]:
        keys = _json(self.http.get(self.metadata["jwks_uri"])).get("keys", [])
        found = [key for key in keys if key.get("kid") == kid and key.get("use", "sig") == "sig"]
        if kid is None or len(found) != 1:
            raise PscRefused("kid", "le jeton est signé par une clé inconnue")
        return dict(found[0])


class PscSession:
    """A user's session: an access token that is fresh whenever it is asked for, as long as PSC keeps the session."""

    def __init__(self, provider: ProSanteConnect, tokens: Tokens, claims: Mapping[str, Any]) -> None:
        self.provider = provider
        self._tokens = tokens
        self.claims = claims
        self.refreshed = 0
        self.closed = False

    @property
    def national_id(self) -> str:
        """The national id of the professional: the pivot, whatever ``sub`` is."""
        told = self.claims.get("SubjectNameID") or self.claims.get("preferred_username")
        return str(told or "")

    def access_token(self) -> str:
        """Return the access token, refreshed first when about to die (EXI 11). Raises PscRefused at session end."""
        if self.closed:
            raise PscRefused("session", "l'utilisateur s'est déconnecté")
        age = self.provider.workplace.stopwatch() - self._tokens.born
        if age > self._tokens.lifetime - REFRESH_MARGIN_SECONDS:
            fresh = self.provider.token({"grant_type": "refresh_token", "refresh_token": self._tokens.refresh})
            if self.provider.identity_claims(fresh, None)["sub"] != self.claims["sub"]:
                raise PscRefused("sub", "le jeton rafraîchi est celui d'une autre personne")
            self._tokens = fresh
            self.refreshed += 1
        return self._tokens.access

    def userinfo(self) -> dict[str, Any]:
        """Return the user information. Raises PscRefused when it is about somebody else."""
        headers = {"Authorization": f"Bearer {self.access_token()}"}
        answer = _json(self.provider.http.get(self.provider.metadata["userinfo_endpoint"], headers=headers))
        if answer.get("sub") != self.claims["sub"]:
            raise PscRefused("sub", "userinfo parle d'une autre personne")
        return answer

    def logout(self) -> None:
        """End the session at PSC (EXI 20). Raises PscRefused when PSC does not."""
        self.closed = True
        hint = {"id_token_hint": self._tokens.identity}
        answer = self.provider.http.post(self.provider.metadata["end_session_endpoint"], data=hint)
        if answer.is_error:
            raise PscRefused(str(answer.status_code), "la session Pro Santé Connect n'a pas été fermée")


def _challenge(verifier: str) -> str:
    return _unpadded(hashlib.sha256(verifier.encode()).digest())


def _at_hash(access_token: str) -> str:
    return _unpadded(hashlib.sha256(access_token.encode()).digest()[:16])


def _unpadded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        raise PscRefused(str(answer.status_code), "la réponse n'est pas du JSON") from None
    if not isinstance(content, dict):
        raise PscRefused("json", "la réponse n'est pas un objet")
    if answer.status_code != httpx.codes.OK:
        raise PscRefused(str(content.get("error", answer.status_code)), str(content.get("error_description", "")))
    return content


def _object(payload: bytes) -> dict[str, Any]:
    try:
        content = json.loads(payload)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise PscRefused("jwt", "le jeton n'est pas un objet JSON")
    return content


def _number(members: Mapping[str, Any], name: str) -> float:
    value = members.get(name)
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise PscRefused(name, "ce n'est pas un nombre")
    return float(value)
