"""The token of an API as a client gets it: what is sent, what is kept, what a careful client refuses."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from lgo_client.clock import Workplace
from lgo_client.environment import OidcClient
from lgo_client.psc import ProSanteConnect, PscRefused, PscSession, Tokens
from lgo_client.psc_api import ApiAccess, ApiToken, thumbprints

DER = b"certificat"
ROOT = "https://psc.test"
WHO = "899700090014"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


def jwt(**claims: Any) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'RS256'})}.{part(claims)}.x"


class Server:
    """An authorization server that answers what it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.claims: dict[str, Any] = {"aud": "insi", "SubjectNameID": WHO, "cnf": {"x5t#S256": thumbprints(DER)[0]}}
        self.answer: dict[str, Any] = {"token_type": "Bearer", "expires_in": 60, "refresh_token": "r"}
        self.refused: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"issuer": f"{ROOT}/auth/realms/esante-wallet"})
        form = dict(parse_qsl(request.content.decode()))
        self.asked.append((request.url.path, form))
        if form["grant_type"] in self.refused:
            return httpx.Response(400, json={"error": "invalid_grant"})
        return httpx.Response(200, json={"access_token": jwt(n=len(self.asked), **self.claims), **self.answer})

    def access(self) -> ApiAccess:
        """Return the access of somebody who logged in."""
        http = httpx.Client(transport=httpx.MockTransport(self))
        provider = ProSanteConnect(http, ROOT, OidcClient("lgo", "", ()), Workplace(stopwatch=lambda: self.now))
        session = PscSession(provider, Tokens("jeton-psc", "", "", 0.0, 1e9), {"SubjectNameID": WHO})
        return ApiAccess(session, ROOT, "insi", DER)


@pytest.fixture
def server() -> Server:
    return Server()


def test_the_exchange_sends_what_the_proxy_of_the_agency_sends_and_nothing_else(server: Server) -> None:
    server.access().token()
    ((path, form),) = server.asked
    assert path == "/auth/realms/insi/protocol/openid-connect/token"
    assert form == {
        "grant_type": EXCHANGE,
        "client_id": "lgo",
        "subject_token": "jeton-psc",
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "subject_issuer": "psc",
    }


def test_a_token_serves_until_it_is_about_to_die_then_it_is_refreshed(server: Server) -> None:
    access = server.access()
    first = access.token()
    server.now = 44.0
    assert access.token() == first
    server.now = 46.0
    assert access.token() != first
    assert [form["grant_type"] for _, form in server.asked] == [EXCHANGE, "refresh_token"]


def test_a_dead_refresh_token_leads_to_another_exchange(server: Server) -> None:
    access = server.access()
    access.token()
    server.now, server.refused = 100.0, {"refresh_token"}
    access.token()
    assert [form["grant_type"] for _, form in server.asked] == [EXCHANGE, "refresh_token", EXCHANGE]
    assert access.exchanged == 2


def test_a_refused_exchange_is_told(server: Server) -> None:
    server.refused = {EXCHANGE}
    with pytest.raises(PscRefused, match="invalid_grant"):
        server.access().token()


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": "dmp"}, "aud"),
        ({"aud": ["dmp", "eprescription"]}, "aud"),
        ({"SubjectNameID": "899700090022"}, "sub"),
        ({"cnf": {"x5t#S256": thumbprints(b"autre")[0]}}, "cnf"),
        ({"cnf": None}, "cnf"),
        ({"cnf": {}}, "cnf"),
    ],
)
def test_a_token_of_another_api_person_or_certificate_is_not_taken(
    server: Server, claims: dict[str, Any], code: str
) -> None:
    server.claims |= claims
    with pytest.raises(PscRefused) as refused:
        server.access().token()
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"access_token": None}, "access_token"),
        ({"token_type": "mac"}, "access_token"),
        ({"access_token": "opaque"}, "jwt"),
        ({"access_token": "a.!.c"}, "jwt"),
        ({"access_token": "a.MQ.c"}, "jwt"),
        ({"expires_in": "60"}, "expires_in"),
        ({"expires_in": True}, "expires_in"),
    ],
)
def test_an_answer_that_is_none_is_not_taken(server: Server, answer: dict[str, Any], code: str) -> None:
    server.answer |= answer
    with pytest.raises(PscRefused) as refused:
        server.access().token()
    assert refused.value.code == code


@pytest.mark.parametrize("audience", ["insi", ["dmp", "insi"]])
@pytest.mark.parametrize("form", [0, 1])
def test_both_forms_of_the_thumbprint_and_of_the_audience_are_taken(server: Server, audience: Any, form: int) -> None:
    server.claims |= {"aud": audience, "cnf": {"x5t#S256": thumbprints(DER)[form]}}
    assert server.access().token()


def test_the_thumbprints_are_those_of_the_agency_and_of_the_rfc() -> None:
    digest = hashlib.sha256(DER)
    assert base64.b64decode(thumbprints(DER)[0]).decode() == digest.hexdigest()
    assert base64.urlsafe_b64decode(thumbprints(DER)[1] + "=") == digest.digest()


def test_every_request_of_a_client_carries_the_token_of_the_moment() -> None:
    tokens = iter(["a", "b"])
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200)

    http = httpx.Client(transport=httpx.MockTransport(answer), auth=ApiToken(lambda: next(tokens)))
    http.get(ROOT)
    http.post(ROOT)
    assert seen == ["Bearer a", "Bearer b"]
