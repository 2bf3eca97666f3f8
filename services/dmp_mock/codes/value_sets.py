"""The value sets of the DMP's metadata, as codes: which there are, in which version, of which code systems.

Source: docs/sources/dmp.md#metadonnees-jeux-de-valeurs; a version is the day of the last change. Labels are not kept:
the DMP compares none. What was retired and still comes stands apart, and is remarked, never refused. A test compares
them with the official files where these are at hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from health_documents import oids
from health_documents.codes import systems

__all__ = ["J01", "J02", "J04", "J57", "J58", "J59", "J60", "J66", "ValueSet"]

_SOURCE = "docs/sources/dmp.md#metadonnees-jeux-de-valeurs"
_FUNCTIONS_2, _FUNCTIONS_3 = "1.2.250.1.213.1.6.1.4", "1.2.250.1.213.1.6.1.109"
_ACTIVITIES, _ACTIVITY_FORMS = oids.ACTIVITY, ""
"""The system of the forms of activity was read nowhere."""
_DICOM, _URN = "1.2.840.10008.2.6.1", "URN"


class ValueSet(NamedTuple):
    """A value set: name, OID, version, where it is described, and its codes with the system of each."""

    name: str
    oid: str
    version: str
    source: str
    codes: frozenset[tuple[str, str]]

    def has(self, code: str, system: str | None = None) -> bool:
        """Tell whether a code is in the set, under its system when one is given."""
        return (code, system) in self.codes if system is not None else code in self.names

    @property
    def names(self) -> frozenset[str]:
        """The codes, whatever their system."""
        return _names(self.codes)


@cache
def _names(codes: frozenset[tuple[str, str]]) -> frozenset[str]:
    return frozenset(code for code, _ in codes)


def _of(name: str, oid: str, version: str, **by_system: Iterable[str]) -> ValueSet:
    codes = {(code, _SYSTEMS[system]) for system, values in by_system.items() for code in values}
    return ValueSet(name, oid, version, _SOURCE, frozenset(codes))


def _span(prefix: str, first: int, last: int, *without: int, width: int = 2) -> list[str]:
    return [f"{prefix}{number:0{width}}" for number in range(first, last + 1) if number not in without]


def _each(words: str, prefix: str = "") -> list[str]:
    return [f"{prefix}{word}" for word in words.split()]


_SYSTEMS = {
    "specialties": oids.SPECIALTY,
    "functions": oids.FUNCTION_ROLE,
    "functions_2": _FUNCTIONS_2,
    "functions_3": _FUNCTIONS_3,
    "others": oids.AUTHOR_OTHER,
    "sectors": oids.FACILITY,
    "practices": oids.TRE_A01_PRACTICE,
    "classes": oids.TRE_A03_CLASS,
    "confidentiality": oids.CONFIDENTIALITY,
    "visibility": oids.TRE_A04_VISIBILITY,
    "activities": _ACTIVITIES,
    "forms": _ACTIVITY_FORMS,
    "ihe": oids.IHE_FORMAT,
    "french": oids.TRE_A06_FORMAT,
    "dicom": _DICOM,
    "urn": _URN,
}

_DOCTOR = [
    "G15_10",
    "G15_10/80",
    "G15_10/81",
    *_each("01 03 05 07 09 10 11 12 13 15 20 23 25 27 29 30 31 33 34 35 36 37 38 39 40 41 43 45 47 51", "G15_10/C"),
    *_each("52 54 57 58 60 62 68 69 71 72 75 76 83", "G15_10/C"),
    *_span("G15_10/CAPA", 1, 16),
    *(f"G15_10/CEX{number}" for number in (22, 24, 26, 64)),
    *_span("G15_10/DEC", 1, 24),
    *_span("G15_10/DSM", 200, 240, width=3),
    "G15_10/PAC00",
    *_span("G15_10/SM", 1, 95),
    *_span("G15_10/SST", 1, 26),
]
_PHARMACIST = [
    "G15_21",
    *(f"G15_21/{section}" for section in _each("A B C D DA DM E EA EB EC ED EG EH G H M")),
    *_span("G15_21/FQ", 1, 5),
]
_OTHERS = _each("26 28 31 32 39 40 50 60 69 70 80 81 82 83 84 85 86 91 92 94 95 96 98")

J01 = _of(
    "JDV_J01 authorSpecialty",
    "1.2.250.1.213.1.1.5.461",
    "2025-03-28",
    specialties=[
        *_DOCTOR,
        *_PHARMACIST,
        *(f"G15_{profession}" for profession in _OTHERS),
        *_span("G15_40/SCD", 1, 3),
        *_span("G15_60/SI", 1, 5),
        *(f"G16_{profession}" for profession in (10, 21, 40, 50)),
    ],
    functions=_span("", 300, 372, 350, 352, 369, width=3),
    functions_2=["41"],
    functions_3=["71", "72", "73", "93"],
    others=_each("ALIM_AM AUTOMATE DISPOSITIF EXP_PATIENT LOGICIEL_DUI SECRETARIAT_MEDICAL SNR"),
)
"""``G15_39`` (préparateur d'officine) left the set with the version of 2025 and is kept: cards still carry it."""

J02 = _of(
    "JDV_J02 healthcareFacilityTypeCode",
    "1.2.250.1.213.1.1.5.466",
    "2025-05-23",
    sectors=_span("SA", 1, 69, 11, 62),
    others=["EXP_PATIENT", "SNR"],
)

J04 = _of(
    "JDV_J04 practiceSettingCode",
    "1.2.250.1.213.1.1.5.467",
    "2024-09-27",
    practices=_each("AMBULATOIRE AMO DEPISTAGE ESSMS ETABLISSEMENT HAD MAD PALLIATIF SAD SAMU_SMUR"),
    others=["EXP_PATIENT", "SNR"],
)

J57 = _of(
    "JDV_J57 classCode (DMP)",
    "",
    "2023-09-22",
    classes=_each("10 11 31 42 43 44 45 52 60 90 95 99"),
)
"""Its OID was read nowhere (low); its codes are those of JDV_J06."""

J58 = _of(
    "JDV_J58 confidentialityCode (DMP)",
    "1.2.250.1.213.1.1.5.9",
    "2020-04-24",
    confidentiality=["N", "R", "V"],
    visibility=["INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX", "MASQUE_PS"],
)

J59 = _of(
    "JDV_J59 contentTypeCode (DMP)",
    "1.2.250.1.213.1.1.5.2",
    "2024-09-27",
    others=["EXP_PATIENT"],
    forms=["05", "11", "12"],
    activities=(
        _each("03 04 07 08 09 11 13 14 15 16 17 18 19 20 21 22 25 26 27 28 33 37 40 42 43 44 45 46 47 48 50 52 60 97")
    ),
    sectors=_span("SA", 5, 65, 62),
)

J60 = _of(
    "JDV_J60 formatCode (DMP)",
    "1.2.250.1.213.1.1.5.8",
    "2024-09-27",
    ihe=[
        *(f"urn:ihe:iti:xds-sd:{form}:2008" for form in ("pdf", "text")),
        *(f"urn:ihe:iti-fr:xds-sd:{form}:2010" for form in ("rtf", "jpeg", "tiff")),
        *(f"urn:ihe:pharm:{form}:2010" for form in ("pre", "dis")),
        "urn:ihe:lab:xd-lab:2008",
        "urn:ihe:pcc:ips:2020",
        "urn:ihe:iti:dsg:detached:2014",
        "urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013",
    ],
    french=[
        *(
            f"urn:asip:ci-sis:{form}"
            for form in ("vac:2019", "vac-note:2021", "vsm:2012", "ldl-ees:2017", "ldl-ses:2017")
        ),
        "urn:ans:ci-sis:trod:2024",
        "urn:ans:ci-sis:img-da:2022",
    ],
    dicom=["1.2.840.10008.5.1.4.1.1.88.59"],
    urn=["http://www.w3.org/2000/09/xmldsig#"],
)
"""The formats that public sources name; the set in full is not public."""

J66 = ValueSet(
    "JDV_J66 typeCode (DMP)",
    "1.2.250.1.213.1.1.5.7",
    "2024-09-27",
    "docs/sources/dmp.md#type-et-classe",
    frozenset((code.code, code.system) for code in systems.document_types().codes.values()),
)
"""The types that have a class (``health_documents.codes.systems.class_of``); ``11526-1`` left the set and is kept."""
