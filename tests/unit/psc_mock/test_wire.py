"""Bytes and values of Pro Santé Connect; what is shown to people; how a request tells its session."""

from __future__ import annotations

import base64

import pytest

from lgo_sandbox.contract import Problem, ProblemKind, Refusal, ResourceRequest
from lgo_sandbox.tenant.tokens import mark, mark_jti
from lgo_sandbox.watch.exchange import Exchange
from psc_mock import wire
from psc_mock.decode import decode
from psc_mock.domain.refusals import Refused, Shown
from psc_mock.keys import KEYS, key_numbered
from psc_mock.resources import RESOURCES
from psc_mock.service import SERVICE, session_hint


def test_parameters_keep_the_first_of_a_repeated_name_and_tell_it() -> None:
    assert wire.parameters(b"a=1&b=2&a=3&c=&c=") == ({"a": "1", "b": "2", "c": ""}, frozenset({"a", "c"}))


@pytest.mark.parametrize("data", [b"a=%zz", b"a=\xff", b"a=%ff&a=1", b"&".join(b"a%d=1" % n for n in range(200))])
def test_unreadable_parameters_are_refused(data: bytes) -> None:
    with pytest.raises(Shown, match="request_unreadable"):
        wire.parameters(data)


def test_basic_credentials_are_read_form_decoded_then_raw() -> None:
    header = "Basic " + base64.b64encode(b"a%20b:s+1").decode()
    assert wire.client_credentials(header, {}) == [("a b", "s 1"), ("a%20b", "s+1")]
    assert wire.client_credentials(None, {"client_id": "c"}) == [("c", None)]
    assert wire.client_credentials(None, {}) == []
    with pytest.raises(Refused, match="client_unknown"):
        wire.client_credentials("Digest x", {})


def test_redirect_parameters_are_quoted_and_respect_an_existing_query() -> None:
    assert wire.with_parameters("http://x/c?a=1", {"state": "é &", "no": None}) == "http://x/c?a=1&state=%C3%A9%20%26"
    assert wire.with_parameters("http://x/c", {"s": "\r\n"}, fragment=True) == "http://x/c#s=%0D%0A"
    assert wire.with_parameters("http://x/c", {}) == "http://x/c"


def test_cookie_is_found_among_others() -> None:
    assert wire.cookie({"cookie": "a=1; PSC_SESSION=x=y; b"}, "PSC_SESSION") == "x=y"
    assert wire.cookie({}, "PSC_SESSION") == ""


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        (ProblemKind.FAULT, 503, "temporarily_unavailable"),
        (ProblemKind.INTERNAL, 500, "server_error"),
        (ProblemKind.INTERNAL, 405, "HTTP 405 Method Not Allowed"),
        (ProblemKind.TOO_LARGE, 413, "invalid_request"),
        (ProblemKind.UNKNOWN_SESSION, 404, "invalid_request"),
    ],
)
def test_problems_are_told_in_oauth_json(kind: ProblemKind, status: int, error: str) -> None:
    answer = wire.problem_answer(Problem(kind, status, "raison"))
    assert answer.status == status
    assert answer.body == f'{{"error":"{error}","error_description":"raison"}}'.encode()


def test_the_signing_key_is_stable_and_named_sandbox() -> None:
    assert key_numbered("1") is key_numbered("1")
    assert key_numbered("1").kid == "SANDBOX-psc-2025"
    assert all("SANDBOX" in key_numbered(number).kid for number in KEYS)


def test_codes_and_tokens_of_a_request_tell_their_session() -> None:
    jwt = key_numbered("1").sign({"jti": mark_jti("blue", "1")})
    assert session_hint("/t", {}, f"grant_type=x&code={mark('blue', 'abc')}".encode()) == "blue"
    assert session_hint(f"/logout?id_token_hint={jwt}", {}, b"") == "blue"
    assert session_hint("/t", {}, b"token=" + jwt.encode()) == "blue"
    assert session_hint("/t?code=abc", {"cookie": "PSC_SESSION=blue~x"}, b"\xff&&&=%") == ""


def test_decode_opens_tokens_and_hides_secrets() -> None:
    token = key_numbered("1").sign({"sub": "f:1"})
    exchange = Exchange("x", "psc", "psc", "https", "", "", target="POST /token?a=1")
    exchange.request_body = f"client_secret=s3cret&token={token}".encode()
    exchange.response_body = f'{{"access_token":"{token}","expires_in":120}}'.encode()
    decoded = decode(exchange)
    assert ("client_secret", "•••") in decoded.request
    assert "s3cret" not in str(decoded)
    assert any(label == "token (contenu)" and "f:1" in value for label, value in decoded.request)
    assert ("expires_in", "120") in decoded.response


def test_decode_survives_anything() -> None:
    exchange = Exchange("x", "psc", "psc", "https", "", "", target="GET http://[", request_body=b"\xff&a=b.c.d")
    exchange.response_headers = [("Location", "http://x/y?code=1#state=2")]
    assert decode(exchange).response == (("Location", "http://x/y"), ("code", "1"), ("state", "2"))


def test_service_tells_an_operation_for_every_check() -> None:
    operations = {operation.name for operation in SERVICE.operations}
    assert all(check.operations <= operations for check in SERVICE.checks)
    assert len(SERVICE.doors) == 2


@pytest.mark.parametrize(
    "body",
    [
        None,
        {"client_id": ""},
        {"client_id": "x", "space": "ailleurs"},
        {"client_id": "x", "redirect_uris": "http://x"},
        {"client_id": "x", "redirect_uris": ["http://x/#f"]},
        {"client_id": "x", "redirect_uris": ["http://x/\n"]},
        {"client_id": "x", "surprise": 1},
        {"client_id": "x", "loopback_any_port": "yes"},
    ],
)
def test_a_malformed_client_is_refused_by_the_control_resource(body: object) -> None:
    clients = next(one for one in RESOURCES if one.name == "clients")
    with pytest.raises(Refusal) as refused:
        clients.handle(None, None, ResourceRequest("POST", "", {}, body))  # type: ignore[arg-type]
    assert refused.value.status == 400
