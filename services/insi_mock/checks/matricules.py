"""What we reproach the matricules of a request: their key, how they are cut, their OID.

Source: docs/sources/insi.md#cle, #oid, #tolerances. Reads the matricules as they are written.
"""

from __future__ import annotations

import re

from health_documents.identifiers import OID_INS_NIR, ROOTS_OF_INS, matricule_is_valid, nir_key
from insi_mock.checks.operations import ON_CARDS, ON_CLAIMS
from insi_mock.domain import Matricule
from insi_mock.facts import ClaimAsked, MatriculesSent, Searched
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.wording import counted

__all__ = ["MATRICULES"]

_NUMBER, _WHOLE = 13, 15
_FORM = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?")
_CALLS = ON_CARDS | ON_CLAIMS


def _key(seen: Observed[MatriculesSent]) -> Outcome:
    """Only fifteen characters have a key to be wrong; kept once an answer had a wrong one to tempt with.

    To verify a matricule that is none is to call with a wrong one too; a card's is refused before.
    """
    if seen.operation in ON_CLAIMS and (none := next(filter(_is_none, seen.facts.matricules), None)):
        return _of_no_form(none)
    given = [one for one in seen.facts.matricules if len(one.whole) == _WHOLE]
    wrong = next((one for one in given if not matricule_is_valid(one.whole)), None)
    if wrong is None:
        return (bool(given) and _was_tempted(seen)) or None
    number = wrong.whole[:_NUMBER]
    right = _key_of(number)
    if not right:
        return None
    remedy = f"Contrôlez la saisie de {number} : sa clé serait {right}. Une clé fausse arrête l'appel à INSi."
    return Violation(f"{wrong.whole}, clé {wrong.whole[_NUMBER:]}", f"clé {right}", "", remedy, f"{wrong.element}/Cle")


def _is_none(one: Matricule) -> bool:
    return bool(one.whole) and not _FORM.fullmatch(one.whole)


def _of_no_form(one: Matricule) -> Violation:
    expected = "cinq chiffres, le département (2A et 2B admis), six chiffres, puis la clé de deux chiffres"
    remedy = f"Contrôlez la saisie de {one.whole} : un matricule mal formé arrête l'appel à INSi."
    received = f"{one.whole}, {counted(len(one.whole), 'caractère')}"
    return Violation(received, expected, "Ce n'est pas un matricule", remedy, f"{one.element}/NumIdentifiant")


def _was_tempted(seen: Observed[MatriculesSent]) -> bool:
    answers = (searched.identity for _, searched in seen.history.all(Searched))
    return any(not matricule_is_valid(identity.matricule) for identity in answers if identity)


def _key_of(number: str) -> str:
    try:
        return nir_key(number)
    except ValueError:
        return ""


def _key_given(seen: Observed[MatriculesSent]) -> Outcome:
    lacking = next((one for one in seen.facts.matricules if len(one.whole) == _NUMBER and not one.key), None)
    if lacking is None:
        return bool(seen.facts.matricules) or None
    right = _key_of(lacking.number)
    remedy = f"Ajoutez <Cle>{right}</Cle> après NumIdentifiant." if right else "Ajoutez Cle après NumIdentifiant."
    return Violation(f"{lacking.number}, sans clé", f"Cle {right}".strip(), "", remedy, f"{lacking.element}/Cle")


def _cut(seen: Observed[MatriculesSent]) -> Outcome:
    together = next((one for one in seen.facts.matricules if _is_together(one)), None)
    if together is None:
        return bool(seen.facts.matricules) or None
    number, key = together.whole[:_NUMBER], together.whole[_NUMBER:]
    remedy = f"Envoyez « {number} » dans NumIdentifiant et « {key} » dans Cle."
    expected = f"{_NUMBER} caractères dans NumIdentifiant, 2 dans Cle"
    return Violation(together.number, expected, "", remedy, f"{together.element}/NumIdentifiant")


def _is_together(one: Matricule) -> bool:
    return len(one.whole) == _WHOLE and len(one.number) != _NUMBER


def _root(seen: Observed[ClaimAsked]) -> Outcome:
    given = [(matricule, oid) for matricule, oid in seen.facts.claimed if oid]
    wrong = next((oid for _, oid in given if oid not in ROOTS_OF_INS), None)
    if wrong is None:
        return bool(given) or None
    remedy = f"Envoyez « {OID_INS_NIR} » dans OID, la racine d'un INS qui est un NIR."
    return Violation(wrong, " ou ".join(sorted(ROOTS_OF_INS)), "", remedy, "INSFourni/OID")


MATRICULES = (
    Check(
        id="INSI-CLE",
        title="Aucun appel avec un matricule dont la clé est fausse",
        reads=MatriculesSent,
        test=_key,
        requirements=("INS/va1.41",),
        source="docs/sources/insi.md#cle",
        remedy="Contrôlez la clé du matricule avant d'appeler INSi.",
        operations=_CALLS,
    ),
    Check(
        id="INSI-CLE-ABSENTE",
        title="Matricule envoyé avec sa clé",
        reads=MatriculesSent,
        test=_key_given,
        source="docs/sources/insi.md#tolerances",
        remedy="Envoyez la clé du matricule dans Cle.",
        confidence="L",
        operations=_CALLS,
        severity=Severity.INFO,
    ),
    Check(
        id="INSI-CLE-SEPAREE",
        title="Numéro et clé du matricule dans deux éléments",
        reads=MatriculesSent,
        test=_cut,
        source="docs/sources/insi.md#tolerances",
        remedy="Envoyez treize caractères dans NumIdentifiant et la clé dans Cle.",
        confidence="L",
        operations=_CALLS,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-OID",
        title="OID d'un INS",
        reads=ClaimAsked,
        test=_root,
        source="docs/sources/insi.md#oid",
        remedy="Envoyez avec le matricule l'OID qu'INSi a rendu.",
        operations=ON_CLAIMS,
        severity=Severity.WARNING,
    ),
)
