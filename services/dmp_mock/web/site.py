"""The two sites: on which door each is, under which cookie, how it greets whoever is not logged in.

Source: none, the presentation is ours. Knows no page.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DOORS", "MES", "SITES", "WEBPS", "Site"]


@dataclass(frozen=True, slots=True)
class Site:
    """A site. ``root`` stands before its paths, ``home`` is its first page, ``static`` where its style sheets are."""

    name: str
    door: str
    title: str
    operation: str
    cookie: str
    login: str
    home: str
    static: str


MES = Site("mes", "mes", "Mon espace santé", "mes", "DMP_MES", "/connexion", "/", "/statique")
WEBPS = Site(
    "webps",
    "dmp_web",
    "Web-PS DMP",
    "web-ps",
    "DMP_WEBPS",
    "/AccesDirect/Connexion",
    "/AccesDirect/TableauDeBord",
    "/AccesDirect/statique",
)
SITES = (MES, WEBPS)
DOORS = frozenset(site.door for site in SITES)
