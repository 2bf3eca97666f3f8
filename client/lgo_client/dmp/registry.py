"""What an LGO does with documents that are in the DMP: mask, show, archive, delete (TD3.3).

Source: specs/dmp.md §3.6 (versions, PreviousVersion, statuses). One object acts through a ``Dmp``, for one author.
Raises what ``Dmp`` raises, and UnknownDocument for a document that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from health_documents.codes.systems import CONFIDENTIALITY
from health_documents.values.document import Code
from health_documents.xds.formats import dtm
from health_documents.xds.read import read_submission
from health_documents.xds.write import DocumentEntry, SubmissionSet, XdsAuthor, submit_objects_request
from lgo_client.clock import Workplace
from lgo_client.dmp.client import QUERY, Dmp
from lgo_client.dmp.delta import ARCHIVED, DELETED, UPDATES_STATUS, version_of
from lgo_client.xds import APPROVED, check_registry, get_documents

__all__ = ["Held", "Registry", "Submitter", "UnknownDocument"]

UPDATE = "urn:ihe:iti:2010:UpdateDocumentSet"
RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
_DOCUMENT = "Document01"


class UnknownDocument(LookupError):
    """The DMP has no such document, or none that may be seen; the message (French) names it."""


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who signs the lots of an update: his author line, the OID of the software, the content type of its lots."""

    author: XdsAuthor
    source: str
    content: Code


@dataclass(frozen=True, slots=True)
class Held:
    """What an LGO keeps of a document: its metadata, and the version that PreviousVersion must name."""

    entry: DocumentEntry
    version: int


@dataclass
class Registry:
    """Acts on documents of the registry."""

    dmp: Dmp
    workplace: Workplace
    submitter: Submitter

    # --- reading

    def technical_id(self, patient: str, unique_id: str) -> str:
        """TD3.1b: return the technical id of a document."""
        found = self.dmp.technical_id(patient, unique_id)
        if not found:
            raise UnknownDocument(f"aucun document {unique_id} dans ce DMP")
        return found

    def document(self, patient: str, unique_id: str) -> Held:
        """TD3.1: return a document with its version."""
        found = _held(self.ask(patient, get_documents(unique_id, full=True)))
        if not found:
            raise UnknownDocument(f"aucun document {unique_id} dans ce DMP")
        return found[0]

    def ask(self, patient: str, body: str) -> etree._Element:
        """TD3.1: send a query, and return its answer."""
        answer = self.dmp.send("/registry", QUERY, patient, body)
        check_registry(answer)
        return answer

    # --- changing

    def set_visibility(self, patient: str, unique_id: str, hidden: Iterable[str] = ()) -> None:
        """TD3.3a, TD3.3b: hide a document by these codes and no other (``MASQUE_PS``, ``INVISIBLE_PATIENT``…)."""
        held = self.document(patient, unique_id)
        codes = tuple(CONFIDENTIALITY[code] for code in ("N", *hidden))
        again = replace(held.entry, id=_DOCUMENT, status="", confidentiality=codes)
        request = submit_objects_request(self._lot(patient), [again])
        member = request.find(f".//{{{RIM}}}Association")
        assert member is not None
        _slots(member, {"PreviousVersion": str(held.version)})
        self._send(patient, request)

    def delete(self, patient: str, unique_id: str) -> None:
        """TD3.3c: delete a document that is the caller's, or his structure's."""
        self._change(patient, self.technical_id(patient, unique_id), APPROVED, DELETED)

    def archive(self, patient: str, unique_id: str) -> None:
        """TD3.3d: put a document into the archive."""
        self._change(patient, self.technical_id(patient, unique_id), APPROVED, ARCHIVED)

    def unarchive(self, patient: str, unique_id: str) -> None:
        """TD3.3d: bring a document back."""
        self._change(patient, self.technical_id(patient, unique_id), ARCHIVED, APPROVED)

    def _change(self, patient: str, technical_id: str, former: str, new: str) -> None:
        lot = self._lot(patient)
        request = submit_objects_request(lot, [])
        objects = request[0]
        link = etree.SubElement(objects, f"{{{RIM}}}Association", id="as01", associationType=UPDATES_STATUS)
        link.set("sourceObject", lot.id)
        link.set("targetObject", technical_id)
        _slots(link, {"OriginalStatus": former, "NewStatus": new})
        self._send(patient, request)

    def _send(self, patient: str, request: etree._Element) -> None:
        check_registry(self.dmp.send("/registry", UPDATE, patient, etree.tostring(request, encoding="unicode")))

    def _lot(self, patient: str) -> SubmissionSet:
        return SubmissionSet(
            unique_id=self.workplace.oid(),
            source_id=self.submitter.source,
            patient_id=patient,
            submission_time=dtm(self.workplace.local()),
            content_type=self.submitter.content,
            authors=(self.submitter.author,),
        )


def _slots(parent: etree._Element, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        slot = etree.SubElement(parent, f"{{{RIM}}}Slot", name=name)
        etree.SubElement(etree.SubElement(slot, f"{{{RIM}}}ValueList"), f"{{{RIM}}}Value").text = value


def _held(answer: etree._Element) -> Sequence[Held]:
    versions = [version_of(one) for one in answer.iter(f"{{{RIM}}}ExtrinsicObject")]
    return [Held(*one) for one in zip(read_submission(answer).entries, versions, strict=True)]
