"""The delta synchronisation of a software between two visits, as it is done with three stored queries.

FindSubmissionSets by date, GetAssociations of the lots, GetDocumentsAndAssociations of their members in batches of
twenty: what was masked, replaced, updated or added by others meanwhile is learnt, and nothing else is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from support.dmp_door import Dmp
from support.dmp_lots import Document, Lot
from support.dmp_messages import Reply, status_of, unique_ids_of
from support.dmp_vihf import Vihf

SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
STATUS = "urn:oasis:names:tc:ebxml-regrep:StatusType"
HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
REPLACES = "urn:ihe:iti:2007:AssociationType:RPLC"
FIND_SETS, GET_ASSOCIATIONS = "f26abbcb-ac74-4422-8a30-edb644bbc1a9", "a7ae438b-4bc2-4642-93e9-be891f7bb155"
DOCUMENTS_AND_ASSOCIATIONS = "bab9529a-4a10-40b3-a01f-f68a615d247a"
GET_SETS, SET_AND_CONTENTS = "51224314-5390-4169-9b91-b1980040715a", "e8e3cb2c-e39c-46b9-99e4-c12f57260b83"
RELATED, BY_REFERENCE = "d90e5407-b356-4d91-a89f-873917b4b0e6", "12941a89-e02e-4be5-967c-ce4bfc8fe492"
VISIBILITY, NORMAL = "1.2.250.1.213.1.1.4.13", ("N", "2.16.840.1.113883.5.25")
BATCH = 20


def _list(*values: str) -> str:
    return "(" + ",".join(f"'{value}'" for value in values) + ")"


def _patient(dmp: Dmp, name: str) -> tuple[str, str]:
    return (name, f"'{dmp.patient}^^^&1.2.250.1.213.1.4.10&ISO^NH'")


@dataclass
class Software:
    """What a software remembers of a DMP: by lid, the version and the unique id of what is in force."""

    dmp: Dmp
    vihf: Vihf
    known: dict[str, tuple[str, str]] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)

    def synchronise(self, since: str) -> None:
        """Learn what changed since a moment."""
        lots = self._ask(
            FIND_SETS,
            _patient(self.dmp, "$XDSSubmissionSetPatientId"),
            ("$XDSSubmissionSetStatus", _list(f"{STATUS}:Approved")),
            ("$XDSSubmissionSetSubmissionTimeFrom", since),
        )
        sets = [one.get("id") for one in lots.all("//rim:RegistryPackage")]
        members: list[str] = []
        if sets:
            links = self._ask(GET_ASSOCIATIONS, ("$uuid", _list(*sets)))
            found = links.all(f"//rim:Association[@associationType='{HAS_MEMBER}']/@targetObject")
            members = list(dict.fromkeys(str(one) for one in found))
        for start in range(0, len(members), BATCH):
            self._learn(members[start : start + BATCH])

    def _learn(self, uuids: list[str]) -> None:
        self.batches.append(len(uuids))
        reply = self._ask(DOCUMENTS_AND_ASSOCIATIONS, ("$XDSDocumentEntryEntryUUID", _list(*uuids)))
        for entry in reply.all("//rim:ExtrinsicObject"):
            if entry.get("status") == f"{STATUS}:Deprecated":
                self.known.pop(entry.get("lid"), None)
            else:
                version = entry.xpath("string(*[local-name()='VersionInfo']/@versionName)")
                self.known[entry.get("lid")] = (version, entry.get("id"))
        for target in reply.all(f"//rim:Association[@associationType='{REPLACES}']/@targetObject"):
            self.known = {lid: told for lid, told in self.known.items() if told[1] != target}

    def _ask(self, query: str, *parameters: tuple[str, str]) -> Reply:
        reply = self.dmp.query(query, *parameters, vihf=self.vihf)
        assert reply.text("//query:AdhocQueryResponse/@status") == SUCCESS
        assert self.dmp.findings() == []
        return reply


@pytest.fixture
def software(dmp: Dmp) -> Software:
    dmp.test_existence(dmp.direct())
    dmp.test_existence(dmp.direct("adjoint"))
    return Software(dmp, dmp.direct("adjoint"))


def _entry(dmp: Dmp, document: Document) -> tuple[str, str]:
    wanted = ("$XDSDocumentEntryUniqueId", _list(document.unique_id))
    found = dmp.query("5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4", wanted)
    return found.text("//rim:ExtrinsicObject/@id"), found.text("//rim:ExtrinsicObject/@lid")


def _feed(dmp: Dmp, *documents: Document, time: str = "20260315103000", **more: object) -> None:
    lot = Lot(list(documents), **more)  # type: ignore[arg-type]

    def dated(octets: bytes) -> bytes:
        return octets.replace(b"20260315103000", time.encode())

    assert status_of(dmp.feed(lot=lot, alter=dated)) == SUCCESS


def test_what_others_did_between_two_visits_is_learnt(dmp: Dmp, software: Software) -> None:
    masked, replaced, kept, added = (dmp.document() for _ in range(4))
    for document in (masked, replaced, kept):
        _feed(dmp, document)
    software.synchronise("20260315")
    assert len(software.known) == 3
    (first, _), (_, lid) = _entry(dmp, replaced), _entry(dmp, masked)
    new = dmp.document(replaces=first)
    _feed(dmp, new, time="20260316090000")
    _feed(dmp, added, time="20260316090100")
    hidden = [NORMAL, ("MASQUE_PS", VISIBILITY)]
    lot = Lot([replace(masked, lid=lid, codes={"confidentiality": hidden})])
    later = dmp.update(lot=lot, alter=lambda octets: octets.replace(b"20260315103000", b"20260316090200"))
    assert status_of(later) == SUCCESS
    software.synchronise("20260316")
    in_force = {_entry(dmp, document)[0] for document in (new, added, kept)}
    assert {told[1] for lid_known, told in software.known.items() if lid_known != lid} == in_force


def test_the_treating_doctor_learns_the_new_version_of_what_was_masked(dmp: Dmp) -> None:
    document = dmp.document()
    _feed(dmp, document)
    doctor = dmp.direct("generaliste", extra={"Secteur_Activite": "SA07^1.2.250.1.71.4.2.4"})
    dmp.test_existence(doctor)
    dmp.test_existence(dmp.direct())
    software = Software(dmp, doctor)
    software.synchronise("2026")
    _, lid = _entry(dmp, document)
    assert software.known[lid][0] == "1"
    dmp.update(replace(document, lid=lid, codes={"confidentiality": [NORMAL, ("MASQUE_PS", VISIBILITY)]}))
    software.synchronise("2026")
    assert software.known[lid] == ("2", _entry(dmp, document)[0])


def test_members_are_asked_for_in_batches(dmp: Dmp, software: Software) -> None:
    documents = [dmp.document(id=f"Document{number:02}") for number in range(1, 24)]
    _feed(dmp, *documents)
    software.synchronise("2026")
    assert software.batches == [20, 3]
    assert len(software.known) == 23


def test_a_lot_without_a_document_that_may_be_seen_is_not_told(dmp: Dmp, software: Software) -> None:
    _feed(dmp, dmp.document(codes={"confidentiality": [NORMAL, ("MASQUE_PS", VISIBILITY)]}))
    software.synchronise("2026")
    assert (software.known, software.batches) == ({}, [])
    wanted = _patient(dmp, "$XDSSubmissionSetPatientId"), ("$XDSSubmissionSetStatus", _list(f"{STATUS}:Approved"))
    assert len(dmp.query(FIND_SETS, *wanted, vihf=dmp.direct()).all("//rim:RegistryPackage")) == 1


def test_a_lot_comes_back_with_its_metadata(dmp: Dmp, software: Software) -> None:
    _feed(dmp, dmp.document())
    wanted = _patient(dmp, "$XDSSubmissionSetPatientId"), ("$XDSSubmissionSetStatus", _list(f"{STATUS}:Approved"))
    lot = dmp.query(FIND_SETS, *wanted)
    assert lot.text("//rim:RegistryPackage/rim:Slot[@name='submissionTime']//rim:Value") == "20260315103000"
    assert lot.text("//rim:RegistryPackage/@objectType").endswith("RegistryPackage")
    assert len(lot.all("//rim:RegistryPackage/rim:ExternalIdentifier")) == 3
    deprecated = dmp.query(FIND_SETS, wanted[0], ("$XDSSubmissionSetStatus", _list(f"{STATUS}:Deprecated")))
    assert deprecated.text("//query:AdhocQueryResponse/@totalResultCount") == "0"


def test_a_document_is_cited_by_another_lot_and_is_in_both(dmp: Dmp, software: Software) -> None:
    first, second = dmp.document(), dmp.document()
    _feed(dmp, first)
    entry, _ = _entry(dmp, first)
    _feed(dmp, second, cites=(entry,))
    sets = dmp.query(GET_SETS, ("$uuid", _list(entry)))
    assert len(sets.all("//rim:RegistryPackage")) == 2
    statuses = sorted(sets.all("//rim:Association//rim:Value/text()"))
    assert statuses == ["Original", "Reference"]
    latest = sets.all("//rim:RegistryPackage/@id")[1]
    contents = dmp.query(SET_AND_CONTENTS, ("$XDSSubmissionSetEntryUUID", _list(latest)))
    assert set(unique_ids_of(contents)) == {first.unique_id, second.unique_id}
    none = ("$XDSDocumentEntryFormatCode", "('urn:autre^^1.2')")
    only = dmp.query(SET_AND_CONTENTS, ("$XDSSubmissionSetEntryUUID", _list(latest)), none)
    assert unique_ids_of(only) == []


def test_what_is_not_the_patients_is_not_cited(dmp: Dmp) -> None:
    lot = Lot([dmp.document()], cites=("urn:uuid:00000000-0000-4000-8000-000000000000",))
    assert dmp.feed(lot=lot).errors == ["XDSRepositoryMetadataError"]


def test_what_replaces_a_document_is_related_to_it(dmp: Dmp, software: Software) -> None:
    first = dmp.document()
    _feed(dmp, first)
    entry, _ = _entry(dmp, first)
    second = dmp.document(replaces=entry)
    _feed(dmp, second)
    types = ("$AssociationTypes", _list(REPLACES))
    related = dmp.query(RELATED, ("$XDSDocumentEntryEntryUUID", _list(entry)), types)
    assert set(unique_ids_of(related)) == {first.unique_id, second.unique_id}
    assert len(related.all("//rim:Association")) == 1
    other = dmp.query(RELATED, ("$XDSDocumentEntryEntryUUID", _list(entry)), ("$AssociationTypes", _list(HAS_MEMBER)))
    assert len(other.all("//rim:Association")) == 1


def test_images_are_found_by_their_reference(dmp: Dmp, software: Software) -> None:
    reference = "A1^^^&amp;1.2.3&amp;ISO^urn:ihe:iti:xds:2013:accession"
    document = dmp.document(slots={"urn:ihe:iti:xds:2013:referenceIdList": reference})
    _feed(dmp, document)
    usual = _patient(dmp, "$XDSDocumentEntryPatientId"), ("$XDSDocumentEntryStatus", _list(f"{STATUS}:Approved"))
    for value, found in ((reference.replace("&amp;", "&"), [document.unique_id]), ("A2^^^&1.2.3&ISO^x", [])):
        reply = dmp.query(BY_REFERENCE, *usual, ("$XDSDocumentEntryReferenceIdList", _list(value)))
        assert unique_ids_of(reply) == found


def test_objects_are_asked_for_by_reference_alone(dmp: Dmp, software: Software) -> None:
    _feed(dmp, dmp.document())
    wanted = _patient(dmp, "$XDSSubmissionSetPatientId"), ("$XDSSubmissionSetStatus", _list(f"{STATUS}:Approved"))
    reply = dmp.query(FIND_SETS, *wanted, returned="ObjectRef")
    assert len(reply.all("//rim:ObjectRef")) == 1
    assert reply.all("//rim:RegistryPackage") == []
