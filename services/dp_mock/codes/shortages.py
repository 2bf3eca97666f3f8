"""The shortages that the simulation tells of: invented, on medicines of the extract, one for each conduct.

Source: docs/sources/dp.md#ruptures: that there is a conduct to hold and, for some, an emergency supply is known; every
text and date here is ours and serves no care. Knows no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["SHORTAGES", "Shortage"]


@dataclass(frozen=True, slots=True)
class Shortage:
    """A medicine that is missing. ``supply``: its laboratory takes emergency requests, and ``granted`` them.

    ``back_in_days`` counts from the day one asks: the seeds age with no date.
    """

    cip13: str
    status: str
    conduct: str
    alternatives: tuple[str, ...]
    supply: bool
    granted: bool
    back_in_days: int


OZEMPIC, KEPPRA, AMOXICILLINE = "3400930151105", "3400935601650", "3400933857042"
CLAMOXYL = "3400931587538"

SHORTAGES: Mapping[str, Shortage] = MappingProxyType(
    {
        one.cip13: one
        for one in (
            Shortage(
                OZEMPIC,
                "tension",
                "[Fictif] Réserver aux patients déjà traités ; pas d'initiation ; dépannage possible au laboratoire.",
                (),
                supply=True,
                granted=True,
                back_in_days=45,
            ),
            Shortage(
                KEPPRA,
                "rupture",
                "[Fictif] Ne pas interrompre le traitement ; joindre le prescripteur ; dépannage selon les stocks.",
                (),
                supply=True,
                granted=False,
                back_in_days=21,
            ),
            Shortage(
                AMOXICILLINE,
                "rupture",
                "[Fictif] Délivrer une autre présentation du groupe générique ; dispenser à l'unité si possible.",
                (CLAMOXYL,),
                supply=False,
                granted=False,
                back_in_days=14,
            ),
        )
    }
)
"""By CIP13."""
