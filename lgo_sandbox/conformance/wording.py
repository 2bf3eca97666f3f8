"""The French sentences of a report, and how words from outside are made printable before they enter it.

Source: docs/sources/requirements.md (a rehearsal that replaces nothing; every demand says its origin).
Knows requirements and counts; does not decide a verdict and knows no format of output.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lgo_sandbox.conformance.proofs import Part
from lgo_sandbox.conformance.report import CheckCount
from lgo_sandbox.requirements import Requirement

__all__ = [
    "CONFIDENCE",
    "DISCLAIMER",
    "another_corridor",
    "failed",
    "french_date",
    "manual",
    "not_applicable",
    "not_checked",
    "not_observed",
    "passed",
    "printable",
    "provenance",
    "still_to_see",
    "unseen",
    "unseen_elsewhere",
    "wire_part_passed",
]

DISCLAIMER = (
    "Ce rapport est celui d'une répétition, sur des services simulés et des données fictives. Il n'a aucune valeur "
    "officielle et ne remplace ni l'homologation du CNDA, ni Gazelle-Ségur, ni l'outil de test MSSanté, "
    "ni le dépôt des preuves sur Convergence."
)

CONFIDENCE = {"H": "source lue", "M": "brouillon, extrait ou numéro rapproché par l'ordre", "L": "déduction"}

MAX_WORDS = 2_000
"""Characters kept of a text from outside: a report is read by people."""

NOTHING_YET = "Aucun échange n'a encore mis cette exigence à l'épreuve."

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """Return a text on one line, without control or formatting characters, cut at MAX_WORDS characters.

    A line feed or an escape sequence in a reason could forge a line of the report or refuse to be written in XML.
    """
    line = " ".join(text[: 2 * MAX_WORDS].split())
    safe = line if line.isprintable() else "".join(one if one.isprintable() else _REPLACEMENT for one in line)
    return safe if len(safe) <= MAX_WORDS else safe[: MAX_WORDS - 1] + "…"


def failed(counts: Iterable[CheckCount], reasons: Iterable[str]) -> str:
    """Say which checks failed, and that a declaration of non-application does not hold against them."""
    culprits = ", ".join(f"{c.check_id} ({c.failed} sur {c.passed + c.failed})" for c in counts if c.failed)
    sentence = f"Contrôles en échec : {culprits}."
    if declared := " ; ".join(reasons):
        sentence += f" Déclarée sans objet (« {declared} »), mais la faute observée l'emporte sur la déclaration."
    return sentence


def passed(counts: Iterable[CheckCount]) -> str:
    """Say how many observations passed, none having failed."""
    return f"{_passes(counts)} sans échec."


def wire_part_passed(requirement: Requirement, counts: Iterable[CheckCount], rest: str = "") -> str:
    """Say that what the wire shows is without fault and that the rest is for people."""
    return (
        f"La part visible sur le réseau a été observée sans faute ({_passes(counts)}). "
        f"{rest or 'Le reste se prouve à la main.'} {_proof(requirement)}"
    )


def not_checked(requirement: Requirement) -> str:
    """Say that the sandbox has no check for this one yet: nothing that the software did is in question."""
    return f"Pas encore contrôlé par le bac à sable : aucun contrôle n'en décide. {_proof(requirement)}"


def still_to_see(requirement: Requirement, counts: Iterable[CheckCount], missing: Iterable[Part]) -> str:
    """Say which parts of the proof were not seen yet, and which the sandbox cannot see."""
    missing, counts = tuple(missing), tuple(counts)
    waiting = [part.what for part in missing if part.checked]
    beyond = [part.what for part in missing if not part.checked]
    seen = f"Sans échec jusqu'ici ({_passes(counts)})." if sum(count.passed for count in counts) else NOTHING_YET
    sentences = [seen]
    if waiting:
        sentences.append(f"Il reste à voir : {' ; '.join(waiting)}.")
    if beyond or not missing:
        sentences.append(f"Pas encore contrôlé par le bac à sable : {' ; '.join(beyond) or 'ce qui la prouve'}.")
    return " ".join(sentences)


def manual(requirement: Requirement, counts: Iterable[CheckCount]) -> str:
    """Say that the wire cannot decide."""
    counts = tuple(counts)
    hint = f" À titre indicatif : {_passes(counts)} sans échec." if sum(count.passed for count in counts) else ""
    return f"Le réseau ne permet pas d'en décider. {_proof(requirement)}{hint}"


def unseen(requirement: Requirement, why: str) -> str:
    """Say why the wire cannot decide."""
    return f"Le réseau ne permet pas d'en décider : {why}. {_proof(requirement)}"


def unseen_elsewhere(requirement: Requirement, why: str) -> str:
    """Say for whom the demand is, and why the wire could not decide it either."""
    return f"Hors du couloir officine : demandée à {', '.join(requirement.who)}. Le réseau n'en décide pas : {why}."


def not_observed(requirement: Requirement, counts: Iterable[CheckCount]) -> str:
    """Say that nothing was seen yet, which checks wait, and what stays manual."""
    sentence = NOTHING_YET
    if waiting := ", ".join(count.check_id for count in counts):
        sentence += f" Contrôles en attente : {waiting}."
    return sentence if requirement.wire == "Y" else f"{sentence} Une part restera manuelle. {_proof(requirement)}"


def not_applicable(reasons: Iterable[str], counts: Iterable[CheckCount]) -> str:
    """Give the declared reason, and say when observations suggest that the requirement applies after all."""
    counts = tuple(counts)
    sentence = f"Déclarée sans objet : {' ; '.join(reasons)}."
    if sum(count.passed for count in counts):
        sentence += f" Des échanges s'y rapportent pourtant ({_passes(counts)} sans échec) : déclaration à relire."
    return sentence


def another_corridor(requirement: Requirement, counts: Iterable[CheckCount]) -> str:
    """Say for whom the demand is, and that what was seen of it is no success of a pharmacy's software."""
    return (
        f"Hors du couloir officine : demandée à {', '.join(requirement.who)}. "
        f"À titre indicatif : {_passes(counts)} sans échec."
    )


def provenance(requirement: Requirement) -> str:
    """Say where a demand comes from: published for pharmacies, inferred, another corridor, or a draft."""
    wave = "vague 1" if requirement.wave == "1" else "brouillon de vague 2 (2022-2023), non publié pour l'officine"
    corridor = {
        "known": "numéro de l'officine connu",
        "inferred": "application à l'officine déduite",
        "no": "hors du couloir officine",
    }[requirement.lgo]
    return f"{wave}, {corridor}"


def french_date(moment: datetime) -> str:
    """Return a date and time as a French reader expects it, with its offset when it has one."""
    return moment.strftime("%d/%m/%Y à %H:%M %z").strip()


def _proof(requirement: Requirement) -> str:
    return f"Preuve attendue : {requirement.proof}."


def _passes(counts: Iterable[CheckCount]) -> str:
    total = sum(count.passed for count in counts)
    return f"{total} contrôle réussi" if total == 1 else f"{total} contrôles réussis"
