"""Who calls by a token of the *API Pro Santé Connectée*: the professional by it, the structure by the certificate.

Source: docs/sources/eprescription.md#jeton-d-api (that this service takes them is ours), docs/sources/psc.md
#jeton-a-l-api (what such a call is). Beside ``caller``. Knows no operation.
"""

from __future__ import annotations

from eprescription_mock import codes
from eprescription_mock.domain.values import Refused
from eprescription_mock.options import token_is_required
from health_documents.identifiers import OID_STRUCT_IDNAT
from lgo_sandbox.gate.api_access import (
    Access,
    AccessRefused,
    ApiServer,
    Wanted,
    api_access,
    bearer_of,
    is_for_an_api,
)
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.population.people import Structure
from lgo_sandbox.watch.api_tokens import Trouble

__all__ = ["api_caller", "structure_of_certificate", "token_is_wanted"]

SERVER = ApiServer(
    door="psc",
    introspection=codes.API_INTROSPECTION,
    credentials=(codes.PSC_CLIENT, codes.PSC_SECRET),
    wanted=Wanted(audience=codes.API, scope=codes.API),
)


def token_is_wanted(call: Call) -> bool:
    """Tell whether a call is to be known by an API token: it shows one, or the session demands it."""
    return token_is_required(call.session) or is_for_an_api(bearer_of(call.headers.get("authorization")))


async def api_caller(call: Call) -> Access:
    """Return who calls. Raises Refused (401, 403, 503)."""
    try:
        return await api_access(call, SERVER)
    except AccessRefused as refused:
        received, expected, where = refused.received, refused.expected, refused.where
        if refused.trouble is Trouble.UNTOLD:
            raise Refused("psc-indisponible", received, received=received, expected=expected, where=where) from refused
        if refused.trouble is Trouble.SCOPE:
            raise Refused(
                "portee-api-refusee", received, received=received, expected=expected, where=where
            ) from refused
        raise Refused(
            "jeton-api-refuse", received, received=received, expected=expected, where=where, remedy=refused.remedy
        ) from refused


def structure_of_certificate(number: str, header: str, places: list[Structure]) -> Structure:
    """Return the structure that a certificate tells by its OU; ``X-Structure`` may repeat it. Raises Refused (403)."""
    found = next((place for place in places if place.id_nat == number), None)
    if found is None:
        expected = " ou ".join(f"OU={place.id_nat}" for place in places)
        received, where = f"OU={number}", "certificat client"
        raise Refused("structure-du-certificat", received, received=received, expected=expected, where=where)
    right = tuple(f"{OID_STRUCT_IDNAT}|{one}" for one in (found.id_nat, found.finess))
    if header and header.strip() not in right:
        expected = f"rien, ou {right[0]}"
        where = "en-tête X-Structure"
        raise Refused("structure-du-certificat", header[:60], received=header, expected=expected, where=where)
    return found
