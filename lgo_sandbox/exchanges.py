"""Opening and finishing an exchange, for every door: HTTP, SMTP and IMAP write in one journal and meet the same checks.

Source: design of the project (« How a request flows »). Knows services by their contract only.
"""

from __future__ import annotations

from .contract import Service
from .findings import Observed, evaluate
from .journal import Exchange
from .session import Session

__all__ = ["finish", "open_exchange"]


def open_exchange(session: Session, service: str, door: str, transport: str) -> Exchange:
    """Begin an exchange of a session."""
    clock = session.clock
    return Exchange(
        id=f"x{session.ids.octets(6).hex()}",
        service=service,
        door=door,
        transport=transport,
        started=clock.wire().isoformat(timespec="milliseconds"),
        age=clock.age().isoformat(timespec="milliseconds"),
    )


def finish(service: Service, session: Session, exchange: Exchange) -> None:
    """End an exchange: run the service's checks on it, and give it to the journal."""
    observed = Observed(
        exchange.service, exchange.operation, exchange.transport, exchange.door, exchange.facts, session.options
    )
    version = session.config.spec_versions.get(service.name, service.spec_version)
    evaluation = evaluate(service.checks, observed, version)
    session.journal.close(exchange, evaluation)
