"""SOAP messages to the DMP written for the tests, and its answers opened."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import HTTP
from typing import Any
from xml.sax.saxutils import escape

import httpx
from lxml import etree

__all__ = [
    "ACTIONS",
    "NS",
    "REPOSITORY",
    "WSSE",
    "Reply",
    "adhoc",
    "envelope",
    "existence",
    "find_documents",
    "opened",
    "retrieve",
    "status_of",
    "unique_ids_of",
]

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
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
ACTIONS = {
    "patients": "urn:hl7-org:v3:PRPA_IN201307UV02",
    "registry": "urn:ihe:iti:2007:RegistryStoredQuery",
    "feed": "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
    "retrieve": "urn:ihe:iti:2007:RetrieveDocumentSet",
    "update": "urn:ihe:iti:2010:UpdateDocumentSet",
}
REPOSITORY = "1.2.250.1.213.4.1.1.1.2"
UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"


def envelope(
    body: str, vihf: etree._Element | None, action: str | None, *, ns: str = NS["s"], extra: str = ""
) -> bytes:
    """Return a SOAP request."""
    security = (
        "" if vihf is None else f'<wsse:Security xmlns:wsse="{WSSE}">{etree.tostring(vihf).decode()}</wsse:Security>'
    )
    headers = [
        f"<wsa:MessageID>urn:uuid:{uuid.uuid4()}</wsa:MessageID><wsa:To/>",
        "<wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>",
        "" if action is None else f'<wsa:Action mustUnderstand="true">{action}</wsa:Action>',
    ]
    return (
        f'<soap:Envelope xmlns:soap="{ns}" xmlns:wsa="{NS["wsa"]}"><soap:Header>{"".join(headers)}{extra}{security}'
        f"</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def existence(
    patient: str, root: str = "1.2.250.1.213.1.4.10", reason: str = "TEST_EXST", label: str = "Test d'existence"
) -> str:
    """Return the body of TD0.2, or of TD1.3a by its reason."""
    return (
        '<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0"><id root="1.2.250.1.999.1" extension="42"/>'
        '<creationTime value="20260101"/><interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201307UV02"/>'
        '<processingCode code="D"/><processingModeCode code="T"/><acceptAckCode code="AL"/>'
        f'<receiver typeCode="RCV">{_device("1.2.250.1.213.4.1.1.1", "DMP")}</receiver>'
        f'<sender typeCode="SND">{_device("1.2.250.1.999.1", "LGO de test")}</sender>'
        '<attentionLine xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>'
        f'<controlActProcess classCode="CACT" moodCode="EVN"><reasonCode code="{reason}" '
        f'codeSystem="1.2.250.1.213.1.1.4.11" displayName="{label}"/><queryByParameter>'
        '<queryId root="1.2.3.4" extension="7"/><statusCode code="new"/><parameterList><patientIdentifier>'
        f'<value root="{root}" extension="{patient}"/><semanticsText>Patient.id</semanticsText></patientIdentifier>'
        "</parameterList></queryByParameter></controlActProcess></PRPA_IN201307UV02>"
    )


def _device(oid: str, software: str) -> str:
    structure = 'classCode="DEV" determinerCode="INSTANCE"'
    return f'<device {structure}><id root="{oid}"/><softwareName>{software}</softwareName></device>'


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


@dataclass
class Reply:
    """An answer, opened: the SOAP root, the parts by content id, and what HTTP said."""

    http: httpx.Response
    root: etree._Element
    parts: dict[str, bytes]

    @property
    def status(self) -> int:
        """The HTTP status."""
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
    """Return an answer with the parts of its package, read their heads by the standard library's parser."""
    content_type = response.headers["content-type"]
    if not content_type.startswith("multipart/related"):
        return Reply(response, etree.fromstring(response.content), {})
    boundary = _headers(b"Content-Type: " + content_type.encode()).get_boundary()
    raw = response.content.split(f"--{boundary}".encode())[1:-1]
    parts = [part.removeprefix(b"\r\n").split(b"\r\n\r\n", 1) for part in raw]
    ids = [str(_headers(head)["content-id"]).strip("<>") for head, _ in parts]
    bodies = [body.removesuffix(b"\r\n") for _, body in parts]
    return Reply(response, etree.fromstring(bodies[0]), dict(zip(ids[1:], bodies[1:], strict=True)))


def _headers(head: bytes) -> EmailMessage:
    return message_from_bytes(head + b"\r\n\r\n", policy=HTTP)


def status_of(reply: Reply) -> str:
    """Return the status of an answer of the registry."""
    return reply.text("//rs:RegistryResponse/@status")


def unique_ids_of(reply: Reply) -> list[str]:
    """Return the unique ids of the documents that a query found."""
    return [str(value) for value in reply.all(f"//rim:ExternalIdentifier[@identificationScheme='{UNIQUE_ID}']/@value")]
