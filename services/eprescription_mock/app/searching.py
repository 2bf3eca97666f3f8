"""EP2: which prescriptions a patient has. Their content is given by EP3 only, to whoever holds the code.

Source: docs/sources/eprescription.md#operations-nationales (the name and who may), #recherche (the rest is ours).
"""

from __future__ import annotations

from datetime import datetime

from eprescription_mock import codes, store
from eprescription_mock.codes.states import State
from eprescription_mock.domain.prescribing import refuse_bad_ins
from eprescription_mock.domain.states import deadline, kept_still, state_of
from eprescription_mock.domain.values import Actor, Prescription, Refused, Rules
from eprescription_mock.facts import Form, Found
from eprescription_mock.options import rules_of
from eprescription_mock.wire import rendering
from eprescription_mock.wire.moments import wire_moment
from eprescription_mock.wire.parts import parameters
from eprescription_mock.wire.tolerances import of_parameters
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.http import RawResponse

__all__ = ["search"]

PATIENT, STATE = "Parameters.parameter.patient", "Parameters.parameter.statut"
OID = "urn:oid:"


async def search(call: Call, actor: Actor) -> RawResponse:
    """Find the prescriptions of a patient: all for an officine, their own for a prescriber."""
    asked = parameters(call.body)
    call.note(Form(tolerances=of_parameters(call.body)))
    root, _, matricule = asked.get("patient", "").partition("|")
    refuse_bad_ins(matricule, root.removeprefix(OID), PATIENT)
    state = _asked_state(asked.get("statut", ""))
    now, rules = call.session.clock.age(), rules_of(call.session)
    with store.exclusive(call.session) as transaction:
        known = store.listed(transaction, codes.MAX_FOUND + 1, matricule)
    mine = [p for p in known[: codes.MAX_FOUND] if kept_still(p, now) and _may_find(p, actor)]
    hidden = frozenset(p.numero for p in mine if p.opposed and actor.profession in codes.PRESCRIBERS)
    seen = [(p, state_of(p, now, rules)) for p in mine]
    kept = [(p, now_in) for p, now_in in seen if state is None or (now_in is state and p.numero not in hidden)]
    call.note(Found(matricule=matricule, numbers=tuple(p.numero for p, _ in kept)))
    call.summarise(f"{counted(len(kept), 'ordonnance')} du patient {matricule}")
    found = [_told(call, p, now_in, rules) for p, now_in in kept]
    return rendering.answer(rendering.search(hidden, found, cut=len(known) > codes.MAX_FOUND))


def _may_find(prescription: Prescription, actor: Actor) -> bool:
    return actor.profession in codes.EXECUTORS or prescription.prescriber == actor.national_id


def _asked_state(text: str) -> State | None:
    if text and text not in tuple(State):
        expected = ", ".join(State)
        raise Refused("element-invalide", text[:40], received=text, expected=expected, where=STATE)
    return State(text) if text else None


def _told(
    call: Call, prescription: Prescription, state: State, rules: Rules
) -> tuple[Prescription, State, datetime, datetime]:
    clock = call.session.clock
    written, lapses = wire_moment(prescription.prescribed_at, clock), wire_moment(deadline(prescription, rules), clock)
    return prescription, state, written, lapses
