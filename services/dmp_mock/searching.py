"""Running a stored query: what TD3.1 and TD3.1b share.

Source: docs/sources/dmp.md#requete-xds; the limit is ours.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from dmp_mock import store
from dmp_mock.codes import queries as codes
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import XdsError, XdsFailure
from dmp_mock.domain.queries import Query, check_query, finds, wanted_ids
from dmp_mock.domain.rights import Caller, Subject
from dmp_mock.domain.values import Entry
from dmp_mock.facts import QueryAsked
from dmp_mock.transaction import Shown
from dmp_mock.wire.messages import Answer
from dmp_mock.wire.queries import failed_query, read_query, write_found
from lgo_sandbox.watch.facts import Noted
from lgo_sandbox.watch.wording import counted

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["MAX_RESULTS", "fail_query", "search", "show_query"]

MAX_RESULTS = 1000

Allowed = Callable[[Entry, Caller, Subject], bool]


def search(request: Admitted, allowed: Allowed) -> Answer:
    """Answer the query with the entries that it finds and the caller is allowed. Raises Refused and XdsFailure."""
    call, query = request.call, read_query(request.message.body)
    asked = _asked(query)
    call.note(asked)
    check_query(query, request.ins)
    with call.session.db.transaction() as db:
        entries = store.entries_of(db, request.ins.number)
    found = [e for e in entries if finds(query, e) and allowed(e, request.caller, request.subject)]
    _check_number(query, found)
    call.note(replace(asked, found=len(found)))
    call.summarise(f"{request.transaction.name.upper()} : {counted(len(found), 'document')}")
    return Answer(write_found(found, query.return_type, _fresh_ids(call.session.ids.uuid())))


def _asked(query: Query) -> QueryAsked:
    return QueryAsked(
        name=codes.QUERIES.get(query.id, query.id),
        return_type=query.return_type,
        parameters=tuple(sorted(query.parameters)),
        wanted=tuple(sorted(wanted_ids(query))),
        remarks=query.oddities,
        found=None,
    )


def _check_number(query: Query, found: Sequence[Entry]) -> None:
    if query.return_type == codes.LEAF_CLASS and len(found) > MAX_RESULTS:
        too_many = XdsError(
            XdsCode.TOO_MANY_RESULTS,
            f"{len(found)} documents, plus que {MAX_RESULTS}",
            received=f"{len(found)} documents",
            expected=f"{MAX_RESULTS} au plus en {codes.LEAF_CLASS}",
        )
        raise XdsFailure([too_many])


def _fresh_ids(base: str) -> Callable[[], str]:
    """Return a source of ``urn:uuid:`` for nested objects, all drawn from one identifier of the session."""
    numbers, namespace = count(1), uuid.UUID(base)
    return lambda: f"urn:uuid:{uuid.uuid5(namespace, str(next(numbers)))}"


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
        answered=(("Documents trouvés", str(asked.found)),) if asked.found is not None else (),
    )
