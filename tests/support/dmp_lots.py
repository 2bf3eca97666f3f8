"""Lots of documents (ITI-41) written for the tests: CDA, ebRIM, manifest, MIME package."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree

from health_documents.cda.write.n1 import write_n1
from health_documents.codes.systems import document_types
from health_documents.values.document import Author, DocumentHeader, Organization, PatientIdentity
from lgo_sandbox.pki import Issued
from support.dmp_lot_signature import C14N, signed, template
from support.dmp_messages import NS

__all__ = ["PDF", "Document", "Lot", "as_bpm", "cda", "mtom", "oid"]

CODE_SCHEMES = {
    "class": "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a",
    "confidentiality": "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f",
    "event": "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4",
    "format": "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d",
    "facility": "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
    "practice": "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead",
    "type": "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983",
}


LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
UPDATES = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"
ORIGINAL = {"SubmissionSetStatus": "Original"}


def oid() -> str:
    """Return a new unique id."""
    return f"2.25.{uuid.uuid4().int}"


STRUCTURE = Organization("10B0990017", "PHARMACIE", "SA33", "1 rue", "99000", "VILLE", "0100000000")
AUTHOR = Author("899700090014", "NOM", "PRENOM", "G15_21/A", "Pharmacien titulaire d'officine", STRUCTURE)


PDF = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /OutputIntent /S /GTS_PDFA1 >>\nendobj\n2 0 obj\n<< /Type /Metadata >>\nstream\n"
    b"<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>\nendstream\nendobj\ntrailer << >>\n%%EOF\n"
)
"""A file with the marks of PDF/A-1, and nothing to show."""


def cda(patient: str, *, root: str = "1.2.250.1.213.1.4.10", pdf: bytes = PDF) -> bytes:
    """Return a level 1 CDA that breaks no rule, of a type of which no datamatrix is wanted."""
    identity = PatientIdentity(
        matricule=patient,
        oid=root,
        birth_name="PATIENT",
        first_names=("ESSAI",),
        sex="F",
        birth_date="1956-03-12",
        birth_place="63220",
    )
    now = datetime(2026, 3, 15, 10, tzinfo=UTC)
    unique_id = oid()
    header = DocumentHeader(
        id=unique_id,
        set_id=unique_id,
        version=1,
        title="Compte rendu",
        code=document_types()["11488-4"],
        effective_time=now,
        patient=identity,
        authors=(AUTHOR,),
        custodian=STRUCTURE,
        legal_authenticator=AUTHOR,
        event_start=now,
        facility_type="SA33",
    )
    return write_n1(header, pdf)


def as_bpm(content: bytes) -> bytes:
    """Return that CDA as a BPM, of which a datamatrix is wanted."""
    return content.replace(b'code="11488-4"', b'code="56445-0"')


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
    lid: str = ""
    title: str = "Bilan médicamenteux"

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
        f'<rim:Classification id="c" classificationScheme="{scheme}" classifiedObject="{owner}" nodeRepresentation="">'
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
    lid = f' lid="{document.lid}"' if document.lid else ""
    return (
        f'<rim:ExtrinsicObject id="{document.id}"{lid} mimeType="{document.mime_type}" '
        'objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1">'
        + "".join(_slot(name, value) for name, value in slots.items() if value is not None)
        + _name("Source" if document.signature else document.title)
        + _author("urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d", document.id, document)
        + codes
        + _external("urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427", cx, document.id)
        + _external("urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab", document.unique_id, document.id)
        + "</rim:ExtrinsicObject>"
    )


def _link(kind: str, source: str, target: str, slots: Mapping[str, str] = ORIGINAL) -> str:
    return (
        f'<rim:Association id="as-{uuid.uuid4()}" associationType="{kind}" sourceObject="{source}" '
        f'targetObject="{target}">{"".join(_slot(*slot) for slot in slots.items())}</rim:Association>'
    )


def _manifest(unique_id: str, documents: list[Document]) -> str:
    digests = {unique_id: "AA=="}
    for document in documents:
        try:
            octets = etree.tostring(etree.fromstring(document.content), method="c14n", with_comments=True)
        except etree.LxmlError:
            octets = document.content
        digests[document.unique_id] = base64.b64encode(hashlib.sha1(octets).digest()).decode()
    return "".join(
        f'<ds:Reference URI="urn:oid:{cited}"><ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
        for cited, digest in digests.items()
    )


@dataclass
class Lot:
    """A lot to feed; its signature is added, by ``signed_by`` (none: of no value).

    ``spoil`` changes the signature before it is signed, ``tamper`` after.
    """

    documents: list[Document]
    unique_id: str = field(default_factory=oid)
    signed: bool = True
    spoil: Callable[[bytes], bytes] = lambda manifest: manifest
    signed_by: Issued | None = None
    tamper: Callable[[bytes], bytes] = lambda signature: signature
    sha256: bool = False
    c14n: str = C14N
    signing_time: str = ""
    cites: tuple[str, ...] = ()

    def members(self) -> list[Document]:
        """Return the documents, then the signature."""
        first = self.documents[0]
        references, signer = _manifest(self.unique_id, self.documents), self.signed_by
        made = template(references, signer, sha256=self.sha256, c14n=self.c14n, when=self.signing_time)
        spoilt = self.spoil(made)
        content = self.tamper(signed(spoilt, signer) if signer else spoilt)
        signature = Document(content, first.patient, first.structure, first.author, "Signature01", signature=True)
        return [*self.documents, signature] if self.signed else self.documents

    def body(self, reference: Callable[[Document], str], members: list[Document]) -> str:
        """Return the ITI-41 body; ``reference`` writes the content of each Document."""
        links = [_link(HAS_MEMBER, "SubmissionSet01", d.id) for d in members]
        links += [
            _link("urn:ihe:iti:2007:AssociationType:signs", d.id, "SubmissionSet01") for d in members if d.signature
        ]
        links += [_link("urn:ihe:iti:2007:AssociationType:RPLC", d.id, d.replaces) for d in members if d.replaces]
        links += [
            _link(HAS_MEMBER, "SubmissionSet01", cited, {"SubmissionSetStatus": "Reference"}) for cited in self.cites
        ]
        documents = "".join(f'<xds:Document id="{d.id}">{reference(d)}</xds:Document>' for d in members)
        return (
            f'<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds="{NS["xds"]}" xmlns:rim="{NS["rim"]}">'
            '<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"><rim:RegistryObjectList>'
            f"{self._package()}{''.join(map(_entry, members))}{''.join(links)}"
            f"</rim:RegistryObjectList></lcm:SubmitObjectsRequest>{documents}</xds:ProvideAndRegisterDocumentSetRequest>"
        )

    def update(self, changes: Iterable[tuple[str, str, str]] = (), previous: str = "1") -> str:
        """Return an ITI-57 body: the documents sent again, or changes (entryUUID, OriginalStatus, NewStatus)."""
        asked = list(changes)
        again = [] if asked else self.documents
        member = {"SubmissionSetStatus": "Original", **({"PreviousVersion": previous} if previous else {})}
        links = [_link(HAS_MEMBER, "SubmissionSet01", d.id, member) for d in again]
        for target, original, new in asked:
            slots = {"OriginalStatus": original, "NewStatus": new}
            links.append(_link(UPDATES, "SubmissionSet01", target, {k: v for k, v in slots.items() if v}))
        return (
            f'<lcm:SubmitObjectsRequest xmlns:lcm="{LCM}" xmlns:rim="{NS["rim"]}">'
            f"<rim:RegistryObjectList>{self._package()}{''.join(map(_entry, again))}{''.join(links)}"
            "</rim:RegistryObjectList></lcm:SubmitObjectsRequest>"
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


def mtom(
    root: bytes, members: list[Document], *, line: bytes = b"\r\n", soap_type: str = "application/soap+xml"
) -> tuple[str, bytes]:
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
