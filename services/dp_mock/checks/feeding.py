"""What is sent to a dossier: units of split boxes, lots, products that were looked at before.

Source: docs/sources/dp.md#unites, #lots, #ruptures. Knows facts, codes and the past of the session.
"""

from __future__ import annotations

from dp_mock import codes
from dp_mock.codes import Kind
from dp_mock.facts import Fed, Feeding, LotLooked, ShortageLooked
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["FEEDING"]

TRACKED = frozenset({Kind.VACCINE, Kind.BIOLOGIC})


def _units(seen: Observed[Feeding]) -> Outcome:
    split = [(n, one) for n, one in enumerate(seen.facts.items, 1) if one.split or one.units]
    for number, one in split:
        where = f"dispensations[{number}]"
        if not one.split:
            remedy = "Mettez deconditionne à vrai quand vous donnez un nombre d'unités."
            received = f"unites : {one.units}, deconditionne : faux"
            return Violation(received, "deconditionne : vrai", where=f"{where}.deconditionne", remedy=remedy)
        if one.units < 1:
            received = f"deconditionne : vrai, unites : {one.units or 'absent'}"
            return Violation(received, "le nombre d'unités remises", where=f"{where}.unites")
    return bool(split)


def _recalled(seen: Observed[Feeding]) -> Outcome:
    for number, one in enumerate(seen.facts.items, 1):
        if one.recalled:
            received = f"{one.cip13}, lot {one.lot or 'absent'}, rappelé ({one.recalled})"
            return Violation(received, "un lot qui n'est pas rappelé", where=f"dispensations[{number}].lot")
    return any(one.lot for one in seen.facts.items) or None


def _lot_looked(seen: Observed[Feeding]) -> Outcome:
    with_lot = [(n, one) for n, one in enumerate(seen.facts.items, 1) if one.lot]
    for number, one in with_lot:
        if not _looked_at(seen, one):
            received = f"{one.cip13}, lot {one.lot}, sans contrôle"
            expected = f"GET rappels?cip13={one.cip13}&lot={one.lot} dans les 24 heures d'avant"
            return Violation(received, expected, where=f"dispensations[{number}].lot")
    return bool(with_lot)


def _looked_at(seen: Observed[Feeding], one: Fed) -> bool:
    return any(
        (looked.structure, looked.cip13, looked.lot) == (seen.facts.structure, one.cip13, one.lot)
        for past, looked in seen.history.all(LotLooked)
        if seen.age - past.at <= codes.CHECK_HOLDS
    )


def _lot_given(seen: Observed[Feeding]) -> Outcome:
    for number, one in enumerate(seen.facts.items, 1):
        if one.kind in TRACKED and not one.lot:
            received = f"{one.kind.value} {one.cip13}, sans lot"
            return Violation(received, "le lot lu sur la boîte", where=f"dispensations[{number}].lot")
    return None


def _shortage_looked(seen: Observed[Feeding]) -> Outcome:
    missing = [(n, one) for n, one in enumerate(seen.facts.items, 1) if one.missing]
    for number, one in missing:
        known = any(
            looked.structure == seen.facts.structure and looked.found and looked.cip13 in ("", one.cip13)
            for past, looked in seen.history.all(ShortageLooked)
            if seen.age - past.at <= codes.CHECK_HOLDS
        )
        if not known:
            received = f"{one.cip13}, en rupture, sans consultation de la conduite à tenir"
            expected = f"GET ruptures?cip13={one.cip13} dans les 24 heures d'avant"
            return Violation(received, expected, where=f"dispensations[{number}].cip13")
    return bool(missing)


def _unknown(seen: Observed[Feeding]) -> Outcome:
    unknown = [one.cip13 for one in seen.facts.items if not one.known]
    if not unknown:
        return None
    expected = "un CIP13 de l'extrait de la base de médicaments"
    return Violation(", ".join(unknown)[:120], expected, where="dispensations.cip13")


FEED_ONLY = frozenset({codes.FEED})

FEEDING = (
    Check(
        id="DP-UNITES",
        title="Une boîte déconditionnée est envoyée avec son nombre d'unités",
        reads=Feeding,
        test=_units,
        requirements=("LGO.DP.04",),
        source="docs/sources/dp.md#unites",
        remedy="Donnez dans unites le nombre d'unités de prise remises au patient.",
        operations=FEED_ONLY,
        explains=frozenset({"unites-absentes"}),
    ),
    Check(
        id="DP-LOT-RAPPELE",
        title="Aucun lot rappelé n'est délivré",
        reads=Feeding,
        test=_recalled,
        requirements=("LGO.DP.05",),
        source="docs/sources/dp.md#lots",
        remedy="Signalez le rappel au contrôle de dispensation et prenez une boîte d'un autre lot.",
        operations=FEED_ONLY,
    ),
    Check(
        id="DP-CONTROLE-LOT",
        title="Le lot délivré a été contrôlé avant la délivrance",
        reads=Feeding,
        test=_lot_looked,
        requirements=("LGO.DP.05",),
        source="docs/sources/dp.md#lots",
        remedy="Contrôlez chaque lot (GET /rappels) avant de délivrer la boîte.",
        confidence="M",
        operations=FEED_ONLY,
        severity=Severity.WARNING,
    ),
    Check(
        id="DP-LOT-ABSENT",
        title="Un vaccin ou un biologique est envoyé avec son lot",
        reads=Feeding,
        test=_lot_given,
        source="docs/sources/dp.md#lots",
        remedy="Lisez le datamatrix de la boîte, et envoyez le lot (identifiant GS1 10).",
        confidence="M",
        operations=FEED_ONLY,
        severity=Severity.WARNING,
    ),
    Check(
        id="DP-RUPTURE",
        title="La conduite à tenir a été demandée pour un médicament en rupture",
        reads=Feeding,
        test=_shortage_looked,
        requirements=("LGO.DP.06",),
        source="docs/sources/dp.md#ruptures",
        remedy="Demandez les ruptures (GET /ruptures) au contrôle de dispensation, et affichez la conduite à tenir.",
        confidence="M",
        operations=FEED_ONLY,
        severity=Severity.WARNING,
    ),
    Check(
        id="DP-CIP13-INCONNU",
        title="Le médicament n'est pas dans l'extrait du bac à sable",
        reads=Feeding,
        test=_unknown,
        source="docs/sources/dp.md#tolerances",
        remedy="Rien à corriger si ce code existe : le service réel le vérifierait, le bac à sable ne le peut pas.",
        confidence="B",
        operations=FEED_ONLY,
        severity=Severity.INFO,
    ),
)
