"""Operations that answer with the state of a prescription: status, cancellation, and the frame for those of officines.

Source: docs/sources/eprescription.md#contrat-simule, #etats.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from eprescription_mock import codes, store
from eprescription_mock.app.pipeline import current, found
from eprescription_mock.domain import operations
from eprescription_mock.domain.states import deadline, held, state_of
from eprescription_mock.domain.values import Actor, Prescription, Refused, Rules
from eprescription_mock.facts import Change
from eprescription_mock.options import rules_of
from eprescription_mock.wire import rendering
from eprescription_mock.wire.moments import wire_moment
from eprescription_mock.wire.parts import parameters
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse

__all__ = ["cancel", "changed", "status"]


async def cancel(call: Call, actor: Actor) -> RawResponse:
    """Cancel a prescription that nobody has begun."""
    parameters(call.body)
    return changed(call, actor, lambda p, now, rules: operations.cancel(p, actor, now, rules))


async def status(call: Call, actor: Actor) -> RawResponse:
    """Tell the state."""
    now, rules = call.session.clock.age(), rules_of(call.session)
    prescription = current(call, call.path_params["numero"], now, rules)
    if prescription.opposed and actor.profession in codes.PRESCRIBERS:
        received, where = f"{prescription.numero}, demandée par un prescripteur", "jeton Pro Santé Connect"
        raise Refused("opposition-du-patient", received=received, where=where)
    return _answered(call, actor, prescription, now, rules)


def changed(call: Call, actor: Actor, change: Callable[[Prescription, datetime, Rules], Prescription]) -> RawResponse:
    """Change a prescription in one transaction and answer with its state. Raises Refused."""
    now, rules = call.session.clock.age(), rules_of(call.session)
    with store.exclusive(call.session) as transaction:
        before = found(call, transaction, call.path_params["numero"], now, rules)
        after = change(before, now, rules)
        store.put(transaction, after)
    return _answered(call, actor, after, now, rules)


def _answered(call: Call, actor: Actor, after: Prescription, now: datetime, rules: Rules) -> RawResponse:
    state = state_of(after, now, rules)
    call.note(Change(numero=after.numero, state=state))
    call.summarise(f"Ordonnance {after.numero} : {state.value}")
    own = held(after, now, rules) and after.hold is not None and after.hold.structure == actor.structure
    lapses = wire_moment(deadline(after, rules), call.session.clock)
    return rendering.answer(rendering.status(after, state, lapses, actor.structure if own else ""))
