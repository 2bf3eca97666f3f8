"""What every operation goes through: identity, rights, media type, one transaction, one answer per named request.

Source: docs/sources/eprescription.md#contrat-simule, #rejeu. Business state is committed before the answer.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime

from eprescription_mock import caller, codes, store
from eprescription_mock.domain import operations
from eprescription_mock.domain.prescribing import valid_number
from eprescription_mock.domain.states import kept_still, state_of
from eprescription_mock.domain.values import Actor, Prescription, Refused, Rules
from eprescription_mock.facts import Replay, Target
from eprescription_mock.options import SLOW_OPTION, milliseconds
from eprescription_mock.seeds import NUMBERS
from eprescription_mock.store import Transaction
from eprescription_mock.wire.outcomes import refusal
from eprescription_mock.wire.rendering import answer
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Handler
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.fhir import FHIR_JSON
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.media import read_media_type
from lgo_sandbox.wire.oauth import BadForm, read_form

__all__ = ["Work", "act_as_situation", "current", "found", "once", "operation", "query_of"]

FORM_EXPECTED = "des paramètres nom=valeur en UTF-8, chacun donné une fois"
Work = Callable[[Call, Actor], Awaitable[RawResponse]]


def operation(name: str, work: Work) -> Handler:
    """Return the handler of an operation: who asks, with which right, then the work or an OperationOutcome."""

    async def handler(call: Call) -> RawResponse:
        await call.enter(name)
        try:
            actor = await caller.identify(call)
            operations.authorise(name, actor)
            _refuse_media_type(call)
            await act_as_situation(call, call.path_params.get("numero", ""))
            return await work(call, actor)
        except Refused as refused:
            call.refuse(refused.explained())
            call.summarise(f"{name} refusé : {refused.error.text}")
            return refusal(refused)

    return handler


def _refuse_media_type(call: Call) -> None:
    media = read_media_type(call.headers.get("content-type"))
    if call.body and (media.name != FHIR_JSON or media.charset not in (None, "utf-8")):
        received = call.headers.get("content-type", "absent")
        raise Refused("type-de-media", received[:60], received=received, where="en-tête Content-Type")


async def act_as_situation(call: Call, numero: str) -> None:
    """Be slow or down for the numbers that ask for it. Raises Refused (503)."""
    if numero == NUMBERS[f"{codes.DOWN}-1"]:
        received = f"{numero}, le numéro de la situation {codes.DOWN}-1"
        raise Refused("indisponible", "situation 500", received=received, where="numéro de l'ordonnance")
    if numero == NUMBERS[f"{codes.SLOW}-1"]:
        await asyncio.sleep(milliseconds(call.session, SLOW_OPTION) / 1000)


def found(call: Call, transaction: Transaction, numero: str, now: datetime, rules: Rules) -> Prescription:
    """Return a prescription inside a transaction, noted for the checks. Raises Refused (404)."""
    return _noted(call, numero, store.find(transaction, numero) if valid_number(numero) else None, now, rules)


def current(call: Call, numero: str, now: datetime, rules: Rules) -> Prescription:
    """Return a prescription that will not change, noted for the checks. Raises Refused (404)."""
    return _noted(call, numero, store.current(call.session, numero) if valid_number(numero) else None, now, rules)


def _noted(call: Call, numero: str, prescription: Prescription | None, now: datetime, rules: Rules) -> Prescription:
    if prescription is None:
        raise Refused("numero-inconnu", numero[:40], received=numero, where="numéro de l'ordonnance")
    if not kept_still(prescription, now):
        received = f"{numero}, du {prescription.prescribed_at:%d/%m/%Y}"
        raise Refused("conservation-echue", received=received, where="numéro de l'ordonnance")
    call.note(
        Target(
            numero=prescription.numero,
            matricule=prescription.matricule,
            state=state_of(prescription, now, rules),
            holder=prescription.hold.structure if prescription.hold else "",
        )
    )
    return prescription


def query_of(call: Call) -> dict[str, str]:
    """Return the query parameters. Raises Refused."""
    try:
        return read_form(call.query.encode("latin-1"))
    except BadForm as error:
        where = "paramètres de l'adresse"
        raise Refused(
            "element-invalide", error.reason, received=call.query, expected=FORM_EXPECTED, where=where
        ) from error


def once(call: Call, actor: Actor, work: Callable[[Transaction], RawResponse]) -> RawResponse:
    """Do the work in one transaction; a request that names itself and comes again gets the same answer."""
    name = call.headers.get(codes.REQUEST_ID_HEADER, "").strip()
    if len(name) > codes.MAX_REQUEST_ID:
        limit = f"{codes.MAX_REQUEST_ID} caractères au plus"
        received, where = counted(len(name), "caractère"), "en-tête X-Request-Id"
        raise Refused("element-invalide", f"X-Request-Id : {limit}", received=received, expected=limit, where=where)
    key = f"{call.exchange.operation}|{actor.structure}|{actor.national_id}|{name}"
    digest = hashlib.sha256(f"{call.scope['path']}?{call.query}\n".encode() + call.body).hexdigest()
    with store.exclusive(call.session) as transaction:
        kept = store.answer_to(transaction, key, digest) if name else None
        if kept is not None:
            call.note(Replay(request_id=name))
            call.summarise(f"{call.exchange.operation} : requête rejouée, même réponse")
            return answer(kept[1], kept[0], ((codes.REPLAYED_HEADER, "1"),))
        fresh = work(transaction)
        if name:
            store.keep_answer(transaction, key, digest, fresh.status, fresh.body)
    return fresh
