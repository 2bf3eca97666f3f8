"""Premier appel au DMP (TD0.2) en Python : httpx, lxml et signxml, sans le client de référence.

python examples/premier-appel-dmp/premier_appel.py
"""

import json
import os
import re
import ssl
import uuid
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import httpx
from cryptography import x509
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

PRET = json.loads(Path(os.environ.get("LGO_SANDBOX_READY", ".lgo-sandbox/ready.json")).read_text(encoding="utf-8"))
PATIENT, OID = "256036330091838", "1.2.250.1.213.1.4.8"
ACTION = "urn:hl7-org:v3:PRPA_IN201307UV02"
MAINTENANT = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def attribut(nom: str, *valeurs: str) -> str:
    contenu = "".join(f"<saml2:AttributeValue>{valeur}</saml2:AttributeValue>" for valeur in valeurs)
    return f'<saml2:Attribute Name="{nom}">{contenu}</saml2:Attribute>'


def code(element: str, valeur: str, oid: str, libelle: str) -> str:
    return (
        f'<{element} xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CE" '
        f'code="{valeur}" codeSystem="{oid}" displayName="{libelle}"/>'
    )


def vihf(cachet: x509.Certificate) -> etree._Element:
    """Le VIHF INDIRECTE de la titulaire, à signer par le cachet de l'officine."""
    return etree.fromstring(
        f'<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{uuid.uuid4()}" '
        f'IssueInstant="{MAINTENANT}" Version="2.0"><saml2:Issuer '
        'Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">'
        f"{escape(cachet.subject.rfc4514_string())}</saml2:Issuer>"
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'
        "<saml2:Subject><saml2:NameID>899700090014</saml2:NameID></saml2:Subject>"
        f'<saml2:AuthnStatement AuthnInstant="{MAINTENANT}"><saml2:AuthnContext><saml2:AuthnContextClassRef>'
        "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml2:AuthnContextClassRef></saml2:AuthnContext>"
        "</saml2:AuthnStatement><saml2:AttributeStatement>"
        + attribut("Identifiant_Structure", "10B0990017")
        + attribut("Secteur_Activite", "SA33^1.2.250.1.71.4.2.4")
        + attribut("urn:oasis:names:tc:xspa:1.0:subject:subject-id", "Hélène VALMONT")
        + attribut(
            "urn:oasis:names:tc:xacml:2.0:subject:role",
            code("Role", "21", "1.2.250.1.71.1.2.7", "Pharmacien"),
            code("Role", "A", "1.2.250.1.71.4.2.6", "Pharmacien titulaire d'officine"),
        )
        + attribut("VIHF_Version", "3.0")
        + attribut("Authentification_mode", "INDIRECTE")
        + attribut("urn:oasis:names:tc:xacml:2.0:resource:resource-id", f"{PATIENT}^^^&amp;{OID}&amp;ISO^NH")
        + attribut("Ressource_URN", "urn:dmp")
        + attribut(
            "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse",
            code("PurposeOfUse", "normal", "1.2.250.1.213.1.1.4.248", "Accès normal"),
        )
        + attribut("LPS_ID", "01.01.01.01")
        + attribut("LPS_Nom", "MON-LGO")
        + attribut("LPS_Version", "1.0")
        + attribut("LPS_ID_HOMOLOGATION_DMP", "SANDBOX000001")
        + "</saml2:AttributeStatement></saml2:Assertion>"
    )


def corps() -> str:
    """Le message HL7v3 de TD0.2."""
    return (
        '<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'ITSVersion="XML_1.0"><id root="2.25.1" extension="{uuid.uuid4()}"/><creationTime value="20260315100000"/>'
        '<interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201307UV02"/><processingCode code="D"/>'
        '<processingModeCode code="T"/><acceptAckCode code="AL"/><receiver typeCode="RCV"><device classCode="DEV" '
        'determinerCode="INSTANCE"><id root="1.2.250.1.213.4.1.1.1"/><softwareName>DMP</softwareName></device>'
        '</receiver><sender typeCode="SND"><device classCode="DEV" determinerCode="INSTANCE"><id root="2.25.1"/>'
        '<softwareName>MON-LGO</softwareName></device></sender><attentionLine xsi:nil="true"/><controlActProcess '
        'classCode="CACT" moodCode="EVN"><code code="PRPA_TE201307UV02" codeSystem="2.16.840.1.113883.1.6"/>'
        '<reasonCode code="TEST_EXST" codeSystem="1.2.250.1.213.1.1.4.11"/><queryByParameter>'
        f'<queryId root="2.25.1" extension="{uuid.uuid4()}"/><statusCode code="new"/><parameterList><dataSource '
        f'xsi:nil="true"/><patientIdentifier><value root="{OID}" extension="{PATIENT}"/><semanticsText>Patient.id'
        "</semanticsText></patientIdentifier></parameterList></queryByParameter></controlActProcess>"
        "</PRPA_IN201307UV02>"
    )


def main() -> None:
    """Signe, envoie, lit."""
    cachet, tls = PRET["certificates"]["org-sign"], PRET["certificates"]["org-auth"]
    pem = Path(cachet["cert"]).read_text(encoding="ascii")
    signeur = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    assertion = vihf(x509.load_pem_x509_certificate(pem.encode()))
    cle = Path(cachet["key"]).read_bytes()
    signee = signeur.sign(assertion, key=cle, cert=pem, reference_uri=assertion.get("ID"), id_attribute="ID")
    url = f"{PRET['services']['dmp']['https']}/si-dmp-server/v2/services/patients"
    message = (
        '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:wsa="http://www.w3.org/2005/08/addressing"><soap:Header><wsa:Action soap:mustUnderstand="true">{ACTION}'
        f"</wsa:Action><wsa:MessageID>urn:uuid:{uuid.uuid4()}</wsa:MessageID><wsa:To>{url}</wsa:To><wsa:ReplyTo>"
        "<wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo><wsse:Security "
        'xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">'
        f"{etree.tostring(signee).decode()}</wsse:Security></soap:Header><soap:Body>{corps()}</soap:Body></soap:Envelope>"
    )
    contexte = ssl.create_default_context(cafile=PRET["ca"])
    contexte.load_cert_chain(tls["chain"] if "chain" in tls else tls["cert"], tls["key"])
    entetes = {"Content-Type": f'application/soap+xml; charset=UTF-8; action="{ACTION}"'}
    reponse = httpx.post(url, content=message.encode(), headers=entetes, verify=contexte, trust_env=False)
    trouve = re.search(r'queryResponseCode[^>]*code="(\w+)"', reponse.text)
    autorisation = re.search(r"attentionLine.*?<[^>]*value[^>]*code=\"(\w+)\"", reponse.text, re.DOTALL)
    print(reponse.status_code, trouve and trouve[1], autorisation and autorisation[1])


main()
