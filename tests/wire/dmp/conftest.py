"""The DMP over real sockets: one running sandbox for the module, a fresh session for each test, and a DMP client.

The client writes VIHF, ITI-41, ITI-18, ITI-43 and PRPA_IN201307UV02 on its own, with text templates and signxml.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import httpx
import pytest
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod, XMLSigner

from lgo_sandbox.assemble import running
from lgo_sandbox.journal import Exchange, Filter
from lgo_sandbox.launcher import Launcher
from lgo_sandbox.people import Patient, Professional
from lgo_sandbox.pki import Issued, Kind
from lgo_sandbox.pki.holders import Holder, organisation_holder, person_holder
from lgo_sandbox.session import Session, SessionConfig
from lgo_sandbox.settings import Settings

NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "h": "urn:hl7-org:v3",
    "rs": "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0",
    "rim": "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0",
    "query": "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0",
    "xds": "urn:ihe:iti:xds-b:2007",
    "xop": "http://www.w3.org/2004/08/xop/include",
}
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
ACTIONS = {
    "patients": "urn:hl7-org:v3:PRPA_IN201307UV02",
    "registry": "urn:ihe:iti:2007:RegistryStoredQuery",
    "feed": "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
    "retrieve": "urn:ihe:iti:2007:RetrieveDocumentSet",
}
REPOSITORY = "1.2.250.1.213.4.1.1.1.2"
CODE_SCHEMES = {
    "class": "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a",
    "confidentiality": "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f",
    "event": "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4",
    "format": "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d",
    "facility": "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
    "practice": "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead",
    "type": "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983",
}


class _OldSigner(XMLSigner):
    """Signs with SHA-1, as the official samples of 2019 do."""

    def check_deprecated_methods(self) -> None:
        """Let SHA-1 pass."""


@dataclass
class Vihf:
    """What a test puts in a VIHF; ``extra`` replaces or (None) removes attributes."""

    who: Professional
    structure: str
    patient: str
    mode: str = "INDIRECTE"
    purpose: str = "normal"
    root: str = "1.2.250.1.213.1.4.10"
    issued: datetime | None = None
    signed_by: Issued | None = None
    sha1: bool = False
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
            "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml2:AuthnContextClassRef></saml2:AuthnContext>"
            f"</saml2:AuthnStatement><saml2:AttributeStatement>{self._attributes()}</saml2:AttributeStatement>"
            "</saml2:Assertion>"
        )
        element = etree.fromstring(text)
        return self._signed(element) if self.signed_by else element

    def _attributes(self) -> str:
        values: dict[str, str | None] = {
            "Identifiant_Structure": self.structure,
            "Secteur_Activite": "SA33^1.2.250.1.71.4.2.4",
            "urn:oasis:names:tc:xspa:1.0:subject:subject-id": None if self.mode == "DIRECTE" else self.who.name,
            "urn:oasis:names:tc:xacml:2.0:subject:role": self._roles(),
            "VIHF_Version": "3.0",
            "Authentification_mode": self.mode,
            "urn:oasis:names:tc:xacml:2.0:resource:resource-id": f"{self.patient}^^^&{self.root}&ISO^NH",
            "Ressource_URN": "urn:dmp",
            "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse": self._coded(
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
        roles = [self._coded("Role", self.who.profession, "1.2.250.1.71.1.2.7")]
        if self.who.profession == "10":
            roles.append(self._coded("Role", self.who.savoir_faire, "1.2.250.1.71.4.2.5"))
        elif self.who.section:
            roles.append(self._coded("Role", self.who.section, "1.2.250.1.71.4.2.6"))
        return "".join(roles)

    @staticmethod
    def _coded(element: str, code: str, system: str) -> str:
        return (
            f'<saml2:AttributeValue><{element} xmlns="urn:hl7-org:v3" '
            f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CE" code={quoteattr(code)} '
            f'codeSystem="{system}"/></saml2:AttributeValue>'
        )

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
            element, key=self.signed_by.key.read_bytes(), cert=certificate, reference_uri=element.get("ID"), id_attribute="ID"
        )


def envelope(body: str, vihf: etree._Element | None, action: str | None, *, ns: str = NS["s"], extra: str = "") -> bytes:
    """Return a SOAP request."""
    security = "" if vihf is None else f'<wsse:Security xmlns:wsse="{WSSE}">{etree.tostring(vihf).decode()}</wsse:Security>'
    headers = [
        f"<wsa:MessageID>urn:uuid:{uuid.uuid4()}</wsa:MessageID><wsa:To/>",
        "<wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>",
        "" if action is None else f'<wsa:Action mustUnderstand="true">{action}</wsa:Action>',
    ]
    return (
        f'<soap:Envelope xmlns:soap="{ns}" xmlns:wsa="{NS["wsa"]}"><soap:Header>{"".join(headers)}{extra}{security}'
        f"</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def existence(patient: str, root: str = "1.2.250.1.213.1.4.10", reason: str = "TEST_EXST") -> str:
    """Return the body of TD0.2."""
    return (
        '<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0"><id root="1.2.250.1.999.1" extension="42"/>'
        '<creationTime value="20260101"/><interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201307UV02"/>'
        '<processingCode code="D"/><processingModeCode code="T"/><acceptAckCode code="AL"/>'
        '<receiver typeCode="RCV"><device><id root="1.2.250.1.213.4.1.1.1"/></device></receiver>'
        '<sender typeCode="SND"><device><id root="1.2.250.1.999.1"/></device></sender>'
        f'<controlActProcess><reasonCode code="{reason}" codeSystem="1.2.250.1.213.1.1.4.11"/><queryByParameter>'
        '<queryId root="1.2.3.4" extension="7"/><statusCode code="new"/><parameterList><patientIdentifier>'
        f'<value root="{root}" extension="{patient}"/><semanticsText>Patient.id</semanticsText></patientIdentifier>'
        "</parameterList></queryByParameter></controlActProcess></PRPA_IN201307UV02>"
    )


def adhoc(query: str, parameters: list[tuple[str, str]], returned: str = "LeafClass") -> str:
    """Return the body of ITI-18."""
    slots = "".join(
        f'<rim:Slot name="{name}"><rim:ValueList><rim:Value>{escape(value)}</rim:Value></rim:ValueList></rim:Slot>'
        for name, value in parameters
    )
    return (
        f'<query:AdhocQueryRequest xmlns:query="{NS["query"]}" xmlns:rim="{NS["rim"]}"><query:ResponseOption '
        f'returnComposedObjects="true" returnType="{returned}"/><rim:AdhocQuery id="urn:uuid:{query}">{slots}'
        "</rim:AdhocQuery></query:AdhocQueryRequest>"
    )


def find_documents(patient: str, *parameters: tuple[str, str], returned: str = "LeafClass") -> str:
    """Return a FindDocuments of the documents in force."""
    approved = "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"
    usual = [
        ("$XDSDocumentEntryPatientId", f"'{patient}^^^&1.2.250.1.213.1.4.10&ISO^NH'"),
        ("$XDSDocumentEntryStatus", approved),
    ]
    return adhoc("14d4debf-8f97-4251-9a74-a90016b0af0d", [*usual, *parameters], returned)


def retrieve(*unique_ids: str, repository: str = REPOSITORY) -> str:
    """Return the body of ITI-43."""
    wanted = "".join(
        f"<xds:DocumentRequest><xds:RepositoryUniqueId>{repository}</xds:RepositoryUniqueId>"
        f"<xds:DocumentUniqueId>{unique_id}</xds:DocumentUniqueId></xds:DocumentRequest>"
        for unique_id in unique_ids
    )
    return f'<xds:RetrieveDocumentSetRequest xmlns:xds="{NS["xds"]}">{wanted}</xds:RetrieveDocumentSetRequest>'


def oid() -> str:
    """Return a new unique id."""
    return f"2.25.{uuid.uuid4().int}"


def cda(patient: str, *, root: str = "1.2.250.1.213.1.4.10", pdf: bytes = b"%PDF-1.4 essai") -> bytes:
    """Return a small level 1 CDA."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3">'
        f'<templateId root="1.3.6.1.4.1.19376.1.2.20"/><id root="{oid()}"/><recordTarget><patientRole>'
        f'<id root="{root}" extension="{patient}"/></patientRole></recordTarget><component><nonXMLBody>'
        f'<text mediaType="application/pdf" representation="B64">{base64.b64encode(pdf).decode()}</text>'
        "</nonXMLBody></component></ClinicalDocument>"
    ).encode()


@dataclass
class Document:
    """A document of a lot."""

    content: bytes
    patient: str
    structure: str = "10B0990017"
    author: str = "899700090014"
    id: str = "Document01"
    unique_id: str = field(default_factory=oid)
    codes: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)
    slots: Mapping[str, str | None] = field(default_factory=dict)
    replaces: str = ""
    mime_type: str = "text/xml"
    signature: bool = False

    def all_codes(self) -> dict[str, list[tuple[str, str]]]:
        """Return the codes, of a BPM or of a signature unless others are given."""
        confidentiality = [("N", "2.16.840.1.113883.5.25")]
        if self.signature:
            hidden = [(code, "1.2.250.1.213.1.1.4.13") for code in ("MASQUE_PS", "INVISIBLE_PATIENT")]
            return {
                "class": [("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN")],
                "confidentiality": confidentiality + hidden,
                "event": [("1.2.840.10065.1.12.1.14", "1.2.840.10065.1.12")],
                "format": [("http://www.w3.org/2000/09/xmldsig#", "URN")],
                "type": [("E1762", "ASTM")],
            }
        return {
            "class": [("11", "1.2.250.1.213.1.1.4.1")],
            "confidentiality": confidentiality,
            "format": [("urn:ihe:iti:xds-sd:pdf:2008", "1.3.6.1.4.1.19376.1.2.3")],
            "facility": [("SA33", "1.2.250.1.71.4.2.4")],
            "practice": [("AMBULATOIRE", "1.2.250.1.213.1.1.4.9")],
            "type": [("56445-0", "2.16.840.1.113883.6.1")],
            **self.codes,
        }


def _person(identifier: str) -> str:
    return f"{identifier}^NOM^PRENOM^^^^^^&amp;1.2.250.1.71.4.2.1&amp;ISO^D^^^IDNPS"


def _slot(name: str, value: str) -> str:
    return f'<rim:Slot name="{name}"><rim:ValueList><rim:Value>{value}</rim:Value></rim:ValueList></rim:Slot>'


def _name(text: str) -> str:
    return f'<rim:Name><rim:LocalizedString charset="UTF8" xml:lang="FR" value="{text}"/></rim:Name>'


def _author(scheme: str, owner: str, document: Document) -> str:
    xon = f"PHARMACIE^^^^^&amp;1.2.250.1.71.4.2.2&amp;ISO^IDNST^^^{document.structure}"
    return (
        f'<rim:Classification id="cla" classificationScheme="{scheme}" classifiedObject="{owner}" nodeRepresentation="">'
        f"{_slot('authorPerson', _person(document.author))}{_slot('authorInstitution', xon)}</rim:Classification>"
    )


def _external(scheme: str, value: str, owner: str) -> str:
    return f'<rim:ExternalIdentifier id="ei" identificationScheme="{scheme}" registryObject="{owner}" value="{value}"/>'


def _entry(document: Document) -> str:
    cx = f"{document.patient}^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH"
    slots: dict[str, str | None] = {
        "creationTime": "20260315101500",
        "languageCode": "art" if document.signature else "fr-FR",
        "legalAuthenticator": _person(document.author),
        "serviceStartTime": "20260315100000",
        "sourcePatientId": cx if document.signature else "42^^^&amp;1.2.250.1.999.2&amp;ISO^PI",
        **document.slots,
    }
    codes = "".join(
        f'<rim:Classification id="cla" classificationScheme="{CODE_SCHEMES[name]}" classifiedObject="{document.id}" '
        f'nodeRepresentation="{code}">{_slot("codingScheme", scheme)}{_name("libellé")}</rim:Classification>'
        for name, values in document.all_codes().items()
        for code, scheme in values
    )
    return (
        f'<rim:ExtrinsicObject id="{document.id}" mimeType="{document.mime_type}" '
        'objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1">'
        + "".join(_slot(name, value) for name, value in slots.items() if value is not None)
        + _name("Source" if document.signature else "Bilan médicamenteux")
        + _author("urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d", document.id, document)
        + codes
        + _external("urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427", cx, document.id)
        + _external("urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab", document.unique_id, document.id)
        + "</rim:ExtrinsicObject>"
    )


def _link(kind: str, source: str, target: str) -> str:
    return (
        f'<rim:Association id="as-{uuid.uuid4()}" associationType="{kind}" sourceObject="{source}" '
        f'targetObject="{target}">{_slot("SubmissionSetStatus", "Original")}</rim:Association>'
    )


def _manifest(unique_id: str, documents: list[Document]) -> bytes:
    digests = {unique_id: "AA=="}
    for document in documents:
        try:
            octets = etree.tostring(etree.fromstring(document.content), method="c14n", with_comments=True)
        except etree.XMLSyntaxError:
            octets = document.content
        digests[document.unique_id] = base64.b64encode(hashlib.sha1(octets).digest()).decode()
    references = "".join(
        f'<ds:Reference URI="urn:oid:{cited}"><ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
        for cited, digest in digests.items()
    )
    return (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Object><ds:Manifest Id="IHEManifest">'
        f"{references}</ds:Manifest></ds:Object></ds:Signature>"
    ).encode()


@dataclass
class Lot:
    """A lot to feed; the signature is added."""

    documents: list[Document]
    unique_id: str = field(default_factory=oid)
    signed: bool = True
    spoil: Callable[[bytes], bytes] = lambda manifest: manifest

    def members(self) -> list[Document]:
        """Return the documents, then the signature."""
        first = self.documents[0]
        content = self.spoil(_manifest(self.unique_id, self.documents))
        signature = Document(content, first.patient, first.structure, first.author, "Signature01", signature=True)
        return [*self.documents, signature] if self.signed else self.documents

    def body(self, reference: Callable[[Document], str], members: list[Document]) -> str:
        """Return the ITI-41 body; ``reference`` writes the content of each Document."""
        links = [_link("urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember", "SubmissionSet01", d.id) for d in members]
        links += [_link("urn:ihe:iti:2007:AssociationType:signs", d.id, "SubmissionSet01") for d in members if d.signature]
        links += [_link("urn:ihe:iti:2007:AssociationType:RPLC", d.id, d.replaces) for d in members if d.replaces]
        documents = "".join(f'<xds:Document id="{d.id}">{reference(d)}</xds:Document>' for d in members)
        return (
            f'<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds="{NS["xds"]}" xmlns:rim="{NS["rim"]}">'
            '<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"><rim:RegistryObjectList>'
            f"{self._package()}{''.join(map(_entry, members))}{''.join(links)}"
            f"</rim:RegistryObjectList></lcm:SubmitObjectsRequest>{documents}</xds:ProvideAndRegisterDocumentSetRequest>"
        )

    def _package(self) -> str:
        first = self.documents[0]
        cx = f"{first.patient}^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH"
        return (
            f'<rim:RegistryPackage id="SubmissionSet01">{_slot("submissionTime", "20260315103000")}'
            '<rim:Classification id="c" classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd" '
            'classifiedObject="SubmissionSet01"/>'
            + _author("urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d", "SubmissionSet01", first)
            + '<rim:Classification id="c" classificationScheme="urn:uuid:aa543740-bdda-424e-8c96-df4873be8500" '
            f'classifiedObject="SubmissionSet01" nodeRepresentation="04">{_slot("codingScheme", "1.2.250.1.213.2.2")}'
            "</rim:Classification>"
            + _external("urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446", cx, "SubmissionSet01")
            + _external("urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832", "1.2.250.1.999.1", "SubmissionSet01")
            + _external("urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8", self.unique_id, "SubmissionSet01")
            + "</rim:RegistryPackage>"
        )


def mtom(root: bytes, members: list[Document], *, line: bytes = b"\r\n", soap_type: str = "application/soap+xml") -> tuple[str, bytes]:
    """Return a package as the official sample lays it out."""
    boundary = f"----=_Part_{uuid.uuid4().hex}"
    head = f'Content-Type: application/xop+xml; charset=UTF-8; type="{soap_type}"'.encode()
    parts = [line.join([head, b"Content-Transfer-Encoding: 8bit", b"Content-ID: <rootpart@test>", b"", root])]
    for document in members:
        lines = [b"Content-Type: text/xml; charset=Cp1252", b"Content-Transfer-Encoding: binary"]
        parts.append(line.join([*lines, f"Content-ID: <{document.id}.xml>".encode(), b"", document.content]))
    delimiter = b"--" + boundary.encode()
    body = b"".join(delimiter + line + part + line for part in parts) + delimiter + b"--" + line
    return (
        f'multipart/related; type="application/xop+xml"; start="<rootpart@test>"; start-info="{soap_type}"; '
        f'boundary="{boundary}"',
        body,
    )


@dataclass
class Reply:
    """An answer, opened: the SOAP root, the parts by content id, and what HTTP said."""

    http: httpx.Response
    root: etree._Element
    parts: dict[str, bytes]

    @property
    def status(self) -> int:
        return self.http.status_code

    def all(self, path: str) -> list[Any]:
        """Return what an XPath finds, with the usual prefixes."""
        found = self.root.xpath(path, namespaces=NS)
        return list(found) if isinstance(found, list) else [found]

    def text(self, path: str) -> str:
        """Return the text of an XPath."""
        return str(self.root.xpath(f"string({path})", namespaces=NS))

    @property
    def fault(self) -> tuple[str, str]:
        """The subcode and the reason."""
        return self.text("//s:Subcode/s:Value"), self.text("//s:Reason/s:Text")

    @property
    def errors(self) -> list[str]:
        """The XDS error codes."""
        return [str(code) for code in self.all("//rs:RegistryError/@errorCode")]


def opened(response: httpx.Response) -> Reply:
    """Return an answer with the parts of its package, read by the standard library's mail parser."""
    content_type = response.headers["content-type"]
    if not content_type.startswith("multipart/related"):
        return Reply(response, etree.fromstring(response.content), {})
    mail = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + response.content, policy=HTTP)
    raw = response.content.split(b"--" + str(mail.get_boundary()).encode())[1:-1]
    bodies = [part.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n") for part in raw]
    ids = [str(part["content-id"]).strip("<>") for part in mail.iter_parts()]
    return Reply(response, etree.fromstring(bodies[0]), dict(zip(ids[1:], bodies[1:], strict=True)))


class Dmp:
    """A DMP client of one sandbox session, with the tester's hand on that session."""

    def __init__(self, runner: Runner, name: str, clients: dict[str, httpx.Client]) -> None:
        self.launcher = launcher = runner.launcher
        self.do = runner.do
        self._runner = runner
        self.session: Session = runner.do(lambda: launcher.sandbox.sessions.create(name))
        self._clients = clients
        self.people = launcher.sandbox.people
        self._sent = 0
        self.patient = self.people.patient_named("martin-claire").matricule

    def named(self, patient: str) -> str:
        """Return the matricule of a patient."""
        return self.people.patient_named(patient).matricule

    def neighbour(self) -> Dmp:
        """Return the same client in another session."""
        return Dmp(self._runner, f"{self.session.name}-b", self._clients)

    def configure(self, **options: str) -> None:
        """Set options of the DMP."""
        self.do(lambda: self.session.configure(SessionConfig(options={f"dmp.{k}": v for k, v in options.items()})))

    def stranger(self) -> Patient:
        """Return another patient."""
        return self.people.patient_named("durand-paul-1")

    def persona(self, name: str) -> Professional:
        """Return a professional."""
        return self.people.persona(name)

    def issue(self, kind: str, who: str = "officine", variant: str = "good") -> Issued:
        """Return a certificate of a structure or of a professional."""
        holder: Holder = (
            person_holder(self.people.persona(who))
            if kind.startswith("cps")
            else organisation_holder(self.people.structure(who))
        )
        return self.launcher.sandbox.pki.issue(Kind(kind), holder=holder, variant=variant)

    def indirect(self, who: str = "titulaire", **changes: Any) -> Vihf:
        """Return an INDIRECTE VIHF of the pharmacy, signed by its seal."""
        usual = Vihf(self.persona(who), "10B0990017", self.patient, signed_by=self.issue("org-sign"))
        return replace(usual, **changes)

    def direct(self, who: str = "titulaire", **changes: Any) -> Vihf:
        """Return a DIRECTE VIHF signed by the card."""
        structure = self.people.structure(self.persona(who).structure).id_nat
        usual = Vihf(self.persona(who), structure, self.patient, "DIRECTE", signed_by=self.issue("cps-sign", who))
        return replace(usual, **changes)

    def client(self, certificate: Issued | None) -> httpx.Client:
        """Return an HTTP client that shows a certificate."""
        name = certificate.name if certificate else ""
        if name not in self._clients:
            context = ssl.create_default_context(cafile=self.launcher.sandbox.pki.ca_bundle)
            if certificate:
                context.load_cert_chain(certificate.chain, certificate.key)
            self._clients[name] = httpx.Client(verify=context, trust_env=False, timeout=30)
        return self._clients[name]

    def url(self, suffix: str, *, tls: bool = True) -> str:
        """Return the address of a path of the DMP in this session."""
        root = self.launcher.sandbox.addresses.root("dmp", tls=tls)
        return f"{root}/s/{self.session.name}/si-dmp-server/v2/services/{suffix}"

    def post(
        self,
        suffix: str,
        content: bytes,
        *,
        certificate: Issued | None = None,
        content_type: str = "application/soap+xml; charset=UTF-8",
        tls: bool = True,
    ) -> Reply:
        """Send octets and open the answer."""
        self._sent += 1
        sender = self.client(certificate if tls else None)
        return opened(sender.post(self.url(suffix, tls=tls), content=content, headers={"Content-Type": content_type}))

    def certificate_for(self, vihf: Vihf) -> Issued:
        """Return the TLS certificate that goes with a VIHF."""
        return self.issue("cps-auth", vihf.who.id) if vihf.mode == "DIRECTE" else self.issue("org-auth")

    def call(
        self,
        suffix: str,
        action: str,
        body: str,
        vihf: Vihf | None,
        *,
        certificate: Issued | None = None,
        tls: bool = True,
        alter: Callable[[bytes], bytes] = lambda octets: octets,
    ) -> Reply:
        """Send a request with a VIHF."""
        shown = certificate or (self.certificate_for(vihf) if vihf else self.issue("org-auth"))
        octets = alter(envelope(body, self.assertion(vihf), action))
        return self.post(suffix, octets, certificate=shown, tls=tls)

    def assertion(self, vihf: Vihf | None) -> etree._Element | None:
        """Return the VIHF as XML; its issuer is the subject of who vouches for it."""
        if vihf is None:
            return None
        owner = vihf.signed_by or self.issue("cps-auth", vihf.who.id)
        return vihf.element(owner.certificate().subject)

    def test_existence(self, vihf: Vihf | None = None, **more: Any) -> Reply:
        """Send TD0.2."""
        sent = vihf or self.indirect()
        return self.call("patients", ACTIONS["patients"], existence(sent.patient, sent.root), sent, **more)

    def find(self, *parameters: tuple[str, str], vihf: Vihf | None = None, returned: str = "LeafClass") -> Reply:
        """Send TD3.1, by the titulaire's card unless told otherwise."""
        sent = vihf or self.direct()
        return self.call("registry", ACTIONS["registry"], find_documents(sent.patient, *parameters, returned=returned), sent)

    def read(self, *unique_ids: str, vihf: Vihf | None = None, **more: Any) -> Reply:
        """Send TD3.2."""
        return self.call("repository", ACTIONS["retrieve"], retrieve(*unique_ids, **more), vihf or self.direct())

    def document(self, content: bytes | None = None, **changes: Any) -> Document:
        """Return a BPM of the usual patient."""
        return Document(content or cda(self.patient), self.patient, **changes)

    def feed(
        self,
        *documents: Document,
        lot: Lot | None = None,
        vihf: Vihf | None = None,
        plain: bool = False,
        soap11: bool = False,
        line: bytes = b"\r\n",
        suffix: str = "repository",
        drop: str = "",
        alter: Callable[[bytes], bytes] = lambda octets: octets,
    ) -> Reply:
        """Send TD2.1; ``plain`` puts the documents in the XML, ``drop`` leaves a MIME part out."""
        sent, made = vihf or self.indirect(), lot or Lot(list(documents))
        members = made.members()

        def reference(document: Document) -> str:
            if plain:
                return base64.b64encode(document.content).decode()
            return f'<xop:Include xmlns:xop="{NS["xop"]}" href="cid:{document.id}.xml"/>'

        ns = "http://schemas.xmlsoap.org/soap/envelope/" if soap11 else NS["s"]
        root = envelope(made.body(reference, members), self.assertion(sent), ACTIONS["feed"], ns=ns)
        kept = [member for member in members if member.id != drop]
        content_type, body = ("application/soap+xml", root) if plain else mtom(root, kept, line=line)
        return self.post(suffix, alter(body), certificate=self.certificate_for(sent), content_type=content_type)

    def exchanges(self) -> list[Exchange]:
        """Return the exchanges of the session, the last first, once all that was sent is journaled."""
        for _ in range(1000):
            self.do(self.session.journal.flush)
            found = self.do(lambda: self.session.journal.read(Filter(newest_first=True), bodies=True))
            if len(found) >= self._sent:
                return found
            time.sleep(0.005)
        raise AssertionError("an exchange is missing from the journal")

    def findings(self) -> list[str]:
        """Return the ids of the findings of the last exchange."""
        return [finding.check_id for finding in self.exchanges()[0].findings]


class Runner(threading.Thread):
    """A sandbox that runs in its own thread; whatever touches it is done there."""

    def __init__(self, state: Path) -> None:
        super().__init__(daemon=True)
        self.state = state
        self.launcher: Launcher
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.stopped = asyncio.Event()

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        async with running(Settings(state=self.state, port_base=0), ["dmp"]) as self.launcher:
            self.ready.set()
            await self.stopped.wait()

    def do(self, action: Callable[[], Any]) -> Any:
        """Return what an action gives, done between two requests of the sandbox."""

        async def done() -> Any:
            return action()

        return asyncio.run_coroutine_threadsafe(done(), self.loop).result(30)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.join()


@pytest.fixture(scope="package")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    started = Runner(tmp_path_factory.mktemp("dmp"))
    started.start()
    assert started.ready.wait(60)
    yield started
    started.stop()


@pytest.fixture(scope="package")
def clients() -> Iterator[dict[str, httpx.Client]]:
    opened_clients: dict[str, httpx.Client] = {}
    yield opened_clients
    for client in opened_clients.values():
        client.close()


@pytest.fixture
def dmp(runner: Runner, clients: dict[str, httpx.Client]) -> Dmp:
    return Dmp(runner, f"t{uuid.uuid4().hex[:12]}", clients)


@pytest.fixture(scope="session")
def samples() -> list[Path]:
    default = Path(__file__).resolve().parents[4] / "shared" / "ci-sis"
    folder = Path(os.environ.get("LGO_SANDBOX_ARTEFACTS", default)) / "TestContenuCDA-3-0" / "ExemplesCDA"
    found = sorted(folder.glob("*.xml"))
    if not found:
        pytest.skip(f"the official samples are not there: {folder} (set LGO_SANDBOX_ARTEFACTS)")
    return found


class Writing:
    """The functions that write and open messages, for tests that need them alone."""

    NS = NS
    envelope = staticmethod(envelope)
    existence = staticmethod(existence)
    adhoc = staticmethod(adhoc)
    find_documents = staticmethod(find_documents)
    retrieve = staticmethod(retrieve)
    cda = staticmethod(cda)
    oid = staticmethod(oid)
    opened = staticmethod(opened)
    Lot = Lot
    Document = Document


@pytest.fixture(scope="session")
def writing() -> type[Writing]:
    return Writing
