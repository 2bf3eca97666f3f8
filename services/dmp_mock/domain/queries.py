"""Stored queries: what a request means, what in it is written otherwise than it should be, and what it filters on.

Source: docs/sources/dmp.md#requete-xds (syntax, mandatory patient; high); IHE ITI TF-2 §3.18.4.1.2.3.5 (values), .7
(semantics: From inclusive, To exclusive, repeated slots are AND). What is written wrongly is understood when it has one
meaning, and then always an oddity: it never narrows a search in silence. Knows no store.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from dmp_mock.codes import queries as codes
from dmp_mock.codes.queries import EXPECTED, Kind, Parameter
from dmp_mock.codes.xds import Status
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.criteria import Criteria, HasCode, IsLike, Period
from dmp_mock.domain.errors import XdsError, XdsFailure
from dmp_mock.domain.hl7 import Cx, dtm_floor, is_dtm, read_ins

__all__ = ["Literal", "Query", "check_query", "criteria_of", "read_literals", "understood", "wanted_ids"]

_LITERAL = re.compile(r"\s*(?:'((?:[^']|'')*)'|([^\s',()]+))\s*(,|$)")
_MAX_VALUES = 500
_PATIENT = re.compile(r"'[^'^]+\^\^\^&[0-9.]+&ISO\^NH(?:\^\^[0-9]*)?'")
_WHOLE_XCN = re.compile(r"[^^]+(?:\^[^^]*){8}")
"""An authorPerson up to its assigning authority: whoever writes it wants that very text."""
_STATUSES = {status.value.rpartition(":")[2].casefold(): status.value for status in Status}
_IN_LISTS = frozenset({Kind.CODE, Kind.STATUS, Kind.AUTHOR, Kind.OBJECT_TYPE, Kind.IDS, Kind.REFERENCE})
_DATES = frozenset({Kind.FROM, Kind.TO})


@dataclass(frozen=True, slots=True)
class Literal:
    """A value of a parameter, and whether it stood between apostrophes."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Query:
    """An ITI-18 request. ``parameters``: for each name that is known, one list of values per slot of that name.

    ``oddities``: what is written otherwise than it should be, in French, with the form expected.
    """

    id: str
    return_type: str
    parameters: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    oddities: tuple[str, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """Return all values of a parameter."""
        return tuple(value for group in self.parameters.get(name, ()) for value in group)

    @property
    def name(self) -> str:
        """The name of the query, its id when it is unknown."""
        return codes.QUERIES[self.id].name if self.id in codes.QUERIES else self.id


def read_literals(text: str, name: str = "") -> tuple[Literal, ...]:
    """Return the values in ``'a'``, ``('a','b')`` or ``20260101``; XdsFailure when they do not read."""
    inner = text.strip()
    if inner.startswith("(") and inner.endswith(")"):
        inner = inner[1:-1]
    values: list[Literal] = []
    position = 0
    while position < len(inner):
        match = _LITERAL.match(inner, position)
        if match is None or len(values) >= _MAX_VALUES:
            raise _failure(
                XdsCode.QUERY_PARAM_NUMBER,
                f"valeur de paramètre illisible : {text[:100]}",
                name[:100],
                received=f"« {text[:100]} »",
                expected="'valeur', ('valeur 1','valeur 2') ou un nombre",
                remedy="Entourez chaque texte d'apostrophes simples et séparez les valeurs par des virgules.",
            )
        quoted = match[1] is not None
        values.append(Literal(match[1].replace("''", "'") if quoted else match[2], quoted))
        position = match.end()
    return tuple(values)


def understood(query_id: str, return_type: str, slots: Sequence[tuple[str, Sequence[str]]]) -> Query:
    """Return the meaning of the slots of an AdhocQuery (name, texts). Raises XdsFailure for what has none."""
    known = codes.QUERIES[query_id].parameters if query_id in codes.QUERIES else {}
    groups: dict[str, list[tuple[str, ...]]] = {}
    oddities: list[str] = []
    for name, texts in slots:
        parameter = known.get(name)
        if parameter is None:
            if known:
                oddities.append(
                    f"paramètre {name[:80] or 'sans nom'} inconnu de cette requête et ignoré{_near(name, known)}"
                )
            continue
        literals = tuple(literal for text in texts for literal in read_literals(text, name))
        oddities += _oddities(name, parameter, texts, literals)
        values = tuple(_meant(parameter, literal.text) for literal in literals)
        if not values:
            oddities.append(f"{name} sans valeur, ignoré : attendu {EXPECTED[parameter.kind]}")
            continue
        former = groups.setdefault(name, [])
        if former and not parameter.repeats and parameter.kind in _IN_LISTS:
            oddities.append(
                f"{name} répété, lu comme une seule liste : attendu ('valeur 1','valeur 2') dans un seul Slot"
            )
            former[0] += values
        else:
            former.append(values)
    oddities += _empty_periods(groups)
    return Query(query_id, return_type, {n: tuple(g) for n, g in groups.items()}, tuple(dict.fromkeys(oddities)))


def _empty_periods(groups: Mapping[str, Sequence[tuple[str, ...]]]) -> Iterator[str]:
    """Yield, in French, the periods that end before they begin."""
    for name in groups:
        end = f"{name.removesuffix('From')}To"
        if not name.endswith("From") or end not in groups:
            continue
        first, last = groups[name][0][0], groups[end][0][0]
        if is_dtm(first) and is_dtm(last) and dtm_floor(last) <= dtm_floor(first):
            yield f"{end} {last}, pas après {name} {first}, ne trouve rien : attendu une date après celle de {name}"


def _near(name: str, known: Mapping[str, Parameter]) -> str:
    """Name the parameter that was perhaps meant, else those that the query begins with."""
    bare = {one.lstrip("$").casefold(): one for one in known}
    near = get_close_matches(name.lstrip("$").casefold(), bare, 1, 0.8)
    return f" ; attendu peut-être {bare[near[0]]}" if near else f" ; attendu un de : {', '.join(known)[:200]}…"


def _meant(parameter: Parameter, text: str) -> str:
    return _STATUSES.get(text.casefold(), text) if parameter.kind is Kind.STATUS else text


def _oddities(name: str, parameter: Parameter, texts: Sequence[str], literals: Sequence[Literal]) -> Iterator[str]:
    """Yield, in French, what the guide writes otherwise and this DMP takes all the same."""
    kind, expected = parameter.kind, f"attendu {EXPECTED[parameter.kind]}"
    shown = f"{name} {' '.join(texts)[:100]}"
    if kind is Kind.PATIENT and not all(_PATIENT.fullmatch(text.strip()) for text in texts):
        yield f"{shown} : {expected}, sans parenthèses"
    if kind in _DATES and any(text.strip().startswith("(") for text in texts):
        yield f"{shown} : {expected}, sans parenthèses"
    if kind in _IN_LISTS and not all(literal.quoted for literal in literals):
        yield f"{shown} sans apostrophes : {expected}"
    elif kind in _IN_LISTS and not all(text.strip().startswith("(") for text in texts):
        yield f"{shown} sans parenthèses : {expected}"
    for literal in literals:
        shown = f"{name} « {literal.text[:80]} »"
        yield from (
            _odd_code(parameter, shown, literal.text)
            if kind is Kind.CODE
            else _odd(kind, shown, literal.text, expected)
        )


def _odd_code(parameter: Parameter, shown: str, text: str) -> Iterator[str]:
    code, _, system = text.partition("^^")
    known = codes.SYSTEMS.get(parameter.attribute)
    if not system:
        yield f"{shown} sans le système de codes, cherché dans tous : attendu {EXPECTED[Kind.CODE]}"
    elif known is not None and system not in known:
        right = " ou ".join(f"('{code[:40]}^^{one}')" for one in sorted(known))
        yield f"{shown} d'un système de codes que le jeu de valeurs n'a pas : attendu {right}"


def _odd(kind: Kind, shown: str, text: str, expected: str) -> Iterator[str]:
    if kind is Kind.AUTHOR and not ("%" in text or "_" in text or _WHOLE_XCN.match(text)):
        yield f"{shown} sans %, cherché comme l'authorPerson entier : {expected}"
    if kind is Kind.OBJECT_TYPE and text not in codes.OBJECT_TYPES:
        yield f"{shown} inconnu, ne trouve rien : {expected}"
    if kind is Kind.STATUS and text not in set(Status):
        short = text.casefold() in _STATUSES
        yield f"{shown} {'abrégé' if short else 'inconnu'} : {expected}"


def _failure(
    code: XdsCode, context: str, location: str = "", *, received: str, expected: str, remedy: str = ""
) -> XdsFailure:
    return XdsFailure([XdsError(code, context, location, received=received, expected=expected, remedy=remedy)])


def check_query(query: Query, ins: Cx, *, strict: bool = False) -> None:
    """Raise XdsFailure unless the query is known, complete, well-formed, and about the patient of the VIHF.

    ``strict``: nothing may be written otherwise than it should be.
    """
    if query.id not in codes.QUERIES:
        known = ", ".join(f"urn:uuid:{one} ({known.name})" for one, known in codes.QUERIES.items())
        shown = query.id[:60] or "absent"
        raise _failure(
            XdsCode.UNKNOWN_QUERY, f"requête inconnue : {shown}", "AdhocQuery/@id", received=shown, expected=known
        )
    for name in codes.QUERIES[query.id].required:
        if not query.values(name):
            raise _missing(name, name)
    _check_patient(query, ins)
    _check_times(query)
    _check_choice(query)
    if strict and query.oddities:
        raise XdsFailure([_refused(oddity) for oddity in query.oddities])


def _missing(name: str, expected: str) -> XdsFailure:
    return _failure(
        XdsCode.QUERY_MISSING_PARAM,
        f"paramètre obligatoire absent : {expected}",
        name,
        received="absent",
        expected=expected,
        remedy=f"Ajoutez un Slot {expected} à l'AdhocQuery.",
    )


def _refused(oddity: str) -> XdsError:
    received, _, expected = oddity.partition("attendu ")
    return XdsError(
        XdsCode.QUERY_PARAM_NUMBER,
        f"{oddity} (option dmp.strict_queries)",
        "AdhocQuery",
        received=received.rstrip(" :;,"),
        expected=f"la forme attendue : {expected or 'celle du guide'}",
        remedy="Écrivez le paramètre dans la forme attendue, ou éteignez l'option dmp.strict_queries.",
    )


def _named(query: Query, *kinds: Kind) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, parameter in codes.QUERIES[query.id].parameters.items():
        if parameter.kind in kinds and name in query.parameters:
            yield name, query.values(name)


def _check_patient(query: Query, ins: Cx) -> None:
    for name, given in _named(query, Kind.PATIENT):
        if len(given) > 1:
            raise _failure(
                XdsCode.QUERY_PARAM_NUMBER,
                "un seul patientId est admis",
                name,
                received=f"{len(given)} valeurs",
                expected="une seule",
            )
        if read_ins(given[0], typed=False) != ins:
            raise _failure(
                XdsCode.PATIENT_MISMATCH,
                f"patientId {given[0][:80]} différent du patient du VIHF",
                name,
                received=given[0][:80],
                expected=f"'{ins.number}^^^&{ins.root}&ISO^NH'",
            )


def _check_times(query: Query) -> None:
    for name, values in _named(query, *_DATES):
        if len(values) != 1 or not is_dtm(values[0]):
            raise _failure(
                XdsCode.QUERY_PARAM_NUMBER,
                f"{name} attend une date",
                name,
                received=", ".join(values)[:100] or "aucune valeur",
                expected="une date AAAA[MM[JJ[hh[mm[ss]]]]]",
            )


def _check_choice(query: Query) -> None:
    names = codes.QUERIES[query.id].one_of
    given = [name for name in names if query.values(name)]
    if names and not given:
        raise _missing(names[0], " ou ".join(names))
    if len(given) > 1:
        raise _failure(
            XdsCode.QUERY_PARAM_NUMBER,
            f"un seul des paramètres {', '.join(names)} est admis",
            given[1],
            received=" et ".join(given),
            expected=" ou ".join(names),
            remedy=f"Retirez {' ou '.join(given)}.",
        )


def wanted_ids(query: Query) -> frozenset[str]:
    """Return the identifiers (unique ids, entryUUIDs, lids) that a query asks for."""
    if query.id not in codes.QUERIES:
        return frozenset()
    return frozenset(value for _, values in _named(query, Kind.IDS) for value in values)


# --- what it filters on


def criteria_of(query: Query) -> Criteria:
    """Return what a query that was checked filters on."""
    criteria = Criteria()
    for name, parameter in codes.QUERIES[query.id].parameters.items():
        for values in query.parameters.get(name, ()):
            criteria = _ADDED.get(parameter.kind, _unchanged)(criteria, parameter, values)
    return criteria


Values = tuple[str, ...]


def _unchanged(criteria: Criteria, _parameter: Parameter, _values: Values) -> Criteria:
    return criteria


def _status(criteria: Criteria, parameter: Parameter, values: Values) -> Criteria:
    return replace(criteria, statuses=(*criteria.statuses, values))


def _object_type(criteria: Criteria, _parameter: Parameter, values: Values) -> Criteria:
    return replace(criteria, object_types=(*criteria.object_types, values))


def _code(criteria: Criteria, parameter: Parameter, values: Values) -> Criteria:
    parted = (value.partition("^^") for value in values)
    wanted = tuple((code, scheme or None) for code, _, scheme in parted)
    return replace(criteria, codes=(*criteria.codes, HasCode(parameter.attribute, wanted)))


def _exact(criteria: Criteria, parameter: Parameter, values: Values) -> Criteria:
    if not parameter.attribute:
        return criteria
    wanted = tuple((value, None) for value in values)
    return replace(criteria, codes=(*criteria.codes, HasCode(parameter.attribute, wanted)))


def _like(criteria: Criteria, parameter: Parameter, values: Values) -> Criteria:
    return replace(criteria, likes=(*criteria.likes, IsLike(parameter.attribute, values)))


def _from(criteria: Criteria, parameter: Parameter, values: Values) -> Criteria:
    return replace(criteria, periods=(*criteria.periods, Period(parameter.attribute, dtm_floor(values[0]), True)))


def _to(criteria: Criteria, parameter: Parameter, values: Values) -> Criteria:
    return replace(criteria, periods=(*criteria.periods, Period(parameter.attribute, dtm_floor(values[0]), False)))


_ADDED: Mapping[Kind, Callable[[Criteria, Parameter, Values], Criteria]] = {
    Kind.STATUS: _status,
    Kind.OBJECT_TYPE: _object_type,
    Kind.CODE: _code,
    Kind.IDS: _exact,
    Kind.REFERENCE: _exact,
    Kind.AUTHOR: _like,
    Kind.FROM: _from,
    Kind.TO: _to,
}
