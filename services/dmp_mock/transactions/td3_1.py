"""TD3.1, searching: the documents of a patient, their lots and associations (ITI-18).

Source: docs/sources/dmp.md#requete-xds (high); IHE ITI TF-2 §3.18.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmp_mock.codes.names import NS_QUERY
from dmp_mock.codes.xds import Status
from dmp_mock.domain.patients import check_reading
from dmp_mock.domain.rights import may_see
from dmp_mock.facts import PatientSeen, QueryAsked, Reading
from dmp_mock.searching import fail_query, search, show_query
from dmp_mock.transaction import Actions, Body, Described, PageRow, Transaction
from dmp_mock.wire.messages import Answer
from dmp_mock.wire.queries import is_reference_query
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["TRANSACTION"]

NAME = "td3.1"
_ACTION = "urn:ihe:iti:2007:RegistryStoredQuery"
_LIST = "FindDocuments"


def serve(request: Admitted) -> Answer:
    """List the documents that the caller may see."""
    request.call.note(Reading(matricule=request.ins.number, holder=request.caller.holder, consults=True))
    check_reading(request.state, request.caller.access)
    return search(request, may_see)


def form(seen: Observed[QueryAsked]) -> Outcome:
    """The query is written as the guide writes it: what is understood all the same is told, with the form expected."""
    remarks = seen.facts.remarks
    if not remarks:
        return (seen.facts.found is not None and seen.operation == NAME) or None
    expected = dict.fromkeys(remark.partition("attendu ")[2] or "celle du guide" for remark in remarks)
    return Violation(" ; ".join(remarks), f"la forme attendue : {' ; '.join(expected)}", where="AdhocQuery")


def active_first(seen: Observed[QueryAsked]) -> Outcome:
    """A DMP is listed by what is in force; the archived, the replaced and the hidden are filters beside it."""
    asked, patient = seen.facts, seen.also(PatientSeen)
    if asked.name != _LIST or not asked.statuses or patient is None:
        return None
    if Status.APPROVED in asked.statuses:
        return asked.found is not None or None
    for past, _patient in seen.history.all(PatientSeen, about=patient.matricule):
        earlier = past.noted.get(QueryAsked)
        if earlier is not None and earlier.found is not None and Status.APPROVED in earlier.statuses:
            return None
    short = ", ".join(status.rpartition(":")[2] for status in asked.statuses)
    return Violation(
        f"une première recherche de statut {short} seul"[:200],
        f"{Status.APPROVED}, seul ou avec d'autres statuts",
        where="AdhocQuery/Slot $XDSDocumentEntryStatus",
    )


TRANSACTION = Transaction(
    name=NAME,
    title="Recherche de documents",
    path="registry",
    body=Body(qname=f"{{{NS_QUERY}}}AdhocQueryRequest", is_meant=lambda body: not is_reference_query(body)),
    actions=Actions(request=_ACTION, response=f"{_ACTION}Response", also=frozenset()),
    right="TD3.1-metadata",
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
    page=PageRow(
        wire="ITI-18: FindDocuments, FindDocumentsByReferenceId, FindSubmissionSets, Get…",
        serves="documents, lots and associations, 1000 at most in LeafClass",
    ),
    checks=(
        Check(
            id="DMP-QUERY-FORM",
            title="Requête XDS tolérée, mais écrite autrement que dans le guide",
            reads=QueryAsked,
            test=form,
            requirements=("DMP/UX.27",),
            source="docs/sources/dmp.md#requete-xds",
            remedy="Écrivez chaque paramètre dans la forme attendue : le service réel peut ne rien trouver.",
            confidence="M",
            severity=Severity.WARNING,
            operations=frozenset({NAME, "td3.1b"}),
        ),
        Check(
            id="DMP-QUERY-ACTIVE",
            title="Première recherche sans les documents actifs (EX_3.1-1030)",
            reads=QueryAsked,
            test=active_first,
            source="docs/sources/dmp.md#requete-xds",
            remedy="Demandez d'abord les documents de statut Approved ; les autres statuts sont des filtres de plus.",
            confidence="M",
            severity=Severity.INFO,
            operations=frozenset({NAME}),
        ),
    ),
)
