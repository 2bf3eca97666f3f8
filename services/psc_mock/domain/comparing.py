"""Compares a recorded document of Pro Santé Connect with a dated profile: each difference is known, unknown or missing.

Source: docs/sources/psc.md#profils. Of a token and of the user information it tells forms and types, never a value,
but for the few members that are no secret and nobody's (``acr``, ``scope``…). Pure functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from psc_mock.codes.profiles import PROFILES, Member, Profile
from psc_mock.codes.profiles.variations import ANSWER, EXTRA, LACKING, SIGNED, VALUES, Variation

__all__ = ["Difference", "Kind", "Verdict", "compare", "json_type", "members_of", "nearest", "shown"]

MAX_SHOWN = 80


class Kind(StrEnum):
    """What a recorded document is."""

    DISCOVERY = "discovery"
    ANSWER = "token_answer"
    ACCESS = "access_token"
    ID = "id_token"
    USERINFO = "userinfo"
    LAY = "lay_userinfo"
    """The user information of somebody without a profession."""

    @property
    def family(self) -> str:
        """What data names the document by."""
        return "userinfo" if self is Kind.LAY else self.value


class Verdict(StrEnum):
    """What a difference is."""

    KNOWN = "connu"
    UNKNOWN = "inconnu"
    MISSING = "manquant"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; ``told`` is French, ``source`` and ``confidence`` are those of what is known."""

    path: str
    verdict: Verdict
    told: str
    source: str = ""
    confidence: str = ""


def members_of(kind: Kind, profile: Profile) -> Mapping[str, Member]:
    """Return the members of a document in a profile, by path."""
    listed: Mapping[Kind, tuple[Member, ...]] = {
        Kind.DISCOVERY: profile.discovery,
        Kind.ANSWER: ANSWER,
        Kind.ACCESS: profile.access_token,
        Kind.ID: profile.id_token,
        Kind.USERINFO: profile.userinfo,
        Kind.LAY: profile.lay_userinfo,
    }
    return {one.path: one for one in listed[kind]}


def nearest(differences: Callable[[Profile], Sequence[Difference]]) -> Profile:
    """Return the profile with the fewest differences, known ones count least; the default when others are equal."""

    def distance(profile: Profile) -> tuple[int, int]:
        found = differences(profile)
        return len([one for one in found if one.verdict is not Verdict.KNOWN]), len(found)

    return min(PROFILES.values(), key=distance)


def compare(
    kind: Kind, recorded: Mapping[str, Any], profile: Profile, ours: Mapping[str, Any], *, signed: bool = False
) -> list[Difference]:
    """Return the differences between a recorded document and a profile; ``ours`` is such a document of the profile."""
    found: dict[tuple[str, str], Difference] = {}
    for one in (*_members(kind, recorded, profile, ours, "", signed=signed), *_values(kind, recorded, profile)):
        found.setdefault((one.path, one.told), one)
    return list(found.values())


def json_type(value: Any) -> str:
    """Return the type of a JSON value, in French."""
    if isinstance(value, bool):
        return "booléen"
    names = {str: "texte", int: "nombre", float: "nombre", list: "liste", dict: "objet"}
    return names.get(type(value), "null")


def shown(text: str) -> str:
    """Return a text that may be printed: short, on one line, without control characters."""
    plain = "".join(one if one.isprintable() else "·" for one in text)
    return plain if len(plain) <= MAX_SHOWN else plain[:MAX_SHOWN] + "…"


def _members(
    kind: Kind, recorded: Mapping[str, Any], profile: Profile, ours: Mapping[str, Any], within: str, *, signed: bool
) -> Iterator[Difference]:
    """Yield what an object has too much, lacks, or has of another type, the objects within it included."""
    for name, value in recorded.items():
        path = within + name
        if name not in ours:
            yield _extra(kind, path, value, profile, signed=signed)
        elif json_type(value) != json_type(ours[name]):
            told = f"{json_type(value)}, ici {json_type(ours[name])}"
            yield Difference(shown(path), Verdict.UNKNOWN, told)
        else:
            yield from _nested(kind, path, value, profile, ours[name])
    for name in ours:
        if name not in recorded:
            yield _lacking(kind, within + name, profile)


def _nested(kind: Kind, path: str, value: Any, profile: Profile, ours: Any) -> Iterator[Difference]:
    if not any(one.startswith((f"{path}.", f"{path}[].")) for one in members_of(kind, profile)):
        return
    if isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                yield from _members(kind, one, profile, ours[0], f"{path}[].", signed=False)
            else:
                yield Difference(f"{path}[]", Verdict.UNKNOWN, f"{json_type(one)}, ici objet")
    elif isinstance(value, dict):
        yield from _members(kind, value, profile, ours, f"{path}.", signed=False)


def _extra(kind: Kind, path: str, value: Any, profile: Profile, *, signed: bool) -> Difference:
    named = shown(path)
    for other in PROFILES.values():
        if member := _member(kind, path, other):
            told = f"membre ({json_type(value)}) du profil {other.name}, absent du profil {profile.name}"
            return Difference(named, Verdict.KNOWN, told, member.source, member.confidence)
    variation = EXTRA.get(f"{kind.family}:{path}") or (SIGNED.get(path) if signed else None)
    if variation:
        return _varied(named, variation)
    return Difference(named, Verdict.UNKNOWN, f"membre ({json_type(value)}) qu'aucun profil ne connaît")


def _lacking(kind: Kind, path: str, profile: Profile) -> Difference:
    for other in PROFILES.values():
        if not _member(kind, path, other):
            source, confidence = _source_of_lack(kind, path, profile, other)
            told = f"absent du document relevé, comme du profil {other.name}"
            return Difference(path, Verdict.KNOWN, told, source, confidence)
    if variation := LACKING.get(f"{kind.family}:{path}"):
        return _varied(path, variation)
    return Difference(path, Verdict.MISSING, "absent du document relevé, présent dans tous les profils")


def _source_of_lack(kind: Kind, path: str, profile: Profile, other: Profile) -> tuple[str, str]:
    """Return what the absence of a member rests on: the newer of both profiles brought it or took it away."""
    newer = max(profile, other, key=lambda one: one.name)
    member = _member(kind, path, newer)
    return (member.source, member.confidence) if member else (newer.absence.source, newer.absence.confidence)


def _member(kind: Kind, path: str, profile: Profile) -> Member | None:
    """Return a member, or for an object the first of its members."""
    listed = members_of(kind, profile)
    inner = (member for name, member in listed.items() if name.startswith((f"{path}.", f"{path}[].")))
    return listed.get(path) or next(inner, None)


def _varied(path: str, variation: Variation) -> Difference:
    return Difference(path, Verdict.KNOWN, variation.told, variation.source, variation.confidence)


def _values(kind: Kind, recorded: Mapping[str, Any], profile: Profile) -> Iterator[Difference]:
    """Yield the members whose value has another form, or is another one, than in the profile."""
    if kind is Kind.DISCOVERY:
        return
    listed = members_of(kind, profile)
    for path, value in recorded.items():
        if path in listed and isinstance(value, str):
            yield from _form(kind, path, value, profile)
            yield from _level(path, value, profile)
            yield from _value(path, value)


def _form(kind: Kind, path: str, value: str, profile: Profile) -> Iterator[Difference]:
    def of(one: Profile) -> Any:
        return one.forms.get(f"{kind.family}:{path}") or one.forms.get(path)

    form = of(profile)
    if form is None or form.fits(value):
        return
    for other in PROFILES.values():
        seen = of(other)
        if seen is not None and seen.fits(value):
            told = f"{seen.title}, comme dans le profil {other.name} ; ici {form.title}"
            yield Difference(path, Verdict.KNOWN, told, seen.source, seen.confidence)
            return
    yield Difference(path, Verdict.UNKNOWN, f"une autre forme que dans tous les profils ; ici {form.title}")


def _level(path: str, value: str, profile: Profile) -> Iterator[Difference]:
    if path != "acr" or value in profile.acr.values():
        return
    for other in PROFILES.values():
        if value in other.acr.values():
            member = members_of(Kind.ACCESS, other)["acr"]
            told = f"« {value} », comme dans le profil {other.name} (par carte)"
            yield Difference(path, Verdict.KNOWN, told, member.source, member.confidence)
            return
    yield Difference(path, Verdict.UNKNOWN, f"« {shown(value)} », valeur d'aucun profil")


def _value(path: str, value: str) -> Iterator[Difference]:
    known = VALUES.get(path)
    if known is None or value in known.usual:
        return
    if variation := known.seen.get(value):
        yield Difference(path, Verdict.KNOWN, f"« {value} » : {variation.told}", variation.source, variation.confidence)
    else:
        yield Difference(path, Verdict.UNKNOWN, f"« {shown(value)} », ici {' ou '.join(sorted(known.usual))}")
