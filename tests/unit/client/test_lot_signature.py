"""The signature of a lot, verified by xmlsec and by canonicalising sub-trees where they stand."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
import xmlsec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from lgo_client.environment import Certificate
from lgo_client.lot_signature import Signed, sign_lot

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XAD = "{http://uri.etsi.org/01903/v1.1.1#}"
WITH_COMMENTS = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"
PLAIN = Signed("1.2.3.1", b"<ClinicalDocument xmlns='urn:hl7-org:v3'><id root='1.2.3.1'/></ClinicalDocument>")
ADORNED = Signed(
    "1.2.3.2",
    '<?xml version="1.0" encoding="UTF-8"?>\r\n<?xml-stylesheet type="text/xsl" href="cda.xsl"?>\r\n<!-- avant -->\r\n'
    "<d xmlns='urn:d' b='2'   a='1'><!-- dedans --><é/>\r\n&#13;</d>\r\n<!-- après -->\r\n".encode(),
)
ADORNED_CANONICAL = (
    '<?xml-stylesheet type="text/xsl" href="cda.xsl"?>\n<!-- avant -->\n'
    '<d xmlns="urn:d" a="1" b="2"><!-- dedans --><é></é>\n&#xD;</d>\n<!-- après -->'
).encode()

OfKind = Callable[[str], Certificate]


@pytest.fixture(params=["cps-sign", "org-sign"])
def signer(request: pytest.FixtureRequest, certificate: OfKind) -> Certificate:
    return certificate(request.param)


@pytest.fixture
def signature(signer: Certificate) -> etree._Element:
    return etree.fromstring(sign_lot("1.2.3", [PLAIN, ADORNED], signer, "2026-09-14T08:15:30.250Z"))


def sha1(octets: bytes) -> str:
    return base64.b64encode(hashlib.sha1(octets, usedforsecurity=False).digest()).decode()


def in_place(root: etree._Element, path: str) -> bytes:
    """Canonicalise a sub-tree as a node-set of its own document, by libxml2 and not by hand."""
    target = root.find(path)
    assert target is not None
    return etree.tostring(target, method="c14n", exclusive=False, with_comments=True)


def references(root: etree._Element, path: str) -> dict[str, str]:
    found = root.findall(f"{path}/{DS}Reference")
    return {str(one.get("URI")): one.findtext(f"{DS}DigestValue", "") for one in found}


def leaf_of(certificate: Certificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.chain.read_bytes())


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """Let xmlsec find what the manifest cites, and tell what it asked for."""
    documents = {"urn:oid:1.2.3": b"<lot/>", **{f"urn:oid:{one.unique_id}": one.octets for one in (PLAIN, ADORNED)}}
    uris: list[str] = []

    def opened(uri: bytes) -> BytesIO:
        uris.append(uri.decode())
        return BytesIO(documents[uri.decode()])

    def matched(uri: bytes) -> bool:
        return uri.startswith(b"urn:oid:")

    xmlsec.cleanup_callbacks()
    xmlsec.register_callbacks(matched, opened, lambda file, memory: file.readinto(memory), lambda file: None)
    yield uris
    xmlsec.cleanup_callbacks()
    xmlsec.register_default_callbacks()


def verify(root: etree._Element, certificate: Certificate) -> None:
    """Raise xmlsec.Error unless the signature and both references of SignedInfo hold."""
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(certificate.chain), xmlsec.constants.KeyDataFormatCertPem)
    context.verify(root)


def test_xmlsec_verifies_the_signature_and_both_references(
    signature: etree._Element, signer: Certificate, asked: list[str]
) -> None:
    verify(signature, signer)
    assert asked == ["urn:oid:1.2.3", "urn:oid:1.2.3.1", "urn:oid:1.2.3.2"]


@pytest.mark.parametrize(
    "path", [f"{DS}Object/{DS}Manifest/{DS}Reference/{DS}DigestValue", f".//{XAD}SigningTime", f".//{DS}X509IssuerName"]
)
@pytest.mark.usefixtures("asked")
def test_xmlsec_refuses_a_change_in_the_manifest_or_the_properties(
    signature: etree._Element, signer: Certificate, path: str
) -> None:
    target = signature.find(path)
    assert target is not None
    target.text = f"{target.text} "
    with pytest.raises(xmlsec.Error):
        verify(signature, signer)


@pytest.mark.usefixtures("asked")
def test_xmlsec_refuses_the_key_of_another(signature: etree._Element, certificate: OfKind) -> None:
    with pytest.raises(xmlsec.Error):
        verify(signature, certificate("mss-app"))


def test_the_signed_info_is_signed_by_the_key_of_the_certificate(
    signature: etree._Element, signer: Certificate
) -> None:
    key = leaf_of(signer).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    value = base64.b64decode(signature.findtext(f"{DS}SignatureValue", ""))
    signed = in_place(signature, f"{DS}SignedInfo")
    key.verify(value, signed, padding.PKCS1v15(), hashes.SHA1())
    with pytest.raises(InvalidSignature):
        key.verify(value, signed + b" ", padding.PKCS1v15(), hashes.SHA1())


def test_the_digests_are_those_of_the_subtrees_in_their_document(signature: etree._Element) -> None:
    assert references(signature, f"{DS}SignedInfo") == {
        "#IHEManifest": sha1(in_place(signature, f"{DS}Object/{DS}Manifest")),
        "#S0-SignedProperties": sha1(in_place(signature, f".//{XAD}SignedProperties")),
    }


def test_a_canonical_subtree_declares_the_namespaces_it_inherits(signature: etree._Element) -> None:
    properties = in_place(signature, f".//{XAD}SignedProperties")
    assert properties.startswith(
        b'<xad:SignedProperties xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
        b'xmlns:xad="http://uri.etsi.org/01903/v1.1.1#" Id="S0-SignedProperties">'
    )


def test_the_manifest_cites_the_lot_and_each_document(signature: etree._Element) -> None:
    canonical = b'<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3.1"></id></ClinicalDocument>'
    assert references(signature, f"{DS}Object/{DS}Manifest") == {
        "urn:oid:1.2.3": "AA==",
        "urn:oid:1.2.3.1": sha1(canonical),
        "urn:oid:1.2.3.2": sha1(ADORNED_CANONICAL),
    }


def test_every_reference_declares_the_canonicalisation_and_sha1(signature: etree._Element) -> None:
    for reference in signature.iter(f"{DS}Reference"):
        transforms = [transform.get("Algorithm") for transform in reference.iter(f"{DS}Transform")]
        method = reference.find(f"{DS}DigestMethod")
        assert transforms == [WITH_COMMENTS]
        assert method is not None
        assert method.get("Algorithm") == "http://www.w3.org/2000/09/xmldsig#sha1"


def test_the_methods_are_those_of_the_published_samples(signature: etree._Element) -> None:
    info = signature.find(f"{DS}SignedInfo")
    assert info is not None
    assert [child.get("Algorithm") for child in info[:2]] == [
        WITH_COMMENTS,
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    ]


def test_the_parts_are_in_the_order_of_the_schema(signature: etree._Element) -> None:
    names = [etree.QName(child).localname for child in signature]
    assert (signature.tag, names) == (
        f"{DS}Signature",
        ["SignedInfo", "SignatureValue", "KeyInfo", "Object", "Object", "Object"],
    )


def test_the_properties_name_the_signing_certificate_and_time(signature: etree._Element, signer: Certificate) -> None:
    leaf = leaf_of(signer)
    der = leaf.public_bytes(serialization.Encoding.DER)
    properties = signature.find(f".//{XAD}SignedSignatureProperties")
    assert properties is not None
    assert properties.findtext(f"{XAD}SigningTime") == "2026-09-14T08:15:30.250Z"
    assert properties.findtext(f".//{XAD}DigestValue") == sha1(der)
    assert properties.findtext(f".//{DS}X509SerialNumber") == str(leaf.serial_number)
    assert x509.Name.from_rfc4514_string(properties.findtext(f".//{DS}X509IssuerName", "")) == leaf.issuer
    assert properties.find(f"{XAD}SignaturePolicyIdentifier/{XAD}SignaturePolicyImplied") is not None
    assert base64.b64decode(signature.findtext(f"{DS}KeyInfo//{DS}X509Certificate", "")) == der


def test_the_purpose_is_that_of_the_source(signature: etree._Element) -> None:
    (purpose,) = signature.iter(f"{DS}SignatureProperty")
    assert (purpose.get("Target"), purpose.text) == ("#S0", "1.2.840.10065.1.12.1.14")
