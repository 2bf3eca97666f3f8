"""TD3.1b over real sockets: the technical id of a document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
GET_DOCUMENTS = "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
QUERY = "urn:ihe:iti:2007:RegistryStoredQuery"


def _found(reply: Any) -> list[str]:
    return [str(value) for value in reply.all(f"//rim:ExternalIdentifier[@identificationScheme='{UNIQUE_ID}']/@value")]


def _refer(dmp: Any, writing: Any, unique_id: str) -> Any:
    body = writing.adhoc(GET_DOCUMENTS, [("$XDSDocumentEntryUniqueId", f"('{unique_id}')")], "ObjectRef")
    return dmp.call("registry", QUERY, body, dmp.indirect())


BREAKS: dict[str, Callable[[Any, Any], object]] = {
    "DMP-REFERENCE": lambda dmp, writing: _refer(dmp, writing, "2.25.404"),
}


def test_the_technical_id_is_found_by_unique_id_even_in_indirect_mode(dmp: Any, writing: Any) -> None:
    document = dmp.document()
    dmp.feed(document)
    entry_uuid = dmp.find().text("//rim:ExtrinsicObject/@id")
    body = writing.adhoc(GET_DOCUMENTS, [("$XDSDocumentEntryUniqueId", f"('{document.unique_id}')")], "ObjectRef")
    reply = dmp.call("registry", "urn:ihe:iti:2007:RegistryStoredQuery", body, dmp.indirect())
    assert reply.text("//rim:ObjectRef/@id") == entry_uuid
    assert dmp.exchanges()[0].operation == "td3.1b"
    full = writing.adhoc(GET_DOCUMENTS, [("$XDSDocumentEntryEntryUUID", f"('{entry_uuid}')")])
    assert _found(dmp.call("registry", "urn:ihe:iti:2007:RegistryStoredQuery", full, dmp.direct())) == [
        document.unique_id
    ]
