"""What must happen to an identity of the client's base: qualified by two proofs, verified when it comes from elsewhere.

Source: docs/sources/insi.md#statut, #autre-domaine. What the user did is told by markers; what INSi answered before is
in the past of the session.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from insi_mock.checks.operations import ASKING
from insi_mock.codes import TRUSTED_DOCUMENTS
from insi_mock.domain import is_trusted
from insi_mock.facts import Authentication, Concerned, Searched, Verified
from insi_mock.markers import CHECKED, DOCUMENT, QUALIFIED, RECEIVED, TRUSTED
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from lgo_sandbox.watch.markers import Marker

__all__ = ["RECEPTION_DELAY", "STATUSES"]

RECEPTION_DELAY = timedelta(minutes=15)
"""How long after it arrived an INS of another domain may wait for its automatic verification (ours)."""


def _qualified(seen: Observed[Concerned]) -> Outcome:
    """Judge the last declared qualification of whom this call is about: the document, and an answer 00, before it."""
    if not seen.history.marked:
        return None
    declared = seen.history.markers(QUALIFIED, about=seen.facts.people)
    if not declared:
        return None
    at, matricule = _at(declared[-1]), declared[-1].subject
    found = any(past.at <= at for past, _ in seen.history.all(Searched, about=matricule))
    checks = [marker for marker in seen.history.markers(CHECKED, about=(matricule,)) if _at(marker) <= at]
    shown = [str(marker.detail.get(DOCUMENT) or "") for marker in checks]
    if shown and not any(not one or is_trusted(one) for one in shown):
        return _untrusted(matricule, shown[-1])
    if not checks:
        return _unproved(matricule, f"sans le marqueur « {CHECKED} »", "Contrôlez une pièce d'identité de haut niveau")
    if not found:
        return _unproved(matricule, "sans réponse 00 d'INSi", "Retrouvez l'identité dans INSi (code 00)")
    return True


def _untrusted(matricule: str, shown: str) -> Violation:
    documents = ", ".join(TRUSTED_DOCUMENTS)
    remedy = f"Revenez à « récupérée » pour {matricule}, et ne qualifiez qu'avec une de ces pièces : {documents}."
    return Violation(f"{matricule} qualifiée avec « {shown} »", f"l'une de ces pièces : {documents}", "", remedy)


def _unproved(matricule: str, lacking: str, remedy: str) -> Violation:
    received = f"{matricule} déclarée qualifiée {lacking}"
    return Violation(received, "une pièce contrôlée et une réponse 00", "", f"{remedy} avant de qualifier {matricule}.")


def _at(marker: Marker) -> datetime:
    return datetime.fromisoformat(marker.at)


def _overdue(seen: Observed[Authentication]) -> Outcome:
    """Look for an INS that came from another domain and waited too long for its verification."""
    if not seen.history.marked:
        return None
    received = [m for m in seen.history.markers(RECEIVED) if _at(m) < seen.age - RECEPTION_DELAY]
    if not received:
        return None
    excused = {marker.subject for marker in seen.history.markers(QUALIFIED, TRUSTED)}
    waiting = [] if "" in excused else [m for m in received if m.subject not in excused and not _verified(seen, m)]
    if not waiting:
        return True
    late = waiting[0]
    return Violation(
        f"{late.subject}, reçu le {_at(late):%Y-%m-%d à %H:%M}, pas encore vérifié",
        f"une vérification dans les {RECEPTION_DELAY.seconds // 60} minutes, sans geste de l'utilisateur",
        "",
        f"Vérifiez {late.subject} : l'appel doit partir seul à la réception.",
    )


def _verified(seen: Observed[Authentication], received: Marker) -> bool:
    here = seen.also(Verified)
    is_here = here is not None and here.claim.matricule == received.subject
    return is_here or seen.history.last(Verified, about=received.subject) is not None


STATUSES = (
    Check(
        id="INSI-STATUT",
        title="Identité qualifiée : pièce contrôlée et réponse 00",
        reads=Concerned,
        test=_qualified,
        requirements=("INS/va1.45", "INS/va1.40", "INS/va1.54"),
        source="docs/sources/insi.md#statut",
        remedy="Ne qualifiez qu'après le contrôle d'une pièce de haut niveau et une réponse 00 d'INSi.",
        operations=ASKING,
    ),
    Check(
        id="INSI-DOMAINE-RETARD",
        title="Vérification automatique d'un INS reçu d'un autre domaine",
        reads=Authentication,
        test=_overdue,
        requirements=("INS/va1.11", "INS/va1.13"),
        source="docs/sources/insi.md#autre-domaine",
        remedy="Vérifiez l'INS dès sa réception, sauf identité déjà récupérée ou qualifiée, ou contrat de confiance.",
        operations=ASKING,
    ),
)
