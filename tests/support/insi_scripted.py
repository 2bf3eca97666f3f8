"""An INSi that answers what it was told, for the tests of the reference client."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import httpx
from lxml import etree

from lgo_client.insi import Insi, Product, Traits

__all__ = [
    "ACTION",
    "APPLICATION_FAULT",
    "BAM",
    "FORMER",
    "G3",
    "GATEWAY_FAULT",
    "LPS",
    "NONE",
    "ONE",
    "PERSON",
    "PRODUCT",
    "REQUEST",
    "SEVERAL",
    "SOAP",
    "TRAITS",
    "UNAVAILABLE",
    "WSA",
    "Calling",
    "Scripted",
    "tags",
]

SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
WSA = "{http://www.w3.org/2005/08/addressing}"
LPS = "{urn:siram:lps:ctxlps}"
BAM = "{urn:siram:bam:ctxbam}"
REQUEST = "{http://www.cnamts.fr/INSiRecSans}"
ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"

PRODUCT = Product("LGO & CIE", "1.2", "ANAO12345678", "7c1b2a30-0000-4000-8000-000000000000", "10B0990017")
TRAITS = Traits("D'ARTAGNAN DE L'HERAULT", ("PIERRE-ALAIN", "MURIEL", "FLORIANT"), "M", "2001-06-17", "63220")

G3 = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
    '<env:Body xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:env="http://www.w3.org/2003/05/soap-envelope">'
    '<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat" xmlns:ns0="http://www.cnamts.fr/INSiRecVit" '
    'xmlns:ns1="http://www.cnamts.fr/INSiRecSans"><CR><CodeCR>{code}</CodeCR><LibelleCR>{label}</LibelleCR></CR>'
    "{person}</RESULTAT></env:Body></soap:Envelope>"
)
PERSON = (
    "<INDIVIDU><INSACTIF><IdIndividu><NumIdentifiant>1090763220834</NumIdentifiant><Cle>89</Cle></IdIndividu>"
    "<OID>1.2.250.1.213.1.4.8</OID></INSACTIF>{history}<TIQ><NomNaissance>ECETINSI</NomNaissance>"
    "<ListePrenom>PIERRE-ALAIN MURIEL FLORIANT</ListePrenom><Sexe>M</Sexe><DateNaissance>2009-07-14</DateNaissance>"
    "<LieuNaissance>63220</LieuNaissance></TIQ></INDIVIDU>"
)
FORMER = (
    "<INSHISTO><IdIndividu><NumIdentifiant>{number}</NumIdentifiant><Cle>{key}</Cle></IdIndividu>"
    "<OID>1.2.250.1.213.1.4.8</OID><DateDeb>2019-03-01</DateDeb><DateFin>2019-02-28</DateFin></INSHISTO>"
)
ONE = G3.format(code="00", label="OK", person=PERSON.format(history=""))
NONE = G3.format(code="01", label="Aucune identite trouvee", person="")
SEVERAL = G3.format(code="02", label="Plusieurs identites trouvees", person="")

UNAVAILABLE = "Le service est temporairement inaccessible."
APPLICATION_FAULT = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
    '<env:Body xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:env="http://www.w3.org/2003/05/soap-envelope">'
    '<S:Fault xmlns:ns4="http://schemas.xmlsoap.org/soap/envelope/"><S:Code><S:Value>S:Receiver</S:Value><S:Subcode>'
    "<S:Value>S:siram_40</S:Value></S:Subcode></S:Code><S:Reason>"
    f'<S:Text xml:lang="en">{UNAVAILABLE}</S:Text></S:Reason><S:Detail>'
    '<siram:Erreur xmlns:siram="urn:siram" severite="fatal" code="insi_102">'
    "L'appel au service de recherche avec les traits d'identité renvoie une erreur technique."
    "</siram:Erreur></S:Detail></S:Fault></env:Body></soap:Envelope>"
)
GATEWAY_FAULT = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
    '<env:Body xmlns:env="http://www.w3.org/2003/05/soap-envelope"><soap:Fault><soap:Code>'
    "<soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value>soap:siram_100</soap:Value></soap:Subcode>"
    "</soap:Code><soap:Reason><soap:Text xml:lang=\"fr\">L'accès par ce progiciel au service n'est pas autorisé."
    '</soap:Text></soap:Reason><soap:Detail><siram:Erreur xmlns:siram="urn:siram" code="desir_550" '
    'messageID="uuid:1" severite="erreur">Numéro d\'autorisation du logiciel inconnu.</siram:Erreur>'
    "</soap:Detail></soap:Fault></env:Body></soap:Envelope>"
)


class Scripted:
    """An INSi that answers what it was told, in order, and keeps the requests."""

    def __init__(self, answers: Iterable[str]) -> None:
        self.answers = iter(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        text = next(self.answers)
        return httpx.Response(500 if ":Fault" in text else 200, content=text.encode())

    def names(self) -> list[str]:
        """Return the first names that were asked, one a request."""
        envelopes = [etree.fromstring(request.content) for request in self.requests]
        return [envelope.findtext(f".//{REQUEST}Prenom", "") for envelope in envelopes]


Calling = Callable[..., tuple[Insi, Scripted]]


def tags(element: etree._Element) -> list[str]:
    """Return the qualified names of the children."""
    return [str(child.tag) for child in element]
