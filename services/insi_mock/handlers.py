"""The operations of INSi: what each reads, asks the rules, notes for the checks and answers.

Source: docs/sources/insi.md#operations (searches high; verification reconstructed). One short handler each.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from insi_mock import lookup, store, wire
from insi_mock.answering import outage
from insi_mock.caller import check_card_assertion
from insi_mock.codes import LABELS, VERIFIED, ReturnCode
from insi_mock.domain import (
    Answer,
    CardRequest,
    Claim,
    Known,
    Strategy,
    Stray,
    broken_card_rules,
    broken_rules,
    by_card,
    check_rules,
    mismatches,
    search,
    with_root,
)
from insi_mock.facts import (
    CardAsked,
    ClaimAsked,
    Collected,
    Concerned,
    Deposited,
    MatriculesSent,
    Message,
    Searched,
    TraitsAsked,
    Verified,
)
from insi_mock.seeds import OUTAGES, as_live
from insi_mock.verifying import conforms, current, take_batch
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.soap import Envelope

__all__ = ["HANDLERS", "MAX_BATCH", "MAX_DEPOSITS", "strays_of"]

MAX_BATCH = 1_000
MAX_DEPOSITS = 1_000


async def search_by_traits(call: Call, envelope: Envelope) -> RawResponse:
    """Search an identity by its traits (WS_INS2)."""
    traits = wire.traits_of(envelope)
    broken = broken_rules(traits, strays_of(call))
    call.note(TraitsAsked(traits=traits, broken=tuple(broken)))
    call.summarise(f"Recherche de l'INS de {traits.birth_name} {traits.first_names}")
    check_rules(broken)
    if traits.birth_name in OUTAGES:
        return _seeded_outage(call, envelope, traits.birth_name)
    people = lookup.candidates(call.session, traits.birth_name, traits.sex, traits.birth_date, _generated(call))
    strategy = _strategy(call.session)
    found = search(people, traits, strategy)
    hidden = search(people, replace(traits, birth_place=""), strategy) if found.code is ReturnCode.NONE else found
    elsewhere = hidden.identity.birth_place if hidden is not found and hidden.identity else ""
    who = f"{traits.birth_name} {traits.first_names}"
    return _answer(call, envelope, _rooted(call.session, found), "insi_102", who, elsewhere)


async def search_by_card(call: Call, envelope: Envelope) -> RawResponse:
    """Search an identity by what a carte Vitale says (WS_INS1)."""
    request = wire.card_request_of(envelope)
    broken = broken_card_rules(request, strays_of(call))
    call.note(CardAsked(request=request, broken=tuple(broken)))
    call.note(MatriculesSent(matricules=wire.matricules_of(envelope)))
    call.summarise(f"Recherche de l'INS par la carte Vitale {request.number}")
    check_rules(broken)
    check_card_assertion(call, envelope, request.number)
    if request.birth_name in OUTAGES:
        return _seeded_outage(call, envelope, request.birth_name, by_card=True)
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
    _note_claims(call, [claim] if claim else [], envelope)
    if claim is None:
        raise _nobody(call)
    _check_claim(claim)
    call.summarise(f"Vérification de l'INS {claim.matricule}")
    if claim.traits.birth_name in OUTAGES:
        return _seeded_outage(call, envelope, claim.traits.birth_name)
    known = lookup.person_numbered(call.session, claim.matricule, _generated(call))
    right = conforms(store.forced(call.session.db), claim, known)
    call.note(_verified(claim, known, right=right))
    call.note(Concerned(people=(claim.matricule, f"{claim.traits.birth_name} {claim.traits.first_names}")))
    call.summarise(f"{call.exchange.summary} : {VERIFIED[right][1]}")
    return wire.verified(right)


def _verified(claim: Claim, known: Known | None, *, right: bool) -> Verified:
    """Return what was answered beside what INSi tells of the person, for the checks."""
    code, label = VERIFIED[right]
    return Verified(
        claim=claim,
        code=code.value,
        label=label,
        conforms=right,
        differs=tuple(mismatches(claim, current(claim, known))),
        known=known.answer if known else None,
        odd=known is not None and known.answer != known.key,
    )


async def deposit(call: Call, envelope: Envelope) -> RawResponse:
    """Take a batch to be verified (WS_INS4, reconstructed)."""
    claims = wire.claims_of(envelope)
    call.summarise(f"Dépôt de {len(claims)} identités à vérifier")
    if not 0 < len(claims) <= MAX_BATCH:
        raise Refused(
            "insi_simule_lot",
            received=f"{len(claims)} éléments IndividuVerifie",
            expected=f"de 1 à {MAX_BATCH} éléments IndividuVerifie",
            where="Depot",
        )
    _note_claims(call, claims, envelope)
    for claim in claims:
        _check_claim(claim)
    if store.deposits(call.session.db) >= MAX_DEPOSITS:
        expected = f"moins de {MAX_DEPOSITS} dépôts dans la session"
        raise Refused(
            "insi_simule_plein", received=f"{MAX_DEPOSITS} dépôts déjà reçus", expected=expected, where="session"
        )
    number, ready = take_batch(call.session, claims, _generated(call))
    call.note(Deposited(number=number, count=len(claims), ready=ready))
    call.note(Concerned(people=tuple(claim.matricule for claim in claims)))
    return wire.deposited(number, len(claims), ready)


async def collect(call: Call, envelope: Envelope) -> RawResponse:
    """Give the results of a batch once its time has come (WS_INS5, reconstructed)."""
    number = wire.deposit_number_of(envelope)
    call.summarise(f"Relève du dépôt {number[:40]}")
    found = store.deposit(call.session.db, number)
    if found is None:
        raise Refused(
            "insi_simule_depot",
            received=number or "absent",
            expected="un numéro rendu par un dépôt de cette session",
            where="Releve/NumeroDepot",
        )
    early = max((found.ready - call.session.clock.age()).total_seconds(), 0.0)
    call.note(Collected(number=number, early=early))
    return wire.collected(number, None if early else found.results)


HANDLERS: Mapping[wire.OperationShape, Callable[[Call, Envelope], Awaitable[RawResponse]]] = {
    wire.BY_TRAITS: search_by_traits,
    wire.BY_CARD: search_by_card,
    wire.VERIFY: verify,
    wire.DEPOSIT: deposit,
    wire.COLLECT: collect,
}


def _seeded_outage(call: Call, envelope: Envelope, name: str, *, by_card: bool = False) -> RawResponse:
    code = OUTAGES[name][by_card]
    return outage(
        call,
        code,
        envelope.message_id,
        cause=f"NomNaissance « {name} », nom d'essai qui déclenche {code}",
        remedy="Envoyez le nom d'une autre personne pour revoir la réponse ordinaire.",
        where="NomNaissance",
    )


def strays_of(call: Call) -> Sequence[Stray]:
    """Return what is out of place in the request, as it was noted when the operation was named."""
    message = call.exchange.noted.get(Message)
    return message.strays if message else ()


def _generated(call: Call) -> int:
    return call.sandbox.settings.generated_people


def _strategy(session: Session) -> Strategy:
    names = ("first_names", "birth_name", "birth_date")
    return Strategy(*(cast(Any, session.option(f"insi.{name}")) for name in names))


def _rooted(session: Session, found: Answer) -> Answer:
    if found.identity is None:
        return found
    told = found.identity if session.option("insi.history") == "plan" else as_live(found.identity)
    return Answer(found.code, with_root(told, session.option("insi.nir_root")))


def _answer(
    call: Call, envelope: Envelope, found: Answer, failure: str, asked: str, elsewhere: str = ""
) -> RawResponse:
    """Answer a search; by option nobody found is a technical failure, as in the official test environment."""
    code, label = found.code.value, LABELS[found.code]
    call.note(Searched(code=code, label=label, identity=found.identity, elsewhere=elsewhere))
    call.note(Concerned(people=(asked, found.identity.matricule) if found.identity else (asked,)))
    if found.code is ReturnCode.NONE and call.session.option("insi.not_found") == "failure":
        return outage(
            call,
            failure,
            envelope.message_id,
            cause=f"personne introuvable, que l'option insi.not_found rend par {failure}",
            remedy="Remettez l'option insi.not_found à « 01 » pour revoir le code retour 01.",
            where="option insi.not_found",
        )
    call.summarise(f"{call.exchange.summary} : {found.code} {LABELS[found.code]}")
    return wire.answer(found, call.session.option("insi.serialisation"))


def _note_claims(call: Call, claims: list[Claim], envelope: Envelope) -> None:
    call.note(ClaimAsked(claimed=tuple((claim.matricule, claim.oid) for claim in claims)))
    call.note(MatriculesSent(matricules=wire.matricules_of(envelope)))


def _check_claim(claim: Claim) -> None:
    """Raise Refused for a claim without matricule, OID and the four strict traits."""
    traits = claim.traits
    given = {
        "INSFourni/IdIndividu/NumIdentifiant": claim.matricule,
        "INSFourni/OID": claim.oid,
        "TraitsIdentiteIndividu/NomNaissance": traits.birth_name,
        "TraitsIdentiteIndividu/ListePrenom": traits.first_names,
        "TraitsIdentiteIndividu/Sexe": traits.sex,
        "TraitsIdentiteIndividu/DateNaissance": traits.birth_date,
    }
    for element, value in given.items():
        if not value:
            raise Refused(
                "insi_simule_verification",
                received="absent",
                expected=f"{element}, renseigné",
                where=f"IndividuVerifie/{element}",
                remedy=f"Renseignez {element} dans IndividuVerifie{f' « {claim.ref} »' if claim.ref else ''}.",
            )


def _nobody(call: Call) -> Refused:
    first = next((stray.name for stray in strays_of(call)), "")
    return Refused(
        "insi_simule_verification",
        received=first or "Requete vide",
        expected="un élément IndividuVerifie",
        where="Body/Requete",
        remedy="Mettez dans Requete un élément IndividuVerifie : INSFourni, puis TraitsIdentiteIndividu.",
    )
