"""What follows a gesture that the tester told by a marker: a document validated or blocked, a record opened, a search.

Without the marker nobody knows of the gesture, and these rules say nothing. Source: docs/sources/dmp.md#gestes;
docs/sources/requirements.md#dmp-alimentation, #dmp-ecran, #dmp-consultation.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from dmp_mock.codes.habilitations import Action
from dmp_mock.facts import (
    AuthorisationSet,
    ExistenceTested,
    FedDocument,
    LotContents,
    LotFed,
    PatientSeen,
    QueryAsked,
    Reading,
    Updated,
    VihfGiven,
)
from dmp_mock.markers import (
    AGREED,
    BLOCKED,
    DELETION,
    LOGGED_IN,
    OPENED,
    SEARCHED,
    UNBLOCKED,
    VALIDATED,
)
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.markers import Marker, plain

__all__ = ["GESTURE_CHECKS"]

FEEDS, SEARCH, DELETE = frozenset({"td2.1", "td2.2"}), "td3.1", "td3.3c"
PROMPT = timedelta(minutes=5)
"""How long after its validation a document leaves « as soon as » validated: ours, the delay is not written anywhere."""
AT_ONCE = timedelta(seconds=30)
"""How long after a record is opened the state of the DMP comes without a click: ours."""
N1_TYPES, VACCINATIONS = frozenset({"78601-2", "56445-0"}), frozenset({"87273-9"})
USUAL = frozenset({"$XDSDocumentEntryPatientId", "$XDSDocumentEntryStatus"})
RECIPIENTS, VALID = "destinataires", "VALIDE"
_GESTURES = "docs/sources/dmp.md#gestes"


# --- feeding


def fed_n1(seen: Observed[LotFed]) -> Outcome:
    """An interview or a review leaves as soon as it is validated."""
    return _prompt(seen, N1_TYPES)


def fed_vaccination(seen: Observed[LotFed]) -> Outcome:
    """A vaccination note leaves as soon as it is validated, at level 3."""
    prompt = _prompt(seen, VACCINATIONS)
    if prompt is not True:
        return prompt
    flat = [one for one in seen.facts.documents if one.type in VACCINATIONS and one.level == "N1"]
    if not flat:
        return True
    return Violation(
        f"{flat[0].unique_id[:60]} de niveau N1", "une note de vaccination en CDA R2 N3", where="document versé"
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
        f"{document.unique_id[:60]} versé {_minutes(wait)} après « {VALIDATED} »",
        f"un versement dès la validation, {_minutes(PROMPT)} au plus ici",
        where="moment du versement",
    )


def _since(seen: Observed[Any], document: FedDocument) -> timedelta | None:
    told = seen.history.markers(VALIDATED, about=(document.unique_id,))
    return seen.age - _at(told[-1]) if told else None


def blocked(seen: Observed[LotFed]) -> Outcome:
    """A document whose feed the user blocked does not leave."""
    if not seen.history.marked:
        return None
    ids = [one.unique_id for one in seen.facts.documents]
    held = [one for one in ids if _last(seen, (one,), BLOCKED, UNBLOCKED) == plain(BLOCKED)]
    if held:
        return Violation(f"{held[0][:100]} envoyé après « {BLOCKED} »", f"aucun envoi jusqu'à « {UNBLOCKED} »")
    return bool(seen.history.markers(BLOCKED)) or None


def recipients(seen: Observed[LotContents]) -> Outcome:
    """The CDA names all recipients that the user chose, whom the marker of the validation lists."""
    told = [one for document in seen.facts.documents for one in _chosen(seen, document.unique_id)]
    if not told:
        return None
    written = seen.facts.recipients.value
    missing = [one for one in told if one not in written]
    if not missing:
        return True
    return Violation(
        f"informationRecipient : {', '.join(written)[:150] or 'aucun'}",
        f"aussi {', '.join(missing)[:150]}, que cite le jalon « {VALIDATED} »",
        where="ClinicalDocument/informationRecipient",
    )


def _chosen(seen: Observed[Any], unique_id: str) -> list[str]:
    if not seen.history.marked:
        return []
    markers = seen.history.markers(VALIDATED, about=(unique_id,))
    listed = str(markers[-1].detail.get(RECIPIENTS, "")) if markers else ""
    return listed.replace(",", " ").split()


# --- authorisations


def no_access_to_feed(seen: Observed[PatientSeen]) -> Outcome:
    """Whoever feeds or deletes has not asked for access just before, without having read."""
    subject = seen.facts.matricule
    for earlier, _patient in seen.history.all(PatientSeen, about=subject):
        if (reading := earlier.noted.get(Reading)) is not None and reading.consults:
            return True
        asked = earlier.noted.get(AuthorisationSet)
        if asked is not None and asked.action == Action.ADD and asked.changed:
            return Violation(
                f"TD0.3 AJOUT pour {subject}, puis {seen.operation.upper()} sans aucune consultation",
                "aucune demande d'accès pour seulement alimenter ou supprimer",
            )
    return True


def agreed(seen: Observed[AuthorisationSet]) -> Outcome:
    """An access is declared after the patient agreed, where the tester tells of agreements."""
    if seen.facts.action != Action.ADD or not seen.history.marked or not seen.history.markers(AGREED):
        return None
    if seen.history.markers(AGREED, about=(seen.facts.matricule,)):
        return True
    return Violation(
        f"TD0.3 AJOUT pour {seen.facts.matricule} sans jalon « {AGREED} »", "l'accord explicite du patient d'abord"
    )


def access_before_reading(seen: Observed[Reading]) -> Outcome:
    """Where TD0.2 said that there is no authorisation, TD0.3 comes before the consultation."""
    reading = seen.facts
    if not reading.consults:
        return None
    asked = valid = False
    for earlier, _patient in seen.history.all(PatientSeen, about=reading.matricule):
        given = earlier.noted.get(VihfGiven)
        if given is None or given.name_id != reading.holder:
            continue
        changed, tested = earlier.noted.get(AuthorisationSet), earlier.noted.get(ExistenceTested)
        asked = asked or (changed is not None and changed.action == Action.ADD)
        if tested is not None and tested.authorisation not in ("", VALID):
            if asked or valid:
                return asked or None
            return Violation(
                f"consultation de {reading.matricule} après TD0.2 : autorisation {tested.authorisation}",
                "TD0.3 AJOUT d'abord, si le patient n'est pas opposé",
            )
        valid = valid or tested is not None
    return None


# --- reading


def after_feed(seen: Observed[Reading]) -> Outcome:
    """Nobody searches by himself right after a feed (EX_3.1-2030): a gesture stands between."""
    if not seen.facts.consults or not seen.history.marked:
        return None
    last = next(seen.history.all(PatientSeen, about=seen.facts.matricule), None)
    fed = last[0].noted.get(LotFed) if last else None
    if last is None or fed is None or not fed.taken:
        return None
    if not seen.history.markers(VALIDATED, about=[one.unique_id for one in fed.documents]):
        return None
    gestures = seen.history.markers(OPENED, SEARCHED, about=(seen.facts.matricule,))
    if any(_at(one) >= last[0].at for one in gestures):
        return True
    return Violation(
        f"{seen.operation.upper()} pour {seen.facts.matricule} juste après l'alimentation, sans geste de l'utilisateur",
        f"aucune recherche automatique après un versement ; le jalon « {OPENED} » quand l'utilisateur ouvre le dossier",
    )


def state_at_once(seen: Observed[ExistenceTested]) -> Outcome:
    """The state of the DMP is asked for as soon as the record is opened, without another click."""
    opened = _opened(seen, seen.facts.matricule)
    if not opened:
        return None
    tests = seen.history.all(ExistenceTested, about=seen.facts.matricule)
    if any(past.at >= _at(opened[-1]) for past, _ in tests):
        return None
    wait = seen.age - _at(opened[-1])
    if wait <= AT_ONCE:
        return True
    return Violation(
        f"TD0.2 {wait.total_seconds():.0f} s après « {OPENED} »",
        f"TD0.2 dès l'ouverture du dossier, {AT_ONCE.total_seconds():.0f} s au plus ici",
    )


def criteria(seen: Observed[QueryAsked]) -> Outcome:
    """A search by several criteria asks the registry for all of them."""
    asked, patient = seen.facts, seen.also(PatientSeen)
    if asked.name != "FindDocuments" or patient is None or not seen.history.marked:
        return None
    searched = seen.history.markers(SEARCHED, about=(patient.matricule,))
    before = seen.history.last(QueryAsked)
    if not searched or (before is not None and before[0].at > _at(searched[-1])):
        return None
    chosen = sorted(set(asked.parameters) - USUAL)
    if len(chosen) > 1:
        return True
    return Violation(
        f"FindDocuments avec {', '.join(chosen) or 'aucun critère'}",
        f"deux critères au moins après « {SEARCHED} »",
        where="AdhocQuery/Slot",
    )


def second_visit(seen: Observed[QueryAsked]) -> Outcome:
    """When a record is opened again, the software asks for what is new, not for everything."""
    patient = seen.also(PatientSeen)
    if patient is None or len(_opened(seen, patient.matricule)) < 2:
        return None
    if seen.facts.name == "FindSubmissionSets":
        return "$XDSSubmissionSetSubmissionTimeFrom" in seen.facts.parameters or None
    if seen.facts.name != "FindDocuments" or set(seen.facts.parameters) - USUAL:
        return None
    return Violation(
        f"FindDocuments sans critère à la réouverture du dossier de {patient.matricule}",
        "FindSubmissionSets depuis la dernière visite, puis les documents de ces lots",
        where="AdhocQuery",
    )


# --- changing, and who acts


def deleted(seen: Observed[Updated]) -> Outcome:
    """What the user deletes is deleted in the DMP, not archived or hidden."""
    if not seen.facts.taken:
        return None
    if seen.operation == DELETE:
        return True
    asked = [one for one in seen.facts.documents if seen.history.marked and _last(seen, (one.unique_id,), DELETION)]
    if not asked:
        return None
    return Violation(
        f"{seen.operation.upper()} ({asked[0].act}) de {asked[0].unique_id[:60]} après « {DELETION} »",
        "TD3.3c : le statut Deleted",
    )


def logged_in(seen: Observed[VihfGiven]) -> Outcome:
    """The VIHF names the user who is logged in; kept once two users were, each under his own id."""
    if not seen.history.marked:
        return None
    users = seen.history.markers(LOGGED_IN)
    if not users:
        return None
    current, given = users[-1].subject, seen.facts.name_id
    if given != current:
        return Violation(
            f"NameID {given}", f"NameID {current}, de l'utilisateur connecté", where="VIHF, Subject/NameID"
        )
    return len({one.subject for one in users}) > 1 or None


def _opened(seen: Observed[Any], matricule: str) -> list[Marker]:
    return seen.history.markers(OPENED, about=(matricule,)) if seen.history.marked else []


def _last(seen: Observed[Any], about: tuple[str, ...], *names: str) -> str:
    """Return the plain name of the last marker of some names about some subjects, or ""."""
    told = seen.history.markers(*names, about=about)
    return told[-1].plain_name if told else ""


def _at(marker: Marker) -> datetime:
    return datetime.fromisoformat(marker.at)


def _minutes(duration: timedelta) -> str:
    return f"{duration.total_seconds() / 60:.0f} min"


GESTURE_CHECKS: tuple[Check[Any], ...] = (
    Check(
        id="DMP-FEED-AUTO",
        title="Entretien ou bilan versé longtemps après sa validation",
        reads=LotFed,
        test=fed_n1,
        requirements=("LGO.DMP.03", "DMP/va1.01", "ALI/PROG.02"),
        source=_GESTURES,
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
        source=_GESTURES,
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
        source=_GESTURES,
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
    Check(
        id="DMP-AUTHORISATION-FEED",
        title="Accès demandé pour seulement alimenter ou supprimer",
        reads=PatientSeen,
        test=no_access_to_feed,
        requirements=("DMP/CONF.05",),
        source="docs/sources/dmp.md#autorisation",
        remedy="N'appelez TD0.3 que pour consulter.",
        confidence="M",
        severity=Severity.WARNING,
        operations=FEEDS | {DELETE},
    ),
    Check(
        id="DMP-AUTHORISATION-ACT",
        title="Accès déclaré sans l'accord du patient (EX_0.3-1010)",
        reads=AuthorisationSet,
        test=agreed,
        source="docs/sources/dmp.md#autorisation",
        remedy="Recueillez l'accord du patient, puis appelez TD0.3.",
        confidence="M",
        severity=Severity.WARNING,
        operations=frozenset({"td0.3"}),
    ),
    Check(
        id="DMP-AUTHORISATION-NEEDED",
        title="Consultation sans l'autorisation que TD0.2 disait absente",
        reads=Reading,
        test=access_before_reading,
        requirements=("DMP/UX.50",),
        source="docs/sources/dmp.md#autorisation",
        remedy="Après TD0.2, appelez TD0.3 AJOUT si le patient n'est pas opposé, puis consultez.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-SEARCH-AFTER-FEED",
        title="Recherche automatique juste après une alimentation (EX_3.1-2030)",
        reads=Reading,
        test=after_feed,
        source=_GESTURES,
        remedy="Ne relisez pas le DMP après un versement : la réponse de TD2.1 suffit.",
        confidence="M",
        severity=Severity.WARNING,
        operations=frozenset({SEARCH}),
    ),
    Check(
        id="DMP-RECORD",
        title="État du DMP demandé après un clic",
        reads=ExistenceTested,
        test=state_at_once,
        requirements=("DMP/UX.12",),
        source="docs/sources/requirements.md#dmp-ecran",
        remedy="Appelez TD0.2 à l'ouverture du dossier, en tâche de fond.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-CRITERIA",
        title="Recherche à plusieurs critères dont le registre ne sait rien",
        reads=QueryAsked,
        test=criteria,
        requirements=("DMP/UX.27", "DMP/UX.14"),
        source="docs/sources/requirements.md#dmp-consultation",
        remedy="Mettez chaque critère de l'écran dans la requête TD3.1.",
        confidence="M",
        severity=Severity.WARNING,
        operations=frozenset({SEARCH}),
    ),
    Check(
        id="DMP-DELTA",
        title="Liste entière redemandée à la réouverture d'un dossier",
        reads=QueryAsked,
        test=second_visit,
        requirements=("DMP/UX.15", "CDA/DD.05"),
        source=_GESTURES,
        remedy="Demandez les lots reçus depuis la dernière visite (FindSubmissionSets), puis leurs documents.",
        confidence="M",
        severity=Severity.INFO,
        operations=frozenset({SEARCH}),
    ),
    Check(
        id="DMP-DELETED",
        title="Suppression demandée par l'utilisateur, autre mise à jour envoyée",
        reads=Updated,
        test=deleted,
        requirements=("DMP/va1.16", "DMP/CONF.03"),
        source="docs/sources/dmp.md#suppression-et-masquage",
        remedy="Envoyez TD3.3c quand l'utilisateur supprime un document.",
        confidence="M",
    ),
    Check(
        id="DMP-TWO-USERS",
        title="VIHF au nom d'un autre que l'utilisateur connecté",
        reads=VihfGiven,
        test=logged_in,
        requirements=("DMP/AIRS.06",),
        source="docs/sources/dmp.md#vihf-identite-reelle",
        remedy="Mettez dans NameID l'identifiant national de l'utilisateur qui agit.",
        confidence="M",
    ),
)
