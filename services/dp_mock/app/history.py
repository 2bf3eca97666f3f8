"""What an officine reads of a dossier: history, vaccines, traces, the print.

Source: docs/sources/dp.md#durees, #vaccins, #impression.
"""

from __future__ import annotations

from dp_mock import codes, store
from dp_mock.app.pipeline import created, query_of, refuse_unwanted, trace
from dp_mock.domain.history import asked_months, shown_medicines, shown_vaccines
from dp_mock.domain.values import Actor, Refused
from dp_mock.facts import Depth, Printed, Vaccines
from dp_mock.options import rules_of
from dp_mock.wire import rendering
from dp_mock.wire.moments import read_day
from dp_mock.wire.printing import printed
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.http import RawResponse

__all__ = ["history", "print_out", "traces", "vaccines"]

CONSULTATION = codes.REFUSAL_SCOPES[0]


def history(call: Call, actor: Actor) -> RawResponse:
    """Return the medicines of twelve months, biologics of three years."""
    rules, now = rules_of(call.session), call.session.clock.age()
    months = asked_months(query_of(call, "mois").get("mois", ""), rules)
    call.note(Depth(asked=months, full=rules.months))
    with store.exclusive(call.session) as transaction:
        one = created(call, transaction)
        refuse_unwanted(call, transaction, actor, one.matricule, CONSULTATION)
        found = shown_medicines(store.dispensations(transaction, one.matricule), now, months)
        trace(call, transaction, actor, one.matricule)
    call.summarise(f"Historique : {counted(len(found), 'délivrance')}")
    rows = rendering.dispensed(found, call.session.people, call.session.clock)
    return rendering.answer({"matricule": one.matricule, "mois": months, "dispensations": rows})


def vaccines(call: Call, actor: Actor) -> RawResponse:
    """Return the vaccines, apart."""
    text = query_of(call, "depuis").get("depuis", "")
    call.note(Vaccines(since=text))
    since = read_day(text, "paramètre depuis") if text else None
    with store.exclusive(call.session) as transaction:
        one = created(call, transaction)
        refuse_unwanted(call, transaction, actor, one.matricule, CONSULTATION)
        kept = store.dispensations(transaction, one.matricule)
        found = shown_vaccines(kept, call.session.clock.age(), rules_of(call.session), since)
        trace(call, transaction, actor, one.matricule)
    call.summarise(f"Vaccins : {len(found)}")
    rows = rendering.dispensed(found, call.session.people, call.session.clock)
    return rendering.answer({"matricule": one.matricule, "vaccinations": rows})


def traces(call: Call, actor: Actor) -> RawResponse:
    """Return the interventions on a dossier."""
    query_of(call)
    with store.exclusive(call.session) as transaction:
        one = created(call, transaction)
        trace(call, transaction, actor, one.matricule)
        found = store.traces(transaction, one.matricule)
    call.summarise(f"Interventions : {len(found)}")
    rows = rendering.trace(found, call.session.people, call.session.clock)
    return rendering.answer({"matricule": one.matricule, "traces": rows})


def print_out(call: Call, actor: Actor) -> RawResponse:
    """Return the page to print for the patient."""
    parts = _parts(query_of(call, "contenu").get("contenu", ""))
    call.note(Printed(parts=parts))
    rules, session = rules_of(call.session), call.session
    now = session.clock.age()
    with store.exclusive(session) as transaction:
        one = created(call, transaction)
        refuse_unwanted(call, transaction, actor, one.matricule, CONSULTATION)
        kept = store.dispensations(transaction, one.matricule)
        trace(call, transaction, actor, one.matricule, ", ".join(parts))
        done = store.traces(transaction, one.matricule)
    rows = {
        "historique": rendering.dispensed(shown_medicines(kept, now, rules.months), session.people, session.clock),
        "vaccins": rendering.dispensed(shown_vaccines(kept, now, rules, None), session.people, session.clock),
        "traces": rendering.trace(done, session.people, session.clock),
    }
    call.summarise(f"Impression : {', '.join(parts)}")
    named = f"{one.identity.birth_name} {one.identity.first_name}, " if one.identity else ""
    return printed(f"{named}INS {one.matricule}", {name: rows[name] for name in parts})


def _parts(text: str) -> tuple[str, ...]:
    if not text:
        return codes.PRINT_PARTS
    asked = text.split(",")
    unknown = next((one for one in asked if one not in codes.PRINT_PARTS), None)
    if unknown is not None:
        expected = f"une liste de {', '.join(codes.PRINT_PARTS)}, séparés par des virgules"
        raise Refused(
            "element-invalide", unknown[:40], received=text[:60], expected=expected, where="paramètre contenu"
        )
    return tuple(dict.fromkeys(asked))
