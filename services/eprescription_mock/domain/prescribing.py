"""The rules of a new prescription, and the number and QR text that it gets.

Source: specs/eprescription.md §5 (durations, secured forms, substitution), §1.1 (TSO), §8.2 (simulated); rules are
regulatory knowledge unless the drug database says them. Knows no wire, no store.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from eprescription_mock import codes
from eprescription_mock.domain.dispensing import cip13_is_valid, known_drug
from eprescription_mock.domain.states import add_months
from eprescription_mock.domain.values import Line, Prescription, Refused
from health_documents.codes.drugs import Drug
from health_documents.identifiers import ROOTS_OF_INS, matricule_is_valid

__all__ = ["check_lines", "check_new", "number_of_qr", "qr_text", "refuse_bad_ins", "valid_number"]

_NUMBER = re.compile(rf"[0-9A-Z]{{{codes.NUMBER_LENGTH}}}")
_DIGIT = re.compile(r"\d")


def valid_number(text: str) -> bool:
    """Tell whether a text has the form of a number: 18 upper-case letters and digits."""
    return _NUMBER.fullmatch(text) is not None


def qr_text(numero: str) -> str:
    """Return what our QR code holds; the real payload is unknown."""
    return f"{codes.QR_PREFIX}{numero}"


def number_of_qr(text: str) -> str:
    """Return the number in a QR text. Raises Refused for anything else, however near it looks."""
    numero = text.removeprefix(codes.QR_PREFIX)
    if numero == text or not valid_number(numero):
        raise Refused("qr-illisible", f"{text[:40]!r}", "Parameters.parameter")
    return numero


def check_new(prescription: Prescription, now: datetime) -> None:
    """Refuse a prescription that breaks a rule; the drugs outside the extract are taken as they are named."""
    if prescription.prescribed_at > now + codes.CLOCK_TOLERANCE:
        raise Refused("date-invalide", "prescription datée dans le futur", "MedicationRequest.authoredOn")
    latest = add_months(prescription.prescribed_at, codes.MAX_MONTHS) + codes.LAST_DAY
    if not prescription.prescribed_at < prescription.valid_until <= latest:
        raise Refused("date-invalide", "fin de validité", "MedicationRequest.dispenseRequest.validityPeriod")
    check_lines(prescription.lines, prescription.kinds, prescription.dispenser)


def refuse_bad_ins(matricule: str, root: str) -> None:
    """Refuse a matricule whose form, key or root is wrong."""
    if root not in ROOTS_OF_INS or not matricule_is_valid(matricule):
        raise Refused("ins-invalide", f"{root}|{matricule}", "MedicationRequest.subject")


def check_lines(lines: Sequence[Line], kinds: Sequence[str] = (), dispenser: str = "") -> None:
    """Refuse lines that break a rule of prescription."""
    if not 0 < len(lines) <= codes.MAX_LINES:
        raise Refused("ordonnance-vide", f"{len(lines)} lignes")
    for line in lines:
        _check_numbers(line)
        if line.lpp:
            continue
        _check_drug(line, codes.SECURE_PRESCRIPTION in kinds, dispenser)


def _check_numbers(line: Line) -> None:
    where = "MedicationRequest.dispenseRequest"
    if not 0 < line.quantity <= codes.MAX_QUANTITY:
        raise Refused("quantite-invalide", f"{line.quantity}", f"{where}.quantity")
    if not 0 <= line.repeats <= codes.MAX_REPEATS:
        raise Refused("renouvellement-invalide", f"{line.repeats}", f"{where}.numberOfRepeatsAllowed")
    if not line.posology.strip():
        raise Refused("posologie-absente", f"ligne {line.id}", "MedicationRequest.dosageInstruction")
    if not 0 <= line.days * line.deliveries <= codes.MAX_DAYS:
        raise Refused("duree-depassee", f"ligne {line.id}", f"{where}.expectedSupplyDuration")


def _check_drug(line: Line, secured: bool, dispenser: str) -> None:
    where = "MedicationRequest.medication"
    if not line.cis and not line.cip13:
        raise Refused("medicament-invalide", f"ligne {line.id}", where)
    if line.cip13 and not cip13_is_valid(line.cip13):
        raise Refused("cip-invalide", line.cip13, where)
    known = known_drug(cis=line.cis, cip13=line.cip13)
    if known is not None and line.cis and known.cis != line.cis:
        raise Refused("medicament-invalide", f"CIP13 {line.cip13} et CIS {line.cis} ne vont pas ensemble", where)
    if (secured or (known is not None and known.needs_secure_prescription)) and _DIGIT.search(line.posology):
        raise Refused("toutes-lettres", f"ligne {line.id}", "MedicationRequest.dosageInstruction")
    if known is not None:
        _check_conditions(line, known, dispenser)


def _check_conditions(line: Line, known: Drug, dispenser: str) -> None:
    limits = [codes.DURATION_LIMITS[c] for c in known.conditions if c in codes.DURATION_LIMITS]
    if limits and line.days * line.deliveries > min(limits):
        detail = f"ligne {line.id} : {line.days * line.deliveries} jours, au plus {min(limits)}"
        raise Refused("duree-depassee", detail, "MedicationRequest.dispenseRequest")
    substitute = any(name in substance for substance in known.substances for name in codes.OPIOID_SUBSTITUTES)
    if substitute and not dispenser:
        raise Refused("tso-sans-dispensateur", f"ligne {line.id}", "MedicationRequest.dispenseRequest.performer")
