"""The values of a recorded discovery document against those of a profile: addresses by their path, lists by element.

Source: docs/sources/psc.md#decouverte, #hote-d-autorisation. Nothing of the document is a secret. Pure functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from psc_mock.codes import ISSUER_PATH, PROTOCOL_PATH
from psc_mock.codes.profiles import PROFILES, Profile
from psc_mock.discovery import discovery_document
from psc_mock.domain.comparing import Difference, Kind, Verdict, json_type, members_of, shown

__all__ = ["compare_values", "ours"]

PORTAL = "docs/sources/psc.md#hote-d-autorisation"
AUTHORIZATION, ISSUER = "authorization_endpoint", "issuer"
WALLET_PATH = "/auth"


def ours(recorded: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """Return our document under a profile, at the addresses of the recorded one."""
    issuer, authorization = (str(recorded.get(name, "")) for name in (ISSUER, AUTHORIZATION))
    return discovery_document(issuer, authorization, profile.name)


def compare_values(recorded: Mapping[str, Any], profile: Profile) -> list[Difference]:
    """Return the differences between the values of a recorded document and those of a profile."""
    mine = ours(recorded, profile)
    others = {name: ours(recorded, one) for name, one in PROFILES.items()}
    found = [*_addresses(recorded)]
    for name, value in recorded.items():
        if name in mine and json_type(value) == json_type(mine[name]) and value != mine[name]:
            found += _different(name, value, mine, others)
    return found


def _addresses(recorded: Mapping[str, Any]) -> Iterator[Difference]:
    issuer, authorization = (str(recorded.get(name, "")) for name in (ISSUER, AUTHORIZATION))
    if not issuer.endswith(ISSUER_PATH):
        yield Difference(ISSUER, Verdict.UNKNOWN, f"« {shown(issuer)} », qui ne finit pas par {ISSUER_PATH}")
    if authorization == issuer.removesuffix(ISSUER_PATH) + f"{PROTOCOL_PATH}/auth":
        told = "l'adresse de Keycloak sur l'hôte d'authentification ; la recommandation est le portail"
        yield Difference(AUTHORIZATION, Verdict.KNOWN, told, PORTAL, "M")
    elif not authorization.endswith(WALLET_PATH):
        told = f"« {shown(authorization)} », qui ne finit pas par {WALLET_PATH}"
        yield Difference(AUTHORIZATION, Verdict.UNKNOWN, told)


def _different(
    name: str, value: Any, mine: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]
) -> Iterator[Difference]:
    if isinstance(value, list):
        yield from _elements(name, value, mine[name], others)
        return
    if isinstance(value, dict):
        for key in (*value, *(key for key in mine[name] if key not in value)):
            if value.get(key) != mine[name].get(key):
                yield Difference(f"{name}.{shown(str(key))}", _verdict(key in value), _told(value.get(key)))
        return
    yield Difference(name, Verdict.UNKNOWN, f"{_told(value)}, ici {_told(mine[name])}")


def _verdict(there: bool) -> Verdict:
    return Verdict.UNKNOWN if there else Verdict.MISSING


def _told(value: Any) -> str:
    return "absent du document relevé" if value is None else f"« {shown(str(value))} »"


def _elements(
    name: str, value: list[Any], mine: list[Any], others: Mapping[str, Mapping[str, Any]]
) -> Iterator[Difference]:
    """Yield the elements that a list has too much or lacks; another order of the same is no difference."""
    for one in (one for one in value if one not in mine):
        yield _element(name, one, others, there=True)
    for one in (one for one in mine if one not in value):
        yield _element(name, one, others, there=False)


def _element(name: str, one: Any, others: Mapping[str, Mapping[str, Any]], *, there: bool) -> Difference:
    path = f"{name}[{shown(str(one))}]"
    for other, document in others.items():
        if name in document and (one in document[name]) == there:
            member = members_of(Kind.DISCOVERY, PROFILES[other])[name]
            told = f"{'présent' if there else 'absent'}, comme dans le profil {other}"
            return Difference(path, Verdict.KNOWN, told, member.source, member.confidence)
    told = "valeur qu'aucun profil n'annonce" if there else "absent du document relevé, présent dans tous les profils"
    return Difference(path, _verdict(there), told)
