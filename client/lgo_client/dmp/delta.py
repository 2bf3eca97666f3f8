"""What changed in a DMP between two visits: new, replaced, masked, archived, deleted documents.

The first visit asks for the approved documents of two years. A later one asks for the lots since the last
(FindSubmissionSets), for what they link (GetAssociations), for those documents in batches of twenty
(GetDocumentsAndAssociations); and, because what is masked or deleted shows in no lot, whether the known ones are still
there (GetDocuments). Source: specs/dmp.md §4.1. Knows no transport but what asks, and no store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lxml import etree

from health_documents.xds.formats import dtm
from health_documents.xds.read import read_submission
from health_documents.xds.write import Association, DocumentEntry
from lgo_client.dmp.records import Known
from lgo_client.xds import (
    APPROVED,
    REPLACES,
    find_documents,
    find_submission_sets,
    get_associations,
    get_documents,
    get_documents_and_associations,
)

__all__ = [
    "ARCHIVED",
    "DELETED",
    "DEPRECATED",
    "UPDATES_STATUS",
    "Ask",
    "Change",
    "Changed",
    "Visit",
    "known_of",
    "synchronise",
    "version_of",
]

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
UPDATES_STATUS = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"
DEPRECATED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
ARCHIVED = "urn:asip:ci-sis:2010:StatusType:Archived"
DELETED = "urn:asip:ci-sis:2010:StatusType:Deleted"
BATCH = 20
"""How many documents one query asks for."""
FIRST_VISIT = timedelta(days=2 * 365)
OVERLAP = timedelta(minutes=10)
"""How far before the last visit the next one looks: the clocks of those who submit are not ours."""
NORMAL = "N"

Ask = Callable[[str], etree._Element]


class Change(StrEnum):
    """What happened to a document."""

    NEW = "nouveau"
    REPLACED = "remplacé"
    MASKED = "masqué"
    SHOWN = "démasqué"
    ARCHIVED = "archivé"
    UNARCHIVED = "désarchivé"
    DELETED = "supprimé"
    GONE = "n'est plus visible"
    UPDATED = "modifié"


@dataclass(frozen=True, slots=True)
class Changed:
    """A document that changed. ``by`` is the uniqueId of what replaces it."""

    change: Change
    document: Known
    by: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit found: the documents in force or archived, what changed, from when on the next one looks."""

    documents: tuple[Known, ...]
    changes: tuple[Changed, ...]
    since: str
    first: bool


def synchronise(ask: Ask, patient: str, before: Mapping[str, Known], since: str, now: datetime) -> Visit:
    """Learn what changed since a moment (DTM, "" on the first visit); ``ask`` sends a query and returns its answer."""
    following = dtm(now - OVERLAP)
    if not since:
        found = {one.logical_id: one for one in known_of(ask(_first(patient, now)))}
        return Visit(tuple(found.values()), (), following, first=True)
    links, learnt = _learn(ask, patient, since)
    unsure = [one for lid, one in before.items() if lid not in learnt and one.status != DELETED]
    for batch in _batches([one.unique_id for one in unsure]):
        learnt |= {one.logical_id: one for one in known_of(ask(get_documents(*batch, full=True)))}
    gone = {one.logical_id for one in unsure} - learnt.keys()
    replaced = _replacements(links, learnt)
    after = {lid: one for lid, one in {**before, **learnt}.items() if lid not in gone}
    changes = tuple(_changes(before, learnt, gone, replaced))
    kept = [one for one in after.values() if one.status in (APPROVED, ARCHIVED) and one.logical_id not in replaced]
    return Visit(tuple(kept), changes, following, first=False)


def _first(patient: str, now: datetime) -> str:
    return find_documents(patient, since=f"{now - FIRST_VISIT:%Y%m%d}")


def _learn(ask: Ask, patient: str, since: str) -> tuple[list[Association], dict[str, Known]]:
    """Return the links between documents that lots brought since, and the documents as they are now."""
    sets = [str(one.get("id")) for one in ask(find_submission_sets(patient, since)).iter(f"{{{RIM}}}RegistryPackage")]
    linked = [link for batch in _batches(sets) for link in read_submission(ask(get_associations(batch))).associations]
    members = dict.fromkeys(link.target for link in linked if link.kind in (HAS_MEMBER, UPDATES_STATUS))
    links: list[Association] = []
    learnt: dict[str, Known] = {}
    for batch in _batches(list(members)):
        answer = ask(get_documents_and_associations(batch))
        links += [link for link in read_submission(answer).associations if link.kind == REPLACES]
        for one in known_of(answer):
            if one.logical_id not in learnt or learnt[one.logical_id].version <= one.version:
                learnt[one.logical_id] = one
    return links, learnt


def _replacements(links: Iterable[Association], learnt: Mapping[str, Known]) -> dict[str, str]:
    """Return the logical ids of replaced documents, with the uniqueId of what replaces each."""
    by_uuid = {one.entry_uuid: one for one in learnt.values()}
    return {
        by_uuid[link.target].logical_id: by_uuid[link.source].unique_id if link.source in by_uuid else ""
        for link in links
        if link.target in by_uuid
    }


def _changes(
    before: Mapping[str, Known], learnt: Mapping[str, Known], gone: Iterable[str], replaced: Mapping[str, str]
) -> Iterator[Changed]:
    for lid, now in learnt.items():
        was = before.get(lid)
        if was is None and lid not in replaced and now.status == APPROVED:
            yield Changed(Change.NEW, now)
        elif was is not None and lid in replaced:
            yield Changed(Change.REPLACED, now, replaced[lid])
        elif was is not None and now.status == DEPRECATED:
            # Its metadata have a newer version, which we may not see.
            yield Changed(Change.GONE, was)
        elif was is not None:
            yield from (Changed(change, now) for change in _between(was, now))
    yield from (Changed(Change.GONE, before[lid]) for lid in gone)


def _between(was: Known, now: Known) -> Iterator[Change]:
    """Yield what happened to a document that is neither new nor replaced."""
    if was.status != now.status:
        yield {DELETED: Change.DELETED, ARCHIVED: Change.ARCHIVED}.get(now.status, Change.UNARCHIVED)
    if set(now.hidden) - set(was.hidden):
        yield Change.MASKED
    elif set(was.hidden) - set(now.hidden):
        yield Change.SHOWN
    elif was.status == now.status and was.version != now.version:
        yield Change.UPDATED


def known_of(answer: etree._Element) -> list[Known]:
    """Return the documents of an answer."""
    versions = [version_of(one) for one in answer.iter(f"{{{RIM}}}ExtrinsicObject")]
    return [_known(entry, version) for entry, version in zip(read_submission(answer).entries, versions, strict=True)]


def _known(entry: DocumentEntry, version: int) -> Known:
    return Known(
        logical_id=entry.logical_id or entry.id,
        entry_uuid=entry.id,
        unique_id=entry.unique_id,
        repository=entry.repository,
        title=entry.title,
        type_code=entry.type_code.code,
        author=_shown(entry.authors[0].person) if entry.authors else "",
        created=entry.creation_time,
        status=entry.status,
        version=version,
        hidden=tuple(code.code for code in entry.confidentiality if code.code != NORMAL),
    )


def version_of(entry: etree._Element) -> int:
    """Return the version of an entry's metadata, 1 when it names none."""
    told = entry.find(f"{{{RIM}}}VersionInfo")
    name = "" if told is None else str(told.get("versionName", ""))
    return int(name) if name.isdecimal() else 1


def _shown(person: str) -> str:
    """Return the name of an author as people read it, from an XCN."""
    parts = person.split("^")
    return " ".join(reversed(parts[1:3])).strip() if len(parts) > 2 else person


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
