"""The VIHF is signed by signxml; here it is read by lxml and verified by xmlsec, another stack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import xmlsec
from cryptography import x509
from lxml import etree

from lgo_client.clock import Workplace
from lgo_client.environment import Certificate, Person, Structure
from lgo_client.vihf import Mode, Software, VihfWriter, ins_cx, roles_of

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
HL7 = "{urn:hl7-org:v3}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
PURPOSE = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"
SUBJECT_ID = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
PATIENT = ins_cx("279035121518989")
SOFTWARE = Software('LGO & "CIE"', "1.2", "installation-7", "DMP-1234")
KINDS = {Mode.DIRECT: "cps-sign", Mode.INDIRECT: "org-sign", Mode.AIR: "org-sign"}

OfKind = Callable[[str], Certificate]
Written = Callable[..., etree._Element]


@pytest.fixture
def assertion(certificate: OfKind, pharmacist: Person, pharmacy: Structure, workplace: Workplace) -> Written:
    def write(mode: Mode = Mode.DIRECT, person: Person = pharmacist) -> etree._Element:
        writer = VihfWriter(mode, person, pharmacy, certificate(KINDS[mode]), SOFTWARE, workplace)
        return etree.fromstring(writer.assertion(PATIENT))

    return write


def verify(root: etree._Element, certificate: Certificate) -> None:
    """Raise xmlsec.Error unless the signature in the tree is one by this certificate's key."""
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(certificate.chain), xmlsec.constants.KeyDataFormatCertPem)
    context.verify(next(root.iter(f"{DS}Signature")))


def attributes(root: etree._Element) -> dict[str, list[etree._Element]]:
    found = root.iter(f"{SAML}Attribute")
    return {str(attribute.get("Name")): attribute.findall(f"{SAML}AttributeValue") for attribute in found}


def texts(root: etree._Element) -> dict[str, str]:
    return {name: str(values[0].text) for name, values in attributes(root).items() if not len(values[0])}


@pytest.mark.parametrize("mode", Mode)
def test_another_library_verifies_the_signature(assertion: Written, certificate: OfKind, mode: Mode) -> None:
    verify(assertion(mode), certificate(KINDS[mode]))


@pytest.mark.parametrize("mode", Mode)
def test_the_signature_holds_inside_an_envelope_that_was_read_again(
    assertion: Written, certificate: OfKind, mode: Mode
) -> None:
    envelope = etree.Element("{urn:x}Envelope", nsmap={"soap": "urn:x", None: "urn:default", "saml2": "urn:other"})
    envelope.append(assertion(mode))
    again = etree.fromstring(etree.tostring(envelope))
    verify(again[0], certificate(KINDS[mode]))


def test_one_changed_character_breaks_the_signature(assertion: Written, certificate: OfKind) -> None:
    root = assertion()
    name = root.find(f"{SAML}Subject/{SAML}NameID")
    assert name is not None
    name.text = "899700090015"
    with pytest.raises(xmlsec.Error):
        verify(root, certificate("cps-sign"))


def test_the_key_of_another_certificate_does_not_verify_it(assertion: Written, certificate: OfKind) -> None:
    with pytest.raises(xmlsec.Error):
        verify(assertion(), certificate("org-sign"))


def test_the_signature_is_enveloped_exclusive_and_sha256(assertion: Written) -> None:
    root = assertion()
    signed = root.find(f"{DS}Signature/{DS}SignedInfo")
    assert signed is not None
    exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    assert [element.get("Algorithm") for element in signed.iter() if element.get("Algorithm")] == [
        exclusive,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        exclusive,
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ]
    assert [reference.get("URI") for reference in signed.iter(f"{DS}Reference")] == [f"#{root.get('ID')}"]


def test_the_only_signature_stands_right_after_the_issuer(assertion: Written) -> None:
    names = [etree.QName(child).localname for child in assertion()]
    assert names == ["Issuer", "Signature", "Subject", "AuthnStatement", "AttributeStatement"]


def test_the_key_info_is_the_leaf_that_signed(assertion: Written, certificate: OfKind) -> None:
    (embedded,) = assertion().iter(f"{DS}X509Certificate")
    leaf = x509.load_pem_x509_certificate(certificate("cps-sign").chain.read_bytes())
    pem = f"-----BEGIN CERTIFICATE-----\n{(embedded.text or '').strip()}\n-----END CERTIFICATE-----\n"
    assert x509.load_pem_x509_certificate(pem.encode()) == leaf


def test_the_issuer_is_the_subject_of_the_certificate(assertion: Written, certificate: OfKind) -> None:
    issuer = assertion(Mode.INDIRECT).find(f"{SAML}Issuer")
    assert issuer is not None
    assert issuer.get("Format") == "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
    leaf = x509.load_pem_x509_certificate(certificate("org-sign").chain.read_bytes())
    assert x509.Name.from_rfc4514_string(str(issuer.text)) == leaf.subject


def test_the_assertion_says_when_and_who(assertion: Written) -> None:
    root = assertion()
    assert (root.tag, root.get("Version")) == (f"{SAML}Assertion", "2.0")
    assert root.get("IssueInstant") == "2026-09-14T08:15:30.250Z"
    assert root.find(f"{SAML}AuthnStatement").get("AuthnInstant") == root.get("IssueInstant")  # type: ignore[union-attr]
    assert root.findtext(f"{SAML}Subject/{SAML}NameID") == "899700090014"
    assert str(root.get("ID")).startswith("_")


def test_two_assertions_have_two_ids(
    certificate: OfKind, pharmacist: Person, pharmacy: Structure, workplace: Workplace
) -> None:
    writer = VihfWriter(Mode.DIRECT, pharmacist, pharmacy, certificate("cps-sign"), SOFTWARE, workplace)
    ids = {etree.fromstring(writer.assertion(PATIENT)).get("ID") for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("mode", "said", "context"), [(Mode.DIRECT, "DIRECTE", "SmartcardPKI"), (Mode.INDIRECT, "INDIRECTE", "Password")]
)
def test_the_mode_is_said_twice(assertion: Written, mode: Mode, said: str, context: str) -> None:
    root = assertion(mode)
    assert texts(root)["Authentification_mode"] == said
    reference = root.findtext(f"{SAML}AuthnStatement/{SAML}AuthnContext/{SAML}AuthnContextClassRef")
    assert reference == f"urn:oasis:names:tc:SAML:2.0:ac:classes:{context}"


def test_the_attributes_of_every_mode_are_there(assertion: Written) -> None:
    assert texts(assertion()) == {
        "VIHF_Version": "3.0",
        "Authentification_mode": "DIRECTE",
        "Identifiant_Structure": "10B0990017",
        "Secteur_Activite": "SA33^1.2.250.1.71.4.2.4",
        "urn:oasis:names:tc:xacml:2.0:resource:resource-id": "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH",
        "Ressource_URN": "urn:dmp",
        "LPS_ID": "installation-7",
        "LPS_Nom": 'LGO & "CIE"',
        "LPS_Version": "1.2",
        "LPS_ID_HOMOLOGATION_DMP": "DMP-1234",
    }


def test_the_name_of_the_person_is_said_in_indirect_mode_only(assertion: Written) -> None:
    direct, indirect = texts(assertion(Mode.DIRECT)), texts(assertion(Mode.INDIRECT))
    assert set(indirect) - set(direct) == {SUBJECT_ID}
    assert indirect[SUBJECT_ID] == "Hélène Valmont"


def test_a_pharmacist_has_a_profession_and_a_section(assertion: Written) -> None:
    values = [value[0] for value in attributes(assertion())[ROLE]]
    assert [value.tag for value in values] == [f"{HL7}Role"] * 2
    assert [(value.get("code"), value.get("codeSystem"), value.get(XSI_TYPE)) for value in values] == [
        ("21", "1.2.250.1.71.1.2.7", "CE"),
        ("A", "1.2.250.1.71.4.2.6", "CE"),
    ]


def test_a_doctor_has_a_profession_and_a_specialty(doctor: Person) -> None:
    assert [(role.code, role.system) for role in roles_of(doctor)] == [
        ("10", "1.2.250.1.71.1.2.7"),
        ("SM26", "1.2.250.1.71.4.2.5"),
    ]


def test_a_preparateur_has_a_profession_only(pharmacist: Person) -> None:
    preparateur = replace(pharmacist, profession="39", specialty="G15_39")
    assert [role.code for role in roles_of(preparateur)] == ["39"]


def test_the_purpose_is_the_normal_access(assertion: Written) -> None:
    ((value,),) = attributes(assertion())[PURPOSE]
    assert (value.tag, value.get("code")) == (f"{HL7}PurposeOfUse", "normal")
    assert value.get("codeSystem") == "1.2.250.1.213.1.1.4.248"


def test_signs_in_names_do_not_break_the_assertion(assertion: Written, certificate: OfKind, pharmacist: Person) -> None:
    root = assertion(Mode.INDIRECT, replace(pharmacist, family_name='<O\'NEIL> & "Cie"'))
    assert texts(root)[SUBJECT_ID] == 'Hélène <O\'NEIL> & "Cie"'
    verify(root, certificate("org-sign"))
