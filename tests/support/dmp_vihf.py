"""A VIHF written for the tests: text templates, signed by signxml."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from lgo_sandbox.pki import Issued
from lgo_sandbox.population.people import Professional
from support.private_keys import key_of

__all__ = ["Vihf", "coded"]

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
MEANS = {
    "DIRECTE": f"{CLASSES}SmartcardPKI",
    "INDIRECTE": f"{CLASSES}Password",
    "INDIRECTE_RENFORCEE": f"{CLASSES}MobileTwoFactorUnregistered",
}


def coded(element: str, code: str, system: str) -> str:
    """Return the value of an attribute that is a code."""
    return (
        f'<saml2:AttributeValue><{element} xmlns="urn:hl7-org:v3" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CE" code={quoteattr(code)} '
        f'codeSystem="{system}"/></saml2:AttributeValue>'
    )


class _OldSigner(XMLSigner):
    """Signs with SHA-1, as the official samples of 2019 do."""

    def check_deprecated_methods(self) -> None:
        """Let SHA-1 pass."""


@dataclass
class Vihf:
    """What a test puts in a VIHF; ``extra`` replaces or (None) removes attributes.

    ``authn`` is the AuthnContextClassRef and ``declared`` the AuthnContextDecl, those of the mode unless given.
    """

    who: Professional
    structure: str
    patient: str
    mode: str = "INDIRECTE"
    purpose: str = "normal"
    sector: str = "SA33"
    root: str = "1.2.250.1.213.1.4.10"
    issued: datetime | None = None
    signed_by: Issued | None = None
    sha1: bool = False
    authn: str = ""
    declared: str | None = None
    extra: Mapping[str, str | None] = field(default_factory=dict)

    def element(self, issuer: str) -> etree._Element:
        """Return the assertion, signed when somebody signs."""
        moment = (self.issued or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
        name_id = escape(self.who.national_id)
        text = (
            f'<saml2:Assertion xmlns:saml2="{SAML}" ID="_{uuid.uuid4()}" IssueInstant="{moment}" Version="2.0">'
            f'<saml2:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">{escape(issuer)}'
            f"</saml2:Issuer><saml2:Subject><saml2:NameID>{name_id}</saml2:NameID></saml2:Subject>"
            f'<saml2:AuthnStatement AuthnInstant="{moment}"><saml2:AuthnContext><saml2:AuthnContextClassRef>'
            f"{self.authn or MEANS[self.mode]}</saml2:AuthnContextClassRef>{self._declared()}</saml2:AuthnContext>"
            f"</saml2:AuthnStatement><saml2:AttributeStatement>{self._attributes()}</saml2:AttributeStatement>"
            "</saml2:Assertion>"
        )
        element = etree.fromstring(text)
        return self._signed(element) if self.signed_by else element

    def _declared(self) -> str:
        air = "APP_BROWSER_AUTH" if self.mode == "INDIRECTE_RENFORCEE" else ""
        told = air if self.declared is None else self.declared
        return f"<saml2:AuthnContextDecl>{told}</saml2:AuthnContextDecl>" if told else ""

    def _attributes(self) -> str:
        values: dict[str, str | None] = {
            "Identifiant_Structure": self.structure,
            "Secteur_Activite": f"{self.sector}^1.2.250.1.71.4.2.4",
            "urn:oasis:names:tc:xspa:1.0:subject:subject-id": None if self.mode == "DIRECTE" else self.who.name,
            "urn:oasis:names:tc:xacml:2.0:subject:role": self._roles(),
            "VIHF_Version": "3.0",
            "Authentification_mode": self.mode,
            "urn:oasis:names:tc:xacml:2.0:resource:resource-id": f"{self.patient}^^^&{self.root}&ISO^NH",
            "Ressource_URN": "urn:dmp",
            "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse": coded(
                "PurposeOfUse", self.purpose, "1.2.250.1.213.1.1.4.248"
            ),
            "LPS_Nom": "LGO de test",
            "LPS_Version": "1",
            "LPS_ID_HOMOLOGATION_DMP": "TEST",
        }
        values.update(self.extra)
        return "".join(
            f"<saml2:Attribute Name={quoteattr(name)}>{self._value(value)}</saml2:Attribute>"
            for name, value in values.items()
            if value is not None
        )

    def _roles(self) -> str:
        roles = [coded("Role", self.who.profession, "1.2.250.1.71.1.2.7")]
        if self.who.profession == "10":
            roles.append(coded("Role", self.who.savoir_faire, "1.2.250.1.71.4.2.5"))
        elif self.who.section:
            roles.append(coded("Role", self.who.section, "1.2.250.1.71.4.2.6"))
        return "".join(roles)

    @staticmethod
    def _value(value: str) -> str:
        return value if value.startswith("<") else f"<saml2:AttributeValue>{escape(value)}</saml2:AttributeValue>"

    def _signed(self, element: etree._Element) -> etree._Element:
        assert self.signed_by is not None
        kind = _OldSigner if self.sha1 else XMLSigner
        signer = kind(
            signature_algorithm=SignatureMethod.RSA_SHA1 if self.sha1 else SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA1 if self.sha1 else DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        certificate = self.signed_by.cert.read_text()
        return signer.sign(
            element,
            key=key_of(self.signed_by),
            cert=certificate,
            reference_uri=element.get("ID"),
            id_attribute="ID",
        )
