"""What a browser shows: refusals as pages that explain, telephones side by side, a waiting page one can act on."""

from __future__ import annotations

import base64
import re
from html import unescape

import httpx
import pytest
from support.psc import CALLBACK, PscClient, hidden

from health_documents.barcodes.images import read_codes
from lgo_sandbox.tenant.faults import Fault, FaultKind

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Mode": "navigate"}
JAVA = {"Accept": "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"}
REALM = "/auth/realms/esante-wallet"
ENGLISH = re.compile(r"\b(Not|Found|HTTP|Method|Invalid)\b")
CONSOLE = "http://127.0.0.1:8080"
LGO = "LGO de démonstration"


@pytest.fixture(autouse=True)
def _console(lgo: PscClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The runner of these tests opens no control port: say where a console would be."""
    monkeypatch.setattr(lgo.tenant.runner.launcher.sandbox.addresses, "control", CONSOLE)


def text(answer: httpx.Response) -> str:
    """Return the words of a page, without its tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", answer.text.partition("<body")[2])))


def assert_explains(answer: httpx.Response) -> None:
    assert answer.headers["content-type"].startswith("text/html")
    assert "SIMULATION – données fictives" in answer.text
    assert "À faire" in answer.text
    assert "#/trafic/x" in answer.text


def waiting(lgo: PscClient, person: str = "titulaire", http: httpx.Client | None = None, **changes: str) -> str:
    """Begin a log-in of somebody, and return the address of the page that waits."""
    query = lgo.request(login_hint=person, **changes)
    return str((http or lgo.http).get(f"{lgo.wallet}/auth", params=query).headers["location"])


# Refusals


def test_a_redirect_address_is_shown_with_the_enrolled_ones_and_what_differs(lgo: PscClient) -> None:
    there = ["https://lgo.example/retour", CALLBACK]
    lgo.resource("clients", "POST", {"client_id": "mon-lgo", "secret": "s" * 20, "redirect_uris": there})
    answer = lgo.http.get(
        f"{lgo.wallet}/auth",
        params=lgo.request(client_id="mon-lgo", redirect_uri="https://lgo.example/Retour"),
        headers=BROWSER,
    )
    assert answer.status_code == 400
    assert_explains(answer)
    assert "https://lgo.example/<mark>R</mark>etour" in answer.text
    assert "https://lgo.example/<mark>r</mark>etour" in answer.text
    assert CALLBACK in text(answer)
    assert "/sources/psc#redirect-uri" in answer.text
    assert lgo.exchanges()[-1].id in answer.text


def test_a_link_of_a_refusal_leads_to_its_exchange_in_the_console_of_the_session(lgo: PscClient) -> None:
    answer = lgo.authorize(client_id=None)
    assert f"{CONSOLE}/?session={lgo.tenant.name}#/trafic/{lgo.exchanges()[-1].id}" in unescape(answer.text)


@pytest.mark.parametrize(
    ("method", "door", "path", "status"),
    [
        ("GET", "psc", f"{REALM}/.well-known/openid-configuration", 404),
        ("GET", "psc", f"{REALM}/protocol/openid-connect/userinfo", 401),
        ("GET", "psc", f"{REALM}/protocol/openid-connect/token", 405),
        ("GET", "psc", f"{REALM}/protocol/openid-connect/tokens", 404),
        ("GET", "psc", "/nulle/part", 404),
        ("GET", "psc_wallet", "/nulle/part", 404),
        ("POST", "psc_wallet", "/ecps/x?", 403),
        ("GET", "psc", f"{REALM}/protocol/openid-connect/logout?id_token_hint=x", 400),
    ],
)
def test_every_refusal_that_a_browser_sees_is_a_page_and_the_status_stays(
    lgo: PscClient, method: str, door: str, path: str, status: int
) -> None:
    answer = lgo.http.request(method, lgo.tenant.url(door) + path, headers=BROWSER)
    assert answer.status_code == status
    assert_explains(answer)
    heading = re.search(r"<h1>([^<]+)</h1>", answer.text)
    assert heading
    assert not ENGLISH.search(heading[1])
    (finding, *_) = lgo.findings()
    assert finding.remedy in text(answer)
    assert finding.received.replace("⟨", "").replace("⟩", "") in text(answer)


def test_a_session_that_does_not_exist_is_a_page_for_a_browser_and_json_for_a_program(lgo: PscClient) -> None:
    url = lgo.wallet.replace(lgo.tenant.name, "inconnue-ici") + "/ecps"
    seen = lgo.http.get(url, headers=BROWSER)
    assert seen.status_code == 404
    assert_explains(seen)
    assert "inconnue-ici" in text(seen)
    assert lgo.http.get(url).headers["content-type"] == "application/json"


def test_a_simulated_outage_is_a_page_for_a_browser_and_json_for_a_program(lgo: PscClient) -> None:
    lgo.fault(Fault("f", "psc", FaultKind.STATUS, 503, "authorization", "*", 2))
    assert lgo.authorize().json()["error"] == "temporarily_unavailable"
    seen = lgo.http.get(f"{lgo.wallet}/auth", params=lgo.request(), headers=BROWSER)
    assert seen.status_code == 503
    assert_explains(seen)


@pytest.mark.parametrize("headers", [{}, JAVA, {"Accept": "application/json"}, {"Accept": "text/html"}])
@pytest.mark.parametrize(
    ("method", "name", "status"), [("POST", "token", 400), ("GET", "userinfo", 401), ("POST", "revoke", 401)]
)
def test_a_program_gets_the_wire_as_it_is(
    lgo: PscClient, headers: dict[str, str], method: str, name: str, status: int
) -> None:
    answer = lgo.http.request(method, lgo.protocol(name), headers=headers)
    assert answer.status_code == status
    assert "text/html" not in answer.headers.get("content-type", "")


def test_what_was_sent_is_escaped_in_the_page_of_a_refusal(lgo: PscClient) -> None:
    nasty = "http://127.0.0.1:8765/⟨<script>alert(1)</script>⟩"
    for changes in ({"redirect_uri": nasty}, {"client_id": nasty}):
        page = lgo.authorize(**changes)
        assert page.status_code == 400
        assert "<script>" not in page.text
        assert "alert(1)" in text(page)


# The page that waits


def test_an_identifier_that_nobody_has_stays_in_its_field_to_be_corrected(lgo: PscClient) -> None:
    page = lgo.begun()
    shown = lgo.http.post(page, data={"csrf": hidden(lgo.http.get(page), "csrf"), "person": '8997"><b>'})
    assert 'name="person" value="8997&#34;&gt;&lt;b&gt;"' in shown.text
    assert "les 11 chiffres du RPPS" in shown.text


def test_the_waiting_page_shows_who_for_whom_and_how_long(lgo: PscClient) -> None:
    page = waiting(lgo)
    lgo.tenant.move(seconds=20)
    words = text(lgo.http.get(page))
    assert "Hélène VALMONT" in words
    assert LGO in words
    assert re.search(r"(9\d|100) s sur 120", words)
    assert "899700090014" not in words
    state = lgo.http.get(f"{page}/state").json()
    assert state["state"] == "waiting"
    assert 90 <= state["seconds_left"] <= 100


def test_the_state_of_a_log_in_is_told_to_its_browser_only_and_changes_nothing(lgo: PscClient) -> None:
    page = waiting(lgo)
    assert lgo.browser().get(f"{page}/state").status_code == 400
    lgo.answer()
    for _ in range(2):
        assert lgo.http.get(f"{page}/state").json()["state"] == "accepted"
    assert lgo.http.get(page).headers["location"].startswith(CALLBACK)


def test_a_request_can_be_sent_again_with_another_number_and_its_whole_time(lgo: PscClient) -> None:
    page = waiting(lgo)
    lgo.tenant.move(seconds=100)
    csrf = hidden(lgo.http.get(page), "csrf")
    again = lgo.http.post(page, data={"csrf": csrf, "resend": "1"})
    assert (again.status_code, again.headers["location"]) == (303, page)
    (push,) = lgo.resource("ecps")["requests"]
    assert push["age"] < 20
    assert push["seconds_left"] > 100
    lgo.answer()
    assert lgo.http.get(page).headers["location"].startswith(CALLBACK)


def test_a_waiting_log_in_can_be_given_to_another_person_or_cancelled(lgo: PscClient) -> None:
    page = waiting(lgo)
    csrf = hidden(lgo.http.get(page), "csrf")
    lgo.http.post(page, data={"csrf": csrf, "other": "1"})
    assert "Se connecter à" in lgo.http.get(page).text
    assert lgo.resource("ecps")["requests"] == []
    lgo.http.post(page, data={"csrf": csrf, "person": "adjoint"})
    assert [push["persona"] for push in lgo.resource("ecps")["requests"]] == ["adjoint"]
    back = lgo.http.post(page, data={"csrf": csrf, "cancel": "1"})
    assert "error=access_denied" in back.headers["location"]
    assert lgo.resource("ecps")["requests"] == []


def test_after_an_unanswered_request_the_same_person_can_be_asked_again_at_once(lgo: PscClient) -> None:
    page = waiting(lgo)
    lgo.tenant.move(seconds=121)
    shown = lgo.http.get(page)
    assert "Renvoyer la demande à Hélène VALMONT" in shown.text
    lgo.http.post(page, data={"csrf": hidden(shown, "csrf"), "person": hidden(shown, "person")})
    assert [push["persona"] for push in lgo.resource("ecps")["requests"]] == ["titulaire"]


# The telephones


def test_each_of_several_people_at_a_counter_sees_her_own_requests_newest_first(lgo: PscClient) -> None:
    waiting(lgo)
    lgo.tenant.move(seconds=70)
    waiting(lgo, "adjoint", lgo.browser())
    waiting(lgo, http=lgo.browser(), client_id="prescripteur-demo")
    page = lgo.http.get(f"{lgo.wallet}/ecps", params={"persona": "titulaire"})
    hers = [push for push in lgo.resource("ecps")["requests"] if push["persona"] == "titulaire"]
    assert re.findall(r'class="digits">([^<]+)<', page.text) == [push["digits"] for push in hers[::-1]]
    words = text(page)
    assert words.index("à l'instant") < words.index("il y a 1 min 10")
    every = lgo.http.get(f"{lgo.wallet}/ecps").text
    assert every.count('<section class="phone"') == 2
    assert every.count('<div class="card">') == 2
    assert every.count('<details class="card older">') == 1
    for person in ("Hélène VALMONT", "Thomas CASTELNAU"):
        assert f'aria-label="Téléphone de {person}"' in every


def test_a_request_that_the_same_browser_made_again_is_gone_from_the_telephone(lgo: PscClient) -> None:
    first = waiting(lgo)
    second = waiting(lgo)
    (push,) = lgo.resource("ecps")["requests"]
    assert push["id"] in second
    assert "Se connecter à" in lgo.http.get(first).text


def test_what_a_page_asks_by_itself_is_not_journaled(lgo: PscClient) -> None:
    page = waiting(lgo)
    before = len(lgo.exchanges())
    for _ in range(3):
        assert lgo.http.get(f"{page}/state").status_code == 200
        assert lgo.http.get(f"{lgo.wallet}/ecps", headers={"X-Live": "1"}).status_code == 200
    assert len(lgo.exchanges()) == before
    lgo.browser().get(f"{page}/state")
    lgo.http.get(f"{lgo.wallet}/ecps")
    assert len(lgo.exchanges()) == before + 2


def test_requests_that_are_dead_are_gone(lgo: PscClient) -> None:
    waiting(lgo)
    lgo.tenant.move(seconds=121)
    assert "Aucune demande en attente" in lgo.http.get(f"{lgo.wallet}/ecps").text


def test_pages_name_people_by_name_and_role_and_never_by_their_slugs(lgo: PscClient) -> None:
    words = text(lgo.http.get(lgo.begun())) + text(lgo.http.get(f"{lgo.wallet}/ecps"))
    assert "Aurore MONTEIL" in words
    assert "Préparateur en pharmacie" in words
    for slug in ("deux-activites", "sans-ecps", "medecin-voisine", "899700090105"):
        assert slug not in words


def test_a_telephone_that_knows_the_host_by_another_name_stays_on_it(lgo: PscClient) -> None:
    waiting(lgo)
    page = lgo.http.get(f"{lgo.wallet}/ecps", params={"persona": "titulaire"})
    actions = set(re.findall(r'action="([^"]+)"', page.text))
    assert actions
    assert all(action.startswith(f"/s/{lgo.tenant.name}/ecps/") for action in actions)


def test_the_waiting_page_has_a_code_for_a_real_telephone_when_one_may_reach_it(
    lgo: PscClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = waiting(lgo)
    alone = lgo.http.get(page)
    assert "data:image" not in alone.text
    assert "--host 0.0.0.0 --public" in text(alone)
    settings = lgo.tenant.runner.launcher.sandbox.settings
    monkeypatch.setattr(settings, "public", True)
    monkeypatch.setattr(settings, "host", "192.168.1.20")
    found = re.search(r'src="data:image/png;base64,([^"]+)"', lgo.http.get(page).text)
    assert found
    (code,) = read_codes(base64.b64decode(found[1]))
    plain = httpx.URL(lgo.tenant.url("psc_wallet", tls=False))
    assert code.text == f"http://192.168.1.20:{plain.port}/s/{lgo.tenant.name}/ecps?persona=titulaire"
    opened = lgo.browser().get(code.text.replace("192.168.1.20", "127.0.0.1"))
    assert "Téléphone de Hélène VALMONT" in opened.text


def test_a_card_is_changed_on_the_portal_without_a_logout(lgo: PscClient) -> None:
    former = lgo.tokens()["access_token"]
    portal = lgo.http.get(f"{lgo.wallet}/")
    assert "Hélène VALMONT" in portal.text
    assert lgo.http.post(f"{lgo.wallet}/", data={"csrf": "faux"}).status_code == 403
    changed = lgo.http.post(f"{lgo.wallet}/", data={"csrf": hidden(portal, "csrf"), "change": "card"})
    assert "La carte est retirée" in changed.text
    assert lgo.userinfo(former).status_code == 200
    assert "/login/" in lgo.authorize().headers["location"]
    lgo.tokens(login_hint="adjoint")
    assert "PSC-SES-08" not in lgo.reproaches()
    lgo.userinfo(former)
    assert "PSC-SES-08" in lgo.reproaches()
