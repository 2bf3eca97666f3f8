"""The OCSP responder: what it says of good, revoked, unknown and foreign certificates, and who signs its answers."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from lgo_sandbox.pki import Issued, OrganisationHolder, Pki

NOW = datetime.now(UTC).replace(microsecond=0)
HASHES = [hashes.SHA1(), hashes.SHA256()]


def leaf(issued: Issued) -> x509.Certificate:
    return x509.load_pem_x509_certificate(issued.cert.read_bytes())


def authority(pki: Pki, name: str = "ACI-EL-ORG") -> x509.Certificate:
    return x509.load_pem_x509_certificate(pki.certificate_of(name))


def asking(certificate: x509.Certificate, issuer: x509.Certificate, nonce: bytes = b"") -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256())
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)


def status(
    pki: Pki, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime = NOW
) -> ocsp.OCSPCertStatus:
    return ocsp.load_der_ocsp_response(pki.ocsp(asking(certificate, issuer), at)).certificate_status


@pytest.mark.parametrize("algorithm", HASHES)
def test_a_good_certificate_is_good_whatever_the_hash(
    pki: Pki, pharmacy: OrganisationHolder, algorithm: hashes.HashAlgorithm
) -> None:
    certificate = leaf(pki.issue("org-auth", holder=pharmacy))
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, authority(pki), algorithm).build()
    answer = ocsp.load_der_ocsp_response(pki.ocsp(request.public_bytes(serialization.Encoding.DER), NOW))
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert answer.serial_number == certificate.serial_number
    assert answer.this_update_utc == NOW
    assert answer.next_update_utc is not None
    assert answer.next_update_utc > NOW


def test_a_revoked_certificate_says_since_when_and_was_good_before(pki: Pki, pharmacy: OrganisationHolder) -> None:
    issued = pki.issue("org-auth", holder=pharmacy, session="revocation")
    pki.revoke(issued.certificate(), NOW)
    certificate, issuer = leaf(issued), authority(pki)
    answer = ocsp.load_der_ocsp_response(pki.ocsp(asking(certificate, issuer), NOW))
    assert (answer.certificate_status, answer.revocation_time_utc) == (ocsp.OCSPCertStatus.REVOKED, NOW)
    assert status(pki, certificate, issuer, NOW - timedelta(seconds=1)) is ocsp.OCSPCertStatus.GOOD


def test_intermediates_are_good_and_a_number_that_was_never_issued_is_unknown(pki: Pki, stranger: Pki) -> None:
    root = authority(pki, "ACR-EL")
    assert status(pki, authority(pki), root) is ocsp.OCSPCertStatus.GOOD
    assert status(pki, authority(stranger), root) is ocsp.OCSPCertStatus.UNKNOWN


def test_another_authority_is_not_answered_for(pki: Pki, stranger: Pki) -> None:
    answer = ocsp.load_der_ocsp_response(pki.ocsp(asking(authority(stranger), authority(stranger, "ACR-EL")), NOW))
    assert answer.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize("octets", [b"", b"0", b"\x30\x03\x02\x01\x00", b"\xff" * 5000])
def test_what_is_no_request_is_malformed(pki: Pki, octets: bytes) -> None:
    answer = ocsp.load_der_ocsp_response(pki.ocsp(octets, NOW))
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_a_nonce_is_given_back_and_an_endless_one_refused(pki: Pki) -> None:
    certificate, root = authority(pki), authority(pki, "ACR-EL")
    answer = ocsp.load_der_ocsp_response(pki.ocsp(asking(certificate, root, b"n" * 32), NOW))
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * 32
    refused = ocsp.load_der_ocsp_response(pki.ocsp(asking(certificate, root, b"n" * 200), NOW))
    assert refused.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_answers_are_signed_by_a_responder_of_the_authority(pki: Pki) -> None:
    root = authority(pki, "ACR-EL")
    answer = ocsp.load_der_ocsp_response(pki.ocsp(asking(authority(pki), root), NOW))
    (responder,) = answer.certificates
    responder.verify_directly_issued_by(root)
    usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.OCSP_SIGNING]
    assert responder.extensions.get_extension_for_class(x509.OCSPNoCheck)
    key = responder.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), hashes.SHA256())


def test_certificates_say_where_the_responder_is(pki: Pki, pharmacy: OrganisationHolder) -> None:
    for certificate in (leaf(pki.issue("server")), leaf(pki.issue("org-auth", holder=pharmacy)), authority(pki)):
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
        assert [(one.access_method, one.access_location.value) for one in access] == [
            (AuthorityInformationAccessOID.OCSP, "http://127.0.0.1:8080/_sandbox/v1/pki/ocsp")
        ]


def test_an_installation_of_before_the_responder_is_taken_up(
    started_directory: Path, pharmacy: OrganisationHolder
) -> None:
    former = Pki.open(started_directory)
    client, server = former.issue("org-auth", holder=pharmacy), former.issue("server").certificate()
    shutil.rmtree(started_directory / "serials")
    description = {"format": 1, "crl_base_url": "http://127.0.0.1:8080/_sandbox/v1/pki/crl"}
    (started_directory / "pki.json").write_text(json.dumps(description))
    taken_up = Pki.open(started_directory)
    assert status(taken_up, leaf(client), authority(taken_up)) is ocsp.OCSPCertStatus.GOOD
    assert taken_up.issue("org-auth", holder=pharmacy).certificate() == client.certificate()
    assert taken_up.issue("server").certificate() == server


def test_the_register_sees_what_another_process_issued(pki: Pki, pharmacy: OrganisationHolder) -> None:
    other = Pki.open(pki.directory)
    assert status(other, authority(pki), authority(pki, "ACR-EL")) is ocsp.OCSPCertStatus.GOOD
    certificate = leaf(pki.issue("org-auth", holder=pharmacy, session="ailleurs"))
    assert status(other, certificate, authority(pki)) is ocsp.OCSPCertStatus.GOOD
