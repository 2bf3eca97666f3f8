"""EP6: an officine tells under which invoice an execution was billed.

Source: docs/sources/eprescription.md#operations-nationales (the name), #facturation (the rest is ours). Invoicing
itself (SESAM-Vitale) is another system's.
"""

from __future__ import annotations

from eprescription_mock import codes, store
from eprescription_mock.app.pipeline import found, once, query_of
from eprescription_mock.domain import operations
from eprescription_mock.domain.states import state_of
from eprescription_mock.domain.values import Actor, Refused
from eprescription_mock.facts import Change, Form, Invoice, Receipt
from eprescription_mock.options import rules_of
from eprescription_mock.store import Transaction
from eprescription_mock.wire import rendering
from eprescription_mock.wire.parts import parameters
from eprescription_mock.wire.tolerances import of_parameters
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse

__all__ = ["bill"]


async def bill(call: Call, actor: Actor) -> RawResponse:
    """Keep the number of the invoice of an execution."""
    number = parameters(call.body).get("numeroFacture", "")
    receipt = query_of(call).get("receipt", "")
    call.note(Form(tolerances=of_parameters(call.body)), Receipt(receipt=receipt), Invoice(number=number))
    if not 0 < len(number) <= codes.MAX_INVOICE:
        received, where = number[:80] or "absent", "Parameters.parameter.numeroFacture"
        raise Refused("facture-invalide", received=received, where=where)
    return once(call, actor, lambda transaction: _billed(call, transaction, actor, receipt, number))


def _billed(call: Call, transaction: Transaction, actor: Actor, receipt: str, number: str) -> RawResponse:
    now, rules = call.session.clock.age(), rules_of(call.session)
    before = found(call, transaction, call.path_params["numero"], now, rules)
    after = operations.bill(before, actor, receipt, number)
    store.put(transaction, after)
    state = state_of(after, now, rules)
    call.note(Change(numero=after.numero, state=state))
    call.summarise(f"Exécution {receipt} de l'ordonnance {after.numero} facturée sous {number}")
    return rendering.answer(rendering.executed(after, receipt, state))
