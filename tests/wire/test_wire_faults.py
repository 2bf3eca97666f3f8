"""Armed wire faults as a client sees them, on the plain and on the TLS port."""

from __future__ import annotations

import socket
import ssl
import time
from urllib.parse import urlsplit

import pytest

from lgo_sandbox.gate.spoiling import NOISE
from lgo_sandbox.run.pytest_plugin import SandboxSession

PATH = "/auth/realms/esante-wallet/.well-known/wallet-openid-configuration"
RESET = b"<reset>"
OPEN = b"<open>"
RAGGED = b"<FIN without close_notify>"
PATIENCE = 0.6


def _connect(session: SandboxSession, scheme: str) -> socket.socket:
    target = urlsplit(session.ready["services"]["psc"][scheme])
    raw = socket.create_connection((target.hostname or "", target.port or 0), timeout=10)
    if scheme == "http":
        return raw
    trust = ssl.create_default_context(cafile=session.ready["ca"])
    return trust.wrap_socket(raw, server_hostname=target.hostname, suppress_ragged_eofs=False)


def _request(session: SandboxSession, scheme: str, path: str = PATH, *headers: str) -> bytes:
    prefix = urlsplit(session.ready["services"]["psc"][scheme]).path
    return "\r\n".join((f"GET {prefix}{path} HTTP/1.1", "Host: x", *headers, "", "")).encode()


def ask_only(session: SandboxSession, scheme: str, path: str = PATH) -> bytes:
    """Return all that arrives for the only request of a connection, which its server then ends."""
    with _connect(session, scheme) as connection:
        connection.sendall(_request(session, scheme, path, "Connection: close"))
        return b"".join(iter(lambda: connection.recv(65536), b""))


def ask(session: SandboxSession, scheme: str, patience: float = 10) -> bytes:
    """Return all that arrives for one request, then how it ended where it did not end by FIN.

    ``patience``: how many seconds to wait for the first octet.
    """
    with _connect(session, scheme) as connection:
        connection.sendall(_request(session, scheme))
        connection.settimeout(patience)
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
                connection.settimeout(PATIENCE)
        except ConnectionResetError:
            return answer + RESET
        except ssl.SSLEOFError:
            return answer + (RAGGED if _is_connected(connection) else RESET)
        except TimeoutError:
            return answer + OPEN
    return answer


def _is_connected(connection: socket.socket) -> bool:
    """Tell a FIN from a RST where the TLS library says the same of both: after a RST there is no peer any more."""
    try:
        connection.getpeername()
    except OSError:
        return False
    return True


@pytest.fixture(params=["http", "https"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def whole(plain_session: SandboxSession, scheme: str) -> bytes:
    """An answer that no fault struck."""
    return ask_only(plain_session, scheme)


def _arm(session: SandboxSession, kind: str, value: int | None = None, **where: object) -> None:
    session.arm(kind, value, service="psc", operation="discovery", **{"times": 1, **where})


def _finding(session: SandboxSession) -> dict[str, str]:
    struck = session.exchanges(wait=5, after=0)[-1]
    found = [finding for finding in struck["findings"] if finding["check_id"] == "SANDBOX-PANNE"]
    assert struck["fault"]
    assert struck["outcome"] == "fault"
    assert len(found) == 1
    assert found[0]["severity"] == "information"
    assert found[0]["source"].startswith("docs/sources/transport.md#")
    return dict(found[0])


def test_a_reset_answer(plain_session: SandboxSession, scheme: str) -> None:
    _arm(plain_session, "reset")
    assert ask(plain_session, scheme) == RESET
    assert "RST" in _finding(plain_session)["received"]
    assert ask_only(plain_session, scheme).startswith(b"HTTP/1.1 200")


def test_an_answer_cut_after_some_octets(plain_session: SandboxSession, scheme: str) -> None:
    _arm(plain_session, "cut", 17)
    assert ask(plain_session, scheme) == b"HTTP/1.1 200 OK\r\n"
    assert "17 octets" in _finding(plain_session)["received"]


def test_an_empty_answer(plain_session: SandboxSession, scheme: str) -> None:
    _arm(plain_session, "empty")
    assert ask(plain_session, scheme) == b""
    _finding(plain_session)


def test_a_truncated_answer_promises_more_than_it_holds(
    plain_session: SandboxSession, scheme: str, whole: bytes
) -> None:
    body = whole.partition(b"\r\n\r\n")[2]
    _arm(plain_session, "truncated")
    head, _, arrived = ask(plain_session, scheme).partition(b"\r\n\r\n")
    assert arrived == body[: len(body) // 2]
    assert f"content-length: {len(body)}".encode() in head
    _finding(plain_session)


def test_garbage_in_the_place_of_an_answer(plain_session: SandboxSession, scheme: str) -> None:
    _arm(plain_session, "garbage")
    assert ask(plain_session, scheme) == NOISE
    _finding(plain_session)


def test_an_answer_that_drips_is_whole_in_the_end(plain_session: SandboxSession, scheme: str, whole: bytes) -> None:
    _arm(plain_session, "drip", len(whole) * 2)
    started = time.monotonic()
    answer = ask(plain_session, scheme)
    assert answer.partition(b"\r\n\r\n")[2] == whole.partition(b"\r\n\r\n")[2]
    assert b"connection: close" in answer
    assert time.monotonic() - started > 0.3
    _finding(plain_session)


def test_an_answer_that_stalls(plain_session: SandboxSession, scheme: str, whole: bytes) -> None:
    _arm(plain_session, "stall")
    answer = ask(plain_session, scheme)
    assert answer.endswith(OPEN)
    assert abs(len(answer) - len(OPEN) - len(whole) / 2) < 20
    _finding(plain_session)


def test_no_answer_at_all(plain_session: SandboxSession, scheme: str) -> None:
    _arm(plain_session, "no_answer")
    assert ask(plain_session, scheme, patience=PATIENCE) == OPEN
    _finding(plain_session)


def test_only_the_nth_call_is_struck(plain_session: SandboxSession) -> None:
    _arm(plain_session, "empty", nth=2, times=1)
    assert [bool(ask_only(plain_session, "http")) for _ in range(3)] == [True, False, True]


def test_what_comes_behind_a_struck_request_on_its_connection_is_not_answered(plain_session: SandboxSession) -> None:
    _arm(plain_session, "cut", 17)
    with _connect(plain_session, "http") as connection:
        connection.sendall(_request(plain_session, "http") * 2)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer == b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("path", ["/nulle-part", PATH])
def test_a_fault_of_the_whole_service_strikes_requests_without_operation_too(
    plain_session: SandboxSession, path: str
) -> None:
    plain_session.arm("status", 503, service="psc", times=1)
    assert ask_only(plain_session, "http", path).startswith(b"HTTP/1.1 503")
    assert not ask_only(plain_session, "http", path).startswith(b"HTTP/1.1 503")


def test_an_unreadable_envelope_is_struck_by_a_fault_of_its_whole_service(plain_session: SandboxSession) -> None:
    plain_session.arm("empty", service="dmp", times=1)
    target = urlsplit(plain_session.ready["services"]["dmp"]["http"])
    with socket.create_connection((target.hostname or "", target.port or 0), timeout=10) as connection:
        path = f"{target.path}/si-dmp-server/v2/services/registry"
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n<a/>\n".encode())
        assert connection.recv(65536) == b""


def test_an_operation_that_is_delayed_says_so(plain_session: SandboxSession) -> None:
    plain_session.arm("delay", 10, service="psc", operation="discovery", times=1)
    assert ask_only(plain_session, "http").startswith(b"HTTP/1.1 200")
    struck = plain_session.exchanges(wait=5, after=0)[-1]
    assert struck["outcome"] == "answered"
    assert ["10 ms" in finding["received"] for finding in struck["findings"]] == [True]
