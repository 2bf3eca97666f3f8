"""What fails before the application: one exchange each in the listener's session, with its cause and its remedy."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import struct
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.tenants import Runner

from lgo_sandbox.pki import Issued
from lgo_sandbox.run.pytest_plugin import SandboxSession
from lgo_sandbox.watch.causes import CAUSES

HELLO = bytes.fromhex("160301002f0100002b0303") + bytes(32) + bytes.fromhex("000004002f00350100")
END = b"Host: x\r\nConnection: close\r\n\r\n"


class Client:
    """Raw sockets to the doors of one session."""

    def __init__(self, session: SandboxSession, signing: Issued) -> None:
        self.session, self.signing = session, signing

    def connect(self, door: str, scheme: str = "http") -> socket.socket:
        target = urlsplit(self.session.ready["services"][door][scheme])
        return socket.create_connection((target.hostname or "", target.port or 0), timeout=10)

    def send(self, door: str, octets: bytes, scheme: str = "http") -> bytes:
        """Send octets and return all that comes until the end of the connection."""
        with self.connect(door, scheme) as connection:
            connection.sendall(octets)
            answer = b""
            try:
                while part := connection.recv(65536):
                    answer += part
            except ConnectionResetError:
                pass
            return answer

    def leave(self, door: str, octets: bytes) -> None:
        """Send octets and go away."""
        with self.connect(door) as connection:
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(65536)

    def shake(self, context: ssl.SSLContext) -> None:
        """Try a handshake that is meant to fail, on one side or the other."""
        with self.connect("insi", "https") as raw, contextlib.suppress(OSError):
            with context.wrap_socket(raw, server_hostname="localhost") as connection:
                connection.sendall(b"GET /lps HTTP/1.1\r\n" + END)
                while connection.recv(65536):
                    pass

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.session.ready["ca"])

    def one(self) -> dict[str, Any]:
        """Return the only exchange, which has the only finding."""
        exchanges = self.session.exchanges(wait=10, after=0)
        assert len(exchanges) == 1, exchanges
        found: list[dict[str, Any]] = exchanges[0]["findings"]
        assert len(found) == 1, found
        assert all(found[0][member] for member in ("received", "expected", "remedy", "title"))
        assert found[0]["source"] == CAUSES[found[0]["check_id"]].source
        return exchanges[0]


@pytest.fixture
def client(everything: Runner, session_with_doors: SandboxSession) -> Client:
    return Client(session_with_doors, everything.issue("org-sign"))


def _ignorant(client: Client) -> None:
    client.shake(ssl.create_default_context())


def _misnamed(client: Client) -> None:
    with client.connect("insi", "https") as raw, contextlib.suppress(OSError):
        client.trusting().wrap_socket(raw, server_hostname="service.exemple.fr").close()


def _misnamed_in_silence(client: Client) -> None:
    """As curl does: look at the name after the handshake, and go away."""
    context = client.trusting()
    context.check_hostname = False
    with client.connect("insi", "https") as raw:
        context.wrap_socket(raw, server_hostname="service.exemple.fr").close()


def _old(client: Client) -> None:
    context = client.trusting()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    client.shake(context)


def _weak(client: Client) -> None:
    context = client.trusting()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA")
    client.shake(context)


def _signing(client: Client) -> None:
    context = client.trusting()
    context.load_cert_chain(client.signing.cert, client.signing.key)
    client.shake(context)


def _hung_up(client: Client) -> None:
    with client.connect("insi", "https") as connection:
        connection.sendall(HELLO[:20])


def _reset_in_the_body(client: Client) -> None:
    with client.connect("insi") as connection:
        connection.sendall(b"POST /lps HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<a>")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _sends(door: str, octets: bytes, scheme: str = "http") -> Callable[[Client], object]:
    return lambda client: client.send(door, octets, scheme)


def _leaves(door: str, octets: bytes) -> Callable[[Client], object]:
    return lambda client: client.leave(door, octets)


ENVELOPE = gzip.compress(b"<a/>")
GZIP = b"POST /lps HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n" % len(ENVELOPE) + END + ENVELOPE
FAILURES = {
    "TLS to a plain port": ("SANDBOX-TLS-SUR-PORT-CLAIR", "poignée de main", _sends("insi", HELLO)),
    "HTTP to a TLS port": (
        "SANDBOX-HTTP-SUR-PORT-TLS",
        "GET /lps",
        _sends("insi", b"GET /lps HTTP/1.1\r\n" + END, "https"),
    ),
    "no TLS at all": ("SANDBOX-HTTP-SUR-PORT-TLS", "3 octets", _sends("insi", b"\x01\x02\x03", "https")),
    "unknown authority": ("SANDBOX-AUTORITE-INCONNUE", "unknown_ca", _ignorant),
    "another name": ("SANDBOX-NOM-DU-SERVEUR", "service.exemple.fr", _misnamed),
    "another name, in silence": ("SANDBOX-NOM-DU-SERVEUR", "service.exemple.fr", _misnamed_in_silence),
    "old TLS": ("SANDBOX-VERSION-TLS", "antérieure à 1.2", _old),
    "no common suite": ("SANDBOX-SUITE", "suites", _weak),
    "signature certificate": ("SANDBOX-CERTIFICAT-CLIENT", "clientAuth", _signing),
    "handshake given up": ("SANDBOX-POIGNEE-ROMPUE", "fin de la connexion", _hung_up),
    "HTTP/2": ("SANDBOX-HTTP2", "PRI * HTTP/2.0", _sends("insi", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
    "no request line": ("SANDBOX-LIGNE-ILLISIBLE", "« BLAH »", _sends("insi", b"BLAH\r\n\r\n")),
    "raw accents": ("SANDBOX-LIGNE-ILLISIBLE", r"/\xc3\xa9", _sends("insi", "GET /é HTTP/1.1\r\n".encode() + END)),
    "bad header": (
        "SANDBOX-LIGNE-ILLISIBLE",
        "sans deux points",
        _sends("insi", b"GET / HTTP/1.1\r\nsans deux points\r\n\r\n"),
    ),
    "many headers": (
        "SANDBOX-TETE-TROP-LONGUE",
        "200 en-têtes",
        _sends("insi", b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 10_000 + END),
    ),
    "cut head": ("SANDBOX-REQUETE-COUPEE", "dans la tête", _leaves("insi", b"GET /lps HTTP/1.1\r\nHo")),
    "cut body": ("SANDBOX-REQUETE-COUPEE", "3 octets", _reset_in_the_body),
    "compressed body": ("SANDBOX-CORPS-GZIP", "gzip", _sends("psc", GZIP)),
    "announced as compressed": (
        "SANDBOX-CORPS-GZIP",
        "Content-Encoding: br",
        _sends("psc", b"POST /lps HTTP/1.1\r\nContent-Encoding: br\r\nContent-Length: 4\r\n" + END + b"<a/>"),
    ),
    "no Host": ("SANDBOX-HOST", "aucun", _sends("insi", b"GET /lps?wsdl HTTP/1.1\r\nConnection: close\r\n\r\n")),
    "two Hosts": ("SANDBOX-HOST", "2 en-têtes", _sends("dmp", b"GET /lps HTTP/1.1\r\nHost: y\r\n" + END)),
    "odd expectation": (
        "SANDBOX-EXPECT",
        "200-ok",
        _sends("insi", b"GET /lps?wsdl HTTP/1.1\r\nExpect: 200-ok\r\n" + END),
    ),
    "another service's path": (
        "SANDBOX-CHEMIN",
        "/lps",
        _sends("dmp", b"POST /lps HTTP/1.1\r\nContent-Length: 0\r\n" + END),
    ),
    "final slash": ("SANDBOX-CHEMIN", "/lps/", _sends("insi", b"POST /lps/ HTTP/1.1\r\nContent-Length: 0\r\n" + END)),
    "unknown path": ("SANDBOX-CHEMIN", "/insi", _sends("insi", b"GET /insi HTTP/1.1\r\n" + END)),
    "unknown session": ("SANDBOX-SESSION-INCONNUE", "nulle", _sends("insi", b"GET /s/nulle/lps HTTP/1.1\r\n" + END)),
}


POST = b"POST /lps HTTP/1.1\r\nHost: x\r\n"
UNREADABLE = {
    "proxy": (b"CONNECT insi.exemple.fr:443 HTTP/1.1\r\n\r\n", "mandataire", "mandataire"),
    "LF alone": (b"GET /lps HTTP/1.1\nHost: x\n\n", "ligne 1", "0x0D 0x0A"),
    "negative length": (POST + b"Content-Length: -5\r\n\r\n", "Content-Length: -5", "en chiffres"),
    "two lengths": (POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", "à la fois", "l'un des deux"),
    "space in the address": (b"GET /lps ?wsdl HTTP/1.1\r\n\r\n", "4 mots", "%20"),
    "NUL": (b"GET /lps HTTP/1.1\r\nX-A: a\0b\r\n\r\n", "0x00, le 7e de la ligne 2", "caractère de contrôle"),
    "version": (b"GET /lps HTTP/3.0\r\n\r\n", "HTTP/3.0", "HTTP/1.1"),
    "no colon": (b"GET /lps HTTP/1.1\r\nHost x\r\n\r\n", "la ligne 2, « Host x »", "deux-points"),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", "aucune méthode HTTP", "port"),
    "chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n", "chunked", "hexadécimal"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_names_the_place_and_what_to_write(client: Client, case: str) -> None:
    octets, received, remedy = UNREADABLE[case]
    assert client.send("insi", octets).startswith(b"HTTP/1.1 400")
    finding = client.one()["findings"][0]
    assert finding["check_id"] == "SANDBOX-LIGNE-ILLISIBLE"
    assert received in finding["received"]
    assert remedy in finding["remedy"]


def test_an_address_beyond_what_a_parser_reads_is_too_long_not_unreadable(client: Client) -> None:
    client.send("insi", b"GET /" + b"a" * 66_000 + b" HTTP/1.1\r\n" + END)
    assert client.one()["findings"][0]["check_id"] == "SANDBOX-TETE-TROP-LONGUE"


def test_a_client_that_asks_for_a_name_of_the_certificate_and_leaves_is_no_exchange(client: Client) -> None:
    with client.connect("insi", "https") as raw:
        client.trusting().wrap_socket(raw, server_hostname="localhost").close()
    client.send("insi", b"BLAH\r\n\r\n")
    client.one()


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_before_the_application_is_one_exchange_with_its_cause(client: Client, failure: str) -> None:
    cause, received, provoke = FAILURES[failure]
    provoke(client)
    exchange = client.one()
    assert exchange["findings"][0]["check_id"] == cause
    assert received in exchange["findings"][0]["received"]
    assert exchange["outcome"] in ("refused", "aborted")
    assert exchange["peer"].startswith("127.0.0.1:")


def test_the_service_that_has_the_path_is_named_with_its_address(client: Client) -> None:
    FAILURES["another service's path"][2](client)
    finding = client.one()["findings"][0]
    assert client.session.ready["services"]["insi"]["http"] in finding["remedy"]
    assert "INSi" in finding["expected"]


def test_a_final_slash_is_no_redirection_and_the_remedy_says_so(client: Client) -> None:
    answer = client.send("insi", b"POST /lps/ HTTP/1.1\r\nContent-Length: 0\r\n" + END)
    assert answer.startswith(b"HTTP/1.1 404")
    assert "/lps" in client.one()["findings"][0]["remedy"]


def test_looking_whether_a_port_is_open_is_no_exchange(client: Client) -> None:
    for scheme in ("http", "https"):
        client.connect("insi", scheme).close()
    client.send("insi", b"BLAH\r\n\r\n")
    client.one()


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-Proto: http",
        "Forwarded: proto=http;for=9.9.9.9",
        "X-Forwarded-For: 9.9.9.9",
        "X-Forwarded-Ssl: off",
    ],
)
def test_no_header_says_how_or_from_where_a_request_came(client: Client, header: str) -> None:
    with client.connect("insi", "https") as raw:
        with client.trusting().wrap_socket(raw, server_hostname="localhost") as connection:
            connection.sendall(f"GET /lps?wsdl HTTP/1.1\r\n{header}\r\n".encode() + END)
            while connection.recv(65536):
                pass
    exchange = client.session.exchanges(wait=10, after=0)[0]
    assert exchange["transport"] == "https"
    assert exchange["peer"].startswith("127.0.0.1:")


def test_a_host_with_a_user_name_changes_nothing(client: Client) -> None:
    answer = client.send("insi", b"GET /lps?wsdl HTTP/1.1\r\nHost: evil@127.0.0.1\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"evil" not in answer


def test_pipelined_requests_are_answered_in_order_each_in_one_piece(client: Client) -> None:
    one = b"GET /lps?wsdl HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /nulle-part HTTP/1.1\r\n" + END
    answer = client.send("insi", one * 3 + last)
    assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"200", b"404"]


def test_an_unreadable_request_behind_another_does_not_spoil_its_answer(client: Client) -> None:
    answer = client.send("insi", b"GET /lps?wsdl HTTP/1.1\r\nHost: x\r\n\r\nBLAH\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "head",
    [b"GET /lps?wsdl HTTP/1.0\r\n\r\n", b"GET /lps?wsdl HTTP/1.1\r\nExpect: 100-Continue\r\n" + END],
    ids=["HTTP/1.0 has no Host", "100-continue"],
)
def test_a_head_that_the_norm_allows_is_answered(client: Client, head: bytes) -> None:
    assert client.send("insi", head).split(b"\r\n")[0].endswith(b" 200 OK")


def test_a_wrong_method_is_told_the_right_one(client: Client) -> None:
    client.send("psc", b"GET /auth/realms/esante-wallet/protocol/openid-connect/token HTTP/1.1\r\n" + END)
    finding = client.one()["findings"][0]
    assert (finding["check_id"], finding["expected"]) == ("SANDBOX-METHODE", "POST")
    assert finding["remedy"] == "Appelez cette adresse par la méthode POST."


def test_what_nobody_sees_in_an_address_is_written(client: Client) -> None:
    client.send("psc", b"GET /%ff%00%0a?a=%00 HTTP/1.1\r\n" + END)
    exchange = client.one()
    assert exchange["target"].isprintable()
    finding = exchange["findings"][0]
    assert finding["received"].isprintable()
    assert "\\x00\\x0a" in finding["received"]
