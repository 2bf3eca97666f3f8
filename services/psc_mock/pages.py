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
from typing import Any

from lgo_sandbox.gate.pages import HTML, Pages, initials
from lgo_sandbox.wire.http import RawResponse

__all__ = ["HTML", "ago", "initials", "page"]

MINUTE = 60
_MARKED = re.compile("⟨([^⟨⟩]*)⟩")


def ago(seconds: int) -> str:
    """Say in French how long ago something was."""
    if seconds < 2:
        return "à l'instant"
    minutes, rest = divmod(seconds, MINUTE)
    return f"il y a {minutes} min {rest:02d}" if minutes else f"il y a {rest} s"


def _marked(text: str) -> Any:
    """Return a text in which what stands between ⟨ ⟩ is marked."""
    from markupsafe import Markup, escape

    return Markup(_MARKED.sub(r"<mark>\1</mark>", str(escape(text))))


@cache
def _pages() -> Pages:
    from markupsafe import Markup

    script = files("psc_mock").joinpath("templates", "live.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; connect-src 'self'; "
        "img-src data:; frame-ancestors 'none'; base-uri 'none'"
    )
    return Pages("psc_mock", policy, {"ago": ago, "marked": _marked}, {"script": Markup(script)})


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
    return _pages().page(template, status=status, cookies=cookies, refresh=refresh, refresh_url=refresh_url, **values)
