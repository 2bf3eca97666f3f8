"""Every check of Pro Santé Connect fired through a door: a client that breaks exactly its rule, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from support.psc import CALLBACK, DEMO, PscClient, hidden

from health_documents.findings import Severity
from lgo_sandbox.wire.jwt import encode_segments
from psc_mock.checks import CHECKS
from psc_mock.checks.clients import MUTATIONS_OF

Act = Callable[[PscClient], object]
UNKNOWN_HOST = "http://lgo.example/retour"


def _enrolled(lgo: PscClient, **members: object) -> None:
    record = {"client_id": "mon-lgo", "secret": "secret+du lgo", "redirect_uris": [CALLBACK], **members}
    lgo.resource("clients", "POST", record)


def _insecure_redirect(lgo: PscClient) -> None:
    _enrolled(lgo, redirect_uris=[UNKNOWN_HOST])
    lgo.authorize(client_id="mon-lgo", redirect_uri=UNKNOWN_HOST)


def _reused_state(lgo: PscClient) -> None:
    for _ in range(2):
        lgo.code(state="s" * 20)


def _embedded(lgo: PscClient) -> None:
    agent = "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/120.0 Mobile"
    lgo.http.get(f"{lgo.wallet}/auth", params=lgo.request(), headers={"User-Agent": agent})


def _replay(lgo: PscClient) -> None:
    code = lgo.code()
    lgo.exchange(code)
    lgo.exchange(code)


def _expired_certificate(lgo: PscClient) -> None:
    form = {"client_id": "lgo-mtls", "grant_type": "refresh_token", "refresh_token": "x"}
    lgo.with_certificate(variant="expired").post(lgo.protocol("token"), data=form)


def _plain_port(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    lgo.http.get(lgo.protocol("userinfo", tls=False), headers={"Authorization": f"Bearer {token}"})


def _userinfo(lgo: PscClient, authorization: bytes) -> None:
    lgo.http.get(lgo.protocol("userinfo"), headers={b"Authorization": authorization})


def _token_in_url(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    url = f"{lgo.protocol('userinfo')}?access_token={token}"
    lgo.http.get(url, headers={"Authorization": f"Bearer {token}"})


def _without_type(lgo: PscClient) -> None:
    body = f"grant_type=authorization_code&code={lgo.code()}&redirect_uri={CALLBACK}"
    lgo.http.post(lgo.protocol("token"), content=body, auth=DEMO, headers={"Content-Type": "text/plain"})


def _from_a_page(lgo: PscClient) -> None:
    form = {"grant_type": "authorization_code", "code": lgo.code(), "redirect_uri": CALLBACK}
    lgo.http.post(lgo.protocol("token"), data=form, auth=DEMO, headers={"Origin": "https://lgo.example"})


def _verbatim(lgo: PscClient) -> None:
    _enrolled(lgo)
    lgo.exchange(lgo.code(client_id="mon-lgo"), ("mon-lgo", "secret+du lgo"))


def _without_verifier(lgo: PscClient) -> None:
    lgo.exchange(lgo.code(code_challenge="c" * 43, code_challenge_method="S256"))


def _bursting(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    for _ in range(4):
        lgo.refresh(tokens)


def _expired_token(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    lgo.tenant.move(seconds=121)
    lgo.userinfo(token)


def _questions(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    for _ in range(11):
        lgo.userinfo(token)


def _asking_again(lgo: PscClient) -> None:
    lgo.tokens()
    lgo.tenant.move(seconds=130)
    lgo.authorize()


def _left_open(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    lgo.post("revoke", token=tokens["refresh_token"])
    lgo.authorize()


def _logged_out(marker: str) -> Act:
    def act(lgo: PscClient) -> None:
        tokens = lgo.tokens()
        lgo.mark(marker)
        lgo.logout(tokens)

    return act


def _outliving(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    lgo.tenant.move(hours=4)
    lgo.userinfo(token)


def _counting(lgo: PscClient) -> None:
    for message in ("98", "99", "00", "01"):
        lgo.ask_ciba(binding_message=message)
        lgo.tenant.move(seconds=1)


def _too_fast(lgo: PscClient) -> None:
    asked = lgo.ask_ciba().json()["auth_req_id"]
    lgo.poll(asked)
    lgo.poll(asked)


def _two_addresses(lgo: PscClient) -> None:
    lgo.ask_ciba()
    transport = httpx.HTTPTransport(verify=lgo.tenant.runner.trust(), local_address="127.0.0.2")
    with httpx.Client(transport=transport, trust_env=False) as workstation:
        lgo.ask_ciba(workstation, binding_message="17")


def _other_certificate(lgo: PscClient) -> None:
    http = lgo.with_certificate()
    api = lgo.exchange_for_api(http, lgo.mtls_tokens(http)["access_token"]).json()
    form = {"grant_type": "refresh_token", "client_id": "lgo-mtls", "refresh_token": api["refresh_token"]}
    # Another certificate of the same names: what the enrolment wants, but not what the token is bound to.
    other = lgo.with_certificate(session=lgo.tenant.name)
    other.post(lgo.api("token"), data=form)


def _other_audience(lgo: PscClient) -> None:
    http = lgo.with_certificate()
    lgo.exchange_for_api(http, lgo.mtls_tokens(http)["access_token"], audience="autre")


def _chained(lgo: PscClient) -> None:
    http = lgo.with_certificate()
    token = lgo.exchange_for_api(http, lgo.mtls_tokens(http)["access_token"]).json()["access_token"]
    lgo.exchange_for_api(http, token, audience="dmp", scope="dmp")


def _not_exchanged(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    lgo.http.post(lgo.api("token/introspect"), data={"token": token}, auth=("insi", "secret-insi"))


def _swallowing(name: str) -> Act:
    def act(lgo: PscClient) -> None:
        lgo.arm(name)
        tokens = lgo.tokens()
        lgo.userinfo(tokens["access_token"])
        lgo.refresh(tokens)

    return act


def _given_up(lgo: PscClient) -> None:
    """A client that insists on eidas1: it drops its tokens, and asks for others."""
    for _ in range(2):
        lgo.arm("acr-eidas2")
        lgo.exchange(lgo.code())
        lgo.tenant.move(seconds=10)


def _never_asking_who(lgo: PscClient) -> None:
    lgo.tenant.option(psc__profile="2026")
    lgo.logout(lgo.tokens())


def _object(claims: dict[str, str]) -> str:
    return encode_segments({"alg": "none"}, claims) + "."


def _before_a_page(lgo: PscClient) -> None:
    asking = {"Origin": "https://lgo.example", "Access-Control-Request-Method": "POST"}
    lgo.http.options(lgo.protocol("token"), headers=asking)


def _changed_card(lgo: PscClient) -> None:
    former = lgo.tokens()["access_token"]
    lgo.tokens(login_hint="adjoint")
    lgo.userinfo(former)


def _deaf(lgo: PscClient) -> None:
    _enrolled(lgo, backchannel_logout_uri="http://127.0.0.1:9/logout")
    tokens = lgo.exchange(lgo.code(client_id="mon-lgo"), ("mon-lgo", "secret%2Bdu+lgo")).json()
    lgo.logout(tokens)


def _stock_discovery(lgo: PscClient) -> None:
    lgo.tenant.option(psc__stock_discovery="served")
    lgo.http.get(f"{lgo.issuer}/.well-known/openid-configuration")


BROKEN: dict[str, Act] = {
    "PSC-AUTHZ-01": lambda lgo: lgo.authorize(acr_values=None, acr="eidas1"),
    "PSC-AUTHZ-02": lambda lgo: lgo.authorize(scope="openid"),
    "PSC-AUTHZ-03": _reused_state,
    "PSC-AUTHZ-04": lambda lgo: lgo.authorize(nonce="1"),
    "PSC-AUTHZ-05": lambda lgo: lgo.authorize(response_mode="fragment"),
    "PSC-AUTHZ-06": _insecure_redirect,
    "PSC-AUTHZ-07": lambda lgo: lgo.authorize(code_challenge="c" * 43),
    "PSC-AUTHZ-08": lambda lgo: lgo.http.get(lgo.protocol("auth"), params=lgo.request()),
    "PSC-AUTHZ-09": _embedded,
    "PSC-AUTHZ-11": lambda lgo: lgo.authorize(request=_object({"prompt": "login"})),
    "PSC-AUTHZ-10": lambda lgo: lgo.authorize(acr_values="eidas3"),
    "PSC-TOK-01": _replay,
    "PSC-TOK-02": _expired_certificate,
    "PSC-TOK-03": _expired_token,
    "PSC-TOK-04": _questions,
    "PSC-TOK-05": lambda lgo: lgo.post("token", grant_type="password", username="a", password="b"),
    "PSC-TOK-06": _token_in_url,
    "PSC-TOK-07": lambda lgo: lgo.http.post(lgo.protocol("auth/device")),
    "PSC-TOK-08": _without_verifier,
    "PSC-TOK-09": _asking_again,
    "PSC-TOK-10": _bursting,
    "PSC-TOK-11": _without_type,
    "PSC-TOK-12": _from_a_page,
    "PSC-TOK-14": _before_a_page,
    "PSC-TOK-13": _verbatim,
    "PSC-TLS-01": _plain_port,
    "PSC-SES-01": _left_open,
    "PSC-SES-02": _logged_out("utilisateur-inactif"),
    "PSC-SES-03": _outliving,
    "PSC-SES-04": _logged_out("utilisateur-actif"),
    "PSC-SES-09": _deaf,
    "PSC-SES-08": _changed_card,
    "PSC-SES-05": lambda lgo: lgo.http.get(lgo.protocol("logout")),
    "PSC-CIBA-01": _counting,
    "PSC-CIBA-02": lambda lgo: lgo.ask_ciba(login_hint="titulaire"),
    "PSC-CIBA-03": _too_fast,
    "PSC-CIBA-04": lambda lgo: lgo.ask_ciba(channel="SMS"),
    "PSC-CIBA-07": lambda lgo: lgo.ask_ciba(scope="scope_all"),
    "PSC-CIBA-05": _two_addresses,
    "PSC-CIBA-06": lambda lgo: lgo.ask_ciba(acr_values=None),
    "PSC-API-01": _other_certificate,
    "PSC-API-02": _other_audience,
    "PSC-API-03": _not_exchanged,
    "PSC-API-04": _chained,
    **{number: _swallowing(mutations[0]) for number, mutations in MUTATIONS_OF.items()},
    "PSC-FORME-01": _given_up,
    "PSC-FORME-02": _never_asking_who,
    "PSC-IDP-LOCAL": lambda lgo: lgo.authorize(kc_idp_hint="entra"),
    "PSC-DECOUVERTE": _stock_discovery,
    "PSC-REPONSE": lambda lgo: lgo.authorize(prompt="none"),
}
"""Check → the client that breaks its rule, and no other."""


def _right_flow(lgo: PscClient) -> None:
    lgo.userinfo(lgo.tokens()["access_token"])


def _coming_back(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    lgo.mark("utilisateur-inactif")
    lgo.refresh(tokens)
    lgo.authorize()


def _ending(lgo: PscClient) -> None:
    lgo.tokens()
    lgo.tenant.move(minutes=31)
    lgo.tokens()


def _altered_return(lgo: PscClient) -> None:
    lgo.arm("callback-state-wrong")
    page = lgo.begun()
    lgo.tenant.option(psc__ecps="accept")
    form = lgo.http.get(page)
    lgo.http.post(page, data={"csrf": hidden(form, "csrf"), "person": "titulaire"})


PROVEN: dict[str, Act] = {"PSC-FLUX-01": _right_flow, "PSC-SES-06": _coming_back, "PSC-SES-07": _ending}
"""Check that only proves → the client that it proves something of; it reproaches nobody."""

INFORMATION = {check.id for check in CHECKS if check.severity is Severity.INFO}
BROKEN["PSC-ALTERE"] = _altered_return


def test_every_check_has_its_client() -> None:
    assert {*BROKEN, *PROVEN} == {check.id for check in CHECKS}


@pytest.mark.parametrize("number", sorted(BROKEN))
def test_a_client_that_breaks_one_rule_is_caught_by_its_check_alone(lgo: PscClient, number: str) -> None:
    BROKEN[number](lgo)
    if number in INFORMATION:
        assert number in lgo.remarks()
        assert lgo.reproaches() == set()
    else:
        assert lgo.reproaches() == {number}


@pytest.mark.parametrize("number", sorted(PROVEN))
def test_a_right_client_proves_what_only_the_whole_proves(lgo: PscClient, number: str) -> None:
    PROVEN[number](lgo)
    assert number in lgo.kept()
    assert lgo.reproaches() == set()


@pytest.mark.parametrize("name", sorted({name for names in MUTATIONS_OF.values() for name in names}))
def test_a_client_that_swallows_a_mutation_is_reproached(lgo: PscClient, name: str) -> None:
    (number,) = {number for number, names in MUTATIONS_OF.items() if name in names}
    _swallowing(name)(lgo)
    assert lgo.reproaches() == {number}
    assert lgo.remarks() == {"SANDBOX-PANNE"}


@pytest.mark.parametrize(
    ("number", "act"),
    [
        ("PSC-AUTHZ-01", lambda lgo: lgo.authorize(acr_values="0")),
        ("PSC-AUTHZ-02", lambda lgo: lgo.authorize(scope="openid tout")),
        ("PSC-AUTHZ-02", lambda lgo: lgo.authorize(scope=None)),
        ("PSC-AUTHZ-03", lambda lgo: lgo.authorize(state=None)),
        ("PSC-AUTHZ-04", lambda lgo: lgo.authorize(nonce="")),
        ("PSC-AUTHZ-05", lambda lgo: lgo.authorize(response_type="id_token")),
        ("PSC-AUTHZ-06", lambda lgo: lgo.authorize(redirect_uri=CALLBACK + "/")),
        ("PSC-AUTHZ-07", lambda lgo: lgo.authorize(code_challenge="c" * 43, code_challenge_method="s256")),
        ("PSC-TOK-01", lambda lgo: lgo.exchange(lgo.code(), redirect_uri=CALLBACK + "2")),
        ("PSC-TOK-01", lambda lgo: lgo.exchange(lgo.code(client_id="prescripteur-demo"))),
        ("PSC-TOK-05", lambda lgo: lgo.post("token", grant_type="implicit")),
        ("PSC-CIBA-01", lambda lgo: lgo.ask_ciba(binding_message="quarante-deux")),
        ("PSC-CIBA-01", lambda lgo: lgo.ask_ciba(binding_message="é")),
        ("PSC-CIBA-02", lambda lgo: lgo.ask_ciba(login_hint="10000000001")),
    ],
)
def test_other_ways_to_break_a_rule_give_one_finding_too(lgo: PscClient, number: str, act: Act) -> None:
    act(lgo)
    assert [one.check_id for one in lgo.findings() if one.severity != Severity.INFO.value] == [number]


def test_a_right_day_is_not_reproached_anything(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    lgo.userinfo(tokens["access_token"])
    for _ in range(3):
        lgo.tenant.move(seconds=105)
        lgo.refresh(tokens)
        lgo.userinfo(tokens["access_token"])
        lgo.introspect(tokens["access_token"])
    lgo.mark("deconnexion-demandee")
    lgo.logout(tokens)
    lgo.tokens()
    assert lgo.findings() == []


def test_counts_of_the_past_survive_a_restart(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    for _ in range(10):
        lgo.userinfo(token)
    lgo.tenant.do(lambda s: s.history.reread(s.journal.remembered))
    lgo.userinfo(token)
    assert lgo.reproaches() == {"PSC-TOK-04"}
    lgo.tenant.move(seconds=60)
    assert len([one for one in lgo.findings() if one.check_id == "PSC-TOK-04"]) == 1


@pytest.mark.parametrize(
    ("number", "act", "told"),
    [
        ("PSC-AUTHZ-05", lambda lgo: lgo.authorize(response_type=None, redirect_uri=None), "response_type=code"),
        ("PSC-AUTHZ-05", lambda lgo: lgo.authorize(response_mode="fragment"), "response_mode=query"),
        ("PSC-TLS-01", _plain_port, "https://127.0.0.1:"),
        ("PSC-REFUS", lambda lgo: _userinfo(lgo, b"Bearer \xe9"), "tel que reçu"),
        ("PSC-REFUS", lambda lgo: _userinfo(lgo, f"Bearer {lgo.tokens()['refresh_token']}".encode()), "access_token"),
    ],
)
def test_the_remedy_is_about_what_was_wrong(lgo: PscClient, number: str, act: Act, told: str) -> None:
    act(lgo)
    assert told in next(one.remedy for one in lgo.findings() if one.check_id == number)


def test_the_door_of_pages_asks_for_no_certificate_and_that_of_programs_does(lgo: PscClient) -> None:
    """A browser that is asked drops its first handshakes, or asks its user which certificate to show."""
    http = lgo.with_certificate()
    assert http.get(f"{lgo.wallet}/ecps").status_code == 200
    assert http.get(lgo.protocol("certs")).status_code == 200
    page, keys = lgo.exchanges()
    assert (page.transport, page.certificate) == (keys.transport, "")
    assert "CN=lgo.sandbox.test" in keys.certificate
    assert lgo.findings() == []
