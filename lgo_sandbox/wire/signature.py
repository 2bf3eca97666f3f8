"""Verifying an enveloped XML signature over one element of a message, against signature wrapping.

Source: W3C XML Signature 1.1 §4 and §6.6.4, SAML 2.0 core §5.4 (profile of the signature: one reference, to the root of
the assertion, by two transforms), specs/dmp.md §2.2 and §2.3; confidence high. The key comes from the certificate that
travels in KeyInfo: whether that certificate is trusted, in time or of the right kind is not decided here. Knows no
assertion and no service.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from enum import StrEnum

import xmlsec
from lxml import etree

from lgo_sandbox.wire.xmldsig import (
    C14N,
    DS,
    EXC_C14N,
    RSA_SHA1,
    RSA_SHA256,
    SHA1,
    SHA256,
    Key,
    Uncanonical,
    Unreadable,
    canonical,
    certificates_in,
    count_of_id,
    declares_relative_namespace,
    digest_of,
    ds,
    is_signed_by,
    key_of,
    relative_namespace,
)

__all__ = ["DS", "SignatureProblem", "SignatureReport", "verify_enveloped_signature"]

_ENVELOPED = f"{DS}enveloped-signature"


class SignatureProblem(StrEnum):
    """Why a signature is not valid; stable names, for services to explain."""

    ABSENT = "absent"
    SEVERAL = "several-signatures"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm-refused"
    TRANSFORM = "transform-refused"
    REFERENCE = "reference-not-to-root"
    AMBIGUOUS_ID = "ambiguous-id"
    NO_CERTIFICATE = "no-certificate"
    BAD_CERTIFICATE = "unreadable-certificate"
    RELATIVE = "relative-namespace"
    DIGEST = "content-changed"
    VALUE = "signature-value-wrong"


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """The outcome: ``reason`` is "" when valid, else a SignatureProblem.

    ``certificate_der`` is the certificate whose key verified, or the first of KeyInfo when none did. Algorithms are
    URIs, "" when unreadable. ``reference_covers_root`` says that the reference resolves to the very element given.
    ``said`` names in French what is at fault, "" where the reason says it all.
    """

    valid: bool
    reason: str
    certificate_der: bytes | None = None
    signature_algorithm: str = ""
    digest_algorithm: str = ""
    reference_covers_root: bool = False
    said: str = ""


class _Refused(Exception):
    pass


def verify_enveloped_signature(
    element: etree._Element, *, id_attribute: str = "ID", accept_sha1: bool = False
) -> SignatureReport:
    """Verify the signature that is a direct child of the element, in place in its document. Never raises.

    Accepted: exactly one signature in the element, one reference (to the element's id, or "" when the element is the
    document's root), the transforms enveloped-signature then exclusive C14N without comments, RSA-SHA256, and RSA-SHA1
    with SHA-1 digests when ``accept_sha1``. The element's id must be unique in the document.
    """
    report = SignatureReport(False, SignatureProblem.MALFORMED)
    try:
        signature = _only_signature(element)
        report = _described(signature)
        _check_algorithms(report, signature, accept_sha1)
        _check_transforms(signature)
        _check_reference(signature, element, id_attribute)
        report = replace(report, reference_covers_root=True)
        certificates = _certificates(signature)
        report = replace(report, certificate_der=certificates[0])
        verified = _verifying(signature, element, certificates)
        return replace(report, valid=True, reason="", certificate_der=verified)
    except _Refused as refused:
        return replace(report, reason=str(refused.args[0]), said="".join(refused.args[1:]))


def _one(parent: etree._Element, path: str) -> etree._Element:
    """Return the single element at a path of DS names; two or none make the signature malformed."""
    for name in path.split("/"):
        found = parent.findall(ds(name))
        if len(found) != 1:
            raise _Refused(SignatureProblem.MALFORMED)
        parent = found[0]
    return parent


def _only_signature(element: etree._Element) -> etree._Element:
    found = list(element.iter(ds("Signature")))
    if len(found) > 1:
        raise _Refused(SignatureProblem.SEVERAL)
    if not found or found[0].getparent() is not element:
        raise _Refused(SignatureProblem.ABSENT)
    return found[0]


def _described(signature: etree._Element) -> SignatureReport:
    method = _one(signature, "SignedInfo/SignatureMethod").get("Algorithm") or ""
    digest = _one(signature, "SignedInfo/Reference/DigestMethod").get("Algorithm") or ""
    return SignatureReport(False, "", signature_algorithm=method, digest_algorithm=digest)


def _check_algorithms(report: SignatureReport, signature: etree._Element, accept_sha1: bool) -> None:
    methods = {RSA_SHA256, RSA_SHA1} if accept_sha1 else {RSA_SHA256}
    digests = {SHA256, SHA1} if accept_sha1 else {SHA256}
    canonical = _one(signature, "SignedInfo/CanonicalizationMethod").get("Algorithm")
    if report.signature_algorithm not in methods or report.digest_algorithm not in digests:
        raise _Refused(SignatureProblem.ALGORITHM)
    if canonical not in {EXC_C14N, C14N}:
        raise _Refused(SignatureProblem.ALGORITHM)


def _check_transforms(signature: etree._Element) -> None:
    transforms = _one(signature, "SignedInfo/Reference/Transforms").findall("*")
    if [each.get("Algorithm") for each in transforms] != [_ENVELOPED, EXC_C14N]:
        raise _Refused(SignatureProblem.TRANSFORM)
    if signature.find(ds("Object")) is not None:
        raise _Refused(SignatureProblem.MALFORMED)


def _check_reference(signature: etree._Element, element: etree._Element, id_attribute: str) -> None:
    uri = _one(signature, "SignedInfo/Reference").get("URI")
    own_id = element.get(id_attribute)
    is_root = element.getparent() is None
    if not ((own_id and uri == f"#{own_id}") or (uri == "" and is_root)):
        raise _Refused(SignatureProblem.REFERENCE)
    if own_id and count_of_id(element.getroottree(), own_id) != 1:
        raise _Refused(SignatureProblem.AMBIGUOUS_ID)
    if own_id:
        xmlsec.tree.add_ids(element, [id_attribute])


def _certificates(signature: etree._Element) -> Sequence[bytes]:
    try:
        found = certificates_in(signature)
    except Unreadable:
        raise _Refused(SignatureProblem.BAD_CERTIFICATE) from None
    if not found:
        raise _Refused(SignatureProblem.NO_CERTIFICATE)
    return found


def _verifying(signature: etree._Element, element: etree._Element, certificates: Sequence[bytes]) -> bytes:
    """Return the certificate whose key verifies the signature; a sender may add its chain, in any order."""
    if declares_relative_namespace(element.getroottree()):
        raise _Refused(SignatureProblem.RELATIVE, relative_namespace(element.getroottree().getroot()))
    problems = []
    content_is_right = _is_strict_base64(_one(signature, "SignatureValue")) and _content_is_right(signature, element)
    for der in certificates:
        key = _key(der)
        if content_is_right and _value_is_right(key, signature):
            return der
        problem = _verify_with(key, signature)
        if problem is None:
            return der
        problems.append(problem)
    raise _Refused(SignatureProblem.DIGEST if SignatureProblem.DIGEST in problems else problems[0])


def _content_is_right(signature: etree._Element, element: etree._Element) -> bool:
    """Tell whether the content surely has the digest that the signature says; where it is not so, xmlsec decides.

    An exclusive form without a list of prefixes depends on nothing around the element: a copy of it gives the same
    octets, where xmlsec walks the whole document around the element, twice.
    """
    reference = _one(signature, "SignedInfo/Reference")
    listed = next(signature.iter(f"{{{EXC_C14N}}}InclusiveNamespaces"), None)
    if listed is not None or not reference.get("URI"):  # without a URI the reference is to the whole document
        return False
    copied = copy(element)
    _cut(_only_signature(copied))
    try:
        octets = canonical(copied, EXC_C14N, [])
    except Uncanonical:
        return False
    told = _one(reference, "DigestValue")
    digest = digest_of(octets, _one(reference, "DigestMethod").get("Algorithm") or "")
    return not len(told) and "".join((told.text or "").split()) == digest


def _is_strict_base64(value: etree._Element) -> bool:
    try:
        base64.b64decode("".join((value.text or "").split()), validate=True)
    except ValueError:
        return False
    return not len(value)


def _cut(element: etree._Element) -> None:
    """Remove an element, and leave the text that follows it."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail or ""
    assert parent is not None
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _key(der: bytes) -> Key:
    try:
        return key_of(der)
    except Unreadable:
        raise _Refused(SignatureProblem.BAD_CERTIFICATE) from None


def _verify_with(key: Key, signature: etree._Element) -> SignatureProblem | None:
    context = xmlsec.SignatureContext()
    context.key = key.xmlsec
    try:
        context.verify(signature)
    except xmlsec.Error:
        return SignatureProblem.DIGEST if _value_is_right(key, signature) else SignatureProblem.VALUE
    return None


def _value_is_right(key: Key, signature: etree._Element) -> bool:
    """Tell whether SignedInfo itself is signed, so that a refusal is the fault of the content."""
    signed_info = _one(signature, "SignedInfo")
    method = _one(signed_info, "CanonicalizationMethod")
    prefixes = method.find(f"{{{EXC_C14N}}}InclusiveNamespaces")
    kept = (prefixes.get("PrefixList") or "").split() if prefixes is not None else []
    try:
        octets = canonical(signed_info, method.get("Algorithm") or "", kept)
    except Uncanonical:
        return False
    algorithm = _one(signature, "SignedInfo/SignatureMethod").get("Algorithm") or ""
    return is_signed_by(key, algorithm, octets, _one(signature, "SignatureValue").text or "")
