"""TD3.1b: the technical id of a document known by its unique id (ITI-18 GetDocuments, ObjectRef), to delete it later.

Source: docs/sources/dmp.md#requete-xds, #suppression-et-masquage (high); no authorisation is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmp_mock.codes.names import NS_QUERY
from dmp_mock.domain.patients import check_open
from dmp_mock.domain.rights import may_refer
from dmp_mock.facts import QueryAsked, Reading
from dmp_mock.searching import fail_query, search, show_query
from dmp_mock.transaction import Actions, Body, Described, PageRow, Transaction
from dmp_mock.wire.messages import Answer
from dmp_mock.wire.queries import is_reference_query
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.wording import counted

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["TRANSACTION"]

NAME = "td3.1b"
_ACTION = "urn:ihe:iti:2007:RegistryStoredQuery"


def serve(request: Admitted) -> Answer:
    """Give the technical ids of the documents that are the caller's, or that he may see."""
    request.call.note(Reading(matricule=request.ins.number, holder=request.caller.holder, consults=False))
    check_open(request.state)
    return search(request, may_refer)


def reference(seen: Observed[QueryAsked]) -> Outcome:
    """The document whose technical id is asked for is one of this patient's: a shorter list is no error on the wire."""
    asked = seen.facts
    if asked.found is None or asked.found >= len(asked.wanted):
        return (asked.found is not None and bool(asked.wanted)) or None
    return Violation(
        received=", ".join(asked.wanted)[:300],
        expected="des identifiants de documents de ce patient",
        message=f"{counted(asked.found, 'document trouvé', 'documents trouvés')} ; demandés : {len(asked.wanted)}",
        where="AdhocQuery/$XDSDocumentEntryUniqueId",
    )


TRANSACTION = Transaction(
    name=NAME,
    title="Identifiant technique d'un document",
    path="registry",
    body=Body(qname=f"{{{NS_QUERY}}}AdhocQueryRequest", is_meant=is_reference_query),
    actions=Actions(request=_ACTION, response=f"{_ACTION}Response", also=frozenset()),
    right="TD3.1-reference",
    one_patient=True,
    serve=serve,
    fail=fail_query,
    describe=Described(
        port="Registry",
        operation="RegistryStoredQuery",
        asked=f"{{{NS_QUERY}}}AdhocQueryRequest",
        answered=f"{{{NS_QUERY}}}AdhocQueryResponse",
        schemas=(),
    ),
    decode=show_query,
    page=PageRow(wire="ITI-18 GetDocuments, ObjectRef", serves="the technical id of a document"),
    checks=(
        Check(
            id="DMP-REFERENCE",
            title="Identifiant technique demandé pour un document introuvable",
            reads=QueryAsked,
            test=reference,
            source="docs/sources/dmp.md#suppression-et-masquage",
            remedy="Reprenez l'uniqueId du document que vous avez versé pour ce patient.",
            confidence="M",
            severity=Severity.INFO,
            operations=frozenset({NAME}),
        ),
    ),
)
