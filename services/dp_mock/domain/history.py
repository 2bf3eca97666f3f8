"""What of a dossier an officine may see, and what makes a product a vaccine or a biologic.

Source: docs/sources/dp.md#durees, #vaccins. Knows no wire, no store.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, datetime

from dp_mock import codes
from dp_mock.codes import Kind
from dp_mock.domain.values import Dispensation, Refused, Rules
from health_documents.codes.drugs import drug_of_cip13

__all__ = ["asked_months", "in_extract", "kind_of", "months_before", "name_of", "shown_medicines", "shown_vaccines"]


def kind_of(cip13: str) -> Kind:
    """Return what a product is; one that nobody knows is a medicine."""
    if cip13 in codes.VACCINE_CODES:
        return Kind.VACCINE
    return Kind.BIOLOGIC if cip13 in codes.BIOLOGIC_CODES else Kind.MEDICINE


def in_extract(cip13: str) -> bool:
    """Tell whether the extract of the drug database has a product."""
    try:
        return bool(drug_of_cip13(cip13))
    except KeyError:
        return False


def name_of(cip13: str) -> str:
    """Return the name of a product, its code for one that the extract has not."""
    return drug_of_cip13(cip13).name if in_extract(cip13) else f"CIP {cip13}"


def months_before(moment: datetime, months: int) -> datetime:
    """Return the same day some months earlier, or the last one of that month."""
    index = moment.year * 12 + moment.month - 1 - months
    year, month = divmod(index, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def asked_months(text: str, rules: Rules) -> int:
    """Return the depth that was asked for, all that may be seen without one. Raises Refused."""
    if not text:
        return rules.months
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= rules.months:
        return int(text)
    expected = f"un nombre de mois de 1 à {rules.months}"
    raise Refused("profondeur-refusee", text[:20], received=text, expected=expected, where="paramètre mois")


def shown_medicines(kept: Iterable[Dispensation], now: datetime, months: int) -> list[Dispensation]:
    """Return what is not a vaccine, newest first: ``months`` of it, three years of biologics whatever was asked."""
    since = {
        Kind.MEDICINE: months_before(now, months),
        Kind.BIOLOGIC: months_before(now, max(months, codes.BIOLOGIC_MONTHS)),
    }
    found = [one for one in kept if one.kind in since and one.at >= since[one.kind]]
    return sorted(found, key=lambda one: (one.at, one.identifier), reverse=True)


def shown_vaccines(kept: Iterable[Dispensation], now: datetime, rules: Rules, since: date | None) -> list[Dispensation]:
    """Return the vaccines, newest first: of twenty-one years, and since September 2016 unless the rules lift that."""
    first = months_before(now, codes.VACCINE_MONTHS).date()
    if rules.floor:
        first = max(first, codes.VACCINES_SINCE)
    first = max(first, since) if since else first
    found = [one for one in kept if one.kind is Kind.VACCINE and one.at.date() >= first]
    return sorted(found, key=lambda one: (one.at, one.identifier), reverse=True)
