"""The report as a page: every source can be followed in it, with the sandbox running or not."""

from __future__ import annotations

import httpx
import pytest
from lxml import html

from lgo_sandbox.console.excerpts import excerpts_of
from lgo_sandbox.requirements import catalogue


@pytest.fixture
async def report(api: httpx.AsyncClient) -> html.HtmlElement:
    answer = await api.get("/report.html")
    assert answer.status_code == 200
    return html.document_fromstring(answer.text)


def test_every_requirement_links_to_what_it_rests_on(report: html.HtmlElement) -> None:
    rows = report.xpath("//tbody/tr[@class]")
    assert len(rows) == len(list(catalogue()))
    for row, requirement in zip(rows, catalogue(), strict=True):
        (link,) = row.xpath("td[last()]/a")
        page, _, anchor = requirement.source.removeprefix("docs/sources/").partition(".md#")
        assert link.get("href") == f"#source-{page}-{anchor}"


def test_every_link_leads_to_one_place_of_the_page_itself(report: html.HtmlElement) -> None:
    ids = report.xpath("//@id")
    assert len(ids) == len(set(ids))
    links = report.xpath("//a/@href")
    assert len(links) > 262
    assert {link for link in links if link.removeprefix("#") not in ids} == set()


def test_a_source_is_there_with_its_words_and_with_what_it_cites(report: html.HtmlElement) -> None:
    (cited,) = report.xpath("//article[@id='source-requirements-exi-psc-24']")
    assert cited.findtext("h3") == "EXI PSC 24"
    assert "certificat client de l'IGC-Santé sur le canal arrière" in cited.text_content()
    assert cited.xpath(".//a/@href") == ["#source-psc-certificat-client"]
    (further,) = report.xpath("//article[@id='source-psc-certificat-client']")
    assert len(further.text_content()) > 100


async def test_a_narrowed_report_has_the_sources_of_what_it_shows_only(api: httpx.AsyncClient) -> None:
    answer = await api.get("/report.html", params={"family": "dp"})
    tree = html.document_fromstring(answer.text)
    assert 0 < len(tree.xpath("//article")) < 20


def test_what_is_no_section_has_no_excerpt() -> None:
    assert excerpts_of(["docs/sources/insi.md", "docs/sources/nulle.md#part", "ailleurs", "https://a.fr/b.md#c"]) == {}


async def test_the_page_loads_nothing(api: httpx.AsyncClient) -> None:
    tree = html.document_fromstring((await api.get("/report.html")).text)
    assert tree.xpath("//script | //link | //img | //iframe | //form") == []
