"""Every refusal of Pro Santé Connect, raised through a door: what came, what was wanted, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from support.psc import CALLBACK, CIBA_FORM, DEMO, PscClient, hidden

from psc_mock.codes import CIBA_GRANT, EXCHANGE_GRANT
from psc_mock.codes.errors import ERRORS, ORDINARY, PAGES

Act = Callable[[PscClient], object]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OTHER = ("prescripteur-demo", "secret-prescripteur-demo")
SLUG = re.compile(r"\b[a-z]+_[a-z_]+\b")
WIRE_NAMES = re.compile(
    r"\b(access_token|acr_values|api_scopes|auth_req_id|authorization_code|backchannel_\w+|binding_message|client_id|"
    r"client_secret|client_credentials|code_challenge|code_challenge_method|code_verifier|device_authorization_endpoint|"
    r"device_code|end_session_endpoint|form_post|grant_type|id_token|id_token_hint|login_hint|max_age|oidc_clients|"
    r"post_logout_redirect_uri|pushed_authorization_request_endpoint|redirect_uri|refresh_token|registration_endpoint|"
    r"request_uri|response_mode|response_type|scope_all|select_account|slow_down|subject_issuer|subject_token|"
    r"subject_token_type|token_type|tout_autre|user_code|_sandbox|psc_wallet|access_denied)\b"
)
ENGLISH = re.compile(r"\b(the|not|is|invalid|missing|parameter|unknown|expired|wrong|must|Not Found|Expecting)\b")


def raw(lgo: PscClient, body: bytes, **headers: str) -> httpx.Response:
    return lgo.http.post(lgo.protocol("token"), content=body, headers={**FORM, **headers}, auth=DEMO)


def expired_code(lgo: PscClient) -> None:
    code = lgo.code()
    lgo.tenant.move(seconds=61)
    lgo.exchange(code)


def ended(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    lgo.logout(tokens)
    lgo.refresh(tokens)


def old_refresh(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    for _ in range(2):
        lgo.tenant.move(minutes=20)
        lgo.authorize()
    lgo.refresh(tokens)


def polled(lgo: PscClient, *actions: Act, auth: tuple[str, str] = DEMO) -> None:
    asked = lgo.ask_ciba().json()["auth_req_id"]
    for act in actions:
        act(lgo)
    lgo.poll(asked, auth)


def served_twice(lgo: PscClient) -> None:
    asked = lgo.ask_ciba().json()["auth_req_id"]
    lgo.answer()
    lgo.poll(asked)
    lgo.poll(asked)


def hurried(lgo: PscClient) -> None:
    asked = lgo.ask_ciba().json()["auth_req_id"]
    lgo.poll(asked)
    lgo.poll(asked)


def api(changes: dict[str, str]) -> Act:
    def act(lgo: PscClient) -> None:
        http = lgo.with_certificate()
        lgo.exchange_for_api(http, lgo.mtls_tokens(http)["access_token"], **changes)

    return act


def without_api(lgo: PscClient) -> None:
    enrolled = {"client_id": "mtls", "certificate_ou": "10B0990017", "certificate_cn": "lgo.sandbox.test"}
    lgo.resource("clients", "POST", {**enrolled, "space": "confiance"})
    form = {"grant_type": EXCHANGE_GRANT, "client_id": "mtls", "subject_token": "x"}
    lgo.with_certificate().post(lgo.api("token"), data=form)


def chained(lgo: PscClient) -> None:
    http = lgo.with_certificate()
    told = lgo.exchange_for_api(http, lgo.mtls_tokens(http)["access_token"]).json()
    lgo.exchange_for_api(http, told["access_token"])


def other_certificate(lgo: PscClient) -> None:
    http = lgo.with_certificate()
    told = lgo.exchange_for_api(http, lgo.mtls_tokens(http)["access_token"]).json()
    form = {"grant_type": "refresh_token", "client_id": "lgo-mtls", "refresh_token": told["refresh_token"]}
    url = lgo.api("token").replace(lgo.tenant.url("psc"), lgo.tenant.url("psc", tls=False))
    lgo.http.post(url, data=form)


def dead(path: str) -> Act:
    return lambda lgo: lgo.http.post(f"{lgo.issuer}/{path}")


def page_of(lgo: PscClient, **fields: str) -> httpx.Response:
    page = lgo.begun()
    csrf = hidden(lgo.http.get(page), "csrf")
    return lgo.http.post(page, data={"csrf": csrf, **fields})


def answered_by(action: str) -> Act:
    def act(lgo: PscClient) -> None:
        page = page_of(lgo, person="titulaire").headers["location"]
        lgo.answer(action)
        lgo.http.get(page)

    return act


def no_answer(lgo: PscClient) -> None:
    page = page_of(lgo, person="titulaire").headers["location"]
    lgo.tenant.move(seconds=121)
    lgo.http.get(page)


def another_browser(lgo: PscClient) -> None:
    lgo.browser().get(lgo.begun())


def ecps(lgo: PscClient, request: str = "inconnue", **fields: str) -> httpx.Response:
    csrf = lgo.http.get(f"{lgo.wallet}/ecps").cookies["PSC_ECPS"]
    return lgo.http.post(f"{lgo.wallet}/ecps/{request}", data={"csrf": csrf, **fields})


def logout(**fields: str) -> Act:
    return lambda lgo: lgo.http.get(lgo.protocol("logout"), params=fields)


def logout_elsewhere(lgo: PscClient) -> None:
    hint = lgo.tokens()["id_token"]
    there = {"id_token_hint": hint, "post_logout_redirect_uri": "http://127.0.0.1:8765/ailleurs"}
    lgo.http.get(lgo.protocol("logout"), params=there)


def hinted(who: str, **changes: str) -> Act:
    return lambda lgo: lgo.authorize(login_hint=who, **changes)


REFUSALS: dict[str, Act] = {
    "unreadable_form": lambda lgo: raw(lgo, b"grant_type=%zz"),
    "duplicated_parameter": lambda lgo: raw(lgo, b"grant_type=refresh_token&grant_type=refresh_token"),
    "grant_type_missing": lambda lgo: lgo.http.post(lgo.protocol("token"), json={"grant_type": "x"}, auth=DEMO),
    "grant_type_unknown": lambda lgo: lgo.post("token", grant_type="tout_autre"),
    "client_unknown": lambda lgo: lgo.post("token", ("personne", "x"), grant_type="refresh_token"),
    "certificate_refused": lambda lgo: lgo.post("token", None, grant_type="refresh_token", client_id="lgo-mtls"),
    "secret_wrong": lambda lgo: lgo.post("token", ("lgo-demo", "faux"), grant_type="refresh_token"),
    "password_dead": lambda lgo: lgo.post("token", grant_type="password"),
    "client_credentials_dead": lambda lgo: lgo.post("token", grant_type="client_credentials"),
    "device_dead": lambda lgo: lgo.post("token", grant_type="urn:ietf:params:oauth:grant-type:device_code"),
    "code_missing": lambda lgo: lgo.post("token", grant_type="authorization_code"),
    "code_invalid": lambda lgo: lgo.exchange("jamais-delivre"),
    "code_replayed": lambda lgo: [lgo.exchange(code) for code in [lgo.code()] * 2],
    "code_expired": expired_code,
    "code_of_another_client": lambda lgo: lgo.exchange(lgo.code(), OTHER),
    "redirect_mismatch": lambda lgo: lgo.exchange(lgo.code(), redirect_uri=CALLBACK + "/"),
    "session_dead": ended,
    "verifier_missing": lambda lgo: lgo.exchange(lgo.code(code_challenge="c" * 43, code_challenge_method="S256")),
    "verifier_unasked": lambda lgo: lgo.exchange(lgo.code(), code_verifier="v" * 43),
    "verifier_wrong": lambda lgo: lgo.exchange(
        lgo.code(code_challenge="c" * 43, code_challenge_method="S256"), code_verifier="v" * 43
    ),
    "refresh_missing": lambda lgo: lgo.post("token", grant_type="refresh_token"),
    "refresh_invalid": lambda lgo: lgo.renew(lgo.tokens()["access_token"]),
    "refresh_of_another_client": lambda lgo: lgo.renew(lgo.tokens()["refresh_token"], OTHER),
    "refresh_expired": old_refresh,
    "ciba_not_allowed": lambda lgo: lgo.http.post(
        lgo.protocol("ext/ciba/auth"), data=CIBA_FORM, auth=("dmp", "secret-dmp")
    ),
    "hint_absent": lambda lgo: lgo.ask_ciba(login_hint=None),
    "scope_absent": lambda lgo: lgo.ask_ciba(scope=None),
    "user_unknown": lambda lgo: lgo.ask_ciba(login_hint="899700090113"),
    "ciba_scope_unknown": lambda lgo: lgo.ask_ciba(scope="openid tout"),
    "binding_message_invalid": lambda lgo: lgo.ask_ciba(binding_message="é"),
    "user_code_unsupported": lambda lgo: lgo.ask_ciba(user_code="1"),
    "device_unreachable": lambda lgo: lgo.ask_ciba(login_hint="899700090121"),
    "auth_req_id_missing": lambda lgo: lgo.post("token", grant_type=CIBA_GRANT),
    "auth_req_id_invalid": served_twice,
    "auth_req_id_of_another_client": lambda lgo: polled(lgo, auth=OTHER),
    "ciba_expired": lambda lgo: polled(lgo, lambda lgo: lgo.tenant.move(seconds=121)),
    "ciba_too_early": hurried,
    "ciba_denied": lambda lgo: polled(lgo, lambda lgo: lgo.answer("refuse")),
    "ciba_pending": polled,
    "subject_token_missing": api({"subject_token": ""}),
    "subject_token_type_unknown": api({"subject_token_type": "autre"}),
    "subject_issuer_unknown": api({"subject_issuer": "autre"}),
    "subject_token_dead": api({"subject_token": "a.b.c"}),
    "audience_unknown": api({"audience": "autre"}),
    "subject_token_of_api": chained,
    "api_scope_refused": api({"scope": "tout"}),
    "api_client_refused": without_api,
    "conformance_api_absent": lambda lgo: lgo.http.post(f"{lgo.tenant.url('psc')}/signsessiondata", json={}),
    "certificate_changed": other_certificate,
    "token_missing": lambda lgo: lgo.post("token/introspect"),
    "token_of_another_client": lambda lgo: lgo.post("revoke", OTHER, token=lgo.tokens()["access_token"]),
    "bearer_missing": lambda lgo: lgo.http.get(lgo.protocol("userinfo"), headers={"Authorization": "abc"}),
    "bearer_invalid": lambda lgo: lgo.userinfo("a.b.c"),
    "scope_insufficient": lambda lgo: lgo.userinfo(lgo.tokens(scope="scope_all")["access_token"]),
    "registration_dead": dead("clients-registrations/openid-connect"),
    "device_endpoint_dead": dead("protocol/openid-connect/auth/device"),
    "pushed_twice": lambda lgo: lgo.post("ext/par/request", request_uri="urn:x"),
    "parameter_repeated": lambda lgo: lgo.http.get(
        f"{lgo.wallet}/auth", params=[*lgo.request().items(), ("scope", "openid")]
    ),
    "response_type_missing": lambda lgo: lgo.authorize(response_type=None),
    "response_type_unknown": lambda lgo: lgo.authorize(response_type="jeton"),
    "response_type_dead": lambda lgo: lgo.authorize(response_type="id_token token"),
    "response_mode_unknown": lambda lgo: lgo.authorize(response_mode="jwt"),
    "scope_unknown": lambda lgo: lgo.authorize(scope="openid tout"),
    "prompt_invalid": lambda lgo: lgo.authorize(prompt="none login"),
    "max_age_invalid": lambda lgo: lgo.authorize(max_age="-1"),
    "challenge_missing": lambda lgo: lgo.authorize(code_challenge_method="S256"),
    "challenge_method_unknown": lambda lgo: lgo.authorize(code_challenge="c" * 43, code_challenge_method="S512"),
    "challenge_invalid": lambda lgo: lgo.authorize(code_challenge="c=", code_challenge_method="S256"),
    "login_required": lambda lgo: lgo.authorize(prompt="none"),
    "login_refused": answered_by("refuse"),
    "login_wrong_code": answered_by("wrong_code"),
    "login_struck_off": hinted("radie"),
    "login_without_ecps": hinted("sans-ecps"),
    "login_without_card": lambda lgo: page_of(lgo, person="preparateur", means="CARD"),
    "login_cancelled": lambda lgo: page_of(lgo, cancel="1"),
    "request_unreadable": lambda lgo: lgo.http.get(f"{lgo.wallet}/auth?client_id=%ff"),
    "client_missing": lambda lgo: lgo.authorize(client_id=None),
    "client_not_found": lambda lgo: lgo.authorize(client_id="personne"),
    "redirect_invalid": lambda lgo: lgo.authorize(redirect_uri="http://127.0.0.1:8765/Callback"),
    "request_uri_refused": lambda lgo: lgo.authorize(request_uri="https://lgo.example/demande"),
    "request_uri_unknown": lambda lgo: lgo.authorize(request_uri="urn:ietf:params:oauth:request_uri:inconnue"),
    "request_object_invalid": lambda lgo: lgo.authorize(request="a.b.c"),
    "logout_client_mismatch": lambda lgo: lgo.http.get(
        lgo.protocol("logout"), params={"id_token_hint": lgo.tokens()["id_token"], "client_id": "dmp"}
    ),
    "login_unknown": another_browser,
    "form_forged": lambda lgo: lgo.http.post(lgo.begun(), data={"csrf": "faux"}),
    "hint_invalid": lambda lgo: logout(id_token_hint=lgo.tokens()["access_token"])(lgo),
    "hint_missing": logout(post_logout_redirect_uri="http://127.0.0.1:8765/logged-out"),
    "logout_redirect_invalid": logout_elsewhere,
    "push_over": lambda lgo: ecps(lgo, action="accept"),
    "push_expired": no_answer,
    "pin_wrong": lambda lgo: ecps(lgo, action="accept", pin="0000"),
}
"""Code → the client that is refused for it."""
SHOWN_IN_A_PAGE = frozenset({"login_without_card"})
"""The page of choice says so itself, and lets the person choose again."""


def test_every_refusal_of_the_catalogues_is_raised_here() -> None:
    assert set(REFUSALS) == {*ERRORS, *PAGES}
    assert not set(ERRORS) & set(PAGES)


@pytest.mark.parametrize("code", sorted(set(REFUSALS) - SHOWN_IN_A_PAGE))
def test_a_refusal_leaves_with_one_finding_that_explains_it(lgo: PscClient, code: str) -> None:
    REFUSALS[code](lgo)
    last = lgo.exchanges()[-1]
    assert last.noted.to_json()["Refusal"]["code"] == code
    known = ERRORS.get(code) or PAGES[code]
    assert last.status == known.status
    assert last.outcome == "refused"
    if code in ORDINARY:
        assert "PSC-REPONSE" in {finding.check_id for finding in last.findings}
    assert last.findings
    for finding in last.findings:
        texts = (finding.received, finding.expected, finding.remedy, finding.message, finding.title)
        assert all(texts), finding
        assert finding.where or finding.check_id == "PSC-TOK-05"
        told = WIRE_NAMES.sub("", " ".join(texts))
        assert not SLUG.search(told), SLUG.search(told)
        assert not ENGLISH.search(told), told
        assert finding.source.startswith("docs/sources/")
        assert finding.check_id != "SANDBOX-INEXPLIQUE"


def test_a_redirect_address_is_compared_with_the_nearest_that_is_enrolled(lgo: PscClient) -> None:
    REFUSALS["redirect_invalid"](lgo)
    (finding,) = lgo.findings()
    assert finding.check_id == "PSC-AUTHZ-06"
    assert finding.received == "redirect_uri=http://127.0.0.1:8765/⟨C⟩allback : diffère au caractère 23 (« C »)"
    assert finding.expected == "http://127.0.0.1:8765/⟨c⟩allback (« c » au caractère 23)"
    assert CALLBACK in finding.remedy


def test_a_secret_is_never_in_a_finding(lgo: PscClient) -> None:
    lgo.post("token", ("lgo-demo", "presque-le-bon-secret"), grant_type="refresh_token")
    (finding,) = lgo.findings()
    text = str(finding)
    assert "presque" not in text
    assert "secret-lgo-demo" not in text
    assert "21 caractères" in finding.received


def _with_id_token(lgo: PscClient) -> None:
    lgo.userinfo(lgo.tokens()["id_token"])


def _altered(lgo: PscClient) -> None:
    lgo.userinfo(lgo.tokens()["access_token"][:-4] + "AAAA")


def _without_scheme(lgo: PscClient) -> None:
    lgo.http.get(lgo.protocol("userinfo"), headers={"Authorization": lgo.tokens()["access_token"]})


def _not_in_base64(lgo: PscClient) -> None:
    lgo.http.post(lgo.protocol("token"), data={"grant_type": CIBA_GRANT}, headers={"Authorization": "Basic a:b"})


def _in_a_frame(lgo: PscClient) -> None:
    lgo.http.get(f"{lgo.wallet}/auth", params=lgo.request(prompt="none"), headers={"Sec-Fetch-Dest": "iframe"})


def _by_no_certificate(client: str) -> Act:
    return lambda lgo: lgo.post("token", None, grant_type="refresh_token", client_id=client)


def _exchanged_by_secret(lgo: PscClient) -> None:
    form = {"grant_type": EXCHANGE_GRANT, "client_id": "lgo-demo", "client_secret": "secret-lgo-demo"}
    lgo.http.post(lgo.api("token", "insi"), data=form)


@pytest.mark.parametrize(
    ("act", "received", "remedy"),
    [
        (_with_id_token, "un ID token, et non l'access_token", "à la place de l'id_token"),
        (_altered, "la signature du jeton est fausse", "sans en changer un caractère"),
        (_without_scheme, "un seul mot, ", "Authorization: Bearer suivi du jeton"),
        (_not_in_base64, "« Basic … », 9 caractères", "« client_id:client_secret » en Base64"),
        (logout(id_token_hint="abc"), "id_token_hint=abc… (3 caractères)", "l'id_token de la dernière réponse"),
        (_by_no_certificate("lgo-mtls"), "aucun certificat client", "le certificat psc-client du fichier"),
        (_by_no_certificate("lgo-api"), "aucun certificat client", "le certificat org-auth du fichier"),
        (_in_a_frame, "aucune session ouverte, dans un cadre (iframe)", "par refresh_token"),
        (_exchanged_by_secret, "aucun certificat client, pour lgo-demo, enrôlé sans certificat", "lgo-mtls ou lgo-api"),
        (
            lambda lgo: lgo.post("token", grant_type="urn:ietf:params:oauth:grant-type:ciba"),
            "grant-type:ciba",
            f"grant_type={CIBA_GRANT}, à la lettre",
        ),
        (
            lambda lgo: lgo.post("token", grant_type=EXCHANGE_GRANT),
            EXCHANGE_GRANT,
            "/auth/realms/insi/protocol/openid-connect/token",
        ),
        (
            lambda lgo: lgo.post("token", grant_type="autorisation_code"),
            "autorisation_code",
            "grant_type=authorization_code.",
        ),
    ],
)
def test_what_came_instead_is_named_with_the_value_to_send(
    lgo: PscClient, act: Act, received: str, remedy: str
) -> None:
    act(lgo)
    finding = lgo.findings()[-1]
    assert received in finding.received
    assert remedy in finding.remedy


@pytest.mark.parametrize("door", ["psc", "psc_wallet"])
def test_the_stock_path_of_discovery_is_told_the_right_one_on_either_host(lgo: PscClient, door: str) -> None:
    root = lgo.tenant.url(door)
    answer = lgo.http.get(f"{root}/auth/realms/esante-wallet/.well-known/openid-configuration")
    assert (answer.status_code, answer.json()["error"]) == (404, "HTTP 404 Not Found")
    (finding,) = lgo.findings()
    assert finding.check_id == "SANDBOX-CHEMIN"
    assert finding.expected == f"{lgo.issuer}/.well-known/wallet-openid-configuration"


@pytest.mark.parametrize(
    ("method", "door", "path", "status", "told"),
    [
        ("GET", "psc_wallet", "/auth/realms/esante-wallet/protocol/openid-connect/certs", 404, "hôte"),
        ("GET", "psc", "/ecps", 404, "hôte"),
        ("GET", "psc", "/auth/realms/esante-wallet/protocol/openid-connect/tokens", 404, "openid-connect/token"),
        ("GET", "psc", "/tout/autre", 404, "chemin"),
        ("GET", "psc", "/auth/realms/esante-wallet/protocol/openid-connect/token", 405, "méthode"),
        ("OPTIONS", "psc_wallet", "/auth", 405, "serveur du logiciel"),
        ("OPTIONS", "psc", "/ecps", 405, "serveur du logiciel"),
    ],
)
def test_a_wrong_address_or_method_is_explained(
    lgo: PscClient, method: str, door: str, path: str, status: int, told: str
) -> None:
    answer = lgo.http.request(method, lgo.tenant.url(door) + path, headers={"Origin": "https://lgo.example"})
    assert answer.status_code == status
    (finding,) = lgo.findings()
    assert finding.check_id == ("SANDBOX-CHEMIN" if status == 404 else "SANDBOX-METHODE")
    assert told in finding.remedy
    assert not ENGLISH.search(f"{finding.expected} {finding.remedy} {finding.message}")


@pytest.mark.parametrize("credentials", ["abc", "Basic", "Basic é", "Basic bGdv", "Bearer", "Digest x"])
@pytest.mark.parametrize("endpoint", ["token", "userinfo", "token/introspect", "revoke", "ext/ciba/auth"])
def test_unreadable_credentials_are_explained(lgo: PscClient, endpoint: str, credentials: str) -> None:
    headers = [(b"Authorization", credentials.encode("utf-8"))]
    form = {"grant_type": "refresh_token", "token": "x"}
    answer = lgo.http.post(lgo.protocol(endpoint), data=form, headers=headers)
    assert answer.status_code == 401
    (finding,) = lgo.findings()
    assert (finding.check_id, finding.where) == ("PSC-REFUS", "en-tête Authorization")


@pytest.mark.parametrize("endpoint", ["token/introspect", "revoke", "ext/ciba/auth", "token"])
def test_a_body_of_another_type_is_named_as_the_reason(lgo: PscClient, endpoint: str) -> None:
    lgo.http.post(lgo.protocol(endpoint), json={"token": "x", "grant_type": "y"})
    finding = lgo.findings()[0]
    assert "application/json" in finding.received
    assert finding.where == "en-tête Content-Type"
    assert "application/x-www-form-urlencoded" in finding.remedy
