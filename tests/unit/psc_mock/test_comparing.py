"""``psc diff``: what is recognised, which difference is known, unknown or missing, and that no value is told."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psc_mock.codes.profiles import PROFILES
from psc_mock.diff import SAME, STRANGE, Comparison, as_json, as_text, compared
from psc_mock.domain.comparing import Verdict
from psc_mock.recorded import MAX_BYTES, NotRecognised, recognised

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "psc"
FILES = sorted(GOLDEN.glob("*/*.json"))
TOLD = {"acr", "scope", "typ", "authMode", "token_type"}
"""Members whose value may be told, or that say what the document is."""


def golden(profile: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / profile / f"{name}.json").read_text(encoding="utf-8"))
    return found


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def jwt(claims: object) -> str:
    return f"{segment({'alg': 'RS256'})}.{segment(claims)}.c2VjcmV0LXNpZ25hdHVyZQ"


def against(members: dict[str, Any], profile: str) -> Comparison:
    (found,) = compared(json.dumps(members).encode(), profile)
    return found


def verdicts(found: Comparison) -> dict[str, Verdict]:
    return {one.path: one.verdict for one in found.differences}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_document_of_a_profile_does_not_differ_from_it(path: Path) -> None:
    (found,) = compared(path.read_bytes(), path.parent.name)
    assert (found.differences, found.code) == ((), SAME)
    (chosen,) = compared(path.read_bytes())
    assert (chosen.differences, chosen.chosen) == ((), True)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_document_of_another_profile_differs_in_known_ways_only_each_with_its_source(
    path: Path, profile: str
) -> None:
    (found,) = compared(path.read_bytes(), profile)
    assert found.code == SAME
    for one in found.differences:
        page, _, anchor = one.source.partition("#")
        assert one.verdict is Verdict.KNOWN
        assert one.confidence in ("H", "M", "L")
        assert f'<a id="{anchor}"></a>' in (ROOT / page).read_text(encoding="utf-8")


def test_the_differences_of_2026_are_those_of_the_specification() -> None:
    found = against(golden("2026", "access-token-titulaire"), "2025")
    assert set(verdicts(found)) == {"sub", "jti", "PSISubjectNameID", "auth_level", "session_state"}
    by_card = against({**golden("2026", "id-token-titulaire"), "acr": "eidas2"}, "2025")
    assert verdicts(by_card)["acr"] is Verdict.KNOWN
    assert against({**golden("2026", "id-token-titulaire"), "acr": "eidas2"}, "2026").differences == ()


@pytest.mark.parametrize(
    ("name", "changes", "path", "verdict"),
    [
        ("access-token-titulaire", {"nouveau": 1}, "nouveau", Verdict.UNKNOWN),
        ("access-token-titulaire", {"azp": None}, "azp", Verdict.UNKNOWN),
        ("access-token-titulaire", {"exp": "1"}, "exp", Verdict.UNKNOWN),
        ("access-token-titulaire", {"sub": "8997"}, "sub", Verdict.UNKNOWN),
        ("access-token-titulaire", {"jti": "onrtac:abc"}, "jti", Verdict.UNKNOWN),
        ("access-token-titulaire", {"acr": "0"}, "acr", Verdict.UNKNOWN),
        ("access-token-titulaire", {"acr": "eidas3"}, "acr", Verdict.KNOWN),
        ("access-token-titulaire", {"scope": "openid"}, "scope", Verdict.UNKNOWN),
        ("access-token-titulaire", {"scope": "openid scope_all identity"}, "scope", Verdict.KNOWN),
        ("access-token-titulaire", {"authMode": "FACE"}, "authMode", Verdict.UNKNOWN),
        ("access-token-titulaire", {"sandbox_texte": "x"}, "sandbox_texte", Verdict.KNOWN),
        ("userinfo-titulaire", {"email_verified": False}, "email_verified", Verdict.KNOWN),
        ("userinfo-titulaire", {"SubjectRefPro": {"exercices": ["x"]}}, "SubjectRefPro.exercices[]", Verdict.UNKNOWN),
        ("discovery", {"issuer": "https://a/realms/x"}, "issuer", Verdict.UNKNOWN),
        ("discovery", {"scopes_supported": ["openid", "neuf"]}, "scopes_supported[neuf]", Verdict.UNKNOWN),
        ("discovery", {"scopes_supported": ["openid"]}, "scopes_supported[scope_all]", Verdict.MISSING),
        ("discovery", {"scopes_supported": ["openid"]}, "scopes_supported[basic]", Verdict.KNOWN),
        ("discovery", {"mtls_endpoint_aliases": {}}, "mtls_endpoint_aliases.token_endpoint", Verdict.MISSING),
        ("discovery", {"request_parameter_supported": False}, "request_parameter_supported", Verdict.UNKNOWN),
        ("discovery", {"authorization_endpoint": "https://w/authorize"}, "authorization_endpoint", Verdict.UNKNOWN),
    ],
)
def test_a_changed_member_is_named(name: str, changes: dict[str, Any], path: str, verdict: Verdict) -> None:
    found = against({**golden("2025", name), **changes}, "2025")
    assert verdicts(found)[path] is verdict
    assert (verdict is Verdict.KNOWN) or found.code == STRANGE


@pytest.mark.parametrize(
    ("name", "member", "verdict"),
    [
        ("access-token-titulaire", "azp", Verdict.MISSING),
        ("access-token-titulaire", "acr", Verdict.KNOWN),
        ("access-token-titulaire", "SubjectNameID", Verdict.KNOWN),
        ("access-token-titulaire", "session_state", Verdict.KNOWN),
        ("id-token-titulaire", "nonce", Verdict.KNOWN),
        ("id-token-titulaire", "aud", Verdict.MISSING),
        ("userinfo-titulaire", "SubjectRefPro", Verdict.MISSING),
        ("userinfo-secretaire", "codeCivilite", Verdict.MISSING),
        ("discovery", "revocation_endpoint", Verdict.MISSING),
        ("discovery", "authorization_response_iss_parameter_supported", Verdict.KNOWN),
    ],
)
def test_an_absent_member_is_named(name: str, member: str, verdict: Verdict) -> None:
    recorded = golden("2025", name)
    del recorded[member]
    assert verdicts(against(recorded, "2025")) == {member: verdict}


def test_members_within_activities_are_compared_each() -> None:
    recorded = golden("2025", "userinfo-deux-activites")
    first, second = recorded["SubjectRefPro"]["exercices"][0]["activities"]
    del first["codePays"]
    second.update({"codeNouveau": "", "telephone": None})
    within = "SubjectRefPro.exercices[].activities[]."
    assert verdicts(against(recorded, "2025")) == {
        f"{within}codePays": Verdict.MISSING,
        f"{within}codeNouveau": Verdict.UNKNOWN,
        f"{within}telephone": Verdict.UNKNOWN,
    }


def test_the_authorization_address_of_keycloak_is_known() -> None:
    recorded = golden("2025", "discovery")
    recorded["authorization_endpoint"] = recorded["token_endpoint"].removesuffix("token") + "auth"
    assert verdicts(against(recorded, "2025")) == {"authorization_endpoint": Verdict.KNOWN}


def test_every_form_of_a_file_is_recognised() -> None:
    access, identity = golden("2025", "access-token-titulaire"), golden("2025", "id-token-titulaire")
    told, discovery = golden("2025", "userinfo-titulaire"), golden("2025", "discovery")
    answer = {"access_token": jwt(access), "token_type": "Bearer", "id_token": jwt(identity)}
    texts = {
        jwt(access): ["access_token"],
        f"Authorization: Bearer {jwt(access)}\n": ["access_token"],
        f'"{jwt(identity)}"': ["id_token"],
        json.dumps(identity): ["id_token"],
        jwt(told): ["userinfo"],
        jwt({**told, "iss": "i", "aud": "a", "exp": 1}): ["userinfo"],
        json.dumps(golden("2025", "userinfo-secretaire")): ["lay_userinfo"],
        f"\ufeff{json.dumps(discovery)}": ["discovery"],
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{json.dumps(told)}": ["userinfo"],
        json.dumps(answer): ["token_answer", "access_token", "id_token"],
    }
    for text, kinds in texts.items():
        assert [one.kind.value for one in recognised(text.encode())] == kinds


def test_a_signed_userinfo_has_known_members_besides() -> None:
    (found,) = compared(
        jwt({**golden("2025", "userinfo-titulaire"), "iss": "i", "aud": "a", "exp": 1}).encode(), "2025"
    )
    assert set(verdicts(found).values()) == {Verdict.KNOWN}


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"bonjour",
        b"\xff\xfe",
        b"a.b",
        b"a.b.c",
        b"a.b.c.d.e",
        b'{"active": true, "sub": "x"}',
        b'{"access_token": "x", "token_type": "Bearer"}',
        b"{" * 100_000,
        b" " * (MAX_BYTES + 1),
        jwt([]).encode(),
        jwt({"a": 1}).encode(),
    ],
)
def test_anything_else_is_refused_with_a_reason(octets: bytes) -> None:
    with pytest.raises(NotRecognised) as refused:
        compared(octets)
    assert refused.value.reason


def canaries(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: canaries(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [canaries(inner, name) for inner in value]
    return "SECRET-CANARI" if isinstance(value, str) and name not in TOLD else value


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("path", [p for p in FILES if p.stem != "discovery"], ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_no_value_of_a_token_or_of_a_person_is_told(path: Path, profile: str) -> None:
    recorded = canaries(json.loads(path.read_text(encoding="utf-8")))
    for octets in (json.dumps(recorded).encode(), jwt(recorded).encode()):
        found = compared(octets, profile)
        text = as_text("f", found) + json.dumps(as_json("f", found))
        assert "CANARI" not in text
        assert "c2VjcmV0" not in text
        assert found[0].code == STRANGE


def test_names_of_the_file_are_made_printable_and_short() -> None:
    found = against({**golden("2025", "userinfo-titulaire"), "\x1b[31m" + "a" * 500: 1}, "2025")
    text = as_text("f\x1b", [found])
    assert "\x1b" not in text
    assert "a" * 100 not in text


def test_the_report_tells_the_profile_the_counts_and_the_confidence() -> None:
    found = against({**golden("2026", "access-token-titulaire"), "neuf": 1}, "2025")
    text = as_text("jeton.json", [found])
    assert "face au profil 2025" in text
    assert "confiance moyenne" in text
    assert "5 connues, 1 inconnue, 0 manquante" in text
    (document,) = as_json("jeton.json", [found])["documents"]
    assert document["counts"] == {"connu": 5, "inconnu": 1, "manquant": 0}
    assert {one["path"] for one in document["differences"] if not one["source"]} == {"neuf"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(FILES), changes=st.data())
def test_no_document_is_too_strange_to_be_compared(path: Path, changes: st.DataObject) -> None:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    names = changes.draw(st.lists(st.sampled_from(sorted(recorded)), max_size=4))
    recorded.update({name: changes.draw(JSON) for name in names})
    recorded.update(changes.draw(st.dictionaries(st.text(max_size=8), JSON, max_size=2)))
    try:
        found = compared(json.dumps(recorded).encode())
    except NotRecognised:
        return
    assert as_text("f", found)
    assert json.dumps(as_json("f", found))
