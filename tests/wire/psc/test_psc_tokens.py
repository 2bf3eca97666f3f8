"""Tokens of Pro Santé Connect over real sockets: codes, lifetimes, refresh, identity, introspection, keys."""

from __future__ import annotations

from support.psc import PscClient

from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.wire.jwt import unverified_claims, unverified_header


def test_token_answer_has_keycloak_members_in_order_and_no_cache(lgo: PscClient) -> None:
    answer = lgo.exchange(lgo.code(nonce="n" * 20))
    tokens = answer.json()
    assert list(tokens) == [
        "access_token", "expires_in", "refresh_expires_in", "refresh_token", "token_type", "id_token",
        "not-before-policy", "session_state", "scope",
    ]  # fmt: skip
    assert (tokens["expires_in"], tokens["refresh_expires_in"], tokens["not-before-policy"]) == (120, 1800, 0)
    assert (tokens["token_type"], tokens["scope"]) == ("Bearer", "openid scope_all")
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert unverified_claims(tokens["id_token"])["nonce"] == "n" * 20
    assert "aud" not in unverified_claims(tokens["access_token"])


def test_code_is_used_once_and_its_replay_kills_the_client_session(lgo: PscClient) -> None:
    code = lgo.code()
    tokens = lgo.exchange(code).json()
    replay = lgo.exchange(code)
    assert (replay.status_code, replay.json()) == (
        400,
        {"error": "invalid_grant", "error_description": "Code not valid"},
    )
    assert lgo.userinfo(tokens["access_token"]).status_code == 401
    assert lgo.renew(tokens["refresh_token"]).json()["error_description"] == "Session not active"
    assert "PSC-TOK-01" in lgo.reproaches()


def test_code_dies_after_sixty_seconds_of_age_time(lgo: PscClient) -> None:
    code = lgo.code()
    lgo.tenant.move(seconds=61)
    assert lgo.exchange(code).json() == {"error": "invalid_grant", "error_description": "Code is expired"}


def test_refresh_renews_tokens_and_keeps_auth_time(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    lgo.tenant.move(minutes=20)
    renewed = lgo.renew(tokens["refresh_token"]).json()
    lgo.tenant.move(minutes=20)
    again = lgo.renew(renewed["refresh_token"]).json()
    first, last = unverified_claims(tokens["access_token"]), unverified_claims(again["access_token"])
    assert (first["auth_time"], first["sid"], first["nonce"]) == (last["auth_time"], last["sid"], last["nonce"])
    assert lgo.userinfo(again["access_token"]).status_code == 200


def test_refresh_token_dies_after_thirty_minutes(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    lgo.tenant.move(minutes=31)
    assert lgo.renew(tokens["refresh_token"]).json() == {
        "error": "invalid_grant",
        "error_description": "Token is not active",
    }


def test_session_ends_after_four_hours_however_often_it_is_refreshed(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    for _ in range(9):
        lgo.tenant.move(minutes=26)
        tokens = lgo.renew(tokens["refresh_token"]).json()
    assert tokens["refresh_expires_in"] <= 6 * 60
    lgo.tenant.move(minutes=7)
    assert lgo.renew(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert "/login/" in lgo.authorize().headers["location"]


def test_access_token_dies_after_two_minutes_even_if_the_jump_is_in_its_first_second(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    assert lgo.userinfo(tokens["access_token"]).status_code == 200
    lgo.tenant.move(seconds=121)
    answer = lgo.userinfo(tokens["access_token"])
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        'Bearer realm="esante-wallet", error="invalid_token", error_description="Token verification failed"'
    )
    assert lgo.introspect(tokens["access_token"]).json() == {"active": False}


def test_a_token_issued_right_after_a_clock_jump_lives(lgo: PscClient) -> None:
    lgo.tenant.move(hours=4)
    tokens = lgo.tokens()
    assert lgo.userinfo(tokens["access_token"]).status_code == 200


def test_revocation_of_a_refresh_token_ends_the_client_session(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    assert lgo.post("revoke", token=tokens["refresh_token"]).status_code == 200
    assert lgo.userinfo(tokens["access_token"]).status_code == 401
    assert lgo.post("revoke", token="unknown").status_code == 200


def test_introspection_tells_everything_of_an_access_token_and_no_subject_name_of_a_refresh_token(
    lgo: PscClient,
) -> None:
    tokens = lgo.tokens()
    access = lgo.introspect(tokens["access_token"]).json()
    refresh = lgo.introspect(tokens["refresh_token"], ("mss-operateur", "secret-mss-operateur")).json()
    assert (access["active"], access["typ"], access["SubjectNameID"]) == (True, "Bearer", "899700090014")
    assert (refresh["active"], refresh["typ"]) == (True, "Refresh")
    assert "SubjectNameID" not in refresh


def test_userinfo_without_token_is_a_bare_challenge(lgo: PscClient) -> None:
    answer = lgo.http.get(lgo.protocol("userinfo"))
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["www-authenticate"] == 'Bearer realm="esante-wallet"'


def test_without_openid_there_is_no_id_token_and_no_userinfo(lgo: PscClient) -> None:
    tokens = lgo.tokens(scope="scope_all")
    assert "id_token" not in tokens
    answer = lgo.userinfo(tokens["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_bearer_scheme_is_matched_in_any_case(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    headers = {"Authorization": f"bEARER {tokens['access_token']}"}
    assert lgo.http.get(lgo.protocol("userinfo"), headers=headers).status_code == 200


def test_armed_status_fault_answers_in_oauth_json(lgo: PscClient) -> None:
    lgo.fault(Fault("f1", "psc", FaultKind.STATUS, 503, "token", "lgo-demo", 1))
    answer = lgo.renew("x")
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert lgo.renew("x").status_code == 400


def test_keys_rotate_and_the_former_one_stays_published_for_an_hour(lgo: PscClient) -> None:
    def published() -> list[str]:
        return [key["kid"] for key in lgo.http.get(lgo.protocol("certs")).json()["keys"]]

    old = lgo.tokens()
    first = published()
    told = lgo.resource("keys", "POST", {})
    assert told["published"] == [told["signing"], *first]
    assert published() == told["published"]
    new = lgo.tokens()
    assert unverified_header(old["access_token"])["kid"] == first[0]
    assert unverified_header(new["access_token"])["kid"] == told["signing"]
    assert lgo.userinfo(old["access_token"]).status_code == 200
    lgo.tenant.move(hours=1)
    assert published() == [told["signing"]]
    hint = {"id_token_hint": old["id_token"]}
    assert lgo.http.get(lgo.protocol("logout"), params=hint).status_code == 200


def test_a_key_may_be_withdrawn_at_once_and_comes_back_with_the_rotation(lgo: PscClient) -> None:
    first = lgo.resource("keys")["signing"]
    for _ in range(2):
        told = lgo.resource("keys", "POST", {"withdraw": True})
        assert told["published"] == [told["signing"]] != [first]
    assert lgo.resource("keys", "POST", {})["signing"] == first
    assert len(lgo.resource("keys")["published"]) == 2
