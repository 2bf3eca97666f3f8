"""What an officine does: consult, execute, give back, undo an execution.

Source: specs/eprescription.md §1.3 (workflow), §8.2–8.3 (simulated contract).
"""

from __future__ import annotations

from dataclasses import replace

from eprescription_mock import codes, store
from eprescription_mock.app.pipeline import act_as_situation, found, once, query_of
from eprescription_mock.app.state import changed
from eprescription_mock.domain import operations
from eprescription_mock.domain.prescribing import number_of_qr, valid_number
from eprescription_mock.domain.quantities import progress
from eprescription_mock.domain.states import state_of
from eprescription_mock.domain.values import Actor, Prescription, Refused
from eprescription_mock.options import rules_of
from eprescription_mock.store import Transaction
from eprescription_mock.wire import rendering
from eprescription_mock.wire.moments import age_moment, wire_moment
from eprescription_mock.wire.parts import parameters
from eprescription_mock.wire.reading import Declared, read_execution
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse

__all__ = ["abandon", "cancel_execution", "consult", "execute"]


async def consult(call: Call, actor: Actor) -> RawResponse:
    """Hand a prescription over to an officine."""
    numero = _asked_number(call)
    await act_as_situation(call, numero)
    secret = call.session.ids.token()
    now, rules = call.session.clock.age(), rules_of(call.session)
    with store.exclusive(call.session) as transaction:
        before = found(call, transaction, numero, now, rules)
        after = operations.consult(_authored(before, call), actor, secret, now, rules)
        store.put(transaction, after)
    call.note(etat_apres=codes.State.EN_COURS)
    call.summarise(f"Ordonnance {numero} consultée par {call.exchange.facts['par']}")
    until = wire_moment(now + rules.lock, call.session.clock) if rules.lock else None
    return rendering.answer(rendering.handed_over(after, until))


def _asked_number(call: Call) -> str:
    asked = parameters(call.body)
    given = {name: asked[name] for name in ("qrToken", "numero") if asked.get(name)}
    if len(given) != 1:
        raise Refused("element-invalide", "un seul de qrToken et numero est attendu", "Parameters.parameter")
    if "qrToken" in given:
        call.note(par="qr", lu=given["qrToken"][:200])
        return number_of_qr(given["qrToken"])
    call.note(par="numero", lu=given["numero"][:200])
    if not valid_number(given["numero"]):
        raise Refused("numero-mal-forme", given["numero"][:40], "Parameters.parameter")
    return given["numero"]


async def execute(call: Call, actor: Actor) -> RawResponse:
    """Record what was delivered."""
    numero = call.path_params["numero"]
    declared = read_execution(call.body, numero)
    call.note(executants=[value for _, value in declared.performers])
    _refuse_future(call, declared.moments)
    secret = query_of(call).get("secret", "")
    return once(call, actor, lambda t: _executed(call, t, actor, declared, secret))


def _refuse_future(call: Call, moments: tuple[str, ...]) -> None:
    where = "MedicationDispense.whenHandedOver"
    latest = call.session.clock.age() + codes.CLOCK_TOLERANCE
    for moment in moments:
        if age_moment(moment, call.session.clock, where) > latest:
            raise Refused("date-invalide", moment[:40], where)


def _executed(call: Call, transaction: Transaction, actor: Actor, declared: Declared, secret: str) -> RawResponse:
    now, rules = call.session.clock.age(), rules_of(call.session)
    before = found(call, transaction, call.path_params["numero"], now, rules)
    _note_dispenses(call, before, declared)
    receipt = call.session.ids.uuid()
    after = operations.execute(before, actor, secret, declared.dispenses, receipt, now, rules)
    store.put(transaction, after)
    state = state_of(after, now, rules)
    call.note(etat_apres=state, recu=receipt)
    call.summarise(f"Ordonnance {before.numero} exécutée, {len(declared.dispenses)} dispensation(s) : {state.value}")
    return rendering.answer(rendering.executed(after, receipt, state))


def _note_dispenses(call: Call, prescription: Prescription, declared: Declared) -> None:
    reached = progress(prescription)
    facts = [
        {
            "ligne": dispense.line,
            "cip13": dispense.cip13,
            "quantite": dispense.quantity,
            "refus": dispense.declined,
            "reste": reached[dispense.line].remaining if dispense.line in reached else None,
            "dispositif": dispense.line in reached and bool(reached[dispense.line].line.lpp),
        }
        for dispense in declared.dispenses
    ]
    call.note(dispensations=facts, detenteur=prescription.hold.structure if prescription.hold else "")


async def abandon(call: Call, actor: Actor) -> RawResponse:
    """Give a prescription back without delivering."""
    motive = parameters(call.body).get("motif", "")
    call.note(motif=motive[:60])
    if motive not in codes.ABANDON_MOTIVES:
        raise Refused("motif-inconnu", motive[:40] or "absent", "Parameters.parameter")
    secret = query_of(call).get("secret", "")
    return changed(call, actor, lambda p, now, rules: operations.abandon(p, actor, secret, now, rules))


async def cancel_execution(call: Call, actor: Actor) -> RawResponse:
    """Undo the last execution."""
    parameters(call.body)
    receipt = query_of(call).get("receipt", "")
    call.note(recu=receipt[:60])
    return changed(call, actor, lambda p, now, rules: operations.cancel_execution(p, actor, receipt, now, rules))


def _authored(prescription: Prescription, call: Call) -> Prescription:
    """A seeded prescription gets its written date when it is first handed over."""
    if prescription.authored_on:
        return prescription
    written = wire_moment(prescription.prescribed_at, call.session.clock)
    return replace(prescription, authored_on=written.isoformat(timespec="seconds"))
