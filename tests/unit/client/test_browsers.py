from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from queue import Queue

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


Visiting = Callable[[Callable[[str], object]], list[str]]


@pytest.fixture
def visiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Visiting]:
    """Put in place of the system's browser one that visits what it is told; wait for the end of the visit."""
    opened: list[str] = []
    finished = threading.Event()

    def put(visit: Callable[[str], object]) -> list[str]:
        def open_url(url: str) -> bool:
            opened.append(url)
            visit(url)
            finished.set()
            return True

        monkeypatch.setattr(webbrowser, "open", open_url)
        return opened

    yield put
    assert finished.wait(30)


def get(url: str) -> httpx.Response:
    return httpx.get(url, trust_env=False)


def test_the_external_browser_is_sent_to_psc_and_the_software_hears_it_back(visiting: Visiting, redirect: str) -> None:
    opened = visiting(lambda url: get(f"{redirect}?code=c%20d&state=s"))
    assert external_browser(START, redirect) == f"{redirect}?code=c%20d&state=s"
    assert opened == [START]


def test_a_request_for_something_else_does_not_end_the_wait(visiting: Visiting, redirect: str) -> None:
    statuses: list[int] = []

    def visit(_url: str) -> None:
        statuses.append(get(redirect.replace("/callback", "/favicon.ico")).status_code)
        statuses.append(get(redirect.replace("/callback", "/callbacks?code=x")).status_code)
        get(f"{redirect}?code=c")

    visiting(visit)
    assert external_browser(START, redirect) == f"{redirect}?code=c"
    assert statuses == [404, 404]


def test_a_connection_that_says_nothing_does_not_hold_the_door(
    visiting: Visiting, monkeypatch: pytest.MonkeyPatch, redirect: str
) -> None:
    monkeypatch.setattr(browsers, "SILENCE_SECONDS", 0.05)
    port = int(redirect.rpartition(":")[2].partition("/")[0])

    def visit(_url: str) -> None:
        with socket.create_connection(("127.0.0.1", port)):
            get(f"{redirect}?code=c")

    visiting(visit)
    assert external_browser(START, redirect) == f"{redirect}?code=c"


def test_a_user_who_never_comes_back_is_given_up(
    visiting: Visiting, monkeypatch: pytest.MonkeyPatch, redirect: str
) -> None:
    monkeypatch.setattr(browsers, "LOGIN_SECONDS", 0.05)
    visiting(lambda url: None)
    with pytest.raises(TimeoutError, match="navigateur"):
        external_browser(START, redirect)


def test_the_page_that_thanks_is_in_french(visiting: Visiting, redirect: str) -> None:
    answers: Queue[httpx.Response] = Queue()
    visiting(lambda url: answers.put(get(f"{redirect}?code=c")))
    external_browser(START, redirect)
    answer = answers.get(timeout=30)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Connexion terminée" in answer.text
