"""Running a stored query: what TD3.1 and TD3.1b share.

Source: docs/sources/dmp.md#requete-xds; the limit is ours. Associations and lots are shown as far as the caller may see
the documents that they are about: one that is hidden is not told by what points to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from dmp_mock import options, registry_store
from dmp_mock.codes import queries as codes
from dmp_mock.codes.queries import Kind
from dmp_mock.codes.xds import Association, Status
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.criteria import Criteria
from dmp_mock.domain.errors import XdsError, XdsFailure
from dmp_mock.domain.found import Found
from dmp_mock.domain.queries import Query, check_query, criteria_of, wanted_ids
from dmp_mock.domain.rights import Caller, Subject
from dmp_mock.domain.values import Entry, Link, SubmissionSet
from dmp_mock.facts import QueryAsked
from dmp_mock.transaction import Shown
from dmp_mock.wire.messages import Answer
from dmp_mock.wire.queries import failed_query, read_query, write_found
from lgo_sandbox.watch.facts import Noted
from lgo_sandbox.watch.wording import counted

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted
    from lgo_sandbox.state.port import Store

__all__ = ["MAX_RESULTS", "fail_query", "search", "show_query"]

MAX_RESULTS = 1000

Allowed = Callable[[Entry, Caller, Subject], bool]


@dataclass(frozen=True, slots=True)
class View:
    """The DMP of a patient as far as a caller may see it."""

    db: Store
    matricule: str
    may_see: Callable[[Entry], bool]

    def find(self, criteria: Criteria) -> tuple[Entry, ...]:
        """Return the entries that meet the criteria."""
        return self._seen(registry_store.find_entries(self.db, self.matricule, criteria))

    def by(self, column: str, wanted: Iterable[str]) -> tuple[Entry, ...]:
        """Return the entries of these identifiers."""
        return self._seen(registry_store.entries_by(self.db, self.matricule, column, wanted))

    def _seen(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        return tuple(entry for entry in entries if not entry.is_signature and self.may_see(entry))

    def links(self, uuids: Iterable[str]) -> tuple[Link, ...]:
        """Return the associations of these objects whose ends are lots, or documents that may be seen."""
        links = registry_store.links_of(self.db, uuids)
        ends = {end for link in links for end in (link.source, link.target)}
        shown = {entry.id for entry in self.by("entry_uuid", ends)}
        shown |= {one.id for one in registry_store.sets_by(self.db, self.matricule, "entry_uuid", ends)}
        return tuple(link for link in links if {link.source, link.target} <= shown)

    def sets(self, found: Sequence[SubmissionSet]) -> tuple[SubmissionSet, ...]:
        """Return those of the lots that are about a document that may be seen."""
        about = {end for link in self.links(one.id for one in found) for end in (link.source, link.target)}
        return tuple(one for one in found if one.id in about)


def search(request: Admitted, allowed: Allowed) -> Answer:
    """Answer the query with what it finds and the caller is allowed. Raises Refused and XdsFailure."""
    call, query = request.call, read_query(request.message.body)
    asked = _asked(query)
    call.note(asked)
    check_query(query, request.ins, strict=options.is_on(call.session, "strict_queries"))
    view = View(call.session.db, request.ins.number, lambda e: allowed(e, request.caller, request.subject))
    found = _FOUND[query.id](query, view)
    _check_number(query, found)
    call.note(replace(asked, found=len(found.entries) if found.entries or not found.sets else len(found.sets)))
    call.summarise(f"{request.transaction.name.upper()} : {_told(found)}")
    return Answer(write_found(found, query.return_type, _fresh_ids(call.session.ids.uuid())))


def _told(found: Found) -> str:
    if not found.sets and not found.links:
        return counted(len(found.entries), "document")
    parts = (counted(len(found.sets), "lot"), counted(len(found.entries), "document"))
    return f"{', '.join(parts)}, {counted(len(found.links), 'association')}"


# --- the queries


def _documents(query: Query, view: View) -> Found:
    return Found(entries=view.find(criteria_of(query)))


def _sets(query: Query, view: View) -> Found:
    criteria = criteria_of(query)
    if not all(Status.APPROVED in some for some in criteria.statuses):
        return Found()
    wanted = replace(criteria, statuses=())
    return Found(sets=view.sets(registry_store.find_sets(view.db, view.matricule, wanted)))


def _by_id(query: Query, view: View) -> tuple[Entry, ...]:
    """Return the documents of an entryUUID, or the last version of those of a unique id or logical id."""
    if query.values(codes.ENTRY_UUID):
        return view.by("entry_uuid", query.values(codes.ENTRY_UUID))
    if query.values(codes.LOGICAL_ID):
        return view.by("lid", query.values(codes.LOGICAL_ID))
    last: dict[str, Entry] = {}
    for entry in registry_store.entries_by(view.db, view.matricule, "unique_id", query.values(codes.UNIQUE_ID)):
        if entry.lid not in last or last[entry.lid].version < entry.version:
            last[entry.lid] = entry
    return tuple(entry for entry in last.values() if not entry.is_signature and view.may_see(entry))


def _get_documents(query: Query, view: View) -> Found:
    return Found(entries=_by_id(query, view))


def _associations(query: Query, view: View) -> Found:
    return Found(links=view.links(query.values(codes.UUID)))


def _documents_and_associations(query: Query, view: View) -> Found:
    entries = _by_id(query, view)
    return Found(entries=entries, links=view.links(entry.id for entry in entries))


def _sets_of(query: Query, view: View) -> Found:
    wanted = set(query.values(codes.UUID))
    links = tuple(k for k in view.links(wanted) if k.type == Association.HAS_MEMBER and k.target in wanted)
    sources = (link.source for link in links)
    return Found(sets=tuple(registry_store.sets_by(view.db, view.matricule, "entry_uuid", sources)), links=links)


def _set_and_contents(query: Query, view: View) -> Found:
    names = codes.QUERIES[query.id].one_of
    column = "entry_uuid" if query.values(names[0]) else "unique_id"
    sets = registry_store.sets_by(view.db, view.matricule, column, wanted_ids(query))
    own = {one.id for one in sets}
    members = [k for k in view.links(own) if k.type == Association.HAS_MEMBER and k.source in own]
    criteria = criteria_of(query)
    entries = view.by("entry_uuid", (k.target for k in members))
    if criteria.codes:
        meant = {entry.id for entry in view.find(criteria)}
        entries = tuple(entry for entry in entries if entry.id in meant)
    kept = {entry.id for entry in entries}
    shown = view.sets(sets)
    return Found(sets=shown, entries=entries, links=tuple(k for k in members if k.target in kept))


def _related(query: Query, view: View) -> Found:
    entries = _by_id(query, view)
    types = {value for _name, values in _of_kind(query, Kind.ASSOCIATION) for value in values}
    links = tuple(k for k in view.links(e.id for e in entries) if k.type in types)
    ends = {end for k in links for end in (k.source, k.target)} | {entry.id for entry in entries}
    return Found(entries=view.by("entry_uuid", ends) if links else (), links=links)


def _of_kind(query: Query, kind: Kind) -> list[tuple[str, tuple[str, ...]]]:
    known = codes.QUERIES[query.id].parameters
    return [(name, query.values(name)) for name in query.parameters if known[name].kind is kind]


_FOUND: Mapping[str, Callable[[Query, View], Found]] = {
    codes.FIND_DOCUMENTS: _documents,
    codes.FIND_BY_REFERENCE: _documents,
    codes.FIND_SETS: _sets,
    codes.GET_DOCUMENTS: _get_documents,
    codes.GET_ASSOCIATIONS: _associations,
    codes.GET_DOCUMENTS_AND_ASSOCIATIONS: _documents_and_associations,
    codes.GET_SETS: _sets_of,
    codes.GET_SET_AND_CONTENTS: _set_and_contents,
    codes.GET_RELATED: _related,
}


def _asked(query: Query) -> QueryAsked:
    return QueryAsked(
        name=query.name,
        return_type=query.return_type,
        parameters=tuple(sorted(query.parameters)),
        wanted=tuple(sorted(wanted_ids(query))),
        remarks=query.oddities,
        found=None,
        statuses=tuple(query.values(codes.STATUS)),
    )


def _check_number(query: Query, found: Found) -> None:
    number = len(found.entries) + len(found.sets) + len(found.links)
    if query.return_type == codes.LEAF_CLASS and number > MAX_RESULTS:
        too_many = XdsError(
            XdsCode.TOO_MANY_RESULTS,
            f"{counted(number, 'résultat')}, plus que {MAX_RESULTS}",
            received=counted(number, "résultat"),
            expected=f"{MAX_RESULTS} au plus en {codes.LEAF_CLASS}",
        )
        raise XdsFailure([too_many])


def _fresh_ids(base: str) -> Callable[[], str]:
    """Return a source of ``urn:uuid:`` for nested objects, all drawn from one identifier of the session.

    They are numbered in its last digits, which an identifier of version 4 draws at random: cheaper than a digest each.
    """
    drawn, numbers = f"urn:uuid:{base[:-12]}", count(1)
    return lambda: f"{drawn}{next(numbers):012x}"


def fail_query(_request: Admitted, errors: Sequence[XdsError]) -> Answer:
    """Answer an AdhocQueryResponse with the errors."""
    return Answer(failed_query(errors))


def show_query(noted: Noted) -> Shown:
    """Show the query and how much it found."""
    asked = noted.get(QueryAsked)
    if asked is None:
        return Shown(asked=(), answered=())
    return Shown(
        asked=(("Requête", f"{asked.name} ({asked.return_type}) : {', '.join(asked.parameters)}"),),
        answered=(("Objets trouvés", str(asked.found)),) if asked.found is not None else (),
    )
