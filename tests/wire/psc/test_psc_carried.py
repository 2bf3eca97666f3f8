"""Pushed authorization requests and request objects, answered as Keycloak does, with a finding."""

from __future__ import annotations

import pytest
from support.psc import DEMO, PscClient, returned

from lgo_sandbox.wire.jwt import encode_segments, hs256

OTHER = ("prescripteur-demo", "secret-prescripteur-demo")
KNOWN = "urn:ietf:params:oauth:request_uri:"


def pushed(lgo: PscClient, auth: tuple[str, str] = DEMO, **changes: str | None) -> str:
    answer = lgo.post("ext/par/request", auth, **lgo.request(**{"login_hint": "titulaire", **changes}))
    assert answer.status_code == 201, answer.text
    assert answer.json()["expires_in"] == 60
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["request_uri"])


def brought(lgo: PscClient, uri: str, client_id: str = "lgo-demo") -> tuple[int, str]:
    answer = lgo.http.get(f"{lgo.wallet}/auth", params={"client_id": client_id, "request_uri": uri})
    return answer.status_code, answer.headers.get("location", "")


def test_a_pushed_request_logs_in_once_and_is_remarked(lgo: PscClient) -> None:
    lgo.tenant.option(psc__ecps="accept")
    uri = pushed(lgo, state="e" * 20)
    assert uri.startswith(KNOWN)
    answer = lgo.http.get(f"{lgo.wallet}/auth", params={"client_id": "lgo-demo", "request_uri": uri})
    back = returned(answer)
    assert back["state"] == "e" * 20
    assert lgo.exchange(back["code"]).status_code == 200
    assert lgo.reproaches() == {"PSC-AUTHZ-11"}
    assert brought(lgo, uri) == (400, "")
    assert lgo.exchanges()[-1].noted.to_json()["Refusal"]["code"] == "request_uri_unknown"


def test_a_pushed_request_dies_after_a_minute_and_serves_its_client_only(lgo: PscClient) -> None:
    uri = pushed(lgo)
    assert brought(lgo, uri, "prescripteur-demo") == (400, "")
    assert "/login/" in brought(lgo, uri)[1]
    late = pushed(lgo)
    lgo.tenant.move(seconds=61)
    assert brought(lgo, late) == (400, "")


def test_a_pushed_request_is_no_page_of_log_in(lgo: PscClient) -> None:
    request = pushed(lgo).removeprefix(KNOWN)
    assert lgo.http.get(f"{lgo.wallet}/login/{request}").status_code == 400
    assert lgo.http.get(f"{lgo.wallet}/login/{request}/state").status_code == 400


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"redirect_uri": "https://ailleurs.example/"}, 400, "invalid_request"),
        ({"response_type": "token"}, 400, "unauthorized_client"),
        ({"scope": "openid tout"}, 400, "invalid_scope"),
        ({"request_uri": "urn:x"}, 400, "invalid_request"),
        ({"request": "a.b.c"}, 400, "invalid_request"),
    ],
)
def test_a_bad_request_is_refused_when_it_is_pushed(
    lgo: PscClient, changes: dict[str, str], status: int, error: str
) -> None:
    answer = lgo.post("ext/par/request", DEMO, **lgo.request(**changes))
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert all(one.remedy and one.where for one in lgo.findings())
    assert lgo.exchanges()[-1].outcome == "refused"


def test_what_a_lost_request_held_is_not_reproached(lgo: PscClient) -> None:
    brought(lgo, f"{KNOWN}inconnue")
    assert {one.check_id for one in lgo.findings()} <= {"PSC-AUTHZ-11", "PSC-REFUS"}


def test_pushing_wants_the_client_to_prove_itself(lgo: PscClient) -> None:
    assert lgo.post("ext/par/request", ("lgo-demo", "faux"), **lgo.request()).status_code == 401
    assert lgo.post("ext/par/request", None, **lgo.request(client_id="personne")).status_code == 401
    assert lgo.post("ext/par/request", OTHER, **lgo.request()).status_code == 201


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_request_object_is_opened_and_its_parameters_win(lgo: PscClient, algorithm: str) -> None:
    lgo.tenant.option(psc__ecps="accept")
    claims = {**lgo.request(state="o" * 20, login_hint="adjoint"), "iss": "lgo-demo", "exp": 1}
    unsigned = encode_segments({"alg": "none"}, claims) + "."
    token = unsigned if algorithm == "none" else hs256(DEMO[1], {}, claims)
    back = returned(lgo.authorize(state="q" * 20, request=token))
    assert back["state"] == "o" * 20
    told = lgo.userinfo(lgo.exchange(back["code"]).json()["access_token"]).json()
    assert told["SubjectNameID"] == "899700090022"
    assert lgo.reproaches() == {"PSC-AUTHZ-11"}


def test_what_is_wrong_in_a_request_object_is_reproached_as_if_it_were_in_the_address(lgo: PscClient) -> None:
    lgo.authorize(request=encode_segments({"alg": "none"}, {"acr_values": "0", "scope": "openid"}) + ".")
    assert lgo.reproaches() == {"PSC-AUTHZ-11", "PSC-AUTHZ-01", "PSC-AUTHZ-02"}


@pytest.mark.parametrize(
    "token",
    [
        hs256("un autre secret", {}, {"scope": "openid"}),
        encode_segments({"alg": "RS256"}, {}) + ".AAAA",
        encode_segments({"alg": "none"}, {"client_id": "prescripteur-demo"}) + ".",
        "x.y",
        "",
    ],
)
def test_an_object_that_the_client_did_not_make_is_refused_in_a_page(lgo: PscClient, token: str) -> None:
    answer = lgo.authorize(request=token)
    assert answer.status_code == 400
    assert "Objet de demande refusé" in answer.text


def test_a_redirect_address_in_an_object_is_judged_as_any_other(lgo: PscClient) -> None:
    token = encode_segments({"alg": "none"}, {"redirect_uri": "https://voleur.example/"}) + "."
    answer = lgo.authorize(request=token)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_no_address_of_a_request_is_ever_fetched(lgo: PscClient) -> None:
    answer = lgo.authorize(request_uri=f"{lgo.wallet}/objet")
    assert answer.status_code == 400
    assert not any("/objet" in one.target.partition("?")[0] for one in lgo.exchanges())
