"""What an identity exchange, a consultation and a print must be.

Source: docs/sources/dp.md#identite, #durees, #vaccins, #impression. Knows facts and codes.
"""

from __future__ import annotations

from dp_mock import codes
from dp_mock.facts import Depth, Presented, Printed, Vaccines
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["DOSSIERS"]


def _identity(seen: Observed[Presented]) -> Outcome:
    sent = seen.facts
    if sent.quality != codes.QUALIFIED:
        remedy = "Qualifiez l'identité (INSi, puis pièce d'identité) avant de la transmettre au DP."
        return Violation(sent.quality or "absent", codes.QUALIFIED, where="statutIdentite", remedy=remedy)
    if sent.differs:
        return Violation(sent.sent or "absent", sent.right, where=sent.differs)
    return True


def _reachable(seen: Observed[Presented]) -> Outcome:
    if seen.facts.reachable:
        return True
    return Violation("aucune coordonnée", "courriel, téléphone ou adresse du patient", where="contact")


def _known(seen: Observed[Presented]) -> Outcome:
    if seen.facts.known:
        return None
    return Violation(seen.facts.matricule, "le matricule d'un patient du bac à sable", where="ins.matricule")


def _full_depth(seen: Observed[Depth]) -> Outcome:
    depth = seen.facts
    if depth.asked == depth.full:
        return True
    return Violation(f"mois={depth.asked}", f"mois={depth.full}, ou aucun paramètre", where="paramètre mois")


def _vaccines_apart(seen: Observed[Vaccines]) -> Outcome:
    since, floor = seen.facts.since, codes.VACCINES_SINCE.isoformat()
    if since <= floor:
        return True
    return Violation(f"depuis={since}", f"depuis={floor}, ou aucun paramètre", where="paramètre depuis")


def _whole_print(seen: Observed[Printed]) -> Outcome:
    missing = [part for part in codes.PRINT_PARTS if part not in seen.facts.parts]
    if not missing:
        return True
    received, expected = ", ".join(seen.facts.parts), ", ".join(codes.PRINT_PARTS)
    return Violation(received, expected, where="paramètre contenu")


DOSSIERS = (
    Check(
        id="DP-IDENTITE",
        title="L'identité transmise est qualifiée, et celle de l'INS",
        reads=Presented,
        test=_identity,
        requirements=("LGO.DP.01",),
        source="docs/sources/dp.md#identite",
        remedy="Reprenez les traits rendus par INSi pour ce matricule.",
        operations=frozenset({codes.IDENTITY}),
        explains=frozenset({"ins-non-qualifiee", "identite-differente"}),
    ),
    Check(
        id="DP-COORDONNEES",
        title="Les coordonnées du patient accompagnent son identité",
        reads=Presented,
        test=_reachable,
        requirements=("LGO.DP.01",),
        source="docs/sources/dp.md#creation",
        remedy="Transmettez une coordonnée du patient : l'Ordre l'informe à cette adresse avant de créer le dossier.",
        confidence="M",
        operations=frozenset({codes.IDENTITY}),
        severity=Severity.WARNING,
    ),
    Check(
        id="DP-PATIENT",
        title="Le patient est l'un des patients fictifs",
        reads=Presented,
        test=_known,
        source="docs/sources/README.md#personnes-fictives",
        remedy="Prenez un patient de la liste /_sandbox/v1/people.",
        operations=frozenset({codes.IDENTITY}),
        severity=Severity.WARNING,
    ),
    Check(
        id="DP-PROFONDEUR",
        title="Toute la profondeur visible de l'historique est demandée",
        reads=Depth,
        test=_full_depth,
        requirements=("LGO.DP.03",),
        source="docs/sources/dp.md#durees",
        remedy="Demandez et affichez les douze mois d'historique.",
        operations=frozenset({codes.HISTORY}),
    ),
    Check(
        id="DP-VACCINS",
        title="Les vaccins depuis septembre 2016 sont demandés à part",
        reads=Vaccines,
        test=_vaccines_apart,
        requirements=("LGO.DP.03",),
        source="docs/sources/dp.md#vaccins",
        remedy="Demandez les vaccins depuis septembre 2016, et affichez-les dans leur espace.",
        operations=frozenset({codes.VACCINES}),
    ),
    Check(
        id="DP-IMPRESSION",
        title="L'impression porte l'historique, les vaccins et les interventions",
        reads=Printed,
        test=_whole_print,
        requirements=("LGO.DP.02",),
        source="docs/sources/dp.md#impression",
        remedy="Proposez d'imprimer aussi les interventions (contenu=historique,vaccins,traces).",
        confidence="M",
        operations=frozenset({codes.PRINT}),
        severity=Severity.INFO,
    ),
)
