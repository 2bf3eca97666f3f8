"""What the verifications of XML signatures share: names, canonical forms, digests, the key of a certificate.

Source: W3C XML Signature 1.1 §4 and §6, Canonical XML 1.0, Exclusive XML Canonicalization 1.0; specs/dmp.md §2.2 and
§3.5. Certificates are read by xmlsec (OpenSSL), since ``cryptography`` refuses some old CPS certificates. Knows no
profile: which algorithm, reference or transform is right is said in ``signature`` and ``xades``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import xmlsec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1 as SHA1Hash
from cryptography.hazmat.primitives.hashes import SHA256 as SHA256Hash
from lxml import etree

from lgo_sandbox.wire.quoting import quoted

__all__ = [
    "C14N",
    "DIGESTS",
    "DS",
    "EXC_C14N",
    "FORMS",
    "RSA_SHA1",
    "RSA_SHA256",
    "SHA1",
    "SHA256",
    "Key",
    "Uncanonical",
    "Unreadable",
    "canonical",
    "certificates_in",
    "count_of_id",
    "declares_relative_namespace",
    "digest_of",
    "ds",
    "is_signed_by",
    "key_of",
    "relative_namespace",
]

DS = "http://www.w3.org/2000/09/xmldsig#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
RSA_SHA1 = f"{DS}rsa-sha1"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA1 = f"{DS}sha1"

FORMS = {
    C14N: (False, False),
    f"{C14N}#WithComments": (False, True),
    EXC_C14N: (True, False),
    f"{EXC_C14N}WithComments": (True, True),
}
"""Canonicalisation → (exclusive, with comments)."""
DIGESTS = {SHA1: "sha1", SHA256: "sha256"}

_METHODS = {RSA_SHA256: xmlsec.constants.TransformRsaSha256, RSA_SHA1: xmlsec.constants.TransformRsaSha1}
_HASHES = {RSA_SHA256: SHA256Hash(), RSA_SHA1: SHA1Hash()}
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_MAX_CERTIFICATES = 5
_MAX_CERTIFICATE = 64 * 1024
_EVERY_ID = etree.XPath(
    "count(//@*[contains(.,$held)][translate(local-name(),'ID','id')='id' or local-name()='AssertionID']"
    "[normalize-space()=$value])"
)
"""``held`` is a piece of the value without white space, to pass over the most attributes cheaply."""


class Unreadable(ValueError):
    """A certificate is none, or there are far too many."""


class Uncanonical(ValueError):
    """An element has no canonical form: a namespace of it is a relative URI; ``said`` names it, and where it stands."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


def ds(name: str) -> str:
    """Return a name of XML Signature as lxml writes it."""
    return f"{{{DS}}}{name}"


def count_of_id(tree: etree._ElementTree, value: str) -> int:
    """Return how many elements of a document bear this id, in whatever spelling of the attribute."""
    counted = _EVERY_ID(tree, value=value, held=next(iter(value.split()), ""))
    return int(counted) if isinstance(counted, float) else 0


def certificates_in(signature: etree._Element) -> list[bytes]:
    """Return the certificates of a signature's KeyInfo in DER, none when it has none. Raises Unreadable."""
    path = "/".join(map(ds, ["KeyInfo", "X509Data", "X509Certificate"]))
    found = [certificate.text or "" for certificate in signature.findall(path)]
    if len(found) > _MAX_CERTIFICATES or max(map(len, found), default=0) > _MAX_CERTIFICATE:
        raise Unreadable
    try:
        return [base64.b64decode("".join(text.split()), validate=True) for text in found]
    except (binascii.Error, ValueError):
        raise Unreadable from None


@dataclass(frozen=True, slots=True)
class Key:
    """The public key of a certificate, as xmlsec has it, and as ``cryptography`` where it reads the certificate: that
    verifies a value in a tenth of the time.
    """

    xmlsec: xmlsec.Key
    rsa: RSAPublicKey | None


@lru_cache(maxsize=64)
def key_of(der: bytes) -> Key:
    """Return the public key of a certificate. Raises Unreadable."""
    try:
        key = xmlsec.Key.from_memory(der, xmlsec.constants.KeyDataFormatCertDer)
    except (xmlsec.Error, TypeError, ValueError):
        raise Unreadable from None
    return Key(key, _rsa(der))


def _rsa(der: bytes) -> RSAPublicKey | None:
    try:
        public = x509.load_der_x509_certificate(der).public_key()
    except Exception:  # whatever a stranger sends, and cryptography has no common ancestor for its refusals
        return None
    return public if isinstance(public, RSAPublicKey) else None


def is_signed_by(key: Key, method: str, octets: bytes, value: str) -> bool:
    """Tell whether a signature value, in base 64, is that of these octets by this key."""
    try:
        signature = base64.b64decode("".join(value.split()))
    except ValueError:
        return False
    if key.rsa is not None:
        return _is_rsa_signed(key.rsa, method, octets, signature)
    context = xmlsec.SignatureContext()
    context.key = key.xmlsec
    try:
        context.verify_binary(octets, _METHODS[method], signature)
    except (xmlsec.Error, ValueError):
        return False
    return True


def _is_rsa_signed(key: RSAPublicKey, method: str, octets: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, octets, PKCS1v15(), _HASHES[method])
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def canonical(element: etree._Element, algorithm: str, prefixes: list[str], *, comments: bool = True) -> bytes:
    """Return the canonical form of an element where it stands; ``comments`` False leaves them out in any algorithm.

    Inclusive forms take the ``xml:`` attributes of ancestors, as Canonical XML 1.0 §2.4 wants. Raises Uncanonical.
    """
    exclusive, with_comments = FORMS[algorithm]
    inherited: dict[str, str] = {}
    if not exclusive:
        for ancestor in element.iterancestors():
            inherited = {k: str(v) for k, v in ancestor.items() if str(k).startswith(_XML)} | inherited
    missing = {name: value for name, value in inherited.items() if element.get(name) is None}
    for name, value in missing.items():
        element.set(name, value)
    try:
        return etree.tostring(
            element,
            method="c14n",
            exclusive=exclusive,
            inclusive_ns_prefixes=prefixes or None,
            with_comments=with_comments and comments,
        )
    except etree.LxmlError:
        raise Uncanonical(relative_namespace(element)) from None
    finally:
        for name in missing:
            del element.attrib[name]


def declares_relative_namespace(tree: etree._ElementTree) -> bool:
    """Tell whether a document declares a namespace that is a relative URI: no part of it has a canonical form then."""
    declared = (cast(tuple[str, str], found) for _event, found in etree.iterwalk(tree, events=("start-ns",)))
    return any(uri and not _ABSOLUTE.match(uri) for _prefix, uri in declared)


def relative_namespace(element: etree._Element) -> str:
    """Return, in French, the first namespace in an element or in its scope that is a relative URI, and who declares it.

    "" when there is none.
    """
    for one in (*reversed(list(element.iterancestors())), *element.iter(etree.Element)):
        parent = one.getparent()
        known = {} if parent is None else parent.nsmap
        for prefix, uri in one.nsmap.items():
            if known.get(prefix) != uri and uri and not _ABSOLUTE.match(uri):
                declared = f"xmlns:{prefix}" if prefix else "xmlns"
                place = f"{etree.QName(one).localname}, ligne {one.sourceline or 1}"
                return f"l'espace de noms {declared}={quoted(uri)}, URI relative, déclaré par {place}"
    return ""


def digest_of(octets: bytes, algorithm: str) -> str:
    """Return the digest of octets in base 64."""
    made = hashlib.new(DIGESTS[algorithm], octets, usedforsecurity=False)
    return base64.b64encode(made.digest()).decode()
