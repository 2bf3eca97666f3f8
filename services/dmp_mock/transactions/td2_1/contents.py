"""What the documents of a lot hold, as the checks of gestures and of repeated feeds read it.

Source: docs/sources/dmp.md#gestes, #envoi-en-file. Recipients are looked for once the answer has left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dmp_mock.codes.xds import Association
from dmp_mock.domain.values import CdaHeader, NotCda
from dmp_mock.facts import ContentFed, LotContents
from health_documents.cda.read.reader import read_document
from health_documents.errors import DocumentError
from lgo_sandbox.watch.facts import Lazy

if TYPE_CHECKING:
    from dmp_mock.domain.lots import MatchedLot

__all__ = ["contents_of"]

MAX_READ, MAX_OCTETS = 4, 6 * 1024 * 1024
"""Documents whose recipients are read, and the size of each."""


def contents_of(matched: MatchedLot, headers: Mapping[str, CdaHeader | NotCda]) -> LotContents:
    """Return what the documents of a lot hold; its signature is none of them."""
    documents = [entry for entry in matched.lot.entries if not entry.is_signature]
    told = tuple(
        ContentFed(
            unique_id=entry.unique_id,
            digest=hashlib.sha1(matched.contents[entry.id], usedforsecurity=False).hexdigest(),
            service_start=entry.slot("serviceStartTime"),
            replaces=_replaced(headers.get(entry.id)),
        )
        for entry in documents
    )
    contents = [matched.contents[entry.id] for entry in documents if entry.id in headers][:MAX_READ]
    read = [content for content in contents if len(content) <= MAX_OCTETS]
    replaced = tuple(link.target for link in matched.lot.links if link.type == Association.REPLACES)
    return LotContents(documents=told, replaced=replaced, recipients=Lazy(lambda: _recipients(read)))


def _replaced(header: CdaHeader | NotCda | None) -> str:
    return header.replaced if isinstance(header, CdaHeader) else ""


def _recipients(contents: list[bytes]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for content in contents:
        try:
            document = read_document(content)
        except DocumentError:
            continue
        found |= dict.fromkeys(one.national_id for one in document.recipients if one.national_id)
    return tuple(found)
