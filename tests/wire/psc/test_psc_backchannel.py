"""Back-channel logout: the server of a software is told, by a signed token, that a log-in is over."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from support.psc import CALLBACK, PscClient

from lgo_sandbox.contract import Refusal

AUTH = ("mon-lgo", "secret-du-lgo")
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Listening:
    """The server of a software: what it was told, and what it answers."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.status = 200
        listening = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                listening.told += parse_qs(body)["logout_token"]
                self.send_response(listening.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/backchannel"


@pytest.fixture
def software() -> Iterator[Listening]:
    listening = Listening()
    yield listening
    listening.server.shutdown()
    listening.server.server_close()


def enrol(lgo: PscClient, url: str) -> None:
    record = {"client_id": AUTH[0], "secret": AUTH[1], "redirect_uris": [CALLBACK], "backchannel_logout_uri": url}
    lgo.resource("clients", "POST", record)


def test_the_server_of_a_software_is_told_by_a_signed_token(lgo: PscClient, software: Listening) -> None:
    enrol(lgo, software.url)
    tokens = lgo.exchange(lgo.code(client_id=AUTH[0]), AUTH).json()
    lgo.logout(tokens)
    (token,) = software.told
    keys = KeySet.import_key_set(lgo.http.get(lgo.protocol("certs")).json())
    told = jwt.decode(token, keys, registry=JWSRegistry(algorithms=["RS256"], strict_check_header=False))
    assert told.header["typ"] == "logout+jwt"
    assert told.claims["aud"] == AUTH[0]
    assert told.claims["iss"] == lgo.issuer
    assert told.claims["sid"] == tokens["session_state"]
    assert told.claims["events"] == {EVENT: {}}
    assert "nonce" not in told.claims
    assert "PSC-SES-09" in lgo.kept()
    assert lgo.findings() == []


def test_the_software_that_did_not_ask_for_the_logout_is_told_too(lgo: PscClient, software: Listening) -> None:
    enrol(lgo, software.url)
    tokens = lgo.tokens()
    lgo.exchange(lgo.code(client_id=AUTH[0]), AUTH)
    assert lgo.post("logout", refresh_token=tokens["refresh_token"]).status_code == 204
    assert len(software.told) == 1


def test_nobody_is_told_of_a_log_in_without_tokens_or_address(lgo: PscClient, software: Listening) -> None:
    enrol(lgo, software.url)
    lgo.logout(lgo.tokens())
    assert software.told == []


def test_a_logout_token_is_no_hint_and_no_bearer(lgo: PscClient, software: Listening) -> None:
    enrol(lgo, software.url)
    lgo.logout(lgo.exchange(lgo.code(client_id=AUTH[0]), AUTH).json())
    (token,) = software.told
    assert lgo.userinfo(token).status_code == 401
    assert lgo.http.get(lgo.protocol("logout"), params={"id_token_hint": token}).status_code == 400


def test_a_software_that_answers_an_error_is_told_so_and_the_person_is_logged_out(
    lgo: PscClient, software: Listening
) -> None:
    software.status = 500
    enrol(lgo, software.url)
    tokens = lgo.exchange(lgo.code(client_id=AUTH[0]), AUTH).json()
    assert lgo.logout(tokens).status_code == 200
    assert lgo.userinfo(tokens["access_token"]).status_code == 401
    found = next(one for one in lgo.findings() if one.check_id == "PSC-SES-09")
    assert found.received == "mon-lgo : HTTP 500"


@pytest.mark.parametrize("url", ["ftp://x/y", "javascript:x", "http://x/#f", 3])
def test_only_an_address_that_can_be_called_is_enrolled(lgo: PscClient, url: object) -> None:
    with pytest.raises(Refusal):
        enrol(lgo, url)  # type: ignore[arg-type]
