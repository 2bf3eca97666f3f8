"""What each grant makes compulsory: its minimal request succeeds, and no parameter of it can be left out."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from support.psc import CALLBACK, CIBA_FORM, PscClient

from lgo_sandbox.wire.jwt import unverified_claims
from psc_mock.codes import (
    ACCESS_TOKEN_TYPE,
    API_AUDIENCES,
    CIBA_GRANT,
    CODE_GRANT,
    EXCHANGE_GRANT,
    REFRESH_GRANT,
    SUBJECT_ISSUER,
)
from psc_mock.facts import ApiAsked

Form = dict[str, str]
CLIENT: Form = {"client_id": "lgo-mtls"}
ISSUED_BY_ANS_PROXY = {"client_id", "grant_type", "subject_token", "subject_token_type", "subject_issuer"}


def _ciba_asked(lgo: PscClient, http: httpx.Client) -> Form:
    lgo.tenant.option(psc__ecps="accept", psc__ciba_interval="0")
    asked = lgo.ask_ciba(http, None, client_id="lgo-mtls").json()
    return {**CLIENT, "grant_type": CIBA_GRANT, "auth_req_id": asked["auth_req_id"]}


def _code(lgo: PscClient, _http: httpx.Client) -> Form:
    code = lgo.code(client_id="lgo-mtls")
    return {**CLIENT, "grant_type": CODE_GRANT, "code": code, "redirect_uri": CALLBACK}


def _refresh(lgo: PscClient, http: httpx.Client) -> Form:
    return {**CLIENT, "grant_type": REFRESH_GRANT, "refresh_token": lgo.mtls_tokens(http)["refresh_token"]}


def _exchange(lgo: PscClient, http: httpx.Client) -> Form:
    token = lgo.mtls_tokens(http)["access_token"]
    return {
        **CLIENT,
        "grant_type": EXCHANGE_GRANT,
        "subject_token": token,
        "subject_token_type": ACCESS_TOKEN_TYPE,
    }


def _api_refresh(lgo: PscClient, http: httpx.Client) -> Form:
    told = http.post(lgo.api("token", "insi"), data=_exchange(lgo, http)).json()
    return {**CLIENT, "grant_type": REFRESH_GRANT, "refresh_token": told["refresh_token"]}


GRANTS: dict[str, tuple[str, Callable[[PscClient, httpx.Client], Form]]] = {
    "code": ("", _code),
    "refresh": ("", _refresh),
    "ciba": ("", _ciba_asked),
    "exchange": ("insi", _exchange),
    "exchange at the shared address": ("api-psc", _exchange),
    "refresh of an API": ("insi", _api_refresh),
}
"""Grant → the realm whose token endpoint is called (empty: Pro Santé Connect's own), and its minimal request."""

COMPULSORY = [
    *(("code", name) for name in ("client_id", "grant_type", "code", "redirect_uri")),
    *(("refresh", name) for name in ("client_id", "grant_type", "refresh_token")),
    *(("ciba", name) for name in ("client_id", "grant_type", "auth_req_id")),
    *(("exchange", name) for name in ("client_id", "grant_type", "subject_token", "subject_token_type")),
    *(("refresh of an API", name) for name in ("client_id", "grant_type", "refresh_token")),
]


@pytest.fixture
def mtls(lgo: PscClient) -> httpx.Client:
    return lgo.with_certificate()


def asked(lgo: PscClient, http: httpx.Client, grant: str, without: str = "", /, **more: str) -> httpx.Response:
    """Send the minimal request of a grant, with changes."""
    realm, form = GRANTS[grant]
    sent = {name: value for name, value in {**form(lgo, http), **more}.items() if name != without}
    return http.post(lgo.api("token", realm) if realm else lgo.protocol("token"), data=sent)


@pytest.mark.parametrize("grant", GRANTS)
def test_the_minimal_request_of_a_grant_gives_tokens_without_a_reproach(
    lgo: PscClient, mtls: httpx.Client, grant: str
) -> None:
    answer = asked(lgo, mtls, grant)
    assert answer.status_code == 200, answer.text
    assert answer.json()["access_token"]
    assert lgo.reproaches() == set()


@pytest.mark.parametrize(("grant", "name"), COMPULSORY)
def test_what_is_compulsory_cannot_be_left_out_and_the_finding_names_it(
    lgo: PscClient, mtls: httpx.Client, grant: str, name: str
) -> None:
    answer = asked(lgo, mtls, grant, name)
    assert answer.status_code in (400, 401), answer.text
    told = [f"{one.received} {one.remedy} {one.expected}" for one in lgo.findings()]
    assert any(name in one for one in told), told


def test_every_parameter_of_a_minimal_request_is_known_to_be_compulsory(lgo: PscClient, mtls: httpx.Client) -> None:
    for grant in ("code", "refresh", "ciba", "exchange", "refresh of an API"):
        assert {*GRANTS[grant][1](lgo, mtls)} == {name for one, name in COMPULSORY if one == grant}


@pytest.mark.parametrize("left_out", sorted({*CIBA_FORM} - {"acr_values"}))
def test_a_ciba_request_that_lacks_what_the_agency_lists_is_refused_or_reproached(
    lgo: PscClient, mtls: httpx.Client, left_out: str
) -> None:
    answer = lgo.ask_ciba(mtls, None, client_id="lgo-mtls", **{left_out: None})
    assert answer.status_code == 400 or lgo.reproaches(), left_out


@pytest.mark.parametrize("api", API_AUDIENCES)
def test_what_the_proxy_of_the_agency_sends_gives_a_token_of_the_api_whose_address_it_calls(
    lgo: PscClient, mtls: httpx.Client, api: str
) -> None:
    form = {**_exchange(lgo, mtls), "subject_issuer": SUBJECT_ISSUER}
    assert {*form} == ISSUED_BY_ANS_PROXY
    told = mtls.post(lgo.api("token", api), data=form).json()
    claims = unverified_claims(told["access_token"])
    assert (claims["aud"], claims["scope"], told["scope"]) == (api, api, api)
    assert claims["iss"].endswith(f"/auth/realms/{api}")
    here = lgo.http.post(
        lgo.api("token/introspect", api), data={"token": told["access_token"]}, auth=(api, f"secret-{api}")
    )
    assert (here.json()["active"], here.json()["SubjectNameID"]) == (True, "899700090014")
    assert lgo.reproaches() == set()


def test_audience_scope_and_actor_token_are_possible_at_the_address_of_an_api(
    lgo: PscClient, mtls: httpx.Client
) -> None:
    actor = '{"lps_nom": "LGO", "lps_id": "1", "lps_version": "2", "situation_exercice": "21C"}'
    answer = asked(lgo, mtls, "exchange", audience="insi", scope="insi", actor_token=actor)
    assert (answer.status_code, answer.json()["scope"]) == (200, "insi")
    assert lgo.reproaches() == set()
    noted = [one.noted.get(ApiAsked) for one in lgo.exchanges()]
    assert [one.actor for one in noted if one] == [True]


def test_at_the_shared_address_what_is_left_out_follows_the_enrolment(lgo: PscClient, mtls: httpx.Client) -> None:
    everything = asked(lgo, mtls, "exchange at the shared address").json()
    assert unverified_claims(everything["access_token"])["aud"] == list(API_AUDIENCES)
    assert everything["scope"].split() == list(API_AUDIENCES)
    by_scope = asked(lgo, mtls, "exchange at the shared address", scope="dmp").json()
    assert unverified_claims(by_scope["access_token"])["aud"] == "dmp"
    record = {
        "client_id": "lgo-mtls",
        "space": "confiance",
        "redirect_uris": [CALLBACK],
        "certificate_ou": "10B0990017",
        "certificate_cn": "lgo.sandbox.test",
        "api_scopes": ["dmp"],
    }
    lgo.resource("clients", "POST", record)
    alone = asked(lgo, mtls, "exchange at the shared address").json()
    assert unverified_claims(alone["access_token"])["aud"] == "dmp"
    assert asked(lgo, mtls, "exchange").json()["error"] == "invalid_target"


def test_the_server_of_an_api_knows_no_token_of_another(lgo: PscClient, mtls: httpx.Client) -> None:
    told = asked(lgo, mtls, "exchange").json()
    form = {**CLIENT, "grant_type": REFRESH_GRANT, "refresh_token": told["refresh_token"]}
    assert mtls.post(lgo.api("token", "dmp"), data=form).json()["error"] == "invalid_grant"
    asking = {"token": told["access_token"]}
    elsewhere = lgo.http.post(lgo.api("token/introspect", "dmp"), data=asking, auth=("dmp", "secret-dmp"))
    assert elsewhere.json() == {"active": False}
    assert asked(lgo, mtls, "exchange", audience="dmp").json()["error"] == "invalid_target"


def test_an_api_token_is_exchanged_for_no_other(lgo: PscClient, mtls: httpx.Client) -> None:
    told = asked(lgo, mtls, "exchange").json()
    for kind in ("access_token", "refresh_token", "id_token"):
        for realm in ("insi", "dmp", "api-psc"):
            chained = lgo.exchange_for_api(mtls, told[kind], realm, audience=None, scope=None)
            assert (chained.status_code, chained.json()["error"]) == (400, "invalid_grant"), (kind, realm)
    assert "PSC-API-04" in lgo.reproaches()


def test_a_token_of_another_session_is_exchanged_nowhere(lgo: PscClient, mtls: httpx.Client) -> None:
    token = lgo.mtls_tokens(mtls)["access_token"]
    other = lgo.beside(lgo.tenant.runner.tenant("psc"))
    answer = other.exchange_for_api(mtls, token, "insi", audience=None, scope=None)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_an_address_of_no_api_is_not_found(lgo: PscClient, mtls: httpx.Client) -> None:
    assert mtls.post(lgo.api("token", "annuaire"), data=CLIENT).status_code == 404


@pytest.mark.parametrize("realm", ["api-psc", *API_AUDIENCES])
def test_each_authorization_server_describes_itself(lgo: PscClient, realm: str) -> None:
    root = lgo.issuer.removesuffix("/esante-wallet") + f"/{realm}"
    told = lgo.http.get(root + "/.well-known/openid-configuration").json()
    assert (told["issuer"], told["token_endpoint"]) == (root, lgo.api("token", realm))
