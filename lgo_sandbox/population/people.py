"""The synthetic people and structures that every service knows: immutable reference data, shared by all sessions.

A patient is one 15-character matricule; each service reads in ``tags`` what concerns it (``dmp-ferme``,
``opposition``…). The records are in ``data/people.json``; the forms follow specs/insi.md §1.4–1.5 (identity
traits) and specs/psc.md §2.3–2.5 (professions, sections, sectors). Everything here is invented, except the
official test identities of specs/insi.md §5 and specs/dmp.md §5.3, marked by the tags ``officiel`` and
``exemple-officiel``. Knows no service, no session, no
format of the wire.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["FormerMatricule", "Patient", "Population", "Professional", "Structure", "population"]


@dataclass(frozen=True, slots=True)
class FormerMatricule:
    """A matricule that a person had before; dates are ``AAAA-MM-JJ`` or empty."""

    matricule: str
    oid: str
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """A synthetic patient.

    ``first_names`` is the list of the birth certificate, in order. ``birth_date`` is ``AAAA-MM-JJ`` (lunar dates
    allowed), ``birth_place`` a five-character COG or empty. ``matricule`` is 15 characters, or empty for a person
    without one. ``story`` is one French sentence for the person who reads the sheet.
    """

    id: str
    matricule: str
    oid: str
    birth_name: str
    first_names: tuple[str, ...]
    sex: str
    birth_date: str
    birth_place: str
    story: str
    used_name: str = ""
    used_first_name: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    history: tuple[FormerMatricule, ...] = ()
    tags: frozenset[str] = frozenset()

    @property
    def mailbox(self) -> str:
        """The citizen's MSSanté address, built on the matricule (specs/mssante.md §2)."""
        return f"{self.matricule}@patient.mssante.fr" if self.matricule else ""


@dataclass(frozen=True, slots=True)
class Structure:
    """A pharmacy, practice, hospital or laboratory.

    ``id_nat`` is the Struct_IdNat (``1`` + FINESS, ``3`` + SIRET, ``4`` + RPPS and rank), ``legal_entity`` that of the
    legal person (EJ) that a site (EG) belongs to, when it is another structure.
    """

    id: str
    id_nat: str
    name: str
    sector: str
    address: str
    postal_code: str
    city: str
    phone: str
    mailbox: str = ""
    legal_entity: str = ""

    @property
    def finess(self) -> str:
        """The nine-character FINESS, empty for a structure known by another number."""
        return self.id_nat[1:] if self.id_nat.startswith("1") else ""


@dataclass(frozen=True, slots=True)
class Professional:
    """A professional who logs in, signs and writes. ``national_id`` is the PS_IdNat (``8`` + RPPS).

    ``profession`` is a code of table G15 (``21`` pharmacist, ``10`` doctor…), ``savoir_faire`` of R01 (``SM26``…),
    ``section`` of G05 (``A``, ``D``…, pharmacists only), ``exercise_mode`` ``L`` or ``S``; ``also_at`` names further
    structures where he practises.
    """

    id: str
    national_id: str
    civility: str
    title: str
    family_name: str
    given_name: str
    label: str
    profession: str
    category: str
    structure: str
    exercise_mode: str
    mailbox: str
    savoir_faire: str = ""
    section: str = ""
    has_card: bool = True
    has_ecps: bool = True
    also_at: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Given name and family name, for people."""
        return f"{self.given_name} {self.family_name}"

    @property
    def specialty(self) -> str:
        """The author specialty of CDA and XDS: ``G15_21/A``, ``G15_10/SM26`` (J01); empty without profession."""
        if not self.profession:
            return ""
        detail = self.section or self.savoir_faire
        return f"G15_{self.profession}/{detail}" if detail else f"G15_{self.profession}"


@dataclass(frozen=True)
class Population:
    """All reference people, with the look-ups that services need."""

    patients: tuple[Patient, ...]
    professionals: tuple[Professional, ...]
    structures: tuple[Structure, ...]

    def patient(self, matricule: str) -> Patient | None:
        """Return the patient who has this 15-character matricule now."""
        return self._by_matricule.get(matricule)

    def patient_named(self, patient_id: str) -> Patient:
        """Return the patient with this slug; KeyError when there is none."""
        return self._by_id[patient_id]

    def professional(self, national_id: str) -> Professional | None:
        """Return the professional with this PS_IdNat."""
        return next((p for p in self.professionals if p.national_id == national_id), None)

    def persona(self, persona_id: str) -> Professional:
        """Return the professional with this slug; KeyError when there is none."""
        return {p.id: p for p in self.professionals}[persona_id]

    def structure(self, structure_id: str) -> Structure:
        """Return the structure with this slug; KeyError when there is none."""
        return {s.id: s for s in self.structures}[structure_id]

    def structure_numbered(self, id_nat: str) -> Structure | None:
        """Return the structure with this Struct_IdNat."""
        return next((s for s in self.structures if s.id_nat == id_nat), None)

    @property
    def _by_matricule(self) -> dict[str, Patient]:
        return _index(self)[0]

    @property
    def _by_id(self) -> dict[str, Patient]:
        return _index(self)[1]

    def __hash__(self) -> int:
        return id(self)


@cache
def _index(people: Population) -> tuple[dict[str, Patient], dict[str, Patient]]:
    return {p.matricule: p for p in people.patients if p.matricule}, {p.id: p for p in people.patients}


def _patient(record: dict[str, Any]) -> Patient:
    history = tuple(FormerMatricule(**former) for former in record.pop("history", ()))
    tags = frozenset(record.pop("tags", ()))
    return Patient(**{**record, "first_names": tuple(record["first_names"])}, history=history, tags=tags)


def _professional(record: dict[str, Any]) -> Professional:
    tags, also_at = frozenset(record.get("tags", ())), tuple(record.get("also_at", ()))
    return Professional(**{**record, "tags": tags, "also_at": also_at})


@cache
def population() -> Population:
    """Return the reference people, read once from ``data/people.json``."""
    records = json.loads(files("lgo_sandbox.population").joinpath("data/people.json").read_text(encoding="utf-8"))
    return Population(
        patients=tuple(_patient(dict(record)) for record in records["patients"]),
        professionals=tuple(_professional(record) for record in records["professionals"]),
        structures=tuple(Structure(**record) for record in records["structures"]),
    )
