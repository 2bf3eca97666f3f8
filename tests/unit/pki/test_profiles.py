from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from lgo_sandbox.pki import Family, Issued, Kind, OrganisationHolder, PersonHolder, Pki

USAGES = {
    Kind.ORG_AUTH: ({"digitalSignature"}, {"clientAuth"}, Family.ORGANISATION_AUTH),
    Kind.ORG_SIGN: ({"digitalSignature", "nonRepudiation"}, {"emailProtection"}, Family.ORGANISATION_SIGN),
    Kind.PSC_CLIENT: ({"digitalSignature", "keyEncipherment"}, {"serverAuth", "clientAuth"}, Family.SERVER),
    Kind.MSS_APP: ({"digitalSignature"}, {"clientAuth"}, Family.ORGANISATION_AUTH),
    Kind.CPS_AUTH: ({"digitalSignature"}, {"clientAuth", "smartcardLogon"}, Family.PROFESSIONAL_AUTH),
    Kind.CPS_SIGN: ({"nonRepudiation"}, {"emailProtection"}, Family.PROFESSIONAL_SIGN),
    Kind.SERVER: ({"digitalSignature", "keyEncipherment"}, {"serverAuth"}, Family.SERVER),
}


def loaded(issued: Issued) -> x509.Certificate:
    return x509.load_pem_x509_certificate(issued.cert.read_bytes())


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_its_usages_and_family(
    pki: Pki, pharmacy: OrganisationHolder, pharmacist: PersonHolder, kind: Kind
) -> None:
    holder = pharmacist if kind.startswith("cps") else pharmacy
    certificate = pki.issue(kind, holder=holder).certificate()
    usages, extended, family = USAGES[kind]
    assert certificate.key_usages == usages
    assert certificate.extended_key_usages == extended
    assert certificate.family is family


def test_a_legal_person_is_named_in_the_order_c_st_o_ou_cn(pki: Pki, pharmacy: OrganisationHolder) -> None:
    subject = loaded(pki.issue("org-auth", holder=pharmacy)).subject
    assert [(attribute.rfc4514_attribute_name, attribute.value) for attribute in subject] == [
        ("C", "FR"),
        ("ST", "Puy-de-Dôme (63)"),
        ("O", "PHARMACIE DE LA FONTAINE"),
        ("OU", "10B0990017"),
        ("CN", "INSI-AUTO"),
    ]


def test_a_country_is_a_printable_string_and_everything_else_utf8(pki: Pki, pharmacy: OrganisationHolder) -> None:
    subject = loaded(pki.issue("org-auth", holder=pharmacy)).subject.public_bytes()
    assert bytes.fromhex("0603550406") + b"\x13\x02FR" in subject
    assert bytes.fromhex("0603550403") + b"\x0c\x09INSI-AUTO" in subject


def test_a_card_names_its_holder_in_one_multivalued_rdn(pki: Pki, pharmacist: PersonHolder) -> None:
    subject = loaded(pki.issue("cps-sign", holder=pharmacist)).subject
    assert [len(rdn) for rdn in subject.rdns] == [1, 1, 3]
    assert {attribute.oid: attribute.value for attribute in subject.rdns[2]} == {
        NameOID.SURNAME: "VALMONT",
        NameOID.GIVEN_NAME: "HÉLÈNE",
        NameOID.COMMON_NAME: "899700090014",
    }
    assert subject.rdns[1].get_attributes_for_oid(NameOID.TITLE)[0].value == "Pharmacien"


def test_the_authentication_certificate_of_a_card_carries_the_login_name(pki: Pki, pharmacist: PersonHolder) -> None:
    names = loaded(pki.issue("cps-auth", holder=pharmacist)).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    (login,) = names.value.get_values_for_type(x509.OtherName)
    assert login.value.endswith(b"899700090014@carte-cps.fr")


def test_authorities_say_sandbox_and_igc_sante(
    pki: Pki, pharmacy: OrganisationHolder, pharmacist: PersonHolder
) -> None:
    organisations = pki.issue("org-auth", holder=pharmacy).certificate()
    persons = pki.issue("cps-auth", holder=pharmacist).certificate()
    assert organisations.issuer == (
        "CN=SANDBOX AC IGC-SANTE ELEMENTAIRE ORGANISATIONS,OU=IGC-SANTE SANDBOX,OU=0002 187512751,O=ASIP-SANTE,C=FR"
    )
    assert persons.issuer_name == "SANDBOX AC IGC-SANTE FORT PERSONNES"


def test_the_common_name_of_an_organisation_may_be_chosen(pki: Pki, pharmacy: OrganisationHolder) -> None:
    issued = pki.issue("org-auth", holder=pharmacy, common_name="INSI-MANU", name="org-auth-manu")
    assert issued.certificate().common_name == "INSI-MANU"
    assert issued.cert.name == "org-auth-manu.pem"


def test_no_policy_belongs_to_the_real_authority(pki: Pki, pharmacy: OrganisationHolder) -> None:
    policies = loaded(pki.issue("org-auth", holder=pharmacy)).extensions.get_extension_for_class(
        x509.CertificatePolicies
    )
    assert all(policy.policy_identifier.dotted_string.startswith("2.999.") for policy in policies.value)


def test_a_server_names_the_local_hosts_and_those_given(pki: Pki) -> None:
    names = loaded(pki.issue("server", hosts=("sandbox.test",), name="server-names")).extensions
    alternative = names.get_extension_for_class(x509.SubjectAlternativeName).value
    assert alternative.get_values_for_type(x509.DNSName) == ["localhost", "sandbox.test"]
    assert [str(ip) for ip in alternative.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]


def test_a_server_lives_no_longer_than_apple_systems_accept(pki: Pki) -> None:
    certificate = pki.issue("server").certificate()
    assert (certificate.not_after - certificate.not_before).days <= 825


def test_other_certificates_live_three_years(pki: Pki, pharmacy: OrganisationHolder) -> None:
    certificate = pki.issue("org-sign", holder=pharmacy).certificate()
    assert (certificate.not_after - certificate.not_before).days == 3 * 365


@pytest.mark.parametrize(("kind", "personal"), [("org-auth", True), ("cps-auth", False)])
def test_a_kind_refuses_a_holder_it_is_not_for(
    pki: Pki, pharmacy: OrganisationHolder, pharmacist: PersonHolder, kind: str, personal: bool
) -> None:
    with pytest.raises(ValueError, match="not a certificate for"):
        pki.issue(kind, holder=pharmacist if personal else pharmacy)
