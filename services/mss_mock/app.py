"""The HTTP door: Annuaire Santé (FHIR), autoconfiguration, white list.

Source: specs/mssante.md §1.1, §1.2, §4.1. Routes as a table; rules are in ``directory``, octets in ``wire``.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from lgo_sandbox.contract import Problem
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Route, service_app
from lgo_sandbox.pki import Kind
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.wire.fhir import FHIR_JSON, bundle, bundle_entry, operation_outcome, write_resource
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.oauth import same_secret
from mss_mock.codes import ANNUAIRE_KEY, BOX_KIND_LABELS, OPERATOR_HOST, OPERATOR_NAME
from mss_mock.directory import Page, SearchError, elements_of, find, included, known_kind, read
from mss_mock.directory_parameters import KINDS, parameter_type, search_parameters
from mss_mock.domain import mailboxes
from mss_mock.wire.configuration import ListedDomain, MailServer, autoconfig, white_list

__all__ = ["create_app", "problem"]

BASE = "/fhir/v2"
KEY_HEADER = "esante-api-key"
XML = "application/xml; charset=utf-8"
AUTOCONFIG_PREFIX = "autoconfig."
MAX_QUERY = 64 * 1024
MAX_FIELDS = 200
METADATA_DATE = "2026-01-05"
DEFAULT_PORTS = {"imap": "2143", "smtp": "2587"}
_ISSUES = {400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 413: "too-long"}

Query = list[tuple[str, str]]


def _outcome(status: int, code: str, diagnostics: str) -> RawResponse:
    return RawResponse(status, write_resource(operation_outcome("error", code, diagnostics=diagnostics)), FHIR_JSON)


def problem(problem: Problem) -> RawResponse:
    """Render the sandbox's own refusals as OperationOutcome."""
    return _outcome(problem.status, _ISSUES.get(problem.status, "exception"), problem.message)


def _directory(operation: str, handle: Callable[[Call], RawResponse]) -> Callable[[Call], Awaitable[RawResponse]]:
    async def handler(call: Call) -> RawResponse:
        await call.enter(operation)
        if not same_secret(call.headers.get(KEY_HEADER, ""), ANNUAIRE_KEY):
            call.exchange.outcome = "refused"
            call.summarise("Annuaire Santé : clé ESANTE-API-KEY absente ou inconnue")
            return _outcome(401, "login", "Unauthorized")
        try:
            return handle(call)
        except SearchError as error:
            call.exchange.outcome = "refused"
            call.summarise(f"Annuaire Santé : {error}")
            return _outcome(error.status, error.code, str(error))

    return handler


def _query(octets: str) -> Query:
    try:
        return parse_qsl(octets, keep_blank_values=True, max_num_fields=MAX_FIELDS) if len(octets) <= MAX_QUERY else []
    except ValueError as error:
        raise SearchError(400, "invalid", "Too many parameters") from error


def _search(call: Call) -> RawResponse:
    return _answer(call, call.path_params["kind"], _query(call.query))


def _search_posted(call: Call) -> RawResponse:
    body = call.body.decode("utf-8", "replace")
    return _answer(call, call.path_params["kind"], [*_query(call.query), *_query(body)])


def _page(call: Call) -> RawResponse:
    try:
        token = dict(_query(call.query))["id"]
        octets = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        kind, _, query = octets.decode("utf-8").partition("?")
    except (KeyError, ValueError) as error:
        raise SearchError(410, "processing", "HAPI-0417: Search ID does not exist and may have expired") from error
    return _answer(call, kind, _query(query))


def _answer(call: Call, kind: str, query: Query) -> RawResponse:
    known_kind(kind)
    mailbox_type = call.session.option("mss.annuaire_mailbox_type") == "specified"
    page = find(call.session.people, kind, query, mailbox_type=mailbox_type)
    criteria = {name: value for name, value in query if not name.startswith("_")}
    call.note(resource=kind, criteria=criteria, total=page.total)
    call.summarise(f"Recherche dans l'Annuaire Santé : {kind}, {page.total} résultat(s)")
    root = call.url(tls=call.tls) + BASE
    entries = [
        bundle_entry(f"{root}/{kind}/{one['id']}", elements_of(one, query), search_mode="match")
        for one in page.resources
    ]
    entries += [
        bundle_entry(f"{root}/{one['resourceType']}/{one['id']}", one, search_mode="include")
        for one in included(call.session.people, page, query)
    ]
    total = None if dict(query).get("_total") == "none" else page.total
    return _fhir(bundle("searchset", entries, total=total, links=_links(root, kind, query, page)))


def _links(root: str, kind: str, query: Query, page: Page) -> list[tuple[str, str]]:
    def at(offset: int) -> str:
        asked = urlencode([*((name, value) for name, value in query if name != "_offset"), ("_offset", str(offset))])
        token = base64.urlsafe_b64encode(f"{kind}?{asked}".encode()).decode("ascii")
        return f"{root}/_page?{urlencode({'id': token})}"

    links = [("self", f"{root}/{kind}?{urlencode(query)}" if query else f"{root}/{kind}")]
    if page.count and page.offset + page.count < page.total:
        links.append(("next", at(page.offset + page.count)))
    if page.offset:
        links.append(("previous", at(max(page.offset - page.count, 0))))
    return links


def _read(call: Call) -> RawResponse:
    resource = read(call.session.people, call.path_params["kind"], call.path_params["identity"])
    call.summarise(f"Lecture dans l'Annuaire Santé : {resource['resourceType']}/{resource['id']}")
    return _fhir(resource)


def _metadata(call: Call) -> RawResponse:
    mailbox_type = call.session.option("mss.annuaire_mailbox_type") == "specified"
    call.summarise("Lecture des capacités de l'Annuaire Santé")
    resources = [
        {
            "type": kind,
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "searchParam": [
                {"name": name, "type": parameter_type(name)}
                for name in sorted(search_parameters(kind, mailbox_type=mailbox_type))
            ],
        }
        for kind in KINDS
    ]
    return _fhir(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": METADATA_DATE,
            "kind": "instance",
            "implementation": {"description": "Annuaire Santé (SIMULATION)"},
            "fhirVersion": "4.0.1",
            "format": [FHIR_JSON],
            "rest": [{"mode": "server", "resource": resources}],
        }
    )


def _write(_call: Call) -> RawResponse:
    raise SearchError(403, "forbidden", "The directory is read-only")


def _fhir(resource: dict[str, Any]) -> RawResponse:
    return RawResponse(200, write_resource(resource), FHIR_JSON)


async def _unversioned(call: Call) -> RawResponse:
    await call.enter("annuaire-search")
    query = f"?{call.query}" if call.query else ""
    location = f"{call.url(tls=call.tls)}{BASE}/{call.path_params['rest']}{query}"
    return RawResponse(307, b"", "", (("location", location),))


async def _autoconfig(call: Call) -> RawResponse:
    await call.enter("autoconfig")
    asked = dict(_query(call.query)).get("emailaddress", "").rpartition("@")[2].lower()
    host = call.headers.get("host", "").partition(":")[0].lower()
    domain = asked or (host.removeprefix(AUTOCONFIG_PREFIX) if host.startswith(AUTOCONFIG_PREFIX) else "")
    if domain and domain not in _domains(call):
        call.exchange.outcome = "refused"
        return RawResponse(404, b"", "text/plain; charset=utf-8")
    call.note(configured=True, domain=domain)
    call.summarise(f"Configuration automatique de {domain or 'toute boîte'}")
    return RawResponse(200, autoconfig(domain or "mssante.fr", _server(call, "imap"), _server(call, "smtp")), XML)


def _server(call: Call, door: str) -> MailServer:
    host, _, port = call.socket(door).rpartition(":")
    return MailServer(host.strip("[]") or "127.0.0.1", port or DEFAULT_PORTS[door])


def _domains(call: Call) -> dict[str, str]:
    found: dict[str, str] = {}
    for box in mailboxes(call.session.people).values():
        found.setdefault(box.domain, BOX_KIND_LABELS[box.kind])
    return found


async def _white_list(call: Call) -> RawResponse:
    await call.enter("white-list")
    attributes = call.sandbox.pki.issue(Kind.SERVER, hosts=call.sandbox.settings.public_names).certificate().attributes
    name = ",".join(f"{key}={attributes[key]}" for key in ("CN", "OU", "O", "ST", "C") if key in attributes)
    contact = f"support@{OPERATOR_HOST}"
    domains: Sequence[ListedDomain] = [
        ListedDomain(domain, f"{OPERATOR_NAME} – {label}", name, contact)
        for domain, label in sorted(_domains(call).items())
    ]
    call.summarise(f"Liste blanche MSSanté : {len(domains)} domaines")
    return RawResponse(200, white_list(domains, call.session.clock.wire()), XML)


ROUTES = (
    Route("GET", "/mail/config-v1.1.xml", _autoconfig),
    Route("GET", "/.well-known/autoconfig/mail/config-v1.1.xml", _autoconfig),
    Route("GET", "/listeblanchemssante.xml", _white_list),
    Route("GET", f"{BASE}/_page", _directory("annuaire-search", _page)),
    Route("GET", f"{BASE}/metadata", _directory("annuaire-read", _metadata)),
    Route("GET", f"{BASE}/{{kind}}", _directory("annuaire-search", _search)),
    Route("POST", f"{BASE}/{{kind}}/_search", _directory("annuaire-search", _search_posted)),
    Route("GET", f"{BASE}/{{kind}}/{{identity}}", _directory("annuaire-read", _read)),
    Route("PUT DELETE PATCH POST", f"{BASE}/{{rest:path}}", _directory("annuaire-write", _write)),
    Route("GET POST", "/fhir/{rest:path}", _unversioned),
)


def create_app(_sandbox: Sandbox) -> Any:
    """Return the application of the HTTP door."""
    return service_app("Annuaire Santé", ROUTES, problem)
