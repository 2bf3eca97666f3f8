"""Professionals that a user adds to the reference people: read from a file, or given through the control API.

Source: the forms follow ``people.Professional`` (specs/psc.md §2.3–2.5). Only ``id``, ``national_id``, ``family_name``
and ``given_name`` are compulsory; the rest defaults to a *pharmacien adjoint* of the main pharmacy. Knows no service.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

from lgo_sandbox.population.people import Population, Professional
from lgo_sandbox.population.records import BadFile, read_records

__all__ = ["BadPersona", "read_persona", "read_personas", "with_personas"]

DEFAULTS: Mapping[str, Any] = {
    "civility": "M",
    "title": "",
    "label": "Pharmacien adjoint, remplaçant ou gérant",
    "profession": "21",
    "category": "C",
    "structure": "officine",
    "exercise_mode": "S",
    "mailbox": "",
    "section": "D",
}
MAX_TEXT = 200
MAX_PERSONAS = 500
_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
_NATIONAL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9/._-]{2,63}")
_FLAGS = ("has_card", "has_ecps")
_LISTS = ("tags", "also_at")


class BadPersona(BadFile):
    """The record is no professional; the message says why, in French."""


def read_persona(record: object) -> Professional:
    """Return the professional of a record. Raises BadPersona."""
    if not isinstance(record, Mapping):
        raise BadPersona("une persona est un objet")
    known = {field.name: field for field in fields(Professional)}
    if unknown := sorted(str(name) for name in record if name not in known):
        raise BadPersona(f"membres inconnus : {', '.join(unknown)[:MAX_TEXT]}")
    base = dict(DEFAULTS)
    if record.get("profession", "21") != "21":
        base |= {"section": "", "label": ""}
    values = {**base, **record}
    if missing := [name for name, field in known.items() if field.default is MISSING and name not in values]:
        raise BadPersona(f"membres absents : {', '.join(missing)}")
    return _professional(values)


def _professional(values: Mapping[str, Any]) -> Professional:
    lists = {name: values.get(name, []) for name in _LISTS}
    for name, value in lists.items():
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise BadPersona(f"{name} : une liste de textes est attendue")
    texts = {name: value for name, value in values.items() if name not in (*_LISTS, *_FLAGS)}
    if bad := [name for name, value in texts.items() if not isinstance(value, str) or len(value) > MAX_TEXT]:
        raise BadPersona(f"textes courts attendus : {', '.join(bad)}")
    if not all(isinstance(values.get(name, True), bool) for name in _FLAGS):
        raise BadPersona(f"booléens attendus : {', '.join(_FLAGS)}")
    if not _ID.fullmatch(values["id"]) or not _NATIONAL_ID.fullmatch(values["national_id"]):
        raise BadPersona("id : minuscules, chiffres et tirets ; national_id : 3 à 64 lettres, chiffres, / . _ -")
    return Professional(**{**values, "tags": frozenset(lists["tags"]), "also_at": tuple(lists["also_at"])})


def with_personas(people: Population, added: Iterable[Professional]) -> Population:
    """Return the people with further professionals. Raises BadPersona: a second of a name, an unknown structure."""
    result = list(people.professionals)
    for person in added:
        if any(person.id == one.id or person.national_id == one.national_id for one in result):
            raise BadPersona(f"persona déjà connue : {person.id} ({person.national_id})")
        known = {one.id for one in people.structures}
        if unknown := [place for place in (person.structure, *person.also_at) if place not in known]:
            raise BadPersona(f"structure inconnue : {', '.join(unknown)[:MAX_TEXT]}")
        result.append(person)
    if len(result) > len(people.professionals) + MAX_PERSONAS:
        raise BadPersona(f"{MAX_PERSONAS} personas au plus")
    return replace(people, professionals=tuple(result))


def read_personas(path: Path) -> list[Professional]:
    """Return the professionals of a file (``records.read_records``). Raises BadFile, of which BadPersona is one."""
    return [read_persona(record) for record in read_records(path, "personas")]
