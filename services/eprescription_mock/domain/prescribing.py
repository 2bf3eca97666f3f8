"""The rules of a new prescription, and the number and QR text that it gets.

Source: docs/sources/eprescription.md (delais, ordonnance-securisee, substitution, qr); rules are regulatory knowledge
unless the drug database says them. Knows no wire, no store.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from eprescription_mock import codes
from eprescription_mock.domain.dispensing import bad_cip13, cip13_is_valid
from eprescription_mock.domain.drugs import known_drug
from eprescription_mock.domain.reading_code import told
from eprescription_mock.domain.regulation import check_bizone, check_prescribed
from eprescription_mock.domain.states import add_months
from eprescription_mock.domain.values import Line, Prescription, Refused
from health_documents.codes.drugs import Drug
from health_documents.identifiers import ROOTS_OF_INS, matricule_is_valid, nir_key
from lgo_sandbox.watch.wording import visible

__all__ = [
    "check_lines",
    "check_new",
    "checked_number",
    "number_of_qr",
    "qr_text",
    "refuse_bad_ins",
    "same_order",
    "valid_number",
]

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
        what, remedy = told(text)
        received, where = f"« {visible(text)} » : {what}", "Parameters.parameter.qrToken"
        raise Refused("qr-illisible", what, received=received, where=where, remedy=remedy)
    return numero


def checked_number(number: str, code_2d: str, where: str) -> str:
    """Return the number that a prescriber's software has drawn. Raises Refused when it or its 2D code is wrong."""
    if not number:
        raise Refused("numero-absent", received="absent", where=where)
    if not valid_number(number):
        raise Refused("numero-mal-forme", number[:40], received=f"« {number} »", where=f"{where}.value")
    if code_2d and code_2d != qr_text(number):
        received, expected = f"« {code_2d} »", f"« {qr_text(number)} »"
        raise Refused("code-2d-different", received=received, expected=expected, where=f"{where}.extension")
    return number


def check_new(prescription: Prescription, now: datetime) -> None:
    """Refuse a prescription that breaks a rule; the drugs outside the extract are taken as they are named."""
    if prescription.prescribed_at > now + codes.CLOCK_TOLERANCE:
        raise Refused(
            "date-invalide",
            "prescription datée dans le futur",
            received=f"{prescription.authored_on}, dans le futur",
            expected="le moment de la prescription, passé",
            where="MedicationRequest.authoredOn",
        )
    latest = add_months(prescription.prescribed_at, codes.MAX_MONTHS) + codes.LAST_DAY
    if not prescription.prescribed_at < prescription.valid_until <= latest:
        raise Refused(
            "validite-depassee",
            "fin de validité",
            received=f"{prescription.valid_until.date()} pour une prescription du {prescription.prescribed_at.date()}",
            expected=f"après le {prescription.prescribed_at.date()}, au plus tard le {latest.date()}",
            where="MedicationRequest.dispenseRequest.validityPeriod.end",
        )
    check_lines(prescription.lines, prescription.kinds, prescription.dispenser)


def same_order(first: Prescription, second: Prescription) -> bool:
    """Tell whether two prescriptions ask for the same: then one is the other, sent again."""
    same = all(getattr(first, name) == getattr(second, name) for name in ("matricule", "kinds", "dispenser"))
    return same and _unsourced(first.lines) == _unsourced(second.lines)


def _unsourced(lines: Sequence[Line]) -> list[Line]:
    return [replace(line, source="") for line in lines]


def refuse_bad_ins(matricule: str, root: str, where: str = "MedicationRequest.subject.identifier") -> None:
    """Refuse a matricule whose form, key or root is wrong."""
    detail = f"{root}|{matricule}"
    if root not in ROOTS_OF_INS:
        roots = ", ".join(f"urn:oid:{one}" for one in sorted(ROOTS_OF_INS))
        received = f"racine « {root} »"
        raise Refused("ins-invalide", detail, received=received, expected=roots, where=f"{where}.system")
    if not matricule_is_valid(matricule):
        received, expected = f"matricule « {matricule} »", _right_matricule(matricule)
        raise Refused("ins-invalide", detail, received=received, expected=expected, where=f"{where}.value")


def _right_matricule(matricule: str) -> str:
    with contextlib.suppress(ValueError):
        return f"{matricule[:13]}{nir_key(matricule[:13])}, si les treize premiers caractères sont justes"
    return ""


def check_lines(lines: Sequence[Line], kinds: Sequence[str] = (), dispenser: str = "") -> None:
    """Refuse lines that break a rule of prescription."""
    if not 0 < len(lines) <= codes.MAX_LINES:
        raise Refused("ordonnance-vide", f"{len(lines)} lignes", received=f"{len(lines)} lignes", where="Bundle.entry")
    check_bizone(lines, kinds)
    for line in lines:
        _check_numbers(line)
        if line.lpp:
            continue
        _check_drug(line, codes.SECURE_PRESCRIPTION in kinds, dispenser)


def _check_numbers(line: Line) -> None:
    request, named = f"{_where(line)}.dispenseRequest", f"ligne {line.id}"
    if not 0 <= line.quantity <= codes.MAX_QUANTITY:
        where = f"{request}.quantity"
        raise Refused("quantite-invalide", f"{line.quantity}", received=f"{line.quantity}", where=where)
    if not 0 <= line.repeats <= codes.MAX_REPEATS:
        where = f"{request}.numberOfRepeatsAllowed"
        raise Refused("renouvellement-invalide", f"{line.repeats}", received=f"{line.repeats}", where=where)
    if not line.posology.strip() and not line.lpp:
        where = f"{_where(line)}.dosageInstruction.text"
        raise Refused("posologie-absente", named, received="absent", where=where)
    if not 0 <= line.days * line.deliveries <= codes.MAX_DAYS:
        raise _too_long(line, named, codes.MAX_DAYS)


def _where(line: Line) -> str:
    return f"{'DeviceRequest' if line.lpp else 'MedicationRequest'}[{line.id}]"


def _too_long(line: Line, detail: str, limit: int) -> Refused:
    return Refused(
        "duree-depassee",
        detail,
        received=f"{line.days} jours × {line.deliveries} livraisons, soit {line.days * line.deliveries} jours",
        expected=f"{limit} jours au plus, renouvellements compris",
        where=f"{_where(line)}.dispenseRequest.expectedSupplyDuration",
    )


def _check_drug(line: Line, secured: bool, dispenser: str) -> None:
    known = _checked_product(line, f"{_where(line)}.medication")
    if (secured or (known is not None and known.needs_secure_prescription)) and _DIGIT.search(line.posology):
        where = f"{_where(line)}.dosageInstruction.text"
        raise Refused("toutes-lettres", f"ligne {line.id}", received=f"« {line.posology} »", where=where)
    if known is not None:
        _check_conditions(line, known, dispenser)


def _checked_product(line: Line, where: str) -> Drug | None:
    if line.other and not line.cis and not line.cip13:
        return None
    if not line.cis and not line.cip13:
        received = f"« {line.name} » sans CIS ni CIP13" if line.name else "absent"
        raise Refused("medicament-invalide", f"ligne {line.id}", received=received, where=where)
    if line.cip13 and not cip13_is_valid(line.cip13):
        raise bad_cip13(line.cip13, where)
    known = known_drug(cis=line.cis, cip13=line.cip13)
    if known is not None and line.cis and known.cis != line.cis:
        detail = f"CIP13 {line.cip13} et CIS {line.cis} ne vont pas ensemble"
        expected = f"le CIS {known.cis} pour ce CIP13"
        raise Refused("medicament-invalide", detail, received=detail, expected=expected, where=where)
    return known


def _check_conditions(line: Line, known: Drug, dispenser: str) -> None:
    check_prescribed(line, known, _where(line))
    substitute = any(name in substance for substance in known.substances for name in codes.OPIOID_SUBSTITUTES)
    if substitute and not dispenser:
        where = f"{_where(line)}.dispenseRequest.performer"
        received = f"{line.name}, sans officine désignée"
        raise Refused("tso-sans-dispensateur", f"ligne {line.id}", received=received, where=where)
