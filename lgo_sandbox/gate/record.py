"""Opening and finishing an exchange, for every door: HTTP, SMTP and IMAP write in one journal and meet the same checks.

Source: design of the project (« How a request flows »). Knows services by their contract only.
"""

from __future__ import annotations

from lgo_sandbox.contract import Service
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.findings import Evaluation, Observed, evaluate
from lgo_sandbox.watch.journal import Exchange

__all__ = ["ABORTED", "FAULTED", "finish", "open_exchange"]

FAULTED = "fault"
"""The outcome of an exchange whose answer an armed fault replaced."""

ABORTED = "aborted"
"""The outcome of an exchange whose client left before its request was whole: the service never saw it."""

UNCHECKED = frozenset({FAULTED, ABORTED, "error"})


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
    """End an exchange: run the service's checks on it, and give it to the journal, even when a check is defective.

    An exchange that an armed fault or a defect of ours cut short is not checked: its facts are not all there.
    """
    evaluation = Evaluation()
    try:
        if exchange.outcome not in UNCHECKED:
            evaluation = _evaluated(service, session, exchange)
    finally:
        session.journal.close(exchange, evaluation)


def _evaluated(service: Service, session: Session, exchange: Exchange) -> Evaluation:
    observed = Observed(
        exchange.service, exchange.operation, exchange.transport, exchange.door, exchange.facts, session.options
    )
    version = session.config.spec_versions.get(service.name, service.spec_version)
    return evaluate(service.checks, observed, version)
