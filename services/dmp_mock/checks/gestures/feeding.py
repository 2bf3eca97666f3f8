"""What was validated, blocked or addressed, and how it is fed.

Without the marker nobody knows of the gesture, and these rules say nothing. Source: docs/sources/dmp.md#gestes;
docs/sources/requirements.md#dmp-alimentation, #dmp-ecran, #dmp-consultation.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from dmp_mock.checks.gestures.told import FEEDS, GESTURES, last_told, minutes, time_of
from dmp_mock.facts import (
    FedDocument,
    LotContents,
    LotFed,
)
from dmp_mock.markers import (
    BLOCKED,
    UNBLOCKED,
    VALIDATED,
)
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.markers import plain

__all__ = ["FEEDING_GESTURES"]

PROMPT = timedelta(minutes=5)
"""How long after its validation a document leaves « as soon as » validated: ours, the delay is not written anywhere."""
N1_TYPES, VACCINATIONS = frozenset({"78601-2", "56445-0"}), frozenset({"87273-9"})
RECIPIENTS = "destinataires"


def fed_n1(seen: Observed[LotFed]) -> Outcome:
    """An interview or a review leaves as soon as it is validated."""
    return _prompt(seen, N1_TYPES)


def fed_vaccination(seen: Observed[LotFed]) -> Outcome:
    """A vaccination note leaves as soon as it is validated, at level 3."""
    prompt = _prompt(seen, VACCINATIONS)
    if prompt is not True:
        return prompt
    notes = [one for one in seen.facts.documents if one.type in VACCINATIONS]
    if any(one.level == "N3" for one in notes):
        return True
    return Violation(
        f"{notes[0].unique_id[:60]} de niveau {notes[0].level or 'inconnu'}",
        "une note de vaccination en CDA R2 N3",
        where="document versé",
    )


def _prompt(seen: Observed[LotFed], types: Collection[str]) -> Outcome:
    if not seen.facts.taken or not seen.history.marked:
        return None
    waits = [(one, _since(seen, one)) for one in seen.facts.documents if one.type in types]
    known = [(one, wait) for one, wait in waits if wait is not None]
    late = [(one, wait) for one, wait in known if wait > PROMPT]
    if not late:
        return bool(known) or None
    document, wait = late[0]
    return Violation(
        f"{document.unique_id[:60]} versé {minutes(wait)} après « {VALIDATED} »",
        f"un versement dès la validation, {minutes(PROMPT)} au plus ici",
        where="moment du versement",
    )


def _since(seen: Observed[Any], document: FedDocument) -> timedelta | None:
    """Return how long ago a document was validated for the first time: it should have left then."""
    told = seen.history.markers(VALIDATED, about=(document.unique_id,))
    return seen.age - time_of(told[0]) if told else None


def blocked(seen: Observed[LotFed]) -> Outcome:
    """A document whose feed the user blocked does not leave."""
    if not seen.history.marked:
        return None
    ids = [one.unique_id for one in seen.facts.documents]
    held = [one for one in ids if last_told(seen, (one,), BLOCKED, UNBLOCKED) == plain(BLOCKED)]
    if held:
        return Violation(f"{held[0][:100]} envoyé après « {BLOCKED} »", f"aucun envoi jusqu'à « {UNBLOCKED} »")
    others = {one.subject for one in seen.history.markers(BLOCKED) if one.subject}
    still = any(last_told(seen, (one,), BLOCKED, UNBLOCKED) == plain(BLOCKED) for one in others)
    return (still and seen.facts.taken) or None


def recipients(seen: Observed[LotContents]) -> Outcome:
    """Each CDA names all recipients that the user chose, whom the marker of its validation lists."""
    chosen = {one.unique_id: _chosen(seen, one.unique_id) for one in seen.facts.documents}
    if not any(chosen.values()):
        return None
    written = {one.unique_id: one.recipients for one in seen.facts.recipients.value}
    for unique_id, told in chosen.items():
        missing = [one for one in told if one not in written.get(unique_id, told)]
        if missing:
            return Violation(
                f"informationRecipient : {', '.join(written[unique_id])[:150] or 'aucun'}",
                f"aussi {', '.join(missing)[:150]}, que cite le jalon « {VALIDATED} »",
                where=f"document {unique_id[:60]}, ClinicalDocument/informationRecipient",
            )
    return all(unique_id in written for unique_id, told in chosen.items() if told) or None


def _chosen(seen: Observed[Any], unique_id: str) -> list[str]:
    if not seen.history.marked:
        return []
    markers = seen.history.markers(VALIDATED, about=(unique_id,))
    listed = str(markers[-1].detail.get(RECIPIENTS, "")) if markers else ""
    return listed.replace(",", " ").split()


FEEDING_GESTURES: tuple[Check[Any], ...] = (
    Check(
        id="DMP-FEED-AUTO",
        title="Entretien ou bilan versé longtemps après sa validation",
        reads=LotFed,
        test=fed_n1,
        requirements=("LGO.DMP.03", "DMP/va1.01", "ALI/PROG.02"),
        source=GESTURES,
        remedy="Envoyez le document dès sa validation, en tâche de fond, sans attendre un geste.",
        confidence="M",
        severity=Severity.WARNING,
        operations=FEEDS,
    ),
    Check(
        id="DMP-FEED-AUTO-VAC",
        title="Note de vaccination versée tard, ou hors du niveau 3",
        reads=LotFed,
        test=fed_vaccination,
        requirements=("LGO.DMP.04",),
        source=GESTURES,
        remedy="Envoyez la note en CDA R2 N3 dès sa validation, sans attendre un geste.",
        confidence="M",
        severity=Severity.WARNING,
        operations=FEEDS,
    ),
    Check(
        id="DMP-FEED-BLOCKED",
        title="Document envoyé malgré le blocage de l'utilisateur",
        reads=LotFed,
        test=blocked,
        requirements=("DMP/va1.12", "ALI/PROG.03"),
        source=GESTURES,
        remedy="Retirez de la file le document que l'utilisateur bloque, avant tout envoi.",
        confidence="M",
        operations=FEEDS,
    ),
    Check(
        id="DMP-RECIPIENTS",
        title="CDA sans tous les destinataires choisis",
        reads=LotContents,
        test=recipients,
        requirements=("LGO.DOC.04",),
        source="docs/sources/requirements.md#doc-destinataires",
        remedy="Écrivez un informationRecipient pour chaque destinataire choisi.",
        operations=FEEDS,
    ),
)
