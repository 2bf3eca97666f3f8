"""The client's reading of the parameter file: redirections, a copy for a day, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from lgo_client.clock import Workplace
from lgo_client.parameters import PATH, ParameterFile, ParametersUnavailable

URL = "https://dmp.test"
FILE = (
    b'<param-lps xmlns="urn:x"><!-- simulation --><parametre nom="fonctions-gestion-mineurs">true</parametre>'
    b'<parametre nom="age-majorite">18</parametre><parametre nom="cumul-invisible_patient-masque_ps">false</parametre>'
    b'<parametre nom="url-web-ps-documents">https://dmp.test/AccesDirect/Documents</parametre></param-lps>'
)
Answer = Callable[[httpx.Request], httpx.Response]


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 15, 8, tzinfo=UTC)


def _file(answer: Answer, clock: Clock | None = None) -> ParameterFile:
    moved = clock or Clock()
    http = httpx.Client(transport=httpx.MockTransport(answer))
    return ParameterFile(http, URL, Workplace(now=lambda: moved.now))


def test_the_file_is_read_once_a_day() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, content=FILE)

    clock = Clock()
    file = _file(answer, clock)
    parameters = file.current()
    assert (parameters.cumul, parameters.minors, parameters.majority) == (False, True, 18)
    assert parameters.others["url-web-ps-documents"] == "https://dmp.test/AccesDirect/Documents"
    clock.now += timedelta(hours=23, minutes=59)
    assert file.current() is parameters
    clock.now += timedelta(minutes=1)
    file.current()
    assert asked == [URL + PATH] * 2


@pytest.mark.parametrize("status", [301, 302, 303])
@pytest.mark.parametrize("location", ["/ailleurs", "https://dmp.test/ailleurs"])
def test_redirections_are_followed(status: int, location: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == PATH:
            return httpx.Response(status, headers={"location": location})
        return httpx.Response(200, content=FILE)

    assert _file(answer).current().majority == 18


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda _: httpx.Response(404), "répond 404"),
        (lambda _: httpx.Response(301), "répond 301"),
        (lambda _: httpx.Response(302, headers={"location": PATH}), "renvoie plus de 5 fois"),
        (lambda _: httpx.Response(302, headers={"location": "http://dmp.test/"}), "hors de HTTPS"),
        (lambda _: httpx.Response(200, content=b"rien"), "n'est pas du XML"),
    ],
)
def test_what_is_no_file_is_said(answer: Answer, said: str) -> None:
    with pytest.raises(ParametersUnavailable, match=said):
        _file(answer).current()


def test_an_outage_is_said_and_a_good_copy_outlives_it() -> None:
    up = True

    def answer(_: httpx.Request) -> httpx.Response:
        if not up:
            raise httpx.ConnectError("coupé")
        return httpx.Response(200, content=FILE)

    clock = Clock()
    file = _file(answer, clock)
    file.current()
    up = False
    clock.now += timedelta(hours=12)
    assert file.current().minors
    clock.now += timedelta(hours=12)
    with pytest.raises(ParametersUnavailable, match="ne répond pas"):
        file.current()
