"""What a lot becomes once registered: identifiers of the DMP, versions, size and hash, what it changes.

Source: docs/sources/dmp.md#remplacement (entryUUID, lid, version; high) and #metadonnees (server attributes, SHA-1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from dmp_mock.codes.xds import REPOSITORY_ID, Association, Status
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import XdsError
from dmp_mock.domain.lots import MatchedLot
from dmp_mock.domain.values import Entry, Link, SubmissionSet

__all__ = ["Change", "Registered", "fingerprint_errors", "register", "registered_links"]


@dataclass(frozen=True, slots=True)
class Change:
    """The entry of a document gets a new status, if it still has the former one."""

    entry_uuid: str
    former: str
    new: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A lot ready to be stored; an entry without octets is a new version of one that has them."""

    submission: SubmissionSet
    entries: tuple[tuple[Entry, bytes | None], ...]
    links: tuple[Link, ...]
    changes: tuple[Change, ...]


def register(matched: MatchedLot, new_uuid: Callable[[], str], digests: Mapping[str, str] | None = None) -> Registered:
    """Return the lot with the identifiers that the DMP gives: a new document has id == lid and version 1.

    ``digests`` are the SHA-1 of the documents by the id of their entry, where they are known already.
    """
    lot, known = matched.lot, digests or {}
    names = {symbol: f"urn:uuid:{new_uuid()}" for symbol in (lot.sets[0].id, *(e.id for e in lot.entries))}
    entries = tuple(
        (_registered(e, names[e.id], content, known.get(e.id) or _sha1(content)), content)
        for e in lot.entries
        for content in (matched.contents[e.id],)
    )
    changes = tuple(
        Change(link.target, Status.APPROVED, Status.DEPRECATED)
        for link in lot.links
        if link.type == Association.REPLACES
    )
    links = registered_links(lot.links, names, new_uuid)
    return Registered(replace(lot.sets[0], id=names[lot.sets[0].id]), entries, links, changes)


def registered_links(links: Iterable[Link], names: Mapping[str, str], new_uuid: Callable[[], str]) -> tuple[Link, ...]:
    """Return associations with the identifiers of the DMP in the place of those of the lot."""
    return tuple(
        replace(
            k,
            id=f"urn:uuid:{new_uuid()}",
            source=names.get(k.source, k.source),
            target=names.get(k.target, k.target),
        )
        for k in links
    )


def _registered(entry: Entry, entry_uuid: str, content: bytes, digest: str) -> Entry:
    server = {"hash": (digest,), "size": (str(len(content)),), "repositoryUniqueId": (REPOSITORY_ID,)}
    return replace(
        entry, id=entry_uuid, lid=entry_uuid, version=1, status=Status.APPROVED.value, slots={**entry.slots, **server}
    )


def _sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def fingerprint_errors(matched: MatchedLot, digests: Mapping[str, str] | None = None) -> Iterator[XdsError]:
    """Yield the entries whose own hash or size is not that of the octets received; ``digests`` as for ``register``."""
    known = digests or {}
    for entry in matched.lot.entries:
        content = matched.contents[entry.id]
        if not (entry.slot("hash") or entry.slot("size")):
            continue
        for slot, code, value in (
            ("hash", XdsCode.NON_IDENTICAL_HASH, known.get(entry.id) or _sha1(content)),
            ("size", XdsCode.NON_IDENTICAL_SIZE, str(len(content))),
        ):
            said = entry.slot(slot)[:60]
            if said and said.lower() != value:
                context, location = f"{slot} annoncé {said}, calculé {value}", f"{entry.id[:100]}/{slot}"
                yield XdsError(code, context, location, received=said, expected=value)
