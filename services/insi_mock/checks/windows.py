"""Windows in which no call may leave, and what the client's own journal says of the calls that left.

Source: specs/requirements.md §2.1 (rules 4, 20, 21, 25, 37, 39, 48, 52, 53) and §3.1 (cards INS-A, INS-E, INS-G). The
windows are opened and closed by markers; a session without markers is not concerned. Reads noted facts only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from insi_mock.wire import BY_CARD, BY_TRAITS, COLLECT, DEPOSIT, VERIFY
from lgo_sandbox.watch.findings import Check, Observed, Outcome, Violation

__all__ = ["WINDOWS"]

_CALLS = frozenset({BY_TRAITS.name, BY_CARD.name, VERIFY.name, DEPOSIT.name})
_ALL = _CALLS | {COLLECT.name}
_SOURCE = "specs/requirements.md §2.1"


def _doubt(seen: Observed) -> Outcome:
    if "doubt" not in seen.facts:
        return None
    doubt = seen.facts["doubt"]
    return Violation(f"appel après le marqueur « {doubt} »", "aucun appel à INSi") if doubt else True


def _denied(seen: Observed) -> Outcome:
    denied = seen.facts.get("denied")
    if not denied:
        return None
    return Violation(f"appel de « {seen.facts['caller']} » après « {denied} »", "aucun appel de ce profil à INSi")


def _qualified(seen: Observed) -> Outcome:
    lacking = seen.facts.get("qualified_without")
    if lacking is None:
        return None
    return (
        Violation(f"identité déclarée qualifiée sans {' ni '.join(lacking)}", "les deux, dans un ordre ou l'autre")
        if lacking
        else True
    )


def _overdue(seen: Observed) -> Outcome:
    overdue = seen.facts.get("overdue")
    if overdue is None:
        return None
    return (
        Violation(f"aucune vérification de {', '.join(overdue)}", "une vérification sans geste de l'utilisateur")
        if overdue
        else True
    )


def _traced(
    wanted: Callable[[dict[str, Any], dict[str, Any]], str], operations: frozenset[str]
) -> Callable[[Observed], Outcome]:
    """Compare the previous call with the client's trace of it; ``wanted`` says what is wrong with the trace, or ""."""

    def test(seen: Observed) -> Outcome:
        previous = seen.facts.get("previous")
        if previous is None or previous["operation"] not in operations:
            return None
        wrong = wanted(previous, previous["trace"]) if previous["trace"] is not None else "appel absent du journal"
        return (
            Violation(f"{previous['message_id']} : {wrong}", "une trace de chaque appel, fidèle à la réponse")
            if wrong
            else True
        )

    return test


def _names_user(_call: dict[str, Any], trace: dict[str, Any]) -> str:
    return "" if trace.get("utilisateur") else "utilisateur absent de la trace"


def _tells_answer(call: dict[str, Any], trace: dict[str, Any]) -> str:
    if trace.get("code") != call["code"]:
        return f"code {trace.get('code')!r} au lieu de {call['code']!r}"
    if call["matricule"] and trace.get("matricule") != call["matricule"]:
        return f"matricule {trace.get('matricule')!r} au lieu de {call['matricule']!r}"
    return ""


def _trace_check(check_id: str, title: str, requirements: tuple[str, ...], operations: frozenset[str]) -> Check:
    return Check(
        id=check_id,
        title=title,
        test=_traced(_tells_answer, operations),
        requirements=requirements,
        source=_SOURCE,
        remedy="Tracez chaque appel : opération, code retour et, si 00, matricule, OID, historique et traits reçus.",
        operations=_ALL,
    )


WINDOWS = (
    Check(
        id="INSI-DOUTE",
        title="Aucun appel à INSi pour une identité douteuse ou fictive",
        test=_doubt,
        requirements=("INS/va1.20", "INS/va1.44"),
        source="specs/requirements.md §2.1 (règle 25), §3.1 fiche INS-E",
        remedy="Bloquez l'appel à INSi tant que l'attribut « douteuse » ou « fictive » est posé.",
        operations=_CALLS,
    ),
    Check(
        id="INSI-PROFIL",
        title="Aucun appel d'un profil sans droit",
        test=_denied,
        requirements=("INS/va1.50", "INS/va1.32"),
        source="specs/requirements.md §2.1 (règle 4)",
        remedy="Retirez l'appel à INSi des profils qui n'y ont pas droit.",
        operations=_CALLS,
    ),
    Check(
        id="INSI-STATUT",
        title="Identité qualifiée : pièce contrôlée et réponse 00",
        test=_qualified,
        requirements=("INS/va1.45", "INS/va1.40", "INS/va1.54"),
        source="specs/requirements.md §2.1 (règles 20 et 21), §3.1 fiche INS-A",
        remedy="Ne qualifiez qu'après le contrôle d'une pièce de haut niveau et une réponse 00 d'INSi.",
        operations=_CALLS,
    ),
    Check(
        id="INSI-DOMAINE-RETARD",
        title="Vérification automatique d'un INS reçu d'un autre domaine",
        test=_overdue,
        requirements=("INS/va1.11", "INS/va1.13"),
        source="specs/requirements.md §2.1 (règles 30 et 52), §3.1 fiche INS-G",
        remedy="Vérifiez l'INS dès sa réception, sauf identité déjà récupérée ou qualifiée, ou contrat de confiance.",
        operations=_CALLS,
    ),
    Check(
        id="INSI-TRACE",
        title="Chaque appel tracé avec son utilisateur",
        test=_traced(_names_user, _ALL),
        requirements=("INS/va1.39", "INS/va1.49"),
        source="specs/requirements.md §2.1 (règle 4)",
        remedy="Tracez chaque appel à INSi avec l'utilisateur qui l'a fait.",
        operations=_ALL,
    ),
    _trace_check(
        "INSI-TRACE-TRAITS", "Recherche par traits tracée avec sa réponse", ("INS/va1.35",), frozenset({BY_TRAITS.name})
    ),
    _trace_check(
        "INSI-TRACE-VITALE", "Recherche par carte tracée avec sa réponse", ("INS/va1.38",), frozenset({BY_CARD.name})
    ),
    _trace_check(
        "INSI-TRACE-VERIFICATION", "Vérification tracée avec son résultat", ("INS/va1.06",), frozenset({VERIFY.name})
    ),
)
