"""The extraction files of the Annuaire Santé, of the same entries as the API: lines of columns that bars separate.

Source: docs/sources/annuaire.md#extraction (names and columns: high; the four columns on role and kind of activity that
recent files have: medium, an option; labels: medium). UTF-8, a header line, no quoting; the files in free access end
each line by a bar. Knows no HTTP.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mss_mock.codes import BoxKind
from mss_mock.directory import tables
from mss_mock.directory.records import Box, Entry, Person, Site, Situation
from mss_mock.directory.register import Register

__all__ = ["FILES", "Extracted", "extract"]

MSS_COLUMNS = (
    "Type de BAL|Adresse BAL|Type Identifiant PP|Identifiant PP|Identification nationale PP|Type identifiant structure|"
    "Identification Structure|Service de rattachement|Civilité d'exercice|Nom d'exercice|Prénom d'exercice|"
    "Catégorie profession|Libellé de catégorie profession|Code Profession|Libellé Profession|Code savoir-faire|"
    "Libellé savoir-faire|Dématérialisation|Raison Sociale structure BAL|Enseigne commerciale structure BAL|"
    "L2COMPLEMENTLOCALISATION|L3COMPLEMENTDISTRIBUTION|L4NUMEROVOIE|L4COMPLEMENTNUMEROVOIE|NL4TYPEVOIE|L4LIBELLEVOIE|"
    "L5LIEUDITMENTION|L6LIGNEACHEMINEMENT|Code postal|Département|Pays"
)
_WHO = "Type d'identifiant PP|Identifiant PP|Identification nationale PP|"
_PLACE = (
    "Complément destinataire|Complément point géographique|Numéro Voie|Indice répétition voie|Code type de voie|"
    "Libellé type de voie|Libellé Voie|Mention distribution|Bureau cedex|Code postal|Code commune|Libellé commune|"
    "Code pays|Libellé pays|Téléphone|Téléphone 2|Télécopie|Adresse e-mail"
)
ACTIVITY_COLUMNS = (
    _WHO
    + "Code civilité d'exercice|Libellé civilité d'exercice|Code civilité|Libellé civilité|Nom d'exercice|"
    + "Prénom d'exercice|Code profession|Libellé profession|Code catégorie professionnelle|"
    + "Libellé catégorie professionnelle|Code type savoir-faire|Libellé type savoir-faire|Code savoir-faire|"
    + "Libellé savoir-faire|Code mode exercice|Libellé mode exercice|Numéro SIRET site|Numéro SIREN site|"
    + "Numéro FINESS site|Numéro FINESS établissement juridique|Identifiant technique de la structure|"
    + "Raison sociale site|Enseigne commerciale site|"
    + "|".join(f"{name} (coord. structure)" for name in _PLACE.split("|"))
    + "|Code Département (structure)|Libellé Département (structure)|Ancien identifiant de la structure|"
    + "Autorité d'enregistrement|Code secteur d'activité|Libellé secteur d'activité|Code section tableau pharmaciens|"
    + "Libellé section tableau pharmaciens|"
)
LATER_COLUMNS = "Code rôle|Libellé rôle|Code genre activité|Libellé genre activité|"
DIPLOMA_COLUMNS = (
    _WHO + "Nom d'exercice|Prénom d'exercice|Code type diplôme obtenu|Libellé type diplôme obtenu|"
    "Code diplôme obtenu|Libellé diplôme obtenu|Code type autorisation|Libellé type autorisation|"
    "Code discipline autorisation|Libellé discipline autorisation|"
)
SKILL_COLUMNS = (
    _WHO + "Nom d'exercice|Prénom d'exercice|Code profession|Libellé profession|Code catégorie professionnelle|"
    "Libellé catégorie professionnelle|Code type savoir-faire|Libellé type savoir-faire|Code savoir-faire|"
    "Libellé savoir-faire|"
)

LABELS = {
    (tables.PROFESSION, "10"): "Médecin",
    (tables.PROFESSION, "21"): "Pharmacien",
    (tables.PROFESSION, "39"): "Préparateur en pharmacie",
    (tables.PROFESSION, "40"): "Chirurgien-Dentiste",
    (tables.PROFESSION, "50"): "Sage-Femme",
    (tables.PROFESSION, "60"): "Infirmier",
    (tables.PROFESSION, "70"): "Masseur-Kinésithérapeute",
    (tables.PROFESSION, "80"): "Pédicure-Podologue",
    (tables.PROFESSION, "91"): "Orthophoniste",
    (tables.PROFESSION, "93"): "Psychologue",
    (tables.CATEGORY, "C"): "Civil",
    (tables.SKILL_TYPE, "S"): "Spécialité ordinale",
    (tables.SPECIALTY, "SM03"): "Biologie médicale (SM)",
    (tables.SPECIALTY, "SM04"): "Cardiologie et maladies vasculaires (SM)",
    (tables.SPECIALTY, "SM16"): "Endocrinologie et métabolisme (SM)",
    (tables.SPECIALTY, "SM26"): "Qualifié en Médecine Générale (SM)",
    (tables.SPECIALTY, "SM41"): "Pneumologie (SM)",
    (tables.SPECIALTY, "SM44"): "Radio-diagnostic (SM)",
    (tables.EXERCISE_MODE, "L"): "Libéral, indépendant, artisan, commerçant",
    (tables.EXERCISE_MODE, "S"): "Salarié",
    (tables.EXERCISE_MODE, "B"): "Bénévole",
    (tables.SECTION, "A"): "Pharmacien titulaire d'officine",
    (tables.SECTION, "D"): "Pharmacien adjoint d'officine et autres exercices",
    (tables.SECTION, "G"): "Pharmacien biologiste",
    (tables.SECTION, "H"): "Pharmacien des établissements de santé",
    (tables.DIPLOMA_TYPE, "DE"): "Diplôme d'Etat français",
    (tables.DIPLOMA, "DE01"): "DE Docteur en pharmacie",
    (tables.DIPLOMA, "DE04"): "DE Docteur en chirurgie dentaire",
    (tables.DIPLOMA, "DE05"): "DE Sage-Femme",
    (tables.DIPLOMA, "DE09"): "DE Infirmier",
    (tables.DIPLOMA, "DE10"): "DE Masseur-Kinésithérapeute",
    (tables.DIPLOMA, "DE11"): "DE Pédicure-Podologue",
    (tables.DIPLOMA, "DE28"): "DE Docteur en médecine",
    (tables.CARE_ROLE, "318"): "Auxiliaire de vie sociale",
    (tables.CARE_ROLE, "312"): "Secrétaire médical",
    (tables.ACTIVITY_KIND, "GENR01"): "Activité standard de soin ou de pharmacien",
}
TITLES = {"DR": "Docteur", "PR": "Professeur", "M": "Monsieur", "MME": "Madame"}
COUNTRY = ("99000", "France")


@dataclass(frozen=True, slots=True)
class Extracted:
    """An archive: its name, its octets, and how many lines its files have beside their headers."""

    name: str
    archive: bytes
    lines: int


Pairs = tuple[str, str]


class _Source:
    """The entries of a register, gone through once for each file; what many share is written once."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._sites: dict[str, Site | None] = {}
        self._fields: dict[str, str] = {}
        self._texts: dict[tuple[int, str, tuple[str, ...]], str] = {}
        """Columns of what many entries share: the same object, written once."""

    def all(self, kind: str) -> Iterator[Entry]:
        """Yield every active entry, those that the API lacks among them."""
        total = self._register.own(kind) + self._register.crowd.count(kind)
        entries = (self._register.entry(kind, number) for number in range(total))
        return (entry for entry in entries if entry.active)

    def persons(self) -> Iterator[Person]:
        """Yield the professionals."""
        return (one for one in self.all("Practitioner") if isinstance(one, Person))

    def situations(self) -> Iterator[tuple[Situation, Person, Site | None]]:
        """Yield the situations with their professional and structure."""
        register, crowd = self._register, self._register.crowd
        persons = (register.entry("Practitioner", at) for at in range(register.own("Practitioner")))
        own = {one.id: one for one in persons}
        first = register.own("PractitionerRole")
        for number in range(first + crowd.count("PractitionerRole")):
            one = register.entry("PractitionerRole", number)
            if not (isinstance(one, Situation) and one.active):
                continue
            person = own[one.person] if number < first else crowd.person(crowd.holder(number - first))
            if isinstance(person, Person):
                yield one, person, self.site(one.site)

    def site(self, identity: str) -> Site | None:
        """Return a structure."""
        if identity not in self._sites:
            if not self._sites:
                self._sites.update((one.id, one) for one in self.all("Organization") if isinstance(one, Site))
            self._sites.setdefault(identity, None)
        return self._sites[identity]

    def site_fields(self, site: Site | None) -> str:
        """Return the columns from the SIRET to the sector."""
        if site is None:
            return "|" * 30
        if site.id not in self._fields:
            parent = self.site(site.parent) if site.parent else None
            self._fields[site.id] = "|".join(_site_fields(site, parent))
        return self._fields[site.id]

    def held(self, person: Person, wanted: str, columns: tuple[str, ...]) -> str:
        """Return code and label of a person's qualifications in some tables; nothing without one of ``wanted``."""
        key = (id(person.qualifications), wanted, columns)
        if key not in self._texts:
            found = [(one.table, one.code) for codes in person.qualifications for one in codes]
            has = not wanted or any(table == wanted for table, _ in found)
            self._texts[key] = "|".join(text for one in columns for text in _code(found, one)) if has else ""
        return self._texts[key]

    def coded(self, situation: Situation, columns: tuple[str, ...]) -> str:
        """Return code and label of a situation in some tables."""
        key = (id(situation.codes), "", columns)
        if key not in self._texts:
            found = [(one.table, one.code) for one in situation.codes]
            self._texts[key] = "|".join(text for one in columns for text in _code(found, one))
        return self._texts[key]


def _code(codes: Iterable[Pairs], table: str) -> Pairs:
    """Return the code of a table and its label, both empty when there is none."""
    code = next((code for its_table, code in codes if its_table == table), "")
    return code, LABELS.get((table, code), "")


def _who(person: Person) -> str:
    return f"8|{person.national_id[1:]}|{person.national_id}"


def _names(person: Person) -> str:
    return f"{person.family}|{' '.join(person.given)}"


_JOB = (tables.PROFESSION, tables.CATEGORY)
_SKILL = (tables.SKILL_TYPE, tables.SPECIALTY)


def _activity_lines(source: _Source, *, later: bool) -> Iterator[str]:
    for situation, person, site in source.situations():
        job = source.held(person, "", (*_JOB, *_SKILL))
        mode = source.coded(situation, (tables.EXERCISE_MODE,))
        section = source.coded(situation, (tables.SECTION,))
        titles = f"{person.title}|{TITLES.get(person.title, '')}|{person.civility}|{TITLES.get(person.civility, '')}"
        line = f"{_who(person)}|{titles}|{_names(person)}|{job}|{mode}|{source.site_fields(site)}|{section}|"
        yield f"{line}{source.coded(situation, (tables.CARE_ROLE, tables.ACTIVITY_KIND))}|" if later else line


def _site_fields(site: Site, parent: Site | None) -> tuple[str, ...]:
    siret, finess = site.identifier(tables.SIRENE, "SIRET"), site.identifier(tables.FINESS)
    place = site.place
    return (
        siret,
        siret[:9],
        "" if site.legal else finess,
        finess if site.legal else parent.identifier(tables.FINESS) if parent else "",
        site.technical_id,
        site.name,
        "",
        "",
        "",
        place.number,
        "",
        place.street_code,
        place.street_label,
        place.street,
        "",
        f"{place.postal_code} {place.city}",
        place.postal_code,
        place.cog,
        place.city,
        *COUNTRY,
        site.phone,
        "",
        "",
        site.email,
        place.department,
        "",
        "",
        {"RPPS": "CNOM", "FINESS": "ARS"}[site.source],
        site.sector,
        site.sector_label,
    )


def _qualification_lines(source: _Source) -> tuple[list[str], list[str]]:
    """Return the lines of diplomas and those of skills: one way through the professionals for both."""
    diplomas: list[str] = []
    skills: list[str] = []
    for person in source.persons():
        head = f"{_who(person)}|{_names(person)}"
        if text := source.held(person, tables.DIPLOMA, (tables.DIPLOMA_TYPE, tables.DIPLOMA)):
            diplomas.append(f"{head}|{text}|||||")
        if text := source.held(person, tables.SPECIALTY, (*_JOB, *_SKILL)):
            skills.append(f"{head}|{text}|")
    return diplomas, skills


PUBLISHED = frozenset({BoxKind.PERSON, BoxKind.ORGANISATION})
"""The kinds of mailbox that the file has: no applicative one."""


def _box_lines(source: _Source) -> Iterator[str]:
    for person in source.persons():
        for box in person.boxes:
            yield _box_line(source, box, person, None)
    for situation, person, site in source.situations():
        for box in situation.boxes:
            yield _box_line(source, box, person, site)
    for one in source.all("Organization"):
        if isinstance(one, Site):
            for box in one.boxes:
                if box.kind in PUBLISHED:
                    yield _box_line(source, box, None, one)


def _box_line(source: _Source, box: Box, person: Person | None, site: Site | None) -> str:
    who, job = "||", "|" * 8
    if person is not None:
        columns = (tables.CATEGORY, tables.PROFESSION, tables.SPECIALTY)
        text = source.held(person, "", columns)
        who, job = _who(person), f"{person.title or person.civility}|{_names(person)}|{text}"
    structure, where = "|", "|" * 12
    if site is not None:
        number, place = site.identifier(tables.IDNST), site.place
        structure = f"{_NUMBER_KINDS.get(number[:1], '')}|{number[1:]}"
        street = f"{place.number}||{place.street_code}|{place.street}||{place.postal_code} {place.city}"
        where = f"{site.name}||||{street}|{place.postal_code}|{place.department}|{COUNTRY[1]}"
    return f"{box.kind.value}|{box.address}|{who}|{structure}||{job}|O|{where}"


_NUMBER_KINDS = {"1": "FINESS", "3": "SIRET", "4": "RPPS"}

FILES = ("PS_LibreAcces", "Extraction_Correspondance_MSSante")
"""The extractions that are served."""


def _member(name: str, at: datetime) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))


def extract(register: Register, name: str, now: datetime, *, later: bool) -> Extracted:
    """Return an extraction (one of FILES); ``later``: with the columns on role and kind of activity."""
    source, stamp = _Source(register), now.strftime("%Y%m%d%H%M")
    files: tuple[tuple[str, str, list[str]], ...]
    if name == "PS_LibreAcces":
        columns = ACTIVITY_COLUMNS + (LATER_COLUMNS if later else "")
        diplomas, skills = _qualification_lines(source)
        files = (
            ("_Personne_activite", columns, list(_activity_lines(source, later=later))),
            ("_Dipl_AutExerc", DIPLOMA_COLUMNS, diplomas),
            ("_SavoirFaire", SKILL_COLUMNS, skills),
        )
    else:
        files = (("", MSS_COLUMNS, list(_box_lines(source))),)
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part, columns, lines in files:
            text = "\n".join([columns, *lines, ""])
            archive.writestr(_member(f"{name}{part}_{stamp}.txt", now), text, zipfile.ZIP_DEFLATED, 1)
    return Extracted(f"{name}_{stamp}.zip", octets.getvalue(), sum(len(lines) for _, _, lines in files))
