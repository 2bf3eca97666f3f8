"""The HTTP door: Annuaire Santé (FHIR), autoconfiguration, white list.

Source: specs/mssante.md §1.1, §1.2, §4.1. Routes as a table; rules are in ``directory``, octets in ``wire``.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from lgo_sandbox.contract import Problem
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Route, service_app
from lgo_sandbox.pki import Kind
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.fhir import FHIR_JSON, bundle, bundle_entry, operation_outcome, write_resource
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.oauth import same_secret
from mss_mock.codes import ANNUAIRE_KEY, BOX_KIND_LABELS, OPERATOR_HOST, OPERATOR_NAME
from mss_mock.directory import Page, capped_count, elements_of, find, included, known_kind, read
from mss_mock.directory_parameters import KINDS, parameter_type, search_parameters, without_data
from mss_mock.domain import Refused, mailboxes
from mss_mock.facts import Autoconfigured, DirectoryFormat, DirectoryRead, DirectorySearch, WhiteListRead
from mss_mock.wire.configuration import ListedDomain, MailServer, autoconfig, white_list
from mss_mock.wire.formats import unserved_format

__all__ = ["create_app", "problem"]

BASE = "/fhir/v2"
REFUSALS = "annuaire.md#refus"
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
    outcome = _outcome(problem.status, _ISSUES.get(problem.status, "exception"), problem.message)
    return replace(outcome, headers=(*outcome.headers, *problem.headers.items()))


def _directory(operation: str, handle: Callable[[Call], RawResponse]) -> Callable[[Call], Awaitable[RawResponse]]:
    async def handler(call: Call) -> RawResponse:
        await call.enter(operation)
        try:
            _check_key(call)
            asked = dict(_query(call.query)).get("_format", "")
            call.note(DirectoryFormat(unserved=unserved_format(call.headers.get("accept", ""), asked)))
            return handle(call)
        except Refused as refused:
            _explain(call, refused, "Annuaire Santé")
            return _outcome(refused.status, *refused.issue)

    return handler


def _check_key(call: Call) -> None:
    key = call.headers.get(KEY_HEADER, "")
    if not same_secret(key, ANNUAIRE_KEY):
        received = f"ESANTE-API-KEY: {key[:4]}… ({counted(len(key), 'caractère')})" if key else "ESANTE-API-KEY absent"
        raise Refused("annuaire-cle", received=received, expected="la clé du fichier de démarrage", where="en-tête")


def _explain(call: Call, refused: Refused, who: str) -> None:
    refusal = refused.seen_in(call.exchange.target, "URL")
    call.refuse(replace(refusal, source=f"docs/sources/{REFUSALS}"))
    call.summarise(f"{who} : {refused.known.title}")


def _query(octets: str) -> Query:
    if len(octets) > MAX_QUERY:
        received, expected = f"{len(octets)} octets", f"{MAX_QUERY} octets au plus"
        raise Refused("annuaire-trop", received=received, expected=expected, where="requête")
    try:
        return parse_qsl(octets, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        received, expected = f"plus de {MAX_FIELDS} paramètres", f"{MAX_FIELDS} au plus"
        raise Refused("annuaire-trop", received=received, expected=expected, where="requête") from error


def _search(call: Call) -> RawResponse:
    return _answer(call, call.path_params["kind"], _query(call.query))


def _search_posted(call: Call) -> RawResponse:
    body = call.body.decode("utf-8", "replace")
    return _answer(call, call.path_params["kind"], [*_query(call.query), *_query(body)])


def _page(call: Call) -> RawResponse:
    token = dict(_query(call.query)).get("id", "")
    try:
        octets = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        kind, _, query = octets.decode("utf-8").partition("?")
    except ValueError as error:
        received, expected = f"id={token[:80]}" if token else "id absent", "l'id d'un lien « next » ou « previous »"
        raise Refused("annuaire-page", received=received, expected=expected, where="id") from error
    return _answer(call, kind, _query(query))


def _answer(call: Call, kind: str, query: Query) -> RawResponse:
    known_kind(kind)
    mailbox_type = call.session.option("mss.annuaire_mailbox_type") == "specified"
    page = find(call.session.people, kind, query, mailbox_type=mailbox_type)
    criteria = tuple((name, value) for name, value in query if not name.startswith("_"))
    known = without_data(kind) - {"_id", "_lastUpdated"}
    call.note(
        DirectorySearch(
            resource=kind,
            criteria=criteria,
            total=page.total,
            without_data=tuple(sorted({name for name, _ in criteria if name.partition(":")[0] in known})),
            capped=capped_count(query),
        )
    )
    call.summarise(f"Recherche dans l'Annuaire Santé : {kind}, {counted(page.total, 'résultat')}")
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
    call.note(DirectoryRead(resource=resource["resourceType"], identity=resource["id"]))
    call.summarise(f"Lecture dans l'Annuaire Santé : {resource['resourceType']}/{resource['id']}")
    return _fhir(resource)


def _metadata(call: Call) -> RawResponse:
    mailbox_type = call.session.option("mss.annuaire_mailbox_type") == "specified"
    call.note(DirectoryRead(resource="CapabilityStatement", identity=""))
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


def _write(call: Call) -> RawResponse:
    raise Refused("annuaire-ecriture", received=call.method, expected="GET, ou POST sur …/_search", where="méthode")


def _fhir(resource: dict[str, Any]) -> RawResponse:
    return RawResponse(200, write_resource(resource), FHIR_JSON)


async def _unversioned(call: Call) -> RawResponse:
    await call.enter("annuaire-search")
    query = f"?{call.query}" if call.query else ""
    location = f"{call.url(tls=call.tls)}{BASE}/{call.path_params['rest']}{query}"
    return RawResponse(307, b"", "", (("location", location),))


async def _autoconfig(call: Call) -> RawResponse:
    await call.enter("autoconfig")
    try:
        return _configuration(call)
    except Refused as refused:
        _explain(call, refused, "Configuration automatique")
        return RawResponse(refused.status, b"", "text/plain; charset=utf-8")


def _configuration(call: Call) -> RawResponse:
    asked = dict(_query(call.query)).get("emailaddress", "").rpartition("@")[2].lower()
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
    call.note(WhiteListRead(domains=len(domains)))
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
