"""The routes of INSi and what happens to a request: read, named, authenticated, judged, answered.

Source: specs/insi.md §0 (one address, routing by action) and §1.1 (200 for a business answer, 500 for a fault). Knows
the other rooms; holds no rule and no octet of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import cast

from fastapi import FastAPI

from insi_mock import store, wire
from insi_mock.authentication import authenticate
from insi_mock.codes import DOUBT_RAISED, DOUBT_REMOVED, ERRORS, LABELS
from insi_mock.domain import Answer, Identity, Refused, Run, Traits, broken_rules, check_idam, check_traits, with_root
from insi_mock.domain import search as search_among
from insi_mock.seeds import OUTAGES, known_people
from lgo_sandbox.asgi import Call
from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.session import Session
from lgo_sandbox.web import Route, service_app
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.media import read_media_type
from lgo_sandbox.wire.soap import Envelope

__all__ = ["DESCRIBE", "PATH", "create_app"]

PATH = "/lps"
"""The path of every téléservice of the national health insurance behind this gateway."""
DESCRIBE = "wsdl"


def create_app(_sandbox: Sandbox) -> FastAPI:
    """Return the application of the door ``insi``."""
    routes = (
        Route("POST", PATH, receive),
        Route("GET", PATH, describe),
    )
    return service_app("INSi", routes, wire.problem)


async def receive(call: Call) -> RawResponse:
    """Answer a SOAP request."""
    message_id = None
    try:
        envelope = wire.read(call.body)
        message_id = envelope.message_id
        return await _perform(call, envelope)
    except wire.WrongVersion as wrong:
        _refuse(call, wrong, message_id)
        return wire.version_mismatch(wrong.answered_in)
    except Refused as refused:
        return _refuse(call, refused, message_id)


async def describe(call: Call) -> RawResponse:
    """Answer ``?wsdl`` with the description of the service."""
    if not call.query.lower().startswith(DESCRIBE):
        call.exchange.outcome = "refused"
        return wire.problem(Problem(ProblemKind.INTERNAL, 405, "POST, ou GET ?wsdl", {"Allow": "POST"}))
    await call.enter(DESCRIBE)
    call.summarise("INSi : description du service (WSDL)")
    return wire.wsdl(call.url() + PATH)


async def _perform(call: Call, envelope: Envelope) -> RawResponse:
    content_type = call.headers.get("content-type")
    shape = wire.operation_of(envelope, content_type)
    await call.enter(shape.name)
    call.note(
        message_id=envelope.message_id or "",
        action=envelope.action or "",
        expected_action=shape.action,
        media_type=read_media_type(content_type).name,
    )
    caller = authenticate(call, envelope)
    call.note(authentication=caller.mode, caller=caller.name)
    context = wire.context_of(envelope)
    call.note(context=asdict(context))
    check_idam(context.idam, any_idam=call.session.option("insi.any_idam") == "yes")
    return await HANDLERS[shape](call, envelope)


async def by_traits(call: Call, envelope: Envelope) -> RawResponse:
    """Search an identity by its traits (WS_INS2)."""
    traits = wire.traits_of(envelope)
    broken = broken_rules(traits)
    call.note(traits=asdict(traits), broken_rules=[asdict(rule) for rule in broken])
    call.summarise(f"Recherche de l'INS de {traits.birth_name} {traits.first_names}")
    check_traits(traits)
    if traits.birth_name in OUTAGES:
        return _fail(call, OUTAGES[traits.birth_name], envelope.message_id)
    found = search(call.session, traits)
    call.note(doubt=_doubt(call.session, traits, found.identity), **_told(found))
    call.summarise(f"{call.exchange.summary} : {found.code} {LABELS[found.code]}")
    return wire.answer(found, call.session.option("insi.serialisation"))


async def by_card(call: Call, envelope: Envelope) -> RawResponse:
    """Refuse the search by carte Vitale (WS_INS1) as the service does when its back-end fails: not simulated yet."""
    call.summarise("Recherche de l'INS par carte Vitale")
    return _fail(call, "insi_101", envelope.message_id)


HANDLERS: Mapping[wire.OperationShape, Callable[[Call, Envelope], Awaitable[RawResponse]]] = {
    wire.BY_TRAITS: by_traits,
    wire.BY_CARD: by_card,
}


def search(session: Session, traits: Traits) -> Answer:
    """Return whom the traits designate in a session: among the reference people and those it added."""
    key = traits.birth_name, traits.sex, traits.birth_date
    people = [*known_people(session.people).get(key, ()), *store.having(session.db, key)]
    found = search_among(people, traits, cast(Run, session.option("insi.first_names")))
    if found.identity is None:
        return found
    return Answer(found.code, with_root(found.identity, session.option("insi.nir_root")))


def _doubt(session: Session, traits: Traits, found: Identity | None) -> str:
    """Return the doubt that the user raised about this person and did not remove, else ""."""
    subjects = {f"{traits.birth_name} {traits.first_names}", found.matricule if found else ""} - {""}
    names = {*DOUBT_RAISED, *DOUBT_REMOVED}
    said = [marker.name for marker in session.markers.all() if marker.subject in subjects and marker.name in names]
    return said[-1] if said and said[-1] in DOUBT_RAISED else ""


def _told(found: Answer) -> dict[str, object]:
    facts: dict[str, object] = {"code": found.code.value, "label": LABELS[found.code]}
    if found.identity is not None:
        answer = asdict(found.identity)
        answer["history"] = [f"{former.matricule} ({former.oid})" for former in found.identity.history]
        answer["listed_first_names"] = " ".join(answer.pop("first_names"))
        facts["answer"] = answer
    return facts


def _refuse(call: Call, refused: Refused, message_id: str | None) -> RawResponse:
    call.note(refusal={"code": refused.code, "received": refused.received, "expected": refused.expected})
    return _fail(call, refused.code, message_id)


def _fail(call: Call, code: str, message_id: str | None) -> RawResponse:
    call.exchange.outcome = "refused"
    call.note(error=code)
    call.summarise(f"{call.exchange.summary or 'INSi'} : {code} {ERRORS[code].label}")
    return wire.fault(code, message_id)
