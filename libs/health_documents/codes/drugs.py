"""The medicines that the sandbox knows: a small extract of the public drug database (BDPM).

Source: specs/eprescription.md §6 (58 medicines, extraction of 2026-07-24, Licence Ouverte Etalab, see
``data/bdpm-2026-07-24.SOURCE.txt``); confidence high for the data, which is out of date by nature and serves no care.
Knows no document and no service.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

__all__ = ["EXTRACTION_DATE", "SOURCE", "Drug", "drug", "drug_of_cip13", "drugs"]

SOURCE = "Base de données publique des médicaments (BDPM), Licence Ouverte Etalab"
EXTRACTION_DATE = "2026-07-24"


@dataclass(frozen=True, slots=True)
class Drug:
    """A presentation of a medicine.

    ``generic_type`` is that of the BDPM: ``0`` princeps, ``1`` generic, ``2`` complementary posology,
    ``4`` substitutable, empty out of any group. ``atc`` is known for some medicines only, ``price`` is in
    euros, None when free.
    """

    cis: str
    cip13: str
    name: str
    form: str
    routes: tuple[str, ...]
    substances: tuple[str, ...]
    presentation: str
    generic_group: str
    generic_type: str
    atc: str
    conditions: tuple[str, ...]
    rate: str
    price: Decimal | None
    authorisation: str
    marketing: str

    @property
    def needs_secure_prescription(self) -> bool:
        """Tell whether the prescription must be written in words on a secure form."""
        return any("ordonnance sécurisée" in condition or "stupéfiant" in condition for condition in self.conditions)


@cache
def drugs() -> tuple[Drug, ...]:
    """Return all medicines, in the order of the extract."""
    name = f"data/bdpm-{EXTRACTION_DATE}.csv"
    text = files("health_documents").joinpath(name).read_text(encoding="utf-8")
    return tuple(_drug(row) for row in csv.DictReader(text.splitlines()))


def drug(cis: str) -> Drug:
    """Return the medicine with this CIS; KeyError when the extract has it not."""
    return _indexes()[0][cis]


def drug_of_cip13(cip13: str) -> Drug:
    """Return the medicine with this CIP13; KeyError when the extract has it not."""
    return _indexes()[1][cip13]


@cache
def _indexes() -> tuple[dict[str, Drug], dict[str, Drug]]:
    return {one.cis: one for one in drugs()}, {one.cip13: one for one in drugs()}


def _drug(row: dict[str, str]) -> Drug:
    return Drug(
        cis=row["cis"],
        cip13=row["cip13"],
        name=row["denomination"],
        form=row["forme"],
        routes=_parts(row["voies"]),
        substances=_parts(row["substances_actives"]),
        presentation=" ".join(row["presentation"].split()),
        generic_group=row["groupe_generique"],
        generic_type=row["type_generique"],
        atc=row["atc_from_CIS_MITM"],
        conditions=_parts(row["conditions_prescription"]),
        rate=row["taux"],
        price=Decimal(row["prix"].replace(",", ".")) if row["prix"] else None,
        authorisation=row["statut_amm"],
        marketing=row["commercialisation"],
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())
