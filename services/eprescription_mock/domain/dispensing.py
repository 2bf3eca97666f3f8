"""The rules of an execution: lines, quantities, CIP13, substitution, non-delivery, changed posology.

Source: docs/sources/eprescription.md (cip13, quantite, substitution, posologie); the codes are ours. Knows no wire, no
store.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from eprescription_mock.codes import DECLINE_REASONS, MAX_DISPENSES, MAX_QUANTITY
from eprescription_mock.domain.drugs import known_drug
from eprescription_mock.domain.quantities import Progress, progress
from eprescription_mock.domain.regulation import check_delivery
from eprescription_mock.domain.values import Dispense, Line, Prescription, Refused, Rules
from health_documents.codes.drugs import Drug
from health_documents.identifiers import gtin_check_digit
from lgo_sandbox.watch.wording import counted

__all__ = ["bad_cip13", "checked_dispenses", "cip13_is_valid", "in_extract"]

CIP13_LENGTH = 13
CIP13_HEAD = "3400"


def cip13_is_valid(cip13: str) -> bool:
    """Tell whether thirteen digits begin like a medicine's code and end in the right check digit."""
    digits = len(cip13) == CIP13_LENGTH and cip13.isascii() and cip13.isdigit()
    return digits and cip13.startswith(CIP13_HEAD) and cip13[-1] == gtin_check_digit(cip13[:-1])


def bad_cip13(cip13: str, where: str) -> Refused:
    """Return the refusal of a code, with the key that it should have when it is the only fault."""
    digits = len(cip13) == CIP13_LENGTH and cip13.isascii() and cip13.isdigit() and cip13.startswith(CIP13_HEAD)
    expected = (
        f"{cip13[:-1]}{gtin_check_digit(cip13[:-1])}, si les douze premiers chiffres sont justes" if digits else ""
    )
    return Refused("cip-invalide", cip13 or "absent", received=cip13 or "absent", expected=expected, where=where)


def in_extract(cis: str, cip13: str) -> bool:
    """Tell whether the extract knows a medicine that is named; a line without one names nothing to know."""
    return not (cis or cip13) or known_drug(cis=cis, cip13=cip13) is not None


def checked_dispenses(
    prescription: Prescription, dispenses: Sequence[Dispense], now: datetime, rules: Rules
) -> tuple[Dispense, ...]:
    """Return the dispenses in the order they count: deliveries before non-deliveries. Raises Refused."""
    if not 0 < len(dispenses) <= MAX_DISPENSES:
        count = f"{len(dispenses)} dispensations"
        raise Refused("execution-vide", count, received=count, where="Bundle.entry")
    _refuse_used_identifiers(prescription, dispenses)
    ordered = sorted(dispenses, key=lambda dispense: bool(dispense.declined))
    reached = progress(prescription)
    for dispense in ordered:
        before = reached.get(dispense.line)
        if before is None:
            raise _unknown_line(prescription, dispense.line)
        _check(dispense, before)
        if not dispense.declined:
            check_delivery(prescription, dispense, before, now, rules)
        reached[dispense.line] = before.after(dispense)
    return tuple(ordered)


def _unknown_line(prescription: Prescription, line: str) -> Refused:
    known = [f"{prescription.numero}-{one.id}" for one in prescription.lines]
    return Refused(
        "ligne-inconnue",
        f"ligne « {line} »",
        received=f"ligne « {line} »",
        expected=f"une référence à {', '.join(known)}",
        where="MedicationDispense.authorizingPrescription",
    )


def _refuse_used_identifiers(prescription: Prescription, dispenses: Sequence[Dispense]) -> None:
    seen = {d.identifier for execution in prescription.deliveries for d in execution.dispenses if d.identifier}
    for dispense in dispenses:
        if dispense.identifier and dispense.identifier in seen:
            used = dispense.identifier
            where = "MedicationDispense.identifier"
            raise Refused("dispensation-deja-enregistree", used, received=used, where=where)
        seen.add(dispense.identifier)


def _check(dispense: Dispense, before: Progress) -> None:
    if dispense.declined:
        _check_decline(dispense, before)
    else:
        _check_quantity(dispense, before)
        _check_product(dispense, before.line)
        _check_posology(dispense, before.line)


def _check_decline(dispense: Dispense, before: Progress) -> None:
    if dispense.declined not in DECLINE_REASONS:
        raise Refused(
            "motif-inconnu",
            dispense.declined,
            received=dispense.declined,
            expected=", ".join(DECLINE_REASONS),
            where="MedicationDispense.statusReason",
        )
    if before.complete or before.exhausted:
        where = "MedicationDispense.status"
        received = f"declined pour la ligne {before.line.id}, dont il reste 0 boîte à délivrer maintenant"
        raise Refused("non-delivrance-incoherente", f"ligne {before.line.id}", received=received, where=where)


def _check_quantity(dispense: Dispense, before: Progress) -> None:
    where = "MedicationDispense.quantity"
    if not 0 < dispense.quantity <= MAX_QUANTITY:
        raise Refused("quantite-invalide", f"{dispense.quantity}", received=f"{dispense.quantity}", where=where)
    line = before.line
    if before.exhausted:
        boxes = counted(dispense.quantity, "boîte")
        received = f"{boxes} de la ligne {line.id}, livrée {line.deliveries} fois sur {line.deliveries}"
        raise Refused("renouvellements-epuises", f"ligne {line.id}", received=received, where=where)
    if dispense.quantity > before.remaining:
        raise Refused(
            "quantite-depassee",
            f"ligne {line.id} : {dispense.quantity} délivrées, {before.remaining} restantes",
            received=f"ligne {line.id} : {counted(dispense.quantity, 'boîte')}",
            expected=f"{counted(before.remaining, 'boîte')} au plus, le reste à délivrer de la ligne {line.id}",
            where=where,
        )


def _check_product(dispense: Dispense, line: Line) -> None:
    where = "MedicationDispense.medication"
    if line.lpp:
        received = f"la ligne {line.id}, dispositif LPP {line.lpp}, délivrée"
        raise Refused("dispositif-inconnu", f"LPP {line.lpp}", received=received, where=where)
    if not cip13_is_valid(dispense.cip13):
        raise bad_cip13(dispense.cip13, where)
    if dispense.cip13 == line.cip13 or not (line.cis or line.cip13):
        return
    given = known_drug(cip13=dispense.cip13)
    if given is None or given.cis != _prescribed_cis(line):
        _check_substitution(dispense, line, given)


def _prescribed_cis(line: Line) -> str:
    known = known_drug(cip13=line.cip13) if line.cip13 else None
    return line.cis or (known.cis if known else "")


def _check_substitution(dispense: Dispense, line: Line, given: Drug | None) -> None:
    where = "MedicationDispense.substitution"
    if not dispense.substituted:
        prescribed = line.cip13 or line.cis
        raise Refused(
            "substitution-non-declaree",
            f"prescrit {prescribed}, délivré {dispense.cip13}",
            received=f"{dispense.cip13}, wasSubstituted absent ou false",
            expected=f"{prescribed}, le médicament prescrit, ou wasSubstituted à true",
            where=where,
        )
    if dispense.substitution_reason:
        return
    if line.no_substitution:
        detail = f"ligne non substituable ({line.no_substitution})"
        received = (
            f"{dispense.cip13} substitué sans motif à la ligne {line.id}, non substituable ({line.no_substitution})"
        )
        raise Refused("substitution-sans-motif", detail, received=received, where=f"{where}.reason")
    known = known_drug(cis=_prescribed_cis(line))
    if given is not None and known is not None and not _same_group(given, known):
        received = f"{given.name} ({dispense.cip13}) substitué sans motif à {known.name}, d'un autre groupe générique"
        raise Refused("substitution-sans-motif", "hors du groupe générique", received=received, where=f"{where}.reason")


def _same_group(first: Drug, second: Drug) -> bool:
    return bool(first.generic_group) and first.generic_group == second.generic_group


def _check_posology(dispense: Dispense, line: Line) -> None:
    if dispense.posology and dispense.posology != line.posology and not dispense.note:
        raise Refused(
            "posologie-modifiee-sans-note",
            f"ligne {line.id}",
            received=f"« {dispense.posology} » sans note",
            expected=f"« {line.posology} », ou une note qui cite l'accord du prescripteur",
            where="MedicationDispense.note",
        )
