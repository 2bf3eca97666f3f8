"""INSi: search an identity by its traits with the pharmacy's certificate, over TLS. httpx and string formatting only.

lgo-sandbox exec -- python examples/insi_search.py ADRTROIS TOUSSAINT M 1960-01-01
"""

import re
import sys
import uuid
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from sandbox import READY, http

ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
ENVELOPE = """<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Header>
<ContexteLPS xmlns="urn:siram:lps:ctxlps" Nature="CTXLPS" Version="01_00">{stamp}<Emetteur>{sender}</Emetteur>
<LPS><IDAM R="4">{idam}</IDAM><Version>1.0</Version><Instance>{id}</Instance><Nom>urn:lps:exemple:1.0</Nom></LPS>
</ContexteLPS>
<ContexteBAM xmlns="urn:siram:bam:ctxbam" Nature="CTXBAM" Version="01_02">{stamp}<Emetteur>{sender}</Emetteur>
<COUVERTURE/></ContexteBAM>
<wsa:Action xmlns:wsa="http://www.w3.org/2005/08/addressing">{action}</wsa:Action>
<wsa:MessageID xmlns:wsa="http://www.w3.org/2005/08/addressing">uuid:{id}</wsa:MessageID>
</soap:Header><soap:Body><RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans">{traits}</RECSANSVITALE></soap:Body>
</soap:Envelope>"""


def search(name: str, first_name: str, sex: str, birth_date: str, url: str = "") -> str:
    """Return the answer of INSi to one search."""
    traits = {"NomNaissance": name, "Prenom": first_name, "Sexe": sex, "DateNaissance": birth_date}
    body = ENVELOPE.format(
        stamp=f"<Id>{uuid.uuid4()}</Id><Temps>{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}</Temps>",
        sender=next(s["id_nat"] for s in READY["structures"] if s["id"] == "officine"),
        idam=READY["idam"],
        id=uuid.uuid4(),
        action=ACTION,
        traits="".join(f"<{tag}>{escape(value)}</{tag}>" for tag, value in traits.items()),
    )
    headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{ACTION}"'}
    with http("org-auth") as client:
        return client.post(f"{url or READY['services']['insi']['https']}/lps", content=body, headers=headers).text


if __name__ == "__main__":
    answer = search(*(sys.argv[1:] or ("ADRTROIS", "TOUSSAINT", "M", "1960-01-01")))
    for tag in ("CodeCR", "LibelleCR", "NumIdentifiant", "Cle", "OID", "ListePrenom", "LieuNaissance"):
        for value in re.findall(f"<(?:\\w+:)?{tag}>([^<]*)<", answer):
            print(f"{tag:15} {value}")
