"""UserInfo.

Source: docs/sources/psc.md#userinfo, #erreurs-userinfo; RFC 6750 (a token in the query is not looked at).
"""

from __future__ import annotations

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from psc_mock import store, wire
from psc_mock.app.client_authentication import url_seen
from psc_mock.app.issuing import Found, claimed_client, look_up
from psc_mock.app.misplaced import misplaced
from psc_mock.codes.profiles import USERINFO_SHAPES, Profile
from psc_mock.domain import identity
from psc_mock.domain.claims import Grant
from psc_mock.domain.mutations import NEW_MEMBERS, UNKNOWN_CLAIMS, Kind, apply
from psc_mock.domain.refusals import Refused
from psc_mock.facts import IdentityTold, Swallowed

__all__ = ["userinfo"]

MUTATED = "userinfo-401"


async def userinfo(call: Call) -> RawResponse:
    """Tell the bearer of an access token who the person is."""
    call.note(url_seen(call))
    await call.enter("userinfo", claimed_client(call))
    if MUTATED in call.struck:
        # No refusal of ours to explain: the armed fault explains itself.
        return wire.error_answer(Refused("bearer_invalid", received="", where=""))
    found = _bearer(call)
    grant = found.grant
    call.note(Swallowed(mutations=tuple(found.row.mutations.split())))
    if not grant.with_openid:
        received = f"un jeton de portée « {grant.scope} »"
        raise Refused("scope_insufficient", received=received, where="portée du jeton")
    people = call.session.people
    person = people.professional(grant.national_id)
    if person is None:
        received = f"le jeton de {grant.national_id}, qui n'existe plus dans cette session"
        remedy = "Refaire la connexion avec une personne de la session."
        raise Refused("bearer_invalid", received=received, where=wire.AUTHORIZATION, remedy=remedy)
    call.note(IdentityTold(client_id=grant.client_id, person=grant.national_id, sid=grant.sid))
    places = identity.workplaces(people, person)
    call.summarise(f"Identité de {person.name} rendue à {grant.client_id}")
    told = identity.userinfo(person, places, grant.auth_mode, _profile(call, grant), grant.sub)
    if UNKNOWN_CLAIMS in grant.changes:
        told.update(NEW_MEMBERS)
    if call.struck:
        apply(call.struck, Kind.ANSWER, told)
        with call.session.db.transaction() as t:
            store.add_mutations(t, found.row.sid, grant.client_id, sorted(call.struck))
    return wire.json_answer(told)


def _profile(call: Call, grant: Grant) -> Profile:
    """Return the profile of the user information: the session's, unless set apart."""
    return USERINFO_SHAPES.get(call.session.option("psc.userinfo"), grant.profile)


def _bearer(call: Call) -> Found:
    fields = wire.form(call.body) if call.method == "POST" else {}
    token = wire.bearer_token(call.headers.get("authorization"), fields)
    looked = look_up(call, token)
    if looked.found is None:
        raise _no_access_token(token, looked.why)
    if not looked.found.row.access:
        received = "un refresh_token, et non l'access_token"
        remedy = "Envoyer l'access_token reçu avec ce refresh_token."
        raise Refused("bearer_invalid", received=received, where=wire.AUTHORIZATION, remedy=remedy)
    return looked.found


def _no_access_token(token: str, why: str) -> Refused:
    """Say what came in place of a living access token."""
    where, other = wire.AUTHORIZATION, misplaced(token)
    if other is None:
        return Refused("bearer_invalid", received=why, where=where)
    return Refused("bearer_invalid", received=other.received, where=where, remedy=f"Envoyer {other.instead}")
