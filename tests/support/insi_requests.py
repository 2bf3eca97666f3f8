"""Requests of INSi written by hand, for whoever tests the service: right ones, to be broken in one place.

Apart from the service and from the reference client. The head is that of the golden request.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import xmlsec
from cryptography import x509
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner

from insi_mock.domain import CardRequest, Claim, Traits
from insi_mock.wire import BY_CARD, BY_TRAITS, COLLECT, DEPOSIT, VERIFY, OperationShape
from lgo_sandbox.pki import Issued
from support.private_keys import key_of

__all__ = [
    "NOW",
    "REQUEST",
    "Asked",
    "asking",
    "assertion",
    "changed",
    "collecting",
    "depositing",
    "enveloped",
    "signed",
    "signed_with_sha1",
    "with_block",
    "with_security",
]

GOLDEN = Path(__file__).parents[1] / "golden" / "insi"
WHEN = "2026-11-02T08:30:00.000Z"
"""The Temps of the golden request."""
NOW = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
REQUEST = (GOLDEN / "request.xml").read_text(encoding="utf-8").replace(WHEN, NOW)
BODY_END = "</RECSANSVITALE>"
RECHERCHE = "http://www.cnamts.fr/INSiRec"
LOT_2 = "http://www.cnamts.fr/INSiLot2/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"

Asked = Traits | CardRequest | Claim


def asking(asked: Asked) -> str:
    """Return the request that asks this: a search by traits, by card (told in COUVERTURE too), or a verification."""
    if isinstance(asked, Traits):
        return enveloped(BY_TRAITS, f'<RECSANSVITALE xmlns="{RECHERCHE}Sans">{_traits(asked)}</RECSANSVITALE>')
    if isinstance(asked, CardRequest):
        request = enveloped(BY_CARD, f'<RECVITALE xmlns="{RECHERCHE}Vit">{_card(asked)}</RECVITALE>')
        return request.replace("<ctxbam:COUVERTURE/>", _cover(asked))
    return enveloped(VERIFY, f'<Requete xmlns="{LOT_2}REQUnitaire">{_person(asked)}</Requete>')


def depositing(*claims: Claim) -> str:
    """Return the deposit of claims."""
    return enveloped(DEPOSIT, f'<Depot xmlns="{LOT_2}REQMasse">{"".join(map(_person, claims))}</Depot>')


def collecting(number: str) -> str:
    """Return the collection of a deposit."""
    return enveloped(COLLECT, f'<Releve xmlns="{LOT_2}REQMasse"><NumeroDepot>{number}</NumeroDepot></Releve>')


def enveloped(shape: OperationShape, body: str) -> str:
    """Return the golden request with another operation and body."""
    start, end = REQUEST.index("<RECSANSVITALE"), REQUEST.index(BODY_END) + len(BODY_END)
    return (REQUEST[:start] + body + REQUEST[end:]).replace(BY_TRAITS.action, shape.action)


def changed(request: str, *changes: tuple[str, str]) -> str:
    """Return a request with texts replaced, each of which must be there."""
    for old, new in changes:
        assert old in request, old
        request = request.replace(old, new)
    return request


def with_block(request: str, block: str) -> str:
    """Return a request with one more header block."""
    return changed(request, ("</soap:Header>", f"{block}</soap:Header>"))


def with_security(request: str, content: str) -> str:
    """Return a request with a wsse:Security block."""
    return with_block(request, f'<wsse:Security xmlns:wsse="{WSSE}">{content}</wsse:Security>')


def _elements(**values: str) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value)


def _traits(traits: Traits) -> str:
    return _elements(
        NomNaissance=traits.birth_name,
        Prenom=traits.first_names,
        Sexe=traits.sex,
        DateNaissance=traits.birth_date,
        LieuNaissance=traits.birth_place,
    )


def _matricule(matricule: str) -> str:
    return _elements(NumIdentifiant=matricule[:13], Cle=matricule[13:])


def _card(request: CardRequest) -> str:
    return _elements(
        MatriculeIndividu=_matricule(request.individual),
        MatriculeOD=_matricule(request.holder),
        NomNaissance=request.birth_name,
        DateNaissance=request.birth_date,
        RangNaissance=request.rank,
    )


def _cover(request: CardRequest) -> str:
    number = request.holder or request.individual
    key = f"<b:Cle>{number[13:]}</b:Cle>" if number[13:] else ""
    holder = f"<b:ASSURE><b:Id><b:Num>{number[:13]}</b:Num>{key}</b:Id></b:ASSURE>"
    person = f"<b:BENEFICIAIRE><b:DateNai>{request.birth_date}</b:DateNai></b:BENEFICIAIRE>"
    return f'<b:COUVERTURE xmlns:b="urn:siram:bam:ctxbam">{holder}{person}</b:COUVERTURE>'


def _person(claim: Claim) -> str:
    given = _elements(IdIndividu=_matricule(claim.matricule), OID=claim.oid)
    told = _traits(claim.traits).replace("Prenom>", "ListePrenom>")
    ref = f' ref="{claim.ref}"' if claim.ref else ""
    return (
        f"<IndividuVerifie{ref}><INSFourni>{given}</INSFourni>"
        f"<TraitsIdentiteIndividu>{told}</TraitsIdentiteIndividu></IndividuVerifie>"
    )


def assertion(name_id: str, *, qualifier: str = "CPS", age: timedelta = timedelta()) -> str:
    """Return an unsigned SAML assertion."""
    issued = (datetime.now(UTC) - age).isoformat(timespec="milliseconds")
    return (
        f'<saml:Assertion xmlns:saml="{SAML}" ID="_a1" IssueInstant="{issued}" Version="2.0">'
        f"<saml:Issuer>CN={name_id}</saml:Issuer>"
        f'<saml:Subject><saml:NameID NameQualifier="{qualifier}">{name_id}</saml:NameID></saml:Subject>'
        "</saml:Assertion>"
    )


def signed(text: str, issued: Issued) -> str:
    """Return an assertion signed in RSA-SHA256."""
    signer = XMLSigner(
        SignatureConstructionMethod.enveloped,
        SignatureMethod.RSA_SHA256,
        DigestAlgorithm.SHA256,
        c14n_algorithm=EXC_C14N,
    )
    certificate = x509.load_pem_x509_certificate(issued.cert.read_bytes())
    element = signer.sign(etree.fromstring(text), key=key_of(issued), cert=[certificate], reference_uri="_a1")
    return etree.tostring(element).decode()


def signed_with_sha1(text: str, issued: Issued) -> str:
    """Return an assertion signed as old cards do: signxml refuses to."""
    element = etree.fromstring(text)
    template = xmlsec.template.create(element, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha1)
    element.insert(1, template)
    reference = xmlsec.template.add_reference(template, xmlsec.constants.TransformSha1, uri="#_a1")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(template))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(issued.key), xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_file(str(issued.cert), xmlsec.constants.KeyDataFormatPem)
    context.register_id(element, "ID")
    context.sign(template)
    return etree.tostring(element).decode()
