"""Keys, certificates and signed assertions, made by other stacks than the one under test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import methods
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"

Signer = Callable[..., etree._Element]


@pytest.fixture(scope="session")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def other_private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def private_pem(private_key: rsa.RSAPrivateKey) -> bytes:
    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="session")
def public_pem(private_key: rsa.RSAPrivateKey) -> bytes:
    return private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(scope="session")
def certificate(private_key: rsa.RSAPrivateKey) -> x509.Certificate:
    names = [
        x509.NameAttribute(NameOID.COMMON_NAME, "899700000001"),
        x509.NameAttribute(NameOID.SURNAME, "SANDBOX"),
    ]
    name = x509.Name([x509.RelativeDistinguishedName(names)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1))
        .not_valid_after(datetime(2030, 1, 1))
        .sign(private_key, hashes.SHA256())
    )


class _Sha1Signer(XMLSigner):
    """Signs as the official samples of 2019 do; signxml refuses to by default."""

    def check_deprecated_methods(self) -> None:
        pass


@pytest.fixture(scope="session")
def sign(private_key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> Signer:
    """Return a function that signs an element, given as bytes or parsed, by an enveloped signature."""

    def signed(
        element: bytes | etree._Element,
        *,
        c14n: str = EXC_C14N,
        sha1: bool = False,
        key: rsa.RSAPrivateKey = private_key,
    ) -> etree._Element:
        method = SignatureMethod.RSA_SHA1 if sha1 else SignatureMethod.RSA_SHA256
        digest = DigestAlgorithm.SHA1 if sha1 else DigestAlgorithm.SHA256
        signer = _Sha1Signer(
            methods.enveloped, signature_algorithm=method, digest_algorithm=digest, c14n_algorithm=c14n
        )
        root = etree.fromstring(element) if isinstance(element, bytes) else element
        return signer.sign(root, key=key, cert=[certificate], reference_uri=root.get("ID"))

    return signed


ASSERTION = f"""<saml2:Assertion xmlns:saml2="{SAML}" xmlns:xs="http://www.w3.org/2001/XMLSchema"
  ID="_a1" IssueInstant="2026-01-02T03:04:05.678Z" Version="2.0">
  <saml2:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">CN=1, C=FR</saml2:Issuer>
  <saml2:Subject><saml2:NameID NameQualifier="q">899700000001</saml2:NameID></saml2:Subject>
  <saml2:AuthnStatement AuthnInstant="2026-01-02T04:04:05+01:00"><saml2:AuthnContext>
    <saml2:AuthnContextClassRef>urn:class</saml2:AuthnContextClassRef>
    <saml2:AuthnContextDecl>APP_BROWSER_AUTH</saml2:AuthnContextDecl>
  </saml2:AuthnContext></saml2:AuthnStatement>
  <saml2:AttributeStatement>
    <saml2:Attribute Name="VIHF_Version"><saml2:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
      xsi:type="xs:string">3.0</saml2:AttributeValue></saml2:Attribute>
    <saml2:Attribute Name="role">
      <saml2:AttributeValue><Role xmlns="urn:hl7-org:v3" code="21" codeSystem="1.2.250.1.71.1.2.7"
        codeSystemName="G15" displayName="Pharmacien"/></saml2:AttributeValue>
      <AttributeValue xmlns="{SAML}"><Role xmlns="urn:hl7-org:v3" code="A"/></AttributeValue>
    </saml2:Attribute>
  </saml2:AttributeStatement>
</saml2:Assertion>""".encode()


@pytest.fixture(scope="session")
def assertion_xml() -> bytes:
    return ASSERTION
