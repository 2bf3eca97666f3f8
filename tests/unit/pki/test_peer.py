from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from lgo_sandbox.pki import Family, Judgement, OrganisationHolder, PeerCertificate, PersonHolder, Pki
from lgo_sandbox.pki.lenient import signed_part, with_sorted_sets

NOW = datetime.now(UTC).replace(microsecond=0)
SURNAME, GIVEN_NAME, COMMON_NAME = (bytes.fromhex(f"06035504{last}") for last in ("04", "2a", "03"))


def element(oid: bytes, value: str) -> bytes:
    content = oid + bytes([0x0C, len(value.encode())]) + value.encode()
    return bytes([0x30, len(content)]) + content


def with_unsorted_identity(der: bytes, holder: PersonHolder) -> bytes:
    """Reverse the multi-valued RDN, as old cards have it."""
    elements = [
        element(SURNAME, holder.family_name),
        element(GIVEN_NAME, holder.given_name),
        element(COMMON_NAME, holder.national_id),
    ]
    in_order = b"".join(sorted(elements))
    assert der.count(in_order) == 1
    return der.replace(in_order, b"".join(sorted(elements, reverse=True)))


def signed_again(der: bytes, pki: Pki, authority: str) -> bytes:
    """Replace the signature of a certificate by one that fits its content."""
    key = serialization.load_pem_private_key((pki.directory / "ca" / f"{authority}.key").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return der[: -key.key_size // 8] + key.sign(signed_part(der), padding.PKCS1v15(), hashes.SHA256())


@pytest.fixture
def old_card(pki: Pki, pharmacist: PersonHolder) -> bytes:
    return with_unsorted_identity(pki.issue("cps-auth", holder=pharmacist).certificate().der, pharmacist)


def test_cryptography_refuses_an_unsorted_name(old_card: bytes) -> None:
    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        _ = x509.load_der_x509_certificate(old_card).subject


def test_a_card_with_an_unsorted_name_is_read_all_the_same(old_card: bytes) -> None:
    certificate = PeerCertificate.from_der(old_card)
    assert certificate.family is Family.PROFESSIONAL_AUTH
    assert certificate.national_id == "899700090014"
    assert certificate.attributes["SN"] == "VALMONT"
    assert certificate.der == old_card


def test_the_signature_of_an_unsorted_card_is_verified_on_its_own_bytes(pki: Pki, old_card: bytes) -> None:
    resigned = PeerCertificate.from_der(signed_again(old_card, pki, "ACI-FO-PP"))
    assert pki.judge(resigned, NOW) is Judgement.OK
    assert pki.judge(PeerCertificate.from_der(old_card), NOW) is Judgement.WRONG_AUTHORITY


def test_sorting_sets_undoes_the_disorder(pki: Pki, pharmacist: PersonHolder, old_card: bytes) -> None:
    assert with_sorted_sets(old_card) == pki.issue("cps-auth", holder=pharmacist).certificate().der


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30",
        b"\x30\x80\x00\x00",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x85\x01\x01\x01\x01\x01",
        b"\x31\x05\x30\x09\x00\x00\x00",
        b"\x1f\x81\x01\x00",
        b"\x30\x03\x02\x01\x01",
        b"<xml/>",
        b"\x30\x40" * 40,
        b"\x30\x00" * 100_000,
    ],
)
def test_what_is_no_certificate_is_of_unknown_family_and_wrong_authority(pki: Pki, der: bytes) -> None:
    certificate = PeerCertificate.from_der(der)
    assert certificate.family is Family.UNKNOWN
    assert pki.judge(certificate, NOW) is Judgement.WRONG_AUTHORITY


def test_a_truncated_certificate_never_raises(pki: Pki, pharmacy: OrganisationHolder) -> None:
    der = pki.issue("org-auth", holder=pharmacy).certificate().der
    families = {PeerCertificate.from_der(der[:length]).family for length in range(0, len(der), 7)}
    assert families == {Family.UNKNOWN}


def test_a_damaged_certificate_never_passes_for_ours(pki: Pki, pharmacy: OrganisationHolder) -> None:
    der = pki.issue("org-auth", holder=pharmacy).certificate().der
    for position in range(0, len(der), 11):
        damaged = der[:position] + bytes([der[position] ^ 0x55]) + der[position + 1 :]
        assert pki.judge(PeerCertificate.from_der(damaged), NOW) is Judgement.WRONG_AUTHORITY


def self_signed(name: x509.Name, key: ec.EllipticCurvePrivateKey) -> bytes:
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1)).serial_number(7)
    return dated.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_a_certificate_without_extensions_is_of_unknown_family_but_read() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    certificate = PeerCertificate.from_der(self_signed(name, ec.generate_private_key(ec.SECP256R1())))
    assert (certificate.family, certificate.common_name, certificate.serial) == (Family.UNKNOWN, "nobody", 7)
    assert (certificate.not_before, certificate.not_after) == (NOW, NOW + timedelta(days=1))
    assert certificate.session is None


def test_a_certificate_that_takes_our_authority_s_name_has_a_wrong_authority(
    pki: Pki, pharmacy: OrganisationHolder
) -> None:
    ours = x509.load_pem_x509_certificate(pki.certificate_of("ACI-EL-ORG")).subject
    impostor = PeerCertificate.from_der(self_signed(ours, ec.generate_private_key(ec.SECP256R1())))
    assert impostor.issuer == pki.issue("org-auth", holder=pharmacy).certificate().issuer
    assert pki.judge(impostor, NOW) is Judgement.WRONG_AUTHORITY


def test_the_intermediates_are_of_unknown_family_and_judge_nobody(pki: Pki) -> None:
    authority = PeerCertificate.from_pem(pki.certificate_of("ACI-EL-ORG"))
    assert authority.family is Family.UNKNOWN
    assert pki.judge(authority, NOW) is Judgement.WRONG_AUTHORITY


def test_the_fields_of_an_organisation_certificate(pki: Pki, pharmacy: OrganisationHolder) -> None:
    certificate = pki.issue("org-auth", holder=pharmacy).certificate()
    assert certificate.subject == "CN=INSI-AUTO,OU=10B0990017,O=PHARMACIE DE LA FONTAINE,ST=Puy-de-Dôme (63),C=FR"
    assert certificate.organisational_unit == "10B0990017"
    assert certificate.national_id == ""
    assert len(certificate.fingerprint) == 64
    assert certificate == PeerCertificate.from_der(certificate.der)
    assert hash(certificate) == hash(PeerCertificate.from_der(certificate.der))
