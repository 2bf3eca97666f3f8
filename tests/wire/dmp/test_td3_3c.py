"""TD3.3c over real sockets: a document is deleted by its author, or by his structure, and stays in the registry."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.dmp_door import Dmp
from support.dmp_messages import Reply, status_of, unique_ids_of
from support.dmp_told import is_told

SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
GET_DOCUMENTS = "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
CLASS_SYSTEM = "1.2.250.1.213.1.1.4.1"


def fed(dmp: Dmp, **changes: object) -> tuple[str, str]:
    """Feed a document; return its unique id and, as the structure learns it by TD3.1b, its technical id."""
    document = dmp.document(**changes)
    assert status_of(dmp.feed(document)) == SUCCESS
    wanted = ("$XDSDocumentEntryUniqueId", f"('{document.unique_id}')")
    found = dmp.query(GET_DOCUMENTS, wanted, vihf=dmp.indirect(), returned="ObjectRef")
    return document.unique_id, found.text("//rim:ObjectRef/@id")


def _twice(dmp: Dmp) -> None:
    _, technical = fed(dmp)
    for _ in range(2):
        dmp.change(technical, "Deleted")


BREAKS: dict[str, Callable[[Dmp], object]] = {"DMP-DELETE": _twice}


@pytest.mark.parametrize("indirect", [True, False])
def test_the_author_and_his_structure_delete(dmp: Dmp, indirect: bool) -> None:
    unique_id, technical = fed(dmp)
    reply = dmp.change(technical, "Deleted", vihf=dmp.indirect() if indirect else dmp.direct())
    assert status_of(reply) == SUCCESS
    assert reply.all("//rs:RegistryResponse/*") == []
    assert dmp.findings() == []
    assert (dmp.exchanges()[0].operation, dmp.exchanges()[0].summary) == ("td3.3c", "TD3.3C : document supprimé")
    dmp.test_existence(dmp.direct())
    assert unique_ids_of(dmp.find()) == []
    deleted = ("$XDSDocumentEntryStatus", "('urn:asip:ci-sis:2010:StatusType:Deleted')")
    assert unique_ids_of(dmp.find(deleted)) in ([], [unique_id])


def test_a_deleted_document_is_read_and_found_by_its_status(dmp: Dmp) -> None:
    unique_id, technical = fed(dmp)
    dmp.change(technical, "Deleted")
    body = ("$XDSDocumentEntryUniqueId", f"('{unique_id}')")
    entry = dmp.query(GET_DOCUMENTS, body)
    assert entry.text("//rim:ExtrinsicObject/@status") == "urn:asip:ci-sis:2010:StatusType:Deleted"
    assert entry.text("//rim:ExtrinsicObject/@id") == technical
    assert len(dmp.read(unique_id).parts) == 1


def test_an_archived_document_is_deleted(dmp: Dmp) -> None:
    _, technical = fed(dmp)
    dmp.change(technical, "Archived")
    assert status_of(dmp.change(technical, "Deleted", "Archived")) == SUCCESS


@pytest.mark.parametrize(
    ("target", "original", "new", "code"),
    [
        ("urn:uuid:inconnu", "Approved", "Deleted", "XDSMetadataUpdateError"),
        ("", "Archived", "Deleted", "XDSMetadataUpdateError"),
    ],
)
def test_what_is_not_there_or_not_in_that_status_is_not_deleted(
    dmp: Dmp, target: str, original: str, new: str, code: str
) -> None:
    _, technical = fed(dmp)
    assert dmp.change(target or technical, new, original).errors == [code]
    assert dmp.findings() == ["DMP-DELETE"]
    is_told(dmp.exchanges()[0])


def test_a_deletion_without_the_former_status_is_taken_with_a_finding(dmp: Dmp) -> None:
    _, technical = fed(dmp)
    assert status_of(dmp.change(technical, "Deleted", "")) == SUCCESS
    assert dmp.findings() == ["DMP-UPDATE-FORM"]
    assert APPROVED in dmp.exchanges()[0].findings[0].expected


def test_one_document_twice_in_a_lot_is_deleted_by_none(dmp: Dmp) -> None:
    _, technical = fed(dmp)
    asked = (technical, APPROVED, "urn:asip:ci-sis:2010:StatusType:Deleted")
    assert dmp.update(changes=[asked, asked]).errors == ["XDSMetadataUpdateError"]
    assert status_of(dmp.change(technical, "Deleted")) == SUCCESS


def _by_adjoint(dmp: Dmp, technical: str) -> Reply:
    return dmp.change(technical, "Deleted", vihf=dmp.direct("adjoint"))


def _by_the_treating_doctor(dmp: Dmp, technical: str) -> Reply:
    doctor = dmp.direct("generaliste", extra={"Secteur_Activite": "SA07^1.2.250.1.71.4.2.4"})
    return dmp.change(technical, "Deleted", vihf=doctor)


@pytest.mark.parametrize("send", [_by_adjoint, _by_the_treating_doctor])
def test_nobody_deletes_what_another_wrote(dmp: Dmp, send: Callable[[Dmp, str], Reply]) -> None:
    _, technical = fed(dmp)
    assert send(dmp, technical).fault[0] == "soap:DMPAccessDeniedByRightsService"
    assert dmp.findings() == ["DMP-RIGHTS"]
    is_told(dmp.exchanges()[0])


def test_what_the_patient_brought_himself_is_deleted_by_his_treating_doctor_alone(dmp: Dmp) -> None:
    own = {"type": [("74465-6", "2.16.840.1.113883.6.1")], "class": [("90", CLASS_SYSTEM)]}
    _, technical = fed(dmp, codes=own)
    assert dmp.change(technical, "Deleted").fault[0] == "soap:DMPAccessDeniedByRightsService"
    assert status_of(_by_the_treating_doctor(dmp, technical)) == SUCCESS


def test_deleting_what_is_ones_own_needs_no_authorisation(dmp: Dmp) -> None:
    _, technical = fed(dmp)
    holder = dmp.persona("titulaire").national_id
    dmp.control("patients", "PUT", dmp.patient, {"authorisations": {holder: "INEXISTANTE"}})
    assert status_of(dmp.change(technical, "Deleted")) == SUCCESS


def test_another_patients_document_is_not_known(dmp: Dmp) -> None:
    _, technical = fed(dmp)
    stranger = dmp.direct(patient=dmp.stranger().matricule)
    assert dmp.change(technical, "Deleted", vihf=stranger).errors == ["XDSMetadataUpdateError"]
