"""The end of a session of Pro Santé Connect: logout by hint, by refresh token, by hand, by the tester."""

from __future__ import annotations

from support.psc import PscClient, hidden, returned

OUT = "http://127.0.0.1:8765/logged-out"


def test_sso_logs_in_silently_until_logout_then_asks_again(lgo_anywhere: PscClient) -> None:
    tokens = lgo_anywhere.tokens()
    lgo_anywhere.tenant.option(psc__ecps="manual")
    silent = returned(lgo_anywhere.authorize(client_id="prescripteur-demo"))
    assert silent["session_state"] == tokens["session_state"]
    out = lgo_anywhere.http.get(
        lgo_anywhere.protocol("logout"),
        params={"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT, "state": "bye"},
    )
    assert (out.status_code, out.headers["location"]) == (302, f"{OUT}?state=bye")
    assert "/login/" in lgo_anywhere.authorize().headers["location"]
    assert lgo_anywhere.renew(tokens["refresh_token"]).json()["error_description"] == "Session not active"
    assert lgo_anywhere.introspect(tokens["access_token"]).json() == {"active": False}


def test_logout_accepts_an_expired_hint_by_post_alone(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    lgo.tenant.move(hours=1)
    answer = lgo.http.post(lgo.protocol("logout"), data={"id_token_hint": tokens["id_token"]})
    assert answer.status_code == 200
    assert "déconnecté" in answer.text


def test_logout_may_drop_state(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    lgo.tenant.option(psc__logout_state="drop")
    fields = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT, "state": "bye"}
    assert lgo.http.get(lgo.protocol("logout"), params=fields).headers["location"] == OUT


def test_logout_by_refresh_token_answers_204(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    assert lgo.post("logout", refresh_token=tokens["refresh_token"]).status_code == 204
    assert lgo.userinfo(tokens["access_token"]).status_code == 401


def test_logout_without_anything_asks_then_ends_the_session(lgo_anywhere: PscClient) -> None:
    tokens = lgo_anywhere.tokens()
    page = lgo_anywhere.http.get(lgo_anywhere.protocol("logout"))
    assert page.status_code == 200
    assert lgo_anywhere.userinfo(tokens["access_token"]).status_code == 200
    lgo_anywhere.http.post(lgo_anywhere.protocol("logout"), data={"csrf": hidden(page, "csrf")})
    assert lgo_anywhere.userinfo(tokens["access_token"]).status_code == 401


def test_sessions_can_be_listed_and_ended(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    (login,) = lgo.resource("sessions")["sessions"]
    assert (login["persona"], login["active"]) == ("titulaire", True)
    lgo.resource("sessions", "DELETE", tail=login["sid"])
    assert lgo.userinfo(tokens["access_token"]).status_code == 401


def test_a_client_without_a_hint_has_the_person_asked_then_follows_its_address(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    fields = {"client_id": "lgo-demo", "post_logout_redirect_uri": OUT, "state": "bye"}
    page = lgo.http.get(lgo.protocol("logout"), params=fields)
    assert page.status_code == 200
    assert "Hélène VALMONT" in page.text
    assert lgo.userinfo(tokens["access_token"]).status_code == 200
    sent = {name: hidden(page, name) for name in ("csrf", "client_id", "post_logout_redirect_uri", "state")}
    assert lgo.http.post(lgo.protocol("logout"), data={**sent, "csrf": "faux"}).status_code == 200
    assert lgo.userinfo(tokens["access_token"]).status_code == 200
    out = lgo.http.post(lgo.protocol("logout"), data=sent)
    assert (out.status_code, out.headers["location"]) == (303, f"{OUT}?state=bye")
    assert lgo.userinfo(tokens["access_token"]).status_code == 401


def test_a_client_without_a_hint_and_without_a_session_goes_straight_back(lgo: PscClient) -> None:
    fields = {"client_id": "lgo-demo", "post_logout_redirect_uri": OUT}
    assert lgo.http.get(lgo.protocol("logout"), params=fields).headers["location"] == OUT


def test_a_client_without_a_hint_follows_its_own_addresses_only(lgo: PscClient) -> None:
    lgo.tokens()
    for fields in (
        {"client_id": "lgo-demo", "post_logout_redirect_uri": "https://voleur.example/"},
        {"client_id": "personne", "post_logout_redirect_uri": OUT},
        {"client_id": "dmp", "post_logout_redirect_uri": OUT},
    ):
        answer = lgo.http.get(lgo.protocol("logout"), params=fields)
        assert (answer.status_code, "location" in answer.headers) == (400, False)


def test_a_hint_of_another_client_than_the_one_that_is_named_ends_nothing(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    fields = {"id_token_hint": tokens["id_token"], "client_id": "prescripteur-demo"}
    assert lgo.http.get(lgo.protocol("logout"), params=fields).status_code == 400
    assert lgo.userinfo(tokens["access_token"]).status_code == 200
