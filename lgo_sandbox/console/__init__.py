"""The web console: one page on the control port, which asks the control API and nothing else; the sources.

Files of this package, sent with a content security policy that allows nothing from elsewhere and no inline script.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Response

from lgo_sandbox.console import sources

__all__ = ["router"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)
router.include_router(sources.router)


@router.get("/")
async def page() -> Response:
    """Return the page."""
    return _static("index.html", "text/html; charset=utf-8")


@router.get("/console/{name}.css")
async def style(name: str) -> Response:
    """Return a style sheet."""
    return _static(f"{name}.css", "text/css; charset=utf-8") if name in _STYLES else Response(status_code=404)


@router.get("/console/{name}.js")
async def script(name: str) -> Response:
    """Return a script module."""
    return _static(f"{name}.js", "text/javascript; charset=utf-8") if name in _SCRIPTS else Response(status_code=404)


_SCRIPTS = frozenset({"actors", "console", "dom", "exchanges"})
_STYLES = frozenset({"console", "sources"})


def _static(name: str, media_type: str) -> Response:
    return Response(_read(name), media_type=media_type, headers={"content-security-policy": POLICY})


@cache
def _read(name: str) -> bytes:
    return files("lgo_sandbox.console").joinpath("static", name).read_bytes()
