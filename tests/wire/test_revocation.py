"""Revocation over HTTP, as clients ask it: openssl's OCSP client by POST, a GET, and the CRL beside it."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from support.plain import NO_TLS
from support.tenants import Runner

OCSP = "/_sandbox/v1/pki/ocsp"


def _control(everything: Runner) -> str:
    return everything.launcher.sandbox.addresses.control


def _server(everything: Runner, variant: str) -> Path:
    pki = everything.launcher.sandbox.pki
    return everything.do(lambda: pki.issue("server", variant=variant)).cert


@pytest.mark.parametrize(("variant", "said"), [("good", ": good"), ("revoked", ": revoked")])
def test_openssl_asks_and_verifies_the_answer(everything: Runner, tmp_path: Path, variant: str, said: str) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl program is not installed")
    pki, issuer = everything.launcher.sandbox.pki, tmp_path / "issuer.pem"
    issuer.write_bytes(pki.certificate_of("ACI-EL-ORG"))
    command = [openssl, "ocsp", "-issuer", str(issuer), "-cert", str(_server(everything, variant))]
    command += ["-url", _control(everything) + OCSP, "-CAfile", str(pki.ca_bundle)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Response verify OK" in done.stderr
    assert "WARNING" not in done.stderr
    assert said in done.stdout


def test_a_get_carries_the_request_in_its_address(everything: Runner) -> None:
    pki = everything.launcher.sandbox.pki
    certificate = x509.load_pem_x509_certificate(_server(everything, "revoked").read_bytes())
    issuer = x509.load_pem_x509_certificate(pki.certificate_of("ACI-EL-ORG"))
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()
    octets = request.public_bytes(serialization.Encoding.DER)
    address = f"{_control(everything)}{OCSP}/{quote(b64encode(octets).decode(), safe='')}"
    answer = httpx.get(address, trust_env=False, verify=NO_TLS)
    assert answer.headers["content-type"] == "application/ocsp-response"
    assert ocsp.load_der_ocsp_response(answer.content).certificate_status is ocsp.OCSPCertStatus.REVOKED


def test_what_was_asked_is_told(everything: Runner) -> None:
    root = f"{_control(everything)}/_sandbox/v1/pki"
    httpx.get(f"{root}/crl/ACI-EL-ORG.crl", trust_env=False, verify=NO_TLS)
    certificate = x509.load_pem_x509_certificate(_server(everything, "revoked").read_bytes())
    issuer = x509.load_pem_x509_certificate(everything.launcher.sandbox.pki.certificate_of("ACI-EL-ORG"))
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256()).build()
    httpx.post(f"{root}/ocsp", content=request.public_bytes(serialization.Encoding.DER), trust_env=False, verify=NO_TLS)
    crl, asked = httpx.get(f"{root}/lookups", trust_env=False, verify=NO_TLS).json()[-2:]
    assert (crl["by"], crl["authority"]) == ("crl", "ACI-EL-ORG")
    assert (asked["by"], asked["said"], asked["serial"]) == ("ocsp", "revoked", f"{certificate.serial_number:x}")


def test_what_is_no_request_gets_an_ocsp_answer_too(everything: Runner) -> None:
    root = _control(everything) + OCSP
    answers = [
        httpx.get(f"{root}/pas du base 64", trust_env=False, verify=NO_TLS),
        httpx.post(root, content=b"<xml/>", trust_env=False, verify=NO_TLS),
    ]
    for answer in answers:
        assert answer.status_code == 200
        said = ocsp.load_der_ocsp_response(answer.content).response_status
        assert said is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
