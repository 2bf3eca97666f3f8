"""What every operation goes through: identity, rights, media type, the dossier, one transaction.

Source: docs/sources/dp.md#contrat-simule, #rappels. Business state is committed before the answer.
"""

from __future__ import annotations

from collections.abc import Callable

from dp_mock import caller, codes, store
from dp_mock.domain.dossiers import authorise, check_matricule, require_created
from dp_mock.domain.values import Actor, Dossier, Recall, Refused, Trace
from dp_mock.facts import Alert, Target, Told
from dp_mock.options import rules_of
from dp_mock.store import Transaction
from dp_mock.wire.outcomes import refusal
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Handler
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.media import read_media_type
from lgo_sandbox.wire.oauth import BadForm, read_form

__all__ = ["created", "found", "operation", "pending_recalls", "query_of", "refuse_unwanted", "trace"]

Work = Callable[[Call, Actor], RawResponse]
FORM_EXPECTED = "des paramètres nom=valeur en UTF-8, chacun donné une fois"


def operation(name: str, work: Work) -> Handler:
    """Return the handler of an operation: who asks, with which right, then the work or a problem document."""

    async def handler(call: Call) -> RawResponse:
        await call.enter(name)
        try:
            actor = caller.identify(call)
            authorise(name, actor)
            _refuse_media_type(call)
            if name in codes.HELD_UP and actor.place is codes.Place.PHARMACY:
                _hold_up(call, actor)
            return work(call, actor)
        except Refused as refused:
            call.refuse(refused.explained())
            call.summarise(f"{name} refusé : {refused.error.text}")
            return refusal(refused)

    return handler


def _refuse_media_type(call: Call) -> None:
    media = read_media_type(call.headers.get("content-type"))
    if call.body and (media.name != codes.JSON_MEDIA or media.charset not in (None, "utf-8")):
        received = call.headers.get("content-type", "absent")
        raise Refused("type-de-media", received[:60], received=received, where="en-tête Content-Type")


def _hold_up(call: Call, actor: Actor) -> None:
    """Note the recalls that wait for the structure, and hold its work up for them when the session says so."""
    with store.exclusive(call.session) as transaction:
        waiting = pending_recalls(transaction, actor)
    if not waiting:
        return
    numbers = tuple(one.number for one in waiting)
    call.note(Alert(structure=actor.structure, numbers=numbers, acknowledged=False))
    call.note(Told(structure=actor.structure, numbers=numbers))
    if rules_of(call.session).holds_up:
        received = f"{', '.join(numbers)}, sans acquittement"
        raise Refused("rappel-a-acquitter", numbers[0], received=received, where="rappels de l'officine")


def pending_recalls(transaction: Transaction, actor: Actor) -> list[Recall]:
    """Return the recalls that the structure has not acknowledged."""
    return [one for one in store.recalls(transaction, actor.structure) if one.acknowledged_at is None]


def found(call: Call, transaction: Transaction) -> Dossier:
    """Return the dossier of the patient of the address, noted for the checks. Raises Refused."""
    matricule = call.path_params["matricule"]
    check_matricule(matricule, "matricule de l'adresse")
    one = store.dossier(transaction, matricule, call.session.clock.age())
    call.note(Target(matricule=matricule, state=one.state))
    return one


def created(call: Call, transaction: Transaction) -> Dossier:
    """Return a dossier that is open to read and write. Raises Refused."""
    one = found(call, transaction)
    require_created(one.state, call.exchange.operation, one.matricule)
    return one


def refuse_unwanted(call: Call, transaction: Transaction, actor: Actor, matricule: str, scope: str) -> None:
    """Refuse what the patient refused to this structure."""
    until = store.refused_until(transaction, matricule, actor.structure, scope, call.session.clock.age())
    if until is not None:
        received = f"{call.exchange.operation}, portée {scope} refusée par le patient"
        raise Refused("refus-du-patient", scope, received=received, where=f"dossier de {matricule}")


def trace(call: Call, transaction: Transaction, actor: Actor, matricule: str, detail: str = "") -> None:
    """Write the intervention."""
    one = Trace(call.session.clock.age(), actor.structure, actor.national_id, call.exchange.operation, detail)
    store.add_trace(transaction, matricule, one)


def query_of(call: Call, *names: str) -> dict[str, str]:
    """Return the query parameters. Raises Refused for one that the operation has not."""
    try:
        found = read_form(call.query.encode("latin-1"))
    except BadForm as error:
        raise Refused(
            "element-invalide", error.reason, received=call.query, expected=FORM_EXPECTED, where="paramètres"
        ) from error
    for name in found:
        if name not in names:
            expected = ", ".join(names) or "aucun paramètre"
            raise Refused("element-invalide", name[:40], received=name[:40], expected=expected, where="paramètres")
    return found
