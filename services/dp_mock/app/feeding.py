"""What a structure sends to a dossier.

Source: docs/sources/dp.md#alimentation, #unites, #lots, #rejeu.
"""

from __future__ import annotations

from dp_mock import codes, store
from dp_mock.app.pipeline import created, refuse_unwanted, trace
from dp_mock.codes.shortages import SHORTAGES
from dp_mock.domain.feeding import check_dispensation, same_dispensation
from dp_mock.domain.history import in_extract, kind_of, name_of
from dp_mock.domain.values import Actor, Dispensation, Recall, Refused
from dp_mock.facts import Fed, Feeding, Form
from dp_mock.store import Transaction
from dp_mock.wire import rendering
from dp_mock.wire.moments import age_moment, read_day
from dp_mock.wire.reading import Item, read_items
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.http import RawResponse

__all__ = ["feed"]

FEEDING = codes.REFUSAL_SCOPES[1]


def feed(call: Call, actor: Actor) -> RawResponse:
    """Record what was dispensed: all of it or nothing; what comes again unchanged counts once."""
    items, tolerances = read_items(call.body)
    call.note(Form(tolerances=tolerances))
    matricule = call.path_params["matricule"]
    given = [_dispensation(call, actor, matricule, one) for one in items]
    with store.exclusive(call.session) as transaction:
        recalls = store.recalls(transaction, "")
        call.note(Feeding(structure=actor.structure, items=tuple(_fed(one, recalls) for one in given)))
        for one, item in zip(given, items, strict=True):
            check_dispensation(one, item.where)
        one_dossier = created(call, transaction)
        refuse_unwanted(call, transaction, actor, matricule, FEEDING)
        new = [one for one, item in zip(given, items, strict=True) if _is_new(transaction, one, item.where)]
        if new:
            trace(call, transaction, actor, one_dossier.matricule, counted(len(new), "délivrance"))
    call.summarise(f"Alimentation : {counted(len(new), 'délivrance')}")
    alerts = [
        {"cip13": one.cip13, "lot": one.lot, "rappel": hit.number}
        for one in given
        if (hit := _hit(one, recalls)) is not None
    ]
    members = {"matricule": matricule, "enregistrees": len(new), "deja": len(given) - len(new), "rappels": alerts}
    return rendering.answer(members, 201 if new else 200)


def _dispensation(call: Call, actor: Actor, matricule: str, item: Item) -> Dispensation:
    clock = call.session.clock
    if item.expiry:
        read_day(item.expiry, f"{item.where}.peremption")
    return Dispensation(
        identifier=item.identifier,
        matricule=matricule,
        structure=actor.structure,
        actor=actor.national_id,
        at=age_moment(item.at, clock, f"{item.where}.date") if item.at else clock.age(),
        cip13=item.cip13,
        name=name_of(item.cip13),
        kind=kind_of(item.cip13),
        boxes=item.boxes,
        split=item.split,
        units=item.units,
        lot=item.lot,
        expiry=item.expiry,
    )


def _fed(one: Dispensation, recalls: list[Recall]) -> Fed:
    hit = _hit(one, recalls)
    return Fed(
        cip13=one.cip13,
        lot=one.lot,
        kind=one.kind,
        split=one.split,
        units=one.units,
        known=in_extract(one.cip13),
        recalled=hit.number if hit else "",
        missing=one.cip13 in SHORTAGES,
    )


def _hit(one: Dispensation, recalls: list[Recall]) -> Recall | None:
    return next((recall for recall in recalls if recall.hits(one.cip13, one.lot)), None)


def _is_new(transaction: Transaction, one: Dispensation, where: str) -> bool:
    """Record a dispensation unless it is there; tell whether it was new. Raises Refused for another of this name."""
    kept = store.dispensation(transaction, one.structure, one.identifier)
    if kept is None:
        store.add_dispensation(transaction, one)
        return True
    if not same_dispensation(kept, one):
        received = f"{one.identifier}, déjà celui d'une délivrance de {kept.name}"
        raise Refused(
            "dispensation-deja-enregistree", one.identifier[:40], received=received, where=f"{where}.identifiant"
        )
    return False
