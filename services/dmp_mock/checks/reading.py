"""Checks of whoever reads a DMP: after the test of its existence, by requests that are right.

Source: docs/sources/dmp.md#ordre and #requete-xds.
"""

from __future__ import annotations

from typing import Any

from dmp_mock.checks.refused import refused_by_xds
from dmp_mock.codes.xds_errors import XDS_CODES
from dmp_mock.facts import DmpsListed, ExistenceTested, Reading
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation

__all__ = ["READING_CHECKS"]


def order(seen: Observed[Reading]) -> Outcome:
    """This professional tested the existence of this DMP before he consults it."""
    reading = seen.facts
    if not reading.consults:
        return None
    if any(_is_of(tested, reading) for tested in _tests(seen)) or _was_listed(seen, reading):
        return True
    return Violation(
        f"aucun TD0.2 de {reading.holder} pour {reading.matricule} avant cette consultation",
        "TD0.2 (ou TD0.4) pour ce patient et ce professionnel avant toute consultation",
    )


def _tests(seen: Observed[Reading]) -> list[ExistenceTested]:
    """Return the tests that are remembered: the last ones of all, and the last ones of this patient."""
    recent, own = seen.history.all(ExistenceTested), seen.history.all(ExistenceTested, about=seen.facts.matricule)
    return [tested for past in (recent, own) for _, tested in past]


def _was_listed(seen: Observed[Reading], reading: Reading) -> bool:
    """Tell whether TD0.4 told this professional of this DMP."""
    lists = seen.history.all(DmpsListed, about=reading.matricule)
    return any(listed.holder == reading.holder for _, listed in lists)


def _is_of(tested: ExistenceTested, reading: Reading) -> bool:
    return (tested.matricule, tested.holder) == (reading.matricule, reading.holder)


def query(seen: Observed[Reading]) -> Outcome:
    """The registry and the repository found nothing to refuse in the request."""
    return None if seen.exchange.outcome == "answered" else refused_by_xds(seen, XDS_CODES)


READING_CHECKS: tuple[Check[Any], ...] = (
    Check(
        id="DMP-ORDER",
        title="Consultation avant le contrôle des droits",
        reads=Reading,
        test=order,
        requirements=("DMP/UX.08",),
        source="docs/sources/dmp.md#ordre",
        remedy="Appelez TD0.2 (ou TD0.4) pour le patient avant TD3.1 et TD3.2.",
    ),
    Check(
        id="DMP-QUERY",
        title="Requête ou consultation XDS refusée",
        reads=Reading,
        test=query,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#requete-xds",
        remedy="Corrigez le paramètre ou l'identifiant que nomme l'erreur.",
        explains=XDS_CODES,
    ),
)
