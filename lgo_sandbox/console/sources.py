"""The pages of ``docs/sources`` as HTML: what each rule rests on, for whoever follows the link of a finding.

The pages are Markdown: in an installed package in ``static/sources``, in a working copy in ``docs/sources``. A link
``docs/sources/insi.md#traits`` is answered at ``/sources/insi#traits``. Source: design of the project (Evidence); the
Markdown is ours, CommonMark with tables. Knows no rule and no service.
"""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["address_of", "link_parts", "page_names", "page_tokens", "render_page", "rendered", "router"]

HOME = "README"
ROOT = "/sources"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ANCHOR = re.compile(r'<a id="([a-z0-9-]+)"></a>')
_LINK = re.compile(r"(?:docs/sources/)?([A-Za-z]+)\.md(#[a-z0-9-]+)?")

router = APIRouter(prefix=ROOT, include_in_schema=False)


@router.get("")
@router.get("/{name}")
async def page(name: str = HOME) -> Response:
    """Return a page, with or without its ``.md``."""
    name = name.removesuffix(".md")
    known = name in page_names()
    text = render_page(name) if known else _missing(name)
    headers = {"content-security-policy": POLICY}
    return Response(text, 200 if known else 404, media_type="text/html; charset=utf-8", headers=headers)


def address_of(link: str) -> str:
    """Return where the control port answers a link into ``docs/sources``; a link to elsewhere as it is."""
    found = _LINK.fullmatch(link)
    return f"{ROOT}/{found[1]}{found[2] or ''}" if found else link


@cache
def page_names() -> tuple[str, ...]:
    """Return the names of the pages, the first to read first."""
    return (HOME, *sorted(path.stem for path in _folder().glob("*.md") if path.stem != HOME))


@cache
def render_page(name: str) -> str:
    """Return a page as a complete HTML document."""
    tokens = page_tokens(name)
    for token in tokens:
        _point(token)
    title = next(token.content for token in tokens if token.type == "inline")
    return _document(name, title, rendered(tokens))


def link_parts(link: str) -> tuple[str, str]:
    """Return the page and the anchor that a link into ``docs/sources`` names; empty for a link to elsewhere."""
    found = _LINK.fullmatch(link)
    return (found[1], (found[2] or "").removeprefix("#")) if found else ("", "")


def page_tokens(name: str) -> list[Token]:
    """Return a page as Markdown tokens, its anchors on its headings."""
    return _anchored(_markdown().parse((_folder() / f"{name}.md").read_text(encoding="utf-8")))


def rendered(tokens: Sequence[Token]) -> str:
    """Return tokens as HTML."""
    html_text: str = _markdown().renderer.render(tokens, _markdown().options, {})
    return html_text


def _folder() -> Path:
    here = Path(__file__).resolve()
    shipped = here.parent / "static" / "sources"
    return shipped if shipped.is_dir() else here.parents[2] / "docs" / "sources"


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # few ever open these pages: the start does not pay for them

    return MarkdownIt("commonmark").enable("table")


def _anchored(tokens: list[Token]) -> list[Token]:
    """Give each heading the anchor that stands before it; the paragraph (three tokens) that held it is left out."""
    kept: list[Token] = []
    anchor, left_out = "", 0
    for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.type == "paragraph_open" and (found := _ANCHOR.fullmatch(following.content)):
            anchor, left_out = found[1], 3
        if left_out:
            left_out -= 1
            continue
        if token.type == "heading_open" and anchor:
            token.attrSet("id", anchor)
            anchor = ""
        kept.append(token)
    return kept


def _point(token: Token) -> None:
    for child in token.children or ():
        if child.type == "link_open":
            child.attrSet("href", address_of(str(child.attrGet("href"))))


def _missing(name: str) -> str:
    text = f"<h1>Page inconnue</h1>\n<p>Aucune page de sources ne se nomme « {html.escape(name)} ».</p>\n"
    return _document("", "Page inconnue", text)


def _document(name: str, title: str, body: str) -> str:
    links = "\n".join(_entry(one, one == name) for one in page_names())
    return _PAGE.format(title=html.escape(title), links=links, body=body)


def _entry(name: str, current: bool) -> str:
    here = ' aria-current="page"' if current else ""
    return f'<a href="{ROOT}/{name}"{here}>{"Lire ces pages" if name == HOME else name}</a>'


_PAGE = """<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · Bac à sable LGO</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/console/console.css">
<link rel="stylesheet" href="/console/sources.css">
</head>
<body class="reading">
<a class="skip" href="#contenu">Aller au texte</a>
<p class="notice" role="note"><strong>SIMULATION – données fictives.</strong>
Ce bac à sable ne remplace aucune homologation officielle.</p>
<header><p><a href="/">Bac à sable LGO</a></p></header>
<nav aria-label="Pages de sources">
{links}
</nav>
<main id="contenu">
{body}</main>
</body>
</html>
"""
