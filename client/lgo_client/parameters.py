"""The DMP's parameter file (param-lps) as an LGO reads it: before the first call, kept a day, redirections followed.

The schema of the real file is not public; what the sandbox gives is a list of ``parametre`` elements with a name.
Source: specs/dmp.md §11.2 (EX_GEN-1540, EX_GEN-1222).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import etree

from lgo_client.clock import Workplace
from lgo_client.unanswered import why

__all__ = ["ParameterFile", "Parameters", "ParametersUnavailable"]

PATH = "/web/dmp/documents/param-lps"
KEPT = timedelta(hours=24)
REDIRECTIONS = frozenset({301, 302, 303})
MAX_REDIRECTIONS = 5


class ParametersUnavailable(Exception):
    """There is no parameter file, and no copy that is still good; the message (French) says why."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the file says. ``others`` are all its values by name, the addresses of the Web-PS among them."""

    cumul: bool
    minors: bool
    majority: int
    others: dict[str, str] = field(default_factory=dict)


class Keeper(Protocol):
    """Where copies outlive the process."""

    def keep_file(self, url: str, octets: bytes, at: str) -> None:
        """Keep a file that was fetched at a moment (ISO)."""

    def file(self, url: str) -> tuple[bytes, str] | None:
        """Return a file that was kept, and when it was fetched."""


class ParameterFile:
    """Reads the file of a site when the copy is a day old. ``url`` is the root of the site."""

    def __init__(self, http: httpx.Client, url: str, workplace: Workplace, keeper: Keeper | None = None) -> None:
        self._http = http
        self._url = url + PATH
        self._workplace = workplace
        self._keeper = keeper
        self._copy: tuple[datetime, Parameters] | None = None

    def current(self) -> Parameters:
        """Return the parameters in force. Raises ParametersUnavailable."""
        now = self._workplace.now()
        self._copy = self._copy or self._kept()
        if self._copy is None or not timedelta() <= now - self._copy[0] < KEPT:
            octets = self._fetched()
            self._copy = now, _read(octets)
            if self._keeper is not None:
                self._keeper.keep_file(self._url, octets, now.isoformat())
        return self._copy[1]

    def _kept(self) -> tuple[datetime, Parameters] | None:
        found = self._keeper.file(self._url) if self._keeper is not None else None
        return (datetime.fromisoformat(found[1]), _read(found[0])) if found else None

    def _fetched(self) -> bytes:
        url = self._url
        for _ in range(MAX_REDIRECTIONS):
            try:
                answer = self._http.get(url, follow_redirects=False)
            except httpx.HTTPError as error:
                raise ParametersUnavailable(f"{url} ne répond pas ({why(error)})") from error
            if answer.status_code == 200:
                return answer.content
            if answer.status_code not in REDIRECTIONS or "location" not in answer.headers:
                raise ParametersUnavailable(f"{url} répond {answer.status_code}")
            after = urljoin(url, answer.headers["location"])
            if urlsplit(url).scheme == "https" and urlsplit(after).scheme != "https":
                raise ParametersUnavailable(f"{url} renvoie hors de HTTPS : {after}")
            url = after
        raise ParametersUnavailable(f"{self._url} renvoie plus de {MAX_REDIRECTIONS} fois")


def _read(octets: bytes) -> Parameters:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError as error:
        raise ParametersUnavailable("le fichier de paramètres n'est pas du XML") from error
    values = {one.get("nom") or "": (one.text or "").strip() for one in root.iterfind("{*}parametre")}
    majority = values.get("age-majorite", "")
    return Parameters(
        cumul=values.get("cumul-invisible_patient-masque_ps") == "true",
        minors=values.get("fonctions-gestion-mineurs") == "true",
        majority=int(majority) if majority.isdecimal() else 18,
        others=values,
    )
