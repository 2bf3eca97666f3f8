"""Right requests, spoiled at random (seeded): never a 5xx, always an exchange, and a finding when it is refused."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from support.psc import CIBA_FORM, DEMO, PscClient

from lgo_sandbox.wire.jwt import encode_segments
from psc_mock.codes import API_PATH, CIBA_GRANT, DEAD_ENDPOINTS, EXCHANGE_GRANT, ISSUER_PATH, PROTOCOL_PATH, PUSHED_URN

REQUESTS = 120
SECONDS = 10.0
Template = tuple[str, str, str, dict[str, str]]

ODD = (
    b"",
    b"\xff\xfe",
    b"%",
    b"%zz",
    b"%00%0d%0aSet-Cookie:a=b",
    b"%c3%a9",
    b"\xc3\xa9",
    b"%ed%a0%80",
    b"&" * 300,
    b"a=b&" * 120,
    b"[" * 4000,
    b"A" * 9000,
    b"~x",
    b"autre~x",
    b"default~x",
    b"eyJhbGciOiJSUzI1NiJ9..",
    b"http://[",
    b"javascript:alert(1)",
    b"1e999",
    b"9" * 5000,
)
OUT = "http://127.0.0.1:8765/logged-out"
NESTED = "eyJhIjpbW1tbW1tbW1tbW1tbW1tb"
"""The beginning of a JWT part that opens many arrays."""
HEADERS = (
    b"Authorization: abc",
    b"Authorization: Basic \xc3\xa9",
    b"Authorization: Basic " + b"A" * 5000,
    b"Authorization: Bearer " + NESTED.encode() * 200 + b".e30.x",
    b"Authorization: Bearer e30.W10.x",
    b"Cookie: PSC_SESSION=\xff; PSC_BROWSER=; PSC_ECPS",
    b"Content-Type: application/json",
    b"Content-Type: \xff",
    b"Origin: https://\xc3\xa9",
    b"Origin: http://127.0.0.1:8765",
    b"Accept: text/html\r\nSec-Fetch-Mode: navigate",
    b"User-Agent: \xf0\x9f\x92\x89",
    b"X-Forwarded-Proto: http",
    b"Host: evil@127.0.0.1",
    b"Host: \xff",
)


def templates(lgo: PscClient) -> list[Template]:
    """Return right requests: door, method, path and parameters."""
    tokens = lgo.tokens()
    login = urlsplit(lgo.begun()).path.partition("/login/")[2]
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    exchange = {"grant_type": EXCHANGE_GRANT, "client_id": "lgo-mtls", "subject_token": access, "audience": "insi"}
    return [
        ("psc", "GET", f"{ISSUER_PATH}/.well-known/wallet-openid-configuration", {}),
        ("psc", "GET", f"{ISSUER_PATH}/.well-known/openid-configuration", {}),
        ("psc", "GET", f"{PROTOCOL_PATH}/certs", {}),
        ("psc", "GET", f"{PROTOCOL_PATH}/auth", lgo.request()),
        ("psc", "POST", f"{PROTOCOL_PATH}/auth", lgo.request()),
        ("psc_wallet", "GET", "/auth", lgo.request(code_challenge="c" * 43, code_challenge_method="S256")),
        ("psc_wallet", "POST", "/auth", lgo.request(prompt="none", max_age="5")),
        ("psc_wallet", "GET", f"/login/{login}", {}),
        ("psc_wallet", "POST", f"/login/{login}", {"csrf": "x", "person": "titulaire"}),
        ("psc_wallet", "GET", "/ecps", {"persona": "titulaire", "done": "accept"}),
        ("psc_wallet", "POST", f"/ecps/{login}", {"csrf": "x", "action": "accept", "pin": "1234"}),
        ("psc", "POST", f"{PROTOCOL_PATH}/token", {"grant_type": "authorization_code", "code": "x"}),
        ("psc", "POST", f"{PROTOCOL_PATH}/token", {"grant_type": "refresh_token", "refresh_token": refresh}),
        ("psc", "POST", f"{PROTOCOL_PATH}/token", {"grant_type": CIBA_GRANT, "auth_req_id": "x"}),
        ("psc", "POST", f"{PROTOCOL_PATH}/token/introspect", {"token": access}),
        ("psc", "POST", f"{PROTOCOL_PATH}/revoke", {"token": "x.y.z"}),
        ("psc", "POST", f"{PROTOCOL_PATH}/ext/par/request", lgo.request()),
        ("psc", "OPTIONS", f"{PROTOCOL_PATH}/token", {}),
        ("psc_wallet", "GET", "/auth", {"client_id": "lgo-demo", "request_uri": f"{PUSHED_URN}{login}"}),
        ("psc_wallet", "GET", "/auth", lgo.request(request=encode_segments({"alg": "none"}, lgo.request()) + ".")),
        ("psc_wallet", "GET", f"/login/{login}/state", {}),
        ("psc_wallet", "GET", "/", {}),
        ("psc_wallet", "POST", "/", {"csrf": "x", "change": "card"}),
        ("psc", "GET", f"{PROTOCOL_PATH}/logout", {"client_id": "lgo-demo", "post_logout_redirect_uri": OUT}),
        ("psc", "POST", f"{PROTOCOL_PATH}/ext/ciba/auth", CIBA_FORM),
        ("psc", "GET", f"{PROTOCOL_PATH}/userinfo", {"access_token": access}),
        ("psc", "POST", f"{PROTOCOL_PATH}/userinfo", {"access_token": access}),
        ("psc", "GET", f"{PROTOCOL_PATH}/logout", {"id_token_hint": tokens["id_token"], "state": "s"}),
        ("psc", "POST", f"{PROTOCOL_PATH}/logout", {"refresh_token": "x", "client_id": "lgo-demo"}),
        ("psc", "POST", f"{API_PATH}/protocol/openid-connect/token", exchange),
        ("psc", "POST", f"{API_PATH}/protocol/openid-connect/token/introspect", {"token": access}),
        *(("psc", "POST", path, {"a": "b"}) for path in DEAD_ENDPOINTS),
    ]


def spoiled(chance: random.Random, pairs: bytes) -> bytes:
    """Return parameters with one thing changed."""
    if not pairs:
        return chance.choice((b"", b"a=%ff", b"token=x"))
    cut, odd = chance.randrange(len(pairs)), chance.choice(ODD)
    fields = pairs.split(b"&")
    at = chance.randrange(len(fields))
    name = fields[at].partition(b"=")[0]
    changes: tuple[Callable[[], bytes], ...] = (
        lambda: pairs,
        lambda: pairs[:cut] + odd + pairs[cut:],
        lambda: pairs[:cut] + pairs[cut + 1 :],
        lambda: b"&".join([*fields[:at], name + b"=" + odd, *fields[at + 1 :]]),
        lambda: b"&".join(fields[:at] + fields[at + 1 :]),
        lambda: pairs + b"&" + fields[at],
        lambda: bytes(pairs[:cut] + bytes([pairs[cut] ^ (1 << chance.randrange(8))]) + pairs[cut + 1 :]),
    )
    return chance.choice(changes)()


def request(chance: random.Random, prefix: str, template: Template) -> tuple[str, bytes]:
    """Return a door and the octets of one request."""
    door, method, path, fields = template
    pairs = spoiled(chance, urlencode(fields).encode())
    lines = [b"Host: 127.0.0.1"]
    if chance.random() < 0.7:
        lines.append(b"Authorization: Basic bGdvLWRlbW86c2VjcmV0LWxnby1kZW1v")
    if chance.random() < 0.4:
        lines.append(chance.choice(HEADERS))
    target = f"{prefix}{path}".encode()
    body = pairs if method == "POST" else b""
    if method == "GET" and pairs:
        target += b"?" + bytes(c for c in pairs if c > 32 and c != 127)
    if body:
        lines += [b"Content-Type: application/x-www-form-urlencoded"]
    lines += [b"Content-Length: %d" % len(body), b"Connection: close"]
    return door, b"%s %s HTTP/1.1\r\n" % (method.encode(), target) + b"\r\n".join(lines) + b"\r\n\r\n" + body


def status_of(lgo: PscClient, door: str, octets: bytes) -> int:
    """Send octets to the plain port of a door; return the status, 0 when nothing came back."""
    where = urlsplit(lgo.tenant.url(door, tls=False))
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=SECONDS) as connection:
        connection.sendall(octets)
        answered = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(answered[9:12]) if answered else 0


def _sent(lgo: PscClient, seed: int) -> Iterator[tuple[int, bytes]]:
    chance, known = random.Random(seed), templates(lgo)
    prefix = urlsplit(lgo.tenant.url("psc")).path
    for number in range(REQUESTS):
        template = known[number % len(known)]
        door, octets = request(chance, prefix, template)
        yield status_of(lgo, door, octets), octets


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_spoiled_requests_are_answered_and_explained_and_never_a_defect(lgo: PscClient, seed: int) -> None:
    assert DEMO == ("lgo-demo", "secret-lgo-demo")
    before = len(lgo.exchanges())
    for status, octets in _sent(lgo, seed):
        assert 200 <= status < 500, octets
    exchanges = lgo.exchanges()[before:]
    assert len(exchanges) > REQUESTS * 0.8
    for exchange in exchanges:
        told = {finding.check_id for finding in exchange.findings}
        assert exchange.outcome in ("answered", "refused"), exchange.target
        assert not {"SANDBOX-DEFAUT", "SANDBOX-INEXPLIQUE"} & told, exchange.target
        assert told or exchange.outcome == "answered", exchange.target


@pytest.mark.parametrize("depth", [100, 5_000, 40_000])
@pytest.mark.parametrize("endpoint", ["userinfo", "token/introspect", "revoke", "logout"])
def test_a_token_of_deep_nesting_is_refused_like_any_other(lgo: PscClient, endpoint: str, depth: int) -> None:
    import base64

    deep = base64.urlsafe_b64encode(b'{"a":' + b"[" * depth + b"]" * depth + b"}").rstrip(b"=").decode()
    token = f"{deep}.{deep}.x" if depth < 40_000 else f"e30.{deep}.x"
    name = "id_token_hint" if endpoint == "logout" else "token"
    if endpoint == "userinfo":
        answer = lgo.http.post(lgo.protocol(endpoint), data={"access_token": token})
    else:
        answer = lgo.http.post(lgo.protocol(endpoint), data={name: token}, auth=DEMO)
    assert answer.status_code < 500
    assert {one.check_id for one in lgo.findings()} <= {"PSC-REFUS", "SANDBOX-CORPS-TROP-LONG"}


@pytest.mark.parametrize("value", ["é", "\x00\r\nSet-Cookie: a=b", "\U0001f489", "a b", "%0d%0a"])
def test_odd_characters_in_what_goes_back_in_an_address_are_encoded(lgo: PscClient, value: str) -> None:
    for answer in (
        lgo.authorize(state=value * 20, scope="autre"),
        lgo.http.get(lgo.protocol("auth"), params=lgo.request(state=value * 20)),
        lgo.http.post(lgo.protocol("auth"), data=lgo.request(state=value * 20)),
    ):
        assert answer.status_code == 302
        assert "set-cookie" not in answer.headers or "a=b" not in answer.headers["set-cookie"]
        assert answer.headers["location"].isascii()
    raw = lgo.http.get(f"{lgo.protocol('auth')}?state=\N{LATIN SMALL LETTER E WITH ACUTE}")
    assert raw.headers["location"].endswith("/auth?state=%C3%A9")
