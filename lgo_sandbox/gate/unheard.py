"""What fails before the application of an HTTP door, as exchanges of the listener's session: one each, with its cause.

TLS that does not come about, requests that cannot be read, that do not end, or that come too slowly. Source: design of
the project (Evidence: « what fails before the application is an exchange too »); docs/sources/transport.md. Knows
services by their contract only.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from lgo_sandbox.contract import Door, Service
from lgo_sandbox.gate.handshakes import (
    Asked,
    Failure,
    as_refusal_of_bad,
    handshake_failure,
    is_client_hello,
    misnamed,
    refused_in_silence,
)
from lgo_sandbox.gate.misread import misread
from lgo_sandbox.gate.record import finish, open_exchange, refuse
from lgo_sandbox.sandbox import Addresses, Sandbox
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.tenant.sessions import SessionError
from lgo_sandbox.watch.bad_servers import BadServerMet, Weakness

__all__ = ["PREFACE", "Unheard", "first_line"]

LOG = logging.getLogger(__name__)

PREFACE = b"PRI * HTTP/2.0"
"""How HTTP/2 begins (RFC 9113 §3.4)."""
SHOWN = 200
KEPT = 4096


@dataclass(frozen=True, slots=True)
class Unheard:
    """Journals the failures of one listener. ``tls`` tells which of the two ports of the door it is."""

    sandbox: Sandbox
    service: Service
    door: Door
    addresses: Addresses
    tls: bool
    weakness: Weakness | None = None
    """What is wrong with the listener, when it is there to be refused."""

    def handshake(self, peer: str, error: Exception | None, arrived: bytes, asked: Asked) -> None:
        """The TLS handshake failed, or was given up (``error`` None); ``asked`` is the server's name that it named."""
        failure = misnamed(error, asked) or handshake_failure(error)
        if self.weakness:
            failure = as_refusal_of_bad(failure, self.weakness, error)
        self.failed(peer, failure, "poignée de main TLS", arrived)

    def silent(self, peer: str, asked: Asked) -> None:
        """The client left after the handshake without a word: for want of its server's name in the certificate."""
        failure = refused_in_silence(self.weakness) if self.weakness else misnamed(None, asked)
        if failure:
            self.failed(peer, failure, "poignée de main TLS", b"")

    def slow_handshake(self, peer: str, arrived: bytes, seconds: float) -> None:
        """A handshake is not there in time: nothing can be answered."""
        received = f"{_octets(arrived)} en {seconds:g} s, sans la fin de la poignée de main"
        failure = Failure("SANDBOX-REQUETE-LENTE", received, expected=f"la poignée de main entière en {seconds:g} s")
        self.failed(peer, failure, "poignée de main TLS", arrived)

    def plain(self, peer: str, arrived: bytes) -> None:
        """Something else than TLS came to the TLS port."""
        line = first_line(arrived)
        asked = f"une requête HTTP en clair (« {line} »)" if _is_http(arrived) else f"{_octets(arrived)}, non TLS"
        right = self.addresses.tls.get(self.door.name, "")
        remedy = f"Écrivez https:// dans l'adresse configurée : {right}" if right else ""
        self.failed(peer, Failure("SANDBOX-HTTP-SUR-PORT-TLS", asked, remedy), line, arrived, 400)

    def unreadable(self, peer: str, arrived: bytes) -> None:
        """What came to the HTTP parser is no HTTP/1.1 request."""
        self.failed(peer, self._misread(arrived), first_line(arrived) or "requête illisible", arrived, 400)

    def long_head(self, peer: str, arrived: bytes, limit: str) -> None:
        """The head of a request is beyond a limit of the settings."""
        failure = Failure("SANDBOX-TETE-TROP-LONGUE", f"une tête de plus de {limit}", expected=f"{limit} au plus")
        self.failed(peer, failure, first_line(arrived) or "requête", arrived, 431)

    def slow_head(self, peer: str, arrived: bytes, seconds: float) -> None:
        """The head of a request is not there in time."""
        received = f"{_octets(arrived)} en {seconds:g} s, sans la fin de la tête"
        failure = Failure("SANDBOX-REQUETE-LENTE", received, expected=f"la tête entière en {seconds:g} s")
        self.failed(peer, failure, first_line(arrived) or "requête", arrived, 408)

    def cut_head(self, peer: str, arrived: bytes) -> None:
        """The client left within the head of a request."""
        received = f"la fin de la connexion après {_octets(arrived)}, dans la tête de la requête"
        failure = Failure("SANDBOX-REQUETE-COUPEE", received, expected="la ligne vide qui termine la tête")
        self.failed(peer, failure, first_line(arrived) or "requête", arrived)

    def failed(self, peer: str, failure: Failure, target: str, arrived: bytes, status: int = 0) -> None:
        """Journal one failure."""
        try:
            session = self.sandbox.sessions.get(self.addresses.session)
        except (SessionError, StoreError):
            return
        exchange = open_exchange(session, self.service.name, self.door.name, "https" if self.tls else "http")
        exchange.peer, exchange.target, exchange.status = peer, target, status
        exchange.request_body, exchange.request_size = arrived[:KEPT], len(arrived)
        if failure.refused:
            exchange.noted.put(BadServerMet(weakness=failure.refused, refused=True))
        refuse(
            exchange,
            failure.cause,
            received=failure.received,
            expected=failure.expected,
            remedy=failure.remedy,
            where="connexion",
        )
        exchange.summary = f"{self.service.title} : {failure.received}"
        finish(self.service, session, exchange)

    def _misread(self, arrived: bytes) -> Failure:
        if is_client_hello(arrived):
            right = self.addresses.tls.get(self.door.name, "")
            remedy = f"Utilisez le port TLS de ce service : {right}, ou http:// sur celui-ci." if right else ""
            return Failure("SANDBOX-TLS-SUR-PORT-CLAIR", f"une poignée de main TLS ({_octets(arrived)})", remedy)
        if arrived.startswith(PREFACE):
            return Failure("SANDBOX-HTTP2", f"la préface HTTP/2 (« {first_line(arrived)} »)")
        return misread(arrived)


def first_line(octets: bytes) -> str:
    """Return the first line of what came, printable and short."""
    line = octets.split(b"\n", 1)[0].rstrip(b"\r")[:SHOWN].decode("utf-8", "replace")
    return line if line.isprintable() else ""


def _is_http(octets: bytes) -> bool:
    return b" HTTP/" in octets[:KEPT] or octets.split(b" ", 1)[0].isalpha()


def _octets(arrived: bytes) -> str:
    return f"{len(arrived)} octet{'s' if len(arrived) > 1 else ''}"
