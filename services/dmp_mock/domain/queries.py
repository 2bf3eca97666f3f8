"""Stored queries: reading parameter values, and deciding which entries they find.

Source: docs/sources/dmp.md#requete-xds (syntax, mandatory patient; high); IHE ITI TF-2 §3.18.4.1.2.3.5 (values), .7
(semantics: From inclusive, To exclusive, repeated slots are AND). Knows entries as values, no store.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dmp_mock.codes import queries as codes
from dmp_mock.codes.queries import Filter, Kind
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import XdsError, XdsFailure
from dmp_mock.domain.hl7 import Cx, dtm_floor, is_dtm, read_ins
from dmp_mock.domain.values import Coded, Entry

__all__ = ["Query", "check_query", "finds", "read_values", "wanted_ids"]

_LITERAL = re.compile(r"\s*(?:'((?:[^']|'')*)'|([^\s',()]+))\s*(,|$)")
_MAX_VALUES = 500
_EITHER = f"{codes.UNIQUE_ID} ou {codes.ENTRY_UUID}"


@dataclass(frozen=True, slots=True)
class Query:
    """An ITI-18 request. ``parameters``: for each name, one list of values per slot of that name.

    ``oddities``: what the guide writes otherwise, in French.
    """

    id: str
    return_type: str
    parameters: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    oddities: tuple[str, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """Return all values of a parameter."""
        return tuple(value for group in self.parameters.get(name, ()) for value in group)


def read_values(text: str) -> tuple[str, ...]:
    """Return the values in ``'a'``, ``('a','b')`` or ``20260101``; XdsFailure when they do not read."""
    inner = text.strip()
    if inner.startswith("(") and inner.endswith(")"):
        inner = inner[1:-1]
    values: list[str] = []
    position = 0
    while position < len(inner):
        match = _LITERAL.match(inner, position)
        if match is None or len(values) >= _MAX_VALUES:
            raise _failure(
                XdsCode.QUERY_PARAM_NUMBER,
                f"valeur de paramètre illisible : {text[:100]}",
                received=f"« {text[:100]} »",
                expected="'valeur', ('valeur 1','valeur 2') ou un nombre",
                remedy="Entourez chaque texte d'apostrophes simples et séparez les valeurs par des virgules.",
            )
        values.append(match[1].replace("''", "'") if match[1] is not None else match[2])
        position = match.end()
    return tuple(values)


def _failure(
    code: XdsCode, context: str, location: str = "", *, received: str, expected: str, remedy: str = ""
) -> XdsFailure:
    return XdsFailure([XdsError(code, context, location, received=received, expected=expected, remedy=remedy)])


def check_query(query: Query, ins: Cx) -> None:
    """Raise XdsFailure unless the query is known, complete, well-formed, and about the patient of the VIHF."""
    if query.id not in (codes.FIND_DOCUMENTS, codes.GET_DOCUMENTS):
        name = f"{query.id[:60]} {codes.QUERIES.get(query.id, '')}".strip()
        known = f"urn:uuid:{codes.FIND_DOCUMENTS} (FindDocuments) ou urn:uuid:{codes.GET_DOCUMENTS} (GetDocuments)"
        raise _failure(
            XdsCode.UNKNOWN_QUERY, f"requête inconnue : {name}", "AdhocQuery/@id", received=name, expected=known
        )
    for name in codes.REQUIRED.get(query.id, ()):
        if not query.values(name):
            raise _failure(
                XdsCode.QUERY_MISSING_PARAM,
                f"paramètre obligatoire absent : {name}",
                name,
                received="absent",
                expected=name,
                remedy=f"Ajoutez un Slot {name} à l'AdhocQuery.",
            )
    _check_patient(query, ins)
    _check_times(query)
    if query.id == codes.GET_DOCUMENTS:
        _check_choice(query)


def _check_patient(query: Query, ins: Cx) -> None:
    given = query.values(codes.PATIENT_ID)
    if len(given) > 1:
        raise _failure(
            XdsCode.QUERY_PARAM_NUMBER,
            "un seul patientId est admis",
            codes.PATIENT_ID,
            received=f"{len(given)} valeurs",
            expected="une seule",
        )
    if given and read_ins(given[0], typed=False) != ins:
        raise _failure(
            XdsCode.PATIENT_MISMATCH,
            f"patientId {given[0][:80]} différent du patient du VIHF",
            codes.PATIENT_ID,
            received=given[0][:80],
            expected=f"'{ins.number}^^^&{ins.root}&ISO^NH'",
        )


def _check_times(query: Query) -> None:
    for name, filter_ in codes.FILTERS.items():
        if filter_.kind not in (Kind.FROM, Kind.TO) or name not in query.parameters:
            continue
        values = query.values(name)
        if len(values) != 1 or not is_dtm(values[0]):
            raise _failure(
                XdsCode.QUERY_PARAM_NUMBER,
                f"{name} attend une date",
                name,
                received=", ".join(values)[:100] or "aucune valeur",
                expected="une date AAAA[MM[JJ[hh[mm[ss]]]]]",
            )


def _check_choice(query: Query) -> None:
    given = [name for name in (codes.UNIQUE_ID, codes.ENTRY_UUID) if query.values(name)]
    if not given:
        raise _failure(
            XdsCode.QUERY_MISSING_PARAM,
            "uniqueId ou entryUUID obligatoire",
            codes.UNIQUE_ID,
            received="aucun des deux paramètres",
            expected=_EITHER,
            remedy=f"Ajoutez un Slot {codes.UNIQUE_ID} ou {codes.ENTRY_UUID} à l'AdhocQuery.",
        )
    if len(given) > 1:
        raise _failure(
            XdsCode.QUERY_PARAM_NUMBER,
            "uniqueId ou entryUUID, non les deux",
            codes.UNIQUE_ID,
            received="les deux",
            expected=_EITHER,
            remedy=f"Retirez {codes.UNIQUE_ID} ou {codes.ENTRY_UUID}.",
        )


def wanted_ids(query: Query) -> frozenset[str]:
    """Return the identifiers (unique ids or entryUUIDs) that a GetDocuments asks for."""
    return frozenset((*query.values(codes.UNIQUE_ID), *query.values(codes.ENTRY_UUID)))


def finds(query: Query, entry: Entry) -> bool:
    """Tell whether a query finds an entry of its patient."""
    if query.id == codes.GET_DOCUMENTS:
        return bool({entry.unique_id, entry.id} & wanted_ids(query))
    return all(
        _matches(filter_, group, entry)
        for name, filter_ in codes.FILTERS.items()
        for group in query.parameters.get(name, ())
    )


def _matches(filter_: Filter, values: Sequence[str], entry: Entry) -> bool:
    match filter_.kind:
        case Kind.STATUS:
            return entry.status in values
        case Kind.OBJECT_TYPE:
            return entry.object_type in values
        case Kind.CODE:
            return any(_is(coded, value) for coded in entry.codes.get(filter_.attribute, ()) for value in values)
        case Kind.AUTHOR:
            return any(_like(value, person) for a in entry.authors for person in a.persons for value in values)
        case Kind.FROM:
            found = entry.slot(filter_.attribute)
            return bool(found) and dtm_floor(values[0]) <= dtm_floor(found)
        case Kind.TO:
            found = entry.slot(filter_.attribute)
            return bool(found) and dtm_floor(found) < dtm_floor(values[0])


def _is(coded: Coded, value: str) -> bool:
    code, _, scheme = value.partition("^^")
    return coded.code == code and (not scheme or coded.scheme == scheme)


def _like(pattern: str, text: str) -> bool:
    """SQL LIKE, as ITI-18 wants for authors: ``%`` any text, ``_`` one character."""
    parts, position = pattern.casefold().split("%"), 0
    text = text.casefold()
    if len(parts) == 1:
        return len(text) == len(pattern) and _at(parts[0], text, 0)
    if not _at(parts[0], text, 0) or not _ends(parts[-1], text, len(parts[0])):
        return False
    position, limit = len(parts[0]), len(text) - len(parts[-1])
    for part in parts[1:-1]:
        found = next((i for i in range(position, limit - len(part) + 1) if _at(part, text, i)), None)
        if found is None:
            return False
        position = found + len(part)
    return True


def _at(part: str, text: str, start: int) -> bool:
    piece = text[start : start + len(part)]
    return len(piece) == len(part) and all(p in ("_", t) for p, t in zip(part, piece, strict=True))


def _ends(part: str, text: str, after: int) -> bool:
    start = len(text) - len(part)
    return start >= after and _at(part, text, start)
