"""The pages that a person sees, in French, under a permanent banner; no official logo, no script.

Source: docs/sources/psc.md#binding-message (the two digits, accept, refuse); everything about their look is ours.
Values are escaped by the template engine. Knows no rule: gets values, returns answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from lgo_sandbox.wire.http import RawResponse
from psc_mock.wire import NO_STORE

if TYPE_CHECKING:
    import jinja2

__all__ = ["page"]

HTML = "text/html; charset=utf-8"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
HEADERS = (
    *NO_STORE,
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("psc_mock", "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )


def page(
    template: str, *, status: int = 200, cookies: Sequence[str] = (), refresh: int = 0, **values: Any
) -> RawResponse:
    """Return a page; ``refresh`` makes the browser ask again after that many seconds."""
    text = _environment().get_template(f"{template}.html").render(refresh=refresh, **values)
    headers = (*(("Set-Cookie", value) for value in cookies), *HEADERS)
    return RawResponse(status, text.encode("utf-8"), HTML, headers)
