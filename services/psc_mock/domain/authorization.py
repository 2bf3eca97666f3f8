"""The authorization request: who asks, where the answer goes, and every check in the order of the service.

Source: docs/sources/psc.md#erreurs-d-autorisation (Keycloak's order and wording), OpenID Connect core §3.1.2.1, RFC
7636 §4.3. ``login_hint`` naming the person is an extension of the sandbox for clients
without a browser. What is only unwise (no state, no nonce, wrong acr_values…) passes here: ``checks`` reproaches it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lgo_sandbox.watch.wording import counted
from psc_mock.codes import DEAD_RESPONSE_TYPES, LIVE_RESPONSE_TYPE, PKCE_METHODS, PROMPTS, RESPONSE_MODES
from psc_mock.domain.addresses import compared
from psc_mock.domain.clients import Client, may_redirect_to
from psc_mock.domain.refusals import Redirected, ReturnAddress, Shown, told

__all__ = ["AuthorizationRequest", "checked_request", "return_address"]

MAX_AGE_DIGITS = 9
MAX_NAME, MAX_SHOWN = 60, 120
_CHALLENGE = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that passed all checks. ``code_challenge`` is empty without PKCE; ``max_age`` is in seconds."""

    client_id: str
    redirect_uri: str
    response_mode: str
    scope: str
    state: str | None
    nonce: str
    prompt: tuple[str, ...]
    max_age: int | None
    login_hint: str
    code_challenge: str
    code_challenge_method: str

    @property
    def address(self) -> ReturnAddress:
        """Where the answer goes."""
        return ReturnAddress(self.redirect_uri, self.response_mode, self.state)

    def to_json(self) -> dict[str, Any]:
        """Return the request as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> AuthorizationRequest:
        """Read what ``to_json`` wrote."""
        return cls(**{**value, "prompt": tuple(value["prompt"])})


def return_address(parameters: Mapping[str, str], repeated: Collection[str], client: Client | None) -> ReturnAddress:
    """Return where errors may be redirected to. Raises Shown while client and redirect address are not established."""
    client_id = parameters.get("client_id")
    if not client_id:
        raise Shown("client_missing", received=told("client_id", client_id), where="paramètre client_id")
    if client is None or "client_id" in repeated:
        twice = "client_id donné deux fois" if client else told("client_id", client_id)
        raise Shown("client_not_found", received=twice, where="paramètre client_id")
    uri = parameters.get("redirect_uri", "")
    if "redirect_uri" in repeated:
        raise Shown("redirect_invalid", received="redirect_uri donnée deux fois", where="paramètre redirect_uri")
    if not may_redirect_to(client, uri):
        received, expected, remedy = compared("redirect_uri", parameters.get("redirect_uri"), client.redirect_uris)
        raise Shown(
            "redirect_invalid",
            received=received,
            expected=expected,
            remedy=remedy,
            where="paramètre redirect_uri",
            sent=uri,
            enrolled=client.redirect_uris,
        )
    return ReturnAddress(uri, _mode(parameters), None if "state" in repeated else parameters.get("state"))


def checked_request(
    parameters: Mapping[str, str], repeated: Collection[str], to: ReturnAddress, scopes: Collection[str]
) -> AuthorizationRequest:
    """Return the request when it passes the remaining checks. Raises Redirected with the first that fails."""
    if repeated:
        name = min(repeated)[:MAX_NAME]
        raise Redirected("parameter_repeated", to, received=f"{name} donné deux fois", where=f"paramètre {name}")
    _check_response(parameters, to)
    scope = _checked_scope(parameters.get("scope", ""), to, scopes)
    prompt = _checked_prompt(parameters.get("prompt", ""), to)
    challenge, method = _checked_challenge(parameters, to)
    return AuthorizationRequest(
        client_id=parameters["client_id"],
        redirect_uri=to.redirect_uri,
        response_mode=to.response_mode,
        scope=scope,
        state=to.state,
        nonce=parameters.get("nonce", ""),
        prompt=prompt,
        max_age=_checked_max_age(parameters.get("max_age", ""), to),
        login_hint=parameters.get("login_hint", "").strip(),
        code_challenge=challenge,
        code_challenge_method=method,
    )


def _mode(parameters: Mapping[str, str]) -> str:
    asked = parameters.get("response_mode", "")
    if asked in RESPONSE_MODES:
        return asked
    kind = _response_type(parameters)
    return "fragment" if kind in DEAD_RESPONSE_TYPES and kind != "none" else "query"


def _response_type(parameters: Mapping[str, str]) -> str:
    return " ".join(sorted(parameters.get("response_type", "").split()))


def _check_response(parameters: Mapping[str, str], to: ReturnAddress) -> None:
    kind, mode = _response_type(parameters), parameters.get("response_mode")
    if kind != LIVE_RESPONSE_TYPE:
        unfit = "response_type_unknown" if kind else "response_type_missing"
        code = "response_type_dead" if kind in DEAD_RESPONSE_TYPES else unfit
        received = told("response_type", parameters.get("response_type"))
        raise Redirected(code, to, received=received, where="paramètre response_type")
    if (mode or to.response_mode) != to.response_mode:
        received = told("response_mode", mode)
        raise Redirected("response_mode_unknown", to, received=received, where="paramètre response_mode")


def _checked_scope(scope: str, to: ReturnAddress, known: Collection[str]) -> str:
    asked = list(dict.fromkeys(scope.split()))
    if unknown := [one for one in asked if one not in known]:
        received = f"scope={scope[:MAX_SHOWN]} ; inconnu : {unknown[0][:MAX_NAME]}"
        raise Redirected("scope_unknown", to, scope, received=received, where="paramètre scope")
    return " ".join(asked)


def _checked_prompt(prompt: str, to: ReturnAddress) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(prompt.split()))
    if not PROMPTS.issuperset(asked) or ("none" in asked and len(asked) > 1):
        raise Redirected("prompt_invalid", to, received=told("prompt", prompt), where="paramètre prompt")
    return asked


def _checked_max_age(text: str, to: ReturnAddress) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_AGE_DIGITS):
        raise Redirected("max_age_invalid", to, received=told("max_age", text), where="paramètre max_age")
    return int(text)


def _checked_challenge(parameters: Mapping[str, str], to: ReturnAddress) -> tuple[str, str]:
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    if challenge is None and method is None:
        return "", ""
    if not challenge:
        received, where = told("code_challenge", challenge), "paramètre code_challenge"
        raise Redirected("challenge_missing", to, received=received, where=where)
    if method is not None and method not in PKCE_METHODS:
        received, where = told("code_challenge_method", method), "paramètre code_challenge_method"
        raise Redirected("challenge_method_unknown", to, received=received, where=where)
    if not _CHALLENGE.fullmatch(challenge):
        received = f"{told('code_challenge', challenge)} ({counted(len(challenge), 'caractère')})"
        raise Redirected("challenge_invalid", to, received=received, where="paramètre code_challenge")
    return challenge, method or "plain"
