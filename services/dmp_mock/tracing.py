"""From the facts of a transaction to the lines of the history of a DMP: TD2.1, TD3.1, TD3.2, TD3.3 and TD0.3 leave one.

Source: docs/sources/dmp.md#web-ps (that there is a history: high; which acts it has: ours, medium). What was only
looked up to learn an identifier (TD3.1b), or tested, leaves none. Knows facts, no message.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dmp_mock.accesses import Access, note_access
from dmp_mock.authorisations import moment
from dmp_mock.codes.habilitations import Action
from dmp_mock.codes.patients import Authorisation
from dmp_mock.facts import AuthorisationSet, DocumentsRead, LotFed, QueryAsked, Updated
from dmp_mock.transactions.td0_2 import NAME as EXISTENCE

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted
    from lgo_sandbox.watch.facts import Noted

__all__ = ["trace"]

LISTED, READ, ADDED = "a consulté la liste des documents", "a lu un document", "a ajouté un document"
LET_IN, LEFT = "a enregistré son autorisation d'accès", "a retiré son autorisation d'accès"
_SEARCH = "td3.1"


def trace(request: Admitted) -> None:
    """Write what an answered transaction did into the history of the DMP, and when an authorised caller acted last."""
    session, caller, transaction = request.call.session, request.caller, request.transaction
    at, who = moment(session.clock.age()), (caller.holder, caller.structure)
    acts = _acts(request.call.exchange.noted, transaction.name)
    lines = [Access(at, *who, transaction.name.upper(), caller.access, *act) for act in acts]
    # testing that a DMP exists is no act on it
    is_act = transaction.one_patient and transaction.name != EXISTENCE
    is_authorised = request.state.authorisation is Authorisation.VALID
    acting_as = who if is_act and is_authorised else ()
    note_access(session.db, request.ins.number, *lines, at=at, acting_as=acting_as)


def _acts(noted: Noted, transaction: str) -> Iterator[tuple[str, str]]:
    """Yield each act, and the unique id of the document that it was about."""
    if transaction == _SEARCH and noted.get(QueryAsked) is not None:
        yield LISTED, ""
    if (read := noted.get(DocumentsRead)) is not None:
        yield from ((READ, unique_id) for unique_id in read.given)
    if (fed := noted.get(LotFed)) is not None and fed.taken:
        yield from ((ADDED, document.unique_id) for document in fed.documents)
    if (updated := noted.get(Updated)) is not None and updated.taken:
        yield from ((f"a mis à jour un document ({one.act})", one.unique_id) for one in updated.documents)
    if (done := noted.get(AuthorisationSet)) is not None and done.changed:
        yield LET_IN if done.action == Action.ADD else LEFT, ""
