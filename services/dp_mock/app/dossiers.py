"""The life of a dossier: identity exchange, state, opposition, refusals, closure.

Source: docs/sources/dp.md#identite, #creation, #refus-du-patient, #cloture.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dp_mock import codes, store
from dp_mock.app.pipeline import found, query_of, trace
from dp_mock.codes.states import Event, State
from dp_mock.domain.dossiers import after, check_identity, differences
from dp_mock.domain.values import Actor, Dossier, Identity, Refused
from dp_mock.facts import Asked, Change, Form, Presented, Target
from dp_mock.options import rules_of
from dp_mock.seeds import identity_of
from dp_mock.store import Transaction
from dp_mock.wire import rendering
from dp_mock.wire.moments import shown
from dp_mock.wire.reading import Given, read_identity, read_refusal, read_unused
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse

__all__ = ["close", "exchange_identity", "oppose", "refuse", "state"]


def exchange_identity(call: Call, actor: Actor) -> RawResponse:
    """Take the identity of a patient: the dossier begins, or its identity and contact are kept up to date."""
    given = read_identity(call.body)
    known = call.session.people.patient(given.identity.matricule)
    right = identity_of(known) if known else None
    call.note(_presented(given.identity, right), Form(tolerances=given.tolerances))
    check_identity(given.identity, right)
    with store.exclusive(call.session) as transaction:
        before = store.dossier(transaction, given.identity.matricule, call.session.clock.age())
        call.note(Target(matricule=before.matricule, state=before.state))
        next_state = after(before.state, Event.ASKED if given.asked else Event.IDENTITY, before.matricule)
        one = _begun(call, transaction, before, given, next_state)
        store.put_dossier(transaction, one)
        trace(call, transaction, actor, one.matricule, "à la demande du patient" if given.asked else "")
    return _told(call, one, 201 if before.state is not one.state else 200)


def _presented(identity: Identity, right: Identity | None) -> Presented:
    name, sent, expected = next(iter(differences(identity, right)), ("", "", ""))
    return Presented(
        matricule=identity.matricule,
        quality=identity.quality,
        known=right is not None,
        differs=name,
        sent=sent,
        right=expected,
        reachable=identity.contact.given,
    )


def _begun(call: Call, transaction: Transaction, before: Dossier, given: Given, state: State) -> Dossier:
    one = replace(before, state=state, identity=given.identity)
    if state is not State.INFORMING or before.state is State.INFORMING:
        return one
    now = call.session.clock.age()
    until = now + timedelta(days=rules_of(call.session).opposition_days)
    event = call.session.agenda.at(until, f"dp.{codes.CREATION}", one.matricule, within=transaction)
    return replace(one, since=now, until=until, event=event)


def state(call: Call, _actor: Actor) -> RawResponse:
    """Tell the state of a dossier."""
    query_of(call)
    with store.exclusive(call.session) as transaction:
        one = found(call, transaction)
    return _told(call, one)


def oppose(call: Call, actor: Actor) -> RawResponse:
    """Take the opposition of a patient: nothing is created, what waited is called off."""
    call.note(Form(tolerances=read_unused(call.body)))
    with store.exclusive(call.session) as transaction:
        before = found(call, transaction)
        one = _ended(call, transaction, before, after(before.state, Event.OPPOSITION, before.matricule))
        trace(call, transaction, actor, one.matricule)
    return _told(call, one)


def close(call: Call, actor: Actor) -> RawResponse:
    """Close a dossier at the wish of the patient: what it holds is erased."""
    call.note(Form(tolerances=read_unused(call.body)))
    with store.exclusive(call.session) as transaction:
        before = found(call, transaction)
        state = after(before.state, Event.CLOSURE, before.matricule)
        erased = store.erase(transaction, before.matricule)
        one = _ended(call, transaction, before, state)
        trace(call, transaction, actor, one.matricule)
    attestation = f"SIMULATION, données fictives. Dossier pharmaceutique clos, données effacées (INS {one.matricule})."
    call.note(Change(state=one.state))
    call.summarise("Dossier clos, données effacées")
    members = {**rendering.dossier(one, call.session.clock), "effacees": erased, "attestation": attestation}
    return rendering.answer(members)


def _ended(call: Call, transaction: Transaction, before: Dossier, state: State) -> Dossier:
    if before.event:
        call.session.agenda.cancel(before.event, within=transaction)
    one = Dossier(before.matricule, state, call.session.clock.age())
    store.put_dossier(transaction, one)
    return one


def refuse(call: Call, actor: Actor) -> RawResponse:
    """Take a refusal « case by case »: of consultation or of feeding, for this structure and the day."""
    scope, tolerances = read_refusal(call.body)
    call.note(Form(tolerances=tolerances), Asked(scope=scope))
    until = call.session.clock.age() + codes.REFUSAL_LASTS
    with store.exclusive(call.session) as transaction:
        one = found(call, transaction)
        if one.state is State.UNKNOWN:
            raise Refused("dossier-inconnu", received=one.state.value, where=f"dossier de {one.matricule}")
        store.refuse(transaction, one.matricule, actor.structure, scope, until)
        trace(call, transaction, actor, one.matricule, scope)
    call.summarise(f"Refus du patient : {scope}")
    members = {"matricule": one.matricule, "portee": scope, "fin": shown(until, call.session.clock)}
    return rendering.answer(members, 201)


def _told(call: Call, one: Dossier, status: int = 200) -> RawResponse:
    call.note(Change(state=one.state))
    call.summarise(f"Dossier {one.state.value}")
    return rendering.answer(rendering.dossier(one, call.session.clock), status)
