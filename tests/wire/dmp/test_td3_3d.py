"""TD3.3d over real sockets: a document is archived and comes back, by statuses that are permitted and no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.dmp_door import Dmp
from support.dmp_messages import status_of, unique_ids_of
from support.dmp_told import is_told

SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
ARCHIVED = ("$XDSDocumentEntryStatus", "('urn:asip:ci-sis:2010:StatusType:Archived')")


def fed(dmp: Dmp) -> tuple[str, str]:
    document = dmp.document()
    dmp.feed(document)
    dmp.test_existence(dmp.direct())
    return document.unique_id, dmp.find().text("//rim:ExtrinsicObject/@id")


def _again(dmp: Dmp) -> None:
    _, technical = fed(dmp)
    dmp.change(technical, "Approved")


BREAKS: dict[str, Callable[[Dmp], object]] = {"DMP-ARCHIVE": _again}


def _archived(dmp: Dmp) -> list[str]:
    body = [("$XDSDocumentEntryPatientId", f"'{dmp.patient}^^^&1.2.250.1.213.1.4.10&ISO^NH'"), ARCHIVED]
    return unique_ids_of(dmp.query("14d4debf-8f97-4251-9a74-a90016b0af0d", *body))


def test_a_document_is_archived_and_brought_back_under_the_same_technical_id(dmp: Dmp) -> None:
    unique_id, technical = fed(dmp)
    assert status_of(dmp.change(technical, "Archived")) == SUCCESS
    assert dmp.findings() == []
    assert (dmp.exchanges()[0].operation, dmp.exchanges()[0].summary) == ("td3.3d", "TD3.3D : document archivé")
    assert (unique_ids_of(dmp.find()), _archived(dmp)) == ([], [unique_id])
    assert len(dmp.read(unique_id).parts) == 1
    assert status_of(dmp.change(technical, "Approved", "Archived")) == SUCCESS
    assert (unique_ids_of(dmp.find()), _archived(dmp)) == ([unique_id], [])
    assert dmp.find().text("//rim:ExtrinsicObject/@id") == technical


STATUSES = ("Approved", "Deprecated", "Archived", "Deleted")
PERMITTED = {("Approved", "Archived"), ("Archived", "Approved"), ("Approved", "Deleted"), ("Archived", "Deleted")}
FAILING = [(one, other) for one in STATUSES for other in STATUSES if (one, other) not in PERMITTED]


@pytest.mark.parametrize(("former", "new"), FAILING)
def test_every_other_transition_is_refused(dmp: Dmp, former: str, new: str) -> None:
    _, technical = fed(dmp)
    if former == "Deprecated":
        dmp.feed(dmp.document(replaces=technical))
    elif former != "Approved":
        dmp.change(technical, former)
    assert dmp.change(technical, new, former).errors == ["XDSMetadataUpdateOperationError"]
    assert dmp.findings() == ["DMP-DELETE" if new == "Deleted" else "DMP-ARCHIVE"]
    is_told(dmp.exchanges()[0])


def test_the_document_of_another_author_is_not_archived(dmp: Dmp) -> None:
    _, technical = fed(dmp)
    assert (
        dmp.change(technical, "Archived", vihf=dmp.direct("adjoint")).fault[0] == "soap:DMPAccessDeniedByRightsService"
    )
    doctor = dmp.direct("generaliste", extra={"Secteur_Activite": "SA07^1.2.250.1.71.4.2.4"})
    assert status_of(dmp.change(technical, "Archived", vihf=doctor)) == SUCCESS


def test_archiving_needs_an_authorisation(dmp: Dmp) -> None:
    _, technical = fed(dmp)
    holder = dmp.persona("titulaire").national_id
    dmp.control("patients", "PUT", dmp.patient, {"authorisations": {holder: "EXPIREE"}})
    assert dmp.change(technical, "Archived").fault[0] == "soap:DMPAccessDeniedByRightsService"


def test_an_archived_document_is_not_replaced(dmp: Dmp) -> None:
    _, technical = fed(dmp)
    dmp.change(technical, "Archived")
    assert dmp.feed(dmp.document(replaces=technical)).errors == ["XDSRegistryDeprecatedDocumentError"]
