"""What a verification reveals of the identities that a client keeps: which it should not have, or not so.

Source: specs/requirements.md §2.1 (rules 6, 11, 12, 27, 30, 49, 51, 52) and §3.1 (cards INS-C, INS-D, INS-F, INS-G);
the operation itself is reconstructed (specs/insi.md §1.6). Reads noted facts only.
"""

from __future__ import annotations

from typing import Any

from insi_mock.domain.matching import is_run, words
from insi_mock.wire import COLLECT, DEPOSIT, VERIFY
from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation

__all__ = ["VERIFICATIONS"]

_VERIFY = frozenset({VERIFY.name})
_STRICT = ("birth_name", "sex", "birth_date", "birth_place")


def _complete(seen: Observed) -> Outcome:
    if (seen.facts.get("error") or "") == "insi_simule_verification":
        return Violation(seen.facts["refusal"]["received"], seen.facts["refusal"]["expected"])
    return "verified" in seen.facts or None


def _odd(seen: Observed) -> Outcome:
    """An identity whose answer 00 had to be refused is not there to be verified."""
    if "odd" not in seen.facts:
        return None
    if not seen.facts["odd"] or _first_name_differs(seen.facts["known"], seen.facts["claim"]):
        return True
    known = seen.facts["known"]
    told = f"date {known['birth_date']}, nom « {known['birth_name']} », prénoms « {known['listed_first_names']} »"
    if _is_whole(known):
        return None
    return Violation(f"INS repris d'une réponse à refuser : {told}, sexe « {known['sex']} »", "aucun INS repris")


def _is_whole(known: dict[str, Any]) -> bool:
    traits = (known["birth_name"], known["listed_first_names"], known["sex"])
    return all(traits) and "00" not in known["birth_date"].split("-")


def _first_name_differs(known: dict[str, Any], claim: dict[str, Any]) -> bool:
    asked, listed = words(claim["first_names"]), words(known["listed_first_names"])
    return bool(listed) and not is_run(asked[:1], listed)


def _incoherent(seen: Observed) -> Outcome:
    if not seen.facts.get("known", {}).get("listed_first_names"):
        return None
    known, claim = seen.facts["known"], seen.facts["claim"]
    if not _first_name_differs(known, claim):
        return True
    received = f"« {claim['first_names']} », liste « {known['listed_first_names']} »"
    return Violation(received, "une alerte, et aucune reprise de l'INS, quand le prénom n'est pas le début de la liste")


def _listed(seen: Observed) -> Outcome:
    """Strict traits are those of INSi, the first names those of the list."""
    known = seen.facts.get("known")
    if known is None or _first_name_differs(known, seen.facts["claim"]) or not _is_whole(known):
        return None
    claim = seen.facts["claim"]
    kept = [claim[name] for name in _STRICT if claim[name]] + [claim["first_names"]]
    told = [known[name] for name in _STRICT if claim[name]] + [known["listed_first_names"]]
    return True if kept == told else Violation(" ; ".join(kept), " ; ".join(told))


def _after(fact: str, what: str) -> Any:
    def test(seen: Observed) -> Outcome:
        if fact not in seen.facts:
            return None
        return (
            Violation(f"vérification du même matricule après {what}", "un matricule retiré")
            if seen.facts[fact]
            else True
        )

    return test


def _received(seen: Observed) -> Outcome:
    if not seen.facts.get("received"):
        return None
    if seen.facts["already_qualified"]:
        return Violation("vérification d'un INS déjà récupéré ou qualifié ici", "aucune vérification")
    return True


def _batch(seen: Observed) -> Outcome:
    if "code" not in seen.facts:
        return None
    early = seen.facts.get("early_seconds", 0)
    return Violation(f"relève {early:.0f} s trop tôt", "une relève après la date de disponibilité") if early else True


VERIFICATIONS = (
    Check(
        id="INSI-VERIFICATION",
        title="Vérification unitaire : matricule, OID et traits stricts",
        test=_complete,
        requirements=("INS/va1.09",),
        source="specs/insi.md §1.6 ; specs/requirements.md §2.1",
        remedy="Envoyez le matricule avec son OID et tous les traits stricts.",
        confidence="C",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-RETOUR-REFUSE",
        title="Aucun INS repris d'une réponse à refuser",
        test=_odd,
        requirements=("INS/va1.28", "INS/va1.31"),
        source="specs/requirements.md §2.1 (règles 11 et 12), §3.1 fiche INS-C",
        remedy="Refusez une réponse 00 dont la date porte 00, ou sans nom, prénoms ou sexe.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-PRENOM-INCOHERENT",
        title="Aucun INS repris quand le prénom n'est pas le début de la liste",
        test=_incoherent,
        requirements=("INS/va1.51",),
        source="specs/requirements.md §2.1 (règle 6), §3.1 fiche INS-D",
        remedy="Alertez quand le premier prénom saisi n'est pas le début de la liste rendue par INSi.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-TRAITS-RENDUS",
        title="Traits stricts rendus par INSi, prénoms de la liste",
        test=_listed,
        requirements=("INS/va1.52",),
        source="specs/requirements.md §2.1 (règle 6)",
        remedy="Dès « récupérée », les traits stricts sont ceux d'INSi, les prénoms ceux de ListePrenom.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-KO",
        title="Matricule retiré après un KO",
        test=_after("after_ko", "un KO sans nouvelle recherche"),
        requirements=("INS/va1.08", "INS/va1.05", "INS/va1.07"),
        source="specs/requirements.md §2.1 (règles 49 et 51), §3.1 fiche INS-F",
        remedy="Après un KO, retirez matricule et OID et revenez à « provisoire », jusqu'à une nouvelle recherche.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-TRAIT-MODIFIE",
        title="Matricule retiré après la modification d'un trait strict",
        test=_after("after_change", "la modification d'un trait strict sans nouvelle recherche"),
        requirements=("INS/va1.60",),
        source="specs/requirements.md §2.1 (règle 27)",
        remedy="Une modification d'un trait strict retire matricule et OID.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-DOMAINE",
        title="INS d'un autre domaine vérifié, sauf s'il est déjà récupéré ou qualifié ici",
        test=_received,
        requirements=("INS/va1.11", "INS/va1.13"),
        source="specs/requirements.md §2.1 (règles 30 et 52), §3.1 fiche INS-G",
        remedy="Ne vérifiez pas un INS que votre base tient déjà pour récupéré ou qualifié.",
        operations=_VERIFY,
    ),
    Check(
        id="INSI-MASSE",
        title="Vérification en masse : dépôt, puis relève en son temps",
        test=_batch,
        requirements=("INS/va1.70",),
        source="specs/insi.md §1.2 ; specs/requirements.md §2.1 (règle 46)",
        remedy="Relevez un dépôt après la date de disponibilité de son accusé.",
        confidence="D",
        operations=frozenset({DEPOSIT.name, COLLECT.name}),
        severity=Severity.INFO,
    ),
)
