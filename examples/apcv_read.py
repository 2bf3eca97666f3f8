"""ApCV: read the code of a patient's phone under the card of the titulaire. httpx, signxml and string formatting.

lgo-sandbox exec -- python examples/apcv_read.py deux-enfants
lgo-sandbox exec -- python examples/apcv_read.py APCV-SIMU:PERIME
"""

import re
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree
from sandbox import READY, control, http
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

AUTH = "http://www.sesam-vitale.fr/apcv/auth/1/0"
ACTION = "urn:ApCV_AUTH:1.0.0:authentifierUtilisateurProximite"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
ENVELOPE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">
<s:Header><a:MessageID>uuid:{id}</a:MessageID><a:Action>{action}</a:Action>
<w:Security xmlns:w="{wsse}">{assertion}</w:Security><ContexteLPS xmlns="urn:siram:lps:ctxlps" Version="01_00">
<Id>{id}</Id><Temps>{now}</Temps><Emetteur>{person}</Emetteur>
<LPS><IDAM R="4">LGOSANDBOX01</IDAM><Version>1.0</Version><Nom>urn:lps:exemple</Nom></LPS></ContexteLPS></s:Header>
<s:Body><AuthentifierUtilisateurProximiteReq version="1.0" xmlns="{auth}"><ProfessionnelSante>
<IdentifiantFacturation>{finess}</IdentifiantFacturation><CodeSpecialiteAMO>50</CodeSpecialiteAMO></ProfessionnelSante>
<Donnees>{code}</Donnees></AuthentifierUtilisateurProximiteReq></s:Body></s:Envelope>"""


def card_assertion(person: str, now: str) -> str:
    """Return an assertion that the titulaire's card signs."""
    name_id = f'<saml:Subject><saml:NameID NameQualifier="CPS">{person}</saml:NameID></saml:Subject>'
    root = etree.fromstring(f'<saml:Assertion xmlns:saml="{SAML}" ID="_a" IssueInstant="{now}" Version="2.0">'
                            f"<saml:Issuer>CN={person}</saml:Issuer>{name_id}</saml:Assertion>")  # fmt: skip
    files = READY["certificates"]["cps-titulaire-sign"]
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    key, cert = (Path(files[name]).read_text(encoding="ascii") for name in ("key", "cert"))
    return etree.tostring(signer.sign(root, key=key, cert=cert, reference_uri="_a")).decode()


if __name__ == "__main__":
    wanted = (sys.argv[1:] or ["deux-enfants"])[0]
    code = wanted if ":" in wanted else control("GET", f"/apcv/phones/{wanted}").json()["code"]
    person = next(one["national_id"] for one in READY["personas"] if one["id"] == "titulaire")
    finess = next(one["id_nat"] for one in READY["structures"] if one["id"] == "officine")[1:]
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    told = {"auth": AUTH, "wsse": WSSE, "action": ACTION, "id": uuid.uuid4(), "now": now, "person": person}
    body = ENVELOPE.format(**told, finess=finess, code=code, assertion=card_assertion(person, now))
    address = READY["services"]["apcv"]["https"] + READY["apcv"]["auth"]
    with http() as client:
        answer = client.post(address, content=body, headers={"Content-Type": "application/soap+xml"}).text
    told_tags = r"<(Identifiant|DateFinValidite|Prenom|NIRCertifie|Couverture|\w+:Erreur)\b([^>]*)>([^<]+)"
    for tag, attributes, value in re.findall(told_tags, answer):
        print(f"{tag:15} {value}{attributes}")
