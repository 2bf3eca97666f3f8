"""TD3.2, reading: the documents themselves (ITI-43, MTOM answer).

Source: docs/sources/dmp.md#requete-xds and #erreurs-xds (high), #droits-par-type; IHE ITI TF-2 §3.43.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from dmp_mock import registry_store
from dmp_mock.codes import xds
from dmp_mock.codes.names import NS_XDSB, REPOSITORY
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import Refused, XdsError, XdsFailure
from dmp_mock.domain.patients import check_reading
from dmp_mock.domain.rights import may_see
from dmp_mock.facts import DocumentsRead, Reading, XdsErrors
from dmp_mock.noting import told_errors
from dmp_mock.transaction import Actions, Body, Described, PageRow, Shown, Transaction
from dmp_mock.wire.messages import Answer
from dmp_mock.wire.registry import NS_RS, add_errors
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.facts import Noted
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire import mtom_write

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["TRANSACTION", "Retrieved", "Wanted", "read_wanted", "write_retrieved"]

NAME = "td3.2"
MAX_WANTED = 100
_REQUEST = "RetrieveDocumentSetRequest"
_ACTION = "urn:ihe:iti:2007:RetrieveDocumentSet"
_CID_DOMAIN = "urn:ihe:iti:xds-b:2007"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document that an ITI-43 asks for."""

    repository_id: str
    unique_id: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One document that an ITI-43 gives."""

    unique_id: str
    mime_type: str
    content: bytes


# --- read


def read_wanted(request: etree._Element) -> list[Wanted]:
    """Return what an ITI-43 asks for. Raises Refused when it asks for nothing, or for too much."""
    wanted = [
        Wanted(_text(each, "RepositoryUniqueId"), _text(each, "DocumentUniqueId"))
        for each in request.iterchildren(_xdsb("DocumentRequest"))
    ]
    if not 0 < len(wanted) <= MAX_WANTED:
        raise Refused(
            "request",
            f"{len(wanted)} DocumentRequest",
            received=f"{len(wanted)} DocumentRequest",
            expected=f"de 1 à {MAX_WANTED} DocumentRequest",
            where=_REQUEST,
            remedy="Demandez un document au moins, et moins de documents à la fois.",
        )
    return wanted


def _xdsb(name: str) -> str:
    return f"{{{NS_XDSB}}}{name}"


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(_xdsb(name)) or "").strip()


# --- served


def serve(request: Admitted) -> Answer:
    """Give the documents that there are, and errors for the others; a failure when there is none."""
    call = request.call
    call.note(Reading(matricule=request.ins.number, holder=request.caller.holder, consults=True))
    check_reading(request.state, request.caller.access)
    documents: list[Retrieved] = []
    errors: list[XdsError] = []
    wanted = read_wanted(request.message.body)
    for one in wanted:
        try:
            documents.append(_retrieved(request, one))
        except XdsFailure as failure:
            errors.extend(failure.errors)
    given = tuple(document.unique_id for document in documents)
    call.note(DocumentsRead(wanted=tuple(one.unique_id for one in wanted), given=given))
    if not documents:
        raise XdsFailure(errors)
    if errors:
        call.note(told_errors(errors))
    call.summarise(f"TD3.2 : {counted(len(documents), 'document consulté', 'documents consultés')}")
    return write_retrieved(documents, errors, call.session.ids.uuid)


def _retrieved(request: Admitted, wanted: Wanted) -> Retrieved:
    shown = wanted.unique_id[:100]
    if wanted.repository_id != xds.REPOSITORY_ID:
        repository = wanted.repository_id[:100]
        context = f"repositoryUniqueId={repository}"
        raise _failure(XdsCode.UNKNOWN_REPOSITORY, context, shown, repository, xds.REPOSITORY_ID)
    db = request.call.session.db
    entry, content = registry_store.entry_of(db, wanted.unique_id), registry_store.content_of(db, wanted.unique_id)
    if entry is None or content is None or entry[0] != request.ins.number or entry[1].is_signature:
        expected = "l'uniqueId d'un document de ce patient"
        raise _failure(XdsCode.DOCUMENT_UNIQUE_ID, f"uniqueId={shown}", shown, shown, expected)
    if not may_see(entry[1], request.caller, request.subject):
        raise Refused(
            "rights",
            "ce document n'est pas consultable par ce professionnel",
            received=f"{shown}, de type {entry[1].code('type')}",
            expected="un document que TD3.1 rend à ce professionnel : ni masqué, ni d'un type interdit à sa profession",
            where=f"{_REQUEST}/DocumentRequest",
        )
    return Retrieved(wanted.unique_id, entry[1].mime_type, content)


def _failure(code: XdsCode, context: str, location: str, received: str, expected: str) -> XdsFailure:
    return XdsFailure([XdsError(code, context, location, received=received or "absent", expected=expected)])


# --- written


def write_retrieved(documents: Sequence[Retrieved], errors: Sequence[XdsError], new_uuid: Callable[[], str]) -> Answer:
    """Return the MTOM answer: documents found, errors for the others, and the status that follows."""
    response = etree.Element(_xdsb("RetrieveDocumentSetResponse"), nsmap={None: NS_XDSB, "rs": NS_RS})
    status = xds.SUCCESS if not errors else xds.PARTIAL if documents else xds.FAILURE
    add_errors(etree.SubElement(response, f"{{{NS_RS}}}RegistryResponse", {"status": status}), errors)
    base, parts = new_uuid(), []
    for number, document in enumerate(documents, 1):
        content_id = f"{base}-{number}@{_CID_DOMAIN}"
        parts.append(mtom_write.OutgoingPart(content_id, document.mime_type, document.content))
        _document(response, document, content_id)
    return Answer(response, parts, packaged=True)


def _document(response: etree._Element, document: Retrieved, content_id: str) -> None:
    element = etree.SubElement(response, _xdsb("DocumentResponse"))
    for name, text in (
        ("RepositoryUniqueId", xds.REPOSITORY_ID),
        ("DocumentUniqueId", document.unique_id),
        ("mimeType", document.mime_type),
    ):
        etree.SubElement(element, _xdsb(name)).text = text
    etree.SubElement(element, _xdsb("Document")).append(etree.fromstring(mtom_write.include_xml(content_id)))


# --- refused, shown, checked


def fail(request: Admitted, errors: Sequence[XdsError]) -> Answer:
    """Answer a package without document, with the errors."""
    return write_retrieved((), errors, request.call.session.ids.uuid)


def decode(noted: Noted) -> Shown:
    """Show what was asked for and given."""
    read = noted.get(DocumentsRead)
    if read is None:
        return Shown(asked=(), answered=())
    return Shown(
        asked=(("Documents demandés", ", ".join(read.wanted)),),
        answered=(("Documents lus", ", ".join(read.given)),) if read.given else (),
    )


def partial(seen: Observed[DocumentsRead]) -> Outcome:
    """Every document that is asked for is there: an answer with some of them is a PartialSuccess, easily overlooked."""
    facts, told = seen.facts, seen.also(XdsErrors)
    if not facts.given or told is None:
        return bool(facts.given) or None
    missing = [unique_id for unique_id in facts.wanted if unique_id not in facts.given]
    return Violation(
        received=", ".join(missing)[:300],
        expected=told.errors[0].expected,
        message=f"{counted(len(facts.given), 'document rendu', 'documents rendus')} ; demandés : {len(facts.wanted)}",
        remedy=told.errors[0].remedy,
        where=f"{_REQUEST}/DocumentRequest",
    )


TRANSACTION = Transaction(
    name=NAME,
    title="Consultation d'un document",
    path=REPOSITORY,
    body=Body(qname=_xdsb(_REQUEST), is_meant=lambda _body: True),
    actions=Actions(request=_ACTION, response=f"{_ACTION}Response", also=frozenset()),
    right="TD3.2",
    one_patient=True,
    serve=serve,
    fail=fail,
    describe=Described(
        port="Repository",
        operation="RetrieveDocumentSet",
        asked=_xdsb(_REQUEST),
        answered=_xdsb("RetrieveDocumentSetResponse"),
        schemas=(),
    ),
    decode=decode,
    page=PageRow(wire="ITI-43, MTOM answer", serves="the documents, PartialSuccess when some are missing"),
    checks=(
        Check(
            id="DMP-PARTIAL",
            title="Consultation rendue en partie seulement",
            reads=DocumentsRead,
            test=partial,
            source="docs/sources/dmp.md#erreurs-xds",
            remedy="Lisez le statut PartialSuccess et les erreurs, puis redemandez les documents manquants.",
            severity=Severity.WARNING,
            operations=frozenset({NAME}),
        ),
    ),
)
