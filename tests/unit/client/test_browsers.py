from __future__ import annotations

import socket
import webbrowser
from collections.abc import Callable

import httpx
import pytest

from lgo_client import browsers
from lgo_client.browsers import external_browser, unattended_browser

REDIRECT = "http://127.0.0.1:8999/callback"
START = "https://wallet.test/auth?state=s"

Pages = dict[str, list[httpx.Response]]


def moved(to: str) -> httpx.Response:
    return httpx.Response(302, headers={"Location": to})


def page(text: str = "patientez") -> httpx.Response:
    return httpx.Response(200, html=text)


def browsing(pages: Pages, approve: Callable[[], None] = lambda: None) -> Callable[[str, str], str]:
    def answer(request: httpx.Request) -> httpx.Response:
        answers = pages[str(request.url)]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    return unattended_browser(httpx.Client(transport=httpx.MockTransport(answer)), approve)


def test_redirections_are_followed_to_the_software_and_no_further() -> None:
    pages = {START: [moved("/login?x=1")], "https://wallet.test/login?x=1": [moved(f"{REDIRECT}?code=c&state=s")]}
    assert browsing(pages)(START, REDIRECT) == f"{REDIRECT}?code=c&state=s"


def test_a_page_that_waits_is_approved_and_asked_again() -> None:
    approved: list[str] = []
    pages = {START: [moved("/wait")], "https://wallet.test/wait": [page(), page(), moved(f"{REDIRECT}?code=c")]}
    assert browsing(pages, lambda: approved.append("oui"))(START, REDIRECT) == f"{REDIRECT}?code=c"
    assert approved == ["oui", "oui"]


def test_cookies_are_kept_from_page_to_page() -> None:
    seen: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie"))
        if len(seen) == 1:
            return httpx.Response(302, headers={"Location": "/next", "Set-Cookie": "psc=1; Path=/"})
        return moved(f"{REDIRECT}?code=c")

    unattended_browser(httpx.Client(transport=httpx.MockTransport(answer)), lambda: None)(START, REDIRECT)
    assert seen == [None, "psc=1"]


@pytest.mark.parametrize("status", [400, 403, 404, 500, 304])
def test_an_error_page_ends_the_login_with_its_status(status: int) -> None:
    with pytest.raises(RuntimeError, match=str(status)):
        browsing({START: [httpx.Response(status)]})(START, REDIRECT)


@pytest.mark.parametrize("answer", [page(), moved(START)], ids=["waiting", "circle"])
def test_a_login_that_leads_nowhere_ends(answer: httpx.Response) -> None:
    with pytest.raises(RuntimeError, match="ne mène pas"):
        browsing({START: [answer]})(START, REDIRECT)


@pytest.fixture
def redirect() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/callback"


def opening(monkeypatch: pytest.MonkeyPatch, visit: Callable[[str], object]) -> list[str]:
    """Put in place of the system's browser one that visits what it is told."""
    opened: list[str] = []

    def open_url(url: str) -> bool:
        opened.append(url)
        visit(url)
        return True

    monkeypatch.setattr(webbrowser, "open", open_url)
    return opened


def get(url: str) -> httpx.Response:
    return httpx.get(url, trust_env=False)


def test_the_external_browser_is_sent_to_psc_and_the_software_hears_it_back(
    monkeypatch: pytest.MonkeyPatch, redirect: str
) -> None:
    answers: list[httpx.Response] = []
    opened = opening(monkeypatch, lambda url: answers.append(get(f"{redirect}?code=c%20d&state=s")))
    assert external_browser(START, redirect) == f"{redirect}?code=c%20d&state=s"
    assert opened == [START]


def test_a_request_for_something_else_does_not_end_the_wait(monkeypatch: pytest.MonkeyPatch, redirect: str) -> None:
    statuses: list[int] = []

    def visit(_url: str) -> None:
        statuses.append(get(redirect.replace("/callback", "/favicon.ico")).status_code)
        statuses.append(get(redirect.replace("/callback", "/callbacks?code=x")).status_code)
        get(f"{redirect}?code=c")

    opening(monkeypatch, visit)
    assert external_browser(START, redirect) == f"{redirect}?code=c"
    assert statuses == [404, 404]


def test_a_connection_that_says_nothing_does_not_hold_the_door(monkeypatch: pytest.MonkeyPatch, redirect: str) -> None:
    monkeypatch.setattr(browsers, "SILENCE_SECONDS", 0.05)
    port = int(redirect.rpartition(":")[2].partition("/")[0])

    def visit(_url: str) -> None:
        with socket.create_connection(("127.0.0.1", port)):
            get(f"{redirect}?code=c")

    opening(monkeypatch, visit)
    assert external_browser(START, redirect) == f"{redirect}?code=c"


def test_a_user_who_never_comes_back_is_given_up(monkeypatch: pytest.MonkeyPatch, redirect: str) -> None:
    monkeypatch.setattr(browsers, "LOGIN_SECONDS", 0.05)
    opening(monkeypatch, lambda url: None)
    with pytest.raises(TimeoutError, match="navigateur"):
        external_browser(START, redirect)


def test_the_page_that_thanks_is_in_french(monkeypatch: pytest.MonkeyPatch, redirect: str) -> None:
    texts: list[str] = []
    done: list[bool] = []

    def visit(_url: str) -> None:
        with httpx.Client(trust_env=False) as http, http.stream("GET", f"{redirect}?code=c") as answer:
            texts.append(answer.read().decode())
            done.append(answer.headers["content-type"] == "text/html; charset=utf-8")

    opening(monkeypatch, visit)
    external_browser(START, redirect)
    for _ in range(200):
        if done:
            break
        socket.create_server(("127.0.0.1", 0)).close()
    assert "Connexion terminée" in "".join(texts)
