"""An address that a service does not know: whose it is, or which one is near.

Source: docs/sources/transport.md#chemin-inconnu. Knows services by their contract and by the routes of their
application.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from lgo_sandbox.contract import Service
from lgo_sandbox.gate.call import Call, Scope
from lgo_sandbox.watch.refusals import Refusal

__all__ = ["has_route", "name_owner", "nearest"]

UNKNOWN = "SANDBOX-CHEMIN"
NEAR = 0.6
PARAMETER = re.compile(r"\{[^}]*\}")
SHOWN = 10
"""How many of a service's paths whoever asked for quite another one is told."""


def has_route(app: Any, scope: Scope) -> bool:
    """Tell whether an application has a route for a request; one without a router may have any."""
    from starlette.routing import Match

    router = getattr(app, "router", None)
    return router is None or any(route.matches(scope)[0] is not Match.NONE for route in router.routes)


def nearest(call: Call, known: Sequence[str]) -> tuple[str, str]:
    """Return the path of the service that is near the one asked, and the remedy; else some of the ``known``."""
    known = tuple(dict.fromkeys(PARAMETER.sub("…", path) for path in known))
    asked = str(call.scope["path"])
    bare = asked.rstrip("/") or "/"
    if asked != bare and bare in known:
        return bare, f"Retirez la barre oblique finale : {bare}"
    likely = [(_common(asked, path), likeness, path) for path in known if (likeness := _likeness(asked, path)) >= NEAR]
    if likely:
        *_, near = max(likely)
        return near, f"Corrigez le chemin de l'URL : {near} est le plus proche."
    longer = [path for path in known if _after(asked, path)[0] == ""]
    if longer:
        return ", ".join(longer[:SHOWN]), f"Ajoutez à l'URL la fin du chemin, comme dans {longer[0]}."
    return ", ".join(known[:SHOWN]) + (f" ou l'un des {len(known) - SHOWN} autres" if len(known) > SHOWN else ""), ""


def _likeness(asked: str, path: str) -> float:
    """Return how like the ends of two paths are, from where they part: what all paths share makes none nearer."""
    mine, other = _after(asked, path)
    return difflib.SequenceMatcher(None, mine, other).ratio() if mine and other else 0.0


def _after(asked: str, path: str) -> tuple[str, str]:
    """Return what follows the segments that a path and the one asked have in common; … stands for any segment."""
    common = _common(asked, path)
    return "/".join(_segments(asked)[common:]), "/".join(_segments(path)[common:])


def _common(asked: str, path: str) -> int:
    """Return how many segments a path and the one asked begin with alike: one of the same realm is nearer."""
    pairs = zip(_segments(asked), _segments(path), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[1] in ("…", pair[0]), pairs))


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def name_owner(call: Call) -> None:
    """Say in the refusal of an unknown address which other service of this process has it, if one does."""
    refusal = call.exchange.noted.get(Refusal)
    if refusal is None or refusal.code != UNKNOWN:
        return
    for service in call.sandbox.services.values():
        if service.name != call.exchange.service and _is_of(call, service):
            expected, remedy = _of_another(call, service)
            call.exchange.noted.put(replace(refusal, expected=expected, remedy=remedy))
            return


def _is_of(call: Call, service: Service) -> bool:
    """Tell whether another service of this process has the address that was asked; a route for all says nothing."""
    from starlette.routing import Match

    router = getattr(call.sandbox.apps.get(service.name), "router", None)
    return router is not None and any(
        route.matches(call.scope)[0] is not Match.NONE
        for route in router.routes
        if not str(getattr(route, "path", "")).startswith(("/{", "/s/")) and call.scope["path"] != "/"
    )


def _of_another(call: Call, service: Service) -> tuple[str, str]:
    door = next((door.name for door in service.doors if door.protocol == "http"), "")
    here = call.exchange.transport
    root = call.url(door, tls=here == "https") if door else ""
    asked = call.scope["path"]
    return (
        f"{service.title} : {root}{asked}",
        f"C'est un chemin de « {service.title} » : mettez son adresse {root} dans la configuration du logiciel.",
    )
