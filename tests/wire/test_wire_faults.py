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


def ask(session: SandboxSession, scheme: str, path: str = PATH) -> bytes:
    """Return all that arrives for one request, then how it ended where it did not end by FIN."""
    with _connect(session, scheme) as connection:
        connection.sendall(f"GET {session.ready.get('prefix', '')}{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
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
def whole(sandbox_session: SandboxSession, scheme: str) -> bytes:
    """An answer that no fault struck, but for its last header."""
    return ask(sandbox_session, scheme).removesuffix(OPEN)


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


def test_a_reset_answer(sandbox_session: SandboxSession, scheme: str) -> None:
    _arm(sandbox_session, "reset")
    assert ask(sandbox_session, scheme) == RESET
    assert "RST" in _finding(sandbox_session)["received"]
    assert ask(sandbox_session, scheme).startswith(b"HTTP/1.1 200")


def test_an_answer_cut_after_some_octets(sandbox_session: SandboxSession, scheme: str) -> None:
    _arm(sandbox_session, "cut", 17)
    assert ask(sandbox_session, scheme) == b"HTTP/1.1 200 OK\r\n"
    assert "17 octets" in _finding(sandbox_session)["received"]


def test_an_empty_answer(sandbox_session: SandboxSession, scheme: str) -> None:
    _arm(sandbox_session, "empty")
    assert ask(sandbox_session, scheme) == b""
    _finding(sandbox_session)


def test_a_truncated_answer_promises_more_than_it_holds(
    sandbox_session: SandboxSession, scheme: str, whole: bytes
) -> None:
    body = whole.partition(b"\r\n\r\n")[2]
    _arm(sandbox_session, "truncated")
    head, _, arrived = ask(sandbox_session, scheme).partition(b"\r\n\r\n")
    assert arrived == body[: len(body) // 2]
    assert f"content-length: {len(body)}".encode() in head
    _finding(sandbox_session)


def test_garbage_in_the_place_of_an_answer(sandbox_session: SandboxSession, scheme: str) -> None:
    _arm(sandbox_session, "garbage")
    assert ask(sandbox_session, scheme) == NOISE
    _finding(sandbox_session)


def test_an_answer_that_drips_is_whole_in_the_end(sandbox_session: SandboxSession, scheme: str, whole: bytes) -> None:
    _arm(sandbox_session, "drip", len(whole) * 2)
    started = time.monotonic()
    answer = ask(sandbox_session, scheme)
    assert answer.partition(b"\r\n\r\n")[2] == whole.partition(b"\r\n\r\n")[2]
    assert b"connection: close" in answer
    assert time.monotonic() - started > 0.3
    _finding(sandbox_session)


def test_an_answer_that_stalls(sandbox_session: SandboxSession, scheme: str, whole: bytes) -> None:
    _arm(sandbox_session, "stall")
    answer = ask(sandbox_session, scheme)
    assert answer.endswith(OPEN)
    assert abs(len(answer) - len(OPEN) - len(whole) / 2) < 20
    _finding(sandbox_session)


def test_no_answer_at_all(sandbox_session: SandboxSession, scheme: str) -> None:
    _arm(sandbox_session, "no_answer")
    assert ask(sandbox_session, scheme) == OPEN
    _finding(sandbox_session)


def test_only_the_nth_call_is_struck(sandbox_session: SandboxSession) -> None:
    _arm(sandbox_session, "empty", nth=2, times=1)
    assert [bool(ask(sandbox_session, "http")) for _ in range(3)] == [True, False, True]


def test_what_comes_behind_a_struck_request_on_its_connection_is_not_answered(sandbox_session: SandboxSession) -> None:
    _arm(sandbox_session, "cut", 17)
    with _connect(sandbox_session, "http") as connection:
        prefix = sandbox_session.ready.get("prefix", "")
        connection.sendall(f"GET {prefix}{PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 2)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer == b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("path", ["/nulle-part", PATH])
def test_a_fault_of_the_whole_service_strikes_requests_without_operation_too(
    sandbox_session: SandboxSession, path: str
) -> None:
    sandbox_session.arm("status", 503, service="psc", times=1)
    assert ask(sandbox_session, "http", path).startswith(b"HTTP/1.1 503")
    assert not ask(sandbox_session, "http", path).startswith(b"HTTP/1.1 503")


def test_an_unreadable_envelope_is_struck_by_a_fault_of_its_whole_service(sandbox_session: SandboxSession) -> None:
    sandbox_session.arm("empty", service="dmp", times=1)
    target = urlsplit(sandbox_session.ready["services"]["dmp"]["http"])
    with socket.create_connection((target.hostname or "", target.port or 0), timeout=10) as connection:
        connection.sendall(
            b"POST /si-dmp-server/v2/services/registry HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n<a/>\n"
        )
        assert connection.recv(65536) == b""


def test_an_operation_that_is_delayed_says_so(sandbox_session: SandboxSession) -> None:
    sandbox_session.arm("delay", 10, service="psc", operation="discovery", times=1)
    assert ask(sandbox_session, "http").startswith(b"HTTP/1.1 200")
    struck = sandbox_session.exchanges(wait=5, after=0)[-1]
    assert struck["outcome"] == "answered"
    assert ["10 ms" in finding["received"] for finding in struck["findings"]] == [True]
