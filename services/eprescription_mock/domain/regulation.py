"""What the regulation says of one drug: narcotics, fractions, thirty days, renewals in time, overlaps.

Source: docs/sources/eprescription.md (#stupefiants, #fractionnement, #trente-jours, #renouvellement, #chevauchement,
#bizone): conditions of the drug database, regulatory knowledge else. Moments are age time. Knows no wire, no store.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from eprescription_mock import codes
from eprescription_mock.domain.drugs import drug_of_line
from eprescription_mock.domain.quantities import Progress
from eprescription_mock.domain.values import Dispense, Line, Prescription, Refused, Rules
from health_documents.codes.drugs import Drug
from lgo_sandbox.watch.wording import counted

__all__ = ["check_bizone", "check_delivery", "check_overlap", "check_prescribed", "covered", "forbids_overlap"]

QUANTITY = "MedicationDispense.quantity"
HANDED_OVER = "MedicationDispense.whenHandedOver"


def check_prescribed(line: Line, drug: Drug, where: str) -> None:
    """Refuse a line that prescribes a drug against its conditions."""
    if line.repeats and codes.NARCOTIC in drug.conditions:
        received = f"{drug.name}, à renouveler {counted(line.repeats, 'fois', 'fois')}"
        place = f"{where}.dispenseRequest.numberOfRepeatsAllowed"
        raise Refused("stupefiant-renouvelable", f"ligne {line.id}", received=received, where=place)
    limits = [codes.DURATION_LIMITS[c] for c in drug.conditions if c in codes.DURATION_LIMITS]
    whole = line.days * line.deliveries
    if limits and whole > min(limits):
        raise Refused(
            "duree-limitee-depassee",
            f"ligne {line.id} : {whole} jours, au plus {min(limits)}",
            received=f"{drug.name} : {line.days} jours × {line.deliveries} livraisons, soit {whole} jours",
            expected=f"{min(limits)} jours au plus, renouvellements compris",
            where=f"{where}.dispenseRequest.expectedSupplyDuration",
        )


def check_bizone(lines: Sequence[Line], kinds: Sequence[str]) -> None:
    """Refuse a two-zone prescription whose upper zone is empty."""
    if codes.TWO_ZONES in kinds and not any(codes.ALD in line.flags for line in lines):
        received = f"{codes.TWO_ZONES}, et {counted(len(lines), 'ligne')} sans {codes.ALD}"
        raise Refused("bizone-sans-ald", received=received, where="MedicationRequest.category")


def check_delivery(p: Prescription, dispense: Dispense, before: Progress, now: datetime, rules: Rules) -> None:
    """Refuse a delivery that comes too early, or covers more days than may be delivered at once."""
    line, drug = before.line, drug_of_line(before.line)
    earlier = _last_delivery(p, line)
    fraction = _fraction(drug)
    if fraction and not _says(line, codes.AT_ONCE):
        _check_fraction(line, dispense, fraction, earlier, now)
    elif covered(line, dispense) > codes.MAX_DELIVERED_DAYS and dispense.quantity > 1:
        days = covered(line, dispense)
        received = f"{counted(dispense.quantity, 'boîte')} de la ligne {line.id}, pour {days} jours"
        raise Refused("delivrance-trop-longue", f"ligne {line.id}", received=received, where=QUANTITY)
    if before.closed and not before.current and earlier is not None and rules.renewal_margin is not None and line.days:
        soonest = earlier[0] + timedelta(days=line.days) - rules.renewal_margin
        if now < soonest:
            raise _too_early("renouvellement-premature", line, earlier[0], soonest, now)


def check_overlap(
    p: Prescription, others: Iterable[Prescription], dispenses: Sequence[Dispense], now: datetime
) -> None:
    """Refuse to deliver what another prescription of the patient still covers, where an overlap is forbidden."""
    for dispense in dispenses:
        line = p.line(dispense.line)
        drug = drug_of_line(line) if line else None
        if line is None or dispense.declined or drug is None or _says(line, codes.OVERLAP_ALLOWED):
            continue
        if not _may_not_overlap(drug):
            continue
        for other in others:
            _refuse_overlap(line, drug, other, now)


def forbids_overlap(p: Prescription) -> bool:
    """Tell whether a line is of a medicine that another prescription may not cover as well."""
    drugs = [drug_of_line(line) for line in p.lines]
    return any(drug is not None and _may_not_overlap(drug) for drug in drugs)


def _may_not_overlap(drug: Drug) -> bool:
    return any(one == codes.NARCOTIC or one.startswith(codes.NO_OVERLAP) for one in drug.conditions)


def covered(line: Line, dispense: Dispense) -> int:
    """Return how many days a delivery covers: as declared, else by its part of the prescribed boxes; 0 when unknown."""
    if dispense.days:
        return dispense.days
    return math.ceil(line.days * dispense.quantity / line.quantity) if line.quantity else 0


def _refuse_overlap(line: Line, drug: Drug, other: Prescription, now: datetime) -> None:
    for theirs in other.lines:
        same = drug_of_line(theirs)
        last = _last_delivery(other, theirs) if same and set(same.substances) & set(drug.substances) else None
        if last is None:
            continue
        until = last[0] + timedelta(days=covered(theirs, last[1]))
        if now + codes.OVERLAP_MARGIN < until:
            received = f"{drug.name}, couvert jusqu'au {until:%d/%m/%Y} par l'ordonnance {other.numero}"
            raise Refused("chevauchement", f"ligne {line.id}", received=received, where=HANDED_OVER)


def _check_fraction(
    line: Line, dispense: Dispense, fraction: int, earlier: tuple[datetime, Dispense] | None, now: datetime
) -> None:
    days = covered(line, dispense)
    if days > fraction:
        received = f"{counted(dispense.quantity, 'boîte')} de la ligne {line.id}, pour {days} jours"
        expected = f"une délivrance de {fraction} jours au plus"
        detail = f"ligne {line.id}"
        raise Refused("delivrance-fractionnee", detail, received=received, expected=expected, where=QUANTITY)
    if earlier is not None:
        soonest = earlier[0] + timedelta(days=covered(line, earlier[1])) - codes.OVERLAP_MARGIN
        if now < soonest:
            raise _too_early("fraction-prematuree", line, earlier[0], soonest, now)


def _too_early(code: str, line: Line, last: datetime, soonest: datetime, now: datetime) -> Refused:
    received = f"ligne {line.id}, délivrée le {last:%d/%m/%Y}, de nouveau le {now:%d/%m/%Y}"
    expected = f"au plus tôt le {soonest:%d/%m/%Y}"
    return Refused(code, f"ligne {line.id}", received=received, expected=expected, where=HANDED_OVER)


def _last_delivery(p: Prescription, line: Line) -> tuple[datetime, Dispense] | None:
    given = [(e.at, d) for e in p.deliveries for d in e.dispenses if d.line == line.id and not d.declined]
    return given[-1] if given else None


def _fraction(drug: Drug | None) -> int:
    found = [codes.FRACTIONS[one] for one in (drug.conditions if drug else ()) if one in codes.FRACTIONS]
    return min(found, default=0)


def _says(line: Line, words: str) -> bool:
    return words in line.posology.lower()
