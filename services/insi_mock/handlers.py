"""The operations of INSi: what each reads, asks the rules, notes for the checks and answers.

Source: specs/insi.md §1.2 (searches, high), §1.6 (verification: reconstructed). One short handler each.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, cast

from insi_mock import lookup, store, wire
from insi_mock.authentication import check_card_assertion
from insi_mock.codes import ERRORS, LABELS, VERIFIED, ReturnCode
from insi_mock.domain import (
    Answer,
    CardRequest,
    Claim,
    Identity,
    Known,
    Refused,
    Strategy,
    Traits,
    as_facts,
    broken_card_rules,
    broken_rules,
    by_card,
    check_card_request,
    check_traits,
    mismatches,
    search,
    with_root,
)
from insi_mock.seeds import OUTAGES, VERIFIED_KO
from insi_mock.windows import search_facts, verification_facts, window_facts
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.soap import Envelope

__all__ = ["HANDLERS", "MAX_BATCH", "MAX_DEPOSITS", "fail"]

MAX_BATCH = 1_000
MAX_DEPOSITS = 1_000


async def search_by_traits(call: Call, envelope: Envelope) -> RawResponse:
    """Search an identity by its traits (WS_INS2)."""
    traits = wire.traits_of(envelope)
    broken = broken_rules(traits)
    call.note(traits=as_facts(traits), broken_rules=[as_facts(rule) for rule in broken])
    call.summarise(f"Recherche de l'INS de {traits.birth_name} {traits.first_names}")
    check_traits(traits)
    if traits.birth_name in OUTAGES:
        return fail(call, OUTAGES[traits.birth_name][0], envelope.message_id)
    people = lookup.candidates(call.session, traits.birth_name, traits.sex, traits.birth_date, _generated(call))
    found = _rooted(call.session, search(people, traits, _strategy(call.session)))
    call.note(**search_facts(call, traits))
    return _answer(call, envelope, found, "insi_102", f"{traits.birth_name} {traits.first_names}")


async def search_by_card(call: Call, envelope: Envelope) -> RawResponse:
    """Search an identity by what a carte Vitale says (WS_INS1)."""
    request = wire.card_request_of(envelope)
    call.note(card=as_facts(request), broken_rules=[as_facts(rule) for rule in broken_card_rules(request)])
    call.summarise(f"Recherche de l'INS par la carte Vitale {request.number}")
    check_card_request(request)
    check_card_assertion(call, envelope, request.number)
    if request.birth_name in OUTAGES:
        return fail(call, OUTAGES[request.birth_name][1], envelope.message_id)
    found = _rooted(call.session, _designated(call, request))
    return _answer(call, envelope, found, "insi_101", request.number)


def _designated(call: Call, request: CardRequest) -> Answer:
    """Return whom the card designates; it is only a key, what is answered is what INSi knows."""
    session, generated = call.session, _generated(call)
    card = lookup.card_numbered(session, request.number, generated)
    covered = card.beneficiaries if card else ()
    known = (lookup.person_numbered(session, one.matricule, generated) for one in covered)
    return by_card(card, request, [person.answer for person in known if person])


async def verify(call: Call, envelope: Envelope) -> RawResponse:
    """Say whether a matricule and traits are those of one person (WS_INS3, reconstructed)."""
    claim = wire.claim_of(envelope)
    _check_claims(call, [claim] if claim else [], envelope)
    assert claim is not None
    call.summarise(f"Vérification de l'INS {claim.matricule}")
    if claim.traits.birth_name in OUTAGES:
        return fail(call, OUTAGES[claim.traits.birth_name][0], envelope.message_id)
    known = lookup.person_numbered(call.session, claim.matricule, _generated(call))
    conforms = _conforms(call.session, claim, known)
    code, label = VERIFIED[conforms]
    call.note(code=code.value, label=label, verified=conforms, **_claimed(claim, known))
    call.note(**verification_facts(call, claim.matricule, conforms))
    call.note(**window_facts(call, {claim.matricule, f"{claim.traits.birth_name} {claim.traits.first_names}"}))
    call.summarise(f"{call.exchange.summary} : {label}")
    return wire.verified(conforms)


async def deposit(call: Call, envelope: Envelope) -> RawResponse:
    """Take a batch to be verified (WS_INS4, reconstructed)."""
    claims = wire.claims_of(envelope)
    call.summarise(f"Dépôt de {len(claims)} identités à vérifier")
    if not 0 < len(claims) <= MAX_BATCH:
        raise Refused("insi_simule_lot", f"{len(claims)} identités", f"de 1 à {MAX_BATCH} identités")
    _check_claims(call, claims, envelope)
    if store.deposits(call.session.db) >= MAX_DEPOSITS:
        raise Refused("insi_simule_plein", f"{MAX_DEPOSITS} dépôts en attente", "moins de dépôts")
    kept = _kept(call, claims)
    subjects = (window_facts(call, {claim.matricule})["doubt"] for claim in claims)
    call.note(code=ReturnCode.ONE.value, deposit=kept.number, doubt=next(filter(None, subjects), ""))
    return wire.deposited(kept.number, len(claims), kept.ready)


def _kept(call: Call, claims: Iterable[Claim]) -> store.Deposit:
    session = call.session
    results = tuple(
        (claim.ref, _conforms(session, claim, lookup.person_numbered(session, claim.matricule, _generated(call))))
        for claim in claims
    )
    ready = session.clock.age() + timedelta(seconds=int(session.option("insi.batch_delay")))
    kept = store.Deposit(session.ids.uuid(), ready, results)
    store.keep(session.db, kept)
    return kept


async def collect(call: Call, envelope: Envelope) -> RawResponse:
    """Give the results of a batch once its time has come (WS_INS5, reconstructed)."""
    number = wire.deposit_number_of(envelope)
    call.summarise(f"Relève du dépôt {number[:40]}")
    found = store.deposit(call.session.db, number)
    if found is None:
        raise Refused("insi_simule_depot", f"dépôt « {number[:80]} »", "un numéro rendu par un dépôt de cette session")
    early = found.ready - call.session.clock.age()
    ready = early <= timedelta()
    call.note(code=ReturnCode.ONE.value, deposit=number, early_seconds=max(early.total_seconds(), 0.0))
    return wire.collected(number, found.results if ready else None)


HANDLERS: Mapping[wire.OperationShape, Callable[[Call, Envelope], Awaitable[RawResponse]]] = {
    wire.BY_TRAITS: search_by_traits,
    wire.BY_CARD: search_by_card,
    wire.VERIFY: verify,
    wire.DEPOSIT: deposit,
    wire.COLLECT: collect,
}


def fail(call: Call, code: str, message_id: str | None, status: int = 500) -> RawResponse:
    """Answer an error of the table."""
    call.exchange.outcome = "refused"
    call.note(error=code)
    call.summarise(f"{call.exchange.summary or 'INSi'} : {code} {ERRORS[code].label}")
    return wire.fault(code, message_id, status, former=call.session.option("insi.gateway") == "former")


def _generated(call: Call) -> int:
    return call.sandbox.settings.generated_people


def _strategy(session: Session) -> Strategy:
    names = ("first_names", "birth_name", "birth_date")
    return Strategy(*(cast(Any, session.option(f"insi.{name}")) for name in names))


def _rooted(session: Session, found: Answer) -> Answer:
    if found.identity is None:
        return found
    return Answer(found.code, with_root(found.identity, session.option("insi.nir_root")))


def _answer(call: Call, envelope: Envelope, found: Answer, failure: str, subject: str) -> RawResponse:
    """Answer a search; by option nobody found is a technical failure, as in the official test environment."""
    call.note(**_told(found))
    call.note(**window_facts(call, {subject, found.identity.matricule if found.identity else ""}))
    if found.code is ReturnCode.NONE and call.session.option("insi.not_found") == "failure":
        return fail(call, failure, envelope.message_id)
    call.summarise(f"{call.exchange.summary} : {found.code} {LABELS[found.code]}")
    return wire.answer(found, call.session.option("insi.serialisation"))


def _told(found: Answer) -> dict[str, object]:
    facts: dict[str, object] = {"code": found.code.value, "label": LABELS[found.code]}
    if found.identity is not None:
        facts["answer"] = _told_identity(found.identity)
    return facts


def _told_identity(identity: Identity) -> dict[str, object]:
    answer = as_facts(identity)
    answer["history"] = [f"{former.matricule} ({former.oid})" for former in identity.history]
    answer["listed_first_names"] = " ".join(answer.pop("first_names"))
    return answer


def _check_claims(call: Call, claims: list[Claim], envelope: Envelope) -> None:
    """Raise Refused for a verification that names nobody, or without matricule, OID and the four traits."""
    call.note(claims=[claim.matricule for claim in claims][:MAX_BATCH])
    for claim in claims:
        traits: Traits = claim.traits
        if all((claim.matricule, claim.oid, traits.birth_name, traits.first_names, traits.sex, traits.birth_date)):
            continue
        raise Refused("insi_simule_verification", f"identité « {claim.matricule} »", "matricule, OID et traits stricts")
    if not claims:
        raise Refused("insi_simule_verification", f"contenu {envelope.body_qname}", "un élément IndividuVerifie")


def _conforms(session: Session, claim: Claim, known: Known | None) -> bool:
    decided = store.forced(session.db).get(claim.matricule)
    if decided is not None:
        return decided
    current = known.key if known and known.key.matricule == claim.matricule else None
    return claim.matricule not in VERIFIED_KO and not mismatches(claim, current)


def _claimed(claim: Claim, known: Known | None) -> dict[str, object]:
    """Return what is claimed beside what INSi tells of the person, for the checks."""
    facts: dict[str, object] = {"claim": {"matricule": claim.matricule, "oid": claim.oid, **as_facts(claim.traits)}}
    current = known.key if known and known.key.matricule == claim.matricule else None
    facts["mismatches"] = mismatches(claim, current)
    if known is not None:
        facts["known"] = _told_identity(known.answer)
        facts["odd"] = known.answer != known.key
    return facts
