"""The DMP's application: one path family, one pipeline, dispatched on the body of the SOAP message.

Source: docs/sources/dmp.md#chemin (paths, tolerant of slashes; dispatch on the body so that bare ``/services/`` works),
#enveloppe, #erreurs-xds (fault or error list, by code). What is refused is noted with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

from starlette.exceptions import HTTPException

from dmp_mock import options
from dmp_mock.caller import Admitted, admit
from dmp_mock.codes.names import ALIASES, DESCRIBE, FEEDS, REPOSITORY
from dmp_mock.codes.parameters import PATH as PARAMETER_FILE
from dmp_mock.codes.parameters import REDIRECTED
from dmp_mock.codes.retired import Retired
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import Refused, XdsFailure, as_fault
from dmp_mock.facts import FeedStruck, Posted, Remark, SoapRequest
from dmp_mock.noting import told_errors, told_refusal
from dmp_mock.parameter_file import parameter_file, redirected_file
from dmp_mock.problems import problem, rendered
from dmp_mock.tables import PATHS, SERVED_PATHS, TRANSACTIONS, transaction_of
from dmp_mock.tokens import shown_token
from dmp_mock.tracing import trace
from dmp_mock.transaction import Transaction
from dmp_mock.transactions.td2_1.reading import unique_ids_in
from dmp_mock.web.by_door import ByDoor
from dmp_mock.wire.description import wsdl
from dmp_mock.wire.messages import (
    Answer,
    Message,
    answer,
    check_addressing,
    check_coding,
    fault,
    open_message,
    reason_of,
    shown_name,
)
from lgo_sandbox.gate.api_access import Access
from lgo_sandbox.gate.asgi import Call, FaultInjected
from lgo_sandbox.gate.record import refuse
from lgo_sandbox.gate.web import Route, service_app
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.wire import soap
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.media import read_media_type

__all__ = ["create_app"]

_PATH = re.compile(
    r"(?P<prefix>/+[A-Za-z0-9_.-]+)?/+si-dmp-server/+(?P<version>v[12])/+services(?:/+(?P<suffix>[A-Za-z]*))?/*"
)
"""The prefix is a segment that some hosts of the DMP have before its own."""
_KNOWN_PATH = f"/si-dmp-server/v2/services/ puis {', '.join(SERVED_PATHS)}"
_DESCRIBED = ("wsdl", "singlewsdl")
"""Queries that ask for the description; the second is what WCF's tools write."""
_SEEN_AS_FAULTS = frozenset({XdsCode.DOCUMENT_UNIQUE_ID})
"""XDS codes that the real DMP was seen to answer as a SOAP fault (docs/sources/dmp.md#erreurs-xds, medium)."""


async def receive(call: Call) -> RawResponse:
    """Answer one SOAP request, whatever the transaction."""
    path = _path(call)
    suffix = _suffix(path)
    media_type = call.headers.get("content-type", "")[:200]
    call.note(Posted(version=path["version"], content_type=media_type, form=tuple(_path_form(path))))
    message: Message | None = None
    packaged = suffix == REPOSITORY
    new_uuid = call.session.ids.uuid
    try:
        try:
            check_coding(call.headers.get("content-encoding"))
            message = open_message(call.headers.get("content-type"), call.body)
            asked = _asked(message)
        except Refused:
            await call.enter("")  # a fault that is armed on every operation strikes what cannot be read, too
            raise
        packaged = packaged or (not suffix and asked.path == REPOSITORY)
        await call.enter(asked.name)
        _note_message(call, message, asked, suffix)
        return _answered(call, message, asked, await shown_token(call) if isinstance(asked, Transaction) else None)
    except FaultInjected as injected:
        if message is not None and call.exchange.operation in FEEDS:
            call.note(FeedStruck(unique_ids=unique_ids_in(message)))
        return rendered(injected.problem, message, packaged=packaged, new_uuid=new_uuid)
    except Refused as refused:
        _note_refusal(call, refused)
        return fault(refused, message, packaged=packaged, new_uuid=new_uuid)


async def describe(call: Call) -> RawResponse:
    """Answer ``?wsdl`` with the description of what the path serves."""
    path = _path(call)
    if call.query.lower() not in _DESCRIBED:
        remedy = "Envoyez la requête SOAP par POST ; pour la description, demandez ?wsdl."
        refuse(
            call.exchange,
            "SANDBOX-METHODE",
            received=f"{call.method}{' ?' + call.query[:100] if call.query else ' sans ?wsdl'}",
            expected="POST, ou GET ?wsdl",
            remedy=remedy,
            where="méthode HTTP",
        )
        raise HTTPException(405, "POST, ou GET ?wsdl", {"Allow": "POST"})
    await call.enter(DESCRIBE)
    prefix = f"/{(path['prefix'] or '').strip('/')}".rstrip("/")
    services = f"{call.url('dmp')}{prefix}/si-dmp-server/{path['version']}/services"
    described = wsdl(TRANSACTIONS, services, _suffix(path))
    if described is None:
        _not_found(call, path["suffix"], "aucune transaction de ce chemin n'est simulée")
    call.summarise("DMP : description du service (WSDL)")
    return described


def _path(call: Call) -> re.Match[str]:
    asked = str(call.scope["path"])
    match = _PATH.fullmatch(asked)
    if match is None or (match["suffix"] and match["suffix"] not in PATHS):
        shown = match["suffix"] if match else asked
        _not_found(call, shown, "chemin inconnu : /si-dmp-server/v2/services/{patients,registry,repository…}")
    return match


def _suffix(path: re.Match[str]) -> str:
    """Return the suffix of a path as the description has it."""
    suffix = path["suffix"] or ""
    return ALIASES.get(suffix, suffix)


def _path_form(path: re.Match[str]) -> Iterator[Remark]:
    """Yield what is unusual in a path that is taken."""
    asked, suffix = path[0], _suffix(path)
    expected = f"/si-dmp-server/{path['version']}/services/{suffix or '{patients, registry, repository…}'}"
    if path["prefix"]:
        yield Remark(where="URL", received=f"segment {path['prefix']} en tête du chemin", expected=expected)
    if "//" in asked:
        yield Remark(where="URL", received="barre oblique doublée", expected=expected)
    if suffix and asked.endswith("/"):
        yield Remark(where="URL", received="barre oblique finale", expected=expected)
    if not suffix:
        yield Remark(where="URL", received="chemin sans suffixe, le corps a décidé", expected=expected)
    if suffix != (path["suffix"] or ""):
        yield Remark(where="URL", received=f"suffixe {path['suffix']}", expected=expected)


def _not_found(call: Call, shown: str, detail: str) -> NoReturn:
    remedy = f"Remplacez « {shown[:100]} » dans l'URL configurée : une des adresses {_KNOWN_PATH}."
    refuse(
        call.exchange,
        "SANDBOX-CHEMIN",
        received=shown[:200],
        expected=_KNOWN_PATH,
        remedy=remedy,
        where="chemin de l'URL",
    )
    raise HTTPException(404, detail)


def _asked(message: Message) -> Transaction | Retired:
    asked = transaction_of(message.body)
    if asked is None:
        known = ", ".join(sorted({transaction.body.qname.rpartition("}")[2] for transaction in TRANSACTIONS}))
        raise Refused(
            "soap-body",
            str(message.body.tag)[:200],
            received=shown_name(message.body),
            expected=f"l'élément d'une transaction : {known}",
            where="Envelope/Body",
        )
    return asked


def _answered(call: Call, message: Message, asked: Transaction | Retired, access: Access | None) -> RawResponse:
    check_addressing(message, _right_actions(asked), strict=options.is_on(call.session, "strict_action"))
    if not isinstance(asked, Transaction):
        raise _retired(asked)
    given = _served(admit(call, message, asked, access))
    return answer(message, asked.actions.response, given, call.session.ids.uuid)


def _retired(asked: Retired) -> Refused:
    name = asked.name.upper()
    return Refused(
        "retired",
        f"{name}, {asked.title[0].lower()}{asked.title[1:]}",
        received=name,
        expected=f"à la place : {asked.instead}",
        where="Body",
        remedy=f"Retirez l'appel de {name} de votre logiciel ; à la place : {asked.instead}.",
    )


def _served(request: Admitted) -> Answer:
    try:
        given = request.transaction.serve(request)
    except XdsFailure as failure:
        return _failed(request, failure)
    trace(request)
    return given


def _failed(request: Admitted, failure: XdsFailure) -> Answer:
    """Answer XDS errors in the form that the session wants. Raises Refused for those that are told as a fault."""
    call, first = request.call, failure.errors[0]
    call.note(told_errors(failure.errors))
    call.refuse(first.refusal())
    call.summarise(f"{request.transaction.name.upper()} refusée : {first.code.value}, {first.context}")
    if _is_told_as_fault(call, first.code):
        raise as_fault(failure.errors)
    return request.transaction.fail(request, failure.errors)


def _is_told_as_fault(call: Call, code: XdsCode) -> bool:
    wanted = call.session.option("dmp.xds_errors_as")
    return wanted == "fault" or (wanted == "observe" and code in _SEEN_AS_FAULTS)


def _right_actions(asked: Transaction | Retired) -> frozenset[str]:
    return asked.actions.right if isinstance(asked, Transaction) else asked.also | {asked.action}


def _note_message(call: Call, message: Message, asked: Transaction | Retired, suffix: str) -> None:
    envelope = message.envelope
    elsewhere = (one for one in (envelope.reply_to, envelope.fault_to) if one and one != soap.ANONYMOUS)
    request = SoapRequest(
        transaction=asked.name,
        soap="1.1" if envelope.version is soap.SoapVersion.V11 else "1.2",
        packaged=message.packaged,
        truncated=message.package.truncated,
        action=envelope.action or "",
        media_action=read_media_type(call.headers.get("content-type")).parameters.get("action", "")[:200],
        actions=tuple(sorted(_right_actions(asked))),
        main_action=asked.actions.request if isinstance(asked, Transaction) else asked.action,
        message_id=(envelope.message_id or "")[:200],
        path=suffix,
        expected_path=asked.path,
        reply_to=tuple(elsewhere),
    )
    call.note(request)


def _note_refusal(call: Call, refused: Refused) -> None:
    """Note why a fault leaves; the reason of an XDS error that is dressed as one is noted already."""
    told = told_refusal(refused, reason_of(refused))
    if call.exchange.noted.get(Refusal) is None:
        call.refuse(told)
    operation = call.exchange.operation.upper() or "Requête"
    call.summarise(f"{operation} refusée : {told.message}")


ROUTES = (
    Route("GET", PARAMETER_FILE, parameter_file),
    Route("GET", REDIRECTED, redirected_file),
    Route("POST", "/{path:path}", receive),
    Route("GET", "/{path:path}", describe),
)


def create_app(_sandbox: Sandbox) -> Any:
    """Return the ASGI application of the DMP: its web services, and both sites on doors of their own."""
    return ByDoor(service_app("DMP / Mon espace santé (simulation)", ROUTES, problem))
