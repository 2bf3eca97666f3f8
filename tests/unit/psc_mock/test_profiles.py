"""The documents of every dated profile, member by member: golden files, and what the profiles say of themselves.

The golden files were read against specs/psc.md §1.3, §2 and §11.1; REWRITE=1 writes them again, to be read again.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lgo_sandbox.population.people import population
from psc_mock.codes.profiles import DEFAULT, PRODUCTION, PROFILES, Member, Profile
from psc_mock.discovery import discovery_document
from psc_mock.domain.claims import Grant, access_claims, id_claims, introspection, level, psi, subject
from psc_mock.domain.identity import userinfo, workplaces
from psc_mock.domain.mutations import NEW_MEMBERS, UNKNOWN_CLAIMS

GOLDEN = Path(__file__).parents[2] / "golden" / "psc"
SOURCES = Path(__file__).parents[3]
PEOPLE = population()
PERSONAS = ("titulaire", "preparateur", "generaliste", "deux-activites", "secretaire")
ISSUER = "https://auth.example/auth/realms/esante-wallet"
WALLET = "https://wallet.example/auth"
JTI = "6d0e4a07-0000-4000-8000-000000000001"
SID = "6d0e4a07-0000-4000-8000-000000000002"
NOW = 1_780_000_000


def grant(persona: str, profile: Profile, **changes: Any) -> Grant:
    person = PEOPLE.persona(persona)
    means = "MOBILE" if person.has_ecps else "CARD"
    given: dict[str, Any] = {
        "issuer": ISSUER,
        "client_id": "lgo-demo",
        "sid": SID,
        "national_id": person.national_id,
        "scope": "openid scope_all",
        "nonce": "n-0S6_WzA2Mj",
        "acr": level(profile, "BAS", means),
        "auth_time": NOW - 20,
        "auth_mode": means,
        "profile": profile,
    }
    return Grant(**{**given, **changes})


def told(persona: str, profile: Profile) -> dict[str, Any]:
    person = PEOPLE.persona(persona)
    of = grant(persona, profile)
    return userinfo(person, workplaces(PEOPLE, person), of.auth_mode, profile, of.sub)


def documents(profile: Profile) -> dict[str, dict[str, Any]]:
    found = {"discovery": discovery_document(ISSUER, WALLET, profile.name)}
    for persona in PERSONAS:
        person, of = PEOPLE.persona(persona), grant(persona, profile)
        names = (person.given_name, person.family_name)
        found[f"userinfo-{persona}"] = told(persona, profile)
        found[f"access-token-{persona}"] = access_claims(of, profile.jti_prefix + JTI, NOW, 120)
        found[f"id-token-{persona}"] = id_claims(of, JTI, NOW, 120, "MTIzNDU2Nzg5MDEyMzQ1Ng", names)
    return found


ALL = [(profile, name) for profile in PROFILES.values() for name in documents(profile)]


@pytest.mark.parametrize(("profile", "name"), ALL, ids=[f"{profile.name}-{name}" for profile, name in ALL])
def test_every_member_of_a_document_is_as_its_profile_tells(profile: Profile, name: str) -> None:
    path = GOLDEN / profile.name / f"{name}.json"
    text = json.dumps(documents(profile)[name], ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("REWRITE"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_no_golden_file_is_left_over() -> None:
    assert {f"{path.parent.name}/{path.stem}" for path in GOLDEN.glob("*/*.json")} == {
        f"{profile.name}/{name}" for profile, name in ALL
    }


def listed(profile: Profile) -> list[Member]:
    parts = (profile.access_token, profile.id_token, profile.userinfo, profile.lay_userinfo, profile.discovery)
    return [member for part in parts for member in part]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_member_and_form_has_a_confidence_and_a_source_that_leads_somewhere(profile: Profile) -> None:
    for one in (*listed(profile), *profile.forms.values()):
        page, _, anchor = one.source.partition("#")
        assert one.confidence in ("H", "M", "L"), one
        assert f'<a id="{anchor}"></a>' in (SOURCES / page).read_text(encoding="utf-8"), one.source


def test_the_default_is_the_first_and_2026_is_an_option() -> None:
    assert (next(iter(PROFILES)), DEFAULT.name) == ("2025", "2025")
    assert set(PROFILES) == {"2023", "2025", "2026"}


def test_2026_says_what_third_parties_report() -> None:
    old, new = (documents(PROFILES[name]) for name in ("2025", "2026"))
    before, after = (found["access-token-titulaire"] for found in (old, new))
    assert set(before) - set(after) == {"session_state"}
    assert set(after) - set(before) == {"PSISubjectNameID", "auth_level"}
    assert (after["PSISubjectNameID"], after["auth_level"]) == ("", "1")
    assert after["jti"] == f"onrtac:{JTI}"
    assert after["sid"] == before["sid"] == SID
    assert "899700090014" not in after["sub"]
    assert len({found["sub"] for name, found in new.items() if name.endswith("titulaire")}) == 1
    assert len({new[f"userinfo-{persona}"]["sub"] for persona in PERSONAS}) == len(PERSONAS)


def test_somebody_without_rpps_has_a_pro_sante_identite_in_2026() -> None:
    secretary = documents(PROFILES["2026"])["userinfo-secretaire"]
    assert secretary["PSISubjectNameID"] == psi(secretary["SubjectNameID"]) != ""
    assert set(secretary) == {
        *("sub", "SubjectNameID", "preferred_username", "given_name", "family_name", "codeCivilite"),
        *("PSISubjectNameID", "auth_level"),
    }


@pytest.mark.parametrize(
    ("profile", "environment", "means", "expected"),
    [
        ("2023", "BAS", "CARD", "eidas3"),
        ("2023", "BAS", "MOBILE", "eidas1"),
        ("2025", PRODUCTION, "CARD", "eidas1"),
        ("2026", "BAS", "CARD", "eidas1"),
        ("2026", PRODUCTION, "MOBILE", "eidas1"),
        ("2026", PRODUCTION, "CARD", "eidas2"),
    ],
)
def test_the_level_depends_on_profile_environment_and_means(
    profile: str, environment: str, means: str, expected: str
) -> None:
    assert level(PROFILES[profile], environment, means) == expected


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_introspection_says_of_a_token_what_the_token_says(profile: Profile) -> None:
    of = grant("secretaire", profile)
    token, answer = access_claims(of, "j", 1, 2), introspection(of, "j", 1, 3, access=True)
    assert {name: answer[name] for name in token} == token
    assert set(answer) - set(token) == {"client_id", "username", "active"}


def test_a_changed_sub_is_another_one_in_every_profile_and_stays() -> None:
    for profile in PROFILES.values():
        usual, changed = (subject("899700090014", profile, changed=changed) for changed in (False, True))
        assert usual != changed
        assert changed == subject("899700090014", profile, changed=True)
    assert subject("899700090014", PROFILES["2025"], changed=True) == subject("899700090014", PROFILES["2026"])


def test_unknown_members_come_with_every_document_of_the_log_in() -> None:
    of = grant("titulaire", PROFILES["2025"], changes=(UNKNOWN_CLAIMS,))
    told_by = (
        access_claims(of, "j", 1, 2),
        id_claims(of, "j", 1, 2, "h", ("A", "B")),
        introspection(of, "j", 1, 3, access=True),
    )
    assert all(NEW_MEMBERS.items() <= claims.items() for claims in told_by)
