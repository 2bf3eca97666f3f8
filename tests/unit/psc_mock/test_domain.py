"""The rules of Pro Santé Connect: claims, identity, clients, lifetimes, requests."""

from __future__ import annotations

from typing import Any

import pytest

from lgo_sandbox.population.people import population
from psc_mock.codes import FEDERATION
from psc_mock.codes.errors import ERRORS, PAGES
from psc_mock.codes.profiles import PROFILES, USERINFO_SHAPES, Profile
from psc_mock.discovery import discovery_document
from psc_mock.domain.authorization import AuthorizationRequest, checked_request, return_address
from psc_mock.domain.claims import Grant, access_claims, id_claims, introspection, subject
from psc_mock.domain.clients import CertificateShown, Client, check_credentials, may_redirect_to
from psc_mock.domain.identity import find_person, login_obstacle, userinfo, workplaces
from psc_mock.domain.lifetimes import login_lives, token_lifetimes
from psc_mock.domain.refusals import Refused
from psc_mock.seeds import CLIENTS

PEOPLE = population()


def told(persona: str, profile: Profile) -> dict[str, Any]:
    person = PEOPLE.persona(persona)
    places = workplaces(PEOPLE, person)
    return userinfo(person, places, "MOBILE", profile, subject(person.national_id, profile))


GRANT = Grant("https://i", "lgo-demo", "sid", "899700090014", "openid scope_all", "", "eidas1", 1000, "MOBILE")


def test_access_token_claims_have_their_order_and_no_audience() -> None:
    assert list(access_claims(GRANT, "j", 1100, 120)) == [
        "exp", "iat", "auth_time", "jti", "iss", "sub", "typ", "azp", "nonce", "session_state", "acr", "scope", "sid",
        "authMode", "otherIds", "SubjectNameID", "preferred_username",
    ]  # fmt: skip
    claims = access_claims(GRANT, "j", 1100, 120)
    assert (claims["exp"], claims["nonce"], claims["typ"]) == (1220, "", "Bearer")
    assert claims["sub"] == f"f:{FEDERATION}:899700090014"


def test_id_token_leaves_an_absent_nonce_and_an_absent_acr_out() -> None:
    bare = Grant("https://i", "c", "sid", "8", "openid", "", "", 1, "MOBILE")
    claims = id_claims(bare, "j", 1, 120, "h", ("A", "B"))
    assert {"nonce", "acr"}.isdisjoint(claims)
    assert (claims["aud"], claims["typ"], claims["at_hash"]) == ("c", "ID", "h")


def test_introspection_of_a_refresh_token_names_no_subject() -> None:
    assert "SubjectNameID" in introspection(GRANT, "j", 1, 2, access=True)
    assert "SubjectNameID" not in introspection(GRANT, "j", 1, 2, access=False)


def _values(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for member in value.values() for leaf in _values(member)]
    return [leaf for member in value for leaf in _values(member)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
@pytest.mark.parametrize("persona", [p.id for p in PEOPLE.professionals])
def test_userinfo_of_every_persona_holds_no_null(persona: str, profile: Profile) -> None:
    identity = told(persona, profile)
    assert None not in _values(identity)
    assert identity["SubjectNameID"] == PEOPLE.persona(persona).national_id


def test_both_shapes_place_civility_and_genre_differently() -> None:
    old, new = (told("titulaire", USERINFO_SHAPES[shape]) for shape in ("2023", "2023-11"))
    assert (old["SubjectRefPro"]["codeCivilite"], new["codeCivilite"]) == ("MME", "MME")
    assert "codeCivilite" not in new["SubjectRefPro"]
    assert "codeGenreActivite" in old["SubjectRefPro"]["exercices"][0]["activities"][0]
    assert "codeGenreActivite" not in old
    assert new["codeGenreActivite"] == new["SubjectRefPro"]["exercices"][0]["activities"][0]["codeGenreActivite"]


def test_pharmacist_has_section_and_doctor_has_savoir_faire() -> None:
    exercises = {}
    for persona in ("titulaire", "adjoint", "generaliste", "preparateur", "deux-activites"):
        (exercises[persona],) = told(persona, PROFILES["2025"])["SubjectRefPro"]["exercices"]
    assert [exercises[p]["activities"][0]["codeSectionPharmacien"] for p in ("titulaire", "adjoint")] == ["A", "D"]
    doctor = exercises["generaliste"]
    assert (doctor["codeTypeSavoirFaire"], doctor["codeSavoirFaire"]) == ("S", "SM26")
    assert exercises["preparateur"]["codeProfession"] == "39"
    assert len(exercises["deux-activites"]["activities"]) == 2


def test_who_has_no_profession_has_the_minimal_identity() -> None:
    assert list(told("secretaire", PROFILES["2025"])) == [
        "sub", "SubjectNameID", "preferred_username", "given_name", "family_name", "codeCivilite",
    ]  # fmt: skip


def test_a_person_is_found_by_persona_or_national_id() -> None:
    assert find_person(PEOPLE, " titulaire ") is find_person(PEOPLE, "899700090014")
    assert find_person(PEOPLE, "") is None


def test_only_struck_off_and_ecps_less_people_cannot_log_in() -> None:
    obstacles = {p.id: login_obstacle(p) for p in PEOPLE.professionals}
    refused = {persona: obstacle for persona, obstacle in obstacles.items() if obstacle}
    assert refused == {
        "radie": "login_struck_off",
        "sans-ecps": "login_without_ecps",
        "secretaire": "login_without_ecps",
    }


def test_login_ends_after_four_hours_or_thirty_idle_minutes() -> None:
    assert login_lives(0, 4 * 3600 - 1, 4 * 3600 - 1)
    assert not login_lives(0, 4 * 3600 - 1, 4 * 3600)
    assert not login_lives(0, 0, 1800)


def test_tokens_do_not_outlive_their_login() -> None:
    assert token_lifetimes(0, 0) == (120, 1800)
    assert token_lifetimes(0, 4 * 3600 - 60) == (60, 60)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda c: c.client_id)
def test_no_seeded_client_redirects_outside_loopback(client: Client) -> None:
    assert all(uri.startswith("http://127.0.0.1:") for uri in (*client.redirect_uris, *client.post_logout_uris))
    assert not may_redirect_to(client, "https://evil.example/callback")


GOOD = CertificateShown("ok", "server", "10B0990017", "lgo.sandbox.test")


@pytest.mark.parametrize(
    ("secret", "shown", "refusal"),
    [
        (None, GOOD, ""),
        ("secret", GOOD, ""),
        (None, CertificateShown(), "certificate_refused"),
        (None, CertificateShown(waived=True), ""),
        (None, CertificateShown("expired", "server", "10B0990017", "lgo.sandbox.test", True), "certificate_refused"),
        (None, CertificateShown("ok", "professional-auth", "10B0990017", "lgo.sandbox.test"), "certificate_refused"),
        (None, CertificateShown("ok", "server", "other", "lgo.sandbox.test"), "certificate_refused"),
        (None, CertificateShown("ok", "server", "10B0990017", "other"), "certificate_refused"),
    ],
)
def test_trust_space_client_needs_its_own_certificate(
    secret: str | None, shown: CertificateShown, refusal: str
) -> None:
    client = next(c for c in CLIENTS if c.client_id == "lgo-mtls")
    assert _refusal(client, secret, shown) == refusal


@pytest.mark.parametrize(
    ("secret", "shown", "refusal"),
    [
        ("secret-lgo-demo", CertificateShown(), ""),
        ("secret-lgo-demo", GOOD, ""),
        ("secret-lgo-demo", CertificateShown("revoked", "server"), "certificate_refused"),
        ("wrong", GOOD, "secret_wrong"),
        (None, GOOD, "secret_wrong"),
        ("", CertificateShown(waived=True), "secret_wrong"),
    ],
)
def test_community_client_needs_its_secret(secret: str | None, shown: CertificateShown, refusal: str) -> None:
    client = next(c for c in CLIENTS if c.client_id == "lgo-demo")
    assert _refusal(client, secret, shown) == refusal


def test_a_client_without_secret_or_certificate_never_authenticates() -> None:
    assert _refusal(Client("x"), "", CertificateShown()) == "secret_wrong"
    assert _refusal(Client("x", space="confiance"), None, GOOD) == "certificate_refused"


def _refusal(client: Client, secret: str | None, shown: CertificateShown) -> str:
    try:
        check_credentials(client, secret, shown)
    except Refused as refused:
        return refused.code
    return ""


def test_a_request_survives_its_stay_in_the_store() -> None:
    parameters = {
        "client_id": "lgo-mtls",
        "redirect_uri": "http://127.0.0.1:8765/callback",
        "response_type": "code",
        "scope": "openid scope_all openid",
        "prompt": "login consent",
    }
    client = next(c for c in CLIENTS if c.client_id == "lgo-mtls")
    to = return_address(parameters, (), client)
    request = checked_request(parameters, (), to, ["openid", "scope_all"])
    assert request.scope == "openid scope_all"
    assert AuthorizationRequest.from_json(request.to_json()) == request


def test_discovery_announces_what_the_real_one_does() -> None:
    document = discovery_document("https://a/auth/realms/esante-wallet", "https://w/auth")
    assert document["acr_values_supported"] == ["0", "0"]
    assert len(document["id_token_signing_alg_values_supported"]) == 13
    assert {"password", "implicit", "client_credentials"} <= set(document["grant_types_supported"])
    aliases = document["mtls_endpoint_aliases"]
    assert all(document[name] == address for name, address in aliases.items())


def test_discovery_of_2023_differs_as_observed() -> None:
    new, old = (discovery_document("https://a", "https://w", profile) for profile in ("2025", "2023"))
    assert set(new) - set(old) == {"authorization_response_iss_parameter_supported"}
    assert set(new["scopes_supported"]) - set(old["scopes_supported"]) == {"basic"}
    assert "EdDSA" not in str(old)


def test_every_refusal_raised_in_the_service_is_in_a_catalogue() -> None:
    import re
    from importlib.resources import files

    raised: set[tuple[str, str]] = set()
    folders = [files("psc_mock"), files("psc_mock") / "app", files("psc_mock") / "domain"]
    for source in (f for folder in folders for f in folder.iterdir() if f.name.endswith(".py")):
        raised |= set(re.findall(r'(Refused|Redirected|Shown)\(\s*"(\w+)"', source.read_text(encoding="utf-8")))
    assert len(raised) > 20
    assert {code for kind, code in raised if kind != "Shown"} <= set(ERRORS)
    assert {code for kind, code in raised if kind == "Shown"} <= set(PAGES)
