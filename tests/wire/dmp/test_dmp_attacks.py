"""Attacks on the VIHF and on what it vouches for, over real sockets: refused, with a finding, whatever is tried."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from lxml import etree
from support.dmp_door import Dmp
from support.dmp_lots import Lot
from support.dmp_messages import ACTIONS, WSSE, envelope, existence, find_documents
from support.dmp_told import is_told

PATIENTS = ACTIONS["patients"]
DS = "http://www.w3.org/2000/09/xmldsig#"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;">'
    b'<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>'
)
Forge = Callable[[Dmp, etree._Element], tuple[etree._Element, str]]
"""From a signed assertion to the one that stands in wsse:Security, and what stands beside it in the header."""


def _text(element: etree._Element) -> str:
    return etree.tostring(element).decode()


def _forged(dmp: Dmp, signed: etree._Element) -> etree._Element:
    """Return an assertion that says something else, unsigned."""
    forged = etree.fromstring(_text(signed).replace(dmp.patient, dmp.stranger().matricule))
    for signature in forged.findall(f"{{{DS}}}Signature"):
        forged.remove(signature)
    return forged


def _same_id(dmp: Dmp, signed: etree._Element) -> tuple[etree._Element, str]:
    forged = _forged(dmp, signed)
    signature = signed.find(f"{{{DS}}}Signature")
    assert signature is not None
    forged.insert(1, etree.fromstring(_text(signature)))
    return forged, f'<x:cache xmlns:x="urn:x">{_text(signed)}</x:cache>'


def _other_id(dmp: Dmp, signed: etree._Element) -> tuple[etree._Element, str]:
    forged, beside = _same_id(dmp, signed)
    forged.set("ID", "_forgee")
    return forged, beside


def _original_inside(dmp: Dmp, signed: etree._Element) -> tuple[etree._Element, str]:
    forged, _ = _other_id(dmp, signed)
    wrapper = etree.SubElement(forged, "{urn:x}cache")
    wrapper.append(etree.fromstring(_text(signed)))
    return forged, ""


def _original_in_object(dmp: Dmp, signed: etree._Element) -> tuple[etree._Element, str]:
    forged, _ = _other_id(dmp, signed)
    signature = forged.find(f"{{{DS}}}Signature")
    assert signature is not None
    etree.SubElement(signature, f"{{{DS}}}Object").append(etree.fromstring(_text(_forged(dmp, signed))))
    return forged, ""


def _unsigned_beside(dmp: Dmp, signed: etree._Element) -> tuple[etree._Element, str]:
    return _forged(dmp, signed), f'<x:cache xmlns:x="urn:x">{_text(signed)}</x:cache>'


def _two_security_headers(dmp: Dmp, signed: etree._Element) -> tuple[etree._Element, str]:
    return signed, f'<wsse:Security xmlns:wsse="{WSSE}">{_text(_forged(dmp, signed))}</wsse:Security>'


def _spoilt(path: str, name: str, value: str) -> Forge:
    def forge(_dmp: Dmp, signed: etree._Element) -> tuple[etree._Element, str]:
        found = signed.find("/".join(f"{{{DS}}}{step}" for step in path.split("/")))
        assert found is not None
        found.set(name, value)
        return signed, ""

    return forge


def _stylesheet(_dmp: Dmp, signed: etree._Element) -> tuple[etree._Element, str]:
    transforms = signed.find(f"{{{DS}}}Signature/{{{DS}}}SignedInfo/{{{DS}}}Reference/{{{DS}}}Transforms")
    assert transforms is not None
    transforms.append(
        etree.fromstring(
            f'<ds:Transform xmlns:ds="{DS}" Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet '
            'version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><xsl:copy-of '
            "select=\"document('file:///etc/passwd')\"/></xsl:template></xsl:stylesheet></ds:Transform>"
        )
    )
    return signed, ""


_REFERENCE = "Signature/SignedInfo/Reference"
ATTACKS: dict[str, tuple[Forge, str]] = {
    "wrapped, same ID": (_same_id, "plusieurs éléments du message portent l'ID"),
    "wrapped, another ID": (_other_id, "une référence qui ne désigne pas l'assertion"),
    "wrapped inside": (_original_inside, "plusieurs signatures"),
    "wrapped in Object": (_original_in_object, "une signature dont un élément manque"),
    "signed beside, unsigned read": (_unsigned_beside, "aucune signature"),
    "two security headers": (_two_security_headers, "2 assertions"),
    "XSLT": (_stylesheet, "des transformations autres que celles du profil SAML"),
    "XPath": (
        _spoilt(f"{_REFERENCE}/Transforms/Transform", "Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116"),
        "des transformations autres",
    ),
    "file": (_spoilt(_REFERENCE, "URI", "file:///etc/passwd"), "une référence qui ne désigne pas l'assertion"),
    "HMAC": (
        _spoilt("Signature/SignedInfo/SignatureMethod", "Algorithm", f"{DS}hmac-sha1"),
        "un algorithme de signature",
    ),
}


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_each_attack_on_the_signature_is_refused_and_named(dmp: Dmp, attack: str) -> None:
    forge, received = ATTACKS[attack]
    signed = dmp.assertion(dmp.indirect())
    assert signed is not None
    shown, beside = forge(dmp, etree.fromstring(_text(signed)))
    octets = envelope(existence(dmp.stranger().matricule), shown, PATIENTS, extra=beside)
    reply = dmp.post("patients", octets, certificate=dmp.issue("org-auth"))
    assert reply.status == 500
    finding = dmp.exchanges()[0].findings[0]
    assert finding.check_id == "DMP-VIHF"
    assert received in finding.received
    is_told(dmp.exchanges()[0])


def test_a_comment_in_a_signed_value_changes_nothing_of_what_is_read(dmp: Dmp) -> None:
    """Exclusive canonicalisation leaves comments out: a reader that stops at one would read another person."""
    cut = b"8997000<!-- x -->90014<!-- y --></saml2:NameID>"
    reply = dmp.test_existence(alter=lambda octets: octets.replace(b"899700090014</saml2:NameID>", cut))
    assert reply.status == 200
    assert dmp.findings() == []


def test_an_assertion_about_another_patient_opens_no_other_dmp(dmp: Dmp) -> None:
    octets = existence(dmp.stranger().matricule)
    assert dmp.call("patients", PATIENTS, octets, dmp.indirect()).fault[1].startswith("Le patient du message")
    dmp.test_existence(dmp.direct())
    body = find_documents(dmp.stranger().matricule)
    assert dmp.call("registry", ACTIONS["registry"], body, dmp.direct()).errors == ["XDSPatientIdDoesNotMatch"]


def test_somebody_elses_assertion_is_refused_with_ones_own_card(dmp: Dmp) -> None:
    reply = dmp.test_existence(dmp.direct(), certificate=dmp.issue("cps-auth", "adjoint"))
    assert reply.fault[0] == "soap:DMPInvalidCertificate"
    assert dmp.findings() == ["DMP-CERT"]
    is_told(dmp.exchanges()[0])


def test_an_assertion_stolen_from_a_structure_is_refused_with_the_certificate_of_another(dmp: Dmp) -> None:
    reply = dmp.test_existence(dmp.indirect(), certificate=dmp.issue("org-auth", "cabinet"))
    assert reply.fault[1] == "Erreur d'authentification de la personne morale"


@pytest.mark.parametrize("suffix", ["patients", "registry", "repository"])
def test_entities_are_refused_before_they_grow(dmp: Dmp, suffix: str) -> None:
    octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS)
    bomb = BOMB + octets.replace(b"LGO de test", b"&lol3;")
    reply = dmp.post(suffix, bomb, certificate=dmp.issue("org-auth"))
    assert reply.status == 500
    assert "DMP-TRANSPORT" in dmp.findings()
    is_told(dmp.exchanges()[0])


@pytest.mark.parametrize("form", ["http://www.w3.org/TR/2001/REC-xml-c14n-20010315", ""])
def test_a_relative_namespace_around_the_vihf_is_no_defect_of_ours(dmp: Dmp, form: str) -> None:
    """It has no canonical form: whoever computes one must not fall over it, and tells which it is."""

    def alter(octets: bytes) -> bytes:
        exclusive = b'CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"'
        chosen = octets.replace(exclusive, f'CanonicalizationMethod Algorithm="{form}"'.encode()) if form else octets
        return chosen.replace(b"<soap:Envelope ", b'<soap:Envelope xmlns:x="relatif" ', 1)

    dmp.test_existence(alter=alter)
    exchange = dmp.exchanges()[0]
    (finding,) = exchange.findings
    assert (exchange.outcome, finding.check_id) == ("refused", "DMP-VIHF")
    assert finding.received.startswith("l'espace de noms xmlns:x=« relatif », URI relative, déclaré par Envelope")
    assert "URI est absolue" in finding.expected
    assert "Donnez à cet espace de noms une URI absolue" in finding.remedy


def test_a_document_without_canonical_form_is_taken_and_its_digest_told(dmp: Dmp) -> None:
    odd = dmp.document().content.replace(b"<recordTarget>", b'<recordTarget xmlns:x="relatif">')
    dmp.configure(strict_manifest="oui")
    assert dmp.feed(dmp.document(odd)).errors in ([], ["XDSRepositoryMetadataError"])
    assert dmp.exchanges()[0].outcome in ("answered", "refused")


def test_a_wrong_digest_of_a_document_without_canonical_form_names_the_namespace(dmp: Dmp) -> None:
    odd = dmp.document().content.replace(b"<recordTarget>", b'<recordTarget xmlns:x="relatif">')

    def spoil(signature: bytes) -> bytes:
        return re.sub(b"(AA==<.*?DigestValue>)[^<]", rb"\1A", signature, count=1, flags=re.S)

    dmp.feed(lot=Lot([dmp.document(odd)], spoil=spoil))
    (told,) = [one.received for one in dmp.exchanges()[0].findings if one.check_id == "DMP-MANIFEST"]
    assert "xmlns:x=« relatif »" in told
    assert "recordTarget, ligne" in told


def test_entities_in_the_signature_of_a_lot_are_refused(dmp: Dmp) -> None:
    lot = Lot([dmp.document()], tamper=lambda signature: BOMB + signature.replace(b"AA==", b"&lol3;"))
    assert dmp.feed(lot=lot).errors == ["XDSRepositoryMetadataError"]
    is_told(dmp.exchanges()[0])


def test_a_manifest_wrapped_out_of_the_signature_is_told(dmp: Dmp) -> None:
    """The signed manifest moves where nobody reads it; another stands in its place."""

    def wrap(signature: bytes) -> bytes:
        root = etree.fromstring(signature)
        manifest = root.find(f"{{{DS}}}Object/{{{DS}}}Manifest")
        assert manifest is not None
        read = etree.fromstring(etree.tostring(manifest).replace(b"IHEManifest", b"Autre"))
        place = manifest.getparent()
        assert place is not None
        hidden = etree.SubElement(etree.SubElement(root, f"{{{DS}}}Object"), "{urn:x}cache")
        hidden.append(manifest)
        place.append(read)
        return etree.tostring(root)

    dmp.feed(lot=Lot([dmp.document()], tamper=wrap))
    (finding,) = dmp.exchanges()[0].findings
    assert finding.check_id == "DMP-LOT-SIGNATURE"
    assert "Manifest « Autre », que rien ne signe" in finding.received
