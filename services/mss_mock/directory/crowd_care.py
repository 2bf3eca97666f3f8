"""Generated activities of care, social equipments and heavy equipments: those of each hospital and home.

Source: own choice; see ``crowd``.
"""

from __future__ import annotations

from mss_mock.directory import tables
from mss_mock.directory.crowd_sites import INACTIVE, INACTIVE_AT, Sites, site_id
from mss_mock.directory.records import NIGHTS, Activity, Code, Equipment, Identifier

__all__ = ["CARES", "EQUIPMENTS", "Cares", "activity_id", "equipment_id"]

CARES, EQUIPMENTS = 3, 2
"""How many activities and equipments a hospital has; a home has one social equipment."""
CARE = (("01", "80", "01"), ("02", "81", "07"), ("04", "80", "02"))
"""Activity (R277), mode (R275), form (R276) of the three activities of a hospital."""
MACHINES = (("05602", "IMAGEX"), ("06201", "MAGNETA"))
"""Equipment (R272) and maker of the two of a hospital: scanner, MRI."""


def activity_id(index: int, cares: int) -> str:
    """Return the id of an activity; ``cares``: how many are activities of care."""
    return f"004-{1_000_000 + index}-{index % CARES + 1 if index < cares else 1:02d}"


def equipment_id(index: int) -> str:
    """Return the id of an equipment."""
    return f"002-{4_000_000 + index}"


class Cares(Sites):
    """The generated structures with what they are authorised to do and to have."""

    def activity(self, index: int) -> Activity:
        """Return an activity of care, or a social equipment."""
        cares = self.kinds["hopital"].count * CARES
        if index < cares:
            site = self.kinds["hopital"].start + index // CARES
            activity, mode, form = CARE[index % CARES]
            return Activity(
                id=activity_id(index, cares),
                identifiers=(Identifier("", tables.ARHGOS, f"0B-{index % 97 + 1:02d}-{40_000 + index}"),),
                active=index % INACTIVE != INACTIVE_AT,
                source="FINESS",
                night=index % NIGHTS,
                site=site_id(site),
                social=False,
                kind=Code(tables.CARE_ACTIVITY, activity),
                category=Code(tables.CARE_MODE, mode),
                characteristic=Code(tables.CARE_FORM, form),
                authorised=f"20{10 + index % 13}-03-01",
            )
        rank = index - cares
        return Activity(
            id=activity_id(index, cares),
            identifiers=(),
            active=rank % INACTIVE != INACTIVE_AT,
            source="FINESS",
            night=rank % NIGHTS,
            site=site_id(self.kinds["ehpad"].start + rank),
            social=True,
            kind=Code(tables.SOCIAL_ACTIVITY, "924"),
            characteristic=Code(tables.SOCIAL_MODE, "11" if rank % 13 else "21"),
            capacity=20 + rank % 61,
            authorised=f"20{10 + rank % 13}-09-01",
        )

    def equipment(self, index: int) -> Equipment:
        """Return a heavy equipment."""
        code, maker = MACHINES[index % EQUIPMENTS]
        return Equipment(
            id=equipment_id(index),
            identifiers=(Identifier("", tables.ARHGOS, f"0B-{index % 97 + 1:02d}-{60_000 + index}"),),
            active=index % INACTIVE != INACTIVE_AT,
            source="FINESS",
            night=index % NIGHTS,
            site=site_id(self.kinds["hopital"].start + index // EQUIPMENTS),
            kind=Code(tables.HEAVY_EQUIPMENT, code),
            maker=maker,
            serial=f"SN{index:06d}",
            authorised=f"20{10 + index % 13}-06-01",
        )

    def attached(self, kind: str, site: int) -> range:
        """Return the activities (HealthcareService) or equipments (Device) of a structure."""
        hospitals, homes = self.kinds["hopital"], self.kinds["ehpad"]
        each = CARES if kind == "HealthcareService" else EQUIPMENTS
        if hospitals.start <= site < hospitals.start + hospitals.count:
            first = (site - hospitals.start) * each
            return range(first, first + each)
        if kind == "HealthcareService" and homes.start <= site < homes.start + homes.count:
            first = hospitals.count * CARES + site - homes.start
            return range(first, first + 1)
        return range(0)
