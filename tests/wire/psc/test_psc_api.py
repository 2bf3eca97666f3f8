"""API Pro Santé Connectée over real sockets: exchange, binding, introspection by a resource server, refresh, errors."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from support.psc import PscClient

from lgo_sandbox.gate.api_access import AccessRefused, Wanted, read_access
from lgo_sandbox.gate.introspection import introspected_at
from lgo_sandbox.wire.jwt import unverified_claims
from psc_mock.codes import CONFORMANCE_PATHS

ACCESS = "urn:ietf:params:oauth:token-type:access_token"
MINE = "lgo-mtls"


@pytest.fixture
def mtls(lgo: PscClient) -> httpx.Client:
    """An HTTP client with the certificate that is enrolled for ``lgo-mtls``."""
    return lgo.with_certificate()


def login(lgo: PscClient, mtls: httpx.Client) -> str:
    """Return an access token of ``lgo-mtls``."""
    return str(lgo.mtls_tokens(mtls)["access_token"])


def exchange(lgo: PscClient, http: httpx.Client, token: str, **changes: str | None) -> httpx.Response:
    return lgo.exchange_for_api(http, token, **{"subject_issuer": "psc", **changes})


def exchanged(lgo: PscClient, mtls: httpx.Client) -> dict[str, Any]:
    """Return the tokens of the API."""
    return dict(exchange(lgo, mtls, login(lgo, mtls)).json())


def refreshed(lgo: PscClient, mtls: httpx.Client, refresh_token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "client_id": MINE, "refresh_token": refresh_token}
    return mtls.post(lgo.api("token"), data=form)


@dataclass(frozen=True)
class ResourceServer:
    """A resource server outside of the sandbox."""

    introspection: str
    credentials: tuple[str, str]
    wanted: Wanted


def insi(lgo: PscClient, **changes: str) -> ResourceServer:
    wanted = Wanted(**{"audience": "insi", "scope": "insi", **changes})
    return ResourceServer(lgo.api("token/introspect"), ("insi", "secret-insi"), wanted)


def der(lgo: PscClient, kind: str = "psc-client") -> bytes:
    return ssl.PEM_cert_to_DER_cert(lgo.tenant.runner.issue(kind).cert.read_text())


def access(
    lgo: PscClient, server: ResourceServer, header: str | None, certificate: bytes | None, *, tls: bool = True
) -> dict[str, Any]:
    """Return what a resource server reads of an access."""

    async def read() -> dict[str, Any]:
        async with httpx.AsyncClient(verify=lgo.tenant.runner.trust(), trust_env=False) as http:
            return dict(
                await read_access(
                    lambda token: introspected_at(http, server.introspection, token, server.credentials),
                    server.wanted,
                    header,
                    certificate,
                    tls=tls,
                )
            )

    return asyncio.run(read())


@pytest.mark.parametrize("form", ["ans", "rfc8705"])
def test_an_exchanged_token_is_bound_to_the_certificate_in_the_form_asked_for(
    lgo: PscClient, mtls: httpx.Client, form: str
) -> None:
    lgo.tenant.option(psc__cnf=form)
    answer = exchange(lgo, mtls, login(lgo, mtls))
    told = answer.json()
    assert (answer.status_code, told["issued_token_type"], told["expires_in"]) == (200, ACCESS, 14400)
    assert told["refresh_expires_in"] == 1800
    assert "X-Simulation" in answer.headers
    claims = unverified_claims(told["access_token"])
    assert (claims["aud"], claims["SubjectNameID"], claims["azp"]) == ("insi", "899700090014", MINE)
    digest = hashlib.sha256(der(lgo))
    ans = base64.b64encode(digest.hexdigest().encode()).decode()
    rfc = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
    assert claims["cnf"] == {"x5t#S256": {"ans": ans, "rfc8705": rfc}[form]}
    read = access(lgo, insi(lgo), f"Bearer {told['access_token']}", der(lgo))
    assert (read["SubjectNameID"], read["scope"], read["active"]) == ("899700090014", "insi", True)
    assert lgo.reproaches() == set()


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"subject_token": None}, 400, "invalid_request"),
        ({"subject_token_type": "urn:x"}, 400, "invalid_request"),
        ({"subject_issuer": "autre"}, 400, "invalid_request"),
        ({"audience": "ailleurs"}, 400, "invalid_target"),
        ({"scope": "insi tout"}, 400, "invalid_scope"),
        ({"subject_token": "x"}, 400, "invalid_grant"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "lgo-demo"}, 401, "invalid_client"),
        ({"grant_type": "magic"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "invalid_request"),
    ],
)
def test_a_wrong_exchange_is_refused(
    lgo: PscClient, mtls: httpx.Client, changes: dict[str, str | None], status: int, error: str
) -> None:
    answer = exchange(lgo, mtls, login(lgo, mtls), **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def _other_clients(lgo: PscClient) -> str:
    return str(lgo.tokens()["access_token"])


def _over(lgo: PscClient, tokens: dict[str, Any]) -> str:
    lgo.logout(tokens)
    return str(tokens["access_token"])


def _altered(tokens: dict[str, Any]) -> str:
    return f"{tokens['access_token'][:-4]}AAAA"


NO_SUBJECTS: dict[str, tuple[Callable[[PscClient, dict[str, Any]], str], str, str]] = {
    "ID token": (lambda _, tokens: str(tokens["id_token"]), "un ID token", "à la place de l'id_token"),
    "refresh token": (lambda _, tokens: str(tokens["refresh_token"]), "un refresh_token", "l'access_token reçu avec"),
    "altered": (lambda _, tokens: _altered(tokens), "signature", "tel que reçu"),
    "of another client": (lambda lgo, _: _other_clients(lgo), "le jeton de lgo-demo", "client_id=lgo-demo"),
    "of a log-in that is over": (_over, "déconnexion", "nouvelle session"),
    "opaque": (lambda *_: "x", "inconnu", "Rafraîchir"),
}


@pytest.mark.parametrize("what", NO_SUBJECTS)
def test_another_token_than_a_living_access_token_is_named_with_the_one_to_send(
    lgo: PscClient, mtls: httpx.Client, what: str
) -> None:
    given, received, remedy = NO_SUBJECTS[what]
    tokens = lgo.mtls_tokens(mtls)
    assert exchange(lgo, mtls, given(lgo, tokens)).json()["error"] == "invalid_grant"
    finding = lgo.findings()[-1]
    assert received in finding.received
    assert "jeton d'accès" in finding.expected
    assert remedy in finding.remedy
    assert finding.where == "paramètre subject_token"


def test_an_expired_token_is_refreshed_then_exchanged(lgo: PscClient, mtls: httpx.Client) -> None:
    tokens = lgo.mtls_tokens(mtls)
    lgo.tenant.move(minutes=3)
    late = exchange(lgo, mtls, tokens["access_token"])
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": MINE}
    fresh = mtls.post(lgo.protocol("token"), data=form).json()
    assert exchange(lgo, mtls, fresh["access_token"]).status_code == 200


def test_a_client_that_exchanges_what_it_should_have_refused_is_told(lgo: PscClient, mtls: httpx.Client) -> None:
    lgo.arm("signature-corrupt")
    assert exchange(lgo, mtls, login(lgo, mtls)).status_code == 200
    assert "PSC-CLI-01" in lgo.reproaches()


def test_a_token_of_another_client_is_not_exchanged(lgo: PscClient, mtls: httpx.Client) -> None:
    foreign = lgo.tokens()["access_token"]
    assert exchange(lgo, mtls, foreign).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("kind", "variant"), [("org-auth", "good"), ("psc-client", "expired"), ("psc-client", "revoked")]
)
def test_an_exchange_with_a_wrong_certificate_is_refused_and_reproached(
    lgo: PscClient, mtls: httpx.Client, kind: str, variant: str
) -> None:
    token = login(lgo, mtls)
    answer = exchange(lgo, lgo.with_certificate(kind, variant), token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert lgo.reproaches() == {"PSC-TOK-02"}
    assert exchange(lgo, lgo.http, token).status_code == 401


def test_the_api_token_is_refreshed_with_the_same_certificate_while_the_person_is_logged_in(
    lgo: PscClient, mtls: httpx.Client
) -> None:
    told = exchanged(lgo, mtls)
    renewed = refreshed(lgo, mtls, told["refresh_token"]).json()
    before, after = (unverified_claims(one["access_token"]) for one in (told, renewed))
    assert (after["cnf"], after["aud"], after["scope"]) == (before["cnf"], before["aud"], before["scope"])
    assert after["jti"] != before["jti"]
    (sso,) = lgo.resource("sessions")["sessions"]
    lgo.resource("sessions", "DELETE", tail=sso["sid"])
    dead = refreshed(lgo, mtls, renewed["refresh_token"])
    assert dead.json()["error_description"] == "Session not active"


@pytest.mark.parametrize("path", CONFORMANCE_PATHS)
def test_the_api_of_the_conformity_tests_says_that_it_is_not_simulated(lgo: PscClient, path: str) -> None:
    answer = lgo.http.post(f"{lgo.tenant.url('psc')}{path}", json={"nationalId": "899700090014"})
    assert (answer.status_code, answer.json()["error"]) == (501, "not_implemented")
    assert "X-Simulation" in answer.headers
    (found,) = lgo.findings()
    assert "signsessiondata" in found.message
    assert "insi, dmp ou eprescription" in found.remedy


def test_the_refresh_token_of_an_api_dies_after_thirty_minutes(lgo: PscClient, mtls: httpx.Client) -> None:
    """The log-in is kept alive beside it, as an API's token does not."""
    mine = lgo.mtls_tokens(mtls)
    told = exchange(lgo, mtls, mine["access_token"]).json()
    for _ in range(2):
        lgo.tenant.move(minutes=16)
        form = {"client_id": "lgo-mtls", "grant_type": "refresh_token", "refresh_token": mine["refresh_token"]}
        mine = mtls.post(lgo.protocol("token"), data=form).json()
    assert refreshed(lgo, mtls, told["refresh_token"]).json()["error_description"] == "Invalid refresh token"
    access(lgo, insi(lgo), f"Bearer {told['access_token']}", der(lgo))
    lgo.tenant.move(hours=4)
    with pytest.raises(AccessRefused):
        access(lgo, insi(lgo), f"Bearer {told['access_token']}", der(lgo))


def test_the_resource_server_refuses_what_is_not_for_it(lgo: PscClient, mtls: httpx.Client) -> None:
    token = login(lgo, mtls)
    bearer, mine = f"Bearer {exchange(lgo, mtls, token).json()['access_token']}", der(lgo)

    def refusal(server: ResourceServer, header: str | None, certificate: bytes | None) -> tuple[int, str]:
        with pytest.raises(AccessRefused) as refused:
            access(lgo, server, header, certificate)
        assert refused.value.challenge.startswith("Bearer")
        return refused.value.status, refused.value.error

    assert refusal(insi(lgo), None, mine) == (401, "")
    assert refusal(insi(lgo), "Basic eDp5", mine) == (401, "")
    assert refusal(insi(lgo), "Bearer x", mine) == (401, "invalid_token")
    assert refusal(insi(lgo), f"Bearer {token}", mine) == (401, "invalid_token")
    assert refusal(insi(lgo, audience="dmp"), bearer, mine) == (401, "invalid_token")
    assert refusal(insi(lgo, scope="dmp"), bearer, mine) == (403, "insufficient_scope")
    assert refusal(insi(lgo), bearer, der(lgo, "org-auth")) == (401, "invalid_token")
    assert refusal(insi(lgo), bearer, None) == (401, "invalid_token")
    wrong = ResourceServer(lgo.api("token/introspect"), ("insi", "x"), Wanted("insi", "insi"))
    assert refusal(wrong, bearer, mine) == (503, "unavailable")
    access(lgo, insi(lgo), bearer, None, tls=False)


def test_an_api_token_is_no_token_of_pro_sante_connect(lgo: PscClient, mtls: httpx.Client) -> None:
    token = exchanged(lgo, mtls)["access_token"]
    assert lgo.userinfo(token).status_code == 401
    assert lgo.introspect(token).json() == {"active": False}


def test_the_api_server_describes_itself(lgo: PscClient) -> None:
    root = lgo.issuer.removesuffix("/esante-wallet") + "/api-psc"
    told = lgo.http.get(root + "/.well-known/openid-configuration").json()
    assert told["issuer"] == root
    assert told["token_endpoint"] == lgo.api("token")
