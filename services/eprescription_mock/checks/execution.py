"""What an execution must be: after a consultation, with true codes and quantities, by the one who calls.

Source: docs/sources/eprescription.md#consultation, #cip13, #quantite, #executant. Knows facts and codes.
"""

from __future__ import annotations

from collections import Counter

from eprescription_mock import codes
from eprescription_mock.codes.states import State
from eprescription_mock.domain.dispensing import cip13_is_valid
from eprescription_mock.facts import Caller, Declaration, Delivered, Delivery, Target
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.wording import counted

__all__ = ["EXECUTION"]

OVER = frozenset({State.ANNULEE, State.EXPIREE, State.EXECUTEE})


def _consulted_first(seen: Observed[Target]) -> Outcome:
    target, caller = seen.facts, seen.also(Caller)
    if target.state in OVER or caller is None:
        return None
    if target.state is State.EN_COURS:
        return target.holder == caller.structure
    received = f"exécution de {target.numero} à l'état {target.state}"
    return Violation(received, f"une consultation ouverte par {caller.structure}", where="adresse")


def _drugs(delivery: Delivery) -> list[Delivered]:
    return [one for one in delivery.items if not one.declined and not one.device]


def _cip13(seen: Observed[Delivery]) -> Outcome:
    sent = _drugs(seen.facts)
    wrong = [one.cip13[:20] or f"absent à la ligne {one.line}" for one in sent if not cip13_is_valid(one.cip13)]
    if wrong:
        expected, where = "un CIP13 dont la clé de contrôle est juste", "MedicationDispense.medication"
        return Violation(", ".join(wrong), expected, where=where)
    return bool(sent)


def _unknown_drug(seen: Observed[Delivery]) -> Outcome:
    unknown = [one.cip13 for one in _drugs(seen.facts) if cip13_is_valid(one.cip13) and not one.known]
    if not unknown:
        return None
    expected, where = "un CIP13 de l'extrait de la base de médicaments", "MedicationDispense.medication"
    return Violation(", ".join(unknown), expected, where=where)


def _quantity(seen: Observed[Delivery]) -> Outcome:
    delivered = [one for one in seen.facts.items if not one.declined]
    asked: Counter[str] = Counter()
    for one in delivered:
        asked[one.line] += one.quantity
    for one in delivered:
        if one.remaining is not None and not 0 < asked[one.line] <= one.remaining:
            return _too_many(one.line, asked[one.line], one.remaining)
    return bool(delivered)


def _too_many(line: str, asked: int, remaining: int) -> Violation:
    some = "1 boîte" if remaining == 1 else f"de 1 à {remaining} boîtes"
    expected = some if remaining else "aucune boîte : la livraison de la ligne est close"
    return Violation(f"ligne {line} : {counted(asked, 'boîte')}", expected, where="MedicationDispense.quantity")


def _completeness(seen: Observed[Delivery]) -> Outcome:
    told = [one for one in seen.facts.items if not one.declined and one.completeness in codes.COMPLETENESS]
    for one in told:
        if one.right_completeness and one.completeness != one.right_completeness:
            where = "MedicationDispense.type"
            return Violation(f"ligne {one.line} : {one.completeness}", one.right_completeness, where=where)
    return True if told else None


def _coherent_performer(seen: Observed[Declaration]) -> Outcome:
    named, caller = seen.facts.performers, seen.also(Caller)
    if not named or caller is None:
        return None
    own = (caller.professional, caller.structure, caller.professional[1:], caller.structure[1:])
    foreign = [number for number in named if number not in own]
    if not foreign:
        return True
    expected = f"{caller.professional} ou {caller.structure}"
    return Violation(", ".join(foreign)[:120], expected, where="MedicationDispense.performer.actor")


EXECUTION = (
    Check(
        id="EPRESC-CONSULTATION",
        title="L'ordonnance est consultée avant d'être exécutée",
        reads=Target,
        test=_consulted_first,
        requirements=("LGO.ePresc.03",),
        source="docs/sources/eprescription.md#consultation",
        remedy="Consultez l'ordonnance et exécutez-la avec le secret reçu, avant la fin du délai de consultation.",
        confidence="M",
        operations=frozenset({codes.EXECUTE}),
        explains=frozenset({"consultation-absente"}),
    ),
    Check(
        id="EPRESC-CIP13",
        title="Chaque ligne délivrée est identifiée par un CIP13 exact",
        reads=Delivery,
        test=_cip13,
        requirements=("RUM.01",),
        source="docs/sources/eprescription.md#cip13",
        remedy="Prenez le CIP13 de la base de médicaments ou du code lu sur la boîte, avec sa clé de contrôle.",
        confidence="M",
        operations=frozenset({codes.EXECUTE}),
        explains=frozenset({"cip-invalide"}),
    ),
    Check(
        id="EPRESC-CIP13-INCONNU",
        title="Le médicament délivré n'est pas dans l'extrait du bac à sable",
        reads=Delivery,
        test=_unknown_drug,
        source="docs/sources/eprescription.md#tolerances",
        remedy="Rien à corriger si ce CIP13 existe : le service réel le vérifierait, le bac à sable ne le peut pas.",
        confidence="B",
        operations=frozenset({codes.EXECUTE}),
        severity=Severity.INFO,
    ),
    Check(
        id="EPRESC-QUANTITE",
        title="La quantité délivrée ne dépasse pas ce qui reste",
        reads=Delivery,
        test=_quantity,
        source="docs/sources/eprescription.md#quantite",
        remedy="Limitez la délivrance au reste à délivrer que donne la consultation (extension reste-a-delivrer).",
        confidence="M",
        operations=frozenset({codes.EXECUTE}),
        explains=frozenset({"quantite-depassee", "quantite-invalide", "renouvellements-epuises"}),
    ),
    Check(
        id="EPRESC-COMPLETUDE",
        title="La complétude déclarée est celle des quantités",
        reads=Delivery,
        test=_completeness,
        source="docs/sources/eprescription.md#codes-produits",
        remedy="FFC ou FFP pour une première livraison complète ou partielle, RFC ou RFP pour un renouvellement.",
        confidence="M",
        operations=frozenset({codes.EXECUTE}),
        severity=Severity.WARNING,
    ),
    Check(
        id="EPRESC-EXECUTANT",
        title="L'exécutant déclaré est celui du jeton et de la structure",
        reads=Declaration,
        test=_coherent_performer,
        requirements=("LGO.TBB.05",),
        source="docs/sources/eprescription.md#executant",
        remedy="Mettez dans MedicationDispense.performer le PS_IdNat du porteur du jeton ou le numéro de sa structure.",
        confidence="M",
        operations=frozenset({codes.EXECUTE}),
    ),
)
