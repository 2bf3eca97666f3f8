"""TD3.1b over real sockets: the technical id of a document."""

from __future__ import annotations

from collections.abc import Callable

from support.dmp_door import Dmp
from support.dmp_messages import Reply, adhoc, unique_ids_of

GET_DOCUMENTS = "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
QUERY = "urn:ihe:iti:2007:RegistryStoredQuery"


def _refer(dmp: Dmp, unique_id: str) -> Reply:
    body = adhoc(GET_DOCUMENTS, [("$XDSDocumentEntryUniqueId", f"('{unique_id}')")], "ObjectRef")
    return dmp.call("registry", QUERY, body, dmp.indirect())


BREAKS: dict[str, Callable[[Dmp], object]] = {
    "DMP-REFERENCE": lambda dmp: _refer(dmp, "2.25.404"),
}


def test_the_technical_id_is_found_by_unique_id_even_in_indirect_mode(dmp: Dmp) -> None:
    document = dmp.document()
    dmp.feed(document)
    entry_uuid = dmp.find().text("//rim:ExtrinsicObject/@id")
    body = adhoc(GET_DOCUMENTS, [("$XDSDocumentEntryUniqueId", f"('{document.unique_id}')")], "ObjectRef")
    reply = dmp.call("registry", "urn:ihe:iti:2007:RegistryStoredQuery", body, dmp.indirect())
    assert reply.text("//rim:ObjectRef/@id") == entry_uuid
    assert dmp.exchanges()[0].operation == "td3.1b"
    full = adhoc(GET_DOCUMENTS, [("$XDSDocumentEntryEntryUUID", f"('{entry_uuid}')")])
    assert unique_ids_of(dmp.call("registry", "urn:ihe:iti:2007:RegistryStoredQuery", full, dmp.direct())) == [
        document.unique_id
    ]
