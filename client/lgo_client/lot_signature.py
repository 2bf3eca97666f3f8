"""The signature of a lot of documents, which every feed of the DMP carries: an XAdES manifest of the lot.

One reference to the submission set (digest ``AA==``, fixed) and one to each document, signed with the
certificate that signs the VIHF. Source: specs/dmp.md §3.5 (IHE DSG, XAdES 1.1.1, rsa-sha1 as in all published
samples; high).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from lgo_client.environment import Certificate
from lgo_client.keys import private_key

__all__ = ["SIGNATURE_PURPOSE", "Signed", "sign_lot"]

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.1.1#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"
RSA_SHA1 = f"{DS}rsa-sha1"
SHA1 = f"{DS}sha1"
MANIFEST_TYPE = f"{DS}Manifest"
PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"
SIGNATURE_PURPOSE = "1.2.840.10065.1.12.1.14"
LOT_DIGEST = "AA=="


@dataclass(frozen=True, slots=True)
class Signed:
    """A document of the lot: its uniqueId and its octets."""

    unique_id: str
    octets: bytes


def sign_lot(submission_id: str, documents: Sequence[Signed], certificate: Certificate, instant: str) -> bytes:
    """Return the signature document of a lot."""
    chain = certificate.chain.read_bytes()
    leaf = x509.load_pem_x509_certificate(chain)
    root = etree.fromstring(_skeleton(submission_id, documents, leaf, instant).encode())
    _set_digest(root, "#IHEManifest", root.find(f".//{{{DS}}}Manifest"))
    _set_digest(root, "#S0-SignedProperties", root.find(f".//{{{XADES}}}SignedProperties"))
    signed_info = root.find(f"{{{DS}}}SignedInfo")
    value = root.find(f"{{{DS}}}SignatureValue")
    assert value is not None
    value.text = base64.b64encode(
        private_key(certificate.key.read_bytes()).sign(_c14n(signed_info), padding.PKCS1v15(), hashes.SHA1())
    ).decode()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _skeleton(submission_id: str, documents: Sequence[Signed], leaf: x509.Certificate, instant: str) -> str:
    der = leaf.public_bytes(serialization.Encoding.DER)
    digest = base64.b64encode(hashlib.sha1(der, usedforsecurity=False).digest()).decode()
    manifest = _reference(f"urn:oid:{submission_id}", LOT_DIGEST)
    manifest += "".join(_reference(f"urn:oid:{d.unique_id}", _document_digest(d.octets)) for d in documents)
    return (
        f'<ds:Signature xmlns:ds="{DS}" Id="S0"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{C14N}"/>'
        f'<ds:SignatureMethod Algorithm="{RSA_SHA1}"/>'
        f"{_reference('#IHEManifest', '', MANIFEST_TYPE)}{_reference('#S0-SignedProperties', '', PROPERTIES_TYPE)}"
        "</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data>"
        f"<ds:X509Certificate>{base64.b64encode(der).decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        f'<ds:Object><xad:QualifyingProperties xmlns:xad="{XADES}" Target="#S0">'
        f'<xad:SignedProperties Id="S0-SignedProperties"><xad:SignedSignatureProperties>'
        f"<xad:SigningTime>{instant}</xad:SigningTime><xad:SigningCertificate><xad:Cert><xad:CertDigest>"
        f'<xad:DigestMethod Algorithm="{SHA1}"/><xad:DigestValue>{digest}</xad:DigestValue></xad:CertDigest>'
        f"<xad:IssuerSerial><ds:X509IssuerName>{_escaped(leaf.issuer.rfc4514_string())}</ds:X509IssuerName>"
        f"<ds:X509SerialNumber>{leaf.serial_number}</ds:X509SerialNumber></xad:IssuerSerial></xad:Cert>"
        "</xad:SigningCertificate><xad:SignaturePolicyIdentifier><xad:SignaturePolicyImplied/>"
        "</xad:SignaturePolicyIdentifier></xad:SignedSignatureProperties></xad:SignedProperties>"
        "</xad:QualifyingProperties></ds:Object>"
        '<ds:Object><ds:SignatureProperties><ds:SignatureProperty Id="purposeOfSignature" Target="#S0">'
        f"{SIGNATURE_PURPOSE}</ds:SignatureProperty></ds:SignatureProperties></ds:Object>"
        f'<ds:Object><ds:Manifest Id="IHEManifest">{manifest}</ds:Manifest></ds:Object></ds:Signature>'
    )


def _reference(uri: str, digest: str, kind: str = "") -> str:
    declared = f' Type="{kind}"' if kind else ""
    return (
        f'<ds:Reference URI="{uri}"{declared}><ds:Transforms><ds:Transform Algorithm="{C14N}"/></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{SHA1}"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>'
    )


def _document_digest(octets: bytes) -> str:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False)
    return _sha1(_canonical(etree.fromstring(octets, parser)))


def _set_digest(root: etree._Element, uri: str, target: etree._Element | None) -> None:
    reference = root.find(f"{{{DS}}}SignedInfo/{{{DS}}}Reference[@URI='{uri}']")
    value = reference.find(f"{{{DS}}}DigestValue") if reference is not None else None
    assert value is not None
    value.text = _sha1(_c14n(target))


def _c14n(element: etree._Element | None) -> bytes:
    assert element is not None
    # Inclusive canonicalisation renders the namespaces that a subtree inherits: written alone, it declares them.
    return _canonical(etree.fromstring(etree.tostring(element, with_tail=False)))


def _canonical(root: etree._Element) -> bytes:
    """Return the whole document of a root, with the instructions and comments around it."""
    buffer = BytesIO()
    root.getroottree().write_c14n(buffer, exclusive=False, with_comments=True)
    return buffer.getvalue()


def _sha1(octets: bytes) -> str:
    return base64.b64encode(hashlib.sha1(octets, usedforsecurity=False).digest()).decode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
