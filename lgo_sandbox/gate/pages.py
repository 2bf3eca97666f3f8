"""Pages for people that services serve: templates of a package, filled with escaped values, under their own policy.

Source: none, the presentation is ours. Nothing comes from elsewhere, no page may be framed or kept. Knows no service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lgo_sandbox.wire.browsing import NO_STORE
from lgo_sandbox.wire.http import RawResponse

if TYPE_CHECKING:
    import jinja2

__all__ = ["HTML", "Pages", "hue", "initials", "protected"]

HTML = "text/html; charset=utf-8"
_HUES = 8


def initials(name: str) -> str:
    """Return the letters of a portrait: those of the first and the last word of a name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def hue(name: str) -> int:
    """Return the number of a person's colour, always the same."""
    return sum(name.encode("utf-8")) % _HUES


def protected(policy: str) -> tuple[tuple[str, str], ...]:
    """Return the headers of a page under a Content-Security-Policy: not kept, not guessed, not told to others."""
    return (
        *NO_STORE,
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    )


class Pages:
    """The templates in the folder ``templates`` of a package. ``filters`` and ``known`` are what they may use."""

    def __init__(
        self,
        package: str,
        policy: str,
        filters: Mapping[str, Any] = {},
        known: Mapping[str, Any] = {},
        folder: str = "templates",
    ) -> None:
        self._package, self._folder = package, folder
        self._headers = protected(policy)
        self._filters, self._known = filters, known

    @cached_property
    def _environment(self) -> jinja2.Environment:
        import jinja2

        environment = jinja2.Environment(
            loader=jinja2.PackageLoader(self._package, self._folder),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )
        environment.filters |= {"initials": initials, "hue": hue, **self._filters}
        environment.globals |= self._known
        return environment

    def page(self, template: str, *, status: int = 200, cookies: Sequence[str] = (), **values: Any) -> RawResponse:
        """Return a page made of a template; every value is escaped."""
        text = self._environment.get_template(f"{template}.html").render(template=template, **values)
        headers = (*(("Set-Cookie", value) for value in cookies), *self._headers)
        return RawResponse(status, text.encode("utf-8"), HTML, headers)
