"""API Pro Santé Connectée over real sockets: exchange, binding, introspection by a resource server, refresh, errors."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import httpx
import pytest

from lgo_sandbox.gate.api_access import AccessRefused, ResourceServer, read_access
from lgo_sandbox.wire.jwt import unverified_claims

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"
CALLBACK = "http://127.0.0.1:8765/callback"
MINE = "lgo-mtls"


def api(psc: Any, name: str) -> str:
    root = psc.issuer.removesuffix("/esante-wallet")
    return f"{root}/api-psc/protocol/openid-connect/{name}"


@pytest.fixture
async def lgo(psc: Any) -> Any:
    """An HTTP client with the certificate that is enrolled for ``lgo-mtls``."""
    async with psc.client_with("psc-client") as http:
        yield http


async def login(psc: Any, lgo: httpx.AsyncClient) -> dict[str, Any]:
    code = await psc.code(client_id=MINE)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "client_id": MINE}
    answer = await lgo.post(psc.url("token"), data=form)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


async def exchange(psc: Any, http: httpx.AsyncClient, token: str, **changes: str | None) -> httpx.Response:
    form = {
        "grant_type": EXCHANGE,
        "client_id": MINE,
        "subject_token": token,
        "subject_token_type": ACCESS,
        "subject_issuer": "psc",
        "audience": "insi",
        "scope": "insi",
        **changes,
    }
    return await http.post(api(psc, "token"), data={name: value for name, value in form.items() if value is not None})


def insi(psc: Any, **changes: str) -> ResourceServer:
    values = {"audience": "insi", "scope": "insi", **changes}
    return ResourceServer(api(psc, "token/introspect"), ("insi", "secret-insi"), **values)


def der(psc: Any, kind: str = "psc-client", variant: str = "good") -> bytes:
    from lgo_sandbox.pki.holders import organisation_holder

    pki = psc.launcher.sandbox.pki
    holder = organisation_holder(psc.launcher.sandbox.people.structure("officine"))
    pem = pki.issue(kind, holder=holder, variant=variant).cert.read_text()
    body = pem.split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0]
    return base64.b64decode(body)


@pytest.mark.parametrize("form", ["ans", "rfc8705"])
async def test_an_exchanged_token_is_bound_to_the_certificate_in_the_form_asked_for(
    psc: Any, lgo: Any, form: str
) -> None:
    psc.option(cnf=form)
    answer = await exchange(psc, lgo, (await login(psc, lgo))["access_token"])
    told = answer.json()
    assert (answer.status_code, told["issued_token_type"], told["expires_in"]) == (200, ACCESS, 14400)
    assert told["refresh_expires_in"] == 1800
    assert "X-Simulation" in answer.headers
    claims = unverified_claims(told["access_token"])
    assert (claims["aud"], claims["SubjectNameID"], claims["azp"]) == ("insi", "899700090014", MINE)
    digest = hashlib.sha256(der(psc))
    ans = base64.b64encode(digest.hexdigest().encode()).decode()
    rfc = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
    assert claims["cnf"] == {"x5t#S256": {"ans": ans, "rfc8705": rfc}[form]}
    bearer = f"Bearer {told['access_token']}"
    access = await read_access(psc.http, insi(psc), bearer, der(psc))
    assert (access["SubjectNameID"], access["scope"], access["active"]) == ("899700090014", "insi", True)
    assert psc.findings() == set()


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"subject_token": None}, 400, "invalid_request"),
        ({"subject_token_type": "urn:x"}, 400, "invalid_request"),
        ({"subject_issuer": "autre"}, 400, "invalid_request"),
        ({"audience": "ailleurs"}, 400, "invalid_target"),
        ({"scope": "insi tout"}, 400, "invalid_scope"),
        ({"scope": None}, 400, "invalid_scope"),
        ({"subject_token": "x"}, 400, "invalid_grant"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "lgo-demo"}, 401, "invalid_client"),
        ({"grant_type": "magic"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "invalid_request"),
    ],
)
async def test_a_wrong_exchange_is_refused(
    psc: Any, lgo: Any, changes: dict[str, str | None], status: int, error: str
) -> None:
    answer = await exchange(psc, lgo, (await login(psc, lgo))["access_token"], **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_an_expired_token_is_refreshed_then_exchanged(psc: Any, lgo: Any) -> None:
    tokens = await login(psc, lgo)
    psc.move(minutes=3)
    late = await exchange(psc, lgo, tokens["access_token"])
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": MINE}
    fresh = (await lgo.post(psc.url("token"), data=form)).json()
    assert (await exchange(psc, lgo, fresh["access_token"])).status_code == 200


async def test_a_token_of_another_client_is_not_exchanged(psc: Any, lgo: Any) -> None:
    foreign = (await psc.tokens())["access_token"]
    assert (await exchange(psc, lgo, foreign)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("kind", "variant"), [("org-auth", "good"), ("psc-client", "expired"), ("psc-client", "revoked")]
)
async def test_an_exchange_with_a_wrong_certificate_is_refused_and_reproached(
    psc: Any, lgo: Any, kind: str, variant: str
) -> None:
    token = (await login(psc, lgo))["access_token"]
    async with psc.client_with(kind, variant) as other:
        answer = await exchange(psc, other, token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert (await exchange(psc, psc.http, token)).status_code == 401


async def test_the_api_token_is_refreshed_with_the_same_certificate_while_the_person_is_logged_in(
    psc: Any, lgo: Any
) -> None:
    told = (await exchange(psc, lgo, (await login(psc, lgo))["access_token"])).json()
    form = {"grant_type": "refresh_token", "client_id": MINE, "refresh_token": told["refresh_token"]}
    renewed = (await lgo.post(api(psc, "token"), data=form)).json()
    before, after = (unverified_claims(one["access_token"]) for one in (told, renewed))
    assert (after["cnf"], after["aud"], after["scope"]) == (before["cnf"], before["aud"], before["scope"])
    assert after["jti"] != before["jti"]
    (sso,) = psc.resource("sessions")["sessions"]
    psc.resource("sessions", "DELETE", tail=sso["sid"])
    dead = await lgo.post(api(psc, "token"), data={**form, "refresh_token": renewed["refresh_token"]})
    assert dead.json()["error_description"] == "Session not active"


async def test_the_refresh_token_of_an_api_dies_after_thirty_minutes(psc: Any, lgo: Any) -> None:
    told = (await exchange(psc, lgo, (await login(psc, lgo))["access_token"])).json()
    psc.move(minutes=31)
    form = {"grant_type": "refresh_token", "client_id": MINE, "refresh_token": told["refresh_token"]}
    assert (await lgo.post(api(psc, "token"), data=form)).json()["error"] == "invalid_grant"
    await read_access(psc.http, insi(psc), f"Bearer {told['access_token']}", der(psc))
    psc.move(hours=4)
    with pytest.raises(AccessRefused):
        await read_access(psc.http, insi(psc), f"Bearer {told['access_token']}", der(psc))


async def test_the_resource_server_refuses_what_is_not_for_it(psc: Any, lgo: Any) -> None:
    tokens = await login(psc, lgo)
    told = (await exchange(psc, lgo, tokens["access_token"])).json()
    bearer, mine = f"Bearer {told['access_token']}", der(psc)

    async def refusal(server: ResourceServer, header: str | None, certificate: bytes | None) -> tuple[int, str]:
        with pytest.raises(AccessRefused) as refused:
            await read_access(psc.http, server, header, certificate)
        assert refused.value.challenge.startswith("Bearer")
        return refused.value.status, refused.value.error

    assert await refusal(insi(psc), None, mine) == (401, "")
    assert await refusal(insi(psc), "Basic eDp5", mine) == (401, "")
    assert await refusal(insi(psc), "Bearer x", mine) == (401, "invalid_token")
    assert await refusal(insi(psc), f"Bearer {tokens['access_token']}", mine) == (401, "invalid_token")
    assert await refusal(insi(psc, audience="dmp"), bearer, mine) == (401, "invalid_token")
    assert await refusal(insi(psc, scope="dmp"), bearer, mine) == (403, "insufficient_scope")
    assert await refusal(insi(psc), bearer, der(psc, "org-auth")) == (401, "invalid_token")
    assert await refusal(insi(psc), bearer, None) == (401, "invalid_token")
    wrong = ResourceServer(api(psc, "token/introspect"), ("insi", "x"), "insi", "insi")
    assert await refusal(wrong, bearer, mine) == (503, "unavailable")
    await read_access(psc.http, insi(psc), bearer, None, tls=False)


async def test_an_api_token_is_no_token_of_pro_sante_connect(psc: Any, lgo: Any) -> None:
    told = (await exchange(psc, lgo, (await login(psc, lgo))["access_token"])).json()
    assert (await psc.userinfo(told["access_token"])).status_code == 401
    assert (await psc.introspect(told["access_token"])).json() == {"active": False}


async def test_the_api_server_describes_itself(psc: Any) -> None:
    root = psc.issuer.removesuffix("/esante-wallet") + "/api-psc"
    told = (await psc.http.get(root + "/.well-known/openid-configuration")).json()
    assert told["issuer"] == root
    assert told["token_endpoint"] == api(psc, "token")
