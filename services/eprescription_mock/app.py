"""The routes of the simulated Ordonnance numérique, one short handler each.

Source: specs/eprescription.md §8.1–8.2 (simulated contract). A handler identifies who asks, reads, lets the domain decide on
what the store holds, and answers; business state is committed before the answer.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi import FastAPI

from lgo_sandbox.asgi import Call
from lgo_sandbox.documents.barcodes import write_qr
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.web import Handler, Route, service_app
from lgo_sandbox.wire.fhir import FHIR_JSON
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.media import read_media_type
from lgo_sandbox.wire.oauth import BadForm, read_form

from . import access, codes, store
from .domain import operations
from .domain.prescribing import check_new, number_of_qr, qr_text, refuse_bad_ins, valid_number
from .domain.quantities import progress
from .domain.states import add_months, deadline, held, state_of
from .domain.values import Actor, Prescription, Refused, Rules
from .options import SLOW_OPTION, STRICT_ROOT_OPTION, is_set, milliseconds, rules_of
from .seeds import NUMBERS
from .wire import rendering
from .wire.moments import age_moment, wire_moment
from .wire.outcomes import problem, refusal
from .wire.parts import parameters
from .wire.reading import Declared, Draft, read_execution, read_order

__all__ = ["create_app"]

Work = Callable[[Call, Actor], Awaitable[RawResponse]]


def create_app(_sandbox: Sandbox) -> FastAPI:
    """Return the application of the service."""
    base, one = codes.BASE, codes.BASE + "/{numero}"
    routes = (
        Route("POST", f"{base}/$creer", _operation(codes.CREATE, _create)),
        Route("POST", f"{base}/$consulter", _operation(codes.CONSULT, _consult)),
        Route("POST", f"{one}/$executer", _operation(codes.EXECUTE, _execute)),
        Route("POST", f"{one}/$abandonner", _operation(codes.ABANDON, _abandon)),
        Route("POST", f"{one}/$annuler", _operation(codes.CANCEL, _cancel)),
        Route("POST", f"{one}/$annuler-execution", _operation(codes.CANCEL_EXECUTION, _cancel_execution)),
        Route("GET", f"{one}/$statut", _operation(codes.STATUS, _status)),
    )
    return service_app("Ordonnance numérique (simulation)", routes, problem)


def _operation(name: str, work: Work) -> Handler:
    async def handler(call: Call) -> RawResponse:
        await call.enter(name)
        try:
            actor = await access.identify(call)
            operations.authorise(name, actor)
            _refuse_media_type(call)
            await _act_as_situation(call, call.path_params.get("numero", ""))
            return await work(call, actor)
        except Refused as refused:
            call.exchange.outcome = "refused"
            call.note(erreur=refused.code)
            call.summarise(f"{name} refusé : {refused.error.text}")
            return refusal(refused)

    return handler


def _refuse_media_type(call: Call) -> None:
    media = read_media_type(call.headers.get("content-type"))
    if call.body and (media.name != FHIR_JSON or media.charset not in (None, "utf-8")):
        raise Refused("type-de-media", call.headers.get("content-type", "absent")[:60])


async def _act_as_situation(call: Call, numero: str) -> None:
    if numero == NUMBERS[f"{codes.DOWN}-1"]:
        raise Refused("indisponible", "situation 500")
    if numero == NUMBERS[f"{codes.SLOW}-1"]:
        await asyncio.sleep(milliseconds(call.session, SLOW_OPTION) / 1000)


# --- creation ---


async def _create(call: Call, actor: Actor) -> RawResponse:
    draft = read_order(call.body)
    known = call.session.people.patient(draft.matricule)
    refuse_bad_ins(draft.matricule, draft.root)
    call.note(matricule=draft.matricule, patient_connu=known is not None)
    if is_set(call.session, STRICT_ROOT_OPTION) and known is not None and known.oid != draft.root:
        raise Refused("racine-ins-differente", draft.root)
    prescription = _drafted(call, actor, draft)
    check_new(prescription, call.session.clock.age())
    png = write_qr(qr_text(prescription.numero))
    return _once(call, actor, lambda t: _stored(call, t, prescription, png))


def _drafted(call: Call, actor: Actor, draft: Draft) -> Prescription:
    if draft.requester not in ("", actor.national_id, actor.national_id[1:]):
        raise Refused("auteur-different", draft.requester[:40], "MedicationRequest.requester")
    clock = call.session.clock
    prescribed = age_moment(draft.authored_on, clock, "MedicationRequest.authoredOn")
    end = add_months(prescribed, codes.MAX_MONTHS)
    if draft.valid_until:
        where = "MedicationRequest.dispenseRequest.validityPeriod"
        end = age_moment(draft.valid_until, clock, where)
    return Prescription(
        numero=codes.NUMBER_PREFIX
        + call.session.ids.pick(codes.NUMBER_ALPHABET, codes.NUMBER_LENGTH - len(codes.NUMBER_PREFIX)),
        prescriber=actor.national_id,
        structure=actor.structure,
        matricule=draft.matricule,
        root=draft.root,
        prescribed_at=prescribed,
        valid_until=end,
        lines=draft.lines,
        kinds=draft.kinds,
        dispenser=_dispenser(call, draft.dispenser),
        authored_on=draft.authored_on,
        group=draft.group,
    )


def _dispenser(call: Call, number: str) -> str:
    if not number:
        return ""
    places = call.session.people.structures
    found = next((s for s in places if number in (s.id_nat, s.finess) and s.sector in codes.PHARMACY_SECTORS), None)
    if found is None:
        where = "MedicationRequest.dispenseRequest.performer"
        raise Refused("tso-sans-dispensateur", f"officine inconnue : {number[:20]}", where)
    return found.id_nat


def _stored(call: Call, transaction: store.Transaction, prescription: Prescription, png: bytes) -> RawResponse:
    if prescription.group and (earlier := store.find_group(transaction, prescription.prescriber, prescription.group)):
        raise Refused("ordonnance-deja-creee", earlier)
    store.put(transaction, prescription)
    call.note(numero=prescription.numero, etat_apres=codes.State.CREEE)
    call.summarise(f"Ordonnance {prescription.numero} créée, {len(prescription.lines)} ligne(s)")
    return rendering.answer(rendering.created(prescription, png), 201)


# --- execution ---


async def _consult(call: Call, actor: Actor) -> RawResponse:
    numero = _asked_number(call)
    await _act_as_situation(call, numero)
    secret = call.session.ids.token()
    now, rules = call.session.clock.age(), rules_of(call.session)
    with store.exclusive(call.session) as transaction:
        before = _found(call, transaction, numero, now, rules)
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


async def _execute(call: Call, actor: Actor) -> RawResponse:
    numero = call.path_params["numero"]
    declared = read_execution(call.body, numero)
    call.note(executants=[value for _, value in declared.performers])
    _refuse_future(call, declared.moments)
    secret = _query(call).get("secret", "")
    return _once(call, actor, lambda t: _executed(call, t, actor, declared, secret))


def _refuse_future(call: Call, moments: tuple[str, ...]) -> None:
    where = "MedicationDispense.whenHandedOver"
    latest = call.session.clock.age() + codes.CLOCK_TOLERANCE
    for moment in moments:
        if age_moment(moment, call.session.clock, where) > latest:
            raise Refused("date-invalide", moment[:40], where)


def _executed(call: Call, transaction: store.Transaction, actor: Actor, declared: Declared, secret: str) -> RawResponse:
    now, rules = call.session.clock.age(), rules_of(call.session)
    before = _found(call, transaction, call.path_params["numero"], now, rules)
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


async def _abandon(call: Call, actor: Actor) -> RawResponse:
    motive = parameters(call.body).get("motif", "")
    call.note(motif=motive[:60])
    if motive not in codes.ABANDON_MOTIVES:
        raise Refused("motif-inconnu", motive[:40] or "absent", "Parameters.parameter")
    secret = _query(call).get("secret", "")
    return _changed(call, actor, lambda p, now, rules: operations.abandon(p, actor, secret, now, rules))


async def _cancel(call: Call, actor: Actor) -> RawResponse:
    parameters(call.body)
    return _changed(call, actor, lambda p, now, rules: operations.cancel(p, actor, now, rules))


async def _cancel_execution(call: Call, actor: Actor) -> RawResponse:
    parameters(call.body)
    receipt = _query(call).get("receipt", "")
    call.note(recu=receipt[:60])
    return _changed(call, actor, lambda p, now, rules: operations.cancel_execution(p, actor, receipt, now, rules))


async def _status(call: Call, actor: Actor) -> RawResponse:
    return _changed(call, actor, lambda p, _now, _rules: p)


def _changed(call: Call, actor: Actor, change: Callable[[Prescription, datetime, Rules], Prescription]) -> RawResponse:
    now, rules = call.session.clock.age(), rules_of(call.session)
    with store.exclusive(call.session) as transaction:
        before = _found(call, transaction, call.path_params["numero"], now, rules)
        after = change(before, now, rules)
        if after is not before:
            store.put(transaction, after)
    state = state_of(after, now, rules)
    call.note(etat_apres=state)
    call.summarise(f"Ordonnance {after.numero} : {state.value}")
    own = held(after, now, rules) and after.hold is not None and after.hold.structure == actor.structure
    lapses = wire_moment(deadline(after, rules), call.session.clock)
    return rendering.answer(rendering.status(after, state, lapses, actor.structure if own else ""))


def _found(call: Call, transaction: store.Transaction, numero: str, now: datetime, rules: Rules) -> Prescription:
    call.note(numero=numero[: codes.NUMBER_LENGTH])
    prescription = store.find(transaction, numero, now) if valid_number(numero) else None
    if prescription is None:
        raise Refused("numero-inconnu", numero[:40])
    call.note(etat=state_of(prescription, now, rules), matricule=prescription.matricule)
    return prescription


def _authored(prescription: Prescription, call: Call) -> Prescription:
    """A seeded prescription gets its written date when it is first handed over."""
    if prescription.authored_on:
        return prescription
    from dataclasses import replace

    written = wire_moment(prescription.prescribed_at, call.session.clock)
    return replace(prescription, authored_on=written.isoformat(timespec="seconds"))


def _query(call: Call) -> dict[str, str]:
    try:
        return read_form(call.query.encode("latin-1"))
    except BadForm as error:
        raise Refused("element-invalide", error.reason) from error


def _once(call: Call, actor: Actor, work: Callable[[store.Transaction], RawResponse]) -> RawResponse:
    """Do the work in one transaction; a request that names itself and comes again gets the same answer."""
    name = call.headers.get(codes.REQUEST_ID_HEADER, "").strip()
    if len(name) > codes.MAX_REQUEST_ID:
        raise Refused("element-invalide", f"X-Request-Id : {codes.MAX_REQUEST_ID} caractères au plus")
    key = f"{call.exchange.operation}|{actor.structure}|{actor.national_id}|{name}"
    digest = hashlib.sha256(f"{call.scope['path']}?{call.query}\n".encode() + call.body).hexdigest()
    with store.exclusive(call.session) as transaction:
        kept = store.answer_to(transaction, key, digest) if name else None
        if kept is not None:
            call.note(rejeu=True)
            call.summarise(f"{call.exchange.operation} : requête rejouée, même réponse")
            return rendering.answer(kept[1], kept[0], ((codes.REPLAYED_HEADER, "1"),))
        answer = work(transaction)
        if name:
            store.keep_answer(transaction, key, digest, answer.status, answer.body)
    return answer
