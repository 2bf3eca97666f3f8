"""What the control API publishes of Pro Santé Connect: e-CPS, clients, log-ins.

``psc/ecps``: GET what waits (``?persona=``) and the modes set; POST ``{"id", "action"}``; PUT ``{"persona", "mode"}``.
``psc/clients``: GET, POST a client, DELETE ``psc/clients/<id>``. ``psc/sessions``: GET, DELETE ``psc/sessions/<sid>``.
``psc/keys``: GET, POST ``{"withdraw"}`` to rotate. ``psc/personas``: GET, POST a professional, DELETE
``psc/personas/<id>`` of an added one.
Source: design of the project (Control API). Knows the store, no wire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from lgo_sandbox.contract import Refusal, Resource, ResourceRequest
from lgo_sandbox.population.people import Professional
from lgo_sandbox.population.personas import BadPersona, read_persona, with_personas
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.wire.quoting import quoted
from psc_mock.codes import MODE_CARD, MODE_MOBILE
from psc_mock.domain.clients import Client
from psc_mock.domain.endings import BY_CONTROL, ending_of
from psc_mock.domain.identity import find_person, login_obstacle
from psc_mock.ecps import ACTIONS, MODES, answer_push, is_mode, pending
from psc_mock.keys import published_keys, rotate, signing_key
from psc_mock.registry import BadClient, enrolled_clients, read_client

__all__ = ["RESOURCES"]


MAX_NAMED = 10
"""How many log-ins a refusal names, newest first."""


def ecps(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """Read and answer pushes, set modes."""
    from psc_mock import store

    if request.method == "GET":
        with session.db.transaction() as t:
            modes = store.persona_modes(t)
        waiting = pending(session, request.query.get("persona", ""))
        return {"requests": [push.to_json() for push in waiting], "default": session.option("psc.ecps"), "modes": modes}
    body = _object(request)
    if request.method == "POST":
        return _answer(session, body)
    if request.method == "PUT":
        return _set_mode(session, body)
    raise _not_allowed()


def _answer(session: Session, body: Mapping[str, Any]) -> dict[str, Any]:
    request_id, action = body.get("id"), body.get("action")
    if not isinstance(request_id, str) or action not in ACTIONS:
        raise Refusal(400, f"« id » et « action » sont requis ; actions : {', '.join(ACTIONS)}")
    if not answer_push(session, request_id, str(action)):
        raise Refusal(404, "aucune demande e-CPS n'attend sous cet identifiant")
    return {"id": request_id, "action": action}


def _set_mode(session: Session, body: Mapping[str, Any]) -> dict[str, Any]:
    from psc_mock import store

    person = find_person(session.people, str(body.get("persona", "")))
    mode = body.get("mode")
    if person is None:
        known = ", ".join(one.id for one in session.people.professionals)
        raise Refusal(404, f"persona inconnue : {quoted(body.get('persona', ''))} ; personas : {known}")
    if mode != "" and not is_mode(mode):
        modes = ", ".join(MODES)
        raise Refusal(400, f"mode inconnu ; modes : {modes}, delay:<secondes>, ou vide pour suivre l'option psc.ecps")
    with session.db.transaction() as t:
        store.set_persona_mode(t, person.national_id, str(mode))
    return {"persona": person.id, "mode": mode}


def clients(sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """Read, add, change and strike off clients."""
    from psc_mock import store

    if request.method == "GET":
        return {"clients": [asdict(client) for client in enrolled_clients(sandbox, session)]}
    if request.method == "POST":
        client = _read_client(request)
        with session.db.transaction() as t:
            store.put_client(t, client)
        return asdict(client)
    if request.method == "DELETE":
        with session.db.transaction() as t:
            if not store.drop_client(t, request.tail):
                names = ", ".join(client.client_id for client in store.clients(t))
                raise Refusal(404, f"client inconnu : {quoted(request.tail)} ; clients : {names}")
        return {"client_id": request.tail}
    raise _not_allowed()


def _read_client(request: ResourceRequest) -> Client:
    try:
        return read_client(_object(request))
    except BadClient as error:
        raise Refusal(400, str(error)) from error


async def sessions(sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """Read and end log-ins; clients that are enrolled for it are told of an end before the answer."""
    from psc_mock import store
    from psc_mock.app.backchannel import tell_of_an_end

    now = session.clock.age().timestamp()
    if request.method == "GET":
        with session.db.transaction() as t:
            found = store.logins(t)
        return {"sessions": [_login(session, row, now) for row in found]}
    if request.method == "DELETE":
        with session.db.transaction() as t:
            if t.get(store.Login, request.tail) is None:
                running = ", ".join(one.sid for one in store.logins(t)[:MAX_NAMED]) or "aucune"
                raise Refusal(404, f"session PSC inconnue : {quoted(request.tail)} ; sessions : {running}")
            store.end_login(t, request.tail, now, BY_CONTROL)
        await tell_of_an_end(sandbox, session, request.tail)
        return {"sid": request.tail}
    raise _not_allowed()


def _login(session: Session, row: Any, now: float) -> dict[str, Any]:
    person, ending = session.people.professional(row.national_id), ending_of(row, now)
    return {
        "sid": row.sid,
        "persona": person.id if person else "",
        "national_id": row.national_id,
        "auth_time": row.auth_time,
        "auth_mode": row.auth_mode,
        "age_seconds": int(now - row.created),
        "idle_seconds": int(now - row.used),
        "active": ending is None,
        "profile": row.profile,
        "ended": ending.told(now) if ending else "",
    }


def _object(request: ResourceRequest) -> Mapping[str, Any]:
    if not isinstance(request.body, Mapping):
        raise Refusal(400, "un objet JSON est attendu")
    return request.body


def _not_allowed() -> Refusal:
    return Refusal(405, "méthode non prévue pour cette ressource")


def personas(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """Read who can log in; add professionals to this session, and take them back."""
    own = session.config.personas
    if request.method == "GET":
        return {"personas": [_persona(person, own) for person in session.people.professionals]}
    if request.method == "POST":
        return _add_persona(session, _object(request))
    if request.method == "DELETE":
        kept = tuple(record for record in own if record["id"] != request.tail)
        if len(kept) == len(own):
            added = ", ".join(str(record["id"]) for record in own) or "aucune"
            raise Refusal(404, f"aucune persona ajoutée de ce nom : {quoted(request.tail)} ; ajoutées : {added}")
        session.configure(replace(session.config, personas=kept))
        return {"id": request.tail}
    raise _not_allowed()


def _add_persona(session: Session, body: Mapping[str, Any]) -> dict[str, Any]:
    try:
        person = read_persona(body)
        with_personas(session.people, [person])
    except BadPersona as error:
        raise Refusal(400, str(error)) from error
    session.configure(replace(session.config, personas=(*session.config.personas, dict(body))))
    return _persona(person, session.config.personas)


def _persona(person: Professional, own: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "id": person.id,
        "national_id": person.national_id,
        "name": person.name,
        "label": person.label,
        "profession": person.profession,
        "structure": person.structure,
        "ecps": not login_obstacle(person, MODE_MOBILE),
        "card": not login_obstacle(person, MODE_CARD),
        "own": any(record["id"] == person.id for record in own),
    }


def keys(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """Read the published keys; rotate the one that signs."""
    if request.method == "POST":
        withdraw = _object(request).get("withdraw", False)
        if not isinstance(withdraw, bool):
            raise Refusal(400, "withdraw est un booléen : vrai pour ne plus publier les anciennes clés")
        rotate(session, withdraw=withdraw)
    elif request.method != "GET":
        raise _not_allowed()
    return {"signing": signing_key(session).kid, "published": [key.kid for key in published_keys(session)]}


RESOURCES = (
    Resource("ecps", "Simulateur e-CPS", ecps),
    Resource("clients", "Clients enrôlés", clients),
    Resource("personas", "Personnes qui se connectent", personas),
    Resource("keys", "Clés de signature", keys),
    Resource("sessions", "Sessions Pro Santé Connect", sessions),
)
