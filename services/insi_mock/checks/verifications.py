"""What a verification reveals of the identities that a client keeps: which it should not have, or not so.

Source: docs/sources/insi.md#verification (the operation is reconstructed), #retour-refuse, #prenom-incoherent,
#traits-rendus, #ko, #trait-modifie, #autre-domaine, #verification-en-masse. Reads what was claimed and answered, now
and before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from insi_mock.checks.operations import ON_CLAIMS
from insi_mock.domain import Claim, Identity
from insi_mock.domain.matching import is_run, words
from insi_mock.facts import ClaimAsked, Collected, Searched, TraitsAsked, Verified
from insi_mock.markers import CHANGED, QUALIFIED, RECEIVED
from insi_mock.wire import COLLECT, VERIFY
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.refusals import Refusal

__all__ = ["VERIFICATIONS"]

_VERIFY = frozenset({VERIFY.name})
_INCOMPLETE = "insi_simule_verification"
_STRICT = {"NomNaissance": "birth_name", "Sexe": "sex", "DateNaissance": "birth_date", "LieuNaissance": "birth_place"}
_NEVER = datetime.fromisoformat("0001-01-01T00:00:00+00:00")


def _complete(seen: Observed[ClaimAsked]) -> Outcome:
    refusal = seen.also(Refusal)
    if refusal and refusal.code == _INCOMPLETE:
        return Violation(refusal.received, refusal.expected, refusal.message, refusal.remedy, refusal.where)
    return seen.also(Verified) is not None or None


def _not_taken_over(fault_of: Callable[[Identity], str]) -> Callable[[Observed[Verified]], Outcome]:
    """An identity whose answer 00 had this fault is not there to be verified; kept once such an answer was given."""

    def test(seen: Observed[Verified]) -> Outcome:
        known, matricule = seen.facts.known, seen.facts.claim.matricule
        why = fault_of(known) if known and seen.facts.odd else ""
        if not why:
            told = (searched.identity for _, searched in seen.history.all(Searched))
            return any(fault_of(identity) for identity in told if identity) or None
        remedy = f"Retirez {matricule} du dossier : la réponse 00 était à refuser ({why})."
        received = f"{matricule}, repris d'une réponse dont {why}"
        return Violation(received, "aucun INS repris de cette réponse", "", remedy)

    return test


def _unknown_day(known: Identity) -> str:
    return f"la date est {known.birth_date}" if "00" in known.birth_date.split("-") else ""


def _missing_trait(known: Identity) -> str:
    empty = {"le nom": known.birth_name, "la liste des prénoms": known.first_names, "le sexe": known.sex}
    missing = [what for what, value in empty.items() if not value]
    return f"{missing[0]} manque" if missing else ""


def _first_name_differs(known: Identity, claim: Claim) -> bool:
    return _differs(claim.traits.first_names, known)


def _differs(first_names: str, known: Identity) -> bool:
    asked, listed = words(first_names), words(" ".join(known.first_names))
    return bool(listed) and not is_run(asked[:1], listed)


def _incoherent(seen: Observed[Verified]) -> Outcome:
    known, claim = seen.facts.known, seen.facts.claim
    if known is None or not known.first_names:
        return None
    if not _first_name_differs(known, claim):
        return _was_incoherent(seen) or None
    listed = " ".join(known.first_names)
    expected = f"un prénom qui commence la liste « {listed} »"
    remedy = f"Alertez l'utilisateur, et ne reprenez pas l'INS : la liste commence par « {known.first_names[0]} »."
    return Violation(f"« {claim.traits.first_names} »", expected, "", remedy, "ListePrenom")


def _was_incoherent(seen: Observed[Verified]) -> bool:
    """Tell whether a search was answered a list that does not begin with the first name that was asked."""
    for past, searched in seen.history.all(Searched):
        asked = past.noted.get(TraitsAsked)
        if asked and searched.identity and _differs(asked.traits.first_names, searched.identity):
            return True
    return False


def _listed(seen: Observed[Verified]) -> Outcome:
    """Strict traits are those of INSi, the first names those of the list."""
    known, claim = seen.facts.known, seen.facts.claim
    if known is None or _first_name_differs(known, claim) or _missing_trait(known) or _unknown_day(known):
        return None
    wrong = [line for line in _beside(claim, known) if line[1] and line[1] != line[2]]
    if not wrong:
        return True
    return Violation(
        " ; ".join(f"{element} « {kept} »" for element, kept, _ in wrong),
        " ; ".join(f"{element} « {told} »" for element, _, told in wrong),
        "",
        " ".join(f"Enregistrez « {told} » dans {element}." for element, _, told in wrong),
        ", ".join(element for element, _, _ in wrong),
    )


def _beside(claim: Claim, known: Identity) -> list[tuple[str, str, str]]:
    """Return the elements, each with what the client keeps and what INSi tells."""
    strict = [(element, getattr(claim.traits, name), getattr(known, name)) for element, name in _STRICT.items()]
    return [*strict, ("ListePrenom", claim.traits.first_names, " ".join(known.first_names))]


def _after_ko(seen: Observed[Verified]) -> Outcome:
    matricule = seen.facts.claim.matricule
    refused = (past.at for past, before in seen.history.all(Verified, about=matricule) if not before.conforms)
    return _searched_since(seen, _last(refused), f"{matricule}, dont la vérification était KO")


def _after_change(seen: Observed[Verified]) -> Outcome:
    matricule = seen.facts.claim.matricule
    changed = seen.history.markers(CHANGED, about=(matricule,)) if seen.history.marked else []
    at = _last(datetime.fromisoformat(marker.at) for marker in changed)
    return _searched_since(seen, at, f"{matricule}, après le marqueur « {CHANGED} »")


def _searched_since(seen: Observed[Verified], dropped: datetime, received: str) -> Outcome:
    """Tell whether a search found the matricule again since it had to be dropped; nothing when it never had to."""
    if dropped == _NEVER:
        return None
    matricule = seen.facts.claim.matricule
    found = _last(past.at for past, _ in seen.history.all(Searched, about=matricule))
    if dropped <= found:
        return True
    remedy = f"Retirez {matricule} et son OID du dossier, puis cherchez l'identité par ses traits avant de la vérifier."
    return Violation(f"{received}, vérifié de nouveau", "une recherche par traits avant toute vérification", "", remedy)


def _last(moments: Iterable[datetime]) -> datetime:
    return max(moments, default=_NEVER)


def _received(seen: Observed[Verified]) -> Outcome:
    """An INS of another domain is verified, unless it was qualified here before it came."""
    if not seen.history.marked:
        return None
    matricule = seen.facts.claim.matricule
    received = seen.history.markers(RECEIVED, about=(matricule,))
    if not received:
        return None
    settled = [m for m in seen.history.markers(QUALIFIED, about=(matricule,)) if m.at <= received[-1].at]
    if not settled:
        return True
    remedy = f"Ne vérifiez pas {matricule} : votre base le tient déjà pour qualifié."
    return Violation(f"vérification de {matricule}, déjà qualifié ici", "aucune vérification", "", remedy)


def _in_time(seen: Observed[Collected]) -> Outcome:
    if not seen.facts.early:
        return True
    remedy = "Relevez le dépôt après la date que son accusé donne dans Disponibilite."
    received = f"relève {seen.facts.early:.0f} s avant la date de disponibilité"
    return Violation(received, "une relève après la date de disponibilité", "", remedy, "Releve/NumeroDepot")


VERIFICATIONS = (
    Check(
        id="INSI-VERIFICATION",
        title="Vérification : matricule, OID et traits stricts",
        reads=ClaimAsked,
        test=_complete,
        requirements=("INS/va1.09",),
        source="docs/sources/insi.md#verification",
        remedy="Envoyez le matricule avec son OID et tous les traits stricts.",
        confidence="L",
        operations=ON_CLAIMS,
        explains=frozenset({_INCOMPLETE}),
    ),
    Check(
        id="INSI-RETOUR-DATE",
        title="Aucun INS repris d'une réponse dont la date porte 00",
        reads=Verified,
        test=_not_taken_over(_unknown_day),
        requirements=("INS/va1.28",),
        source="docs/sources/insi.md#retour-refuse",
        remedy="Refusez une réponse 00 dont le jour ou le mois de naissance est 00.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-RETOUR-INCOMPLET",
        title="Aucun INS repris d'une réponse sans nom, prénoms ou sexe",
        reads=Verified,
        test=_not_taken_over(_missing_trait),
        requirements=("INS/va1.31",),
        source="docs/sources/insi.md#retour-refuse",
        remedy="Refusez une réponse 00 sans nom, sans prénoms ou sans sexe.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-PRENOM-INCOHERENT",
        title="Aucun INS repris quand le prénom n'est pas le début de la liste",
        reads=Verified,
        test=_incoherent,
        requirements=("INS/va1.51",),
        source="docs/sources/insi.md#prenom-incoherent",
        remedy="Alertez quand le premier prénom saisi n'est pas le début de la liste rendue par INSi.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-TRAITS-RENDUS",
        title="Traits stricts rendus par INSi, prénoms de la liste",
        reads=Verified,
        test=_listed,
        requirements=("INS/va1.52",),
        source="docs/sources/insi.md#traits-rendus",
        remedy="Dès « récupérée », les traits stricts sont ceux d'INSi, les prénoms ceux de ListePrenom.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-KO",
        title="Matricule retiré après un KO",
        reads=Verified,
        test=_after_ko,
        requirements=("INS/va1.08", "INS/va1.05", "INS/va1.07"),
        source="docs/sources/insi.md#ko",
        remedy="Après un KO, retirez matricule et OID et revenez à « provisoire », jusqu'à une nouvelle recherche.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-TRAIT-MODIFIE",
        title="Matricule retiré après la modification d'un trait strict",
        reads=Verified,
        test=_after_change,
        requirements=("INS/va1.60",),
        source="docs/sources/insi.md#trait-modifie",
        remedy="Une modification d'un trait strict retire matricule et OID.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-DOMAINE",
        title="INS d'un autre domaine vérifié, sauf s'il est déjà récupéré ou qualifié ici",
        reads=Verified,
        test=_received,
        requirements=("INS/va1.11", "INS/va1.13"),
        source="docs/sources/insi.md#autre-domaine",
        remedy="Ne vérifiez pas un INS que votre base tient déjà pour récupéré ou qualifié.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-MASSE",
        title="Vérification en masse : dépôt, puis relève en son temps",
        reads=Collected,
        test=_in_time,
        requirements=("INS/va1.70",),
        source="docs/sources/insi.md#verification-en-masse",
        remedy="Relevez un dépôt après la date de disponibilité de son accusé.",
        confidence="L",
        operations=frozenset({COLLECT.name}),
        severity=Severity.INFO,
    ),
)
