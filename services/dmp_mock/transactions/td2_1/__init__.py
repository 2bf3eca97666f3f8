"""TD2.1, feeding: a lot of documents (ITI-41 with MTOM), taken whole or not at all.

Source: docs/sources/dmp.md#mtom (ids that are file names, SOAP 1.1 root; high), #metadonnees, #signature-de-lot,
#remplacement, #etat-pour-alimenter; IHE ITI TF-2 §3.41. Attachments are kept octet for octet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dmp_mock import options, registering, registry_store
from dmp_mock.codes import xds
from dmp_mock.codes.names import NS_XDSB, PARTNER, REPOSITORY
from dmp_mock.codes.xds import Association
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import XdsError, XdsFailure
from dmp_mock.domain.hl7 import is_ps_id, person_id, read_ins
from dmp_mock.domain.lots import (
    MatchedLot,
    check_author,
    check_cited,
    check_lot,
    check_replaced,
    cited,
    match_documents,
    related_remarks,
)
from dmp_mock.domain.patients import check_feed
from dmp_mock.domain.registering import fingerprint_errors, register
from dmp_mock.domain.rights import deny_replacing, is_by_another
from dmp_mock.domain.values import CdaHeader, Entry, NotCda
from dmp_mock.facts import FedDocument, LotFed
from dmp_mock.transaction import Actions, Body, Described, PageRow, Shown, Transaction
from dmp_mock.transactions.td2_1.checks import LOT_CHECKS
from dmp_mock.transactions.td2_1.contents import contents_of
from dmp_mock.transactions.td2_1.documents import looked_at, problems_of, vaccination_errors
from dmp_mock.transactions.td2_1.printed import printed_by
from dmp_mock.transactions.td2_1.reading import inlined_in, is_by_cpe, read_lot
from dmp_mock.transactions.td2_1.signing import check_lot_signature
from dmp_mock.wire.contents import read_cda, read_manifest, wrong_digests
from dmp_mock.wire.messages import Answer
from dmp_mock.wire.opened import Opened
from dmp_mock.wire.registry import NS_RS, registry_response
from health_documents.validation.printed_ins import PHARMACY_TYPES, printed_ins
from lgo_sandbox.watch.facts import Lazy, Noted
from lgo_sandbox.watch.ins_flows import InsFlow
from lgo_sandbox.watch.wording import counted

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["TRANSACTION", "decode", "fail", "read_lot", "serve"]

NAME = "td2.1"
MAX_STORED = 512 * 1024 * 1024
MAX_PRINTED, MAX_PRINTED_OCTETS = 4, 6 * 1024 * 1024
"""Documents whose PDF is looked into, and their size: it costs some milliseconds each."""
_REQUEST = "ProvideAndRegisterDocumentSetRequest"
_ACTION = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
_PDF_TEMPLATE = "1.3.6.1.4.1.19376.1.2.20"

Headers = Mapping[str, CdaHeader | NotCda]
Documents = Mapping[str, Opened]
"""Documents by the id of their entry."""


def serve(request: Admitted) -> Answer:
    """Take the lot."""
    call = request.call
    check_feed(request.state)
    lot = read_lot(request.message)
    check_author(lot, request.caller)
    matched = match_documents(lot)
    opened = {e.id: Opened(matched.contents[e.id], long_texts=not e.is_signature) for e in lot.entries}
    cdas = {e.id: opened[e.id] for e in lot.entries if _is_cda(e)}
    headers = {symbol: read_cda(one) for symbol, one in cdas.items()}
    fed = _fed(request, matched, headers, opened, cdas)
    call.note(fed, _carried(request, matched, headers, cdas))
    remarks = _checked(request, matched, headers, opened)
    check_lot_signature(request, matched, opened)
    told, of_others = _store(request, matched, headers, _digests(opened))
    contents = contents_of(matched, headers, opened, call.session.people, of_others)
    call.note(replace(fed, taken=True, remarks=(*remarks, *told)), contents)
    call.note(printed_by(matched, headers, opened))
    call.summarise(
        f"{request.transaction.name.upper()} : {counted(len(fed.documents), 'document versé', 'documents versés')}"
    )
    return Answer(registry_response(xds.SUCCESS))


def _is_cda(entry: Entry) -> bool:
    return entry.mime_type == "text/xml" and not entry.is_signature


def _checked(request: Admitted, matched: MatchedLot, headers: Headers, opened: Documents) -> tuple[str, ...]:
    """Return what is tolerated in a lot. Raises XdsFailure."""
    session = request.call.session
    checked = headers if options.is_on(session, "cda_header") else {}
    strict = options.is_on(session, "strict_manifest")
    signature = _signature(matched, opened)
    manifest = read_manifest(signature, _signed(matched, opened), digests=strict) if signature is not None else None
    remarks = check_lot(matched, request.ins, checked, manifest, registering.policy_of(request))
    _raise_any([*vaccination_errors(request, matched, {symbol: opened[symbol] for symbol in headers})])
    unlike = list(fingerprint_errors(matched, _digests(opened)))
    if options.is_on(session, "strict_hash"):
        _raise_any(unlike)
    return (*remarks, *(f"{error.context}, remplacé par la valeur calculée" for error in unlike))


def _signature(matched: MatchedLot, opened: Documents) -> Opened | None:
    return next((opened[entry.id] for entry in matched.lot.entries if entry.is_signature), None)


def _digests(opened: Documents) -> dict[str, str]:
    return {symbol: one.sha1.hex() for symbol, one in opened.items()}


def _signed(matched: MatchedLot, opened: Documents) -> dict[str, Opened]:
    return {e.unique_id: opened[e.id] for e in matched.lot.entries if not e.is_signature}


def _fed(request: Admitted, matched: MatchedLot, headers: Headers, opened: Documents, cdas: Documents) -> LotFed:
    signature, signed = _signature(matched, opened), _signed(matched, opened)
    documents = (e for e in matched.lot.entries if not e.is_signature)
    looked = looked_at(matched, cdas)
    return LotFed(
        documents=tuple(_document(entry, headers.get(entry.id)) for entry in documents),
        taken=False,
        remarks=(),
        inlined=inlined_in(request.message),
        looked=tuple(unique_id for unique_id, _opened in looked),
        wrong_digests=Lazy(lambda: wrong_digests(signature, signed))
        if signature and signature.content
        else Lazy.known(()),
        problems=problems_of(looked),
    )


def _document(entry: Entry, found: CdaHeader | NotCda | None) -> FedDocument:
    header = found if isinstance(found, CdaHeader) else CdaHeader()
    return FedDocument(
        unique_id=entry.unique_id,
        type=entry.code("type"),
        document_class=entry.code("class"),
        format=entry.code("format"),
        confidentiality=tuple(coded.code for coded in entry.codes.get("confidentiality", ())),
        level=header.level,
        media_type=header.media_type,
        is_pdf=header.starts_with_pdf,
        is_n1_template=_PDF_TEMPLATE in header.templates,
        by_professional=any(is_ps_id(person_id(person)) for one in entry.authors for person in one.persons),
    )


def _carried(request: Admitted, matched: MatchedLot, headers: Headers, cdas: Documents) -> InsFlow:
    """Return the flow of a lot: the matricules of its VIHF, of its metadata and of its CDAs."""
    found = {number for one in headers.values() if isinstance(one, CdaHeader) for _root, number in one.patients}
    found |= {ins.number for entry in matched.lot.entries if (ins := read_ins(entry.patient_id)) is not None}
    return InsFlow.of(found | {request.ins.number}, [PARTNER], _printed(matched, cdas))


def _printed(matched: MatchedLot, cdas: Documents) -> Lazy[tuple[str, ...]]:
    """Look at the datamatrix INS of the first level 1 documents of a pharmacy, once the answer has left."""
    wanted = [e for e in matched.lot.entries if _is_cda(e) and e.code("type") in PHARMACY_TYPES][:MAX_PRINTED]
    looked = [cdas[e.id] for e in wanted if len(matched.contents[e.id]) <= MAX_PRINTED_OCTETS]
    return Lazy(lambda: _printed_ins(looked)) if looked else Lazy.known(())


def _printed_ins(cdas: Sequence[Opened]) -> tuple[str, ...]:
    read = (document for one in cdas if (document := one.document) is not None)
    return tuple(said for document in read if (said := printed_ins(document)) is not None)


def _store(
    request: Admitted, matched: MatchedLot, headers: Headers, digests: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Store the lot; return what is tolerated of what it replaces, and what of that is another's.

    Raises XdsFailure, and Refused for another's when the session wants that.
    """
    call, lot, told, of_others = request.call, matched.lot, list[str](), list[str]()
    registry_store.fill_in(call.session.db)
    with call.session.db.begin(alone=True) as connection:
        _raise_any([*_too_heavy(matched, MAX_STORED - registry_store.stored_octets(call.session.db))])
        registering.check_unique(request, [lot.sets[0].unique_id, *(e.unique_id for e in lot.entries)])
        for link in lot.links:
            if link.type == Association.REPLACES:
                target = registering.target_of(request, link)
                check_replaced(link, target)
                told += related_remarks(link, target, headers.get(link.source))
                of_others += _of_another(request, target)
        for link in cited(lot):
            check_cited(link, registering.target_of(request, link))
        registering.store(request, connection, register(matched, call.session.ids.uuid, digests))
    return told, of_others


def _of_another(request: Admitted, target: Entry | None) -> Iterator[str]:
    """Yield a replaced document that is neither of the caller nor of his structure. Raises Refused by option."""
    if target is not None and is_by_another(target, request.caller):
        if options.refuses_replacing_others(request.call.session):
            deny_replacing(target, request.caller)
        authors = ", ".join(person_id(person)[:20] for one in target.authors for person in one.persons[:1])
        yield f"{target.unique_id} ({authors[:100] or 'sans auteur'})"


def _too_heavy(matched: MatchedLot, room: int) -> Iterator[XdsError]:
    weight = sum(map(len, matched.contents.values()))
    if weight > room:
        yield XdsError(
            XdsCode.OUT_OF_RESOURCES,
            "l'entrepôt de cette session est plein",
            received=f"un lot de {weight} octets",
            expected=f"{max(room, 0)} octets au plus",
        )


def _raise_any(errors: Sequence[XdsError]) -> None:
    if errors:
        raise XdsFailure(errors)


# --- refused, shown


def fail(_request: Admitted, errors: Sequence[XdsError]) -> Answer:
    """Answer a RegistryResponse with the errors."""
    return Answer(registry_response(xds.FAILURE, errors))


def decode(noted: Noted) -> Shown:
    """Show the documents of the lot."""
    fed = noted.get(LotFed)
    return Shown(
        asked=tuple(("Document", _described(document)) for document in fed.documents) if fed else (),
        answered=(("Lot", "enregistré" if fed.taken else "refusé"),) if fed else (),
    )


def _described(one: FedDocument) -> str:
    coded = f"classe {one.document_class}, {one.format}, confidentialité {' '.join(one.confidentiality)}"
    return f"{one.type} ({coded}), {one.unique_id}"


TRANSACTION = Transaction(
    name=NAME,
    title="Alimentation",
    path=REPOSITORY,
    body=Body(qname=f"{{{NS_XDSB}}}{_REQUEST}", is_meant=lambda body: not is_by_cpe(body)),
    actions=Actions(request=_ACTION, response=f"{_ACTION}Response", also=frozenset()),
    right="TD2.1",
    one_patient=True,
    serve=serve,
    fail=fail,
    describe=Described(
        port="Repository",
        operation="ProvideAndRegisterDocumentSet-b",
        asked=f"{{{NS_XDSB}}}{_REQUEST}",
        answered=f"{{{NS_RS}}}RegistryResponse",
        schemas=(),
    ),
    decode=decode,
    page=PageRow(
        wire="ITI-41, MTOM",
        serves="feed, replace (RPLC), cite documents of other lots; APND, XFRM and folders are refused",
    ),
    checks=LOT_CHECKS,
)
