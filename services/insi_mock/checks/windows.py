"""Windows in which no call may leave: a doubtful identity, a user without right.

Source: docs/sources/insi.md#identite-douteuse, #profil. The windows are opened and closed by markers; a session that
opened none is not concerned, so that nothing is proved by silence. Reads whom a call is about and who calls.
"""

from __future__ import annotations

from collections.abc import Sequence

from insi_mock.checks.operations import ASKING
from insi_mock.facts import Authentication, Concerned
from insi_mock.markers import DENIED, DOUBTFUL, FICTITIOUS, GRANTED, RESTORED
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from lgo_sandbox.watch.markers import Marker, plain

__all__ = ["WINDOWS"]


def _doubt(seen: Observed[Concerned]) -> Outcome:
    if not seen.history.marked or not seen.history.markers(DOUBTFUL, FICTITIOUS):
        return None
    for person in seen.facts.people:
        opened = _open(seen.history.markers(DOUBTFUL, FICTITIOUS, RESTORED, about=(person,)), RESTORED)
        if opened:
            expected = f"aucun appel pour {person} avant le marqueur « {RESTORED} »"
            return Violation(f"appel pour {person}, après le marqueur « {opened.name} »", expected)
    return True


def _denied(seen: Observed[Authentication]) -> Outcome:
    if not seen.history.marked or not seen.history.markers(DENIED):
        return None
    caller = seen.facts.caller
    opened = _open(seen.history.markers(DENIED, GRANTED, about=("", caller)), GRANTED)
    if opened:
        received = f"appel de {caller or 'tout utilisateur'}, après le marqueur « {opened.name} »"
        return Violation(received, f"aucun appel de ce profil avant le marqueur « {GRANTED} »")
    return True


def _open(said: Sequence[Marker], closing: str) -> Marker | None:
    """Return the marker that opened a window which is not closed: the last one said, unless it closes."""
    return said[-1] if said and said[-1].plain_name != plain(closing) else None


WINDOWS = (
    Check(
        id="INSI-DOUTE",
        title="Aucun appel à INSi pour une identité douteuse ou fictive",
        reads=Concerned,
        test=_doubt,
        requirements=("INS/va1.20", "INS/va1.44"),
        source="docs/sources/insi.md#identite-douteuse",
        remedy="Bloquez l'appel à INSi tant que l'attribut « douteuse » ou « fictive » est posé.",
        operations=ASKING,
    ),
    Check(
        id="INSI-PROFIL",
        title="Aucun appel d'un profil sans droit",
        reads=Authentication,
        test=_denied,
        requirements=("INS/va1.50", "INS/va1.32"),
        source="docs/sources/insi.md#profil",
        remedy="Retirez l'appel à INSi des profils qui n'y ont pas droit.",
        operations=ASKING,
    ),
)
