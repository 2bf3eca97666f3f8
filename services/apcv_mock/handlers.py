"""The four operations of ApCV: what each reads, asks the rules, notes for the checks and answers.

Source: docs/sources/apcv.md#operations. One short handler each.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apcv_mock import options, store, wire
from apcv_mock.answering import OUTAGE, outage
from apcv_mock.codes import ERRORS
from apcv_mock.domain import (
    MAGIC_CODES,
    Persona,
    State,
    certified_of,
    check_bill,
    check_biller,
    check_usable,
    end_of,
    rights_on,
    state_of,
)
from apcv_mock.facts import Authentication, ContextUsed, Mode, Opened, Presented, Signed
from apcv_mock.phones import SECRET, has_phone, phone_of, read_shown, why_no_phone
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.soap import Envelope

__all__ = ["HANDLERS", "told_moment"]

PARIS = ZoneInfo("Europe/Paris")
"""Moments without zone are told in legal time (docs/sources/apcv.md#contexte)."""
WHERE_CODE = "AuthentifierUtilisateurProximiteReq/Donnees"
SHOWN = 60


async def authenticate_nearby(call: Call, envelope: Envelope, caller: Authentication) -> RawResponse:
    """Open a context by the code that the patient's phone shows."""
    written, biller = wire.code_of(envelope), wire.biller_of(envelope)
    text = written.strip()
    found = read_shown(call.session, text)
    persona_id, age = (found[0].persona, found[1]) if found else ("", None)
    call.note(
        Presented(
            persona=persona_id,
            age=age.total_seconds() if age is not None else None,
            padded=written != text,
            biller=biller,
        )
    )
    call.summarise(f"Lecture de l'appli carte Vitale{f' de « {persona_id} »' if persona_id else ''}")
    check_biller(biller)
    if MAGIC_CODES.get(text) == OUTAGE:
        return outage(call, text)
    persona = _holder(call.session, text, persona_id, age)
    context, others = _open(call.session, persona, caller.caller, text)
    call.note(
        Opened(
            context=context.id,
            persona=persona.id,
            people=tuple(one.matricule for one in persona.covered),
            uncertified=tuple(one.matricule for one in persona.covered if not certified_of(one)),
            others=others,
        )
    )
    told = _told(call.session, context, persona, whole=caller.mode is Mode.CARD)
    return wire.authenticated(told, _message_id(call), envelope.message_id)


def _holder(session: Session, text: str, persona_id: str, age: timedelta | None) -> Persona:
    """Return whose phone shows a code. Raises Refused for a code that is unknown, stale, or of no phone any more."""
    persona = phone_of(session, persona_id) if persona_id else None
    if persona is None or age is None:
        raise _unreadable(text)
    seconds = options.code_seconds(session)
    if not 0 <= age.total_seconds() <= seconds:
        raise Refused(
            "apcv_simule_code_perime",
            received=f"un code affiché il y a {age.total_seconds():.0f} s",
            expected=f"un code affiché depuis {seconds} s au plus, à l'horloge de la session",
            where=WHERE_CODE,
        )
    if not has_phone(session, persona):
        raise Refused(
            "apcv_simule_code_inconnu",
            received=f"un code de « {persona.id} »",
            expected="le code d'une personne qui a l'appli",
            where=WHERE_CODE,
            remedy=why_no_phone(persona),
        )
    return persona


def _unreadable(text: str) -> Refused:
    code = MAGIC_CODES.get(text, "apcv_simule_code_inconnu")
    received = f"« {text[:SHOWN]} »" if text else "absent"
    told = f"{received}, code d'essai" if text in MAGIC_CODES else received
    expected = "le texte entier d'un code affiché par un téléphone de cette session"
    return Refused(code, received=told, expected=expected, where=WHERE_CODE, remedy=ERRORS[code].remedy)


def _open(session: Session, persona: Persona, owner: str, text: str) -> tuple[store.Context, tuple[str, ...]]:
    """Keep a new context; return it, with the ones that its owner had left open. Raises Refused for a used code."""
    now = session.clock.age()
    context = store.Context(
        id=session.ids.uuid(),
        token=session.ids.token(24),
        persona=persona.id,
        owner=owner,
        opened=now,
        ends=end_of(now, options.context_minutes(session)),
        destroyed=False,
    )
    with session.db.transaction(alone=True) as transaction:
        if not options.codes_serve_again(session):
            if store.used(transaction, text):
                raise Refused(
                    "apcv_simule_code_utilise",
                    received=f"« {text[:SHOWN]}… », qui a déjà ouvert un contexte",
                    expected="un code qui n'a pas encore servi",
                    where=WHERE_CODE,
                )
            store.use_code(transaction, text)
        others = tuple(one.id for one in _open_ones(store.contexts(transaction, owner), now))
        store.open_context(transaction, context)
    return context, others


async def restore(call: Call, envelope: Envelope, caller: Authentication) -> RawResponse:
    """Give back the context, or all contexts, that the professional has open."""
    call.summarise("Restitution du contexte ApCV")
    session, now = call.session, call.session.clock.age()
    with session.db.transaction() as transaction:
        known = store.contexts(transaction, caller.caller)
    found = list(_open_ones(known, now))
    if not found:
        last = known[0] if known else None
        state = state_of(last.ends, now, destroyed=last.destroyed) if last else State.UNKNOWN
        raise Refused(
            "apcv_simule_aucun_contexte",
            received=f"le dernier contexte, {state}" if last else "aucun contexte ouvert par ce professionnel",
            expected="un contexte en cours de ce professionnel, dans cette session",
            where="RestituerContexteApCVReq",
        )
    given = found if options.all_restored(session) else found[:1]
    call.note(ContextUsed(context=given[0].id, state=State.OPEN.value))
    whole = caller.mode is Mode.CARD
    told = [_told(session, one, _persona(session, one), whole=whole) for one in given]
    return wire.restored(told, _message_id(call), envelope.message_id)


async def destroy(call: Call, envelope: Envelope, caller: Authentication) -> RawResponse:
    """End a context before its time."""
    identifier = wire.context_of(envelope)
    call.summarise(f"Destruction du contexte ApCV {identifier[:SHOWN]}")
    with call.session.db.transaction(alone=True) as transaction:
        context = store.find(transaction, identifier, caller.caller)
        _check(call, context, identifier)
        store.destroy(transaction, identifier)
    return wire.destroyed(identifier, _message_id(call), envelope.message_id)


async def sign(call: Call, envelope: Envelope, caller: Authentication) -> RawResponse:
    """Sign the digests of a bill in the name of the patient; the bill itself is not looked at."""
    identifier, bill = wire.context_of(envelope), wire.bill_of(envelope)
    call.summarise(f"Signature dans le contexte ApCV {identifier[:SHOWN]}")
    session, now = call.session, call.session.clock.age()
    with session.db.transaction(alone=True) as transaction:
        context = _check(call, store.find(transaction, identifier, caller.caller), identifier)
        persona = _persona(session, context)
        people = tuple(one.matricule for one in persona.covered)
        call.note(Signed(context=identifier, bill=bill, people=people))
        check_bill(bill, persona.insured)
        store.signed(transaction, session.ids.uuid(), identifier, now, bill.fse, bill.dre)
    signature = hmac.new(
        session.secret(SECRET).encode(), f"{identifier}|{bill.insured}|{bill.fse}|{bill.dre}".encode(), "sha256"
    ).hexdigest()
    moment = told_moment(session.clock.wire())
    return wire.signed(identifier, signature, moment, _message_id(call), envelope.message_id)


Handle = Callable[[Call, Envelope, Authentication], Awaitable[RawResponse]]

HANDLERS: Mapping[wire.OperationShape, Handle] = {
    wire.AUTHENTICATE: authenticate_nearby,
    wire.RESTORE: restore,
    wire.DESTROY: destroy,
    wire.SIGN_BILL: sign,
}


def told_moment(moment: datetime) -> datetime:
    """Return a moment in the legal time of France."""
    return moment.astimezone(PARIS)


def _check(call: Call, context: store.Context | None, identifier: str) -> store.Context:
    """Return the context of a call, once it is noted what it is. Raises Refused when it is not open."""
    now = call.session.clock.age()
    state = state_of(context.ends, now, destroyed=context.destroyed) if context else State.UNKNOWN
    call.note(ContextUsed(context=identifier, state=state.value))
    ends = f"{told_moment(context.ends):%d/%m/%Y %H:%M:%S}" if context else ""
    check_usable(state, identifier, ends)
    assert context is not None
    return context


def _open_ones(known: Iterable[store.Context], now: datetime) -> Iterator[store.Context]:
    return (one for one in known if state_of(one.ends, now, destroyed=one.destroyed) is State.OPEN)


def _persona(session: Session, context: store.Context) -> Persona:
    persona = phone_of(session, context.persona)
    assert persona is not None
    return persona


def _told(session: Session, context: store.Context, persona: Persona, *, whole: bool) -> wire.Told:
    """Return a context as it is told; ``whole``: with the rights, which are for the bearer of a CPS."""
    wire_now, now = session.clock.both()
    today = now.date()
    return wire.Told(
        id=context.id,
        token=context.token,
        ends=told_moment(wire_now + (context.ends - now)),
        insured=persona.insured,
        people=[(one, rights_on(one, today) if whole else None) for one in persona.covered],
    )


def _message_id(call: Call) -> str:
    return f"uuid:{call.session.ids.uuid()}"
