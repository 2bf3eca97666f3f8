"""What the Ordre and the laboratories tell an officine: recalls, lots, shortages, emergency supplies.

Source: docs/sources/dp.md#rappels, #lots, #ruptures.
"""

from __future__ import annotations

from dp_mock import codes, store
from dp_mock.app.pipeline import pending_recalls, query_of
from dp_mock.codes.shortages import SHORTAGES
from dp_mock.domain.feeding import check_box
from dp_mock.domain.values import Actor, Refused, Supply
from dp_mock.facts import Alert, Form, LotLooked, ShortageLooked, SupplyAsked, Told
from dp_mock.wire import rendering
from dp_mock.wire.moments import shown
from dp_mock.wire.reading import read_supply, read_unused
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.http import RawResponse

__all__ = ["acknowledge", "ask_supply", "check_lot", "messages", "shortages", "supply_state"]

NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def messages(call: Call, actor: Actor) -> RawResponse:
    """Return the recall messages of the officine, those to acknowledge told as such."""
    query_of(call)
    with store.exclusive(call.session) as transaction:
        found = store.recalls(transaction, actor.structure)
        waiting = pending_recalls(transaction, actor)
    call.note(Told(structure=actor.structure, numbers=tuple(one.number for one in waiting)))
    call.summarise(f"Rappels : {len(waiting)} à acquitter")
    return rendering.answer({"messages": [rendering.recall(one, call.session.clock) for one in found]})


def acknowledge(call: Call, actor: Actor) -> RawResponse:
    """Take the acknowledgement of a message; a second one changes nothing."""
    call.note(Form(tolerances=read_unused(call.body)))
    number, now = call.path_params["id"], call.session.clock.age()
    with store.exclusive(call.session) as transaction:
        one = next((r for r in store.recalls(transaction, actor.structure) if r.number == number), None)
        if one is None:
            raise Refused("message-inconnu", number[:40], received=number[:60], where="numéro du message")
        if one.acknowledged_at is None:
            store.acknowledge(transaction, number, actor.structure, actor.national_id, now)
    call.note(Alert(structure=actor.structure, numbers=(number,), acknowledged=True))
    call.summarise(f"Rappel {number} acquitté")
    return rendering.answer({"id": number, "acquitteLe": shown(one.acknowledged_at or now, call.session.clock)})


def check_lot(call: Call, actor: Actor) -> RawResponse:
    """Tell whether a box is recalled."""
    asked = query_of(call, "cip13", "lot")
    cip13, lot = asked.get("cip13", ""), asked.get("lot", "")
    check_box(cip13, lot, "paramètre ")
    if not lot:
        raise Refused("lot-invalide", received="absent", where="paramètre lot")
    with store.exclusive(call.session) as transaction:
        hits = [one for one in store.recalls(transaction, "") if one.hits(cip13, lot)]
    call.note(LotLooked(structure=actor.structure, cip13=cip13, lot=lot, recalled=bool(hits)))
    call.summarise(f"Lot {lot} : {'rappelé' if hits else 'sans rappel'}")
    rows = [rendering.recall(one, call.session.clock) for one in hits]
    return rendering.answer({"cip13": cip13, "lot": lot, "rappele": bool(hits), "rappels": rows})


def shortages(call: Call, actor: Actor) -> RawResponse:
    """Return the shortage of a product with the conduct to hold; all of them without one."""
    cip13 = query_of(call, "cip13").get("cip13", "")
    if cip13:
        check_box(cip13, "", "paramètre ")
    found = [one for one in SHORTAGES.values() if cip13 in ("", one.cip13)]
    call.note(ShortageLooked(structure=actor.structure, cip13=cip13, found=bool(found)))
    call.summarise(f"Ruptures : {counted(len(found), 'médicament')}")
    now, clock = call.session.clock.age(), call.session.clock
    return rendering.answer({"ruptures": [rendering.shortage(one, now, clock) for one in found]})


def ask_supply(call: Call, actor: Actor) -> RawResponse:
    """Take a request for an emergency supply; the laboratory answers later."""
    cip13, session = call.path_params["cip13"], call.session
    check_box(cip13, "", "adresse, ")
    boxes, tolerances = read_supply(call.body)
    shortage = SHORTAGES.get(cip13)
    offered = shortage is not None and shortage.supply
    call.note(Form(tolerances=tolerances), SupplyAsked(cip13=cip13, offered=offered))
    if shortage is None:
        raise Refused("produit-sans-rupture", cip13, received=cip13, where="CIP13 de l'adresse")
    if not offered:
        raise Refused("depannage-non-propose", cip13, received=cip13, where="CIP13 de l'adresse")
    if not 1 <= boxes <= codes.MAX_BOXES:
        expected = f"un nombre entier de 1 à {codes.MAX_BOXES}"
        raise Refused("quantite-invalide", f"{boxes}", received=f"{boxes}", expected=expected, where="boites")
    now = session.clock.age()
    one = Supply(f"DEP-{session.ids.pick(NUMBER_ALPHABET, 8)}", actor.structure, cip13, boxes, now)
    with store.exclusive(session) as transaction:
        store.put_supply(transaction, one)
        session.agenda.at(now + codes.SUPPLY_ANSWER, f"dp.{codes.ANSWER}", one.number, within=transaction)
    call.summarise(f"Dépannage {one.number} demandé")
    return rendering.answer(rendering.supply(one, session.clock), 201)


def supply_state(call: Call, actor: Actor) -> RawResponse:
    """Tell what became of a request."""
    query_of(call)
    number = call.path_params["numero"]
    with store.exclusive(call.session) as transaction:
        one = store.supply(transaction, number)
    if one is None or one.structure != actor.structure:
        raise Refused("depannage-inconnu", number[:40], received=number[:60], where="numéro de la demande")
    call.summarise(f"Dépannage {number} : {one.answer or 'en attente'}")
    return rendering.answer(rendering.supply(one, call.session.clock))
