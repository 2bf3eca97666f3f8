"""Where every refusal becomes an answer and is noted, and how authorization answers travel back to the client.

Source: docs/sources/psc.md#refus, #retour-d-autorisation (``iss``, profile 2025). The one place for errors.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Handler
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.wire.http import RawResponse
from psc_mock import wire
from psc_mock.app.explaining import refusal_page
from psc_mock.codes import DOOR_AUTH, DOOR_WALLET, ISSUER_PATH
from psc_mock.codes.profiles import FINER, PROFILES, Profile
from psc_mock.discovery import announces_iss
from psc_mock.domain.mutations import Kind, apply, struck_of_kind
from psc_mock.domain.refusals import Redirected, Refused, ReturnAddress, Shown, explained
from psc_mock.facts import Altered
from psc_mock.pages import page

__all__ = [
    "authorization_answer",
    "guarded",
    "issuer_of",
    "profile_of",
    "refuse",
    "token_profile",
    "wallet_path",
    "wallet_url",
]


def token_profile(session: Session, begun_under: str) -> Profile:
    """Return the dated profile of a log-in, by its name: what its tokens say. The session's in an older state."""
    return PROFILES.get(begun_under) or PROFILES[session.option("psc.profile")]


def profile_of(call: Call) -> str:
    """Return the name of the profile of discovery and authorization answers: the session's, unless set apart."""
    finer = call.session.option("psc.discovery")
    return call.session.option("psc.profile") if finer == FINER else finer


def issuer_of(call: Call) -> str:
    """Return the issuer: a setting, else the TLS address of the authorization host; never the Host header."""
    root = call.sandbox.settings.psc_issuer
    if root is None:
        return call.url(DOOR_AUTH, tls=True) + ISSUER_PATH
    return root.rstrip("/").removesuffix(ISSUER_PATH) + call.prefix + ISSUER_PATH


def wallet_url(call: Call, path: str = "") -> str:
    """Return an address of the wallet host, on the kind of listener (plain or TLS) that the browser uses."""
    return call.url(DOOR_WALLET, tls=call.tls) + path


def wallet_path(call: Call, path: str = "") -> str:
    """Return a path of the wallet host for its own pages: a browser may know the host by another name than we do."""
    return call.prefix + path


def guarded(handler: Handler) -> Handler:
    """Return a handler that turns refusals into answers."""

    async def answered(call: Call) -> RawResponse:
        try:
            return await handler(call)
        except Shown as shown:
            told = refuse(call, shown)
            return refusal_page(call, told, status=shown.page.status, answer=shown.page.text, shown=shown)
        except Redirected as redirected:
            refuse(call, redirected)
            return _error_redirect(call, redirected)
        except Refused as refused:
            refuse(call, refused)
            return wire.error_answer(refused)

    return answered


def refuse(call: Call, refused: Refused) -> Refusal:
    """Note why this exchange is refused; return what is told of it."""
    told = explained(refused)
    call.refuse(told)
    call.summarise(f"Refusé : {told.message}")
    return told


def authorization_answer(
    call: Call,
    to: ReturnAddress,
    members: Mapping[str, str | None],
    cookies: Sequence[str] = (),
    struck: Collection[str] = (),
) -> RawResponse:
    """Return an answer to the client's redirect address, in the mode it asked for; absent members are left out.

    ``struck`` names mutations that an earlier exchange of the same log-in met.
    """
    sent: dict[str, str | None] = {"state": to.state, **members}
    if announces_iss(profile_of(call)):
        sent["iss"] = issuer_of(call)
    apply({*call.struck, *struck}, Kind.CALLBACK, sent)
    if late := tuple(struck_of_kind({*struck} - call.struck, Kind.CALLBACK)):
        call.note(Altered(mutations=late))
    if to.response_mode == "form_post":
        fields = [(name, value) for name, value in sent.items() if value is not None]
        return page("form_post", cookies=cookies, action=to.redirect_uri, fields=fields)
    return wire.redirect(wire.with_parameters(to.redirect_uri, sent, fragment=to.response_mode == "fragment"), cookies)


def _error_redirect(call: Call, redirected: Redirected) -> RawResponse:
    entry = redirected.entry
    description = f"{entry.description}: {redirected.detail}" if redirected.detail else entry.description
    return authorization_answer(call, redirected.to, {"error": entry.error, "error_description": description or None})
