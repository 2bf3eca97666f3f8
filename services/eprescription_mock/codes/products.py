"""The code systems that may name what is prescribed: which the service knows, and what a code of each looks like.

Source: docs/sources/eprescription.md#codes-produits (OIDs of the CDA examples, systems of the draft FHIR guide; the
guide's own address of Medicabase is a placeholder). Knows no behaviour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["ADMITTED", "KINDS", "KIND_OF_SYSTEM", "ProductKind"]

_ANSM = "http://data.esante.gouv.fr/ansm/medicament"
_OID = "urn:oid:1.2.250.1"


@dataclass(frozen=True, slots=True)
class ProductKind:
    """One kind of code: its name, its form in words and as a pattern; ``keyed`` when it ends in an EAN-13 key."""

    name: str
    form: str
    pattern: re.Pattern[str]
    systems: tuple[str, ...]
    keyed: bool = False


def _kind(name: str, form: str, pattern: str, *systems: str, keyed: bool = False) -> ProductKind:
    return ProductKind(name, form, re.compile(pattern, re.ASCII), systems, keyed)


KINDS: Mapping[str, ProductKind] = MappingProxyType(
    {
        one.name: one
        for one in (
            _kind("CIS", "8 chiffres", r"\d{8}", f"{_ANSM}/SpecialitePharmaceutique", f"{_OID}.213.2.3.1"),
            _kind(
                "CIP",
                "13 chiffres en 3400, clé EAN-13 juste",
                r"3400\d{9}",
                f"{_ANSM}/Presentation",
                f"{_OID}.213.2.3.2",
                f"{_OID}.215.200.1.1.1",
                keyed=True,
            ),
            _kind(
                "UCD",
                "13 chiffres en 3400, clé EAN-13 juste",
                r"3400\d{9}",
                f"{_ANSM}/UCD",
                f"{_OID}.215.200.1.1.2",
                keyed=True,
            ),
            _kind("Medicabase", "MV et 8 chiffres", r"MV\d{8}", "http://BogusSystemMedicabase.com", f"{_OID}.213.2.59"),
            _kind("SMS", "12 chiffres", r"\d{12}", f"{_ANSM}/codeSMS", "urn:oid:2.16.840.1.113883.3.6905.2"),
            _kind("substance ANSM", "5 chiffres", r"\d{5}", f"{_ANSM}/substance"),
        )
    }
)
KIND_OF_SYSTEM: Mapping[str, ProductKind] = MappingProxyType(
    {system: kind for kind in KINDS.values() for system in kind.systems}
)
ADMITTED = ", ".join(f"{kind.name} ({kind.systems[0]})" for kind in KINDS.values())
"""The known kinds and the system of each, for a refusal."""
