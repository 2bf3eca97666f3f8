"""The contextual access to the DMP's web site (TD0.9): the address that a browser opens for a patient.

The addresses are those of the parameter file. Only a qualified INS may be in one. Source: specs/dmp.md §1.8, §11.2.
Knows no browser.
"""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import quote

from lgo_client.identity import IdentityRefused, LocalIdentity
from lgo_client.parameters import Parameters

__all__ = ["Page", "WebUnavailable", "address", "page"]


class WebUnavailable(Exception):
    """No page may be opened, or none is known; the message (French) says why."""


class Page(StrEnum):
    """A page about a patient, by the name of its address in the parameter file."""

    BOARD = "url-web-ps-tableau-de-bord"
    FILE = "url-web-ps-dossier-patient"
    DOCUMENTS = "url-web-ps-documents"
    HISTORY = "url-web-ps-historique-acces"


def address(parameters: Parameters, which: Page, identity: LocalIdentity) -> str:
    """Return the address of a page about a patient whose INS is qualified. Raises WebUnavailable."""
    try:
        number = identity.transmissible.active.number
    except IdentityRefused:
        raise WebUnavailable("l'INS n'est pas qualifié : le DMP web ne s'ouvre pas") from None
    return page(parameters, which, number)


def page(parameters: Parameters, which: Page, number: str) -> str:
    """Return the address of a page about a matricule that is qualified. Raises WebUnavailable."""
    root = parameters.others.get(which, "")
    if not root:
        raise WebUnavailable("param-lps ne dit pas où est cette page")
    return f"{root.rstrip('/')}/{quote(number)}"
