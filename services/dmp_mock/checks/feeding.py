"""What a feed shows of the software behind it: new versions, hiding, a queue that sends once, a history taken over.

Source: docs/sources/dmp.md#remplacement, #suppression-et-masquage, #envoi-en-file; docs/sources/requirements.md
#dmp-historique, #dmp-file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from dmp_mock.checks.gestures.told import time_of
from dmp_mock.codes.names import FEEDS
from dmp_mock.facts import FeedStruck, LotContents, LotFed, PatientSeen
from dmp_mock.markers import HISTORY
from health_documents.dtm import moment_of_digits
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.exchange import ANSWERED

__all__ = ["FEEDING_CHECKS"]

HIDINGS = (
    ("DMP-HIDDEN", "MASQUE_PS", "Document versé masqué aux professionnels"),
    ("DMP-HIDDEN-PATIENT", "INVISIBLE_PATIENT", "Document versé invisible au patient"),
    ("DMP-HIDDEN-LEGAL", "INVISIBLE_REPRESENTANTS_LEGAUX", "Document versé invisible aux représentants légaux"),
)
"""Check, confidentialityCode, title: they only observe."""
RATE, WINDOW = 4, timedelta(seconds=1)
"""Lots of a history in so long: the example that the dossier gives."""
OLD = timedelta(days=1)
"""An act of the past is older than this."""


def replaced(seen: Observed[LotContents]) -> Outcome:
    """A document that says it replaces another is fed as its new version."""
    documents = seen.facts.documents
    new = next((one for one in documents if one.replaces and not one.linked), None)
    if new is None:
        return any(one.linked for one in documents) or None
    return Violation(
        f"relatedDocument {new.replaces[:60]}, et aucune association RPLC de ce document dans le lot",
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


def _hidden(code: str) -> Callable[[Observed[LotFed]], Outcome]:
    """Return the test that sees a document fed hidden from somebody; wrong codes are refused with the metadata."""

    def test(seen: Observed[LotFed]) -> Outcome:
        return (seen.facts.taken and any(code in one.confidentiality for one in seen.facts.documents)) or None

    return test


def once(seen: Observed[LotContents]) -> Outcome:
    """What was fed already is not fed again under another id; kept by what an outage held up, and comes once."""
    patient = seen.also(PatientSeen)
    if patient is None:
        return None
    digests = {one.digest: one.unique_id for one in seen.facts.documents}
    for past in seen.history.concerning(patient.matricule):
        earlier = past.noted.get(LotContents)
        for one in earlier.documents if earlier else ():
            if one.digest in digests:
                return Violation(
                    f"les octets de {one.unique_id[:60]}, déjà versés, sous l'uniqueId {digests[one.digest][:60]}",
                    "un renvoi sous le même uniqueId, ou aucun renvoi",
                    where="lot",
                )
    own = {one.unique_id for one in seen.facts.documents}
    held_up = any(own & set(struck.unique_ids) for _past, struck in seen.history.all(FeedStruck))
    return held_up or None


def act_date(seen: Observed[LotContents]) -> Outcome:
    """A document of the past says when its act was, not when it is sent."""
    if not _takes_over(seen):
        return None
    for one in seen.facts.documents:
        start = _moment(one.service_start)
        if start is None or datetime.fromisoformat(seen.exchange.started) - start < OLD:
            return Violation(
                f"serviceStartTime {one.service_start[:30] or 'absent'}",
                "la date de l'acte, comme dans l'événement documenté du CDA",
                where=f"document {one.unique_id[:60]}",
            )
    return bool(seen.facts.documents) or None


def rate(seen: Observed[LotFed]) -> Outcome:
    """A history is fed slowly; kept once there were more lots than may come at once, refused ones included."""
    if not _takes_over(seen):
        return None
    began = time_of(seen.history.markers(HISTORY)[0])
    moments = [past.at for past, _ in seen.history.all(LotFed) if past.at >= began]
    recent = 1 + sum(seen.age - at < WINDOW for at in moments)
    if recent <= RATE:
        return (len(moments) >= RATE and seen.facts.taken) or None
    return Violation(
        f"{recent} lots en {WINDOW.total_seconds():.0f} s", f"{RATE} lots par seconde au plus", where="débit d'envoi"
    )


def fed_already(seen: Observed[LotFed]) -> Outcome:
    """A history leaves out what was fed already; kept where something had been fed before it was taken up (again)."""
    if not _takes_over(seen):
        return None
    patient = seen.also(PatientSeen)
    if patient is None:
        return None
    own = {one.unique_id for one in seen.facts.documents}
    began, before = time_of(seen.history.markers(HISTORY)[-1]), False
    for past, _patient in seen.history.all(PatientSeen, about=patient.matricule):
        earlier = past.noted.get(LotFed)
        if earlier is None or not earlier.taken or past.outcome != ANSWERED:
            continue
        again = [one.unique_id for one in earlier.documents if one.unique_id in own]
        if again:
            return Violation(
                f"{again[0][:100]}, déjà versé", "aucun envoi d'un document marqué comme versé", where="lot"
            )
        before = before or past.at < began
    return (before and seen.facts.taken) or None


def departed_author(seen: Observed[LotContents]) -> Outcome:
    """What somebody wrote who has left the directory names the legal person as an author, too."""
    if not _takes_over(seen):
        return None
    concerned = [one for one in seen.facts.documents if one.departed]
    alone = next((one for one in concerned if not one.by_structure), None)
    if alone is None:
        return bool(concerned) or None
    return Violation(
        f"seul auteur : {', '.join(alone.departed)[:100]}, absent de l'annuaire",
        "l'officine aussi comme auteur, en personne morale",
        where=f"document {alone.unique_id[:60]}, author",
    )


def _takes_over(seen: Observed[Any]) -> bool:
    return seen.history.marked and bool(seen.history.markers(HISTORY))


def _moment(dtm: str) -> datetime | None:
    """Return the beginning of what a DTM names (a year, a day, a second), None when it names nothing."""
    digits = dtm[:14]
    if not digits.isdecimal():
        return None
    try:
        return moment_of_digits(digits).replace(tzinfo=UTC)
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
    *(
        Check(
            id=check_id,
            title=title,
            reads=LotFed,
            test=_hidden(code),
            requirements=("DMP/va1.17", "DMP/va1.10"),
            source="docs/sources/dmp.md#suppression-et-masquage",
            remedy=f"Gardez N dans confidentialityCode, à côté de {code}.",
            operations=FEEDS,
            severity=Severity.INFO,
        )
        for check_id, code, title in HIDINGS
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
        reads=LotFed,
        test=rate,
        requirements=("DMP/HISTO.06",),
        source="docs/sources/requirements.md#dmp-historique",
        remedy="Limitez le débit de la reprise.",
        confidence="M",
        severity=Severity.WARNING,
        operations=FEEDS,
    ),
    Check(
        id="DMP-HISTORY-ONCE",
        title="Document déjà versé, repris dans l'historique",
        reads=LotFed,
        test=fed_already,
        requirements=("DMP/HISTO.01", "DMP/HISTO.06"),
        source="docs/sources/requirements.md#dmp-historique",
        remedy="Marquez chaque document versé, et écartez-le de la reprise.",
        confidence="M",
        operations=FEEDS,
    ),
    Check(
        id="DMP-HISTORY-AUTHOR",
        title="Document historique d'un auteur parti, sans la personne morale",
        reads=LotContents,
        test=departed_author,
        requirements=("DMP/HISTO.04",),
        source="docs/sources/requirements.md#dmp-historique",
        remedy="Ajoutez l'officine aux auteurs, dans le CDA et dans les métadonnées.",
        confidence="M",
        severity=Severity.WARNING,
        operations=FEEDS,
    ),
)
