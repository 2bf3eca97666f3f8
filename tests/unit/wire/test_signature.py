from __future__ import annotations

import base64
import re
from collections.abc import Callable
from copy import deepcopy

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from health_documents.xml import parse
from lgo_sandbox.wire.signature import DS, SignatureProblem, SignatureReport, verify_enveloped_signature

Signer = Callable[..., etree._Element]

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SIGNATURE = f"{{{DS}}}Signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def received(element: etree._Element) -> etree._Element:
    """Return the element as it arrives: parsed anew, inside a SOAP-like message with declarations of its own."""
    message = b'<e:E xmlns:e="urn:e" xmlns:xs="urn:other"><e:H>\n' + etree.tostring(element) + b"</e:H><e:B/></e:E>"
    return parse(message)[0][0]


def judged(element: etree._Element) -> SignatureReport:
    return verify_enveloped_signature(element)


def signature_of(element: etree._Element) -> etree._Element:
    found = element.find(SIGNATURE)
    assert found is not None
    return found


def at(element: etree._Element, path: str) -> etree._Element:
    found = element.find("/".join(f"{{{DS}}}{name}" for name in path.split("/")))
    assert found is not None
    return found


def modulus(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_numbers().n.to_bytes(256, "big")


def test_a_signature_of_another_stack_is_valid_in_its_message(
    sign: Signer, assertion_xml: bytes, certificate: x509.Certificate
) -> None:
    report = judged(received(sign(assertion_xml)))
    assert report == SignatureReport(
        True,
        "",
        certificate.public_bytes(Encoding.DER),
        RSA_SHA256,
        "http://www.w3.org/2001/04/xmlenc#sha256",
        reference_covers_root=True,
    )


def test_verifying_twice_gives_the_same_report(sign: Signer, assertion_xml: bytes) -> None:
    element = received(sign(assertion_xml))
    assert judged(element) == judged(element)


def test_an_empty_reference_is_valid_for_a_document_root_only(sign: Signer, assertion_xml: bytes) -> None:
    signed = sign(assertion_xml.replace(b'ID="_a1"', b""))
    assert at(signature_of(signed), "SignedInfo/Reference").get("URI") == ""
    assert judged(received(signed)).reason == SignatureProblem.REFERENCE
    assert judged(parse(etree.tostring(signed))).valid


def test_a_certificate_that_cryptography_cannot_read_still_gives_its_key(
    sign: Signer, assertion_xml: bytes, certificate: x509.Certificate
) -> None:
    first, second = (x509.Name([each]).public_bytes()[4:] for each in certificate.subject)
    unsorted = certificate.public_bytes(Encoding.DER).replace(first + second, second + first)
    assert unsorted != certificate.public_bytes(Encoding.DER)
    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        _ = x509.load_der_x509_certificate(unsorted).subject
    signed = sign(assertion_xml)
    at(signed, "Signature/KeyInfo/X509Data/X509Certificate").text = base64.b64encode(unsorted).decode()
    report = judged(received(signed))
    assert (report.valid, report.certificate_der) == (True, unsorted)


def test_a_chain_in_any_order_is_searched_for_the_signer(
    sign: Signer,
    assertion_xml: bytes,
    certificate: x509.Certificate,
    private_key: rsa.RSAPrivateKey,
    other_private_key: rsa.RSAPrivateKey,
) -> None:
    signed = sign(assertion_xml)
    first = at(signed, "Signature/KeyInfo/X509Data/X509Certificate")
    other = deepcopy(first)
    der = certificate.public_bytes(Encoding.DER)
    other.text = base64.b64encode(der.replace(modulus(private_key), modulus(other_private_key))).decode()
    first.addprevious(other)
    report = judged(received(signed))
    assert (report.valid, report.certificate_der) == (True, der)


def test_sha1_is_refused_unless_accepted(sign: Signer, assertion_xml: bytes) -> None:
    element = received(sign(assertion_xml, sha1=True))
    assert judged(element).reason == SignatureProblem.ALGORITHM
    assert judged(element).signature_algorithm.endswith("rsa-sha1")
    assert verify_enveloped_signature(element, accept_sha1=True).valid


def test_a_changed_content_is_told_from_a_wrong_value(sign: Signer, assertion_xml: bytes) -> None:
    changed = received(sign(assertion_xml))
    changed.set("Version", "2.1")
    assert judged(changed).reason == SignatureProblem.DIGEST
    assert judged(changed).reference_covers_root
    forged = received(sign(assertion_xml))
    at(signature_of(forged), "SignatureValue").text = base64.b64encode(b"x" * 256).decode()
    assert judged(forged).reason == SignatureProblem.VALUE


def test_a_signature_by_another_key_than_the_certificates_is_wrong(
    sign: Signer, assertion_xml: bytes, other_private_key: rsa.RSAPrivateKey
) -> None:
    assert judged(received(sign(assertion_xml, key=other_private_key))).reason == SignatureProblem.VALUE


def test_a_key_value_beside_the_certificate_is_not_used(
    sign: Signer, assertion_xml: bytes, other_private_key: rsa.RSAPrivateKey
) -> None:
    signed = sign(assertion_xml, key=other_private_key)
    number = base64.b64encode(modulus(other_private_key)).decode()
    value = f"<RSAKeyValue><Modulus>{number}</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>"
    at(signed, "Signature/KeyInfo").insert(0, etree.fromstring(f'<KeyValue xmlns="{DS}">{value}</KeyValue>'))
    assert judged(received(signed)).reason == SignatureProblem.VALUE


def test_a_comment_put_in_later_changes_nothing(sign: Signer, assertion_xml: bytes) -> None:
    element = received(sign(assertion_xml))
    element[0].append(etree.Comment("later"))
    assert judged(element).valid


@pytest.mark.parametrize("place", ["E", "H", "B"])
def test_a_relative_namespace_anywhere_in_the_message_is_told_with_its_place(
    sign: Signer, assertion_xml: bytes, place: str
) -> None:
    message = etree.tostring(received(sign(assertion_xml)).getroottree())
    odd = re.sub(rf"(<e:{place})\b".encode(), rb'\1 xmlns:odd="relative/x"', message, count=1)
    element = next(etree.fromstring(odd).iter(f"{{{SAML}}}Assertion"))
    report = judged(element)
    assert report.reason == SignatureProblem.RELATIVE
    assert f"xmlns:odd=« relative/x », URI relative, déclaré par {place}" in report.said


# Signature wrapping: the victim's signed assertion still verifies somewhere, the attacker's is the one that is read.


def test_wrapping_by_a_reference_to_an_assertion_moved_elsewhere_is_refused(sign: Signer, assertion_xml: bytes) -> None:
    genuine = received(sign(assertion_xml))
    evil = deepcopy(genuine)
    evil.set("ID", "_evil")
    header = genuine.getparent()
    assert header is not None
    header.insert(0, evil)
    genuine.remove(signature_of(genuine))
    report = judged(evil)
    assert report.reason == SignatureProblem.REFERENCE
    assert not report.reference_covers_root


@pytest.mark.parametrize("attribute", ["ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id", "AssertionID"])
def test_wrapping_by_a_second_element_of_the_same_id_is_refused(
    sign: Signer, assertion_xml: bytes, attribute: str
) -> None:
    evil = received(sign(assertion_xml))
    hiding_place = etree.SubElement(evil.getroottree().getroot()[1], "wrapper")
    hiding_place.set(attribute, "_a1")
    assert judged(evil).reason == SignatureProblem.AMBIGUOUS_ID


def test_wrapping_by_the_genuine_assertion_inside_the_evil_one_is_refused(sign: Signer, assertion_xml: bytes) -> None:
    genuine = sign(assertion_xml)
    evil = etree.fromstring(assertion_xml.replace(b"_a1", b"_evil"))
    evil.append(genuine)
    assert judged(received(evil)).reason == SignatureProblem.ABSENT
    evil.append(deepcopy(signature_of(genuine)))
    assert judged(received(evil)).reason == SignatureProblem.SEVERAL


def test_wrapping_by_the_genuine_assertion_in_an_object_of_the_signature_is_refused(
    sign: Signer, assertion_xml: bytes
) -> None:
    genuine = sign(assertion_xml)
    evil = deepcopy(genuine)
    genuine.remove(signature_of(genuine))
    evil[0].text = "CN=evil"
    etree.SubElement(signature_of(evil), f"{{{DS}}}Object").append(genuine)
    assert judged(received(evil)).reason == SignatureProblem.MALFORMED
    evil.set("ID", "_evil")
    assert not judged(received(evil)).valid


def test_an_unsigned_assertion_has_no_signature(assertion_xml: bytes) -> None:
    assert judged(received(etree.fromstring(assertion_xml))).reason == SignatureProblem.ABSENT


@pytest.mark.parametrize(
    ("path", "algorithm", "problem"),
    [
        ("SignedInfo/SignatureMethod", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", SignatureProblem.ALGORITHM),
        ("SignedInfo/SignatureMethod", "", SignatureProblem.ALGORITHM),
        ("SignedInfo/Reference/DigestMethod", f"{DS}md5", SignatureProblem.ALGORITHM),
        ("SignedInfo/CanonicalizationMethod", "urn:none", SignatureProblem.ALGORITHM),
        (
            "SignedInfo/Reference/Transforms/Transform",
            "http://www.w3.org/TR/1999/REC-xslt-19991116",
            SignatureProblem.TRANSFORM,
        ),
        (
            "SignedInfo/Reference/Transforms/Transform",
            "http://www.w3.org/TR/1999/REC-xpath-19991116",
            SignatureProblem.TRANSFORM,
        ),
        ("SignedInfo/Reference/Transforms/Transform", f"{DS}base64", SignatureProblem.TRANSFORM),
    ],
)
def test_any_other_algorithm_or_transform_is_refused(
    sign: Signer, assertion_xml: bytes, path: str, algorithm: str, problem: SignatureProblem
) -> None:
    element = received(sign(assertion_xml))
    at(signature_of(element), path).set("Algorithm", algorithm)
    assert judged(element).reason == problem


def test_a_canonicalisation_that_keeps_comments_is_refused(sign: Signer, assertion_xml: bytes) -> None:
    signed = sign(assertion_xml, c14n="http://www.w3.org/2001/10/xml-exc-c14n#WithComments")
    assert judged(received(signed)).reason == SignatureProblem.ALGORITHM


def test_a_third_transform_is_refused(sign: Signer, assertion_xml: bytes) -> None:
    element = received(sign(assertion_xml))
    transform = at(signature_of(element), "SignedInfo/Reference/Transforms/Transform")
    transform.addnext(deepcopy(transform))
    assert judged(element).reason == SignatureProblem.TRANSFORM


@pytest.mark.parametrize(
    "uri", ["#other", "#xpointer(id('_a1'))", "#xpointer(/)", "http://127.0.0.1/", "file:///etc/hostname", "_a1"]
)
def test_a_reference_to_anything_else_is_refused(sign: Signer, assertion_xml: bytes, uri: str) -> None:
    element = received(sign(assertion_xml))
    at(signature_of(element), "SignedInfo/Reference").set("URI", uri)
    assert judged(element).reason == SignatureProblem.REFERENCE


@pytest.mark.parametrize("name", ["SignedInfo", "SignatureValue", "SignedInfo/Reference", "SignedInfo/SignatureMethod"])
def test_a_signature_with_a_piece_missing_or_doubled_is_not_valid(
    sign: Signer, assertion_xml: bytes, name: str
) -> None:
    doubled = received(sign(assertion_xml))
    piece = at(signature_of(doubled), name)
    piece.addnext(deepcopy(piece))
    missing = received(sign(assertion_xml))
    piece = at(signature_of(missing), name)
    parent = piece.getparent()
    assert parent is not None
    parent.remove(piece)
    assert not judged(doubled).valid
    assert judged(missing).reason == SignatureProblem.MALFORMED


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, SignatureProblem.BAD_CERTIFICATE),
        ("!!", SignatureProblem.BAD_CERTIFICATE),
        ("é", SignatureProblem.BAD_CERTIFICATE),
        ("QUJD", SignatureProblem.BAD_CERTIFICATE),
        ("QUJD" * 20_000, SignatureProblem.BAD_CERTIFICATE),
    ],
)
def test_an_unreadable_certificate_is_refused(
    sign: Signer, assertion_xml: bytes, text: str | None, problem: SignatureProblem
) -> None:
    element = received(sign(assertion_xml))
    at(signature_of(element), "KeyInfo/X509Data/X509Certificate").text = text
    assert judged(element).reason == problem


def test_a_signature_without_certificate_or_with_too_many_is_refused(sign: Signer, assertion_xml: bytes) -> None:
    element = received(sign(assertion_xml))
    data = at(signature_of(element), "KeyInfo/X509Data")
    data.extend([deepcopy(data[0]) for _ in range(5)])
    assert judged(element).reason == SignatureProblem.BAD_CERTIFICATE
    data[:] = []
    assert judged(element).reason == SignatureProblem.NO_CERTIFICATE
