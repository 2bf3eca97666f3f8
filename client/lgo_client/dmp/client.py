"""The DMP from an LGO: existence, authorisations, administrative data (TD0.x, TD1.x), feed (TD2.1), list and retrieval
(TD3.1, TD3.2).

One object acts for one professional in one mode (direct: card; indirect: structure). Source: specs/dmp.md §1.3–1.6
(paths, actions, headers), §1.5 (MTOM), §3 (lots). Raises SoapRefused on a fault, RegistryRefused on a Failure.
"""

from __future__ import annotations

import httpx
from lxml import etree

from lgo_client.clock import Workplace
from lgo_client.dmp.authorisations import (
    LIST,
    PATIENTS,
    SET,
    AuthorisedDmp,
    Professional,
    dmps_of,
    done,
    list_dmps,
    list_professionals,
    professionals_of,
    set_authorisation,
)
from lgo_client.dmp.hl7 import (
    Access,
    Administrative,
    Candidate,
    access_of,
    administrative_of,
    candidates_of,
    demographics,
    search,
)
from lgo_client.dmp.lots import Lot, Prepared, prepare
from lgo_client.environment import Certificate
from lgo_client.lot_signature import Signed, sign_lot
from lgo_client.mtom import pack, part_of, unpack
from lgo_client.soap import ENVELOPE, WSA, element, parse_answer
from lgo_client.vihf import VihfWriter
from lgo_client.xds import Listed, check_registry, document_href, find_documents, get_documents, listed, retrieve

__all__ = ["QUERY", "Access", "Dmp", "DmpUnavailable", "Lot"]

BASE = "/si-dmp-server/v2/services"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
DEMOGRAPHICS = "urn:hl7-org:v3:PRPA_IN201307UV02"
CANDIDATES = "urn:hl7-org:v3:PRPA_IN201305UV02"
QUERY = "urn:ihe:iti:2007:RegistryStoredQuery"
FEED = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
RETRIEVE = "urn:ihe:iti:2007:RetrieveDocumentSet"
BUSY = frozenset({408, 425, 429, 502, 503, 504})
"""HTTP statuses of a service, or of what stands before it, that may answer later."""


class DmpUnavailable(Exception):
    """The DMP, or what stands before it, answered that it cannot answer now. ``status`` is that of HTTP."""

    def __init__(self, status: int) -> None:
        super().__init__(f"le DMP répond {status} : il ne peut pas répondre pour le moment")
        self.status = status


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
        return access_of(self._demographics(patient, "TEST_EXST"))

    def administrative(self, patient: str) -> Administrative:
        """TD1.3a: read the status of a DMP and what the patient opposes."""
        return administrative_of(self._demographics(patient, "CNSLT_DATA"))

    def search(self, family: str, birth: str = "") -> list[Candidate]:
        """TD0.5: search patients by name; the assertion must say that an emergency is regulated."""
        body = search(family, birth, self._vihf.software, self._oid, self._workplace)
        return candidates_of(self._call("/patientsPDQ", CANDIDATES, "", body))

    def authorise(self, patient: str, *, doctor_in_charge: bool = False) -> str:
        """TD0.3: say that the caller may read a DMP, after the patient agreed; return what the DMP says of it."""
        body = set_authorisation("AJOUT", doctor_in_charge=doctor_in_charge)
        return done(self._call("/habilitations", SET, patient, body))

    def withdraw(self, patient: str, *, doctor_in_charge: bool = False) -> str:
        """TD0.3: give up one's authorisation, or the role of médecin traitant; return what the DMP says of it."""
        body = set_authorisation("SUPPRESSION", doctor_in_charge=doctor_in_charge)
        return done(self._call("/habilitations", SET, patient, body))

    def professionals(self, patient: str, mode: str = "TOUTE") -> list[Professional]:
        """TD1.6: list who may read a DMP (``ACTIVE``), who is blocked (``INTERDITE``), or all (``TOUTE``)."""
        return professionals_of(self._call("/habilitations", LIST, patient, list_professionals(mode)))

    def dmps(self, since: str, *, by_document: bool = False) -> list[AuthorisedDmp]:
        """TD0.4: list the DMPs that the caller may read, authorised (or fed) since a date (``AAAAMMJJhhmmss``)."""
        return dmps_of(self._call("/patientsSpecific", PATIENTS, "", list_dmps(since, by_document=by_document)))

    def documents(self, patient: str, *, since: str = "") -> list[Listed]:
        """TD3.1: list the documents that the caller may see."""
        return listed(self._call("/registry", QUERY, patient, find_documents(patient, since=since)))

    def fetch(self, patient: str, document: Listed) -> bytes:
        """TD3.2: return a document's octets, exactly as they were fed."""
        request = self._envelope(RETRIEVE, "/repository", patient, retrieve(document.repository, document.unique_id))
        root, parts = self._post("/repository", request, _plain(RETRIEVE))
        return part_of(document_href(parse_answer(root)), parts)

    def feed(self, patient: str, lot: Lot, signer: Certificate) -> bytes:
        """TD2.1: feed a lot, signed by ``signer``; return the signature document that went with it."""
        return self.feed_prepared(patient, prepare(lot), signer)

    def feed_prepared(self, patient: str, lot: Prepared, signer: Certificate) -> bytes:
        """TD2.1: feed a lot that was prepared before; sign it now."""
        signed = [Signed(part.unique_id, part.octets) for part in lot.parts]
        signature = sign_lot(lot.submission_id, signed, signer, self._workplace.instant())
        parts = {part.content_id: (part.media_type, part.octets) for part in lot.parts}
        parts[lot.signature_id] = ("text/xml", signature)
        envelope = self._envelope(FEED, "/repository", patient, lot.body)
        content_type, content = pack(envelope, parts, FEED, f"MIMEBoundary_{self._workplace.uuid()}")
        check_registry(parse_answer(self._post("/repository", content, content_type)[0]))
        return signature

    def technical_id(self, patient: str, unique_id: str) -> str:
        """TD3.1b: return the technical id of a document, "" when the DMP has none of this uniqueId."""
        answer = self._call("/registry", QUERY, patient, get_documents(unique_id))
        check_registry(answer)
        found = next(answer.iter("{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}ObjectRef"), None)
        return "" if found is None else str(found.get("id"))

    def _demographics(self, patient: str, reason: str) -> etree._Element:
        body = demographics(patient, reason, self._vihf.software, self._oid, self._workplace)
        return self._call("/patients", DEMOGRAPHICS, patient, body)

    def send(self, path: str, action: str, patient: str, body: str) -> etree._Element:
        """Send the message of another transaction, and return the body of its answer."""
        return self._call(path, action, patient, body)

    def _call(self, path: str, action: str, patient: str, body: str) -> etree._Element:
        envelope = self._envelope(action, path, patient, body)
        return parse_answer(self._post(path, envelope, _plain(action))[0])

    def _post(self, path: str, content: bytes, content_type: str) -> tuple[bytes, dict[str, bytes]]:
        """Return the root and the parts of an answer. Raises DmpUnavailable."""
        sent = self._http.post(self._root + path, content=content, headers={"Content-Type": content_type})
        if sent.status_code in BUSY:
            raise DmpUnavailable(sent.status_code)
        return unpack(sent.headers.get("content-type", ""), sent.content)

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


def _plain(action: str) -> str:
    """Return the Content-Type of a message without parts."""
    return f'application/soap+xml; charset=UTF-8; action="{action}"'
