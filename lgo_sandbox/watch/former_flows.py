"""The former shape of ``ins_flows``, for the service that still notes dictionaries; goes with it.

Source: specs/requirements.md §2.1 (rules 28, 30, 31, 32, 55) and §3.1 (cards INS-G, INS-H, INS-J). A service notes what
``flow_facts`` returns and adds ``flow_checks`` to its own. Must not know any service.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.markers import Marker, plain

__all__ = ["MARKERS", "FlowChecks", "flow_checks", "flow_facts"]

PROVISIONAL, RETRIEVED = "identité provisoire", "identité récupérée"
VALIDATED, QUALIFIED = "identité validée", "identité qualifiée"
NOT_VERIFIED, VERIFIED = "vérification KO", "vérification OK"
MARKERS = {
    **dict.fromkeys((PROVISIONAL, RETRIEVED, VALIDATED, QUALIFIED), "le matricule"),
    **dict.fromkeys((NOT_VERIFIED, VERIFIED), "le matricule"),
}
"""Name of a marker → its subject. Of each line the last one said is in force."""

_STATUSES = (PROVISIONAL, RETRIEVED, VALIDATED, QUALIFIED)
_VERIFICATIONS = (NOT_VERIFIED, VERIFIED)


def flow_facts(markers: Iterable[Marker], matricules: Iterable[str], partners: Iterable[str]) -> dict[str, Any]:
    """Return the matricules that a flow carries, each with the markers in force, and who receives them."""
    carried = sorted({matricule.upper() for matricule in matricules if matricule})
    said = list(markers) if carried else []
    flows = [
        {"matricule": one, "status": _said(said, one, _STATUSES), "verification": _said(said, one, _VERIFICATIONS)}
        for one in carried
    ]
    return {"ins_flow": flows, "ins_partners": sorted(set(partners)) if carried else []}


def _said(markers: Iterable[Marker], matricule: str, names: tuple[str, ...]) -> str:
    known = {plain(name): name for name in names}
    mine = [known[plain(m.name)] for m in markers if m.subject.upper() == matricule and plain(m.name) in known]
    return mine[-1] if mine else ""


def _status(seen: Observed) -> Outcome:
    return _in_force(seen, "status", QUALIFIED, "des traits seuls : le matricule et l'OID d'une identité qualifiée")


def _verification(seen: Observed) -> Outcome:
    return _in_force(seen, "verification", VERIFIED, "aucun flux classé sous cet INS avant une vérification OK")


def _in_force(seen: Observed, line: str, right: str, expected: str) -> Outcome:
    said = [flow for flow in seen.facts.get("ins_flow", ()) if flow[line]]
    wrong = [flow for flow in said if flow[line] != right]
    if wrong:
        received = ", ".join(f"{flow['matricule']} après le marqueur « {flow[line]} »" for flow in wrong)
        return Violation(received, expected)
    return bool(said) or None


def _partner(seen: Observed) -> Outcome:
    return bool(seen.facts.get("ins_partners")) or None


def _printed(seen: Observed) -> Outcome:
    printed = seen.facts.get("printed_ins")
    if not printed:
        return None
    wrong = [problem for problem in printed if problem]
    return Violation(" ; ".join(wrong), "un datamatrix INS qui dit l'identité de l'en-tête") if wrong else True


@dataclass(frozen=True, slots=True)
class FlowChecks:
    """The ids that a service gives to the four rules."""

    status: str
    verification: str
    partner: str
    datamatrix: str


def flow_checks(ids: FlowChecks, operations: frozenset[str] = frozenset()) -> tuple[Check, ...]:
    """Return the checks of the flows of a service; ``operations`` empty: of all."""
    return (
        Check(
            id=ids.status,
            title="Aucun INS d'une identité qui n'est pas qualifiée",
            test=_status,
            requirements=("INS/va1.53",),
            source="specs/requirements.md §2.1 (règle 28), §3.1 fiche INS-H",
            remedy="N'envoyez que les traits d'une identité non qualifiée : ni matricule, ni OID, ni adresse d'usager.",
            operations=operations,
        ),
        Check(
            id=ids.verification,
            title="Aucun flux sous un INS dont la vérification est KO",
            test=_verification,
            requirements=("INS/va1.12", "INS/va1.04"),
            source="specs/requirements.md §2.1 (règles 30 et 55), §3.1 fiche INS-G",
            remedy="Après un KO, ne classez pas la donnée sous l'INS : alertez, et revérifiez l'identité.",
            confidence="M",
            operations=operations,
        ),
        Check(
            id=ids.partner,
            title="Partenaire avec qui un INS est échangé (liste de référence)",
            test=_partner,
            requirements=("INS/va1.46",),
            source="specs/requirements.md §2.1 (règle 31)",
            remedy="Comparez votre trace des partenaires aux échanges du journal.",
            operations=operations,
        ),
        Check(
            id=ids.datamatrix,
            title="Datamatrix INS du PDF conforme à l'en-tête du document",
            test=_printed,
            requirements=("INS/va1.15", "INS/va1.03"),
            source="specs/requirements.md §2.1 (règle 32), §3.1 fiche INS-J ; specs/insi.md §4",
            remedy="Imprimez le datamatrix INS de l'identité qualifiée, en image, avec les traits de l'en-tête.",
            confidence="M",
            operations=operations,
            severity=Severity.WARNING,
        ),
    )
