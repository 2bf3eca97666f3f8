"""How INSi says no: the fault on the wire, and beside it the facts that explain it to people.

A rule that refuses is explained by its catalogue; an outage that the tester chose (a known identity, an option) is told
as such, for the client is not to blame. Source: docs/sources/insi.md#fautes, #refus. Knows the catalogue of errors and
the wire; decides nothing.
"""

from __future__ import annotations

from insi_mock import wire
from insi_mock.codes import ERRORS
from insi_mock.facts import Failed
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.record import refuse as refuse_for_the_sandbox
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.http import RawResponse

__all__ = ["fail", "outage", "refuse"]

OUTAGE = "SANDBOX-PANNE"


def refuse(call: Call, refused: Refused, message_id: str | None) -> RawResponse:
    """Answer what a rule refuses."""
    error = ERRORS[refused.code]
    call.refuse(refused.refusal(remedy=error.remedy, message=f"{error.code} : {error.label}", source=error.source))
    response = fail(call, refused.code, message_id)
    if isinstance(refused, wire.WrongVersion):
        return wire.version_mismatch(refused.answered_in)
    return wire.not_understood(refused.blocks) if isinstance(refused, wire.NotUnderstood) else response


def outage(call: Call, code: str, message_id: str | None, *, cause: str, remedy: str, where: str) -> RawResponse:
    """Answer an outage that the tester chose, by ``cause``; ``remedy`` says how the ordinary answer comes back."""
    refuse_for_the_sandbox(call.exchange, OUTAGE, received=cause, remedy=remedy, where=where)
    return fail(call, code, message_id)


def fail(call: Call, code: str, message_id: str | None, status: int = 500) -> RawResponse:
    """Answer an error; whoever calls this has said why."""
    label = ERRORS[code].label
    call.note(Failed(code=code, label=label))
    call.summarise(f"{call.exchange.summary or 'INSi'} : {code} {label}")
    return wire.fault(code, message_id, status, former=call.session.option("insi.gateway") == "former")
