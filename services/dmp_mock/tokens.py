"""Calls that come with a token of the *API Pro Santé Connectée*: what it says of the caller, beside his VIHF.

Source: docs/sources/psc.md#jeton-a-l-api (what such a call is: high), docs/sources/dmp.md#jeton-d-api (that the DMP
takes them, what the VIHF says then, and the errors: ours). Beside ``caller``, whose ways stay as they are.
"""

from __future__ import annotations

from dmp_mock import options
from dmp_mock.codes.vihf import STRUCTURE, Mode
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.vihf import Vihf
from lgo_sandbox.gate.api_access import Access, AccessRefused, ApiServer, Wanted, api_access, bearer_of
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.watch.api_tokens import Trouble

__all__ = ["check_told_alike", "shown_token"]

SERVER = ApiServer(
    door="psc",
    introspection="/auth/realms/api-psc/protocol/openid-connect/token/introspect",
    credentials=("dmp", "secret-dmp"),
    wanted=Wanted(audience="dmp", scope="dmp"),
)
"""The client that this service is at the authorization server: its seeds enrol the same pair."""


async def shown_token(call: Call) -> Access | None:
    """Return what an API token says of the caller; None for a call that authenticates another way. Raises Refused."""
    required = options.is_on(call.session, "require_api_token")
    if not required and not bearer_of(call.headers.get("authorization")):
        return None
    try:
        return await api_access(call, SERVER)
    except AccessRefused as refused:
        if refused.trouble is Trouble.UNTOLD:
            raise Refused(
                "api-untold",
                refused.received,
                received=refused.received,
                expected=refused.expected,
                where=refused.where,
                remedy=refused.remedy,
            ) from refused
        raise Refused(
            "api-token",
            refused.received,
            received=refused.received,
            expected=refused.expected,
            where=refused.where,
            remedy=refused.remedy,
        ) from refused


def check_told_alike(vihf: Vihf, access: Access, legal_entity: str = "") -> None:
    """Raise Refused unless the VIHF speaks for the bearer of the token and for the structure of the certificate.

    NameID may be internal to the structure in INDIRECTE; DIRECTE is the card's mode. The certificate may be that of the
    structure's ``legal_entity``.
    """
    if vihf.mode is Mode.DIRECT:
        raise Refused(
            "api-vihf",
            "mode DIRECTE sous un jeton d'API",
            received="Authentification_mode DIRECTE",
            expected="INDIRECTE_RENFORCEE pour lire, INDIRECTE pour alimenter",
            where="VIHF, attribut Authentification_mode",
            remedy="Mettez INDIRECTE_RENFORCEE dans Authentification_mode : DIRECTE est le mode de la carte.",
        )
    if vihf.mode is Mode.AIR and vihf.name_id != access.person:
        raise Refused(
            "api-vihf",
            "le PS du VIHF n'est pas celui du jeton d'API",
            received=vihf.name_id,
            expected=access.person,
            where="VIHF, Subject/NameID",
            remedy=f"Mettez {access.person}, le SubjectNameID du jeton, dans NameID.",
        )
    if access.structure not in ("", vihf.structure, legal_entity):
        raise Refused(
            "legal-person",
            received=f"{vihf.structure} ; OU du certificat de la connexion TLS : {access.structure}",
            expected="la même structure dans le VIHF et dans le certificat de la connexion TLS",
            where=f"VIHF, attribut {STRUCTURE}",
        )
