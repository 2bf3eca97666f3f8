"""Where a real telephone finds the e-CPS page: only when the machine is open to it, by the name that others use."""

from __future__ import annotations

import pytest

from lgo_sandbox.gate.phone_address import qr_of, reachable_host
from lgo_sandbox.settings import Settings
from psc_mock.pages import ago, initials


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        (Settings(), ""),
        (Settings(host="192.168.1.20"), ""),
        (Settings(public=True), ""),
        (Settings(public=True, host="localhost", public_names=("officine.example",)), ""),
        (Settings(public=True, host="192.168.1.20"), "192.168.1.20"),
        (Settings(public=True, host="192.168.1.20", public_names=("officine.example",)), "officine.example"),
        (Settings(public=True, host="0.0.0.0", published_host="psc.example"), "psc.example"),
    ],
)
def test_only_a_machine_that_is_open_to_others_is_reached_by_them(settings: Settings, host: str) -> None:
    assert reachable_host(settings) == host


def test_a_wildcard_bind_is_reached_by_the_address_that_leads_outside() -> None:
    found = reachable_host(Settings(public=True, host="0.0.0.0"))
    assert found not in ("0.0.0.0", "127.0.0.1")


def test_a_code_is_an_image_in_the_page() -> None:
    assert qr_of("http://192.168.1.20:8086/ecps").startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "à l'instant"), (1, "à l'instant"), (59, "il y a 59 s"), (65, "il y a 1 min 05")]
)
def test_an_age_is_said_in_french(seconds: int, words: str) -> None:
    assert ago(seconds) == words


def test_a_portrait_is_drawn_from_the_first_and_the_last_word_of_a_name() -> None:
    assert (initials("Hélène VALMONT"), initials("Jean Paul DUPONT"), initials("Zoé")) == ("HV", "JD", "Z")
