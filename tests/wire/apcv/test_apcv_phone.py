"""The patient's phone as a page, and what the control API publishes: French, labelled, a new code each time."""

from __future__ import annotations

import base64
import re

import pytest
from support.apcv_door import ApcvDoor

from health_documents.barcodes.images import read_codes


def test_a_phone_shows_a_code_that_opens_a_context(door: ApcvDoor) -> None:
    page = door.get("/appli", persona="jumeaux")
    assert page.headers["x-simulation"] == "APCV-PAGE-SIMULEE"
    assert "SIMULATION – données fictives" in page.text
    image = re.search(r"data:image/png;base64,([^\"]+)", page.text)
    assert image is not None
    (code,) = read_codes(base64.b64decode(image[1]))
    assert code.text in page.text
    assert door.open(code.text).status_code == 200
    assert door.findings() == []


def test_a_page_asks_for_the_next_code_by_itself_and_leaves_no_trace_of_it(door: ApcvDoor) -> None:
    page = door.get("/appli", persona="ald")
    following = re.search(r'http-equiv="refresh" content="30; url=([^"]+)"', page.text)
    assert following is not None
    path = following[1].replace("&amp;", "&").removeprefix(f"/s/{door.tenant.name}")
    again = door.get(path.partition("?")[0], persona="ald", suite="1")
    codes = [re.search(r"<code>([^<]+)", one.text) for one in (page, again)]
    texts = [one[1] for one in codes if one is not None]
    assert len(set(texts)) == 2
    assert len(door.tenant.exchanges("appli")) == 1


@pytest.mark.parametrize(
    ("persona", "told"),
    [
        ("moins-de-16-ans", "à partir de seize ans"),
        ("sans-matricule", "Sans matricule"),
        ("droits-echus", "Aucun droit en cours"),
        ("ins-non-certifie", "INS non certifié"),
        ("conjointe", "conjoint"),
        ("css", "complémentaire santé solidaire"),
        ("sans-complementaire", "Sans complémentaire"),
        ("martin-claire", "Affection de longue durée"),
        ("paoli-ghjulia", "Patient de l&#39;officine"),
    ],
)
def test_a_phone_tells_its_situation(door: ApcvDoor, persona: str, told: str) -> None:
    page = door.get("/appli", persona=persona)
    assert (page.status_code, told in page.text) == (200, True)


def test_an_unknown_phone_is_told_in_french_and_shows_the_others(door: ApcvDoor) -> None:
    page = door.get("/appli", persona="<script>")
    assert (page.status_code, "<script>" in page.text, "YANN LAMBERT" in page.text) == (404, False, True)
    (finding,) = door.findings()
    assert (finding.check_id, finding.where) == ("APCV-REFUS", "paramètre persona")


def test_the_page_of_all_phones_links_within_its_session(door: ApcvDoor) -> None:
    page = door.get("/appli")
    assert page.text.count(f'href="/s/{door.tenant.name}/appli?persona=') == 12
    policy = page.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


def test_the_control_api_shows_phones_and_codes(door: ApcvDoor) -> None:
    phones = door.resource("phones").json()
    assert [one["persona"] for one in phones if not one["appli"]] == ["moins-de-16-ans", "sans-matricule"]
    one = door.resource("phones/ald").json()
    assert door.open(one["code"]).status_code == 200
    (code,) = read_codes(door.resource("phones/ald/qr").content)
    assert door.open(code.text).status_code == 200
    assert door.resource("phones/moins-de-16-ans").status_code == 409
    assert door.resource("phones/personne").status_code == 404
    assert door.resource("phones", "POST", {}).status_code == 405


@pytest.mark.parametrize(
    "body", [None, [], {}, {"apcv": "oui"}, {"apcv": True, "contexte": 3}, {"apcv": True, "numero": "9" * 101}]
)
def test_a_bill_that_says_nothing_is_not_counted(door: ApcvDoor, body: object) -> None:
    assert door.resource("fse", "POST", body).status_code == 422
    assert door.resource("fse").json() == {"total": 0, "avec_apcv": 0, "sans_apcv": 0, "part": None}
