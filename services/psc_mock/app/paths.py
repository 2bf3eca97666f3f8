"""What is asked for where it is not: another door, the stock path of discovery, a browser's question before its call.

Source: docs/sources/psc.md#hote-d-autorisation, #decouverte, #origines. The wire is
that of an unknown path or method; what is noted says where to go instead.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Handler
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.wire.http import RawResponse
from psc_mock.app.answers import issuer_of
from psc_mock.app.metadata import discovery
from psc_mock.app.origins import origin_of, preflight_answer
from psc_mock.codes import DOOR_AUTH
from psc_mock.facts import StockDiscoveryRead

__all__ = ["only_on", "preflight", "stock_discovery"]

PATH, METHOD = "SANDBOX-CHEMIN", "SANDBOX-METHODE"
DISCOVERY = "/.well-known/wallet-openid-configuration"
SOURCE = "docs/sources/psc.md"


def only_on(door: str, handler: Handler) -> Handler:
    """Return a handler that exists on one door only."""

    async def there(call: Call) -> RawResponse:
        if call.door == door:
            return await handler(call)
        right = call.url(door, tls=call.tls) + str(call.scope["path"])
        here = call.url(tls=call.tls) + str(call.scope["path"])
        remedy = f"Appeler {right} : c'est l'autre hôte de Pro Santé Connect."
        title = "Cette adresse est celle de l'autre hôte"
        _refuse(call, PATH, here, right, remedy, "hôte de l'URL", "hote-d-autorisation", title)
        raise HTTPException(404, "aucune ressource à cette adresse")

    return there


async def stock_discovery(call: Call) -> RawResponse:
    """Refuse the path where a stock provider has its discovery document, or serve it there when the option says so."""
    if call.door == DOOR_AUTH and call.session.option("psc.stock_discovery") == "served":
        call.note(StockDiscoveryRead(path=str(call.scope["path"])))
        return await discovery(call)
    call.exchange.operation = "discovery"
    right = issuer_of(call) + DISCOVERY
    here = call.url(tls=call.tls) + str(call.scope["path"])
    remedy = f"Lire la découverte à {right} : donner cette adresse entière au client OpenID, et non l'émetteur seul."
    _refuse(call, PATH, here, right, remedy, "URL", "decouverte", "La découverte n'est pas au chemin standard")
    raise HTTPException(404, "Not Found")


def preflight(methods: str, *, door: str, public: bool = False) -> Handler:
    """Return a handler of the question that a browser asks before it calls from a page.

    It is answered on the authorization host; the portal is no place that a page may call, only one to go to.
    """

    async def answered(call: Call) -> RawResponse:
        if origin_of(call) and call.door == door == DOOR_AUTH:
            await call.enter("preflight")
            return preflight_answer(call, methods, public=public)
        origin = call.headers.get("origin", "sans en-tête Origin")
        received = f"OPTIONS {call.scope['path']}, depuis la page {origin}"
        remedy = (
            "Appeler depuis le serveur du logiciel, ou y mener le navigateur : une page n'appelle pas cette adresse."
        )
        _refuse(
            call,
            METHOD,
            received,
            f"{methods}, hors d'une page",
            remedy,
            "méthode",
            "origines",
            "Une page n'appelle pas cette adresse",
        )
        raise HTTPException(405, "Method Not Allowed", {"Allow": ", ".join(methods.split())})

    return answered


def _refuse(
    call: Call, code: str, received: str, expected: str, remedy: str, where: str, anchor: str, title: str
) -> None:
    source = f"{SOURCE}#{anchor}"
    call.refuse(
        Refusal(
            code=code, received=received, expected=expected, remedy=remedy, where=where, source=source, message=title
        )
    )
