"""What a feed shows of the software behind it: new versions, hiding, a queue that sends once, a history taken over.

Source: docs/sources/dmp.md#remplacement, #suppression-et-masquage, #envoi-en-file; docs/sources/requirements.md
#dmp-historique, #dmp-file.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from dmp_mock.facts import LotContents, LotFed, PatientSeen, Posted
from dmp_mock.markers import HISTORY
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.exchange import FAULTED

__all__ = ["FEEDING_CHECKS"]

FEEDS = frozenset({"td2.1", "td2.2"})
NORMAL = "N"
RATE, WINDOW = 4, timedelta(seconds=1)
"""Lots of a history in so long: the example that the dossier gives."""
OLD = timedelta(days=1)
"""An act of the past is older than this."""


def replaced(seen: Observed[LotContents]) -> Outcome:
    """A document that says it replaces another is fed as its new version."""
    facts = seen.facts
    if facts.replaced:
        return True
    new = next((one for one in facts.documents if one.replaces), None)
    if new is None:
        return None
    return Violation(
        f"relatedDocument {new.replaces[:60]}, et aucune association RPLC dans le lot",
        "une association RPLC vers l'entryUUID du document remplacé",
        where=f"document {new.unique_id[:60]}",
    )


def replaces_own(seen: Observed[LotContents]) -> Outcome:
    """What is replaced was written by who replaces it, or in his structure."""
    facts = seen.facts
    if not facts.replaced:
        return None
    return not facts.of_others or Violation(
        f"le remplacement de {' ; '.join(facts.of_others)[:300]}",
        "un document de l'utilisateur du VIHF, ou de sa structure",
        where="association RPLC, targetObject",
    )


def hidden(seen: Observed[LotFed]) -> Outcome:
    """Seen when a document is fed hidden from somebody; what is wrong with its codes is refused with the metadata."""
    return (seen.facts.taken and any(set(one.confidentiality) - {NORMAL} for one in seen.facts.documents)) or None


def once(seen: Observed[LotContents]) -> Outcome:
    """What was fed already is not fed again under another id; kept by a feed after an outage."""
    patient = seen.also(PatientSeen)
    if patient is None:
        return None
    digests = {one.digest: one.unique_id for one in seen.facts.documents}
    for past, _patient in seen.history.all(PatientSeen, about=patient.matricule):
        earlier = past.noted.get(LotContents)
        for one in earlier.documents if earlier else ():
            if one.digest in digests:
                return Violation(
                    f"les octets de {one.unique_id[:60]}, déjà versés, sous l'uniqueId {digests[one.digest][:60]}",
                    "un renvoi sous le même uniqueId, ou aucun renvoi",
                    where="lot",
                )
    struck = (past for past, _ in seen.history.all(Posted) if past.operation in FEEDS and past.outcome == FAULTED)
    return next(struck, None) is not None or None


def act_date(seen: Observed[LotContents]) -> Outcome:
    """A document of the past says when its act was, not when it is sent."""
    if not _takes_over(seen):
        return None
    for one in seen.facts.documents:
        start = _moment(one.service_start)
        if start is not None and datetime.fromisoformat(seen.exchange.started) - start < OLD:
            return Violation(
                f"serviceStartTime {one.service_start}",
                "la date de l'acte, comme dans l'événement documenté du CDA",
                where=f"document {one.unique_id[:60]}",
            )
    return True


def rate(seen: Observed[LotContents]) -> Outcome:
    """A history is fed slowly."""
    if not _takes_over(seen):
        return None
    recent = 1 + sum(seen.age - past.at < WINDOW for past, _ in seen.history.all(LotContents))
    return recent <= RATE or Violation(
        f"{recent} lots en {WINDOW.total_seconds():.0f} s", f"{RATE} lots par seconde au plus", where="débit d'envoi"
    )


def _takes_over(seen: Observed[Any]) -> bool:
    return seen.history.marked and bool(seen.history.markers(HISTORY))


def _moment(dtm: str) -> datetime | None:
    digits = f"{dtm[:14]:0<14}"
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


FEEDING_CHECKS: tuple[Check[Any], ...] = (
    Check(
        id="DMP-REPLACED",
        title="Nouvelle version versée comme un autre document",
        reads=LotContents,
        test=replaced,
        requirements=("DMP/va1.16",),
        source="docs/sources/dmp.md#remplacement",
        remedy="Cherchez l'entryUUID du document remplacé (TD3.1b) et versez la version avec l'association RPLC.",
        operations=FEEDS,
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-REPLACED-OTHER",
        title="Remplacement du document d'un autre auteur",
        reads=LotContents,
        test=replaces_own,
        source="docs/sources/dmp.md#remplacement",
        remedy="Versez un document neuf, qui cite l'autre, et laissez à son auteur le soin de remplacer le sien.",
        confidence="L",
        severity=Severity.INFO,
        operations=FEEDS,
    ),
    Check(
        id="DMP-HIDDEN",
        title="Document versé masqué aux professionnels ou invisible au patient",
        reads=LotFed,
        test=hidden,
        requirements=("DMP/va1.17", "DMP/va1.10"),
        source="docs/sources/dmp.md#suppression-et-masquage",
        remedy="Gardez N dans confidentialityCode, à côté de MASQUE_PS ou d'INVISIBLE_…",
        operations=FEEDS,
        severity=Severity.INFO,
    ),
    Check(
        id="DMP-QUEUE",
        title="Document versé une seconde fois sous un autre uniqueId (EX_GEN-1060)",
        reads=LotContents,
        test=once,
        requirements=("ALI/PROG.06", "ALI/PROG.07"),
        source="docs/sources/dmp.md#envoi-en-file",
        remedy="Gardez l'uniqueId dans la file ; avant de renvoyer, demandez par TD3.1b si le document est arrivé.",
        confidence="M",
        operations=FEEDS,
    ),
    Check(
        id="DMP-HISTORY-DATE",
        title="Document historique daté de l'envoi",
        reads=LotContents,
        test=act_date,
        requirements=("DMP/HISTO.03", "DMP/HISTO.05"),
        source="docs/sources/requirements.md#dmp-historique",
        remedy="Mettez la date de l'acte dans serviceStartTime et dans l'événement documenté du CDA.",
        confidence="M",
        operations=FEEDS,
    ),
    Check(
        id="DMP-HISTORY-RATE",
        title="Reprise d'historique trop rapide",
        reads=LotContents,
        test=rate,
        requirements=("DMP/HISTO.06",),
        source="docs/sources/requirements.md#dmp-historique",
        remedy="Limitez le débit de la reprise.",
        confidence="M",
        severity=Severity.WARNING,
        operations=FEEDS,
    ),
)
