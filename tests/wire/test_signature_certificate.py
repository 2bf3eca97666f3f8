"""The classic mix-up on every TLS door: the certificate of signature is shown instead of that of authentication."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

import pytest
from support.tenants import Runner, Tenant

from lgo_sandbox.pki import Issued
from lgo_sandbox.watch.causes import CAUSES
from lgo_sandbox.watch.exchange import Exchange

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
TOKEN = "/auth/realms/esante-wallet/protocol/openid-connect/token"
REQUESTS = {
    "psc": (f"POST {TOKEN}", "application/x-www-form-urlencoded", b"grant_type=client_credentials"),
    "insi": ("POST /lps", "application/soap+xml", b"<a/>"),
    "dmp": ("POST /si-dmp-server/v2/services/registry", "application/soap+xml", b"<a/>"),
    "eprescription": ("GET /fhir/MedicationRequest", "application/fhir+json", b""),
    "dp": ("GET /simu/dossier-pharmaceutique/v1/messages", "application/json", b""),
    "annuaire": ("GET /fhir/v2/Practitioner", "application/fhir+json", b""),
    "apcv": ("POST /wssoap/apcv/auth/1/0", "application/soap+xml", b"<a/>"),
}
ANSWERS = {
    "psc": (400, b'"invalid_client"'),
    "insi": (500, b"desir_560"),
    "dmp": (400, b"clientAuth"),
    "eprescription": (400, b"certificat-refuse"),
    "dp": (400, b"certificat-refuse"),
    "annuaire": (400, b"OperationOutcome"),
    "apcv": (500, b"apcv_simule_certificat"),
}


@pytest.fixture
def tenant(everything: Runner) -> Tenant:
    return everything.tenant()


def ask(tenant: Tenant, door: str, issued: Issued, version: ssl.TLSVersion, prefix: str = "") -> tuple[int, bytes]:
    """Send one request without naming the session, but by the certificate; return status and answer."""
    context = tenant.runner.trust(issued)
    context.minimum_version = context.maximum_version = version
    target = urlsplit(tenant.runner.launcher.sandbox.addresses.root(door))
    (method, _, path), media_type, body = REQUESTS[door][0].partition(" "), *REQUESTS[door][1:]
    head = f"{method} {prefix}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {media_type}\r\n"
    with socket.create_connection((target.hostname or "", target.port or 0), timeout=10) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as connection:
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = b""
            while part := connection.recv(65536):
                answer += part
    return int(answer.split(b" ", 2)[1]), answer


def only(tenant: Tenant) -> Exchange:
    (exchange,) = tenant.exchanges()
    return exchange


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("door", REQUESTS)
def test_it_is_answered_and_explained_in_the_session_of_the_certificate(
    tenant: Tenant, door: str, version: ssl.TLSVersion
) -> None:
    issued = tenant.runner.issue("org-sign", session=tenant.name)
    status, words = ANSWERS[door]
    answered, answer = ask(tenant, door, issued, version)
    assert (answered, words in answer) == (status, True), answer
    exchange = only(tenant)
    (finding,) = exchange.findings
    assert (exchange.door, exchange.transport, exchange.status, exchange.outcome) == (door, "https", status, "refused")
    assert finding.check_id == "SANDBOX-CERTIFICAT-CLIENT"
    assert finding.source == CAUSES[finding.check_id].source
    assert exchange.certificate in finding.received
    assert "keyUsage digitalSignature, nonRepudiation, extendedKeyUsage emailProtection" in finding.received
    assert "« clientAuth »" in finding.expected
    assert "« …-auth »" in finding.remedy
    assert finding.where == "certificat de la connexion TLS"


def test_the_card_of_signature_is_told_as_well(tenant: Tenant) -> None:
    ask(tenant, "dmp", tenant.runner.issue("cps-sign", "titulaire", session=tenant.name), VERSIONS[1])
    (finding,) = only(tenant).findings
    assert "keyUsage nonRepudiation, extendedKeyUsage emailProtection" in finding.received
    assert finding.received.startswith("un certificat de signature")


def test_the_prefix_of_the_path_decides_before_the_certificate(tenant: Tenant, everything: Runner) -> None:
    other = everything.tenant()
    issued = everything.issue("org-sign", session=other.name)
    ask(tenant, "insi", issued, VERSIONS[1], prefix=f"/s/{tenant.name}")
    assert only(tenant).findings[0].check_id == "SANDBOX-CERTIFICAT-CLIENT"
    assert other.exchanges() == []


@pytest.mark.parametrize("door", REQUESTS)
def test_no_service_is_asked(tenant: Tenant, door: str) -> None:
    """Whatever a service would make of the certificate: none knows the operation of a request that was turned away."""
    ask(tenant, door, tenant.runner.issue("org-sign", session=tenant.name), VERSIONS[1])
    assert only(tenant).operation == ""
