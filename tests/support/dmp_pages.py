"""A browser without scripts at the two sites of the DMP: keeps cookies, fills forms, reads pages. By httpx and lxml."""

from __future__ import annotations

from typing import Any

import httpx
from lxml import etree

from lgo_sandbox.pki import Issued
from support.dmp_door import Dmp

__all__ = ["Browser", "Page", "at_webps", "in_space"]


class Page:
    """An answer as a person sees it."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.path = response.url.path
        self.html = response.text
        self.tree = etree.HTML(response.content) if "html" in response.headers.get("content-type", "") else None

    @property
    def text(self) -> str:
        """The words of the page, on one line."""
        return "" if self.tree is None else " ".join(" ".join(self.tree.itertext()).split())

    @property
    def title(self) -> str:
        """The heading of the page."""
        found = [] if self.tree is None else list(self.tree.iterfind(".//main//h1"))
        return " ".join("".join(found[0].itertext()).split()) if found else ""

    def links(self, part: str = "") -> list[str]:
        """Return the addresses of the links that hold a text."""
        assert self.tree is not None
        return [href for a in self.tree.iter("a") if part in (href := str(a.get("href", "")))]

    def csrf(self) -> str:
        """Return the token of the forms of the page."""
        assert self.tree is not None
        return next(str(one.get("value")) for one in self.tree.iter("input") if one.get("name") == "csrf")


class Browser:
    """A browser at one site, in the session of a DMP client."""

    def __init__(self, dmp: Dmp, door: str, certificate: Issued | None = None) -> None:
        self.dmp, self.door = dmp, door
        self.root = dmp.tenant.url(door)
        trust = dmp.doors.runner.trust(certificate)
        self.client = httpx.Client(verify=trust, trust_env=False, follow_redirects=True, timeout=30)
        self.page: Page | None = None

    def get(self, path: str, **parameters: str) -> Page:
        """Open a page."""
        self.page = Page(self.client.get(f"{self.root}{path}", params=parameters or None))
        return self.page

    def post(self, path: str, *, files: Any = None, csrf: str | None = None, **fields: str) -> Page:
        """Send a form of the page that is open."""
        assert self.page is not None
        token = self.page.csrf() if csrf is None else csrf
        self.page = Page(self.client.post(f"{self.root}{path}", data={"csrf": token, **fields}, files=files))
        return self.page

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


def in_space(dmp: Dmp, person: str = "martin-claire") -> Browser:
    """Return a browser in which somebody is logged in to Mon espace santé."""
    browser = Browser(dmp, "mes")
    browser.get("/connexion")
    browser.post("/connexion", personne=person)
    return browser


def at_webps(dmp: Dmp, persona: str = "titulaire", *, card: bool = False) -> Browser:
    """Return a browser in which a professional is at the Web-PS, by his card or by the choice of a persona."""
    browser = Browser(dmp, "dmp_web", dmp.issue("cps-auth", persona) if card else None)
    browser.get("/AccesDirect/Parametrages")
    if not card:
        browser.post("/AccesDirect/Connexion", persona=persona)
    return browser
