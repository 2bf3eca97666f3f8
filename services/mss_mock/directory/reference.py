"""The people of the sandbox as entries of the directory.

Source: docs/sources/annuaire.md#boites (a mailbox of a person and a structure hangs on the situation, a personal one
on the practitioner: high). Its domain tells which it is: that of the structure, or another. Knows no search.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from lgo_sandbox.population.people import Population, Professional, Structure
from mss_mock.codes import BoxKind
from mss_mock.directory import tables
from mss_mock.directory.changes import STRUCK_OFF, Change, changed_people
from mss_mock.directory.records import Box, Code, Entry, Identifier, Person, Place, Site, Situation, Touched
from mss_mock.domain import application_mailbox

__all__ = ["LACKING", "reference_entries"]

NO_RPPS = "sans-rpps"
UPDATED = Touched(datetime(2026, 1, 5, 3, tzinfo=UTC), 1)
"""When the people of the sandbox were last changed, unless a tester changed them."""

LACKING = "medecin-voisine"
"""The persona that the extraction has and the API lacks, by option."""

DEPARTMENT = "63"


def _slug(prefix: str, number: str) -> str:
    return f"{prefix}-{''.join(c if c.isalnum() else '-' for c in number)}"


def person_id(professional: Professional) -> str:
    """Return the id of a professional as Practitioner."""
    return _slug("003", professional.national_id)


def site_id(structure: Structure) -> str:
    """Return the id of a structure as Organization."""
    return _slug("001", structure.id_nat)


def _own_domain(professional: Professional, structure: Structure | None) -> bool:
    return structure is not None and professional.mailbox.rpartition("@")[2] == structure.mailbox.rpartition("@")[2]


def _person(p: Professional, structure: Structure | None) -> Person:
    active = STRUCK_OFF not in p.tags
    personal = bool(p.mailbox) and not _own_domain(p, structure)
    return Person(
        id=person_id(p),
        identifiers=(
            Identifier("IDNPS", tables.IDNPS, p.national_id),
            Identifier("RPPS", tables.RPPS, p.national_id[1:]),
        ),
        active=active,
        fixed=UPDATED,
        national_id=p.national_id,
        civility=p.civility,
        title=p.title,
        family=p.family_name,
        given=(p.given_name,),
        qualifications=_qualifications(p),
        card=f"28{p.national_id[-8:]}" if p.has_card else "",
        boxes=(Box(p.mailbox, BoxKind.PERSON),) if personal else (),
        label=p.label,
    )


def _qualifications(p: Professional) -> tuple[tuple[Code, ...], ...]:
    found = [(Code(tables.PROFESSION, p.profession), Code(tables.CATEGORY, p.category or "C"))] if p.profession else []
    if p.savoir_faire:
        found.append((Code(tables.SPECIALTY, p.savoir_faire), Code(tables.SKILL_TYPE, "S")))
    return tuple(found)


def _situation(p: Professional, structure: Structure, rank: int) -> Situation:
    codes = (
        (tables.PROFESSION, p.profession),
        (tables.ACTIVITY_KIND, "GENR01"),
        (tables.EXERCISE_MODE, p.exercise_mode),
        (tables.SECTION, p.section),
    )
    return Situation(
        id=_slug("005", p.national_id) + (f"-{rank}" if rank else ""),
        identifiers=(Identifier("", tables.RPPS, f"10{p.national_id[-7:]}{rank}"),),
        active=STRUCK_OFF not in p.tags,
        fixed=UPDATED,
        person=person_id(p),
        site=site_id(structure),
        codes=tuple(Code(table, code) for table, code in codes if code),
        boxes=(Box(p.mailbox, BoxKind.PERSON),) if p.mailbox and _own_domain(p, structure) else (),
    )


def _site(structure: Structure, parent: Structure | None, *, legal: bool) -> Site:
    number, _, rest = structure.address.partition(" ")
    kind, _, street = rest.partition(" ")
    return Site(
        id=site_id(structure),
        identifiers=_site_identifiers(structure, legal=legal),
        source="FINESS" if structure.finess else "RPPS",
        fixed=UPDATED,
        name=structure.name,
        sector=structure.sector,
        sector_label=SECTORS.get(structure.sector, ""),
        place=Place(
            number=number,
            street_code="",
            street_label=kind,
            street=street,
            postal_code=structure.postal_code,
            city=structure.city,
            department=DEPARTMENT,
        ),
        phone=structure.phone,
        legal=legal,
        types=(
            Code(tables.ORGANIZATION_TYPES, tables.LEGAL if legal else tables.GEOGRAPHICAL),
            Code(tables.SECTOR, structure.sector),
        ),
        parent=site_id(parent) if parent is not None else "",
        licence=f"0B#9{structure.id_nat[-5:]}" if structure.sector == "SA33" else "",
        boxes=_site_boxes(structure),
        technical_id=f"F{structure.finess}" if structure.finess else structure.id_nat,
    )


SECTORS = {
    "SA01": "Etablissement public de santé",
    "SA07": "Cabinet individuel",
    "SA25": "Laboratoire d'analyse de biologie médicale",
    "SA33": "Pharmacie d'officine",
}


def _site_identifiers(s: Structure, *, legal: bool) -> tuple[Identifier, ...]:
    found = [Identifier("IDNST", tables.IDNST, s.id_nat)]
    if s.finess:
        found.append(Identifier("FINEJ" if legal else "FINEG", tables.FINESS, s.finess))
    elif s.id_nat.startswith("3"):
        found.append(Identifier("SIRET", tables.SIRENE, s.id_nat[1:]))
    elif s.id_nat.startswith("4"):
        found.append(Identifier("INTRN", tables.RPPS_RANK, s.id_nat[1:]))
    return tuple(found)


def _site_boxes(s: Structure) -> tuple[Box, ...]:
    if not s.mailbox:
        return ()
    return (Box(s.mailbox, BoxKind.ORGANISATION), Box(application_mailbox(s).address, BoxKind.APPLICATION))


def _situations(people: Population) -> Iterator[Situation]:
    for p in people.professionals:
        if NO_RPPS in p.tags:
            continue
        for rank, place in enumerate(one for one in (p.structure, *p.also_at) if one):
            yield _situation(p, people.structure(place), rank)


@lru_cache(maxsize=64)
def reference_entries(people: Population, changes: tuple[Change, ...] = ()) -> dict[str, dict[str, Entry]]:
    """Return the entries of the people of a session by resource type and id."""
    people = changed_people(people, changes) if changes else people
    dated = {_slug("003", one.national_id): Touched(one.at, one.version) for one in changes}
    known = [p for p in people.professionals if NO_RPPS not in p.tags]
    homes = {s.id: s for s in people.structures}
    bodies = {s.legal_entity for s in people.structures if s.legal_entity}
    by_number = {s.id_nat: s for s in people.structures}
    persons = [_person(p, homes.get(p.structure)) for p in known]
    sites = [_site(s, by_number.get(s.legal_entity), legal=s.id_nat in bodies) for s in people.structures]
    groups: dict[str, list[Entry]] = {
        "Practitioner": [*persons],
        "PractitionerRole": [*_situations(people)],
        "Organization": [*sites],
        "HealthcareService": [],
        "Device": [],
    }
    return {
        kind: {one.id: _dated(one, dated) for one in sorted(group, key=lambda entry: entry.id)}
        for kind, group in groups.items()
    }


def _dated(entry: Entry, dated: Mapping[str, Touched]) -> Entry:
    """Return an entry as of its last change, which is that of its professional."""
    changed = dated.get(entry.person if isinstance(entry, Situation) else entry.id)
    return entry if changed is None else replace(entry, fixed=changed)
