"""The assertions by which a professional calls INSi without an organisation certificate: of a card, of a PSC session.

Source: specs/insi.md §3 (card: high; PSC: unsigned, medium). Not the VIHF of the DMP: no purpose, no role, no
conditions. Signed by another library than the server's (signxml).
"""

from __future__ import annotations

from cryptography import x509
from lxml import etree
from signxml import algorithms
from signxml.signer import XMLSigner

from lgo_client.clock import Workplace
from lgo_client.environment import Certificate, Person, Structure
from lgo_client.keys import private_key
from lgo_client.soap import element

__all__ = ["card_assertion", "psc_assertion"]

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
ISSUER_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"


def psc_assertion(person: Person, structure: Structure, workplace: Workplace) -> str:
    """Return the unsigned assertion of a professional whom Pro Santé Connect authenticated."""
    attributes = {"gipProfessionCode": person.profession}
    return _assertion("PSC", person, structure, workplace, f"CN={person.national_id},C=FR", attributes)[1]


def card_assertion(person: Person, structure: Structure, certificate: Certificate, workplace: Workplace) -> str:
    """Return an assertion that the signature certificate of a card signs (RSA and SHA-256)."""
    leaf = _leaf(certificate)
    issuer = x509.load_pem_x509_certificate(leaf.encode()).subject.rfc4514_string()
    identifier, text = _assertion("CPS", person, structure, workplace, issuer, {})
    signer = XMLSigner(
        signature_algorithm=algorithms.SignatureMethod.RSA_SHA256,
        digest_algorithm=algorithms.DigestAlgorithm.SHA256,
        c14n_algorithm=algorithms.CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    root = etree.fromstring(text)
    key = private_key(certificate.key.read_bytes())
    signed = signer.sign(root, key=key, cert=leaf, reference_uri=identifier, id_attribute="ID")
    return etree.tostring(signed).decode()


def _leaf(certificate: Certificate) -> str:
    head, end, _ = certificate.chain.read_text(encoding="ascii").partition("-----END CERTIFICATE-----")
    return head + end


def _assertion(
    qualifier: str,
    person: Person,
    structure: Structure,
    workplace: Workplace,
    issuer: str,
    attributes: dict[str, str],
) -> tuple[str, str]:
    identifier = f"_{workplace.uuid()}"
    told = {"identifiantFacturation": structure.id_nat[1:], "secteurActivite": structure.sector, **attributes}
    statement = "".join(_attribute(name, value) for name, value in told.items())
    subject = element("saml:NameID", person.national_id, {"NameQualifier": qualifier})
    signed = (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>' if qualifier == "CPS" else ""
    )
    return identifier, (
        f'<saml:Assertion xmlns:saml="{SAML}" ID="{identifier}" IssueInstant="{workplace.instant()}" Version="2.0">'
        f"{element('saml:Issuer', issuer, {'Format': ISSUER_FORMAT})}{signed}"
        f"<saml:Subject>{subject}</saml:Subject>"
        f"<saml:AttributeStatement>{statement}</saml:AttributeStatement></saml:Assertion>"
    )


def _attribute(name: str, value: str) -> str:
    return f'<saml:Attribute Name="{name}">{element("saml:AttributeValue", value)}</saml:Attribute>'
