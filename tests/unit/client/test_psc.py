from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jose import jwk, jws

from lgo_client.clock import Workplace
from lgo_client.environment import OidcClient
from lgo_client.psc import ProSanteConnect, PscRefused, PscSession

ROOT = "https://psc.test"
ISSUER = f"{ROOT}/auth/realms/esante-wallet"
PROTOCOL = f"{ISSUER}/protocol/openid-connect"
REDIRECT = "http://127.0.0.1:8999/callback"
CLIENT = OidcClient("lgo-test", "s3cr&t", (REDIRECT, "http://127.0.0.1/other"))
SUB = "f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:899700090014"
ACCESS = "access-1"

Changed = dict[str, Any]


class Keys:
    """Two RSA keys: the provider's, and a thief's."""

    def __init__(self) -> None:
        self.own, self.other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))

    def public(self, kid: str = "k1") -> Changed:
        return {**jwk.RSAKey(self.own.public_key(), "RS256").to_dict(), "kid": kid, "use": "sig"}


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys()


def unpadded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def at_hash(token: str) -> str:
    return unpadded(hashlib.sha256(token.encode()).digest()[:16])


@dataclass
class Provider:
    """Pro Santé Connect by script: right in everything but what a test changes (None removes a member)."""

    keys: Keys
    now: float
    metadata: Changed = field(default_factory=dict)
    callback: Changed = field(default_factory=dict)
    answer: Changed = field(default_factory=dict)
    claims: Changed = field(default_factory=dict)
    user: Changed = field(default_factory=dict)
    sign: Callable[[Changed], str] | None = None
    status: int = 200
    nonce: str = ""
    asked: Changed = field(default_factory=dict)
    forms: list[tuple[str, Changed]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    tokens: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        if request.method == "POST":
            self.forms.append((url.removeprefix(PROTOCOL), dict(parse_qsl(request.content.decode()))))
        bodies: dict[str, Callable[[], Any]] = {
            f"{ISSUER}/.well-known/wallet-openid-configuration": self.discovery,
            f"{PROTOCOL}/certs": lambda: {"keys": [self.keys.public()]},
            f"{PROTOCOL}/token": self.token,
            f"{PROTOCOL}/logout": dict,
            f"{PROTOCOL}/userinfo": lambda: self.userinfo(request),
        }
        status = self.status if request.method == "POST" else 200
        return httpx.Response(status, json=bodies[url]())

    def discovery(self) -> Changed:
        return changed(
            {
                "issuer": ISSUER,
                "authorization_endpoint": "https://wallet.test/auth",
                "token_endpoint": f"{PROTOCOL}/token",
                "userinfo_endpoint": f"{PROTOCOL}/userinfo",
                "end_session_endpoint": f"{PROTOCOL}/logout",
                "jwks_uri": f"{PROTOCOL}/certs",
                "authorization_response_iss_parameter_supported": True,
            },
            self.metadata,
        )

    def browser(self, url: str, redirect_uri: str) -> str:
        assert url.startswith("https://wallet.test/auth?")
        self.asked = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
        self.nonce = self.asked["nonce"]
        back = {"code": "c0de", "state": self.asked["state"], "session_state": "s", "iss": ISSUER}
        return f"{redirect_uri}?{urlencode(changed(back, self.callback))}"

    def token(self) -> Any:
        self.tokens += 1
        access = f"access-{self.tokens}"
        claims = {
            "iss": ISSUER,
            "sub": SUB,
            "aud": CLIENT.client_id,
            "azp": CLIENT.client_id,
            "typ": "ID",
            "iat": int(self.now),
            "exp": int(self.now) + 120,
            "nonce": self.nonce,
            "at_hash": at_hash(access),
        }
        answer = {
            "access_token": access,
            "expires_in": 120,
            "refresh_expires_in": 1800,
            "refresh_token": f"refresh-{self.tokens}",
            "token_type": "Bearer",
            "id_token": (self.sign or self.signed)(changed(claims, self.claims)),
        }
        return changed(answer, self.answer)

    def signed(self, claims: Changed) -> str:
        return str(jws.sign(claims, jwk.RSAKey(self.keys.own, "RS256"), headers={"kid": "k1"}, algorithm="RS256"))

    def userinfo(self, request: httpx.Request) -> Changed:
        self.authorizations.append(request.headers.get("authorization"))
        return changed({"sub": SUB, "SubjectNameID": "899700090014"}, self.user)


def changed(values: Changed, changes: Changed) -> Changed:
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


class Stopwatch:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def provider(keys: Keys, workplace: Workplace) -> Provider:
    return Provider(keys, workplace.now().timestamp())


Connect = Callable[..., ProSanteConnect]


@pytest.fixture
def connect(provider: Provider, workplace: Workplace, stopwatch: Stopwatch) -> Connect:
    def made(client: OidcClient = CLIENT) -> ProSanteConnect:
        http = httpx.Client(transport=httpx.MockTransport(provider))
        return ProSanteConnect(http, ROOT, client, Workplace(workplace.now, workplace.uuid, stopwatch))

    return made


@pytest.fixture
def session(connect: Connect, provider: Provider) -> PscSession:
    return connect().login(provider.browser)


def refusal(connect: Connect, provider: Provider) -> str:
    with pytest.raises(PscRefused) as refused:
        connect().login(provider.browser)
    return refused.value.code


def test_a_right_answer_opens_a_session(session: PscSession) -> None:
    assert session.claims["sub"] == SUB
    assert session.access_token() == ACCESS
    assert session.refreshed == 0


def test_the_authorization_request_has_what_psc_demands(session: PscSession, provider: Provider) -> None:
    asked = provider.asked
    fixed = {name: asked.pop(name) for name in ("state", "nonce", "code_challenge")}
    assert asked == {
        "response_type": "code",
        "client_id": "lgo-test",
        "redirect_uri": REDIRECT,
        "scope": "openid scope_all",
        "acr_values": "eidas1",
        "code_challenge_method": "S256",
    }
    assert len(set(fixed.values())) == 3
    assert all(len(value) >= 43 for value in fixed.values())


def test_state_nonce_and_verifier_are_fresh_at_each_login(connect: Connect, provider: Provider) -> None:
    seen: set[str] = set()
    for _ in range(2):
        connect().login(provider.browser)
        seen |= {provider.asked[name] for name in ("state", "nonce", "code_challenge")}
    assert len(seen) == 6


def test_a_hint_is_sent_only_when_given(connect: Connect, provider: Provider) -> None:
    connect().login(provider.browser, hint="titulaire")
    assert provider.asked["login_hint"] == "titulaire"


def test_the_code_is_exchanged_with_secret_and_verifier(session: PscSession, provider: Provider) -> None:
    ((path, form),) = provider.forms
    verifier = form.pop("code_verifier")
    assert path == "/token"
    assert form == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": REDIRECT,
        "client_id": "lgo-test",
        "client_secret": "s3cr&t",
    }
    assert unpadded(hashlib.sha256(verifier.encode()).digest()) == provider.asked["code_challenge"]


def test_a_client_with_a_certificate_sends_its_id_alone(connect: Connect, provider: Provider) -> None:
    connect(OidcClient("lgo-test", "", (REDIRECT,))).login(provider.browser)
    ((_, form),) = provider.forms
    assert form["client_id"] == "lgo-test"
    assert "client_secret" not in form


@pytest.mark.parametrize("issuer", ["https://elsewhere.test/realms/x", None])
def test_a_discovery_document_of_another_issuer_is_refused(
    connect: Connect, provider: Provider, issuer: str | None
) -> None:
    provider.metadata = {"issuer": issuer}
    with pytest.raises(PscRefused) as refused:
        connect()
    assert refused.value.code == "issuer"


@pytest.mark.parametrize(
    ("callback", "code"),
    [
        ({"state": "other"}, "state"),
        ({"state": "étranger"}, "state"),
        ({"state": None}, "state"),
        ({"state": "other", "error": "access_denied", "code": None}, "state"),
        ({"iss": "https://evil.test"}, "iss"),
        ({"iss": None}, "iss"),
        ({"iss": None, "error": "access_denied", "code": None}, "iss"),
        ({"code": None, "error": "access_denied", "error_description": "refusé"}, "access_denied"),
        ({"code": None}, "code"),
    ],
)
def test_a_wrong_way_back_is_refused_before_any_token(
    connect: Connect, provider: Provider, callback: Changed, code: str
) -> None:
    provider.callback = callback
    assert refusal(connect, provider) == code
    assert provider.forms == []


def test_the_2023_profile_needs_no_issuer_on_the_way_back(connect: Connect, provider: Provider) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": None}
    provider.callback = {"iss": None}
    assert connect().login(provider.browser).claims["sub"] == SUB


def test_an_issuer_that_comes_unannounced_must_be_right_all_the_same(connect: Connect, provider: Provider) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": None}
    provider.callback = {"iss": "https://evil.test"}
    assert refusal(connect, provider) == "iss"


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "https://evil.test"),
        ("iss", None),
        ("aud", "another-client"),
        ("aud", ["lgo-test", "another-client"]),
        ("aud", []),
        ("aud", None),
        ("azp", "another-client"),
        ("nonce", "other"),
        ("nonce", ""),
        ("nonce", None),
        ("at_hash", at_hash("another token")),
        ("at_hash", ""),
        ("sub", ""),
        ("sub", None),
        ("exp", None),
        ("exp", "demain"),
        ("iat", None),
        ("iat", [1]),
    ],
)
def test_an_id_token_with_one_wrong_claim_is_refused_for_that_claim(
    connect: Connect, provider: Provider, claim: str, value: object
) -> None:
    provider.claims = {claim: value}
    assert refusal(connect, provider) == claim


@pytest.mark.parametrize(
    ("claim", "value"), [("aud", ["lgo-test"]), ("azp", None), ("at_hash", None), ("unknown", {"any": "thing"})]
)
def test_an_id_token_may_differ_where_the_standard_leaves_a_choice(
    connect: Connect, provider: Provider, claim: str, value: object
) -> None:
    provider.claims = {claim: value}
    assert connect().login(provider.browser).claims["sub"] == SUB


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -61), ("iat", 61), ("auth_time", 61)])
def test_a_token_out_of_its_time_is_refused(connect: Connect, provider: Provider, claim: str, seconds: float) -> None:
    provider.claims = {claim: provider.now + seconds}
    assert refusal(connect, provider) == claim


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -59), ("iat", 59), ("auth_time", 59), ("auth_time", -14000)])
def test_a_minute_of_difference_between_clocks_is_forgiven(
    connect: Connect, provider: Provider, claim: str, seconds: float
) -> None:
    provider.claims = {claim: provider.now + seconds}
    assert connect().login(provider.browser).claims["sub"] == SUB


def unsigned(claims: Changed, **header: str) -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode())
    return ".".join(unpadded(part) for part in parts) + "."


def with_public_key_as_secret(keys: Keys, claims: Changed) -> str:
    secret = jwk.RSAKey(keys.own.public_key(), "RS256").to_pem().decode()
    header, payload, _ = unsigned(claims, alg="HS256", kid="k1").split(".")
    mac = jwk.HMACKey(base64.b64encode(secret.encode()).decode(), "HS256").sign(f"{header}.{payload}".encode())
    return f"{header}.{payload}.{unpadded(mac)}"


FORGERIES: dict[str, tuple[Callable[[Keys, Changed], str], str]] = {
    "signed by another key": (
        lambda keys, claims: str(
            jws.sign(claims, jwk.RSAKey(keys.other, "RS256"), headers={"kid": "k1"}, algorithm="RS256")
        ),
        "signature",
    ),
    "unknown kid": (
        lambda keys, claims: str(
            jws.sign(claims, jwk.RSAKey(keys.own, "RS256"), headers={"kid": "k2"}, algorithm="RS256")
        ),
        "kid",
    ),
    "no kid": (
        lambda keys, claims: str(jws.sign(claims, jwk.RSAKey(keys.own, "RS256"), algorithm="RS256")),
        "kid",
    ),
    "another RSA algorithm": (
        lambda keys, claims: str(
            jws.sign(claims, jwk.RSAKey(keys.own, "RS512"), headers={"kid": "k1"}, algorithm="RS512")
        ),
        "signature",
    ),
    "HS256 with the public key": (with_public_key_as_secret, "signature"),
    "alg none": (lambda keys, claims: unsigned(claims, alg="none", kid="k1"), "signature"),
    "alg None": (lambda keys, claims: unsigned(claims, alg="None", kid="k1"), "signature"),
    "no alg": (lambda keys, claims: unsigned(claims, kid="k1"), "signature"),
    "not a token": (lambda keys, claims: "bouh", "signature"),
    "empty": (lambda keys, claims: "", "signature"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_id_token_is_refused(connect: Connect, provider: Provider, keys: Keys, forgery: str) -> None:
    forge, code = FORGERIES[forgery]
    provider.sign = lambda claims: forge(keys, claims)
    assert refusal(connect, provider) == code


def test_changed_claims_under_a_right_signature_are_refused(connect: Connect, provider: Provider) -> None:
    def tampered(claims: Changed) -> str:
        header, _, value = provider.signed(claims).split(".")
        return f"{header}.{unpadded(json.dumps({**claims, 'sub': 'somebody else'}).encode())}.{value}"

    provider.sign = tampered
    assert refusal(connect, provider) == "signature"


@pytest.mark.parametrize("payload", [b"[]", b'"text"', b"not json"])
def test_a_signed_token_that_is_no_object_is_refused(
    connect: Connect, provider: Provider, keys: Keys, payload: bytes
) -> None:
    def signed(claims: Changed) -> str:
        return str(jws.sign(payload, jwk.RSAKey(keys.own, "RS256"), headers={"kid": "k1"}, algorithm="RS256"))

    provider.sign = signed
    assert refusal(connect, provider) == "jwt"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"token_type": None}, "token_type"),
        ({"token_type": "mac"}, "token_type"),
        ({"access_token": None}, "access_token"),
        ({"refresh_token": None}, "refresh_token"),
        ({"id_token": None}, "id_token"),
        ({"id_token": 7}, "id_token"),
        ({"expires_in": None}, "expires_in"),
        ({"expires_in": "120"}, "expires_in"),
    ],
)
def test_an_incomplete_token_answer_is_refused(
    connect: Connect, provider: Provider, answer: Changed, code: str
) -> None:
    provider.answer = answer
    assert refusal(connect, provider) == code


def test_the_type_of_the_token_may_be_written_in_any_case(connect: Connect, provider: Provider) -> None:
    provider.answer = {"token_type": "bearer"}
    assert connect().login(provider.browser).access_token() == ACCESS


def test_an_oauth_error_gives_its_code(connect: Connect, provider: Provider) -> None:
    provider.status = 400
    provider.answer = {"error": "invalid_grant", "error_description": "Code not valid"}
    with pytest.raises(PscRefused, match="invalid_grant : Code not valid"):
        connect().login(provider.browser)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(502, text="<html>Bad Gateway</html>"), "502"),
        (httpx.Response(500, json=["error"]), "json"),
        (httpx.Response(200, json="text"), "json"),
        (httpx.Response(503, json={}), "503"),
    ],
)
def test_an_answer_that_is_no_json_object_is_a_refusal(workplace: Workplace, answer: httpx.Response, code: str) -> None:
    http = httpx.Client(transport=httpx.MockTransport(lambda request: answer))
    with pytest.raises(PscRefused) as refused:
        ProSanteConnect(http, ROOT, CLIENT, workplace)
    assert refused.value.code == code


def test_a_young_token_is_not_refreshed(session: PscSession, provider: Provider, stopwatch: Stopwatch) -> None:
    stopwatch.seconds += 105
    assert session.access_token() == ACCESS
    assert (session.refreshed, provider.tokens) == (0, 1)


def test_a_token_about_to_die_is_refreshed_once(session: PscSession, provider: Provider, stopwatch: Stopwatch) -> None:
    stopwatch.seconds += 105.5
    assert [session.access_token() for _ in range(2)] == ["access-2", "access-2"]
    assert session.refreshed == 1
    assert provider.forms[1:] == [
        (
            "/token",
            {
                "grant_type": "refresh_token",
                "refresh_token": "refresh-1",
                "client_id": "lgo-test",
                "client_secret": "s3cr&t",
            },
        )
    ]


def test_each_refresh_uses_the_last_refresh_token(
    session: PscSession, provider: Provider, stopwatch: Stopwatch
) -> None:
    for _ in range(2):
        stopwatch.seconds += 110
        session.access_token()
    assert [form.get("refresh_token") for _, form in provider.forms] == [None, "refresh-1", "refresh-2"]


def test_a_refreshed_token_need_not_repeat_the_nonce(
    session: PscSession, provider: Provider, stopwatch: Stopwatch
) -> None:
    stopwatch.seconds += 110
    provider.claims = {"nonce": None}
    assert session.access_token() == "access-2"


def test_the_wall_clock_alone_refreshes_nothing(provider: Provider, workplace: Workplace, stopwatch: Stopwatch) -> None:
    shown = [workplace.now()]
    http = httpx.Client(transport=httpx.MockTransport(provider))
    psc = ProSanteConnect(http, ROOT, CLIENT, Workplace(lambda: shown[0], workplace.uuid, stopwatch))
    session = psc.login(provider.browser)
    shown[0] += timedelta(days=1)
    assert session.access_token() == ACCESS


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"sub": "f:550dc1c8:899700090022"}, "sub"), ({"aud": "x"}, "aud"), ({"iss": "https://evil.test"}, "iss")],
)
def test_a_refreshed_token_of_somebody_else_is_refused_and_never_used(
    session: PscSession, provider: Provider, stopwatch: Stopwatch, changes: Changed, code: str
) -> None:
    stopwatch.seconds += 110
    provider.claims = changes
    for _ in range(2):
        with pytest.raises(PscRefused) as refused:
            session.access_token()
        assert refused.value.code == code
    assert session.refreshed == 0


def test_the_end_of_the_session_at_psc_is_told(session: PscSession, provider: Provider, stopwatch: Stopwatch) -> None:
    stopwatch.seconds += 110
    provider.status, provider.answer = 400, {"error": "invalid_grant", "error_description": "Session not active"}
    with pytest.raises(PscRefused, match="Session not active"):
        session.access_token()


def test_userinfo_is_asked_with_a_fresh_token(session: PscSession, provider: Provider, stopwatch: Stopwatch) -> None:
    assert session.userinfo()["SubjectNameID"] == "899700090014"
    stopwatch.seconds += 110
    session.userinfo()
    assert provider.authorizations == ["Bearer access-1", "Bearer access-2"]


@pytest.mark.parametrize("sub", ["f:550dc1c8:899700090022", None])
def test_userinfo_about_somebody_else_is_refused(session: PscSession, provider: Provider, sub: str | None) -> None:
    provider.user = {"sub": sub}
    with pytest.raises(PscRefused) as refused:
        session.userinfo()
    assert refused.value.code == "sub"


def test_logout_posts_the_id_token_as_hint(session: PscSession, provider: Provider) -> None:
    session.logout()
    path, form = provider.forms[-1]
    assert (path, list(form)) == ("/logout", ["id_token_hint"])
    claims = json.loads(jws.get_unverified_claims(form["id_token_hint"]))
    assert (claims["sub"], claims["nonce"]) == (SUB, provider.nonce)


def test_a_logout_that_psc_refuses_is_told(session: PscSession, provider: Provider) -> None:
    provider.status = 400
    with pytest.raises(PscRefused, match="400"):
        session.logout()
