"""What we reproach what a single request asks: traits, card, matricule, first names.

Source: specs/insi.md §1.4 (formats) and §4 (first names), specs/requirements.md §2.1 (rules of the RNIV). A check reads
the facts that were noted; it knows no XML and no session.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from health_documents.identifiers import matricule_is_valid
from insi_mock.domain.matching import words
from insi_mock.wire import BY_CARD, BY_TRAITS, COLLECT, DEPOSIT, VERIFY
from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation

__all__ = ["REQUESTS"]

_BY_TRAITS = frozenset({BY_TRAITS.name})
_BY_CARD = frozenset({BY_CARD.name})
_CALLS = frozenset({BY_TRAITS.name, BY_CARD.name, VERIFY.name, DEPOSIT.name, COLLECT.name})
_PLACE = "LieuNaissance"
_NO_PLACE = "00000"


def _traits(seen: Observed) -> Outcome:
    if "traits" not in seen.facts:
        return None
    broken = [rule for rule in seen.facts["broken_rules"] if rule["value"] and rule["element"] != _PLACE]
    return _told(broken, "majuscules A à Z sans accent, espace, apostrophe, tiret ; formats du guide INSi")


def _mandatory(seen: Observed) -> Outcome:
    if "traits" not in seen.facts:
        return None
    missing = [rule for rule in seen.facts["broken_rules"] if not rule["value"]]
    return _told(missing, "nom de naissance, prénom, sexe et date de naissance ; le lieu (COG) s'il est connu")


def _place(seen: Observed) -> Outcome:
    place = seen.facts.get("traits", {}).get("birth_place", "")
    if not place:
        return None
    broken = [rule for rule in seen.facts["broken_rules"] if rule["element"] == _PLACE]
    if place == _NO_PLACE:
        return Violation(place, "le code COG, ou 99999 quand le lieu de naissance est inconnu")
    return _told(broken, "un code COG de 5 caractères, ou 99999 quand le lieu de naissance est inconnu")


def _card(seen: Observed) -> Outcome:
    if "card" not in seen.facts:
        return None
    return _told(seen.facts["broken_rules"], "matricule, date de naissance et rang lus sur la carte, tels quels")


def _told(broken: list[dict[str, str]], expected: str) -> Outcome:
    if not broken:
        return True
    return Violation(" ; ".join(f"{rule['element']} « {rule['value']} » : {rule['what']}" for rule in broken), expected)


def _cover(seen: Observed) -> Outcome:
    """Compare what the contexte BAM and the request tell of the card."""
    if "card" not in seen.facts or "context" not in seen.facts:
        return None
    card, context = seen.facts["card"], seen.facts["context"]
    asked = (card["holder"] or card["individual"], card["birth_date"])
    told = (context["card_number"], context["card_birth_date"])
    return True if asked == told else Violation(f"COUVERTURE {told}, RECVITALE {asked}", "la même carte dans les deux")


def _key(seen: Observed) -> Outcome:
    """Only matricules of 15 characters have a key to be wrong."""
    card = seen.facts.get("card", {})
    given = [*(card.get(name, "") for name in ("individual", "holder")), *seen.facts.get("claims", ())]
    given = [matricule for matricule in given if len(matricule) == 15]
    wrong = [matricule for matricule in given if not matricule_is_valid(matricule)]
    if wrong:
        return Violation(", ".join(wrong), "une clé juste : 97 moins le reste du matricule par 97")
    return True if given else None


def _answered(operation: str) -> Callable[[Observed], Outcome]:
    return lambda seen: (seen.operation == operation and "code" in seen.facts) or None


def _first_names(seen: Observed) -> Outcome:
    """Several first names at once come after each of them alone (specs/insi.md §4, CNDA 2.07).

    They may also tell homonyms apart after a 02, or respell a composed first name (§2.1).
    """
    if "tried" not in seen.facts or seen.facts["homonyms"]:
        return None
    tried, asked = seen.facts["tried"], seen.facts["traits"]["first_names"]
    if any(name != asked and words(name) == words(asked) for name in tried):
        return None
    missing = [name for name in asked.split(" ") if name not in tried]
    return (
        Violation(f"sans essai seul de {', '.join(missing)}", "chaque prénom seul, puis tous ensemble")
        if missing
        else True
    )


def _calendar_date(seen: Observed) -> Outcome:
    text = seen.facts.get("traits", {}).get("birth_date", "")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return Violation(text, "une date du calendrier, complétée selon le RNIV quand l'état civil l'ignore")


REQUESTS = (
    Check(
        id="INSI-TRAITS",
        title="Traits d'identité dans le jeu de caractères et les formats de l'INS",
        test=_traits,
        requirements=("INS/va1.01",),
        source="specs/insi.md §1.4 ; specs/requirements.md §2.1",
        remedy="Translittérez en majuscules sans accent et contrôlez la forme avant l'appel : INSi ne normalise rien.",
        confidence="B",
        operations=_BY_TRAITS,
    ),
    Check(
        id="INSI-DATE",
        title="Date de naissance du calendrier",
        test=_calendar_date,
        requirements=("INS/va1.01",),
        source="specs/insi.md §4 (EXI ID 11 et 12)",
        remedy="Refusez à la saisie un jour ou un mois impossible ; complétez une date inconnue selon le RNIV.",
        confidence="B",
        operations=_BY_TRAITS,
    ),
    Check(
        id="INSI-TRAITS-OBLIGATOIRES",
        title="Recherche avec tous les traits obligatoires",
        test=_mandatory,
        requirements=("LGO.INS.09",),
        source="specs/insi.md §4 ; specs/requirements.md §2.1 (règle 5)",
        remedy="N'appelez INSi qu'avec nom de naissance, prénom, sexe et date de naissance.",
        operations=_BY_TRAITS,
    ),
    Check(
        id="INSI-LIEU",
        title="Lieu de naissance codé par le COG",
        test=_place,
        requirements=("INS/va1.22",),
        source="specs/insi.md §1.4 ; specs/requirements.md §2.1 (règle 5)",
        remedy="Envoyez le code COG de la commune ou du pays ; 99999, ou rien, quand le lieu est inconnu.",
        confidence="B",
        operations=_BY_TRAITS,
    ),
    Check(
        id="INSI-PRENOMS",
        title="Chaque prénom seul, dans l'ordre, avant tous les prénoms ensemble",
        test=_first_names,
        requirements=("INS/va1.35",),
        source="specs/insi.md §4 (cas 2.07)",
        remedy="Cherchez avec chaque prénom de naissance seul ; sans réponse 00, avec tous, séparés par un espace.",
        operations=_BY_TRAITS,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-RECHERCHE-TRAITS",
        title="Recherche par les traits aboutie",
        test=_answered(BY_TRAITS.name),
        requirements=("INS/va1.34",),
        source="specs/requirements.md §2.1",
        remedy="Cherchez un INS par les traits d'identité.",
        operations=_BY_TRAITS,
    ),
    Check(
        id="INSI-VITALE",
        title="Recherche par la carte Vitale bien formée",
        test=_card,
        requirements=("INS/va1.34",),
        source="specs/insi.md §1.4 ; specs/requirements.md §2.1",
        remedy="Recopiez de la carte le matricule avec sa clé, la date de naissance (AAAA-MM-JJ) et le rang.",
        operations=_BY_CARD,
    ),
    Check(
        id="INSI-COUVERTURE",
        title="La même carte dans le contexte BAM et dans la demande",
        test=_cover,
        requirements=(),
        source="specs/insi.md §1.3 et §3 (test 1.03)",
        remedy="Remplissez COUVERTURE (ASSURE, BENEFICIAIRE) avec la carte lue.",
        confidence="C",
        operations=_BY_CARD,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-CLE",
        title="Aucun appel avec un matricule dont la clé est fausse",
        test=_key,
        requirements=("INS/va1.41",),
        source="specs/requirements.md §2.1 (règle 17), §3.1 fiche INS-I",
        remedy="Contrôlez la clé du matricule avant d'appeler INSi.",
        operations=_CALLS - _BY_TRAITS,
    ),
)
