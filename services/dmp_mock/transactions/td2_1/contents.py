"""What the documents of a lot hold, as the checks of gestures and of repeated feeds read it.

Source: docs/sources/dmp.md#gestes, #envoi-en-file. Recipients are looked for once the answer has left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dmp_mock.codes.xds import Association
from dmp_mock.domain.values import CdaHeader, NotCda
from dmp_mock.facts import ContentFed, LotContents
from dmp_mock.wire.opened import Opened
from lgo_sandbox.watch.facts import Lazy

if TYPE_CHECKING:
    from dmp_mock.domain.lots import MatchedLot

__all__ = ["contents_of"]

MAX_READ, MAX_OCTETS = 4, 6 * 1024 * 1024
"""Documents whose recipients are read, and the size of each."""


def contents_of(
    matched: MatchedLot,
    headers: Mapping[str, CdaHeader | NotCda],
    opened: Mapping[str, Opened],
    of_others: Sequence[str],
) -> LotContents:
    """Return what the documents of a lot hold; its signature is none of them."""
    documents = [entry for entry in matched.lot.entries if not entry.is_signature]
    told = tuple(
        ContentFed(
            unique_id=entry.unique_id,
            digest=opened[entry.id].sha1.hex(),
            service_start=entry.slot("serviceStartTime"),
            replaces=_replaced(headers.get(entry.id)),
        )
        for entry in documents
    )
    cdas = [opened[entry.id] for entry in documents if entry.id in headers][:MAX_READ]
    read = [one for one in cdas if len(one.content) <= MAX_OCTETS]
    replaced = tuple(link.target for link in matched.lot.links if link.type == Association.REPLACES)
    return LotContents(
        documents=told, replaced=replaced, of_others=tuple(of_others), recipients=Lazy(lambda: _recipients(read))
    )


def _replaced(header: CdaHeader | NotCda | None) -> str:
    return header.replaced if isinstance(header, CdaHeader) else ""


def _recipients(cdas: Sequence[Opened]) -> tuple[str, ...]:
    documents = (document for one in cdas if (document := one.document) is not None)
    found = (to.national_id for document in documents for to in document.recipients if to.national_id)
    return tuple(dict.fromkeys(found))
