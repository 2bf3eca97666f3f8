"""UserInfo. Source: specs/psc.md §1.5, §1.7, §2.3; RFC 6750 (a token in the query is not looked at)."""

from __future__ import annotations

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from psc_mock import store, wire
from psc_mock.app.issuing import claimed_client, count_use, find_token
from psc_mock.domain import identity
from psc_mock.domain.mutations import Kind, apply
from psc_mock.domain.refusals import Refused

__all__ = ["userinfo"]


async def userinfo(call: Call) -> RawResponse:
    """Tell the bearer of an access token who the person is."""
    call.note(token_in_query="access_token=" in call.query, client_id=claimed_client(call))
    await call.enter("userinfo")
    fields = wire.form(call.body) if call.method == "POST" else {}
    if "userinfo-401" in call.struck:
        raise Refused("bearer_invalid")
    found = find_token(call, wire.bearer_token(call.headers.get("authorization"), fields))
    if found is None or not found.row.access:
        raise Refused("bearer_invalid")
    grant = found.grant
    count_use(call, found)
    call.note(swallowed=found.row.mutations.split())
    call.note(client_id=grant.client_id, person=grant.national_id)
    if not grant.with_openid:
        raise Refused("scope_insufficient")
    people = call.session.people
    person = people.professional(grant.national_id)
    if person is None:
        raise Refused("bearer_invalid")
    places = identity.workplaces(people, person)
    call.summarise(f"Identité de {person.name} rendue à {grant.client_id}")
    told = identity.userinfo(person, places, grant.auth_mode, call.session.option("psc.userinfo"))
    if call.struck:
        apply(call.struck, Kind.ANSWER, told)
        with call.session.db.transaction() as t:
            store.add_mutations(t, found.row.sid, grant.client_id, sorted(call.struck))
    return wire.json_answer(told)
