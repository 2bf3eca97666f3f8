"""The rules of an execution: lines, quantities, CIP13, substitution, non-delivery, changed posology.

Source: specs/eprescription.md §5 and §8.4 (422), §6 (CIP13, generic groups); the codes are ours. Knows no
wire, no store.
"""

from __future__ import annotations

from collections.abc import Sequence

from eprescription_mock.codes import DECLINE_REASONS, MAX_DISPENSES, MAX_QUANTITY
from eprescription_mock.domain.quantities import Progress, progress
from eprescription_mock.domain.values import Dispense, Line, Prescription, Refused
from health_documents.codes.drugs import Drug, drug, drug_of_cip13
from health_documents.identifiers import gtin_check_digit

__all__ = ["checked_dispenses", "cip13_is_valid", "known_drug"]

CIP13_LENGTH = 13
CIP13_HEAD = "3400"


def cip13_is_valid(cip13: str) -> bool:
    """Tell whether thirteen digits begin like a medicine's code and end in the right check digit."""
    digits = len(cip13) == CIP13_LENGTH and cip13.isascii() and cip13.isdigit()
    return digits and cip13.startswith(CIP13_HEAD) and cip13[-1] == gtin_check_digit(cip13[:-1])


def known_drug(*, cis: str = "", cip13: str = "") -> Drug | None:
    """Return the medicine of the extract with this CIP13 or CIS, None when it has it not."""
    try:
        return drug_of_cip13(cip13) if cip13 else drug(cis)
    except KeyError:
        return None


def checked_dispenses(prescription: Prescription, dispenses: Sequence[Dispense]) -> tuple[Dispense, ...]:
    """Return the dispenses in the order they count: deliveries before non-deliveries. Raises Refused."""
    if not 0 < len(dispenses) <= MAX_DISPENSES:
        raise Refused("execution-vide", f"{len(dispenses)} dispensations")
    _refuse_used_identifiers(prescription, dispenses)
    ordered = sorted(dispenses, key=lambda dispense: bool(dispense.declined))
    reached = progress(prescription)
    for dispense in ordered:
        before = reached.get(dispense.line)
        if before is None:
            raise Refused("ligne-inconnue", f"ligne {dispense.line!r}", "MedicationDispense.authorizingPrescription")
        _check(dispense, before)
        reached[dispense.line] = before.after(dispense)
    return tuple(ordered)


def _refuse_used_identifiers(prescription: Prescription, dispenses: Sequence[Dispense]) -> None:
    seen = {d.identifier for execution in prescription.deliveries for d in execution.dispenses if d.identifier}
    for dispense in dispenses:
        if dispense.identifier and dispense.identifier in seen:
            raise Refused("dispensation-deja-enregistree", dispense.identifier, "MedicationDispense.identifier")
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
        raise Refused("motif-inconnu", dispense.declined, "MedicationDispense.statusReason")
    if before.complete or before.exhausted:
        raise Refused("non-delivrance-incoherente", f"ligne {before.line.id}")


def _check_quantity(dispense: Dispense, before: Progress) -> None:
    where = "MedicationDispense.quantity"
    if not 0 < dispense.quantity <= MAX_QUANTITY:
        raise Refused("quantite-invalide", f"{dispense.quantity}", where)
    if before.exhausted:
        raise Refused("renouvellements-epuises", f"ligne {before.line.id}", where)
    if dispense.quantity > before.remaining:
        detail = f"ligne {before.line.id} : {dispense.quantity} délivrées, {before.remaining} restantes"
        raise Refused("quantite-depassee", detail, where)


def _check_product(dispense: Dispense, line: Line) -> None:
    where = "MedicationDispense.medication"
    if line.lpp:
        raise Refused("dispositif-inconnu", f"LPP {line.lpp}", where)
    if not cip13_is_valid(dispense.cip13):
        raise Refused("cip-invalide", dispense.cip13 or "absent", where)
    if dispense.cip13 == line.cip13:
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
        raise Refused(
            "substitution-non-declaree", f"prescrit {line.cip13 or line.cis}, délivré {dispense.cip13}", where
        )
    if dispense.substitution_reason:
        return
    if line.no_substitution:
        raise Refused("substitution-sans-motif", f"ligne non substituable ({line.no_substitution})", where)
    prescribed = known_drug(cis=_prescribed_cis(line))
    if given is not None and prescribed is not None and not _same_group(given, prescribed):
        raise Refused("substitution-sans-motif", "hors du groupe générique", where)


def _same_group(first: Drug, second: Drug) -> bool:
    return bool(first.generic_group) and first.generic_group == second.generic_group


def _check_posology(dispense: Dispense, line: Line) -> None:
    if dispense.posology and dispense.posology != line.posology and not dispense.note:
        raise Refused("posologie-modifiee-sans-note", f"ligne {line.id}", "MedicationDispense.dosageInstruction")
