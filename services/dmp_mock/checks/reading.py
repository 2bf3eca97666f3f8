"""Checks of whoever reads a DMP: after the test of its existence, by requests that are right.

Source: docs/sources/dmp.md#ordre and #requete-xds.
"""

from __future__ import annotations

from typing import Any

from dmp_mock.checks.refused import refused_by_xds, was_refused
from dmp_mock.codes.xds_errors import XDS_CODES
from dmp_mock.facts import DmpsListed, DocumentsRead, ExistenceTested, PatientSeen, QueryAsked, Reading
from dmp_mock.markers import IMPORTED
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.exchange import ANSWERED

__all__ = ["READING_CHECKS"]


def order(seen: Observed[Reading]) -> Outcome:
    """This professional tested the existence of this DMP before he consults it; a refused consultation is none."""
    reading = seen.facts
    if not reading.consults:
        return None
    if any(_is_of(tested, reading) for tested in _tests(seen)) or _was_listed(seen, reading):
        return None if was_refused(seen) else True
    return Violation(
        f"aucun TD0.2 de {reading.holder} pour {reading.matricule} avant cette consultation",
        "TD0.2 (ou TD0.4) pour ce patient et ce professionnel avant toute consultation",
    )


def _tests(seen: Observed[Reading]) -> list[ExistenceTested]:
    """Return the tests that are remembered: the last ones of all, and the last ones of this patient."""
    recent, own = seen.history.all(ExistenceTested), seen.history.all(ExistenceTested, about=seen.facts.matricule)
    return [tested for tests in (recent, own) for past, tested in tests if past.outcome == ANSWERED]


def _was_listed(seen: Observed[Reading], reading: Reading) -> bool:
    """Tell whether TD0.4 told this professional of this DMP."""
    lists = seen.history.all(DmpsListed, about=reading.matricule)
    return any(listed.holder == reading.holder and past.outcome == ANSWERED for past, listed in lists)


def _is_of(tested: ExistenceTested, reading: Reading) -> bool:
    return (tested.matricule, tested.holder) == (reading.matricule, reading.holder)


def imported(seen: Observed[DocumentsRead]) -> Outcome:
    """What the user imported is known by its id, and not fetched again; kept when another document is."""
    patient = seen.also(PatientSeen)
    if patient is None or not seen.history.marked:
        return None
    known = {one.subject for one in seen.history.markers(IMPORTED)}
    again = [one for one in seen.facts.given if one in known]
    if again:
        received = f"{again[0][:100]} relu après « {IMPORTED} »"
        return Violation(received, "le document reconnu à son identifiant, sans nouvelle lecture")
    here = (past for past, _ in seen.history.all(PatientSeen, about=patient.matricule) if past.outcome == ANSWERED)
    reads = (past.noted.get(DocumentsRead) for past in here)
    return (bool(seen.facts.given) and any(one and known & set(one.given) for one in reads)) or None


def query(seen: Observed[Reading]) -> Outcome:
    """The registry and the repository found nothing to refuse in the request."""
    if seen.exchange.outcome == ANSWERED:
        return _found(seen) or None
    return refused_by_xds(seen, XDS_CODES)


def _found(seen: Observed[Reading]) -> bool:
    asked, read = seen.also(QueryAsked), seen.also(DocumentsRead)
    return (asked is not None and asked.found is not None) or bool(read and read.given == read.wanted)


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
        id="DMP-IMPORTED",
        title="Document déjà importé, lu de nouveau",
        reads=DocumentsRead,
        test=imported,
        requirements=("CDA/DD.04",),
        source="docs/sources/requirements.md#cda-versions",
        remedy="Gardez l'uniqueId de ce qui est importé, et comparez-le avant de lire.",
        confidence="M",
        severity=Severity.WARNING,
        operations=frozenset({"td3.2"}),
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
