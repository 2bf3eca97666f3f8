"""Flows that carry an INS out of the software (DMP, mail): the facts of one, and the rules that it meets.

A service notes one ``InsFlow`` an exchange and adds ``flow_checks`` to its own; what the user did with the identity is
read from the markers of the session, in the checks. Source: docs/sources/insi.md (INS that leaves the software). Must
not know any service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.facts import Facts, Lazy
from lgo_sandbox.watch.markers import plain

__all__ = ["MARKERS", "FlowIds", "InsFlow", "flow_checks"]

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
_NOTHING_PRINTED: Lazy[tuple[str, ...]] = Lazy.known(())


@dataclass(frozen=True, slots=True, kw_only=True)
class InsFlow(Facts):
    """The matricules that a flow carries, who receives them, and what is wrong with each INS datamatrix it prints.

    Looking for matricules inside documents costs, so that they may be looked at after the answer. ``printed`` has ""
    for a datamatrix that is right, and nothing for a document where that cannot be told.
    """

    carried: Lazy[tuple[str, ...]]
    partners: tuple[str, ...]
    printed: Lazy[tuple[str, ...]]

    @classmethod
    def of(
        cls,
        matricules: Iterable[str],
        partners: Iterable[str],
        printed: Lazy[tuple[str, ...]] = _NOTHING_PRINTED,
    ) -> InsFlow:
        """Return the flow of these matricules (empty ones do not count), each once, in upper case."""
        return cls(carried=Lazy.known(_each(matricules)), partners=tuple(sorted(set(partners))), printed=printed)

    @classmethod
    def found(
        cls, look: Callable[[], Iterable[str]], partners: Iterable[str], printed: Lazy[tuple[str, ...]]
    ) -> InsFlow:
        """Return the flow of the matricules that a costly look finds."""
        return cls(carried=Lazy(lambda: _each(look())), partners=tuple(sorted(set(partners))), printed=printed)

    @property
    def matricules(self) -> tuple[str, ...]:
        """The matricules, once looked for."""
        return self.carried.value

    @property
    def subjects(self) -> tuple[str, ...]:
        """The persons."""
        return self.matricules


def _each(matricules: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({matricule.upper() for matricule in matricules if matricule}))


def _in_force(seen: Observed[InsFlow], line: tuple[str, ...]) -> dict[str, str]:
    """Return, by matricule of the flow, the last marker of a line that was put about it."""
    if not seen.history.marked:
        return {}
    names = {plain(name): name for name in line}
    said = {marker.subject.upper(): names[marker.plain_name] for marker in seen.history.markers(*line)}
    return {matricule: said[matricule] for matricule in seen.facts.matricules if matricule in said}


def _wants(seen: Observed[InsFlow], line: tuple[str, ...], right: str, expected: str) -> Outcome:
    said = _in_force(seen, line)
    wrong = [f"{matricule} après le marqueur « {name} »" for matricule, name in said.items() if name != right]
    return Violation(", ".join(wrong), expected) if wrong else bool(said) or None


def _status(seen: Observed[InsFlow]) -> Outcome:
    return _wants(seen, _STATUSES, QUALIFIED, "des traits seuls : le matricule et l'OID d'une identité qualifiée")


def _verification(seen: Observed[InsFlow]) -> Outcome:
    return _wants(seen, _VERIFICATIONS, VERIFIED, "aucun flux classé sous cet INS avant une vérification OK")


def _partner(seen: Observed[InsFlow]) -> Outcome:
    return bool(seen.facts.matricules and seen.facts.partners) or None


def _printed(seen: Observed[InsFlow]) -> Outcome:
    printed = seen.facts.printed.value
    wrong = [problem for problem in printed if problem]
    if wrong:
        return Violation(" ; ".join(wrong), "un datamatrix INS qui dit l'identité de l'en-tête")
    return bool(printed) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowIds:
    """The ids that a service gives to the four rules."""

    status: str
    verification: str
    partner: str
    datamatrix: str


def flow_checks(
    ids: FlowIds, operations: frozenset[str] = frozenset(), *, former: FlowIds | None = None
) -> tuple[Check[InsFlow], ...]:
    """Return the checks of the flows of a service; ``operations`` empty: of all; ``former`` are the ids they had."""
    return (
        Check(
            id=ids.status,
            title="Aucun INS d'une identité qui n'est pas qualifiée",
            reads=InsFlow,
            test=_status,
            requirements=("INS/va1.53",),
            source="docs/sources/insi.md#ins-non-qualifie",
            remedy="N'envoyez que les traits d'une identité non qualifiée : ni matricule, ni OID, ni adresse d'usager.",
            operations=operations,
            aliases=(former.status,) if former else (),
        ),
        Check(
            id=ids.verification,
            title="Aucun flux sous un INS dont la vérification est KO",
            reads=InsFlow,
            test=_verification,
            requirements=("INS/va1.12", "INS/va1.04"),
            source="docs/sources/insi.md#ins-non-verifie",
            remedy="Après un KO, ne classez pas la donnée sous l'INS : alertez, et revérifiez l'identité.",
            confidence="M",
            operations=operations,
            aliases=(former.verification,) if former else (),
        ),
        Check(
            id=ids.partner,
            title="Partenaire avec qui un INS est échangé (liste de référence)",
            reads=InsFlow,
            test=_partner,
            requirements=("INS/va1.46",),
            source="docs/sources/insi.md#partenaires",
            remedy="Comparez votre trace des partenaires aux échanges du journal.",
            operations=operations,
            aliases=(former.partner,) if former else (),
        ),
        Check(
            id=ids.datamatrix,
            title="Datamatrix INS du PDF conforme à l'en-tête du document",
            reads=InsFlow,
            test=_printed,
            requirements=("INS/va1.15", "INS/va1.03", "LGO.DOC.03"),
            source="docs/sources/insi.md#datamatrix",
            remedy="Imprimez le datamatrix INS de l'identité qualifiée, en image, avec les traits de l'en-tête.",
            confidence="M",
            operations=operations,
            severity=Severity.WARNING,
            aliases=(former.datamatrix,) if former else (),
        ),
    )
