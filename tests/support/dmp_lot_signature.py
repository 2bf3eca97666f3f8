"""The XAdES signature of a lot for the tests: a text template, then digests and a value."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from io import BytesIO
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from lgo_sandbox.pki import Issued
from support.private_keys import key_of

__all__ = ["C14N", "DS", "XAD", "signed", "template"]

DS = "http://www.w3.org/2000/09/xmldsig#"
XAD = "http://uri.etsi.org/01903/v1.1.1#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def template(
    references: str, signer: Issued | None, *, sha256: bool = False, c14n: str = C14N, when: str = ""
) -> bytes:
    """Return the signature of a manifest with these references, before it is signed; without a signer, less of it."""
    manifest = f'<ds:Object><ds:Manifest Id="IHEManifest">{references}</ds:Manifest></ds:Object>'
    if signer is None:
        return f'<ds:Signature xmlns:ds="{DS}">{manifest}</ds:Signature>'.encode()
    leaf = x509.load_pem_x509_certificate(signer.cert.read_bytes())
    der = leaf.public_bytes(Encoding.DER)
    method = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" if sha256 else f"{DS}rsa-sha1"
    digest = SHA256 if sha256 else f"{DS}sha1"
    of_der = base64.b64encode(hashlib.sha256(der).digest() if sha256 else hashlib.sha1(der).digest()).decode()
    signing_time = when or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def reference(uri: str, kind: str) -> str:
        return (
            f'<ds:Reference Type="{kind}" URI="{uri}"><ds:Transforms><ds:Transform Algorithm="{c14n}"/></ds:Transforms>'
            f'<ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue></ds:DigestValue></ds:Reference>'
        )

    return (
        f'<ds:Signature xmlns:ds="{DS}" Id="LotSignature"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{c14n}"/><ds:SignatureMethod Algorithm="{method}"/>'
        f"{reference('#IHEManifest', f'{DS}Manifest')}{reference('#S0-SignedProperties', f'{XAD}SignedProperties')}"
        "</ds:SignedInfo><ds:SignatureValue></ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        f"{base64.b64encode(der).decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{manifest}"
        '<ds:Object><ds:SignatureProperties><ds:SignatureProperty Id="purposeOfSignature" Target="#LotSignature">'
        "1.2.840.10065.1.12.1.14</ds:SignatureProperty></ds:SignatureProperties></ds:Object>"
        f'<ds:Object><xad:QualifyingProperties xmlns:xad="{XAD}" Target="#LotSignature">'
        '<xad:SignedProperties Id="S0-SignedProperties"><xad:SignedSignatureProperties>'
        f"<xad:SigningTime>{signing_time}</xad:SigningTime><xad:SigningCertificate><xad:Cert><xad:CertDigest>"
        f'<ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue>{of_der}</ds:DigestValue></xad:CertDigest>'
        f"<xad:IssuerSerial><ds:X509IssuerName>{escape(leaf.issuer.rfc4514_string())}</ds:X509IssuerName>"
        f"<ds:X509SerialNumber>{leaf.serial_number}</ds:X509SerialNumber></xad:IssuerSerial></xad:Cert>"
        "</xad:SigningCertificate><xad:SignaturePolicyIdentifier><xad:SignaturePolicyImplied/>"
        "</xad:SignaturePolicyIdentifier></xad:SignedSignatureProperties></xad:SignedProperties>"
        "</xad:QualifyingProperties></ds:Object></ds:Signature>"
    ).encode()


def signed(content: bytes, signer: Issued) -> bytes:
    """Return a template with its digests and its value; what is no template is returned as it is."""
    try:
        root = etree.fromstring(content)
    except etree.XMLSyntaxError:
        return content
    if root.tag != f"{{{DS}}}Signature" or root.find(f"{{{DS}}}SignedInfo") is None:
        return content
    for reference in root.iterfind(f"{{{DS}}}SignedInfo/{{{DS}}}Reference"):
        target = root.find(f".//*[@Id='{(reference.get('URI') or '')[1:]}']")
        value, method = reference.find(f"{{{DS}}}DigestValue"), reference.find(f"{{{DS}}}DigestMethod")
        if target is None or value is None or method is None:
            continue
        hashed = hashlib.sha256 if method.get("Algorithm") == SHA256 else hashlib.sha1
        value.text = base64.b64encode(hashed(_alone(target, root)).digest()).decode()
    signed_info, value = root.find(f"{{{DS}}}SignedInfo"), root.find(f"{{{DS}}}SignatureValue")
    is_sha256 = b"rsa-sha256" in content
    if signed_info is not None and value is not None:
        made = key_of(signer).sign(
            _alone(signed_info, root), padding.PKCS1v15(), hashes.SHA256() if is_sha256 else hashes.SHA1()
        )
        value.text = base64.b64encode(made).decode()
    return etree.tostring(root)


def _alone(element: etree._Element, root: etree._Element) -> bytes:
    """Return the canonical form of an element, written alone: it then declares the namespaces that it inherits."""
    method = root.find(f"{{{DS}}}SignedInfo/{{{DS}}}CanonicalizationMethod")
    form = "" if method is None else method.get("Algorithm") or ""
    alone = etree.ElementTree(etree.fromstring(etree.tostring(element, with_tail=False)))
    written = BytesIO()
    alone.write_c14n(written, exclusive="exc-c14n" in form, with_comments="WithComments" in form)
    return written.getvalue()
