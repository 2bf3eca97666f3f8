"""Sections of the pages of sources, to be put into a page that must be readable on its own: a report kept as a file.

A section that another one points to comes along, so that every link leads somewhere in the same page. Knows no report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lgo_sandbox.console.sources import link_parts, page_names, page_tokens, rendered

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["Excerpt", "excerpts_of"]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A section: its page, its id in a page of excerpts, its title, its text as HTML, and the links that it has."""

    page: str
    id: str
    title: str
    body: str
    links: tuple[str, ...]


def excerpts_of(links: Iterable[str]) -> Mapping[str, Excerpt]:
    """Return the sections that links name (``docs/sources/insi.md#traits``), and those that these name in turn."""
    found: dict[str, Excerpt] = {}
    waiting = [_normal(link, "") for link in links]
    while waiting:
        link = waiting.pop(0)
        page, anchor = link_parts(link)
        if link not in found and (excerpt := _sections(page).get(anchor)):
            found[link] = excerpt
            waiting += excerpt.links
    return dict(sorted(found.items(), key=lambda item: item[1].page))


def _normal(link: str, page: str) -> str:
    """Return a link as findings write it; one without an anchor, or to elsewhere, is empty."""
    name, anchor = link_parts(f"{page}.md{link}" if link.startswith("#") else link)
    return f"docs/sources/{name}.md#{anchor}" if anchor else ""


@cache
def _sections(page: str) -> Mapping[str, Excerpt]:
    if page not in page_names():
        return {}
    sections: dict[str, list[Token]] = {}
    current: list[Token] = []
    for token in page_tokens(page):
        if token.type == "heading_open":
            current = sections.setdefault(str(token.attrGet("id") or ""), [])
        current.append(token)
    return {anchor: _excerpt(page, anchor, tokens) for anchor, tokens in sections.items() if anchor}


def _excerpt(page: str, anchor: str, tokens: list[Token]) -> Excerpt:
    heading, text = tokens[1], tokens[3:]
    links = [link for token in text for link in _pointed(token, page)]
    return Excerpt(page, _id(page, anchor), heading.content, rendered(text), tuple(links))


def _pointed(token: Token, page: str) -> list[str]:
    """Make the links of a token lead into the page of excerpts; take away those that cannot. Return where they led."""
    kept: list[Token] = []
    links: list[str] = []
    for child in token.children or ():
        if child.type == "link_open":
            link = _normal(str(child.attrGet("href")), page)
            links.append(link)
            child.attrSet("href", f"#{_id(*link_parts(link))}")
        if not (child.type in ("link_open", "link_close") and links and not links[-1]):
            kept.append(child)
    if token.children:
        token.children = kept
    return [link for link in links if link]


def _id(page: str, anchor: str) -> str:
    return f"source-{page}-{anchor}"
