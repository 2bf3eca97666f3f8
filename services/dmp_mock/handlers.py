"""What each transaction does once its request was let in: one short function a transaction, and their table.

Source: specs/dmp.md §1.6 (TD0.2), §3–4 (TD2.1, TD3.1, TD3.2), §5.3. Another TD is one more line of ``HANDLERS``.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from dmp_mock import options, store
from dmp_mock.admission import PARTNER, Admitted
from dmp_mock.codes import patients as patient_codes
from dmp_mock.codes import queries as query_codes
from dmp_mock.codes import xds
from dmp_mock.codes.patients import DmpStatus
from dmp_mock.codes.xds import Association, XdsCode
from dmp_mock.domain.errors import Refused, XdsError, XdsFailure
from dmp_mock.domain.hl7 import read_ins
from dmp_mock.domain.lots import MatchedLot, check_author, check_lot, check_replaced, match_documents
from dmp_mock.domain.patients import DmpState, check_feed, check_open, check_reading
from dmp_mock.domain.queries import Query, check_query, finds
from dmp_mock.domain.registering import fingerprint_errors, register
from dmp_mock.domain.rights import may_refer, may_see
from dmp_mock.domain.values import CdaHeader, Entry, NotCda
from dmp_mock.wire.contents import read_cda, read_manifest
from dmp_mock.wire.messages import Answer
from dmp_mock.wire.patients import ExistenceTest, read_test, write_test
from dmp_mock.wire.registry import failed_query, read_query, registry_response, write_found
from dmp_mock.wire.repository import Retrieved, Wanted, read_lot, read_wanted, write_retrieved
from health_documents.validation.printed_ins import PHARMACY_TYPES, printed_in
from lgo_sandbox.watch.facts import Lazy
from lgo_sandbox.watch.ins_flows import InsFlow

__all__ = ["FAILURES", "HANDLERS", "Handler"]

Handler = Callable[[Admitted], Answer]

MAX_RESULTS = 1000
MAX_PRINTED, MAX_PRINTED_OCTETS = 4, 6 * 1024 * 1024
"""Documents whose PDF is looked into, and their size: it costs some milliseconds each."""
MAX_STORED = 512 * 1024 * 1024
_TESTED_REASON = "TEST_EXST"
_PDF_TEMPLATE = "1.3.6.1.4.1.19376.1.2.20"


def test_existence(request: Admitted) -> Answer:
    """TD0.2: does the patient have a DMP, and may the caller read it?"""
    call, asked = request.call, read_test(request.message.body)
    if asked.patient != request.ins:
        raise Refused("patient", rule="patient", received=asked.patient.number, expected=request.ins.number)
    _check_reason(asked)
    patient = None if request.state.status is DmpStatus.ABSENT else call.session.people.patient(request.ins.number)
    with call.session.db.transaction() as db:
        store.put_visit(db, request.ins.number, request.caller.holder, call.session.clock.age().isoformat())
    state, shown = request.state, _authorisation_is_shown(request)
    call.note(dmp={"status": state.status.value, "authorisation": state.authorisation.value if patient else ""})
    call.summarise(f"TD0.2 : {_described(state) if patient else 'pas de DMP'}")
    body = write_test(asked, state, patient, call.session.clock.wire(), call.session.ids.uuid, shown=shown)
    return Answer(body, simulated=patient is not None and shown and not state.is_public)


def _check_reason(asked: ExistenceTest) -> None:
    if (asked.reason, asked.reason_system) != (_TESTED_REASON, patient_codes.REASON_SYSTEM):
        received = f"{asked.reason} ({asked.reason_system})"
        raise Refused("request", f"reasonCode {received}", rule="reason", received=received, expected=_TESTED_REASON)


def _authorisation_is_shown(request: Admitted) -> bool:
    return request.state.is_public or request.call.session.option("dmp.authorisation_values") == "nommees"


def _described(state: DmpState) -> str:
    return f"DMP {state.status.value}, autorisation {state.authorisation.value}"


def feed(request: Admitted) -> Answer:
    """TD2.1: take a lot of documents, whole or not at all."""
    call = request.call
    check_feed(request.state)
    lot = read_lot(request.message)
    check_author(lot, request.caller)
    matched = match_documents(lot)
    headers = {e.id: read_cda(matched.contents[e.id]) for e in lot.entries if _is_cda(e)}
    call.note(documents=[_document_facts(e, headers.get(e.id)) for e in lot.entries if not e.is_signature])
    call.note(_carried(request, matched, headers))
    checked = headers if options.is_on(call.session, "cda_header") else {}
    call.note(remarks=list(check_lot(matched, request.ins, checked, _manifest(request, matched))))
    if options.is_on(call.session, "strict_hash"):
        _raise_any(list(fingerprint_errors(matched)))
    _store(request, matched)
    call.summarise(f"TD2.1 : {len(lot.entries) - 1} document(s) versé(s)")
    return Answer(registry_response(xds.SUCCESS))


def _is_cda(entry: Entry) -> bool:
    return entry.mime_type == "text/xml" and not entry.is_signature


def _manifest(request: Admitted, matched: MatchedLot) -> Any:
    signature = next((e for e in matched.lot.entries if e.is_signature), None)
    if signature is None:
        return None
    documents = {e.unique_id: matched.contents[e.id] for e in matched.lot.entries if not e.is_signature}
    digests = options.is_on(request.call.session, "strict_manifest")
    return read_manifest(matched.contents[signature.id], documents, digests=digests)


def _document_facts(entry: Entry, found: CdaHeader | NotCda | None) -> dict[str, Any]:
    header = found if isinstance(found, CdaHeader) else None
    return {
        "type": entry.code("type"),
        "class": entry.code("class"),
        "format": entry.code("format"),
        "confidentiality": [coded.code for coded in entry.codes.get("confidentiality", ())],
        "unique_id": entry.unique_id,
        "level": header.level if header else "",
        "media_type": header.media_type if header else "",
        "is_pdf": header.starts_with_pdf if header else False,
        "is_n1_template": header is not None and _PDF_TEMPLATE in header.templates,
    }


def _carried(request: Admitted, matched: MatchedLot, headers: Mapping[str, CdaHeader | NotCda]) -> InsFlow:
    """Return the flow of a lot: the matricules of its VIHF, of its metadata and of its CDAs."""
    found = {number for one in headers.values() if isinstance(one, CdaHeader) for _root, number in one.patients}
    found |= {ins.number for entry in matched.lot.entries if (ins := read_ins(entry.patient_id)) is not None}
    return InsFlow.of(found | {request.ins.number}, [PARTNER], _printed(matched))


def _printed(matched: MatchedLot) -> Lazy[tuple[str, ...]]:
    """Look at the datamatrix INS of the first level 1 documents of a pharmacy, once the answer has left."""
    wanted = [e for e in matched.lot.entries if _is_cda(e) and e.code("type") in PHARMACY_TYPES][:MAX_PRINTED]
    contents = [content for e in wanted if len(content := matched.contents[e.id]) <= MAX_PRINTED_OCTETS]
    return Lazy(lambda: tuple(said for one in contents if (said := printed_in(one)) is not None))


def _store(request: Admitted, matched: MatchedLot) -> None:
    call, lot = request.call, matched.lot
    with call.session.db.transaction() as db:
        room = MAX_STORED - store.stored_octets(db)
        if sum(map(len, matched.contents.values())) > room:
            raise XdsFailure([XdsError(XdsCode.OUT_OF_RESOURCES, "l'entrepôt de cette session est plein")])
        known = store.known_unique_ids(db, [lot.sets[0].unique_id, *(e.unique_id for e in lot.entries)])
        _raise_any([XdsError(XdsCode.DUPLICATE_IN_REGISTRY, f"uniqueId={u} déjà enregistré", u) for u in sorted(known)])
        for link in lot.links:
            if link.type == Association.REPLACES:
                check_replaced(link, store.entry_by_uuid(db, link.target), request.ins)
        registered = register(matched, call.session.ids.uuid)
        store.store_lot(db, registered, request.ins.number, request.caller.holder)


def _raise_any(errors: Sequence[XdsError]) -> None:
    if errors:
        raise XdsFailure(errors)


def find(request: Admitted) -> Answer:
    """TD3.1: list the documents of a patient."""
    _note_order(request)
    check_reading(request.state, request.caller.access)
    return _found(request, reference=False)


def refer(request: Admitted) -> Answer:
    """TD3.1b: the technical id of a document known by its unique id; no authorisation is needed to delete it later."""
    check_open(request.state)
    return _found(request, reference=True)


def _found(request: Admitted, *, reference: bool) -> Answer:
    call, query = request.call, read_query(request.message.body)
    call.note(query=_query_facts(query))
    check_query(query, request.ins)
    allowed = may_refer if reference else may_see
    with call.session.db.transaction() as db:
        entries = store.entries_of(db, request.ins.number)
    found = [e for e in entries if finds(query, e) and allowed(e, request.caller, request.subject)]
    if query.return_type == query_codes.LEAF_CLASS and len(found) > MAX_RESULTS:
        raise XdsFailure([XdsError(XdsCode.TOO_MANY_RESULTS, f"{len(found)} documents, plus que {MAX_RESULTS}")])
    call.note(found=len(found))
    call.summarise(f"TD3.1 : {len(found)} document(s)")
    return Answer(write_found(found, query.return_type, _fresh_ids(call.session.ids.uuid())))


def _fresh_ids(base: str) -> Callable[[], str]:
    """Return a source of ``urn:uuid:`` for nested objects, all drawn from one identifier of the session."""
    numbers, namespace = count(1), uuid.UUID(base)
    return lambda: f"urn:uuid:{uuid.uuid5(namespace, str(next(numbers)))}"


def _query_facts(query: Query) -> dict[str, Any]:
    name = query_codes.QUERIES.get(query.id, query.id)
    return {"name": name, "return_type": query.return_type, "parameters": sorted(query.parameters)}


def retrieve(request: Admitted) -> Answer:
    """TD3.2: the documents themselves."""
    _note_order(request)
    check_reading(request.state, request.caller.access)
    documents: list[Retrieved] = []
    errors: list[XdsError] = []
    for wanted in read_wanted(request.message.body):
        try:
            documents.append(_retrieved(request, wanted))
        except XdsFailure as failure:
            errors.extend(failure.errors)
    if not documents:
        raise XdsFailure(errors)
    request.call.summarise(f"TD3.2 : {len(documents)} document(s) consulté(s)")
    request.call.note(retrieved=[document.unique_id for document in documents])
    return write_retrieved(documents, errors, request.call.session.ids.uuid)


def _retrieved(request: Admitted, wanted: Wanted) -> Retrieved:
    if wanted.repository_id != xds.REPOSITORY_ID:
        context = f"repositoryUniqueId={wanted.repository_id[:100]}"
        raise XdsFailure([XdsError(XdsCode.UNKNOWN_REPOSITORY, context, wanted.unique_id[:100])])
    with request.call.session.db.transaction() as db:
        entry, content = store.entry_of(db, wanted.unique_id), store.content_of(db, wanted.unique_id)
    if entry is None or content is None or entry[0] != request.ins.number or entry[1].is_signature:
        context = f"uniqueId={wanted.unique_id[:100]}"
        raise XdsFailure([XdsError(XdsCode.DOCUMENT_UNIQUE_ID, context, wanted.unique_id[:100])])
    if not may_see(entry[1], request.caller, request.subject):
        detail = "ce document n'est pas consultable par ce professionnel"
        raise Refused(
            "rights", detail, rule="document-type", received=entry[1].code("type"), expected="un type consultable"
        )
    return Retrieved(wanted.unique_id, entry[1].mime_type, content)


def _note_order(request: Admitted) -> None:
    with request.call.session.db.transaction() as db:
        visited = store.last_visit(db, request.ins.number, request.caller.holder)
    request.call.note(existence_tested=bool(visited))


HANDLERS: dict[str, Handler] = {
    "td0.2": test_existence,
    "td2.1": feed,
    "td3.1": find,
    "td3.1b": refer,
    "td3.2": retrieve,
}

FAILURES: dict[str, Callable[[Admitted, Sequence[XdsError]], Answer]] = {
    "td2.1": lambda _request, errors: Answer(registry_response(xds.FAILURE, errors)),
    "td3.1": lambda _request, errors: Answer(failed_query(errors)),
    "td3.1b": lambda _request, errors: Answer(failed_query(errors)),
    "td3.2": lambda request, errors: write_retrieved((), errors, request.call.session.ids.uuid),
}
"""How each XDS transaction says that it failed."""
