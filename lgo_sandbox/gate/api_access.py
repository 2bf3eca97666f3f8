"""What a resource server of the *API Pro Santé Connectée* does with a call: introspect, audience, certificate, scope.

Source: docs/sources/psc.md#jeton-a-l-api (introspection at its authorization server, scopes, certificate against
``cnf``), RFC 6750 §3, RFC 7662, RFC 8705 §3. One path for all services here: each names its server with ``ApiServer``,
calls ``api_access`` and renders ``AccessRefused`` in its own dialect. Introspection is ``introspection``'s: in process
where the authorization server lives here, over HTTP otherwise. Knows no service and no store.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from lgo_sandbox.gate import api_advice
from lgo_sandbox.gate.call import Call
from lgo_sandbox.gate.introspection import BECAUSE, IntrospectionFailed, introspected
from lgo_sandbox.pki import Judgement
from lgo_sandbox.settings import DEFAULT_SESSION
from lgo_sandbox.tenant.tokens import session_of_token
from lgo_sandbox.watch.api_tokens import ApiTokenShown, Trouble
from lgo_sandbox.wire.binding import binding_fits, names_certificate
from lgo_sandbox.wire.jwt import BadToken, unverified_claims
from lgo_sandbox.wire.oauth import BadAuthorization, Bearer, read_authorization

__all__ = [
    "Access",
    "AccessRefused",
    "ApiServer",
    "Wanted",
    "api_access",
    "bearer_of",
    "is_for_an_api",
    "is_id_token",
    "read_access",
]

UNAUTHORIZED, FORBIDDEN, UNAVAILABLE = 401, 403, 503
HEADER, CONNECTION = "en-tête Authorization", "certificat de la connexion TLS"
ACCESS, IDENTITY = "Bearer", "ID"
SHOWN = 12
"""How much of a token a finding shows: enough to tell two apart."""
JUDGED = {
    Judgement.WRONG_AUTHORITY: "signé par une autre autorité",
    Judgement.NOT_YET_VALID: "pas encore valide",
    Judgement.EXPIRED: "expiré",
    Judgement.REVOKED: "révoqué",
    Judgement.UNKNOWN_FAMILY: "d'une famille inconnue",
}

Ask = Callable[[str], Awaitable[Mapping[str, Any]]]
"""Introspects a token. Raises IntrospectionFailed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a resource server wants of a token."""

    audience: str
    scope: str


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A resource server of this sandbox: the door and path where it introspects, its credentials, what it wants."""

    door: str
    introspection: str
    credentials: tuple[str, str]
    wanted: Wanted

    def exchange(self, call: Call) -> str:
        """Return where a token is exchanged for one that this server takes; empty when that is not known here."""
        try:
            root = call.url(self.door)
        except KeyError:
            root = call.sandbox.settings.service_urls.get(self.door, "")
        return f"{root}{self.introspection.removesuffix('/introspect')}" if root else ""


@dataclass(frozen=True, slots=True)
class Access:
    """A call that may be served: whose it is. ``structure`` is the OU of the certificate, empty without one."""

    person: str
    client_id: str
    structure: str


class AccessRefused(Exception):
    """The call may not be served: ``status`` and ``error`` as in RFC 6750 §3.1, and in French what to tell people."""

    def __init__(
        self,
        trouble: Trouble,
        status: int,
        error: str,
        description: str,
        *,
        received: str,
        expected: str,
        where: str = HEADER,
        remedy: str = "",
    ) -> None:
        super().__init__(description)
        self.trouble, self.status, self.error, self.description = trouble, status, error, description
        self.received, self.expected, self.where, self.remedy = received, expected, where, remedy

    @property
    def challenge(self) -> str:
        """The value of ``WWW-Authenticate``."""
        if not self.error:
            return "Bearer"
        return f'Bearer error="{self.error}", error_description="{self.description}"'


async def api_access(call: Call, server: ApiServer) -> Access:
    """Return who calls an API of this sandbox, by his token and his certificate; what was shown is noted.

    Raises AccessRefused.
    """

    async def ask(token: str) -> Mapping[str, Any]:
        path, credentials = server.introspection, server.credentials
        return await introspected(call.sandbox, call.session.name, server.door, path, token, credentials)

    audience = server.wanted.audience
    try:
        _check_judgement(call)
        der = call.peer.der if call.peer else None
        claims = await read_access(ask, server.wanted, call.headers.get("authorization"), der, tls=call.tls)
    except AccessRefused as refused:
        nearer = _nearer(call, refused)
        nearer.remedy = api_advice.advice(nearer.trouble, nearer.remedy, audience, server.exchange(call))
        call.note(ApiTokenShown(audience=audience, trouble=nearer.trouble, bound=False, person="", client_id=""))
        raise nearer from refused
    person, client_id = str(claims["SubjectNameID"]), str(claims.get("client_id", ""))
    bound = call.peer is not None
    call.note(ApiTokenShown(audience=audience, trouble=Trouble.NONE, bound=bound, person=person, client_id=client_id))
    return Access(person, client_id, call.peer.organisational_unit if call.peer else "")


async def read_access(
    ask: Ask, wanted: Wanted, authorization: str | None, der: bytes | None, *, tls: bool = True
) -> Mapping[str, Any]:
    """Return what introspection says of the bearer of an API token. Raises AccessRefused.

    ``der`` is the client certificate of the connection. Without TLS its absence is waived, as everywhere.
    """
    token = bearer_of(authorization)
    if not token:
        raise _no_bearer(authorization)
    claims = await _introspected(ask, token)
    if claims.get("active") is not True and claims.get(BECAUSE):
        raise _outlived(token, str(claims[BECAUSE]))
    if claims.get("active") is not True or not claims.get("SubjectNameID"):
        raise _dead(f"jeton {token[:SHOWN]}…, inconnu ou révoqué")
    if claims.get("typ", ACCESS) != ACCESS:
        received = f"un jeton de type {str(claims['typ'])[:SHOWN]}, et non le jeton d'accès"
        raise _dead(received, api_advice.OF_KIND.get(str(claims["typ"]), ""))
    if wanted.audience not in (audiences := _listed(claims.get("aud"))):
        raise AccessRefused(
            Trouble.OF_API,
            UNAUTHORIZED,
            "invalid_token",
            "the token is for another audience",
            received=f"un jeton pour l'API {(others := ' '.join(map(str, audiences)))}",
            expected=f"un jeton pour l'API {wanted.audience}",
            remedy=f"Gardez ce jeton pour l'API {others} ; pour {wanted.audience}, échangez encore une fois "
            "l'access_token de Pro Santé Connect.",
        )
    _check_certificate(claims, der, tls=tls)
    if wanted.scope not in (scope := str(claims.get("scope", ""))).split():
        raise AccessRefused(
            Trouble.SCOPE,
            FORBIDDEN,
            "insufficient_scope",
            f"scope {wanted.scope} is wanted",
            received=f"scope {scope or 'vide'}",
            expected=f"scope {wanted.scope}",
            remedy=f"Demandez scope={wanted.scope} à l'échange, ou retirez scope.",
        )
    return claims


def bearer_of(authorization: str | None) -> str:
    """Return the token of an ``Authorization: Bearer`` header, empty without one."""
    try:
        credentials = read_authorization(authorization)
    except BadAuthorization:
        return ""
    return credentials.token if isinstance(credentials, Bearer) else ""


@lru_cache(maxsize=256)
def is_for_an_api(token: str) -> bool:
    """Tell whether a token claims to be one of an API: it has an audience, which those of Pro Santé Connect have not.

    Whoever is told yes must have it introspected: nothing is verified here.
    """
    claims = _claims(token)
    return "aud" in claims and claims.get("typ") != IDENTITY


def is_id_token(token: str) -> bool:
    """Tell whether a token claims to be an ID token, which opens nothing."""
    return _claims(token).get("typ") == IDENTITY


def _no_bearer(authorization: str | None) -> AccessRefused:
    scheme = (authorization or "").partition(" ")[0][:SHOWN]
    return AccessRefused(
        Trouble.ABSENT,
        UNAUTHORIZED,
        "",
        "no bearer token",
        received=f"Authorization: {scheme}" if scheme else "en-tête absent",
        expected="Authorization: Bearer, suivi du jeton de l'API",
        remedy=api_advice.ANOTHER_SCHEME if scheme else "",
    )


async def _introspected(ask: Ask, token: str) -> Mapping[str, Any]:
    try:
        return await ask(token)
    except IntrospectionFailed as error:
        raise AccessRefused(
            Trouble.UNTOLD,
            UNAVAILABLE,
            "unavailable",
            "introspection gave no answer",
            received=str(error).partition(" : ")[0],
            expected="un serveur d'autorisation qui répond à l'introspection",
            where="bac à sable",
            remedy="Démarrez le service psc du bac à sable, ou désarmez sa panne.",
        ) from error


def _dead(received: str, remedy: str = "") -> AccessRefused:
    return AccessRefused(
        Trouble.DEAD,
        UNAUTHORIZED,
        "invalid_token",
        "the token is not active",
        received=received,
        expected="un jeton d'API en cours de validité",
        remedy=remedy,
    )


def _outlived(token: str, why: str) -> AccessRefused:
    return AccessRefused(
        Trouble.OUTLIVED,
        UNAUTHORIZED,
        "invalid_token",
        "the token is not active",
        received=f"jeton {token[:SHOWN]}…, {why}",
        expected="aucun appel après la fin de la session Pro Santé Connect dont vient le jeton",
    )


def _check_certificate(claims: Mapping[str, Any], der: bytes | None, *, tls: bool) -> None:
    if der is None and not tls:
        return
    if not names_certificate(claims):
        raise _wrong_certificate("the token is bound to no certificate", "un jeton sans cnf", api_advice.BIND)
    if der is None:
        raise _wrong_certificate("the token is bound to another certificate", "aucun certificat client")
    if not binding_fits(claims["cnf"], der):
        received = "un autre certificat que celui du jeton"
        raise _wrong_certificate("the token is bound to another certificate", received, api_advice.OTHER)


def _wrong_certificate(description: str, received: str, remedy: str = "") -> AccessRefused:
    return AccessRefused(
        Trouble.CERTIFICATE,
        UNAUTHORIZED,
        "invalid_token",
        description,
        received=received,
        expected="le certificat de l'échange, dont le jeton porte l'empreinte (cnf)",
        where=CONNECTION,
        remedy=remedy,
    )


def _check_judgement(call: Call) -> None:
    judgement = call.judge_peer()
    if judgement not in (None, Judgement.OK):
        raise _wrong_certificate("the certificate is not trusted", JUDGED[judgement], api_advice.TRUSTED)


def _nearer(call: Call, refused: AccessRefused) -> AccessRefused:
    """Return what is told instead, when the token itself says why it is dead here or which certificate was shown."""
    if refused.trouble is Trouble.CERTIFICATE and call.peer is not None:
        return _wrong_certificate(refused.description, f"{call.peer.subject} : {refused.received}", refused.remedy)
    if refused.trouble is not Trouble.DEAD:
        return refused
    token = bearer_of(call.headers.get("authorization"))
    claims = _claims(token)
    unread = api_advice.AS_RECEIVED if "." in token else api_advice.WHOLE
    opaque = _Why(Trouble.DEAD, refused.received, refused.remedy or unread)
    why = _why_dead(call, token, claims) if claims else opaque
    expected = {
        Trouble.OF_PSC: "un jeton d'API, obtenu par échange (RFC 8693)",
        Trouble.OF_SESSION: f"un jeton de la session « {call.session.name} »",
    }.get(why.trouble, refused.expected)
    return AccessRefused(
        why.trouble,
        refused.status,
        refused.error,
        refused.description,
        received=why.received,
        expected=expected,
        remedy=why.remedy or refused.remedy,
    )


@dataclass(frozen=True, slots=True)
class _Why:
    """What a token that is dead here says of itself; ``remedy`` empty: that of the trouble."""

    trouble: Trouble
    received: str
    remedy: str = ""


def _why_dead(call: Call, token: str, claims: Mapping[str, Any]) -> _Why:
    session = session_of_token(token) or DEFAULT_SESSION
    if session != call.session.name:
        return _Why(Trouble.OF_SESSION, f"un jeton de la session « {session} »")
    if "aud" not in claims:
        owner = str(claims.get("azp", ""))[:40] or "personne"
        return _Why(Trouble.OF_PSC, f"le jeton d'accès de Pro Santé Connect de {owner}")
    if claims.get("typ") == IDENTITY:
        return _Why(Trouble.OF_PSC, "un jeton d'identité (id_token)", api_advice.NOT_ID)
    return _aged(call, claims.get("iat"), claims.get("exp"))


def _aged(call: Call, iat: object, exp: object) -> _Why:
    """Say since when a token is dead; it has aged by the jumps of the clock since it was made."""
    if not isinstance(iat, int) or not isinstance(exp, int):
        return _Why(Trouble.DEAD, "un jeton sans iat ou sans exp", api_advice.AS_RECEIVED)
    clock = call.session.clock
    try:
        end = clock.age_of(datetime.fromtimestamp(iat, UTC)) + timedelta(seconds=exp - iat)
        late = (clock.age() - end).total_seconds()
    except (OverflowError, ValueError, OSError):
        return _Why(Trouble.DEAD, "un jeton dont iat n'est pas une date", api_advice.AS_RECEIVED)
    if late <= 0:
        return _Why(Trouble.DEAD, "un jeton inconnu ou révoqué")
    since = f"depuis {late:.0f} s, le {end:%d/%m/%Y à %H:%M:%S} UTC à l'horloge de la session"
    return _Why(Trouble.DEAD, f"un jeton expiré {since}", api_advice.REFRESH)


def _claims(token: str) -> Mapping[str, Any]:
    try:
        return unverified_claims(token)
    except BadToken:
        return {}


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
