"""The DMP from an LGO: existence and authorisation (TD0.2), feed (TD2.1), list (TD3.1), retrieval (TD3.2).

One object acts for one professional in one mode (direct: card; indirect: structure). Source: specs/dmp.md §1.3–1.6
(paths, actions, headers), §1.5 (MTOM), §3 (lots). Raises SoapRefused on a fault, RegistryRefused on a Failure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from lxml import etree

from health_documents.xds.write import DocumentEntry, SubmissionSet
from lgo_client.clock import Workplace
from lgo_client.environment import Certificate
from lgo_client.lot_signature import Signed, sign_lot
from lgo_client.mtom import pack, part_of, unpack
from lgo_client.soap import ENVELOPE, WSA, element, parse_answer
from lgo_client.vihf import VihfWriter
from lgo_client.xds import Listed, check_registry, document_href, find_documents, listed, provide, retrieve

__all__ = ["Access", "Dmp", "Lot"]

BASE = "/si-dmp-server/v2/services"
HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
INTERACTIONS = "2.16.840.1.113883.1.6"
DMP_DEVICE = "1.2.250.1.213.4.1.1.1"
REASONS = "1.2.250.1.213.1.1.4.11"
AUTHORISATION = "AUTORISATION"

EXISTENCE = "urn:hl7-org:v3:PRPA_IN201307UV02"
QUERY = "urn:ihe:iti:2007:RegistryStoredQuery"
FEED = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
RETRIEVE = "urn:ihe:iti:2007:RetrieveDocumentSet"


@dataclass(frozen=True, slots=True)
class Access:
    """What TD0.2 says: does a DMP exist, its status (``active``, ``terminated``), the caller's authorisation."""

    exists: bool
    status: str
    authorisation: str

    @property
    def open_and_authorised(self) -> bool:
        """Tell whether consultation is possible."""
        return self.exists and self.status == "active" and self.authorisation == "VALIDE"


@dataclass(frozen=True, slots=True)
class Lot:
    """Documents of one submission: metadata, entries with their octets in the same order, the signature's entry.

    ``replaces`` is the entryUUID that the first document replaces, or empty.
    """

    submission: SubmissionSet
    entries: Sequence[DocumentEntry]
    octets: Sequence[bytes]
    signature: DocumentEntry
    replaces: str = ""


class Dmp:
    """Calls the DMP. ``http`` shows the TLS certificate, ``vihf`` writes the assertions, ``oid`` names the software."""

    def __init__(self, http: httpx.Client, url: str, vihf: VihfWriter, workplace: Workplace, oid: str) -> None:
        self._http = http
        self._root = url + BASE
        self._vihf = vihf
        self._workplace = workplace
        self._oid = oid

    def existence(self, patient: str) -> Access:
        """TD0.2: ask whether a patient (CX) has a DMP and whether the caller may read it."""
        root, extension = _identifier(patient)
        answer = self._call("/patients", EXISTENCE, patient, self._existence_request(root, extension))
        return _access(answer)

    def documents(self, patient: str, *, since: str = "") -> list[Listed]:
        """TD3.1: list the documents that the caller may see."""
        return listed(self._call("/registry", QUERY, patient, find_documents(patient, since=since)))

    def fetch(self, patient: str, document: Listed) -> bytes:
        """TD3.2: return a document's octets, exactly as they were fed."""
        request = self._envelope(RETRIEVE, "/repository", patient, retrieve(document.repository, document.unique_id))
        headers = {"Content-Type": f'application/soap+xml; charset=UTF-8; action="{RETRIEVE}"'}
        sent = self._http.post(f"{self._root}/repository", content=request, headers=headers)
        root, parts = unpack(sent.headers.get("content-type", ""), sent.content)
        return part_of(document_href(parse_answer(root)), parts)

    def feed(self, patient: str, lot: Lot, signer: Certificate) -> bytes:
        """TD2.1: feed a lot, signed by ``signer``; return the signature document that went with it."""
        signed = [Signed(entry.unique_id, octets) for entry, octets in zip(lot.entries, lot.octets, strict=True)]
        signature = sign_lot(lot.submission.unique_id, signed, signer, self._workplace.instant())
        body = provide(lot.submission, lot.entries, lot.signature, lot.replaces)
        parts = {
            f"{entry.id}@lgo": (entry.mime_type, octets)
            for entry, octets in zip((*lot.entries, lot.signature), (*lot.octets, signature), strict=True)
        }
        envelope = self._envelope(FEED, "/repository", patient, body)
        content_type, content = pack(envelope, parts, FEED, f"MIMEBoundary_{self._workplace.uuid()}")
        sent = self._http.post(f"{self._root}/repository", content=content, headers={"Content-Type": content_type})
        check_registry(parse_answer(unpack(sent.headers.get("content-type", ""), sent.content)[0]))
        return signature

    def send(self, path: str, action: str, patient: str, body: str) -> etree._Element:
        """Send the message of another transaction, and return the body of its answer."""
        return self._call(path, action, patient, body)

    def _call(self, path: str, action: str, patient: str, body: str) -> etree._Element:
        headers = {"Content-Type": f'application/soap+xml; charset=UTF-8; action="{action}"'}
        envelope = self._envelope(action, path, patient, body)
        sent = self._http.post(self._root + path, content=envelope, headers=headers)
        return parse_answer(unpack(sent.headers.get("content-type", ""), sent.content)[0])

    def _envelope(self, action: str, path: str, patient: str, body: str) -> bytes:
        assertion = self._vihf.assertion(patient).decode()
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f'<soap:Envelope xmlns:soap="{ENVELOPE}" xmlns:wsa="{WSA}"><soap:Header>'
            f"{element('wsa:Action', action, {'soap:mustUnderstand': 'true'})}"
            f"<wsa:MessageID>urn:uuid:{self._workplace.uuid()}</wsa:MessageID>{element('wsa:To', self._root + path)}"
            f"<wsa:ReplyTo><wsa:Address>{WSA}/anonymous</wsa:Address></wsa:ReplyTo>"
            f'<wsse:Security xmlns:wsse="{WSSE}">{assertion}</wsse:Security>'
            f"</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
        ).encode()

    def _existence_request(self, root: str, extension: str) -> str:
        device = 'classCode="DEV" determinerCode="INSTANCE"'
        return (
            f'<PRPA_IN201307UV02 xmlns="{HL7}" xmlns:xsi="{XSI}" ITSVersion="XML_1.0">'
            f'<id root="{self._oid}" extension="{self._workplace.uuid()}"/>'
            f'<creationTime value="{self._workplace.now():%Y%m%d%H%M%S}"/>'
            f'<interactionId root="{INTERACTIONS}" extension="PRPA_IN201307UV02"/>'
            '<processingCode code="D"/><processingModeCode code="T"/><acceptAckCode code="AL"/>'
            f'<receiver typeCode="RCV"><device {device}><id root="{DMP_DEVICE}"/><softwareName>DMP</softwareName>'
            f'</device></receiver><sender typeCode="SND"><device {device}><id root="{self._oid}"/></device></sender>'
            '<attentionLine xsi:nil="true"/>'
            '<controlActProcess classCode="CACT" moodCode="EVN">'
            f'<code code="PRPA_TE201307UV02" codeSystem="{INTERACTIONS}"/>'
            f'<reasonCode code="TEST_EXST" codeSystem="{REASONS}"/>'
            f'<queryByParameter><queryId root="{self._oid}" extension="{self._workplace.uuid()}"/>'
            '<statusCode code="new"/><parameterList><dataSource xsi:nil="true"/>'
            f'<patientIdentifier><value root="{root}" extension="{extension}"/>'
            "<semanticsText>Patient.id</semanticsText></patientIdentifier>"
            "</parameterList></queryByParameter></controlActProcess></PRPA_IN201307UV02>"
        )


def _identifier(patient: str) -> tuple[str, str]:
    extension, _, rest = patient.partition("^")
    return rest.split("&")[1], extension


def _access(answer: etree._Element) -> Access:
    def attribute(path: str, name: str = "code") -> str:
        found = answer.find(path, {"h": HL7})
        return str(found.get(name, "")) if found is not None else ""

    return Access(
        exists=attribute(".//h:queryAck/h:queryResponseCode") == "OK",
        status=attribute(".//h:patient/h:statusCode"),
        authorisation=_attention(answer, AUTHORISATION),
    )


def _attention(answer: etree._Element, keyword: str) -> str:
    for line in answer.iter(f"{{{HL7}}}attentionLine"):
        word, value = line.find(f"{{{HL7}}}keyWordText"), line.find(f"{{{HL7}}}value")
        if word is not None and value is not None and (word.text or word.get("code")) == keyword:
            return str(value.get("code", ""))
    return ""
