"""Opening and finishing an exchange, for every door: HTTP, SMTP and IMAP write in one journal and meet the same checks.

No refusal ends here without a finding: that of a check, that of the ``Refusal`` which was noted, or, as a last resort,
one that says that the sandbox does not explain it. Source: design of the project (« How a request flows », Evidence).
Knows services by their contract only.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from health_documents.findings import Finding
from lgo_sandbox.contract import Problem, ProblemKind, Service
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.tenant.ids import Ids
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.bad_servers import BAD_SERVERS, BadServerMet, Weakness
from lgo_sandbox.watch.causes import CAUSES, Struck
from lgo_sandbox.watch.checks import Check, Evaluation, evaluate
from lgo_sandbox.watch.exchange import ABORTED, ERROR, FAULTED, REFUSED, Exchange
from lgo_sandbox.watch.history import History
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.watch.wording import visible

__all__ = ["finish", "open_exchange", "refuse", "refuse_store", "store_problem"]

ID_OCTETS = 6
STORE_STATUS = 503
RETRY_AFTER = "5"

UNCHECKED = frozenset({FAULTED, ABORTED, ERROR})
FIRST_ERROR = 400


def open_exchange(session: Session, service: str, door: str, transport: str) -> Exchange:
    """Begin an exchange of a session."""
    wire, age = session.clock.both()
    started = wire.isoformat(timespec="milliseconds")
    return Exchange(
        id=f"x{_octets(session).hex()}",
        service=service,
        door=door,
        transport=transport,
        started=started,
        age=started if age is wire else age.isoformat(timespec="milliseconds"),
    )


def _octets(session: Session) -> bytes:
    """Return the octets of an id; by chance where the sequence of a seeded session cannot be gone on with."""
    try:
        return session.ids.octets(ID_OCTETS)
    except StoreError:
        return Ids().octets(ID_OCTETS)


def store_problem(error: StoreError, body: bytes = b"") -> Problem:
    """Return the refusal of a request whose state cannot be kept or read now."""
    return Problem(ProblemKind.STORE, STORE_STATUS, str(error), {"Retry-After": RETRY_AFTER}, body)


def refuse_store(exchange: Exchange, error: StoreError) -> None:
    """Note that an exchange is refused because its state cannot be kept or read now."""
    refuse(exchange, "SANDBOX-STOCKAGE", received=str(error), remedy=error.remedy, where=error.what)


def refuse(
    exchange: Exchange, cause: str, *, received: str, expected: str = "", remedy: str = "", where: str = ""
) -> None:
    """Note that the sandbox itself refuses an exchange, for one of ``CAUSES``; unless its service did."""
    if exchange.noted.get(Refusal) is None:
        known = CAUSES[cause]
        refusal = Refusal(
            code=cause,
            received=visible(received),
            expected=visible(expected) or known.expected,
            remedy=visible(remedy) or known.remedy,
            where=where,
        )
        exchange.noted.put(refusal)
    if exchange.outcome == "answered":
        exchange.outcome = REFUSED


def finish(service: Service, session: Session, exchange: Exchange) -> None:
    """End an exchange: check it, remember it, give it to the journal, even when a check is defective.

    The checks of an exchange that an armed fault or a defect cut short are not run: its facts are not all there. Costly
    looks that were not taken yet are taken off the loop first; ``session.looking.settle`` waits for them. The exchange
    is judged by what was known when its answer left, whatever comes while the looks are taken.
    """
    looks, left = exchange.noted.looks, session.clock.age()
    past = session.history.until(left) if looks else session.history
    session.looking.then(looks, lambda: _conclude(service, session, exchange, past, left))


def _conclude(service: Service, session: Session, exchange: Exchange, past: History, left: datetime) -> None:
    evaluation = Evaluation()
    exchange.noted.drop_untaken()
    try:
        if exchange.outcome not in UNCHECKED:
            evaluation = _evaluated(service, session, exchange, past, left)
    finally:
        if (struck := exchange.noted.get(Struck)) is not None and struck.on_the_wire:
            exchange.outcome = FAULTED
        _explain(service, exchange, evaluation)
        session.history.add(exchange)
        session.journal.close(exchange, evaluation)


def _evaluated(service: Service, session: Session, exchange: Exchange, past: History, left: datetime) -> Evaluation:
    version = session.config.spec_versions.get(service.name, service.spec_version)
    checks = service.checks_of(exchange.operation, version)
    return evaluate(checks, exchange, past, session.options, left, version)


def _explain(service: Service, exchange: Exchange, evaluation: Evaluation) -> None:
    """Add the finding of an armed fault, and of a refusal that no check explained."""
    struck = exchange.noted.get(Struck)
    if struck is not None:
        evaluation.findings.append(_of_fault(service, struck))
    met = exchange.noted.get(BadServerMet)
    if met is not None and not met.refused and not any(check.reads is BadServerMet for check in evaluation.broken):
        evaluation.findings.append(_of_bad_server(service, met.weakness))
    refusal = exchange.noted.get(Refusal)
    if refusal is None and struck is None and service.prefix and _is_error(exchange):
        refusal = _unexplained(exchange)
    if refusal is not None and not any(_explained(refusal, check) for check in evaluation.broken):
        evaluation.findings.append(_finding(service, refusal))


def _explained(refusal: Refusal, check: Check[Any]) -> bool:
    """Tell whether the finding of a broken check already says why."""
    return check.reads is Refusal or refusal.code in check.explains


def _of_fault(service: Service, struck: Struck) -> Finding:
    cause = CAUSES["SANDBOX-PANNE"]
    received = f"panne {struck.id} : {struck.effect}"
    return _finding(service, Refusal(code=cause.id, received=received, expected=cause.expected, remedy=cause.remedy))


def _of_bad_server(service: Service, weakness: Weakness) -> Finding:
    cause, server = CAUSES["SANDBOX-SERVEUR-FAUTIF-ACCEPTE"], BAD_SERVERS[weakness]
    refusal = Refusal(
        code=cause.id,
        received=f"une demande à un {server.title}",
        expected=cause.expected,
        remedy=server.remedy,
        where="poignée de main TLS",
    )
    return replace(_finding(service, refusal), severity=server.severity.value)


def _is_error(exchange: Exchange) -> bool:
    return exchange.outcome != "answered" or exchange.status >= FIRST_ERROR


def _unexplained(exchange: Exchange) -> Refusal:
    cause = CAUSES[_CAUSE_OF.get(exchange.outcome, "SANDBOX-INEXPLIQUE")]
    received = f"{exchange.target}, répondu {exchange.status}" if exchange.status else exchange.target
    return Refusal(code=cause.id, received=received, expected=cause.expected, remedy=cause.remedy)


_CAUSE_OF = {FAULTED: "SANDBOX-PANNE", ABORTED: "SANDBOX-REQUETE-COUPEE", ERROR: "SANDBOX-DEFAUT"}


def _finding(service: Service, refusal: Refusal) -> Finding:
    cause = CAUSES.get(refusal.code)
    title = cause.title if cause else f"{service.title} : requête refusée"
    return Finding(
        check_id=cause.id if cause else f"{service.prefix}-REFUS",
        severity=(cause.severity if cause else refusal.severity).value,
        title=title,
        message=refusal.message or title,
        received=refusal.received,
        expected=refusal.expected,
        remedy=refusal.remedy,
        requirements=(),
        source=cause.source if cause else refusal.source or f"docs/sources/{service.page}.md#refus",
        confidence="H",
        where=refusal.where,
    )
