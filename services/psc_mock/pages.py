"""The pages that a person sees, in French, under a permanent banner; no official logo, nothing from elsewhere.

Source: docs/sources/psc.md#binding-message (the two digits, accept, refuse); everything about their look is ours.
Values are escaped by the template engine. The one script is in the page and allowed by its digest: it counts down and
asks what changed; without it the pages ask by themselves. Knows no rule: gets values, returns answers.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from lgo_sandbox.wire.http import RawResponse
from psc_mock.wire import NO_STORE

if TYPE_CHECKING:
    import jinja2

__all__ = ["HTML", "ago", "initials", "page"]

HTML = "text/html; charset=utf-8"
MINUTE = 60
_MARKED = re.compile("⟨([^⟨⟩]*)⟩")
_HUES = 8


def ago(seconds: int) -> str:
    """Say in French how long ago something was."""
    if seconds < 2:
        return "à l'instant"
    minutes, rest = divmod(seconds, MINUTE)
    return f"il y a {minutes} min {rest:02d}" if minutes else f"il y a {rest} s"


def initials(name: str) -> str:
    """Return the letters of a portrait: those of the first and the last word of a name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def _hue(name: str) -> int:
    """Return the number of a person's colour, always the same."""
    return sum(name.encode("utf-8")) % _HUES


def _marked(text: str) -> Any:
    """Return a text in which what stands between ⟨ ⟩ is marked."""
    from markupsafe import Markup, escape

    return Markup(_MARKED.sub(r"<mark>\1</mark>", str(escape(text))))


@cache
def _script() -> str:
    return files("psc_mock").joinpath("templates", "live.js").read_text(encoding="utf-8")


@cache
def _headers() -> tuple[tuple[str, str], ...]:
    digest = base64.b64encode(hashlib.sha256(_script().encode("utf-8")).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; connect-src 'self'; "
        "img-src data:; frame-ancestors 'none'; base-uri 'none'"
    )
    return (
        *NO_STORE,
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    )


@cache
def _environment() -> jinja2.Environment:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("psc_mock", "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {"ago": ago, "initials": initials, "hue": _hue, "marked": _marked}
    environment.globals["script"] = Markup(_script())
    return environment


def page(
    template: str,
    *,
    status: int = 200,
    cookies: Sequence[str] = (),
    refresh: int = 0,
    refresh_url: str = "",
    **values: Any,
) -> RawResponse:
    """Return a page; ``refresh`` makes a browser without scripts ask again, at ``refresh_url``, after some seconds."""
    text = (
        _environment()
        .get_template(f"{template}.html")
        .render(refresh=refresh, refresh_url=refresh_url, template=template, **values)
    )
    headers = (*(("Set-Cookie", value) for value in cookies), *_headers())
    return RawResponse(status, text.encode("utf-8"), HTML, headers)
