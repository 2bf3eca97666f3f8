"""Which end of a handshake shows that a client refuses a weakness, and which says nothing of it."""

from __future__ import annotations

import ssl

import pytest

from lgo_sandbox.gate.handshakes import as_refusal_of_bad, handshake_failure, refused_in_silence
from lgo_sandbox.watch.bad_servers import Weakness

OLD, SUITES = "UNSUPPORTED_PROTOCOL", "NO_SHARED_CIPHER"
BAD, UNKNOWN_CA = "SSLV3_ALERT_BAD_CERTIFICATE", "TLSV1_ALERT_UNKNOWN_CA"


def shown(weakness: Weakness, error: Exception | None) -> bool:
    return as_refusal_of_bad(handshake_failure(error, after_starttls=True), weakness, error).refused is weakness


def failed(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("weakness", "by", "not_by"),
    [
        (Weakness.TLS_1_0, OLD, BAD),
        (Weakness.TLS_1_1, OLD, SUITES),
        (Weakness.WEAK_SUITES, SUITES, BAD),
        (Weakness.EXPIRED, "SSLV3_ALERT_CERTIFICATE_EXPIRED", UNKNOWN_CA),
        (Weakness.REVOKED, "SSLV3_ALERT_CERTIFICATE_REVOKED", "SSLV3_ALERT_CERTIFICATE_EXPIRED"),
        (Weakness.WRONG_CA, UNKNOWN_CA, OLD),
        (Weakness.SELF_SIGNED, BAD, SUITES),
    ],
)
def test_a_handshake_shows_what_is_refused_by_how_it_fails(weakness: Weakness, by: str, not_by: str) -> None:
    assert shown(weakness, failed(by))
    assert not shown(weakness, failed(not_by))


@pytest.mark.parametrize("weakness", Weakness)
@pytest.mark.parametrize("error", [None, ConnectionResetError(), ConnectionAbortedError(), failed("HTTP_REQUEST")])
def test_a_connection_that_merely_ends_shows_nothing(weakness: Weakness, error: Exception | None) -> None:
    assert not shown(weakness, error)


@pytest.mark.parametrize("weakness", Weakness)
def test_who_leaves_after_the_handshake_refuses_the_certificate_not_the_protocol(weakness: Weakness) -> None:
    by_protocol = weakness in (Weakness.TLS_1_0, Weakness.TLS_1_1, Weakness.WEAK_SUITES)
    assert refused_in_silence(weakness).refused is (None if by_protocol else weakness)
