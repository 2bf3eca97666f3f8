"""How the ApCV service says no: the fault on the wire, and beside it the facts that explain it to people.

Source: docs/sources/apcv.md#refus. Knows the catalogue of errors and the wire; decides nothing.
"""

from __future__ import annotations

from apcv_mock import wire
from apcv_mock.codes import ERRORS
from apcv_mock.facts import Failed
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.record import refuse as refuse_for_the_sandbox
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.http import RawResponse

__all__ = ["OUTAGE", "fail", "outage", "refuse"]

OUTAGE = "apcv_simule_indisponible"


def refuse(call: Call, refused: Refused) -> RawResponse:
    """Answer what a rule refuses."""
    error = ERRORS[refused.code]
    call.refuse(refused.refusal(remedy=error.remedy, message=error.label, source=error.source))
    response = fail(call, refused.code)
    if isinstance(refused, wire.WrongVersion):
        return wire.version_mismatch(refused.answered_in)
    return wire.not_understood(refused.blocks) if isinstance(refused, wire.NotUnderstood) else response


def outage(call: Call, text: str) -> RawResponse:
    """Answer the outage that the tester chose by a code of his own."""
    refuse_for_the_sandbox(
        call.exchange,
        "SANDBOX-PANNE",
        received=f"Donnees « {text} », code d'essai qui déclenche une panne",
        remedy="Transmettez le code d'un téléphone pour revoir la réponse ordinaire.",
        where="Donnees",
    )
    return fail(call, OUTAGE)


def fail(call: Call, code: str, status: int = 500) -> RawResponse:
    """Answer an error; whoever calls this has said why."""
    label = ERRORS[code].label
    call.note(Failed(code=code, label=label))
    call.summarise(f"{call.exchange.summary or 'ApCV'} : {label}")
    return wire.fault(code, status)
