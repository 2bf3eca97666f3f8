"""The gate before every service, over real sockets: what a client sends badly never reaches a service."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

import pytest

from lgo_sandbox.run.pytest_plugin import SandboxSession

DOORS = ("psc", "insi", "dmp", "eprescription", "annuaire", "apcv")
PATHS = {"psc": "/auth/realms/esante-wallet/protocol/openid-connect/token", "insi": "/lps"}


def _path(session: SandboxSession, door: str) -> str:
    return str(urlsplit(session.ready["services"][door]["http"]).path) + PATHS.get(door, "/")


def _connect(session: SandboxSession, door: str) -> socket.socket:
    target = urlsplit(session.ready["services"][door]["http"])
    return socket.create_connection((target.hostname or "", target.port or 0), timeout=10)


@pytest.mark.parametrize("door", DOORS)
def test_a_request_cut_by_its_client_is_journaled_and_never_answered(plain_session: SandboxSession, door: str) -> None:
    with _connect(plain_session, door) as connection:
        head = f"POST {_path(plain_session, door)} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
        connection.sendall(head.encode() + b"grant_type=refresh_token")
        time.sleep(0.1)
    exchanges = plain_session.exchanges(wait=5, after=0)
    assert [(e["outcome"], e["operation"]) for e in exchanges] == [("aborted", "")]
    assert [finding["check_id"] for finding in exchanges[0]["findings"]] == ["SANDBOX-REQUETE-COUPEE"]


@pytest.mark.parametrize("door", DOORS)
def test_a_body_beyond_the_limit_is_refused_in_the_service_s_own_words(
    plain_session: SandboxSession, door: str
) -> None:
    with _connect(plain_session, door) as connection:
        size = 40 * 1024 * 1024
        head = f"POST {_path(plain_session, door)} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n"
        connection.sendall(head.encode())
        for _ in range(40):
            connection.sendall(b"x" * (1024 * 1024))
        answer = connection.recv(65536)
    assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 500")), answer[:200]
    assert b"Traceback" not in answer


@pytest.mark.parametrize("door", DOORS)
def test_an_unknown_session_is_said_clearly(plain_session: SandboxSession, door: str) -> None:
    with _connect(plain_session, door) as connection:
        connection.sendall(b"GET /s/inconnue/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert b"inconnue" in answer


@pytest.mark.parametrize("door", DOORS)
def test_a_request_head_that_does_not_end_is_refused(plain_session: SandboxSession, door: str) -> None:
    with _connect(plain_session, door) as connection:
        connection.sendall(f"GET {_path(plain_session, door)} HTTP/1.1\r\nHost: x\r\nX-Long: ".encode())
        answer = b""
        for _ in range(64):
            try:
                connection.sendall(b"x" * 16384)
                time.sleep(0.002)
            except OSError:
                break
        else:
            pytest.fail("the server took a head of 1 MiB")
        try:
            answer = connection.recv(4096)
        except OSError:
            return
    assert answer.startswith(b"HTTP/1.1 431") or answer == b""


def test_many_requests_on_one_connection_do_not_add_up_to_a_long_head(plain_session: SandboxSession) -> None:
    with _connect(plain_session, "insi") as connection:
        for _ in range(30):
            connection.sendall(f"GET {_path(plain_session, 'insi')} HTTP/1.1\r\nHost: x\r\nX-Long: ".encode())
            connection.sendall(b"x" * 8192 + b"\r\n\r\n")
            answer = b""
            while not answer.endswith(b"</soap:Envelope>"):
                part = connection.recv(65536)
                assert part, "the connection was closed"
                answer += part
            assert answer.startswith(b"HTTP/1.1 405")
