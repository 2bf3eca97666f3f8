"""Log-in without a browser (CIBA): the user approves on a telephone or with a card, the client polls.

A thick client does not call Pro Santé Connect itself: this runs on the editor's server, which alone holds the client's
credentials. Source: specs/psc.md §3.1–3.2 (request, polls), §4.4 (PSC-CIBA); CIBA core §10.1, §11. The digits are drawn
at every request and shown to the user by the caller (``show``).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

from lgo_client.psc import ACR, SCOPE, ProSanteConnect, PscRefused, PscSession

__all__ = ["CARD", "MOBILE", "ciba_login"]

MOBILE, CARD = "MOBILE", "CARD"
GRANT = "urn:openid:params:grant-type:ciba"
DEFAULT_INTERVAL_SECONDS = 5.0
SLOWER_SECONDS = 5.0
"""What ``slow_down`` adds to the interval (CIBA core §11)."""


def ciba_login(
    provider: ProSanteConnect,
    national_id: str,
    show: Callable[[str], None],
    *,
    channel: str = MOBILE,
    digits: str = "",
    sleep: Callable[[float], None] = time.sleep,
) -> PscSession:
    """Log the user with this national id in. Raises PscRefused: ``access_denied``, ``expired_token``…

    ``digits`` are those that another software drew and shows.
    """
    digits = digits or f"{secrets.randbelow(100):02d}"
    form = {
        "scope": SCOPE,
        "login_hint": national_id,
        "binding_message": digits,
        "acr_values": ACR,
        "channel": channel,
    }
    began = provider.workplace.stopwatch()
    asked = provider.call(str(provider.metadata["backchannel_authentication_endpoint"]), form)
    auth_req_id = asked.get("auth_req_id")
    if not isinstance(auth_req_id, str) or not auth_req_id:
        raise PscRefused("auth_req_id", "la réponse ne porte pas d'auth_req_id")
    show(digits)
    tokens = _polled(provider, auth_req_id, asked, began, sleep)
    claims = provider.identity_claims(tokens, None)
    if claims.get("SubjectNameID") != national_id:
        raise PscRefused("sub", "c'est une autre personne qui s'est connectée")
    return PscSession(provider, tokens, claims)


def _polled(
    provider: ProSanteConnect, auth_req_id: str, asked: dict[str, Any], began: float, sleep: Callable[[float], None]
) -> Any:
    interval = _seconds(asked, "interval", DEFAULT_INTERVAL_SECONDS)
    deadline = began + _seconds(asked, "expires_in", 0.0)
    while provider.workplace.stopwatch() < deadline:
        sleep(interval)
        try:
            return provider.token({"grant_type": GRANT, "auth_req_id": auth_req_id})
        except PscRefused as refused:
            if refused.code == "slow_down":
                interval += SLOWER_SECONDS
            elif refused.code != "authorization_pending":
                raise
    raise PscRefused("expired_token", "l'utilisateur n'a pas répondu à temps")


def _seconds(asked: dict[str, Any], name: str, default: float) -> float:
    value = asked.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 3600:
        raise PscRefused(name, "ce n'est pas une durée")
    return float(value)
