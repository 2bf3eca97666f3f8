"""The DMP's application: one path family, one pipeline, dispatched on the body of the SOAP message.

Source: specs/dmp.md §1.3 (paths, tolerant of slashes; dispatch on the body so that bare ``/services/`` works), §1.4,
§4.2 (fault or error list, by code). What is refused is noted for the checks.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.exceptions import HTTPException

from dmp_mock import options
from dmp_mock.admission import Admitted, admit
from dmp_mock.codes.faults import FAULTS
from dmp_mock.codes.operations import DESCRIBE, REPOSITORY, SUFFIXES, Transaction, transaction_of
from dmp_mock.codes.xds import XdsCode
from dmp_mock.domain.errors import Refused, XdsFailure
from dmp_mock.handlers import FAILURES, HANDLERS
from dmp_mock.problems import problem, rendered
from dmp_mock.wire.description import wsdl
from dmp_mock.wire.messages import (
    Answer,
    Message,
    answer,
    check_addressing,
    check_coding,
    fault,
    open_message,
    variant_of,
)
from lgo_sandbox.gate.asgi import Call, FaultInjected
from lgo_sandbox.gate.web import Route, service_app
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.soap import SoapVersion

__all__ = ["create_app"]

_PATH = re.compile(r"/*si-dmp-server/+(?P<version>v[12])/+services(?:/+(?P<suffix>[A-Za-z]*))?/*")
_DESCRIBED = ("wsdl", "singlewsdl")
"""Queries that ask for the description; the second is what WCF's tools write."""
_SEEN_AS_FAULTS = frozenset({XdsCode.DOCUMENT_UNIQUE_ID})
"""XDS codes that the real DMP was seen to answer as a SOAP fault (specs/dmp.md §4.2, medium)."""


async def receive(call: Call) -> RawResponse:
    """Answer one SOAP request, whatever the transaction."""
    suffix = _path(call)["suffix"] or ""
    message: Message | None = None
    packaged = suffix == REPOSITORY
    try:
        check_coding(call.headers.get("content-encoding"))
        message = open_message(call.headers.get("content-type"), call.body)
        transaction = _transaction(message)
        packaged = packaged or (not suffix and transaction.suffix == REPOSITORY)
        await call.enter(transaction.name)
        _note_transport(call, message, transaction, suffix)
        strict = options.is_on(call.session, "strict_action")
        call.note(action_is_right=check_addressing(message, transaction, strict=strict))
        given = _served(call, message, transaction)
        return answer(message, transaction, given, call.session.ids.uuid)
    except FaultInjected as injected:
        return rendered(injected.problem, message, packaged=packaged, new_uuid=call.session.ids.uuid)
    except Refused as refusal:
        _note_refusal(call, refusal)
        return fault(refusal, message, packaged=packaged, new_uuid=call.session.ids.uuid)


async def describe(call: Call) -> RawResponse:
    """Answer ``?wsdl`` with the description of what the path serves."""
    path = _path(call)
    if call.query.lower() not in _DESCRIBED:
        raise HTTPException(405, "POST, ou GET ?wsdl", {"Allow": "POST"})
    await call.enter(DESCRIBE)
    described = wsdl(f"{call.url('dmp')}/si-dmp-server/{path['version']}/services", path["suffix"] or "")
    if described is None:
        raise HTTPException(404, "aucune transaction de ce chemin n'est simulée")
    call.summarise("DMP : description du service (WSDL)")
    return described


def _path(call: Call) -> re.Match[str]:
    match = _PATH.fullmatch(str(call.scope["path"]))
    if match is None or (match["suffix"] and match["suffix"] not in SUFFIXES):
        raise HTTPException(404, "chemin inconnu : /si-dmp-server/v2/services/{patients,registry,repository…}")
    return match


def _transaction(message: Message) -> Transaction:
    qname = str(message.body.tag)
    transaction = transaction_of(qname, variant_of(message.body))
    if transaction is None:
        raise Refused("soap-body", qname[:200], received=qname[:200], expected="une transaction du DMP")
    return transaction


def _served(call: Call, message: Message, transaction: Transaction) -> Answer:
    handler = HANDLERS.get(transaction.name)
    if handler is None:
        raise Refused("later", transaction.name.upper(), received=transaction.name, expected=", ".join(HANDLERS))
    request = admit(call, message, transaction)
    try:
        return handler(request)
    except XdsFailure as failure:
        return _failed(request, failure)


def _failed(request: Admitted, failure: XdsFailure) -> Answer:
    call, first = request.call, failure.errors[0]
    call.exchange.outcome = "refused"
    call.note(xds_errors=[{"code": e.code.value, "context": e.context, "location": e.location} for e in failure.errors])
    call.summarise(f"{request.transaction.name.upper()} refusée : {first.code.value}, {first.context}")
    if _as_fault(call, first.code):
        raise Refused("xds", first.context, rule=first.code.value, received=first.context, subcode=first.code.value)
    return FAILURES[request.transaction.name](request, failure.errors)


def _as_fault(call: Call, code: XdsCode) -> bool:
    wanted = call.session.option("dmp.xds_errors_as")
    return wanted == "fault" or (wanted == "observe" and code in _SEEN_AS_FAULTS)


def _note_transport(call: Call, message: Message, transaction: Transaction, suffix: str) -> None:
    call.note(
        td=transaction.name,
        soap="1.1" if message.envelope.version is SoapVersion.V11 else "1.2",
        packaged=message.packaged,
        truncated=message.package.truncated,
        action={"received": message.envelope.action or "", "expected": transaction.action},
        path={"received": suffix, "expected": transaction.suffix},
        without_certificate=call.peer is None,
    )


def _note_refusal(call: Call, refusal: Refused) -> None:
    line = FAULTS[refusal.key]
    reason = line.reason.format(refusal.detail) if "{}" in line.reason else line.reason
    facts: dict[str, Any] = {"key": refusal.key, "code": refusal.subcode or line.subcode, "reason": reason}
    call.note(refusal={**facts, "rule": refusal.rule, "received": refusal.received, "expected": refusal.expected})
    call.exchange.outcome = "refused"
    operation = call.exchange.operation.upper() or "Requête"
    call.summarise(f"{operation} refusée : {reason}")


ROUTES = (Route("POST", "/{path:path}", receive), Route("GET", "/{path:path}", describe))


def create_app(_sandbox: Sandbox) -> Any:
    """Return the ASGI application of the DMP."""
    return service_app("DMP / Mon espace santé (simulation)", ROUTES, problem)
