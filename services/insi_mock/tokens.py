"""Calls that come with a token of the *API Pro Santé Connectée*: the professional by the token, bound to a certificate.

Source: docs/sources/psc.md#jeton-a-l-api (what such a call is: high), docs/sources/insi.md#jeton-d-api (that INSi takes
them, and its errors: ours). Beside ``caller``, whose ways stay as they are. Knows no operation.
"""

from __future__ import annotations

from insi_mock.caller import professionals_of
from insi_mock.domain import Mode
from insi_mock.facts import Authentication
from lgo_sandbox.gate.api_access import AccessRefused, ApiServer, Wanted, api_access, bearer_of, is_for_an_api
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.watch.api_tokens import Trouble
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.soap import Envelope

__all__ = ["authenticate_by_token"]

REFUSED, UNTOLD = "desir_simule_jeton", "desir_1020"
SERVER = ApiServer(
    door="psc",
    introspection="/auth/realms/api-psc/protocol/openid-connect/token/introspect",
    credentials=("insi", "secret-insi"),
    wanted=Wanted(audience="insi", scope="insi"),
)
"""The client that this service is at the authorization server: its seeds enrol the same pair."""


async def authenticate_by_token(call: Call, envelope: Envelope) -> Authentication | None:
    """Return who calls by an API token; None for a call that authenticates another way. Raises Refused."""
    if call.session.option("insi.api_token") != "required" and not _shown(call, envelope):
        return None
    try:
        access = await api_access(call, SERVER)
    except AccessRefused as refused:
        raise Refused(
            UNTOLD if refused.trouble is Trouble.UNTOLD else REFUSED,
            received=refused.received,
            expected=refused.expected,
            where=refused.where,
            remedy=refused.remedy,
        ) from refused
    if call.session.people.professional(access.person) is None:
        raise Refused(
            REFUSED,
            received=f"SubjectNameID « {access.person} », inconnu",
            expected="un professionnel du bac à sable",
            where="jeton d'API",
            remedy="Connectez à Pro Santé Connect un professionnel de cette session.",
        )
    others = [one for one in professionals_of(envelope) if one != access.person]
    if others:
        raise Refused(
            REFUSED,
            received=f"une assertion de « {others[0][:40]} », sous le jeton de « {access.person} »",
            expected=f"aucune assertion, ou celle de « {access.person} »",
            where="wsse:Security/saml:Assertion/Subject/NameID",
            remedy="Retirez l'assertion : le jeton d'API nomme le professionnel à lui seul.",
        )
    name = call.peer.common_name if call.peer else ""
    return Authentication(mode=Mode.API, caller=access.person, common_name=name, signed_with="")


def _shown(call: Call, envelope: Envelope) -> bool:
    """Tell whether a call is to be known by its token: an assertion of a professional goes before one of PSC's own."""
    token = bearer_of(call.headers.get("authorization"))
    return bool(token) and (is_for_an_api(token) or not professionals_of(envelope))
