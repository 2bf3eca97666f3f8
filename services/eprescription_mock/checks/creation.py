"""What a new prescription must be, and what of it is accepted with a reserve.

Source: docs/sources/eprescription.md#tolerances, #ins, #prescription. Knows facts and codes.
"""

from __future__ import annotations

from eprescription_mock import codes
from eprescription_mock.facts import Order, Regrouped
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.refusals import Refusal

__all__ = ["CREATION"]

SUBJECT = "MedicationRequest.subject.identifier"


def _known_patient(seen: Observed[Order]) -> Outcome:
    if seen.facts.own_root:
        return None
    return Violation(
        seen.facts.matricule,
        "le matricule d'un patient du bac à sable",
        "Ce matricule bien formé n'est celui d'aucun patient fictif du bac à sable : n'utilisez pas d'identité réelle.",
        where=f"{SUBJECT}.value",
    )


def _own_root(seen: Observed[Order]) -> Outcome:
    order = seen.facts
    if order.own_root in ("", order.root) or seen.also(Refusal) is not None:
        return None
    remedy = f"Transmettez l'OID rendu par INSi : urn:oid:{order.own_root}."
    received, expected = f"urn:oid:{order.root}", f"urn:oid:{order.own_root}"
    return Violation(received, expected, where=f"{SUBJECT}.system", remedy=remedy)


def _unknown_drug(seen: Observed[Order]) -> Outcome:
    unknown = [one.cip13 or one.cis for one in seen.facts.products if not one.known]
    if not unknown:
        return None
    expected, where = "un CIS ou un CIP13 de l'extrait de la base de médicaments", "MedicationRequest.medication"
    return Violation(", ".join(unknown)[:120], expected, where=where)


def _marked_secured(seen: Observed[Order]) -> Outcome:
    unmarked = [one.cis or one.cip13 for one in seen.facts.products if one.secured]
    if not unmarked or codes.SECURE_PRESCRIPTION in seen.facts.kinds or seen.also(Refusal) is not None:
        return None
    received = f"{', '.join(unmarked)[:100]}, sans {codes.SECURE_PRESCRIPTION}"
    return Violation(received, codes.SECURE_PRESCRIPTION, where="MedicationRequest.category")


def _own_group(seen: Observed[Regrouped]) -> Outcome:
    received = f"{seen.facts.group}, déjà celui de {seen.facts.earlier}"
    return Violation(received, "un groupIdentifier neuf", where="MedicationRequest.groupIdentifier")


CREATION = (
    Check(
        id="EPRESC-PATIENT",
        title="Le patient est l'un des patients fictifs",
        reads=Order,
        test=_known_patient,
        source="docs/sources/README.md#personnes-fictives",
        remedy="Prenez un patient de la liste /_sandbox/v1/people.",
        operations=frozenset({codes.CREATE}),
        severity=Severity.WARNING,
    ),
    Check(
        id="EPRESC-RACINE-INS",
        title="La racine d'OID de l'INS est celle du patient",
        reads=Order,
        test=_own_root,
        source="docs/sources/eprescription.md#ins",
        remedy="Transmettez l'OID rendu par INSi avec le matricule.",
        operations=frozenset({codes.CREATE}),
        severity=Severity.WARNING,
    ),
    Check(
        id="EPRESC-HORS-EXTRAIT",
        title="Le médicament prescrit n'est pas dans l'extrait du bac à sable",
        reads=Order,
        test=_unknown_drug,
        source="docs/sources/eprescription.md#tolerances",
        remedy="Rien à corriger si ce code existe : le service réel le vérifierait, le bac à sable ne le peut pas.",
        confidence="B",
        operations=frozenset({codes.CREATE}),
        severity=Severity.INFO,
    ),
    Check(
        id="EPRESC-SECURISEE",
        title="L'ordonnance d'un médicament à prescrire sur ordonnance sécurisée est marquée sécurisée",
        reads=Order,
        test=_marked_secured,
        source="docs/sources/eprescription.md#ordonnance-securisee",
        remedy="Mettez MED-1098 (1.2.250.1.213.1.1.4.322) dans category.",
        confidence="M",
        operations=frozenset({codes.CREATE}),
        severity=Severity.WARNING,
    ),
    Check(
        id="EPRESC-GROUPE",
        title="Chaque ordonnance a son groupIdentifier",
        reads=Regrouped,
        test=_own_group,
        source="docs/sources/eprescription.md#prescription",
        remedy="Tirez un groupIdentifier neuf (un UUID) pour chaque ordonnance.",
        confidence="M",
        operations=frozenset({codes.CREATE}),
        severity=Severity.WARNING,
    ),
)
