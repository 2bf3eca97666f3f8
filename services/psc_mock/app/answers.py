"""Where every refusal becomes an answer, and how authorization answers travel back to the client.

Source: specs/psc.md §1.7; RFC 9207 (``iss``, profile 2025). The one place for errors.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from starlette.exceptions import HTTPException

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Handler
from lgo_sandbox.wire.http import RawResponse
from psc_mock import wire
from psc_mock.codes import DOOR_AUTH, DOOR_WALLET, ERRORS, ISSUER_PATH
from psc_mock.discovery import announces_iss
from psc_mock.domain.mutations import Kind, apply
from psc_mock.domain.refusals import Redirected, Refused, ReturnAddress, Shown
from psc_mock.pages import page

__all__ = ["authorization_answer", "guarded", "issuer_of", "only_on", "profile_of", "wallet_url"]


def profile_of(call: Call) -> str:
    """Return the dated profile of the session."""
    return call.session.option("psc.discovery")


def issuer_of(call: Call) -> str:
    """Return the issuer: a setting, else the TLS address of the authorization host; never the Host header."""
    root = call.sandbox.settings.psc_issuer
    if root is None:
        return call.url(DOOR_AUTH, tls=True) + ISSUER_PATH
    return root.rstrip("/").removesuffix(ISSUER_PATH) + call.prefix + ISSUER_PATH


def wallet_url(call: Call, path: str = "") -> str:
    """Return an address of the wallet host, on the kind of listener (plain or TLS) that the browser uses."""
    return call.url(DOOR_WALLET, tls=call.tls) + path


def guarded(handler: Handler) -> Handler:
    """Return a handler that turns refusals into answers."""

    async def answered(call: Call) -> RawResponse:
        try:
            return await handler(call)
        except Refused as refused:
            _mark(call, refused.code)
            return wire.error_answer(refused)
        except Shown as shown:
            _mark(call, shown.code)
            status, text = shown.page
            return page("message", status=status, title="Demande refusée", text=text, link="", link_text="")
        except Redirected as redirected:
            _mark(call, redirected.code)
            return _error_redirect(call, redirected)

    return answered


def only_on(door: str, handler: Handler) -> Handler:
    """Return a handler that exists on one door only."""

    async def there(call: Call) -> RawResponse:
        if call.door != door:
            raise HTTPException(404, "aucune ressource à cette adresse")
        return await handler(call)

    return there


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
    if to.response_mode == "form_post":
        fields = [(name, value) for name, value in sent.items() if value is not None]
        return page("form_post", cookies=cookies, action=to.redirect_uri, fields=fields)
    return wire.redirect(wire.with_parameters(to.redirect_uri, sent, fragment=to.response_mode == "fragment"), cookies)


def _error_redirect(call: Call, redirected: Redirected) -> RawResponse:
    entry = ERRORS[redirected.code]
    description = f"{entry.description}: {redirected.detail}" if redirected.detail else entry.description
    return authorization_answer(call, redirected.to, {"error": entry.error, "error_description": description or None})


def _mark(call: Call, code: str) -> None:
    call.exchange.outcome = "refused"
    call.note(refusal=code)
    call.summarise(f"{call.exchange.operation or call.exchange.target.partition('?')[0]} : refusé ({code})")
