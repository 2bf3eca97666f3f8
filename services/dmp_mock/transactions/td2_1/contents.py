"""What the documents of a lot hold, as the checks of gestures and of repeated feeds read it.

Source: docs/sources/dmp.md#gestes, #envoi-en-file. Recipients are looked for once the answer has left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dmp_mock.codes.xds import Association
from dmp_mock.domain.directory import has_left
from dmp_mock.domain.hl7 import is_ps_id, person_id
from dmp_mock.domain.values import Author, CdaHeader, NotCda
from dmp_mock.facts import Addressed, ContentFed, LotContents
from dmp_mock.wire.opened import Opened
from health_documents.identifiers import OID_STRUCT_IDNAT
from lgo_sandbox.watch.facts import Lazy

if TYPE_CHECKING:
    from dmp_mock.domain.lots import MatchedLot
    from lgo_sandbox.population.people import Population

__all__ = ["contents_of"]

MAX_READ, MAX_OCTETS = 4, 6 * 1024 * 1024
"""Documents whose recipients are read, and the size of each."""


def contents_of(
    matched: MatchedLot,
    headers: Mapping[str, CdaHeader | NotCda],
    opened: Mapping[str, Opened],
    people: Population,
    of_others: Sequence[str],
) -> LotContents:
    """Return what the documents of a lot hold; its signature is none of them."""
    documents = [entry for entry in matched.lot.entries if not entry.is_signature]
    linked = {link.source for link in matched.lot.links if link.type == Association.REPLACES}
    told = tuple(
        ContentFed(
            unique_id=entry.unique_id,
            digest=opened[entry.id].sha1.hex(),
            service_start=entry.slot("serviceStartTime"),
            replaces=_replaced(headers.get(entry.id)),
            linked=entry.id in linked,
            departed=_departed(entry.authors, people),
            by_structure=any(map(_is_structure, entry.authors)),
        )
        for entry in documents
    )
    cdas = [(entry.unique_id, opened[entry.id]) for entry in documents if entry.id in headers][:MAX_READ]
    read = [(unique_id, one) for unique_id, one in cdas if len(one.content) <= MAX_OCTETS]
    replaced = tuple(link.target for link in matched.lot.links if link.type == Association.REPLACES)
    return LotContents(
        documents=told, replaced=replaced, of_others=tuple(of_others), recipients=Lazy(lambda: _recipients(read))
    )


def _replaced(header: CdaHeader | NotCda | None) -> str:
    return header.replaced if isinstance(header, CdaHeader) else ""


def _departed(authors: tuple[Author, ...], people: Population) -> tuple[str, ...]:
    """Return the professionals among some authors whom the directory does not have, or has no more."""
    ids = (person_id(person) for author in authors for person in author.persons)
    return tuple(dict.fromkeys(one for one in ids if is_ps_id(one) and has_left(people.professional(one))))


def _is_structure(author: Author) -> bool:
    """Tell whether an author is a legal person: no person at all, or the number of a structure in its place."""
    if not author.persons:
        return bool(author.institutions)
    return all(OID_STRUCT_IDNAT in person.split("&") for person in author.persons)


def _recipients(cdas: Sequence[tuple[str, Opened]]) -> tuple[Addressed, ...]:
    found: list[Addressed] = []
    for unique_id, opened in cdas:
        document = opened.document
        if document is None:
            continue
        ids = dict.fromkeys(one.national_id for one in document.recipients if one.national_id)
        found.append(Addressed(unique_id=unique_id, recipients=tuple(ids)))
    return tuple(found)
