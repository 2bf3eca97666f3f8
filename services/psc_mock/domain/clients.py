"""Enrolled clients: where they may be redirected to, and how they prove who they are.

Source: docs/sources/psc.md#certificat-client (secrets or mTLS in the *espace communautaire*, mTLS only in the *espace
de confiance*), #redirect-uri (redirect addresses match exactly); RFC 8252 §7.3 for the loopback port, an option
of one client and off unless enrolled so. Confidence high; which certificate the real service binds to a client is
medium (OU and CN).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lgo_sandbox.wire.oauth import same_secret
from psc_mock.codes import CERTIFICATES, COMMUNITY, FAMILIES, JUDGEMENTS, TRUST
from psc_mock.domain.refusals import ABSENT, Refused, told

__all__ = [
    "CertificateShown",
    "Client",
    "check_certificate_alone",
    "check_credentials",
    "may_log_out_to",
    "may_redirect_to",
]

OK = "ok"
ORGANISATION_FAMILIES = frozenset({"organisation-auth", "server"})
"""Families of certificate that a legal person authenticates with (ORG AUTH_CLI, SERV SSL_SERV)."""

MAX_PORT = 65535
_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([1-9]\d{0,4}))?(/[^#]*)")


@dataclass(frozen=True, slots=True)
class Client:
    """An enrolled client. A resource server has no redirect address. ``certificate_*`` bind a certificate to it."""

    client_id: str
    title: str = ""
    secret: str = ""
    space: str = COMMUNITY
    redirect_uris: tuple[str, ...] = ()
    post_logout_uris: tuple[str, ...] = ()
    loopback_any_port: bool = False
    certificate_ou: str = ""
    certificate_cn: str = ""
    ciba: bool = False
    """CIBA is opened client by client (docs/sources/psc.md#erreurs-ciba)."""
    api_scopes: tuple[str, ...] = ()
    """What the client may ask of the *API Pro Santé Connectée*; empty: it is not enrolled there."""
    backchannel_logout_uri: str = ""
    """Where the client's server is told that a log-in is over; empty: it is not told."""

    @property
    def bound(self) -> bool:
        """Tell whether a certificate is enrolled for the client."""
        return bool(self.certificate_ou or self.certificate_cn)


@dataclass(frozen=True, slots=True)
class CertificateShown:
    """The client certificate of a connection: its judgement (``absent``, ``ok``, ``expired``…), family and names.

    ``waived`` says that its absence is let pass (plain port).
    """

    judgement: str = ABSENT
    family: str = ""
    ou: str = ""
    cn: str = ""
    waived: bool = False


def may_redirect_to(client: Client, uri: str) -> bool:
    """Tell whether an authorization answer may go to ``uri``."""
    return _matches(client.redirect_uris, uri, any_port=client.loopback_any_port)


def may_log_out_to(client: Client, uri: str) -> bool:
    """Tell whether the browser may go to ``uri`` after a logout."""
    return _matches(client.post_logout_uris, uri, any_port=client.loopback_any_port)


def web_origin_of(client: Client, origin: str) -> bool:
    """Tell whether an origin is that of one of the client's redirect addresses (Keycloak's web origins « + »)."""
    return any(_same_origin(origin, _origin(one), any_port=client.loopback_any_port) for one in client.redirect_uris)


def _same_origin(origin: str, other: str, *, any_port: bool) -> bool:
    loopback = _without_port(f"{origin}/") if any_port else ""
    return origin == other or (bool(loopback) and loopback == _without_port(f"{other}/"))


def _origin(uri: str) -> str:
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _matches(registered: Iterable[str], uri: str, *, any_port: bool) -> bool:
    if any_port and (loopback := _without_port(uri)):
        return any(uri == one or loopback == _without_port(one) for one in registered)
    return uri in registered


def _without_port(uri: str) -> str:
    match = _LOOPBACK.fullmatch(uri)
    if match is None or int(match[2] or 80) > MAX_PORT:
        return ""
    return f"{match[1]}{match[3]}"


def check_credentials(client: Client, secret: str | None, shown: CertificateShown) -> None:
    """Pass when the client is who it says. Raises Refused, always with status 401.

    A certificate that is shown must be good, whatever the space; the absence of one is waived on the plain port only.
    """
    if shown.judgement not in (ABSENT, OK):
        raise _bad_certificate(client, shown)
    if client.space == TRUST or (client.bound and secret is None and shown.judgement == OK):
        _check_certificate(client, secret, shown)
    elif not client.secret or secret is None or not same_secret(client.secret, secret):
        raise _bad_secret(client, secret)


def check_certificate_alone(client: Client, shown: CertificateShown) -> None:
    """Pass when the certificate is the client's, whatever its space; a secret does not help. Raises Refused."""
    if shown.judgement not in (ABSENT, OK):
        raise _bad_certificate(client, shown)
    _check_certificate(client, client.secret, shown)


def _check_certificate(client: Client, secret: str | None, shown: CertificateShown) -> None:
    if shown.judgement == ABSENT:
        if not shown.waived:
            raise _bad_certificate(client, shown)
        if client.secret and not same_secret(client.secret, secret or ""):
            raise _bad_secret(client, secret)
        return
    names_match = client.certificate_ou in ("", shown.ou) and client.certificate_cn in ("", shown.cn)
    if shown.family not in ORGANISATION_FAMILIES or not client.bound or not names_match:
        raise _bad_certificate(client, shown)


def _bad_secret(client: Client, secret: str | None) -> Refused:
    """Say what is wrong with a secret without showing either."""
    if not client.secret:
        received = f"un secret pour {client.client_id}, enrôlé sans secret"
        remedy = "Présenter le certificat enrôlé pour ce client, à la place du secret."
        expected = "le certificat du client, sans secret"
        return Refused("secret_wrong", received=received, expected=expected, remedy=remedy, where="client_secret")
    if secret is None:
        return Refused("secret_wrong", received=told("client_secret", None), where="client_secret")
    same = "de même longueur que celui de l'enrôlement" if len(secret) == len(client.secret) else "d'une autre longueur"
    received = f"un secret de {len(secret)} caractères, {same}, pour {client.client_id}"
    return Refused("secret_wrong", received=received, where="client_secret")


def _bad_certificate(client: Client, shown: CertificateShown) -> Refused:
    """Say what is wrong with a certificate, and which one is enrolled."""
    names = [f"OU={client.certificate_ou}"] if client.certificate_ou else []
    names += [f"CN={client.certificate_cn}"] if client.certificate_cn else []
    family, judged = FAMILIES.get(shown.family, shown.family), JUDGEMENTS.get(shown.judgement, shown.judgement)
    seen = f"certificat {judged}, famille {family}, OU={shown.ou}, CN={shown.cn}"
    received = "aucun certificat client" if shown.judgement == ABSENT else seen
    where = "certificat de la connexion TLS"
    if not names:
        received = f"{received}, pour {client.client_id}, enrôlé sans certificat"
        expected = "un client enrôlé avec le certificat d'organisation qu'il présente"
        remedy = "Appeler avec lgo-mtls ou lgo-api, ou enrôler le vôtre avec certificate_ou et certificate_cn."
        return Refused("certificate_refused", received=received, expected=expected, remedy=remedy, where=where)
    expected = f"un certificat d'organisation IGC-Santé en cours de validité, {' et '.join(names)}"
    ready = CERTIFICATES.get(client.certificate_cn, "")
    remedy = f"Présenter en TLS le certificat {ready} du fichier de démarrage, ou enrôler l'OU et le CN du vôtre."
    return Refused(
        "certificate_refused", received=received, expected=expected, remedy=remedy if ready else "", where=where
    )
