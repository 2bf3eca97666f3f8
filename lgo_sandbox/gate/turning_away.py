"""Why a request whose head was read is not handed to its service: session, certificate, size, lateness, room…

Each notes its cause (``watch.causes``) and says what the service's dialect has to tell. Source:
docs/sources/transport.md. Knows services by their contract only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lgo_sandbox.contract import Problem, ProblemKind, Service
from lgo_sandbox.gate.bodies import Arrived, How
from lgo_sandbox.gate.call import Call
from lgo_sandbox.gate.handshakes import Failure, not_for_clients
from lgo_sandbox.gate.record import refuse
from lgo_sandbox.watch.exchange import ABORTED

__all__ = ["note_cut", "turned_away"]

RETRY_AFTER = {"Retry-After": "5"}
SHOWN = 100
CONTINUE = "100-continue"


def turned_away(service: Service, call: Call, arrived: Arrived, unknown: str) -> Problem | None:
    """Return what is answered instead of asking the service, else None. ``unknown``: what is wrong with a session."""
    if unknown:
        refuse(call.exchange, "SANDBOX-SESSION-INCONNUE", received=unknown, where="session")
        return Problem(ProblemKind.UNKNOWN_SESSION, 404, unknown, body=call.body)
    unfit = _not_for_clients(call)
    if unfit is not None:
        return unfit
    badly = _BADLY.get(arrived.how)
    if badly is not None:
        return badly(service, call, arrived)
    unfit = _without_host(call) or _expecting(call)
    if unfit is not None:
        return unfit
    coding = call.headers.get("content-encoding", "").strip().lower()[:SHOWN]
    if coding in ("", "identity") or service.judges_coding or arrived.how is not How.WHOLE:
        return None
    refuse(call.exchange, "SANDBOX-CORPS-GZIP", received=f"Content-Encoding: {coding}", where="Content-Encoding")
    return Problem(ProblemKind.REQUEST, 415, f"corps compressé ({coding}) : envoyez-le tel quel")


def _not_for_clients(call: Call) -> Problem | None:
    """Refuse a certificate that cannot authenticate a client, as the front end of the real service would."""
    failure = not_for_clients(call.peer)
    if failure is None:
        return None
    _told(call, failure, "certificat de la connexion TLS")
    return Problem(ProblemKind.CERTIFICATE, 400, "certificat client sans l'usage clientAuth", body=call.body)


def _told(call: Call, failure: Failure, where: str) -> None:
    refuse(
        call.exchange,
        failure.cause,
        received=failure.received,
        expected=failure.expected,
        remedy=failure.remedy,
        where=where,
    )


def _without_host(call: Call) -> Problem | None:
    """Refuse an HTTP/1.1 request without Host, or with several (RFC 9112 §3.2)."""
    hosts = [value for name, value in call.exchange.request_headers if name == "host"]
    if len(hosts) == 1 or (not hosts and call.scope.get("http_version") != "1.1"):
        return None
    received = f"{len(hosts)} en-têtes Host : {', '.join(hosts)[:SHOWN]}" if hosts else "aucun en-tête Host"
    refuse(call.exchange, "SANDBOX-HOST", received=received, where="en-tête Host")
    return Problem(ProblemKind.REQUEST, 400, "un en-tête Host, et un seul, est obligatoire en HTTP/1.1")


def _expecting(call: Call) -> Problem | None:
    """Refuse an expectation that nobody can meet (RFC 9110 §10.1.1)."""
    expected = call.headers.get("expect", CONTINUE)
    if expected.strip().lower() == CONTINUE:
        return None
    refuse(call.exchange, "SANDBOX-EXPECT", received=f"Expect: {expected[:SHOWN]}", where="en-tête Expect")
    return Problem(ProblemKind.REQUEST, 417, f"Expect: {expected[:SHOWN]} : seul {CONTINUE} peut être satisfait")


def note_cut(call: Call, arrived: Arrived) -> None:
    """Note that the client left before its body was whole: nobody is there to be answered."""
    declared = call.headers.get("content-length")
    refuse(
        call.exchange,
        "SANDBOX-REQUETE-COUPEE",
        received=f"{arrived.size} octets, puis la fin de la connexion",
        expected=f"{declared} octets (Content-Length)" if declared else "le dernier morceau du corps (chunked)",
        where="corps",
    )
    call.exchange.outcome = ABORTED


def _too_large(service: Service, call: Call, arrived: Arrived) -> Problem:
    limit = service.max_body
    received, expected = f"un corps de plus de {limit} octets", f"{limit} octets au plus"
    refuse(call.exchange, "SANDBOX-CORPS-TROP-LONG", received=received, expected=expected, where="corps")
    return Problem(ProblemKind.TOO_LARGE, 413, f"corps de requête trop volumineux : limite {limit} octets")


def _late(_service: Service, call: Call, arrived: Arrived) -> Problem:
    settings = call.sandbox.settings
    expected = (
        f"le corps en {settings.body_seconds:g} s, et au moins {settings.body_bytes_per_second} octets par seconde"
    )
    declared = call.headers.get("content-length", "un nombre inconnu")
    received = f"{arrived.size} octets sur {declared} dans ce délai"
    refuse(call.exchange, "SANDBOX-REQUETE-LENTE", received=received, expected=expected, where="corps")
    return Problem(ProblemKind.REQUEST, 408, "le corps de la requête arrive trop lentement")


def _no_room(_service: Service, call: Call, arrived: Arrived) -> Problem:
    settings = call.sandbox.settings
    received = f"un corps de {arrived.size} octets, sans place après {settings.bodies_wait_seconds:g} s d'attente"
    expected = f"{settings.bodies_bytes} octets au plus pour tous les corps en cours"
    refuse(call.exchange, "SANDBOX-MEMOIRE-PLEINE", received=received, expected=expected, where="corps")
    return Problem(ProblemKind.STORE, 503, "trop de corps de requête en même temps", RETRY_AFTER)


def _misread(_service: Service, call: Call, arrived: Arrived) -> Problem:
    failure = arrived.misread
    assert failure is not None
    _told(call, failure, "corps")
    return Problem(ProblemKind.REQUEST, 400, "corps de requête illisible")


_BADLY: Mapping[How, Callable[[Service, Call, Arrived], Problem]] = {
    How.TOO_LARGE: _too_large,
    How.LATE: _late,
    How.NO_ROOM: _no_room,
    How.MISREAD: _misread,
}
