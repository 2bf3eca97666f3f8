"""What an officine does: consult, execute, give back, undo an execution.

Source: docs/sources/eprescription.md#contrat-simule, #consultation, #etats.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from eprescription_mock import codes, store
from eprescription_mock.app.pipeline import act_as_situation, found, once, query_of
from eprescription_mock.app.state import changed
from eprescription_mock.codes.states import State
from eprescription_mock.domain import operations
from eprescription_mock.domain.dispensing import in_extract
from eprescription_mock.domain.prescribing import number_of_qr, valid_number
from eprescription_mock.domain.quantities import Progress, progress
from eprescription_mock.domain.regulation import check_overlap, forbids_overlap
from eprescription_mock.domain.states import state_of
from eprescription_mock.domain.values import Actor, Dispense, Prescription, Refused
from eprescription_mock.facts import (
    Abandonment,
    Change,
    Consultation,
    Declaration,
    Delivered,
    Delivery,
    Form,
    Means,
    Receipt,
)
from eprescription_mock.options import rules_of
from eprescription_mock.store import Transaction
from eprescription_mock.wire import rendering
from eprescription_mock.wire.execution import Declared, read_execution
from eprescription_mock.wire.moments import age_moment, wire_moment
from eprescription_mock.wire.parts import parameters
from eprescription_mock.wire.tolerances import of_parameters
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.http import RawResponse

__all__ = ["abandon", "cancel_execution", "consult", "execute"]


async def consult(call: Call, actor: Actor) -> RawResponse:
    """Hand a prescription over to an officine."""
    numero = _asked_number(call)
    patient = parameters(call.body).get("patient", "")
    await act_as_situation(call, numero)
    secret = call.session.ids.token()
    now, rules = call.session.clock.age(), rules_of(call.session)
    with store.exclusive(call.session) as transaction:
        before = found(call, transaction, numero, now, rules)
        _refuse_unexpected_patient(before, patient)
        after = operations.consult(_authored(before, call), actor, secret, now, rules)
        store.put(transaction, after)
    call.note(Change(numero=numero, state=State.EN_COURS))
    call.summarise(f"Ordonnance {numero} consultée")
    until = wire_moment(now + rules.lock, call.session.clock) if rules.lock else None
    return rendering.answer(rendering.handed_over(after, until))


def _refuse_unexpected_patient(prescription: Prescription, expected: str) -> None:
    """Refuse when the software says for whom it asks, and the prescription is somebody else's."""
    if expected and expected.rpartition("|")[2] != prescription.matricule:
        received, where = f"{prescription.numero}, demandée pour {expected}", "Parameters.parameter.patient"
        wanted = "l'ordonnance de ce patient"
        raise Refused("patient-different", received=received, expected=wanted, where=where)


def _asked_number(call: Call) -> str:
    asked = parameters(call.body)
    call.note(Form(tolerances=of_parameters(call.body)))
    given = {name: asked[name] for name in ("qrToken", "numero") if asked.get(name)}
    if len(given) != 1:
        received = " et ".join(sorted(given)) or ", ".join(asked) or "aucun paramètre"
        detail = "un seul de qrToken et numero est attendu"
        where, expected = "Parameters.parameter", "qrToken, le texte lu, ou numero, saisi à la main"
        raise Refused("element-invalide", detail, received=received, expected=expected, where=where)
    if "qrToken" in given:
        call.note(Consultation(means=Means.QR, text=given["qrToken"]))
        return number_of_qr(given["qrToken"])
    typed = given["numero"]
    call.note(Consultation(means=Means.NUMBER, text=typed))
    if not valid_number(typed):
        raise Refused("numero-mal-forme", typed[:40], received=f"« {typed} »", where="Parameters.parameter.numero")
    return typed


async def execute(call: Call, actor: Actor) -> RawResponse:
    """Record what was delivered."""
    numero = call.path_params["numero"]
    declared = read_execution(call.body, numero)
    call.note(Form(tolerances=declared.tolerances), Declaration(performers=tuple(v for _, v in declared.performers)))
    _refuse_future(call, declared.moments)
    secret = query_of(call).get("secret", "")
    return once(call, actor, lambda t: _executed(call, t, actor, declared, secret))


def _refuse_future(call: Call, moments: tuple[str, ...]) -> None:
    where = "MedicationDispense.whenHandedOver"
    latest = call.session.clock.age() + codes.CLOCK_TOLERANCE
    for moment in moments:
        if age_moment(moment, call.session.clock, where) > latest:
            received, expected = f"{moment}, dans le futur", "le moment de la remise, passé"
            raise Refused("date-invalide", moment[:40], received=received, expected=expected, where=where)


def _refuse_other_patient(prescription: Prescription, declared: Declared) -> None:
    for system, matricule in declared.patients:
        if matricule != prescription.matricule:
            received, where = f"{system}|{matricule}", "MedicationDispense.subject"
            expected = f"urn:oid:{prescription.root}|{prescription.matricule}"
            raise Refused("patient-different", received=received, expected=expected, where=where)


def _refuse_before(call: Call, prescription: Prescription, moments: tuple[str, ...]) -> None:
    """Refuse a delivery that is told to precede the prescription; a date without hour may be that of the same day."""
    where, earliest = "MedicationDispense.whenHandedOver", prescription.prescribed_at - codes.CLOCK_TOLERANCE
    for moment in moments:
        if age_moment(moment, call.session.clock, where) < earliest:
            written = wire_moment(prescription.prescribed_at, call.session.clock)
            expected = f"au plus tôt {written:%Y-%m-%dT%H:%M}, le moment de la prescription"
            raise Refused("date-invalide", moment[:40], received=moment, expected=expected, where=where)


def _executed(call: Call, transaction: Transaction, actor: Actor, declared: Declared, secret: str) -> RawResponse:
    now, rules = call.session.clock.age(), rules_of(call.session)
    before = found(call, transaction, call.path_params["numero"], now, rules)
    call.note(_delivery(before, declared))
    _refuse_other_patient(before, declared)
    _refuse_before(call, before, declared.moments)
    receipt = call.session.ids.uuid()
    if forbids_overlap(before):
        others = store.listed(transaction, codes.MAX_FOUND, before.matricule)
        check_overlap(before, [one for one in others if one.numero != before.numero], declared.dispenses, now)
    after = operations.execute(before, actor, secret, declared.dispenses, receipt, now, rules)
    store.put(transaction, after)
    state = state_of(after, now, rules)
    call.note(Change(numero=after.numero, state=state), Receipt(receipt=receipt))
    call.summarise(
        f"Ordonnance {before.numero} exécutée, {counted(len(declared.dispenses), 'dispensation')} : {state.value}"
    )
    return rendering.answer(rendering.executed(after, receipt, state))


def _delivery(prescription: Prescription, declared: Declared) -> Delivery:
    reached = progress(prescription)
    boxes: Counter[str] = Counter()
    for one in declared.dispenses:
        boxes[one.line] += one.quantity
    items = (_delivered(one, reached.get(one.line), boxes[one.line]) for one in declared.dispenses)
    return Delivery(items=tuple(items))


def _delivered(dispense: Dispense, reached: Progress | None, boxes: int) -> Delivered:
    return Delivered(
        line=dispense.line,
        cip13=dispense.cip13,
        quantity=dispense.quantity,
        declined=dispense.declined,
        remaining=reached.remaining if reached else None,
        device=reached is not None and bool(reached.line.lpp),
        known=in_extract("", dispense.cip13),
        completeness=dispense.completeness,
        right_completeness=_right_completeness(reached, boxes) if reached and reached.line.quantity else "",
    )


def _right_completeness(reached: Progress, boxes: int) -> str:
    """Return the code of a delivery by its quantities: first or refill, complete or partial."""
    return ("RF" if reached.closed else "FF") + ("C" if boxes >= reached.remaining else "P")


async def abandon(call: Call, actor: Actor) -> RawResponse:
    """Give a prescription back without delivering."""
    motive = parameters(call.body).get("motif", "")
    call.note(Form(tolerances=of_parameters(call.body)), Abandonment(motive=motive))
    if motive not in codes.ABANDON_MOTIVES:
        received, where = motive or "absent", "Parameters.parameter.motif"
        expected = ", ".join(codes.ABANDON_MOTIVES)
        raise Refused("motif-inconnu", received[:40], received=received, expected=expected, where=where)
    secret = query_of(call).get("secret", "")
    return changed(call, actor, lambda p, now, rules: operations.abandon(p, actor, secret, now, rules))


async def cancel_execution(call: Call, actor: Actor) -> RawResponse:
    """Undo the last execution."""
    parameters(call.body)
    receipt = query_of(call).get("receipt", "")
    call.note(Receipt(receipt=receipt))
    return changed(call, actor, lambda p, now, rules: operations.cancel_execution(p, actor, receipt, now, rules))


def _authored(prescription: Prescription, call: Call) -> Prescription:
    """A seeded prescription gets its written date when it is first handed over."""
    if prescription.authored_on:
        return prescription
    written = wire_moment(prescription.prescribed_at, call.session.clock)
    return replace(prescription, authored_on=written.isoformat(timespec="seconds"))
