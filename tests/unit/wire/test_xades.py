"""The signature of a manifest (XAdES): right in every accepted form; each broken piece is told with its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from support.dmp_lot_signature import C14N, DS, XAD, signed, template

from dmp_mock.codes.lot_signatures import WORDS
from lgo_sandbox.pki import Issued
from lgo_sandbox.wire.xades import MAX_BYTES, XadesProblem, XadesReport, verify_xades
from lgo_sandbox.wire.xmldsig import FORMS

REFERENCES = (
    f'<ds:Reference URI="urn:oid:1.2.3"><ds:DigestMethod Algorithm="{DS}sha1"/><ds:DigestValue>AA==</ds:DigestValue>'
    f'</ds:Reference><ds:Reference URI="urn:oid:1.2.4"><ds:Transforms><ds:Transform Algorithm="{C14N}"/>'
    "</ds:Transforms>"
    f'<ds:DigestMethod Algorithm="{DS}sha1"/><ds:DigestValue>ZHdMHCdgcMNU7PIhGp6aYG7cWU0=</ds:DigestValue>'
    "</ds:Reference>"
)
Change = Callable[[str], str]


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory, private_pem: bytes, certificate: x509.Certificate) -> Issued:
    folder = tmp_path_factory.mktemp("signer")
    cert, key = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(certificate.public_bytes(Encoding.PEM))
    key.write_bytes(private_pem)
    return Issued("signer", cert, key, Path(), cert)


def _made(signer: Issued, before: Change = str, after: Change = str, **more: object) -> bytes:
    made = before(template(REFERENCES, signer, **more).decode())  # type: ignore[arg-type]  # any keyword
    return after(signed(made.encode(), signer).decode()).encode()


def _report(signer: Issued, before: Change = str, after: Change = str) -> XadesReport:
    return verify_xades(_made(signer, before, after))


@pytest.mark.parametrize("sha256", [False, True])
@pytest.mark.parametrize("c14n", FORMS)
def test_every_accepted_form_verifies(signer: Issued, certificate: x509.Certificate, c14n: str, sha256: bool) -> None:
    report = verify_xades(_made(signer, sha256=sha256, c14n=c14n))
    assert report.broken == ()
    assert report.certificate_der == certificate.public_bytes(Encoding.DER)
    assert report.signature_algorithm.endswith("rsa-sha256" if sha256 else "rsa-sha1")
    assert report.signing.serial == "1"
    assert next((one.uri, one.digest) for one in report.cited) == ("urn:oid:1.2.3", "AA==")


def test_a_reference_without_transforms_is_canonicalised_without_comments(signer: Issued) -> None:
    plain = C14N.removesuffix("#WithComments")
    bare = f'<ds:Transforms><ds:Transform Algorithm="{plain}"/></ds:Transforms>'
    content = _made(signer, before=lambda t: t.replace(bare, ""), c14n=plain)
    assert content.count(b"<ds:Transforms>") == 1  # that of the document
    assert verify_xades(content).broken == ()


def test_comments_take_no_part_in_what_a_bare_name_designates(signer: Issued) -> None:
    assert _report(signer, after=_sub("<ds:Manifest Id", "<ds:Manifest Id", "<!-- x -->", inside=True)).broken == ()


def test_the_language_of_an_ancestor_is_signed_by_the_inclusive_form(signer: Issued) -> None:
    report = _report(signer, after=lambda t: t.replace('Id="LotSignature"', 'Id="LotSignature" xml:lang="fr"', 1))
    assert XadesProblem.VALUE in {piece.problem for piece in report.broken}


def _sub(old: str, new: str, then: str = "", *, inside: bool = False) -> Change:
    """Return a change of the first occurrence; ``inside`` puts ``then`` after the end of that tag."""

    def change(text: str) -> str:
        assert old in text, old
        if inside:
            at = text.index(">", text.index(old)) + 1
            return text[:at] + then + text[at:]
        return text.replace(old, new, 1)

    return change


def _transform(algorithm: str) -> Change:
    return _sub(f'<ds:Transform Algorithm="{C14N}"/>', f'<ds:Transform Algorithm="{algorithm}"/>')


def _drop(pattern: str) -> Change:
    return lambda text: re.sub(pattern, "", text, count=1, flags=re.DOTALL)


XSLT = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet version="1.0" '
    'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><xsl:value-of '
    "select=\"document('file:///etc/passwd')\"/></xsl:template></xsl:stylesheet></ds:Transform>"
)
DOUBLE = '<ds:Object><ds:Manifest Id="Autre"><ds:Reference URI="urn:oid:9"/></ds:Manifest></ds:Object>'
SIGNED = '<ds:Reference Type="http://www.w3.org/2000/09/xmldsig#Manifest" URI="#IHEManifest">.*?</ds:Reference>'

BEFORE: dict[str, tuple[Change, XadesProblem, str]] = {
    "xslt": (_sub(f'<ds:Transform Algorithm="{C14N}"/>', XSLT), XadesProblem.TRANSFORM, "#IHEManifest"),
    "xpath": (_transform("http://www.w3.org/TR/1999/REC-xpath-19991116"), XadesProblem.TRANSFORM, "#IHEManifest"),
    "base64": (_transform(f"{DS}base64"), XadesProblem.TRANSFORM, "#IHEManifest"),
    "enveloped": (_transform(f"{DS}enveloped-signature"), XadesProblem.TRANSFORM, "#IHEManifest"),
    "file": (_sub('URI="#IHEManifest"', 'URI="file:///etc/passwd"'), XadesProblem.EXTERNAL, "file:///etc/passwd"),
    "http": (_sub('URI="#IHEManifest"', 'URI="http://ailleurs.test/"'), XadesProblem.EXTERNAL, "http://ailleurs"),
    "whole document": (_sub('URI="#IHEManifest"', 'URI=""'), XadesProblem.EXTERNAL, "SignedInfo"),
    "pointer": (_sub('URI="#IHEManifest"', 'URI="#xpointer(/)"'), XadesProblem.DANGLING, "#xpointer(/)"),
    "method": (_sub(f"{DS}rsa-sha1", f"{DS}hmac-sha1"), XadesProblem.ALGORITHM, "SignatureMethod"),
    "digest method": (
        _sub(f'Algorithm="{DS}sha1"/><ds:DigestValue></', 'Algorithm="urn:md5"/><ds:DigestValue></'),
        XadesProblem.ALGORITHM,
        "#IHEManifest",
    ),
    "canonicalisation": (
        _sub(f'CanonicalizationMethod Algorithm="{C14N}"', 'CanonicalizationMethod Algorithm="urn:x"'),
        XadesProblem.ALGORITHM,
        "CanonicalizationMethod",
    ),
    "two manifests": (
        _sub("<ds:Object><ds:Manifest", f"{DOUBLE}<ds:Object><ds:Manifest"),
        XadesProblem.SEVERAL_MANIFESTS,
        "Object/Manifest",
    ),
    "another manifest signed": (_drop(SIGNED), XadesProblem.MANIFEST_UNSIGNED, "SignedInfo"),
    "properties unsigned": (
        _drop(f'<ds:Reference Type="{XAD}SignedProperties".*?</ds:Reference>'),
        XadesProblem.PROPERTIES_UNSIGNED,
        "SignedInfo",
    ),
    "no properties": (
        _drop("<ds:Object><xad:QualifyingProperties.*</ds:Object>"),
        XadesProblem.PROPERTIES_ABSENT,
        "QualifyingProperties",
    ),
    "properties of another": (
        _sub(f'xmlns:xad="{XAD}" Target="#LotSignature"', f'xmlns:xad="{XAD}" Target="#Autre"'),
        XadesProblem.PROPERTIES_TARGET,
        "QualifyingProperties",
    ),
    "XAdES 1.3.2": (
        lambda t: t.replace(XAD, "http://uri.etsi.org/01903/v1.3.2#"),
        XadesProblem.VERSION,
        "SignedProperties",
    ),
    "another certificate named": (
        lambda t: re.sub("(<xad:CertDigest>.*?<ds:DigestValue>)", r"\1AAAA", t),
        XadesProblem.SIGNING_CERTIFICATE,
        "SigningCertificate",
    ),
    "no policy": (_drop("<xad:SignaturePolicyImplied/>"), XadesProblem.POLICY, "SignedProperties"),
    "no purpose": (_sub("1.2.840.10065.1.12.1.14</", "1.2.3</"), XadesProblem.PURPOSE, "SignatureProperties"),
    "no certificate": (_drop("<ds:X509Certificate>.*?</ds:X509Certificate>"), XadesProblem.NO_CERTIFICATE, "KeyInfo"),
    "a certificate in PEM": (
        _sub("<ds:X509Certificate>", "<ds:X509Certificate>-----BEGIN CERTIFICATE-----"),
        XadesProblem.BAD_CERTIFICATE,
        "KeyInfo",
    ),
    "an XSLT for a document": (
        lambda t: t.replace(
            f'<ds:Transform Algorithm="{C14N}"/></ds:Transforms><ds:DigestMethod Algorithm="{DS}sha1"/>'
            "<ds:DigestValue>ZH",
            f'{XSLT}</ds:Transforms><ds:DigestMethod Algorithm="{DS}sha1"/><ds:DigestValue>ZH',
        ),
        XadesProblem.TRANSFORM,
        "urn:oid:1.2.4",
    ),
}
AFTER: dict[str, tuple[Change, XadesProblem, str]] = {
    "a relative namespace": (
        _sub("<ds:SignedInfo", '<ds:SignedInfo xmlns:x="relatif"'),
        XadesProblem.RELATIVE,
        "SignedInfo",
    ),
    "the manifest changed": (_sub(">AA==<", ">AB==<"), XadesProblem.DIGEST, "#IHEManifest"),
    "the properties changed": (
        _sub("<xad:SigningTime>2", "<xad:SigningTime>1"),
        XadesProblem.DIGEST,
        "#S0-SignedProperties",
    ),
    "the value changed": (_sub("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"), XadesProblem.VALUE, "SignatureValue"),
    "SignedInfo changed": (_sub(' URI="#S0', '  Id="x" URI="#S0'), XadesProblem.VALUE, "SignatureValue"),
    "an id twice": (
        _sub('<ds:SignatureProperty Id="purposeOfSignature"', '<ds:SignatureProperty Id="IHEManifest"'),
        XadesProblem.AMBIGUOUS_ID,
        "#IHEManifest",
    ),
    "an id twice in another spelling": (
        _sub("<ds:SignatureProperties>", '<ds:SignatureProperties xml:id="IHEManifest">'),
        XadesProblem.AMBIGUOUS_ID,
        "#IHEManifest",
    ),
    "two SignedInfo": (
        _sub("</ds:SignedInfo>", "</ds:SignedInfo><ds:SignedInfo/>"),
        XadesProblem.MALFORMED,
        "Signature",
    ),
}
ALONG = {
    "xslt": {XadesProblem.MANIFEST_UNSIGNED},
    "xpath": {XadesProblem.MANIFEST_UNSIGNED},
    "base64": {XadesProblem.MANIFEST_UNSIGNED},
    "enveloped": {XadesProblem.MANIFEST_UNSIGNED},
    "file": {XadesProblem.MANIFEST_UNSIGNED},
    "http": {XadesProblem.MANIFEST_UNSIGNED},
    "whole document": {XadesProblem.MANIFEST_UNSIGNED},
    "pointer": {XadesProblem.MANIFEST_UNSIGNED},
    "digest method": {XadesProblem.MANIFEST_UNSIGNED},
    "two manifests": {XadesProblem.MANIFEST_UNSIGNED, XadesProblem.ALGORITHM},
    "no properties": {XadesProblem.DANGLING},
    "an id twice": {XadesProblem.MANIFEST_UNSIGNED, XadesProblem.PURPOSE},
    "an id twice in another spelling": {XadesProblem.MANIFEST_UNSIGNED},
    "two SignedInfo": {XadesProblem.MANIFEST_UNSIGNED, XadesProblem.PROPERTIES_UNSIGNED},
}
"""What the same break leaves broken besides: what no right reference designates is not signed."""


@pytest.mark.parametrize("case", [*BEFORE, *AFTER])
def test_each_broken_piece_is_told_with_its_value_and_place(signer: Issued, case: str) -> None:
    change, problem, where = BEFORE.get(case) or AFTER[case]
    report = _report(signer, before=change) if case in BEFORE else _report(signer, after=change)
    assert {piece.problem for piece in report.broken} - ALONG.get(case, set()) == {problem}
    told = next(piece for piece in report.broken if piece.problem == problem)
    assert told.received
    assert where in told.where


def test_every_problem_is_met_here_and_has_its_words() -> None:
    met = {problem for _change, problem, _where in (*BEFORE.values(), *AFTER.values())}
    assert met | {XadesProblem.UNREADABLE} == set(XadesProblem)
    assert {str(problem) for problem in XadesProblem} <= WORDS.keys()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"rien",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<a>" * 300 + b"</a>" * 300,
        b"<a>" + b"x" * MAX_BYTES + b"</a>",
    ],
    ids=["empty", "text", "entity", "depth", "size"],
)
def test_what_cannot_be_read_is_told(content: bytes) -> None:
    (piece,) = verify_xades(content).broken
    assert piece.problem is XadesProblem.UNREADABLE


@pytest.mark.parametrize("where", ['<ds:Manifest Id="IHEManifest"', "<ds:SignedInfo", "<ds:Signature "])
def test_a_relative_namespace_has_no_canonical_form_and_is_told(signer: Issued, where: str) -> None:
    start = where.split(" ")[0]
    report = _report(signer, after=lambda text: text.replace(start, f'{start} xmlns:x="relatif"', 1))
    told = next(piece.received for piece in report.broken if piece.problem is XadesProblem.RELATIVE)
    assert "xmlns:x=« relatif »" in told
    assert f"déclaré par {start.partition(':')[2]}, ligne" in told


def test_another_root_and_an_empty_signature_are_told() -> None:
    assert [piece.problem for piece in verify_xades(b"<a/>").broken] == [XadesProblem.MALFORMED]
    empty = verify_xades(f'<Signature xmlns="{DS}"/>'.encode())
    assert XadesProblem.MALFORMED in {piece.problem for piece in empty.broken}


def test_a_manifest_wrapped_elsewhere_does_not_vouch_for_the_one_that_is_read(signer: Issued) -> None:
    """The signed manifest is moved out of sight, and another put where readers look."""
    root = etree.fromstring(_made(signer))
    manifest = root.find(f"{{{DS}}}Object/{{{DS}}}Manifest")
    assert manifest is not None
    place = manifest.getparent()
    assert place is not None
    forged = etree.fromstring(etree.tostring(manifest).replace(b"AA==", b"AB==").replace(b"IHEManifest", b"Autre"))
    etree.SubElement(root, f"{{{DS}}}Object").append(etree.fromstring(b"<cache/>"))
    root[-1][0].append(manifest)
    place.append(forged)
    problems = {piece.problem for piece in verify_xades(etree.tostring(root)).broken}
    assert XadesProblem.MANIFEST_UNSIGNED in problems
