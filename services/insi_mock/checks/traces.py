"""What the client's own journal says of the call before this one.

Source: docs/sources/insi.md#trace. A client tells its journal by markers, one a call; a session that tells none is not
concerned. Reads the head of the calls and what was answered.
"""

from __future__ import annotations

from collections.abc import Callable

from insi_mock.checks.operations import ALL
from insi_mock.facts import Addressing, Failed, Searched, Verified
from insi_mock.markers import TRACED
from insi_mock.wire import BY_CARD, BY_TRAITS, VERIFY
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from lgo_sandbox.watch.facts import Noted
from lgo_sandbox.watch.history import Past
from lgo_sandbox.watch.markers import Marker

__all__ = ["TRACES"]

Wanted = Callable[[Past, Marker], Violation | None]


def _of_the_call_before(wanted: Wanted, operation: str = "") -> Callable[[Observed[Addressing]], Outcome]:
    """Return a test that compares the call before with its trace, when that call was of an operation (empty: any)."""

    def test(seen: Observed[Addressing]) -> Outcome:
        traces = seen.history.markers(TRACED) if seen.history.marked else []
        before = seen.history.last(Addressing) if traces else None
        if before is None or operation not in ("", before[0].operation):
            return None
        past, call = before
        trace = next((one for one in traces if one.subject == call.message_id), None)
        return (wanted(past, trace) if trace else _untraced(call)) or True

    return test


def _untraced(call: Addressing) -> Violation:
    name = call.message_id or "(sans MessageID)"
    remedy = f"Écrivez dans votre journal une ligne pour l'appel {name}."
    return Violation(
        f"appel {name} absent du journal", f"une trace de l'appel {name}", "", remedy, "journal du logiciel"
    )


def _names_user(_past: Past, trace: Marker) -> Violation | None:
    if trace.detail.get("utilisateur"):
        return None
    remedy = f"Ajoutez l'utilisateur à la trace de l'appel {trace.subject}."
    return Violation(
        f"trace de {trace.subject} sans utilisateur", "l'utilisateur qui appelle", "", remedy, "utilisateur"
    )


def _tells_answer(past: Past, trace: Marker) -> Violation | None:
    told = {"code": _code(past.noted), "matricule": _matricule(past.noted)}
    for member, answered in told.items():
        traced = str(trace.detail.get(member) or "")
        if answered and traced != answered:
            received = f"trace de {trace.subject} : {member} {f'« {traced} »' if traced else 'absent'}"
            remedy = f"Tracez le {member} « {answered} » que le service a répondu."
            return Violation(received, f"{member} « {answered} »", "", remedy, member)
    return None


def _code(noted: Noted) -> str:
    """Return the code that a search or a verification was answered."""
    if failed := noted.get(Failed):
        return failed.code
    answer = noted.get(Searched) or noted.get(Verified)
    return answer.code if answer else ""


def _matricule(noted: Noted) -> str:
    searched = noted.get(Searched)
    return searched.identity.matricule if searched and searched.identity else ""


_REMEDY = "Tracez chaque appel : opération, code retour et, si 00, matricule, OID, historique et traits reçus."
_SOURCE = "docs/sources/insi.md#trace"

TRACES = (
    Check(
        id="INSI-TRACE",
        title="Chaque appel tracé avec son utilisateur",
        reads=Addressing,
        test=_of_the_call_before(_names_user),
        requirements=("INS/va1.39", "INS/va1.49"),
        source=_SOURCE,
        remedy="Tracez chaque appel à INSi avec l'utilisateur qui l'a fait.",
        operations=ALL,
    ),
    Check(
        id="INSI-TRACE-TRAITS",
        title="Recherche par traits tracée avec sa réponse",
        reads=Addressing,
        test=_of_the_call_before(_tells_answer, BY_TRAITS.name),
        requirements=("INS/va1.35",),
        source=_SOURCE,
        remedy=_REMEDY,
        operations=ALL,
    ),
    Check(
        id="INSI-TRACE-VITALE",
        title="Recherche par carte tracée avec sa réponse",
        reads=Addressing,
        test=_of_the_call_before(_tells_answer, BY_CARD.name),
        requirements=("INS/va1.38",),
        source=_SOURCE,
        remedy=_REMEDY,
        operations=ALL,
    ),
    Check(
        id="INSI-TRACE-VERIFICATION",
        title="Vérification tracée avec son résultat",
        reads=Addressing,
        test=_of_the_call_before(_tells_answer, VERIFY.name),
        requirements=("INS/va1.06",),
        source=_SOURCE,
        remedy=_REMEDY,
        operations=ALL,
    ),
)
