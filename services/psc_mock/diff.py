"""``psc diff``: the comparison of a file with the dated profiles, as text or JSON.

Source: none, the report is ours. Prints no value of a token or of user information but those that ``comparing`` may
tell, and no text of the file that is not made printable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lgo_sandbox.population.people import Population, population
from psc_mock.codes import MODE_CARD, MODE_MOBILE
from psc_mock.codes.profiles import BAS, PROFILES, Profile
from psc_mock.domain import comparing_discovery
from psc_mock.domain.claims import Grant, access_claims, id_claims, level
from psc_mock.domain.comparing import Difference, Kind, Verdict, compare, nearest, shown
from psc_mock.domain.identity import userinfo, workplaces
from psc_mock.recorded import Recorded, recognised

__all__ = ["SAME", "STRANGE", "Comparison", "as_json", "as_text", "compared"]

SAME, STRANGE = 0, 1
"""Exit codes: no difference, or known ones only; one that is unknown, or a missing member."""

TITLES = {
    Kind.DISCOVERY: "document de découverte",
    Kind.ANSWER: "réponse de jetons",
    Kind.ACCESS: "jeton d'accès",
    Kind.ID: "ID token",
    Kind.USERINFO: "informations d'utilisateur d'un professionnel",
    Kind.LAY: "informations d'utilisateur d'une personne sans profession",
}
CONFIDENCES = {"H": "haute", "M": "moyenne", "L": "basse"}
WORDS = {Verdict.KNOWN: "connue", Verdict.UNKNOWN: "inconnue", Verdict.MISSING: "manquante"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A document of a file, the profile it was compared with, and what differs. ``chosen``: the nearest, unasked."""

    recorded: Recorded
    profile: Profile
    chosen: bool
    differences: tuple[Difference, ...]

    @property
    def code(self) -> int:
        """The exit code."""
        return SAME if all(one.verdict is Verdict.KNOWN for one in self.differences) else STRANGE


def compared(octets: bytes, asked: str = "") -> list[Comparison]:
    """Compare the documents of a file with a profile, or with the one that is nearest to each. Raises NotRecognised."""
    return [_compared(one, asked) for one in recognised(octets)]


def _compared(recorded: Recorded, asked: str) -> Comparison:
    def differences(profile: Profile) -> list[Difference]:
        ours = sample(recorded, profile)
        values = comparing_discovery.compare_values if recorded.kind is Kind.DISCOVERY else _no_values
        found = compare(recorded.kind, recorded.members, profile, ours, signed=recorded.jwt)
        return [*found, *values(recorded.members, profile)]

    profile = PROFILES[asked] if asked else nearest(differences)
    return Comparison(recorded, profile, not asked, tuple(differences(profile)))


def _no_values(_recorded: Mapping[str, Any], _profile: Profile) -> list[Difference]:
    return []


def sample(recorded: Recorded, profile: Profile) -> dict[str, Any]:
    """Return a document of ours of the same kind."""
    kind, people = recorded.kind, population()
    if kind is Kind.DISCOVERY:
        return comparing_discovery.ours(recorded.members, profile)
    if kind is Kind.ANSWER:
        return {**dict.fromkeys(_TEXTS, ""), **dict.fromkeys(_NUMBERS, 0)}
    person = people.persona("secretaire" if kind is Kind.LAY else "titulaire")
    grant = _grant(person.national_id, profile)
    if kind is Kind.ACCESS:
        return access_claims(grant, "", 0, 0)
    if kind is Kind.ID:
        return id_claims(grant, "", 0, 0, "", ("", ""))
    return _identity(people, person.id, grant)


_TEXTS = ("access_token", "refresh_token", "token_type", "id_token", "session_state", "scope")
_NUMBERS = ("expires_in", "refresh_expires_in", "not-before-policy")


def _grant(national_id: str, profile: Profile) -> Grant:
    acr = level(profile, BAS, MODE_CARD)
    return Grant("", "", "", national_id, "openid scope_all", "nonce", acr, 0, MODE_MOBILE, profile)


def _identity(people: Population, persona: str, grant: Grant) -> dict[str, Any]:
    person = people.persona(persona)
    return userinfo(person, workplaces(people, person), grant.auth_mode, grant.profile, grant.sub)


def as_json(name: str, comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Return the report as JSON values."""
    return {
        "file": name,
        "documents": [
            {
                "document": one.recorded.kind.value,
                "jwt": one.recorded.jwt,
                "profile": one.profile.name,
                "nearest": one.chosen,
                "differences": [_difference(found) for found in one.differences],
                "counts": {verdict.value: _counts(one)[verdict] for verdict in Verdict},
            }
            for one in comparisons
        ],
    }


def _difference(found: Difference) -> dict[str, str]:
    members = ("path", "verdict", "told", "source", "confidence")
    return {name: str(getattr(found, name)) for name in members}


def as_text(name: str, comparisons: Sequence[Comparison]) -> str:
    """Return the report for people."""
    return "\n".join(line for one in comparisons for line in _lines(name, one))


def _lines(name: str, one: Comparison) -> Iterator[str]:
    came = " (JWT, signature non vérifiée)" if one.recorded.jwt else ""
    how = ", le plus proche" if one.chosen else ""
    yield f"{shown(name)} : {TITLES[one.recorded.kind]}{came}, face au profil {one.profile.name}{how}"
    for found in one.differences:
        yield f"  {found.verdict.value:<9}{found.path} : {found.told}{_sourced(found)}"
    counts = _counts(one)
    told = ", ".join(f"{counts[verdict]} {WORDS[verdict]}{'s' if counts[verdict] > 1 else ''}" for verdict in Verdict)
    yield f"  Différences : {told}." if one.differences else "  Aucune différence."


def _sourced(found: Difference) -> str:
    return f" [{found.source}, confiance {CONFIDENCES[found.confidence]}]" if found.source else ""


def _counts(one: Comparison) -> Counter[Verdict]:
    return Counter(found.verdict for found in one.differences)
