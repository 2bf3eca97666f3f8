"""The HTTP door: Annuaire Santé (FHIR), autoconfiguration, white list.

Source: specs/mssante.md §1.1, §1.2, §4.1. The routes of the directory are in
``annuaire``; octets in ``wire``.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Route, service_app
from lgo_sandbox.pki import Kind
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.wire.http import RawResponse
from mss_mock.annuaire import DIRECTORY_ROUTES, outcome
from mss_mock.asking import explain, read_query
from mss_mock.codes import GATEWAY_FAULTS, OPERATOR_HOST
from mss_mock.codes.operators import Operator
from mss_mock.domain import Refused
from mss_mock.facts import Autoconfigured, WhiteListRead
from mss_mock.operators.rules import operators_of
from mss_mock.operators.table import Setting, settings
from mss_mock.wire.configuration import ListedDomain, MailServer, autoconfig, white_list

__all__ = ["create_app", "problem"]

NO_PATH = next(one for one in GATEWAY_FAULTS if one.name == "gateway-no-path")
XML = "application/xml; charset=utf-8"
AUTOCONFIG_PREFIX = "autoconfig."
DEFAULT_PORTS = {"imap": "2143", "smtp": "2587"}
_ISSUES = {400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 413: "too-long"}


def problem(problem: Problem) -> RawResponse:
    """Render the sandbox's own refusals as OperationOutcome; an unknown path in the words of the gateway."""
    if problem.status == HTTPStatus.NOT_FOUND and problem.kind is ProblemKind.INTERNAL:
        return RawResponse(problem.status, NO_PATH.text.encode(), NO_PATH.media)
    answer = outcome(problem.status, _ISSUES.get(problem.status, "exception"), problem.message)
    return replace(answer, headers=(*answer.headers, *problem.headers.items()))


async def _autoconfig(call: Call) -> RawResponse:
    await call.enter("autoconfig")
    try:
        return _configuration(call)
    except Refused as refused:
        explain(call, refused, "Configuration automatique")
        return RawResponse(refused.status, b"", "text/plain; charset=utf-8")


def _configuration(call: Call) -> RawResponse:
    asked = dict(read_query(call.query)).get("emailaddress", "").rpartition("@")[2].lower()
    host = call.headers.get("host", "").partition(":")[0].lower()
    domain = asked or (host.removeprefix(AUTOCONFIG_PREFIX) if host.startswith(AUTOCONFIG_PREFIX) else "")
    if domain and domain not in _domains(call):
        expected = ", ".join(sorted(_domains(call)))
        raise Refused("autoconfig-domaine", received=domain[:80], expected=expected, where="emailaddress")
    call.note(Autoconfigured(asked=domain, domain=domain or "mssante.fr"))
    call.summarise(f"Configuration automatique de {domain or 'toute boîte'}")
    return RawResponse(200, autoconfig(domain or "mssante.fr", _server(call, "imap"), _server(call, "smtp")), XML)


def _server(call: Call, door: str) -> MailServer:
    host, _, port = call.socket(door).rpartition(":")
    return MailServer(host.strip("[]") or "127.0.0.1", port or DEFAULT_PORTS[door])


def _domains(call: Call) -> dict[str, Operator]:
    operators = operators_of(call.session.people)
    return {domain: operator for domain, operator in operators.items() if domain != OPERATOR_HOST}


async def _white_list(call: Call) -> RawResponse:
    await call.enter("white-list")
    attributes = call.sandbox.pki.issue(Kind.SERVER, hosts=call.sandbox.settings.public_names).certificate().attributes
    own = ",".join(f"{key}={attributes[key]}" for key in ("CN", "OU", "O", "ST", "C") if key in attributes)
    known = settings(call.session.db)
    domains = [
        ListedDomain(domain, f"{one.name} – {domain}", one.certificate or own, f"support@{one.host}")
        for domain, one in sorted(_domains(call).items())
        if known.get(domain, Setting()).listed
    ]
    call.note(WhiteListRead(domains=len(domains)))
    call.summarise(
        f"Liste blanche MSSanté : {len(domains)} domaines, {len({one.certificate for one in domains})} opérateurs"
    )
    return RawResponse(200, white_list(domains, call.session.clock.wire()), XML)


ROUTES = (
    Route("GET", "/mail/config-v1.1.xml", _autoconfig),
    Route("GET", "/.well-known/autoconfig/mail/config-v1.1.xml", _autoconfig),
    Route("GET", "/listeblanchemssante.xml", _white_list),
    *DIRECTORY_ROUTES,
)


def create_app(_sandbox: Sandbox) -> Any:
    """Return the application of the HTTP door."""
    return service_app("Annuaire Santé", ROUTES, problem)
