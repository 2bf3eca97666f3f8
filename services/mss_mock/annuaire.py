"""The HTTP door of the Annuaire Santé: FHIR v2 behind its gateway, and the extraction files.

Source: docs/sources/annuaire.md (routes, key, pages, statuses: high). Rules are in ``directory``, what comes before
them in ``gateway``. Answers that are long to make are made in a thread.
"""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlencode

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Route
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.fhir import FHIR_JSON, bundle, operation_outcome, write_resource
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.json import write_json
from mss_mock.asking import Query, explain, read_query
from mss_mock.directory import tables
from mss_mock.directory.capabilities import capability_statement
from mss_mock.directory.changes import changes_of
from mss_mock.directory.extraction import FILES, Extracted, extract
from mss_mock.directory.matching import since
from mss_mock.directory.parameters import without_data
from mss_mock.directory.records import NIGHT, Entry, Person
from mss_mock.directory.register import Gaps, Register, register_of
from mss_mock.directory.resources import form_of, kind_of, subset, summary, text_of
from mss_mock.directory.search import Asked, Found, asked_of, find, included, known_kind, page, read
from mss_mock.domain import Refused
from mss_mock.facts import DirectoryAsked, DirectoryFormat, DirectoryRead, DirectorySearch, Extraction
from mss_mock.gateway import check_key, keep_pace, outage_of, too_fast
from mss_mock.wire.formats import unserved_format

__all__ = ["DIRECTORY_ROUTES"]

BASE = "/fhir/v2"
EXTRACTIONS = "/annuaire-sante-webservices/V300/services/extraction"
FORM = "application/x-www-form-urlencoded"
KEPT = timedelta(hours=1)
"""How long the pages of a search can be asked for: HAPI's usual hour."""
WORDY = 4_000
"""From how many characters of values on a search is made in a thread."""
LONG = 400
"""From how many entries on an answer is made in a thread."""
MATCH, INCLUDED = '"search":{"mode":"match"}}', '"search":{"mode":"include"}}'
"""How an entry of a Bundle ends."""
WHO = "Annuaire Santé"

Handle = Callable[[Call], Awaitable[RawResponse]]


def outcome(status: int, code: str, diagnostics: str) -> RawResponse:
    """Return an OperationOutcome."""
    return RawResponse(status, write_resource(operation_outcome("error", code, diagnostics=diagnostics)), FHIR_JSON)


def _directory(operation: str, handle: Handle) -> Handle:
    """Return a handler behind the gateway: its armed outages, the key, the pace; then the directory's own refusals."""

    async def handler(call: Call) -> RawResponse:
        _note_asked(call)
        await call.enter(operation)
        if (outage := outage_of(call)) is not None:
            return outage
        try:
            check_key(call)
            keep_pace(call)
            asked = dict(read_query(call.query))
            accepted = call.headers.get("accept", "")
            call.note(DirectoryFormat(unserved=unserved_format(accepted, asked.get("_format", ""))))
            answer = await handle(call)
            return _indented(answer) if asked.get("_pretty") == "true" else answer
        except Refused as refused:
            explain(call, refused, WHO)
            return too_fast(refused) if refused.code == "annuaire-debit" else outcome(refused.status, *refused.issue)

    return handler


def _indented(answer: RawResponse) -> RawResponse:
    """Return an answer for people to read (``_pretty``)."""
    text = json.dumps(json.loads(answer.body), ensure_ascii=False, indent=2)
    return replace(answer, body=text.encode())


def _note_asked(call: Call) -> None:
    """Keep what is asked, whatever comes of it: a client that tries again asks the same."""
    call.note(DirectoryAsked(request=f"{call.scope['path']}?{call.query}"[:500]))


# Searches


def _register(session: Session) -> Register:
    gaps = session.option("mss.annuaire_gaps")
    size = int(session.option("mss.annuaire_size"))
    flaws = Gaps(lacking=gaps == "lacking", doubled=gaps == "doubled")
    return register_of(session.people, size, flaws, changes_of(session.db))


@dataclass(frozen=True, slots=True)
class _Search:
    """A search, and which page of it: ``at`` is when it began, ``offset`` how many matches are before the page."""

    kind: str
    query: Query
    at: datetime
    offset: int = 0

    def token(self, offset: int) -> str:
        """Return the id of another page of it: opaque, as the real one is."""
        said = [self.kind, self.at.isoformat(), offset, self.query]
        return base64.urlsafe_b64encode(zlib.compress(json.dumps(said).encode())).decode("ascii").rstrip("=")


def _search_of(token: str, now: datetime) -> _Search:
    """Return the page that an id names. Raises Refused for one that is unknown, spoilt or too old."""
    try:
        octets = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        kind, at, offset, query = json.loads(zlib.decompress(octets))
        search = _Search(str(kind), [(str(k), str(v)) for k, v in query], datetime.fromisoformat(at), int(offset))
    except (ValueError, TypeError, zlib.error) as error:
        received, expected = f"id={token[:80]}" if token else "id absent", "l'id d'un lien « next » ou « previous »"
        raise Refused("annuaire-page", received=received, expected=expected, where="id") from error
    if not timedelta(0) <= now - search.at < KEPT:
        received = f"une page d'une recherche du {search.at:%d/%m/%Y à %H:%M}"
        remedy = "Recommencez la recherche depuis sa première page."
        raise Refused(
            "annuaire-page", received=received, expected="une recherche de moins d'une heure", where="id", remedy=remedy
        )
    return search


async def _search(call: Call) -> RawResponse:
    return await _answer(call, _Search(call.path_params["kind"], read_query(call.query), call.session.clock.age()))


async def _search_posted(call: Call) -> RawResponse:
    media = call.headers.get("content-type", FORM).partition(";")[0].strip().lower()
    if call.body and media != FORM:
        raise Refused("annuaire-corps", received=f"Content-Type: {media[:80]}", expected=FORM, where="en-tête")
    query = [*read_query(call.query), *read_query(call.body.decode("utf-8", "replace"))]
    return await _answer(call, _Search(call.path_params["kind"], query, call.session.clock.age()))


async def _page(call: Call) -> RawResponse:
    token = dict(read_query(call.query)).get("id", "")
    return await _answer(call, _search_of(token, call.session.clock.age()))


async def _answer(call: Call, search: _Search) -> RawResponse:
    known_kind(search.kind)
    register, asked = _register(call.session), asked_of(search.query)
    mailbox_type = call.session.option("mss.annuaire_mailbox_type") == "specified"

    def sought() -> Found:
        return find(register, search.kind, search.query, search.at, mailbox_type=mailbox_type)

    found = await asyncio.to_thread(sought) if _is_wordy(search.query) else sought()
    _note_search(call, search, asked, found)
    identity = str(call.session.ids.uuid())
    root = call.url(tls=call.tls) + BASE

    def made() -> tuple[bytes, int]:
        entries = [] if asked.summary == "count" else page(register, found, search.offset, asked.count)
        more = included(register, entries, search.kind, asked) if asked.included else []
        octets = _written(root, identity, search, asked, found, entries, more)
        return octets, _elsewhere(register, entries, search.query)

    octets, elsewhere = await asyncio.to_thread(made) if _is_long(asked, found) else made()
    if elsewhere:
        call.note(_search_facts(search, asked, found, elsewhere))
    return RawResponse(200, octets, FHIR_JSON)


def _is_wordy(query: Query) -> bool:
    return sum(len(value) for _, value in query) > WORDY


def _is_long(asked: Asked, found: Found) -> bool:
    return min(asked.count, found.total) > LONG


def _note_search(call: Call, search: _Search, asked: Asked, found: Found) -> None:
    call.note(_search_facts(search, asked, found, 0))
    call.summarise(f"Recherche dans l'Annuaire Santé : {search.kind}, {counted(found.total, 'résultat')}")


def _search_facts(search: _Search, asked: Asked, found: Found, elsewhere: int) -> DirectorySearch:
    names = {name.partition(":")[0] for name, _ in found.searched}
    bound = since([value for name, value in found.searched if name in ("_lastUpdated", "_since")])
    return DirectorySearch(
        resource=search.kind,
        criteria=tuple(one for one in found.searched if one[0] not in ("_lastUpdated", "_since", "_profile")),
        total=found.total,
        without_data=tuple(sorted(names & without_data(search.kind))),
        capped=asked.capped,
        page=search.offset // asked.count + 1 if asked.count else 1,
        last=search.offset + asked.count >= found.total,
        delta_days=-1 if bound is None else max((search.at - bound).days, 0),
        elsewhere=elsewhere,
    )


def _elsewhere(register: Register, entries: list[Entry], query: Query) -> int:
    """Return how many professionals of a page have their only mailbox on a situation that was not asked for."""
    if any(name in ("_revinclude", "_elements") for name, _ in query) or len(entries) > LONG:
        return 0
    return sum(isinstance(one, Person) and not one.boxes and register.boxed_elsewhere(one) for one in entries)


def _written(
    root: str, identity: str, search: _Search, asked: Asked, found: Found, entries: list[Entry], more: list[Entry]
) -> bytes:
    """Return the Bundle of a page."""

    listed = [
        f'{{"fullUrl":"{root}/{kind_of(one)}/{one.id}","resource":{_form(one, search.at, asked)},{mode}'
        for mode, some in ((MATCH, entries), (INCLUDED, more))
        for one in some
    ]
    says_total = asked.total in ("accurate", "estimate") or (not asked.total and not found.costly)
    total = found.total if says_total or asked.summary == "count" else None
    result = bundle("searchset", total=total, links=_links(root, search, asked, found), bundle_id=identity)
    if asked.summary not in ("", "count"):
        result["meta"] = {"tag": [{"system": tables.SUBSETTED, "code": "SUBSETTED"}]}
    head = write_json(result)
    return head[:-1] + f',"entry":[{",".join(listed)}]}}'.encode() if listed else head


def _form(entry: Entry, at: datetime, asked: Asked) -> str:
    """Return a resource as JSON text, or the part of it that is asked for."""
    whole = form_of(entry, at)
    if asked.summary not in ("", "count"):
        return text_of(summary(whole, kind_of(entry), asked.summary))
    return text_of(subset(whole, asked.elements) if asked.elements else whole)


def _links(root: str, search: _Search, asked: Asked, found: Found) -> list[tuple[str, str]]:
    def at(offset: int) -> str:
        return f"{root}/_page?{urlencode({'id': search.token(offset)})}"

    query = f"?{urlencode(search.query)}" if search.query else ""
    links = [("self", f"{root}/{search.kind}{query}")]
    if asked.count and asked.summary != "count":
        if search.offset + asked.count < found.total:
            links.append(("next", at(search.offset + asked.count)))
        if search.offset:
            links.append(("previous", at(max(search.offset - asked.count, 0))))
    return links


async def _read(call: Call) -> RawResponse:
    entry = read(_register(call.session), call.path_params["kind"], call.path_params["identity"])
    now = call.session.clock.age()
    call.note(DirectoryRead(resource=kind_of(entry), identity=entry.id))
    call.summarise(f"Lecture dans l'Annuaire Santé : {kind_of(entry)}/{entry.id}")
    headers = (("etag", f'W/"{entry.touched(now).version}"'),)
    form = _form(entry, now, asked_of(read_query(call.query)))
    return RawResponse(200, form.encode(), FHIR_JSON, headers)


async def _metadata(call: Call) -> RawResponse:
    mailbox_type = call.session.option("mss.annuaire_mailbox_type") == "specified"
    call.note(DirectoryRead(resource="CapabilityStatement", identity=""))
    call.summarise("Lecture des capacités de l'Annuaire Santé")
    statement = capability_statement(call.url(tls=call.tls) + BASE, mailbox_type=mailbox_type)
    return RawResponse(200, write_json(statement), FHIR_JSON)


async def _write(call: Call) -> RawResponse:
    raise Refused("annuaire-ecriture", received=call.method, expected="GET, ou POST sur …/_search", where="méthode")


async def _unversioned(call: Call) -> RawResponse:
    await call.enter("annuaire-search")
    query = f"?{call.query}" if call.query else ""
    location = f"{call.url(tls=call.tls)}{BASE}/{call.path_params['rest']}{query}"
    return RawResponse(307, b"", "", (("location", location),))


# Extraction files


async def _extraction(call: Call) -> RawResponse:
    name = call.path_params["name"]
    call.note(DirectoryAsked(request=name[:500]))
    await call.enter("annuaire-extraction")
    if (outage := outage_of(call)) is not None:
        return outage
    try:
        if name not in FILES:
            expected = " ou ".join(FILES)
            raise Refused("annuaire-extraction", received=name[:80], expected=expected, where="chemin")
    except Refused as refused:
        explain(call, refused, WHO)
        return RawResponse(refused.status, refused.issue[1].encode(), "text/plain; charset=utf-8")
    extracted = await asyncio.to_thread(_extracted, call.session, name)
    call.note(Extraction(name=name, lines=extracted.lines))
    call.summarise(f"Extraction de l'Annuaire Santé : {name}, {counted(extracted.lines, 'ligne')}")
    disposition = f'attachment; filename="{extracted.name}"'
    return RawResponse(200, extracted.archive, "application/zip", (("content-disposition", disposition),))


def _extracted(session: Session, name: str) -> Extracted:
    """Return the extraction of the last night; what the API lacks is in it."""
    night = (session.clock.age() - NIGHT).replace(hour=0, minute=0, second=0, microsecond=0) + NIGHT
    size = int(session.option("mss.annuaire_size"))
    register = register_of(session.people, size, Gaps(), changes_of(session.db))
    return _kept_extraction(register, name, night, session.option("mss.annuaire_columns") == "56")


@lru_cache(maxsize=2)
def _kept_extraction(register: Register, name: str, night: datetime, later: bool) -> Extracted:
    return extract(register, name, night, later=later)


DIRECTORY_ROUTES = (
    Route("GET", f"{BASE}/_page", _directory("annuaire-search", _page)),
    Route("GET", f"{BASE}/metadata", _directory("annuaire-read", _metadata)),
    Route("GET", "/fhir/metadata", _directory("annuaire-read", _metadata)),
    Route("GET", f"{BASE}/{{kind}}", _directory("annuaire-search", _search)),
    Route("POST", f"{BASE}/{{kind}}/_search", _directory("annuaire-search", _search_posted)),
    Route("GET", f"{BASE}/{{kind}}/{{identity}}", _directory("annuaire-read", _read)),
    Route("PUT DELETE PATCH POST", f"{BASE}/{{rest:path}}", _directory("annuaire-write", _write)),
    Route("GET", f"{EXTRACTIONS}/{{name}}", _extraction),
    Route("GET POST", "/fhir/{rest:path}", _unversioned),
)
