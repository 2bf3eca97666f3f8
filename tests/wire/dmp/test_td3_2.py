"""TD3.2 over real sockets: the documents themselves, all, some or none."""

from __future__ import annotations

from collections.abc import Callable

from support.dmp_door import Dmp
from support.dmp_lots import Lot
from support.dmp_messages import status_of


def _read_one_of_two(dmp: Dmp) -> None:
    document = dmp.document()
    dmp.feed(document)
    dmp.test_existence(dmp.direct())
    dmp.read(document.unique_id, "2.25.404")


BREAKS: dict[str, Callable[[Dmp], object]] = {"DMP-PARTIAL": _read_one_of_two}


def test_the_form_of_xds_errors_is_an_option(dmp: Dmp) -> None:
    assert dmp.read("2.25.404").fault == ("soap:XDSDocumentUniqueIdError", "uniqueId=2.25.404")
    dmp.configure(xds_errors_as="registry")
    assert dmp.read("2.25.404").errors == ["XDSDocumentUniqueIdError"]
    dmp.configure(xds_errors_as="fault")
    assert dmp.feed(lot=Lot([dmp.document()], signed=False)).fault[0] == "soap:XDSRepositoryMetadataError"


def test_one_unknown_document_among_others_is_a_partial_success(dmp: Dmp) -> None:
    document = dmp.document()
    dmp.feed(document)
    reply = dmp.read(document.unique_id, "2.25.404")
    assert status_of(reply) == "urn:ihe:iti:2007:ResponseStatusType:PartialSuccess"
    assert reply.errors == ["XDSDocumentUniqueIdError"]
    assert list(reply.parts.values()) == [document.content]


def test_an_entry_uuid_or_another_repository_gives_no_document(dmp: Dmp) -> None:
    document = dmp.document()
    dmp.feed(document)
    entry_uuid = dmp.find().text("//rim:ExtrinsicObject/@id")
    assert dmp.read(entry_uuid).fault == ("soap:XDSDocumentUniqueIdError", f"uniqueId={entry_uuid}")
    assert dmp.read(document.unique_id, repository="1.2.3").errors == ["XDSUnknownRepositoryId"]
    assert "DocumentRequest" in dmp.read().fault[1]
