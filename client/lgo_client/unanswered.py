"""What is said where nobody answers at a service's address: which address, why, what was expected, what to do.

Source: none, the sentences are ours. Knows the errors of connections, no service and no command.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

__all__ = ["START", "address_of", "origin_of", "said_of", "unanswered", "why"]

START = "lancez-le par « lgo-sandbox up », ou votre commande par « lgo-sandbox exec -- lgo … »"
_REASONS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (ssl.SSLCertVerificationError, "certificat du serveur refusé"),
    (ssl.SSLError, "TLS refusé"),
    (ConnectionRefusedError, "connexion refusée"),
    (socket.gaierror, "nom de machine inconnu"),
    ((TimeoutError, httpx.TimeoutException), "délai dépassé"),
    (httpx.UnsupportedProtocol, "adresse sans http ni https"),
    (httpx.ConnectError, "connexion impossible"),
)
"""Errors of a connection, the most telling first."""


def why(error: BaseException) -> str:
    """Return why a connection failed, in French: what the system said stands behind what the library says."""
    chain = list(_chain(error))
    return next((said for kind, said in _REASONS if any(isinstance(one, kind) for one in chain)), "connexion coupée")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def said_of(address: str, error: BaseException) -> str:
    """Return the sentence for an address at which nobody answers."""
    expected = "attendu, à cette adresse du fichier de connexion, un bac à sable en marche"
    return f"{address} ne répond pas ({why(error)}) : {expected} ; {START}"


def unanswered(error: BaseException) -> str:
    """Return that sentence for an error that is, or comes straight from, a request without an answer; "" for others."""
    found = error if isinstance(error, httpx.TransportError) else error.__cause__
    return said_of(address_of(found) or "le service", found) if isinstance(found, httpx.TransportError) else ""


def address_of(error: httpx.TransportError) -> str:
    """Return the address that was asked, "" when the error does not know it."""
    try:
        return str(error.request.url)
    except RuntimeError:
        return ""


def origin_of(error: httpx.TransportError) -> str:
    """Return scheme, host and port of the address that was asked, "" when the error does not know it."""
    address = address_of(error)
    return str(httpx.URL(address).copy_with(raw_path=b"/")).rstrip("/") if address else ""
