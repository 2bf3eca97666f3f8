"""The Annuaire Santé as an LGO uses it: who has a mailbox, all of them, and what changed since.

A personal mailbox hangs on the Practitioner or, with a structure, on the PractitionerRole alone; those of structures
and of their software on the Organization: all three are read. Source: specs/mssante.md §4.1, §9.1 (FHIR v2: key, opaque
paging, ``_lastUpdated`` of thirty days at most, 17 calls a second, outages told in text). Knows no store.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

__all__ = ["DELTA_LIMIT", "Criteria", "Directory", "DirectoryUnavailable", "Entry", "Page"]

KEY = "ESANTE-API-KEY"
EXTRACTION = "/annuaire-sante-webservices/V300/services/extraction/Extraction_Correspondance_MSSante"
MSS = "MSSANTE"
PAGE_SIZE = 200
MAX_PAGES = 20_000
IDS = 50
"""Resources that are asked for at once by their ids."""
TRIES, LONGEST_PAUSE = 3, 60.0
PER_SECOND = 16
"""Calls in a second: one less than the directory takes."""
DELTA_LIMIT = timedelta(days=30)
KINDS = {
    "PractitionerRole": ("PractitionerRole:practitioner", "PractitionerRole:organization"),
    "Practitioner": (),
    "Organization": (),
}

Resource = Mapping[str, Any]


class DirectoryUnavailable(Exception):
    """The directory does not answer, or not as it should; the message (French) says how."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A mailbox of the directory: ``source`` is the resource that it hangs on, ``kind`` PER, ORG, APP or CAB."""

    address: str
    kind: str
    name: str
    profession: str
    structure: str
    city: str
    postal_code: str
    identifier: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Whom to look for: the nine criteria of the referencing; codes of TRE_G15 and TRE_R38; empty: any."""

    rpps: str = ""
    family: str = ""
    given: str = ""
    profession: str = ""
    specialty: str = ""
    structure: str = ""
    postal_code: str = ""
    city: str = ""
    mailbox: str = ""

    def of_people(self) -> dict[str, Any]:
        """Return what is asked of practitioners."""
        codes = [one for one in (self.profession, self.specialty) if one]
        asked = {"identifier": self.rpps, "family": self.family, "given": self.given, "qualification-code": codes}
        return {name: value for name, value in asked.items() if value}

    def of_places(self) -> dict[str, str]:
        """Return what is asked of organizations."""
        asked = {
            "name:contains": self.structure,
            "address-postalcode": self.postal_code,
            "address-city": self.city,
        }
        return {name: value for name, value in asked.items() if value}

    def suit(self, entry: Entry) -> bool:
        """Tell whether a mailbox is of the place and of the address that are looked for."""
        return (
            self.structure.lower() in entry.structure.lower()
            and entry.postal_code.startswith(self.postal_code)
            and self.city.lower() in entry.city.lower()
            and self.mailbox.lower() in entry.address
        )


@dataclass(frozen=True, slots=True)
class Page:
    """A page of what was asked: the mailboxes, and the resources that are there (with or without any)."""

    entries: tuple[Entry, ...]
    sources: tuple[str, ...]


class Directory:
    """The directory at a root URL, with the key of a software."""

    def __init__(
        self,
        http: httpx.Client,
        root: str,
        key: str,
        pause: Callable[[float], None] = time.sleep,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http, self._root, self._key, self._pause = http, f"{root}/fhir/v2", key, pause
        self._extraction = f"{root}{EXTRACTION}"
        self._stopwatch = stopwatch
        self._calls: deque[float] = deque(maxlen=PER_SECOND)

    # --- searching

    def search(self, name: str, city: str = "") -> list[Entry]:
        """Return the mailboxes of people and structures of a name, in a city if one is given."""
        people = self._ask("Practitioner", {"name": name, "_revinclude": "PractitionerRole:practitioner"})
        named = self._ask("Organization", {"name:contains": name})
        entries = self._with_places(_by_reference([*people, *named]))
        return _once(entry for entry in entries if city.lower() in entry.city.lower())

    def find(self, wanted: Criteria) -> list[Entry]:
        """Return the mailboxes of whoever meets all criteria: at the directory what it can search by, the rest here."""
        people, places = wanted.of_people(), wanted.of_places()
        if people:
            found = self._ask("Practitioner", {**people, "_revinclude": "PractitionerRole:practitioner"})
            entries = self._with_places(_by_reference(found))
        elif places:
            found = self._ask("Organization", {**places, "_revinclude": "PractitionerRole:organization"})
            entries = self._with_people(_by_reference(found))
        else:
            found = [
                one
                for kind, included in KINDS.items()
                for one in self._ask(
                    kind, {"mailbox-mss:contains": wanted.mailbox, **({"_include": list(included)} if included else {})}
                )
            ]
            entries = list(_entries(_by_reference(found)))
        return _once(entry for entry in entries if wanted.suit(entry))

    def _with_places(self, found: dict[str, Resource]) -> list[Entry]:
        """Return the mailboxes of resources, with the structures that they refer to, and without those of these."""
        wanted = self._missing(found, "organization", "Organization")
        return [entry for entry in _entries({**found, **wanted}) if entry.source not in wanted]

    def _with_people(self, found: dict[str, Resource]) -> list[Entry]:
        """Return the mailboxes of resources and of the people that they refer to."""
        return list(_entries({**found, **self._missing(found, "practitioner", "Practitioner")}))

    def _missing(self, found: Mapping[str, Resource], name: str, kind: str) -> dict[str, Resource]:
        wanted = {_reference(one, name) for one in found.values()} - {""} - found.keys()
        ids = sorted(one.partition("/")[2] for one in wanted)
        asked = (ids[first : first + IDS] for first in range(0, len(ids), IDS))
        return _by_reference(one for some in asked for one in self._ask(kind, {"_id": ",".join(some)}))

    # --- loading

    def pages(self, since: datetime | None = None) -> Iterator[Page]:
        """Yield all mailboxes by pages, or those of what changed since. Raises DirectoryUnavailable."""
        for kind, includes in KINDS.items():
            parameters: dict[str, Any] = {"_count": str(PAGE_SIZE)}
            if includes:
                parameters["_include"] = list(includes)
            if since is not None:
                parameters["_lastUpdated"] = f"ge{since:%Y-%m-%dT%H:%M:%SZ}"
            for bundle in self._bundles(kind, parameters):
                matched = [f"{kind}/{one['id']}" for one in _matches(bundle)]
                entries = [one for one in _entries(_by_reference(_resources(bundle))) if one.source in set(matched)]
                yield Page(tuple(entries), tuple(matched))

    def extraction(self) -> bytes:
        """Return the extraction of all mailboxes, zipped. Raises DirectoryUnavailable."""
        answer = self._http.get(self._extraction)
        if answer.status_code != httpx.codes.OK:
            raise DirectoryUnavailable(f"l'extraction n'est pas servie : {answer.status_code}, {_said(answer)}")
        return answer.content

    # --- asking

    def _ask(self, kind: str, parameters: Mapping[str, Any]) -> list[Resource]:
        return [one for bundle in self._bundles(kind, parameters) for one in _resources(bundle)]

    def _bundles(self, kind: str, parameters: Mapping[str, Any]) -> Iterator[Resource]:
        bundle = self._get(f"{self._root}/{kind}", parameters)
        for _ in range(MAX_PAGES):
            yield bundle
            following = next((str(one["url"]) for one in bundle.get("link", ()) if one.get("relation") == "next"), "")
            if not following:
                return
            bundle = self._get(following, None)
        raise DirectoryUnavailable("l'Annuaire Santé donne des pages sans fin")

    def _get(self, url: str, parameters: Mapping[str, Any] | None) -> Resource:
        for left in reversed(range(TRIES)):
            self._keep_pace()
            answer = self._http.get(url, params=parameters, headers={KEY: self._key})
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS or not left:
                break
            self._pause(_retry_after(answer))
        if answer.status_code != httpx.codes.OK:
            raise DirectoryUnavailable(f"l'Annuaire Santé répond {answer.status_code} : {_said(answer)}")
        try:
            bundle = answer.json()
        except ValueError:
            raise DirectoryUnavailable("l'Annuaire Santé répond autre chose que du JSON") from None
        if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
            raise DirectoryUnavailable("l'Annuaire Santé répond autre chose qu'un Bundle FHIR")
        return bundle

    def _keep_pace(self) -> None:
        if len(self._calls) == PER_SECOND and (early := self._calls[0] + 1.0 - self._stopwatch()) > 0:
            self._pause(early)
        self._calls.append(self._stopwatch())


def _retry_after(answer: httpx.Response) -> float:
    value = answer.headers.get("retry-after", "")
    return min(float(value), LONGEST_PAUSE) if value.isdecimal() else 1.0


def _said(answer: httpx.Response) -> str:
    """Return what an error says: an OperationOutcome, or the text of the gateway."""
    try:
        issues = answer.json()["issue"]
        return "; ".join(str(one.get("diagnostics") or one.get("code")) for one in issues)
    except (ValueError, LookupError, TypeError, AttributeError):
        return " ".join(answer.text.split())[:200] or "sans explication"


# --- reading


def _resources(bundle: Resource) -> list[Resource]:
    return [one["resource"] for one in bundle.get("entry", ()) if isinstance(one.get("resource"), dict)]


def _matches(bundle: Resource) -> list[Resource]:
    modes = [(one.get("search", {}).get("mode", "match"), one.get("resource")) for one in bundle.get("entry", ())]
    return [one for mode, one in modes if mode == "match" and isinstance(one, dict)]


def _by_reference(resources: Iterable[Resource]) -> dict[str, Resource]:
    return {f"{one.get('resourceType')}/{one.get('id')}": one for one in resources}


def _reference(resource: Resource, name: str) -> str:
    return str(resource.get(name, {}).get("reference", ""))


def _entries(found: Mapping[str, Resource]) -> Iterator[Entry]:
    """Yield the mailboxes of resources, with what those they refer to say of their holders."""
    roles: dict[str, Resource] = {}
    for role in found.values():
        if _reference(role, "organization") in found:
            roles.setdefault(_reference(role, "practitioner"), role)
    for source, one in found.items():
        person = found.get(_reference(one, "practitioner"), one if source.startswith("Practitioner/") else {})
        works = roles.get(source, one)
        place = found.get(_reference(works, "organization"), one if source.startswith("Organization/") else {})
        address: Resource = next(iter(place.get("address", ())), {})
        for telecom in one.get("telecom", ()):
            if _is_mailbox(telecom):
                yield Entry(
                    address=str(telecom["value"]).lower(),
                    kind=_kind(telecom),
                    name=_name(person) or str(place.get("name", "")),
                    profession=_profession(one) or _profession(person),
                    structure=str(place.get("name", "")),
                    city=str(address.get("city", "")),
                    postal_code=str(address.get("postalCode", "")),
                    identifier=_identifier(person or place),
                    source=source,
                )


def _is_mailbox(telecom: Resource) -> bool:
    """Tell whether an address is of MSSanté: a structure may have ordinary ones beside."""
    if telecom.get("system") != "email" or not telecom.get("value"):
        return False
    return MSS in str(telecom.get("extension", "")) or str(telecom["value"]).lower().endswith(".mssante.fr")


def _kind(telecom: Resource) -> str:
    text = str(telecom.get("extension", ""))
    return next((kind for kind in ("PER", "ORG", "APP", "CAB") if f"'{kind}'" in text), "")


def _name(person: Resource) -> str:
    name: Resource = next(iter(person.get("name", ())), {}) if isinstance(person.get("name"), list) else {}
    return " ".join([*(str(one) for one in name.get("given", ())), str(name.get("family", ""))]).strip()


def _profession(resource: Resource) -> str:
    concepts = [*resource.get("code", ()), *(one.get("code", {}) for one in resource.get("qualification", ()))]
    codings = [coding for concept in concepts for coding in concept.get("coding", ())]
    return next((str(one["display"]) for one in codings if one.get("display")), "")


def _identifier(resource: Resource) -> str:
    return next((str(one.get("value", "")) for one in resource.get("identifier", ())), "")


def _once(entries: Iterable[Entry]) -> list[Entry]:
    """Return each mailbox once: what is told twice is told best where the structure is."""
    best: dict[str, Entry] = {}
    for entry in entries:
        known = best.get(entry.address)
        if known is None or (not known.structure and entry.structure):
            best[entry.address] = entry
    return sorted(best.values(), key=lambda one: (one.name, one.address))
