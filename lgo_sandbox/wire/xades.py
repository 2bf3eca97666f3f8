"""Verifying a detached XAdES signature of a manifest, such as that of a lot of documents, piece by piece.

Source: W3C XML Signature 1.1 §4 to §6, ETSI TS 101 903 V1.1.1, IHE DSG (detached); specs/dmp.md §3.5; confidence high.
Against wrapping, everything signed is looked for where readers look for it, by an id that is unique in the document;
only canonicalisations may transform, and a reference out of the document is never followed. Every broken piece is
reported, not the first alone. Whether the signer is trusted, and what the manifest ought to cite, is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from health_documents.xml import MalformedXml, parse
from lgo_sandbox.wire.xmldsig import (
    C14N,
    DIGESTS,
    EXC_C14N,
    FORMS,
    RSA_SHA1,
    RSA_SHA256,
    Uncanonical,
    Unreadable,
    canonical,
    certificates_in,
    count_of_id,
    digest_of,
    ds,
    is_signed_by,
    key_of,
)

__all__ = ["Cited", "Piece", "Signing", "XadesProblem", "XadesReport", "verify_xades"]

XADES = "http://uri.etsi.org/01903/v1.1.1#"
OTHER_XADES = frozenset({"http://uri.etsi.org/01903/v1.2.2#", "http://uri.etsi.org/01903/v1.3.2#"})
PURPOSE = "1.2.840.10065.1.12.1.14"
"""The signature of a source."""
MAX_BYTES = 1024 * 1024
MAX_REFERENCES = 20
MAX_CITED = 500
_SHOWN = 120
_STRING = etree.XPath("string()")


class XadesProblem(StrEnum):
    """What is wrong with a piece; stable names, for services to explain."""

    UNREADABLE = "unreadable"
    MALFORMED = "malformed"
    RELATIVE = "relative-namespace"
    ALGORITHM = "algorithm-refused"
    TRANSFORM = "transform-refused"
    EXTERNAL = "external-reference"
    DANGLING = "reference-to-nothing"
    AMBIGUOUS_ID = "ambiguous-id"
    DIGEST = "content-changed"
    VALUE = "signature-value-wrong"
    NO_CERTIFICATE = "no-certificate"
    BAD_CERTIFICATE = "unreadable-certificate"
    SEVERAL_MANIFESTS = "several-manifests"
    MANIFEST_UNSIGNED = "manifest-unsigned"
    PROPERTIES_ABSENT = "properties-absent"
    PROPERTIES_UNSIGNED = "properties-unsigned"
    PROPERTIES_TARGET = "properties-of-another"
    VERSION = "other-xades"
    SIGNING_CERTIFICATE = "another-signing-certificate"
    POLICY = "policy-absent"
    PURPOSE = "purpose-absent"


@dataclass(frozen=True, slots=True)
class Piece:
    """A broken piece: what is wrong, with which value, at which place of the signature."""

    problem: XadesProblem
    received: str
    where: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A reference of the manifest: what it cites, its digest as written."""

    uri: str
    digest: str


@dataclass(frozen=True, slots=True)
class Signing:
    """What the signed properties say: when, and the issuer and serial of the certificate that they name."""

    time: str = ""
    issuer: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class XadesReport:
    """The outcome. ``certificate_der`` is the certificate whose key verified, else the first; "" is unreadable."""

    broken: tuple[Piece, ...]
    certificate_der: bytes | None = None
    signature_algorithm: str = ""
    signing: Signing = Signing()
    cited: tuple[Cited, ...] = ()


def verify_xades(content: bytes, opened: etree._Element | None = None) -> XadesReport:
    """Verify the signature that a document is; ``opened`` is its root where it is parsed already. Never raises.

    Accepted: RSA-SHA1 and RSA-SHA256, SHA-1 and SHA-256 digests, both canonicalisations with or without comments.
    """
    try:
        fits = opened is not None and len(content) <= MAX_BYTES
        root = opened if fits and opened is not None else parse(content, max_bytes=MAX_BYTES)
    except MalformedXml as error:
        return XadesReport((Piece(XadesProblem.UNREADABLE, error.reason, "Signature01"),))
    if root.tag != ds("Signature"):
        return XadesReport((Piece(XadesProblem.MALFORMED, str(root.tag)[:_SHOWN], "Signature01"),))
    return _Verification(root).report()


class _Verification:
    """One signature under verification: its root, what was found signed, what was found broken."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._tree = root.getroottree()
        self._signed: set[etree._Element] = set()
        self._broken: list[Piece] = []

    def report(self) -> XadesReport:
        """Return everything that is broken."""
        signed_info = self._one(self._root, "SignedInfo", "Signature")
        certificate, method = None, ""
        if signed_info is not None:
            self._references(signed_info)
            method = _algorithm(signed_info.find(ds("SignatureMethod")))
            certificate = self._value(signed_info, method)
        self._manifest()
        signing = self._properties(certificate)
        self._purpose()
        return XadesReport(tuple(self._broken), certificate, method, signing, self._cited())

    def _add(self, problem: XadesProblem, received: str, where: str) -> None:
        self._broken.append(Piece(problem, received, where))

    def _one(self, parent: etree._Element, name: str, where: str) -> etree._Element | None:
        found = parent.findall(ds(name))
        if len(found) == 1:
            return found[0]
        self._add(XadesProblem.MALFORMED, f"{len(found)} {name}", where)
        return None

    # What SignedInfo refers to

    def _references(self, signed_info: etree._Element) -> None:
        references = signed_info.findall(ds("Reference"))
        if not 0 < len(references) <= MAX_REFERENCES:
            self._add(XadesProblem.MALFORMED, f"{len(references)} Reference", "SignedInfo")
            return
        for reference in references:
            self._reference(reference)

    def _reference(self, reference: etree._Element) -> None:
        uri = reference.get("URI") or ""
        where = f"SignedInfo/Reference « {uri[:_SHOWN]} »"
        if not uri.startswith("#") or len(uri) < 2:
            self._add(XadesProblem.EXTERNAL, f"URI « {uri[:_SHOWN] or 'absente'} »", where)
            return
        target = self._target(uri[1:], where)
        form, method = self._form(reference, where), self._digest_method(reference, where)
        if target is None or form is None or method is None:
            return
        self._signed.add(target)
        told = _squeezed(reference.find(ds("DigestValue")))
        try:
            # A reference by a bare name takes no comments, whatever canonicalises it (XML Signature 1.1 §4.4.3.3).
            octets = canonical(target, *form, comments=False)
        except Uncanonical as error:
            self._add(XadesProblem.RELATIVE, error.said, where)
            return
        if told != digest_of(octets, method):
            self._add(XadesProblem.DIGEST, f"DigestValue {told[:64]}", where)

    def _target(self, name: str, where: str) -> etree._Element | None:
        number = count_of_id(self._tree, name)
        found = [one for one in self._root.iter(etree.Element) if name in (one.get("Id"), one.get("ID"))]
        if number == 1 and len(found) == 1:
            return found[0]
        problem = XadesProblem.AMBIGUOUS_ID if number > 1 else XadesProblem.DANGLING
        self._add(problem, f"ID « {name[:_SHOWN]} », {number} fois dans la signature", where)
        return None

    def _form(self, reference: etree._Element, where: str) -> tuple[str, list[str]] | None:
        """Return the canonicalisation of a reference and its prefixes; None for another transform."""
        transforms = reference.findall(f"{ds('Transforms')}/*")
        if not transforms:
            return C14N, []
        algorithms = [_algorithm(one) for one in transforms]
        if len(transforms) > 1 or algorithms[0] not in FORMS or transforms[0].tag != ds("Transform"):
            self._add(XadesProblem.TRANSFORM, ", ".join(one[:_SHOWN] or "sans Algorithm" for one in algorithms), where)
            return None
        return algorithms[0], _prefixes(transforms[0])

    def _digest_method(self, reference: etree._Element, where: str) -> str | None:
        algorithm = _algorithm(reference.find(ds("DigestMethod")))
        if algorithm in DIGESTS:
            return algorithm
        self._add(XadesProblem.ALGORITHM, algorithm[:_SHOWN] or "aucun DigestMethod", where)
        return None

    # The value

    def _value(self, signed_info: etree._Element, method: str) -> bytes | None:
        """Return the certificate whose key signed, else the first of KeyInfo."""
        canonicalisation = self._one(signed_info, "CanonicalizationMethod", "SignedInfo")
        form = _algorithm(canonicalisation)
        known = form in FORMS and method in (RSA_SHA1, RSA_SHA256)
        if canonicalisation is not None and form not in FORMS:
            self._add(XadesProblem.ALGORITHM, form[:_SHOWN] or "absent", "SignedInfo/CanonicalizationMethod")
        if method not in (RSA_SHA1, RSA_SHA256):
            self._add(XadesProblem.ALGORITHM, method[:_SHOWN] or "absent", "SignedInfo/SignatureMethod")
        try:
            keys = [(der, key_of(der)) for der in certificates_in(self._root)]
        except Unreadable:
            self._add(XadesProblem.BAD_CERTIFICATE, "un X509Certificate illisible", "KeyInfo")
            return None
        if not keys:
            self._add(XadesProblem.NO_CERTIFICATE, "aucun X509Certificate", "KeyInfo")
            return None
        if not known or canonicalisation is None:
            return keys[0][0]
        try:
            octets = canonical(signed_info, form, _prefixes(canonicalisation))
        except Uncanonical as error:
            self._add(XadesProblem.RELATIVE, error.said, "SignedInfo")
            return keys[0][0]
        value = self._root.find(ds("SignatureValue"))
        for der, key in keys:
            if is_signed_by(key, method, octets, _squeezed(value)):
                return der
        self._add(XadesProblem.VALUE, f"SignatureValue {_squeezed(value)[:40]}…", "SignatureValue")
        return keys[0][0]

    # The manifest

    def _manifests(self) -> list[etree._Element]:
        return self._root.findall(f"{ds('Object')}/{ds('Manifest')}")

    def _manifest(self) -> None:
        found = self._manifests()
        if len(found) != 1:
            self._add(XadesProblem.SEVERAL_MANIFESTS, f"{len(found)} Manifest", "Object/Manifest")
        for manifest in found:
            if manifest not in self._signed:
                told = f"Manifest « {(manifest.get('Id') or 'sans Id')[:_SHOWN]} », que rien ne signe"
                self._add(XadesProblem.MANIFEST_UNSIGNED, told, "SignedInfo")
            for reference in manifest.findall(ds("Reference"))[:MAX_CITED]:
                where = f"Manifest/Reference « {(reference.get('URI') or '')[:_SHOWN]} »"
                self._form(reference, where)
                self._digest_method(reference, where)

    def _cited(self) -> tuple[Cited, ...]:
        references = [one for manifest in self._manifests() for one in manifest.findall(ds("Reference"))]
        return tuple(Cited(one.get("URI") or "", _squeezed(one.find(ds("DigestValue")))) for one in references)

    # The signed properties

    def _properties(self, certificate: bytes | None) -> Signing:
        found = [
            one
            for qualifying in self._root.iterfind(f"{ds('Object')}/{{*}}QualifyingProperties")
            for one in qualifying.iterfind("{*}SignedProperties")
            if etree.QName(one).namespace in (XADES, *OTHER_XADES)
        ]
        if len(found) != 1:
            self._add(XadesProblem.PROPERTIES_ABSENT, f"{len(found)} SignedProperties", "Object/QualifyingProperties")
            return Signing()
        properties = found[0]
        namespace, name = str(etree.QName(properties).namespace), properties.get("Id") or "sans Id"
        if namespace != XADES:
            self._add(XadesProblem.VERSION, namespace, "SignedProperties")
        qualifying, own = properties.getparent(), self._root.get("Id") or ""
        target = "" if qualifying is None else qualifying.get("Target") or ""
        if not own or target != f"#{own}":
            told = f"Target « {target[:_SHOWN]} », Signature/@Id « {own[:_SHOWN]} »"
            self._add(XadesProblem.PROPERTIES_TARGET, told, "QualifyingProperties")
        if properties not in self._signed:
            told = f"SignedProperties « {name[:_SHOWN]} », que rien ne signe"
            self._add(XadesProblem.PROPERTIES_UNSIGNED, told, "SignedInfo")
        if next(properties.iter("{*}SignaturePolicyImplied", "{*}SignaturePolicyId"), None) is None:
            self._add(XadesProblem.POLICY, "aucune politique de signature", "SignedProperties")
        return self._signing(properties, certificate)

    def _signing(self, properties: etree._Element, certificate: bytes | None) -> Signing:
        """Compare the certificates that the properties name with the one whose key signed."""
        time = _text(next(properties.iter("{*}SigningTime"), None))
        named = list(properties.iterfind("{*}SignedSignatureProperties/{*}SigningCertificate/{*}Cert"))[:10]
        if certificate is None:
            return Signing(time)
        for cert in named:
            algorithm = _algorithm(next(cert.iter("{*}DigestMethod"), None))
            value = _squeezed(next(cert.iter("{*}DigestValue"), None))
            if algorithm in DIGESTS and digest_of(certificate, algorithm) == value:
                issuer, serial = (_text(next(cert.iter(ds(n)), None)) for n in ("X509IssuerName", "X509SerialNumber"))
                return Signing(time, issuer, serial)
        told = ", ".join(_squeezed(next(cert.iter("{*}DigestValue"), None))[:40] for cert in named)
        where = "SignedProperties/SigningCertificate"
        self._add(XadesProblem.SIGNING_CERTIFICATE, told or "aucun certificat", where)
        return Signing(time)

    def _purpose(self) -> None:
        found = [_text(one) for one in self._root.iterfind(f"{ds('Object')}//{{*}}SignatureProperty")]
        if PURPOSE not in found:
            told = ", ".join(found)[:_SHOWN] or "aucune SignatureProperty"
            self._add(XadesProblem.PURPOSE, told, "SignatureProperties")


def _algorithm(element: etree._Element | None) -> str:
    return "" if element is None else element.get("Algorithm") or ""


def _prefixes(method: etree._Element) -> list[str]:
    listed = method.find(f"{{{EXC_C14N}}}InclusiveNamespaces")
    return [] if listed is None else (listed.get("PrefixList") or "").split()


def _text(element: etree._Element | None) -> str:
    return "" if element is None else str(_STRING(element)).strip()


def _squeezed(element: etree._Element | None) -> str:
    return "".join(_text(element).split())
