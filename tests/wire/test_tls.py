"""Real handshakes on loopback sockets."""

from __future__ import annotations

import asyncio
import ctypes
import socket
import ssl
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from support.keys import with_keys

from lgo_sandbox.gate.handshakes import handshake_failure, not_for_clients
from lgo_sandbox.gate.purposes import admit_any_purpose
from lgo_sandbox.gate.tls import Weakness, client_context, peer_certificate, peer_certificate_of, server_context
from lgo_sandbox.pki import Issued, Judgement, OrganisationHolder, PeerCertificate, PersonHolder, Pki

PHARMACY = OrganisationHolder("officine", "10B0990017", "PHARMACIE DE LA FONTAINE")
PHARMACIST = PersonHolder("titulaire", "899700090014", "VALMONT", "HELENE", "Pharmacien")
NOW = datetime.now(UTC).replace(microsecond=0)
PATIENCE = 10.0


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.open(with_keys(tmp_path_factory.mktemp("tls")) / "pki")


def serve_one(listener: socket.socket, context: ssl.SSLContext) -> tuple[PeerCertificate | None, str | None]:
    accepted, _ = listener.accept()
    accepted.settimeout(PATIENCE)
    with accepted, context.wrap_socket(accepted, server_side=True) as connection:
        connection.sendall(b"hello")
        return peer_certificate(connection), connection.version()


def shake(server: ssl.SSLContext, client: ssl.SSLContext) -> tuple[PeerCertificate | None, str | None]:
    """Return what the server saw of its client; raise ssl.SSLError when either side refuses."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        served = pool.submit(serve_one, listener, server)
        with socket.create_connection(listener.getsockname(), timeout=PATIENCE) as raw:
            with client.wrap_socket(raw, server_hostname="localhost") as connection:
                received = connection.recv(5)
        seen = served.result(PATIENCE)
    assert received == b"hello"
    return seen


def refused(server: ssl.SSLContext, client: ssl.SSLContext) -> ssl.SSLError:
    """Return why the server refused the client."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        served = pool.submit(serve_one, listener, server)
        with socket.create_connection(listener.getsockname(), timeout=PATIENCE) as raw:
            with suppress(OSError), client.wrap_socket(raw, server_hostname="localhost") as connection:
                connection.recv(5)
        error = served.exception(PATIENCE)
    assert isinstance(error, ssl.SSLError)
    return error


@pytest.fixture
def listening(pki: Pki) -> ssl.SSLContext:
    return server_context(pki, pki.issue("server"))


@pytest.mark.parametrize(
    ("variant", "verdict"),
    [
        ("good", Judgement.OK),
        ("expired", Judgement.EXPIRED),
        ("not-yet-valid", Judgement.NOT_YET_VALID),
        ("revoked", Judgement.REVOKED),
        ("wrongca", Judgement.WRONG_AUTHORITY),
    ],
)
def test_every_certificate_of_the_sandbox_passes_the_handshake_and_is_judged(
    pki: Pki, listening: ssl.SSLContext, variant: str, verdict: Judgement
) -> None:
    client = client_context(pki.ca_bundle, pki.issue("org-auth", holder=PHARMACY, variant=variant))
    seen, _ = shake(listening, client)
    assert seen is not None
    assert seen.organisational_unit == "10B0990017"
    assert pki.judge(seen, NOW) is verdict


@pytest.mark.parametrize("kind", ["psc-client", "mss-app", "cps-auth"])
def test_each_kind_for_clients_passes_the_handshake(pki: Pki, listening: ssl.SSLContext, kind: str) -> None:
    issued = pki.issue(kind, holder=PHARMACIST if kind == "cps-auth" else PHARMACY)
    seen, _ = shake(listening, client_context(pki.ca_bundle, issued))
    assert seen == issued.certificate()


def test_a_client_without_certificate_passes_the_handshake(pki: Pki, listening: ssl.SSLContext) -> None:
    seen, version = shake(listening, client_context(pki.ca_bundle))
    assert seen is None
    assert version == "TLSv1.3"


def test_a_leaf_without_its_intermediate_is_enough(pki: Pki, listening: ssl.SSLContext) -> None:
    issued = pki.issue("org-auth", holder=PHARMACY)
    client = client_context(pki.ca_bundle)
    client.load_cert_chain(issued.cert, issued.key)
    seen, _ = shake(listening, client)
    assert seen == issued.certificate()


COMMON_NAME = x509.NameAttribute(NameOID.COMMON_NAME, "INSI-AUTO")


def bundled(
    folder: Path, name: str, key: rsa.RSAPrivateKey, issuer: x509.Name, signer: rsa.RSAPrivateKey, above: bytes = b""
) -> Path:
    """Write a key, its certificate, signed by any key, and what stands above it."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    dated = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    bundle = folder / "bundle.pem"
    bundle.write_bytes(
        dated.sign(signer, hashes.SHA256()).public_bytes(encoding)
        + above
        + key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    )
    return bundle


def test_a_foreign_self_signed_certificate_is_refused_in_the_handshake(
    pki: Pki, listening: ssl.SSLContext, tmp_path: Path
) -> None:
    key = rsa.generate_private_key(65537, 2048)
    client = client_context(pki.ca_bundle)
    client.load_cert_chain(bundled(tmp_path, "INSI-AUTO", key, x509.Name([COMMON_NAME]), key))
    assert "self-signed certificate" in str(refused(listening, client))


def test_a_leaf_signs_nobody(pki: Pki, listening: ssl.SSLContext, tmp_path: Path) -> None:
    """What may authenticate as anything is no authority for that."""
    leaf = pki.issue("org-auth", holder=PHARMACY)
    key = rsa.generate_private_key(65537, 2048)
    signer = serialization.load_pem_private_key(leaf.key.read_bytes(), None)
    assert isinstance(signer, rsa.RSAPrivateKey)
    issuer = x509.load_pem_x509_certificate(leaf.cert.read_bytes()).subject
    client = client_context(pki.ca_bundle)
    client.load_cert_chain(bundled(tmp_path, "INSI-AUTO", key, issuer, signer, leaf.chain.read_bytes()))
    assert "invalid CA certificate" in str(refused(listening, client))


VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("kind", ["org-sign", "cps-sign", "server"])
def test_a_certificate_that_is_not_for_clients_passes_the_handshake_and_is_known_for_it(
    pki: Pki, listening: ssl.SSLContext, kind: str, version: ssl.TLSVersion
) -> None:
    holder = {"org-sign": PHARMACY, "cps-sign": PHARMACIST}.get(kind)
    issued = pki.issue(kind, holder=holder) if holder else pki.issue(kind)
    client = client_context(pki.ca_bundle, issued)
    client.minimum_version = client.maximum_version = version
    seen, _ = shake(listening, client)
    assert seen == issued.certificate()
    failure = not_for_clients(seen)
    assert failure is not None
    assert "clientAuth" in failure.expected


@pytest.mark.parametrize("kind", ["org-auth", "psc-client", "mss-app", "cps-auth"])
def test_the_certificates_for_clients_are_known_for_them(pki: Pki, kind: str) -> None:
    issued = pki.issue(kind, holder=PHARMACIST if kind == "cps-auth" else PHARMACY)
    assert not_for_clients(issued.certificate()) is None


@pytest.mark.parametrize(
    ("variant", "verdict"),
    [
        ("expired", Judgement.EXPIRED),
        ("not-yet-valid", Judgement.NOT_YET_VALID),
        ("revoked", Judgement.REVOKED),
        ("wrongca", Judgement.WRONG_AUTHORITY),
    ],
)
def test_a_signature_certificate_that_is_bad_besides_is_judged_as_any_other(
    pki: Pki, listening: ssl.SSLContext, variant: str, verdict: Judgement
) -> None:
    seen, _ = shake(listening, client_context(pki.ca_bundle, pki.issue("org-sign", holder=PHARMACY, variant=variant)))
    assert seen is not None
    assert pki.judge(seen, NOW) is verdict


def test_where_openssl_cannot_be_reached_it_refuses_a_signature_certificate_with_the_same_cause(
    pki: Pki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lgo_sandbox.gate.purposes._library", lambda: ctypes.CDLL(None).no_such_function)
    context = server_context(pki, pki.issue("server"))
    shake(context, client_context(pki.ca_bundle, pki.issue("org-auth", holder=PHARMACY)))
    error = refused(context, client_context(pki.ca_bundle, pki.issue("org-sign", holder=PHARMACY)))
    assert "unsuitable certificate purpose" in str(error)
    failure = handshake_failure(error)
    assert failure.cause == "SANDBOX-CERTIFICAT-CLIENT"
    assert "clientAuth" in failure.expected


def test_a_context_that_is_no_servers_is_left_alone() -> None:
    assert not admit_any_purpose(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


def test_memory_that_is_not_there_is_no_context_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = ctypes.c_void_p(16)
    monkeypatch.setattr(
        "lgo_sandbox.gate.purposes.id", lambda _: ctypes.addressof(nowhere) - object.__basicsize__, raising=False
    )
    assert not admit_any_purpose(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))


def test_the_session_of_the_certificate_is_seen_by_the_listener(pki: Pki, listening: ssl.SSLContext) -> None:
    client = client_context(pki.ca_bundle, pki.issue("org-auth", holder=PHARMACY, session="equipe-a"))
    seen, _ = shake(listening, client)
    assert seen is not None
    assert seen.session == "equipe-a"


def strict(context: ssl.SSLContext) -> ssl.SSLContext:
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def test_a_strict_client_accepts_the_server(pki: Pki, listening: ssl.SSLContext) -> None:
    _, version = shake(listening, strict(client_context(pki.ca_bundle)))
    assert version == "TLSv1.3"


def test_a_strict_client_that_checks_revocation_accepts_the_server_and_refuses_a_revoked_one(
    pki: Pki, tmp_path: Path
) -> None:
    lists = tmp_path / "lists.pem"
    found = [x509.load_der_x509_crl(pki.crl(name, NOW)) for name in ("ACR-EL", "ACI-EL-ORG")]
    revoked = server_context(pki, pki.issue("server", variant="revoked"))
    found[1] = x509.load_der_x509_crl(pki.crl("ACI-EL-ORG", NOW))
    lists.write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in found))
    client = strict(client_context(pki.ca_bundle))
    client.load_verify_locations(lists)
    client.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    shake(server_context(pki, pki.issue("server")), client)
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate revoked"):
        shake_ignoring_server(revoked, client)


def shake_ignoring_server(server: ssl.SSLContext, client: ssl.SSLContext) -> None:
    """Let the client's refusal through; the server's complaint about it is of no interest."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        served = pool.submit(serve_one, listener, server)
        try:
            with socket.create_connection(listener.getsockname(), timeout=PATIENCE) as raw:
                client.wrap_socket(raw, server_hostname="localhost").close()
        finally:
            served.exception(PATIENCE)


@pytest.mark.parametrize(
    ("variant", "reason"),
    [
        ("expired", "certificate has expired"),
        ("not-yet-valid", "not yet valid"),
        ("wrongca", "self-signed certificate in certificate chain|unable to get local issuer"),
        ("wronghost", "Hostname mismatch"),
    ],
)
def test_clients_refuse_the_bad_servers(pki: Pki, variant: str, reason: str) -> None:
    server = server_context(pki, pki.issue("server", variant=variant))
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        shake_ignoring_server(server, client_context(pki.ca_bundle))


def careless_context(ca: Path) -> ssl.SSLContext:
    context = client_context(ca)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


@pytest.mark.parametrize(
    ("weakness", "version"),
    [(Weakness.TLS_1_0, "TLSv1"), (Weakness.TLS_1_1, "TLSv1.1"), (Weakness.WEAK_SUITES, "TLSv1.2")],
)
def test_a_weak_listener_speaks_with_careless_clients_only(pki: Pki, weakness: Weakness, version: str) -> None:
    server = server_context(pki, pki.issue("server"), weakness=weakness)
    assert shake(server, careless_context(pki.ca_bundle)) == (None, version)
    careful = client_context(pki.ca_bundle)
    careful.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    with pytest.raises(OSError):
        shake_ignoring_server(server, careful)


def test_a_listener_refuses_protocols_before_tls_1_2(pki: Pki, listening: ssl.SSLContext) -> None:
    client = careless_context(pki.ca_bundle)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        client.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        shake_ignoring_server(listening, client)


async def seen_by_asyncio(server: ssl.SSLContext | None, client: ssl.SSLContext | None) -> list[PeerCertificate | None]:
    seen: list[PeerCertificate | None] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(peer_certificate_of(writer.transport))
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(accept, "127.0.0.1", 0, ssl=server) as listener:
        host, port = listener.sockets[0].getsockname()
        name = "localhost" if client else None
        reader, writer = await asyncio.open_connection(host, port, ssl=client, server_hostname=name)
        await reader.read()
        writer.close()
        await writer.wait_closed()
    return seen


async def test_the_certificate_is_found_on_an_asyncio_transport(pki: Pki, listening: ssl.SSLContext) -> None:
    issued: Issued = pki.issue("org-auth", holder=PHARMACY)
    assert await seen_by_asyncio(listening, client_context(pki.ca_bundle, issued)) == [issued.certificate()]


async def test_there_is_no_certificate_without_tls_or_transport() -> None:
    assert await seen_by_asyncio(None, None) == [None]
    assert peer_certificate_of(None) is None
    assert peer_certificate(None) is None
