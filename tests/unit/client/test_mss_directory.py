"""The directory's client and what a workstation keeps of it: searches, loads, deltas, extractions, the address book."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from lgo_client.clock import Workplace
from lgo_client.mss.book import COLUMNS, Book, read_extraction
from lgo_client.mss.directory import PER_SECOND, Criteria, Directory, DirectoryUnavailable

Answer = Callable[[httpx.Request], httpx.Response]


def mailbox(address: str, kind: str = "PER") -> dict[str, Any]:
    extension = [
        {"url": "…/fr-core-contact-point-email-type", "valueCoding": {"code": "MSSANTE"}},
        {"url": "…/as-ext-mailbox-mss-metadata", "extension": [{"valueCodeableConcept": {"coding": [{"code": kind}]}}]},
    ]
    return {"system": "email", "value": address, "extension": extension}


PRACTITIONER = {
    "resourceType": "Practitioner",
    "id": "003-1",
    "name": [{"family": "DELORME", "given": ["Isabelle"]}],
    "identifier": [{"value": "899700090022"}],
    "qualification": [{"code": {"coding": [{"code": "10", "display": "Médecin"}]}}],
}
ROLE = {
    "resourceType": "PractitionerRole",
    "id": "005-1",
    "practitioner": {"reference": "Practitioner/003-1"},
    "organization": {"reference": "Organization/001-1"},
    "telecom": [mailbox("Isabelle.Delorme@medecin.mssante.fr")],
}
ORGANIZATION = {
    "resourceType": "Organization",
    "id": "001-1",
    "name": "CABINET DELORME",
    "address": [{"city": "RIOM", "postalCode": "63200"}],
    "telecom": [
        {"system": "email", "value": "accueil@delorme.fr"},
        mailbox("cabinet@delorme.mssante.fr", "ORG"),
    ],
}


def bundle(*resources: dict[str, Any], following: str = "", included: int = 0) -> httpx.Response:
    modes = ["match"] * (len(resources) - included) + ["include"] * included
    entries = [{"resource": one, "search": {"mode": mode}} for one, mode in zip(resources, modes, strict=True)]
    links = [{"relation": "next", "url": following}] if following else []
    return httpx.Response(200, json={"resourceType": "Bundle", "entry": entries, "link": links})


def asking(answer: Answer, pauses: list[float] | None = None) -> Directory:
    http = httpx.Client(transport=httpx.MockTransport(answer))
    return Directory(http, "https://annuaire.test", "CLE", (pauses if pauses is not None else []).append)


def whole(request: httpx.Request) -> httpx.Response:
    kind = request.url.path.rpartition("/")[2]
    found = {
        "Practitioner": (PRACTITIONER, ROLE),
        "PractitionerRole": (ROLE, PRACTITIONER, ORGANIZATION),
        "Organization": (ORGANIZATION,),
    }[kind]
    return bundle(*found, included=len(found) - 1)


def test_a_mailbox_is_found_where_it_hangs_with_its_holder_and_place() -> None:
    found = {one.address: one for one in asking(whole).search("Delorme")}
    assert set(found) == {"isabelle.delorme@medecin.mssante.fr", "cabinet@delorme.mssante.fr"}
    person = found["isabelle.delorme@medecin.mssante.fr"]
    assert (person.name, person.structure, person.city, person.kind) == (
        "Isabelle DELORME",
        "CABINET DELORME",
        "RIOM",
        "PER",
    )
    assert (person.profession, person.identifier) == ("Médecin", "899700090022")
    assert found["cabinet@delorme.mssante.fr"].kind == "ORG"


def test_a_city_narrows_the_search() -> None:
    assert len(asking(whole).search("Delorme", "riom")) == 2
    assert asking(whole).search("Delorme", "Paris") == []


def test_the_key_is_sent_and_pages_are_followed() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["ESANTE-API-KEY"] == "CLE"
        seen.append(str(request.url))
        following = "" if "_page" in seen[-1] else f"{request.url.copy_with(query=None)}/_page?id=1"
        return bundle(ORGANIZATION, following=following)

    assert len(list(asking(answer).pages())) == 6
    assert sum("_page?id=1" in url for url in seen) == 3


def test_too_many_calls_wait_as_the_directory_says_and_go_on() -> None:
    pauses: list[float] = []
    answers = [httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(429)]

    def answer(request: httpx.Request) -> httpx.Response:
        return answers.pop(0) if answers else whole(request)

    assert asking(answer, pauses).search("Delorme")
    assert pauses == [7.0, 1.0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(502, text="<html>Bad\n Gateway</html>"), "502 : <html>Bad Gateway</html>"),
        (httpx.Response(404, text="No context-path matches the request URI."), "No context-path"),
        (httpx.Response(401, json={"issue": [{"diagnostics": "clé inconnue"}]}), "401 : clé inconnue"),
        (httpx.Response(429), "429 : sans explication"),
        (httpx.Response(200, text="bonjour"), "autre chose que du JSON"),
        (httpx.Response(200, json=["x"]), "autre chose qu'un Bundle"),
    ],
)
def test_an_outage_of_the_directory_is_told(answer: httpx.Response, said: str) -> None:
    with pytest.raises(DirectoryUnavailable) as error:
        asking(lambda _request: answer).search("Delorme")
    assert said in str(error.value)


# --- what a workstation keeps


@pytest.fixture
def book(tmp_path: Path, workplace: Workplace) -> Iterator[Book]:
    opened = Book(tmp_path / "annuaire.sqlite", workplace)
    yield opened
    opened.close()


def test_a_load_is_searched_without_asking(book: Book) -> None:
    changes = book.load(asking(whole))
    assert (changes.whole, changes.came, changes.went) == (True, 2, 0)
    assert [one.address for one in book.search("cabinet del", "riom")] == [
        "cabinet@delorme.mssante.fr",
        "isabelle.delorme@medecin.mssante.fr",
    ]


def test_a_delta_asks_for_what_changed_and_knows_who_closed_a_mailbox(book: Book) -> None:
    book.load(asking(whole))
    asked: list[str] = []

    def closed(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["_lastUpdated"])
        role = {"resourceType": "PractitionerRole", "id": "005-1", "active": False}
        return bundle(role) if request.url.path.endswith("PractitionerRole") else bundle()

    changes = book.delta(asking(closed))
    assert (changes.whole, changes.came, changes.went, changes.changed) == (False, 0, 1, 0)
    assert asked == ["ge2026-09-14T08:05:30Z"] * 3
    assert [one.address for one in book.search("delorme")] == ["cabinet@delorme.mssante.fr"]


def test_beyond_thirty_days_all_is_loaded_again(tmp_path: Path, workplace: Workplace) -> None:
    path = tmp_path / "annuaire.sqlite"
    now: datetime = workplace.now()
    before = Book(path, replace(workplace, now=lambda: now - timedelta(days=31)))
    before.load(asking(whole))
    before.close()
    later = Book(path, workplace)
    assert later.delta(asking(lambda request: bundle())).went == 2
    later.close()


def test_a_load_that_fails_changes_nothing(book: Book) -> None:
    book.load(asking(whole))

    def half(request: httpx.Request) -> httpx.Response:
        return httpx.Response(502) if request.url.path.endswith("Organization") else bundle()

    with pytest.raises(DirectoryUnavailable):
        book.load(asking(half))
    assert len(book.search("delorme")) == 2


def row(address: str, name: str = "DELORME", national_id: str = "899700090022") -> str:
    cells = [""] * COLUMNS
    cells[0], cells[1], cells[4], cells[9], cells[10] = "PER", address, national_id, name, "Isabelle"
    cells[18], cells[27], cells[28] = "CABINET DELORME", "63200 RIOM", "63200"
    return "|".join(cells)


def extraction(*rows: str) -> bytes:
    heading = "|".join(["Type de BAL", "Adresse BAL", *[""] * (COLUMNS - 2)])
    return "\n".join([heading, *rows, ""]).encode()


def zipped(octets: bytes) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("Extraction_Correspondance_MSSante_202611280300.txt", octets)
    return output.getvalue()


def test_an_extraction_is_compared_with_the_last_one(book: Book) -> None:
    first = book.load_extraction(zipped(extraction(row("a@m.mssante.fr"), row("b@m.mssante.fr", national_id="8"))))
    assert (first.whole, first.came) == (True, 2)
    second = book.load_extraction(extraction(row("a@m.mssante.fr", "DURAND"), row("c@m.mssante.fr"), "PER|cut"))
    assert (second.whole, second.came, second.went, second.changed, second.unread) == (False, 1, 1, 1, 1)
    assert book.search("a@m")[0].name == "Isabelle DURAND"


def test_an_extraction_and_the_api_live_beside_each_other(book: Book) -> None:
    book.load_extraction(extraction(row("isabelle.delorme@medecin.mssante.fr"), row("seule@medecin.mssante.fr")))
    book.load(asking(whole))
    assert [one.address for one in book.search("seule@")] == ["seule@medecin.mssante.fr"]
    assert len(book.search("isabelle.delorme@")) == 1


def test_an_extraction_is_downloaded_or_its_absence_told(book: Book) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path.endswith("/V300/services/extraction/Extraction_Correspondance_MSSante")
        return httpx.Response(200, content=zipped(extraction(row("a@m.mssante.fr"))))

    assert book.load_extraction(asking(answer).extraction()).came == 1
    with pytest.raises(DirectoryUnavailable, match="503"):
        asking(lambda _request: httpx.Response(503)).extraction()


@pytest.mark.parametrize("octets", [b"", b"PK\x03\x04cut", b"a|b|c", zipped(b"x"), json.dumps([1]).encode()])
def test_another_file_is_no_extraction(octets: bytes) -> None:
    with pytest.raises(ValueError, match="extraction"):
        read_extraction(octets)


def test_the_address_book_keeps_and_forgets(book: Book) -> None:
    book.keep("A@m.mssante.fr", "Dr A")
    book.keep("a@m.mssante.fr", "Dr Aa")
    assert [(one.address, one.name) for one in book.contacts()] == [("a@m.mssante.fr", "Dr Aa")]
    assert book.forget("A@M.mssante.fr")
    assert not book.forget("a@m.mssante.fr")


# Criteria and pace


def asked_for(asked: list[httpx.URL], criteria: Criteria) -> list[str]:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return whole(request)

    return [one.address for one in asking(answer).find(criteria)]


def test_people_are_looked_for_by_what_the_directory_knows_of_people() -> None:
    asked: list[httpx.URL] = []
    criteria = Criteria(rpps="1", family="delorme", given="isabelle", profession="10", specialty="SM26")
    assert asked_for(asked, criteria) == ["isabelle.delorme@medecin.mssante.fr"]
    assert asked[0].path.endswith("/Practitioner")
    assert asked[0].params.get_list("qualification-code") == ["10", "SM26"]
    assert {"identifier", "family", "given"} <= {*asked[0].params}


def test_places_are_looked_for_by_what_the_directory_knows_of_places() -> None:
    asked: list[httpx.URL] = []
    found = asked_for(asked, Criteria(structure="delorme", postal_code="63200", city="riom"))
    assert "cabinet@delorme.mssante.fr" in found
    assert {"name:contains", "address-postalcode", "address-city"} <= {*asked[0].params}


def test_an_address_is_looked_for_where_any_mailbox_may_hang() -> None:
    asked: list[httpx.URL] = []
    assert asked_for(asked, Criteria(mailbox="cabinet@delorme")) == ["cabinet@delorme.mssante.fr"]
    assert {one.path.rpartition("/")[2] for one in asked} == {"Practitioner", "PractitionerRole", "Organization"}


def test_what_the_directory_cannot_combine_is_compared_here() -> None:
    assert asked_for([], Criteria(family="delorme", city="paris")) == []
    assert asked_for([], Criteria(family="delorme", city="riom")) == ["isabelle.delorme@medecin.mssante.fr"]


def test_no_more_is_asked_in_a_second_than_the_directory_takes() -> None:
    pauses: list[float] = []
    http = httpx.Client(transport=httpx.MockTransport(lambda _request: bundle()))
    directory = Directory(http, "https://annuaire.test", "CLE", pauses.append, stopwatch=lambda: 10.0 + sum(pauses))
    for _ in range(2 * PER_SECOND):
        directory.find(Criteria(rpps="1"))
    assert pauses == [1.0]
