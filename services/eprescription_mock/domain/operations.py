"""What each operation does to a prescription: takes one, returns the next, or refuses.

Source: docs/sources/eprescription.md (etats, droits, consultation; simulated contract). Knows no wire, no store.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from eprescription_mock.codes import EXECUTORS, PHARMACY_SECTORS, PROFESSIONS, RIGHTS
from eprescription_mock.codes.states import Event, State
from eprescription_mock.domain.dispensing import checked_dispenses
from eprescription_mock.domain.quantities import resting_state
from eprescription_mock.domain.states import admit, deadline, held, state_of
from eprescription_mock.domain.values import Actor, Dispense, Execution, Hold, Prescription, Refused, Rules

__all__ = [
    "abandon",
    "authorise",
    "bill",
    "cancel",
    "cancel_execution",
    "consult",
    "execute",
    "refuse_over",
    "refuse_stranger",
    "replace_by",
]

EXECUTION_EVENTS = {
    State.PARTIELLE: Event.EXECUTER_PARTIEL,
    State.A_RENOUVELER: Event.EXECUTER_COMPLET,
    State.EXECUTEE: Event.EXECUTER_FINAL,
}


def authorise(operation: str, actor: Actor) -> None:
    """Refuse a profession that has no right to an operation, and an execution from elsewhere than a pharmacy."""
    if actor.profession not in RIGHTS[operation]:
        raise Refused(
            "profession-non-autorisee",
            f"profession {actor.profession or 'absente'}",
            received=f"profession {_profession(actor.profession)} du porteur du jeton",
            expected=", ".join(_profession(code) for code in sorted(RIGHTS[operation])),
            where="jeton Pro Santé Connect",
        )
    if actor.profession in EXECUTORS and actor.sector not in PHARMACY_SECTORS:
        received = f"{actor.structure}, du secteur {actor.sector or 'absent'}"
        detail = f"secteur {actor.sector}"
        raise Refused("structure-non-officine", detail, received=received, where="en-tête X-Structure")


def _profession(code: str) -> str:
    return f"{code} ({PROFESSIONS[code]})" if code in PROFESSIONS else code or "absente"


def consult(p: Prescription, actor: Actor, secret: str, now: datetime, rules: Rules) -> Prescription:
    """Return the prescription under consultation by the actor's officine; ``secret`` is used when it is new."""
    state = state_of(p, now, rules)
    refuse_over(p, state, now, rules)
    admit(state, Event.CONSULTER)
    if p.dispenser and p.dispenser != actor.structure:
        where = "en-tête X-Structure"
        raise Refused("officine-non-designee", received=actor.structure, expected=p.dispenser, where=where)
    if state is State.EN_COURS and p.hold is not None:
        _refuse_other_officine(p.hold, actor)
        secret = p.hold.secret
    return replace(p, hold=Hold(actor.structure, actor.national_id, secret, now))


def refuse_over(p: Prescription, state: State, now: datetime, rules: Rules) -> None:
    """Say why a prescription is over, where the table would only say that it is."""
    if state is State.ANNULEE and p.replaced_by:
        received = f"{p.numero}, remplacée par {p.replaced_by}"
        raise Refused("remplacee", p.replaced_by, received=received, where="numéro de l'ordonnance")
    if state is State.EXPIREE and now < p.valid_until and not p.deliveries:
        received = f"ordonnance du {p.prescribed_at:%d/%m/%Y}, jamais délivrée"
        expected = f"une première délivrance avant le {deadline(p, rules):%d/%m/%Y}"
        where = "numéro de l'ordonnance"
        raise Refused("premiere-delivrance-tardive", received=received, expected=expected, where=where)


def refuse_stranger(p: Prescription, actor: Actor, now: datetime, rules: Rules) -> None:
    """Refuse to show a prescription to whoever neither wrote it, nor holds it, nor delivered of it."""
    holds = held(p, now, rules) and p.hold is not None and p.hold.structure == actor.structure
    delivered = any(execution.structure == actor.structure for execution in p.deliveries)
    own = holds or delivered if actor.profession in EXECUTORS else p.prescriber == actor.national_id
    if not own:
        received = f"{actor.national_id}, de {actor.structure}"
        raise Refused("lecture-refusee", received=received, where="numéro de l'ordonnance")


def replace_by(p: Prescription, number: str, actor: Actor, now: datetime, rules: Rules) -> Prescription:
    """Return a prescription cancelled because its author wrote another one in its place."""
    return replace(cancel(p, actor, now, rules), replaced_by=number)


def abandon(p: Prescription, actor: Actor, secret: str, now: datetime, rules: Rules) -> Prescription:
    """Return the prescription given back."""
    _refuse_without_hold(p, actor, secret, Event.ABANDONNER, now, rules)
    return p.released()


def execute(
    p: Prescription,
    actor: Actor,
    secret: str,
    dispenses: Sequence[Dispense],
    receipt: str,
    now: datetime,
    rules: Rules,
) -> Prescription:
    """Return the prescription with one more execution, given back."""
    _refuse_without_hold(p, actor, secret, Event.EXECUTER_PARTIEL, now, rules)
    execution = Execution(receipt, actor.structure, actor.national_id, now, checked_dispenses(p, dispenses, now, rules))
    after = replace(p.released(), executions=(*p.executions, execution))
    admit(State.EN_COURS, EXECUTION_EVENTS[resting_state(after)])
    return after


def cancel(p: Prescription, actor: Actor, now: datetime, rules: Rules) -> Prescription:
    """Return the prescription cancelled by its author."""
    if actor.national_id != p.prescriber:
        where = "jeton Pro Santé Connect"
        raise Refused("pas-l-auteur", received=actor.national_id, expected=p.prescriber, where=where)
    admit(state_of(p, now, rules), Event.ANNULER)
    return replace(p.released(), cancelled=True)


def cancel_execution(p: Prescription, actor: Actor, receipt: str, now: datetime, rules: Rules) -> Prescription:
    """Return the prescription without its last execution."""
    state = state_of(p, now, rules)
    if state is State.EN_COURS and p.hold is not None:
        _refuse_other_officine(p.hold, actor)
    admit(state, Event.ANNULER_EXECUTION)
    execution = _own_execution(p, actor, receipt)
    if execution is not p.deliveries[-1]:
        last = p.deliveries[-1].receipt
        raise Refused(
            "execution-suivie", received=receipt, expected=f"{last}, le dernier reçu", where="paramètre receipt"
        )
    if execution.invoice:
        received = f"{receipt}, facturée sous {execution.invoice}"
        raise Refused("execution-facturee", received=received, where="paramètre receipt")
    undone = tuple(replace(e, cancelled=True) if e is execution else e for e in p.executions)
    return replace(p.released(), executions=undone)


def bill(p: Prescription, actor: Actor, receipt: str, invoice: str) -> Prescription:
    """Return the prescription with one execution billed; its state does not change."""
    execution = _own_execution(p, actor, receipt)
    if execution.invoice:
        received = f"{invoice} pour {receipt}, facturée sous {execution.invoice}"
        raise Refused("execution-facturee", received=received, where="paramètre receipt")
    if all(one.declined for one in execution.dispenses):
        raise Refused("rien-a-facturer", received=receipt, where="paramètre receipt")
    billed = tuple(replace(e, invoice=invoice) if e is execution else e for e in p.executions)
    return replace(p, executions=billed)


def _own_execution(p: Prescription, actor: Actor, receipt: str) -> Execution:
    """Return a standing execution of the actor's officine. Raises Refused."""
    execution = next((e for e in p.deliveries if e.receipt == receipt), None)
    if execution is None:
        raise Refused("execution-inconnue", received=receipt or "absent", where="paramètre receipt")
    if execution.structure != actor.structure:
        where = "en-tête X-Structure"
        raise Refused("pas-l-executant", received=actor.structure, expected=execution.structure, where=where)
    return execution


def _refuse_other_officine(hold: Hold, actor: Actor) -> None:
    if hold.structure != actor.structure:
        received = f"appel de {actor.structure}, ordonnance tenue par {hold.structure} depuis une consultation"
        raise Refused("verrouillee", received=received, where="en-tête X-Structure")


def _refuse_without_hold(p: Prescription, actor: Actor, secret: str, event: Event, now: datetime, rules: Rules) -> None:
    state = state_of(p, now, rules)
    admit(state, event)
    assert p.hold is not None
    _refuse_other_officine(p.hold, actor)
    if not hmac.compare_digest(p.hold.secret.encode(), secret.encode("utf-8", "surrogatepass")):
        received = f"« {secret} »" if secret else "absent"
        raise Refused("secret-faux", received=received, where="paramètre secret")
