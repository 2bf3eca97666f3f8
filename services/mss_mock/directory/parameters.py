"""What the Annuaire Santé can be searched by: parameters, what each looks at, and after how many entries that repeats.

Source: docs/sources/annuaire.md#parametres (names and types: high; information systems RPPS and FINESS: high; values of
``identifier-type`` and of the authority: medium). FHIR R4 §3.1.1.4. ``period`` 0: the value is an entry's own, and
``lookup`` says how its entries are found among the generated ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from mss_mock.directory import tables
from mss_mock.directory.matching import Token
from mss_mock.directory.records import KINDS, Activity, Base, Entry, Equipment, Person, Site, Situation

__all__ = ["INCLUDES", "PARAMETERS", "Inclusion", "Parameter", "profiles_of", "search_parameters", "without_data"]

Values: TypeAlias = Iterable[str] | Iterable[Token]

NIGHTS, TRADES, FAMILIES, GIVEN, BOXES, EXERCISE, COMMUNES, SITE_NAMES, LINES = 211, 101, 900, 127, 11, 53, 97, 43, 793
"""Periods of ``crowd``: updates, trades, names, mailboxes, activity, communes, names and lines of structures."""

AUTHORITIES = {"RPPS": "CG", "FINESS": "FINESS"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter. ``type`` is FHIR's; ``values`` gives what an entry has of it.

    ``parts``: it looks at what those other parameters look at. ``while_active``: an entry that is not active has lost
    the value. ``target``: the resource type that a reference refers to. ``hidden``: a part, not to be asked for.
    """

    type: str
    values: Callable[[Entry], Values] = lambda _entry: ()
    period: int = 0
    lookup: str = ""
    parts: tuple[str, ...] = ()
    while_active: bool = True
    target: str = ""
    hidden: bool = False


_PROFILES: Mapping[type[Base], tuple[str, ...]] = {
    Person: (f"{tables.FR_CORE}/fr-core-practitioner", f"{tables.AS}/as-dp-practitioner"),
    Situation: (f"{tables.FR_CORE}/fr-core-practitioner-role", f"{tables.AS}/as-dp-practitionerrole"),
    Site: (f"{tables.FR_CORE}/fr-core-organization", f"{tables.AS}/as-dp-organization"),
    Equipment: (f"{tables.AS}/as-dp-device",),
}
_CARE_PROFILE = (f"{tables.AS}/as-dp-healthcareservice-healthcare-activity",)
_SOCIAL_PROFILE = (f"{tables.AS}/as-dp-healthcareservice-social-equipment",)


def profiles_of(entry: Entry) -> tuple[str, ...]:
    """Return the profiles that an entry claims, the national one first."""
    if isinstance(entry, Activity):
        return _SOCIAL_PROFILE if entry.social else _CARE_PROFILE
    return _PROFILES[type(entry)]


def _person(get: Callable[[Person], Values]) -> Callable[[Entry], Values]:
    return lambda entry: get(entry) if isinstance(entry, Person) else ()


def _situation(get: Callable[[Situation], Values]) -> Callable[[Entry], Values]:
    return lambda entry: get(entry) if isinstance(entry, Situation) else ()


def _site(get: Callable[[Site], Values]) -> Callable[[Entry], Values]:
    return lambda entry: get(entry) if isinstance(entry, Site) else ()


def _activity(get: Callable[[Activity], Values]) -> Callable[[Entry], Values]:
    return lambda entry: get(entry) if isinstance(entry, Activity) else ()


def _equipment(get: Callable[[Equipment], Values]) -> Callable[[Entry], Values]:
    return lambda entry: get(entry) if isinstance(entry, Equipment) else ()


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _boxes(entry: Entry) -> Values:
    return [box.address for box in entry.boxes] if isinstance(entry, Person | Situation | Site) else []


def _box_kinds(entry: Entry) -> list[Token]:
    """Return the kinds of mailboxes in both systems that the ANS's own examples put them in."""
    boxes = entry.boxes if isinstance(entry, Person | Situation | Site) else ()
    return [(table, box.kind.value) for box in boxes for table in (tables.MAILBOX_KIND, tables.MAIL_KIND)]


def _identifiers(entry: Base) -> list[Token]:
    return [(one.system, one.value) for one in entry.identifiers]


def _identifier_types(entry: Base) -> list[Token]:
    return [(tables.IDENTIFIER_TYPES, one.kind) for one in entry.identifiers if one.kind]


def _codes(entry: Site) -> list[Token]:
    return [(one.table, one.code) for one in entry.types]


_ACTIVE = Parameter("token", lambda e: [("", _truth(e.active))], EXERCISE, while_active=False)
_COMMON: Mapping[str, Parameter] = {
    "_id": Parameter("token", lambda e: [("", e.id)], lookup="id", while_active=False),
    "_lastUpdated": Parameter("date", lookup="updated", while_active=False),
    "_profile": Parameter("uri", profiles_of, 1, while_active=False),
    "identifier": Parameter("token", _identifiers, lookup="identifier", while_active=False),
    "data-information-system": Parameter("token", lambda e: [("", e.source)], 1, while_active=False),
    "data-registration-authority": Parameter(
        "token", lambda e: [(tables.AUTHORITY, AUTHORITIES[e.source])], 1, while_active=False
    ),
}
_IDENTIFIED = {"identifier-type": Parameter("token", _identifier_types, 1, while_active=False)}
_MAILBOX = Parameter("string", _boxes, lookup="mailbox")

PARAMETERS: Mapping[str, Mapping[str, Parameter]] = {
    "Practitioner": {
        **_COMMON,
        **_IDENTIFIED,
        "active": _ACTIVE,
        "family": Parameter("string", _person(lambda p: [p.family]), FAMILIES),
        "given": Parameter("string", _person(lambda p: p.given), GIVEN),
        "prefix": Parameter("string", _person(lambda p: [p.civility]), GIVEN, hidden=True),
        "suffix": Parameter("string", _person(lambda p: [p.title] if p.title else []), TRADES, hidden=True),
        "name": Parameter("string", parts=("family", "given", "prefix", "suffix")),
        "mailbox-mss": _MAILBOX,
        "number-smartcard": Parameter("string", _person(lambda p: [p.card] if p.card else []), lookup="card"),
        "type-smartcard": Parameter("token", _person(lambda p: [(tables.CARD_KIND, "CPS")] if p.card else []), TRADES),
        "qualification-code": Parameter(
            "token", _person(lambda p: [(one.table, one.code) for codes in p.qualifications for one in codes]), TRADES
        ),
    },
    "PractitionerRole": {
        **_COMMON,
        "active": _ACTIVE,
        "mailbox-mss": _MAILBOX,
        "organization": Parameter(
            "reference", _situation(lambda s: [f"Organization/{s.site}"]), lookup="organization", target="Organization"
        ),
        "practitioner": Parameter(
            "reference",
            _situation(lambda s: [f"Practitioner/{s.person}"]),
            lookup="practitioner",
            while_active=False,
            target="Practitioner",
        ),
        "role": Parameter("token", _situation(lambda s: [(one.table, one.code) for one in s.codes]), TRADES),
    },
    "Organization": {
        **_COMMON,
        **_IDENTIFIED,
        "active": _ACTIVE,
        "address": Parameter("string", parts=("address-line", "address-city", "address-postalcode")),
        "address-city": Parameter("string", _site(lambda s: [s.place.city]), COMMUNES),
        "address-line": Parameter("string", _site(lambda s: [s.place.line]), LINES),
        "address-postalcode": Parameter("string", _site(lambda s: [s.place.postal_code]), COMMUNES),
        "mailbox-mss": _MAILBOX,
        "name": Parameter("string", _site(lambda s: [s.name]), SITE_NAMES),
        "partof": Parameter(
            "reference",
            _site(lambda s: [f"Organization/{s.parent}"] if s.parent else []),
            lookup="partof",
            target="Organization",
        ),
        "pharmacy-licence": Parameter("string", _site(lambda s: [s.licence] if s.licence else []), lookup="licence"),
        "type": Parameter("token", _site(_codes), 1),
    },
    "HealthcareService": {
        **_COMMON,
        "active": _ACTIVE,
        "characteristic": Parameter(
            "token",
            _activity(lambda a: [(a.characteristic.table, a.characteristic.code)] if a.characteristic else []),
            39,
        ),
        "organization": Parameter(
            "reference", _activity(lambda a: [f"Organization/{a.site}"]), lookup="attached", target="Organization"
        ),
        "service-category": Parameter(
            "token", _activity(lambda a: [(a.category.table, a.category.code)] if a.category else []), 3
        ),
        "service-type": Parameter("token", _activity(lambda a: [(a.kind.table, a.kind.code)]), 3),
    },
    "Device": {
        **_COMMON,
        "manufacturer": Parameter("string", _equipment(lambda d: [d.maker]), 2),
        "model": Parameter("string"),
        "organization": Parameter(
            "reference", _equipment(lambda d: [f"Organization/{d.site}"]), lookup="attached", target="Organization"
        ),
        "status": Parameter(
            "token",
            _equipment(lambda d: [("http://hl7.org/fhir/device-status", "active" if d.active else "inactive")]),
            EXERCISE,
            while_active=False,
        ),
        "type": Parameter("token", _equipment(lambda d: [(d.kind.table, d.kind.code)]), 2),
    },
}
"""The parameters of each resource type."""

KIND_OF_BOX = Parameter("token", _box_kinds, BOXES)


def without_data(kind: str) -> frozenset[str]:
    """Return the parameters of a resource type that are accepted and match nobody."""
    return frozenset(n for n, one in PARAMETERS[kind].items() if not (one.period or one.lookup or one.parts))


def search_parameters(kind: str, *, mailbox_type: bool) -> Mapping[str, Parameter]:
    """Return what a client may ask of a resource type; ``mailbox_type``: with what is specified, and not there."""
    known = {name: one for name, one in PARAMETERS[kind].items() if not one.hidden}
    return {**known, **({"mailbox-mss-type": KIND_OF_BOX} if mailbox_type and "mailbox-mss" in known else {})}


@dataclass(frozen=True, slots=True)
class Inclusion:
    """What ``_include`` follows: from a resource type to another, by a reference parameter."""

    source: str
    parameter: str
    target: str


INCLUDES: Mapping[str, Inclusion] = {
    f"{kind}:{name}": Inclusion(kind, name, one.target)
    for kind in KINDS
    for name, one in PARAMETERS[kind].items()
    if one.target
}
