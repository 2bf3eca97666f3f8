"""The sources as pages of the control port: the link of a finding can be followed in a browser."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from lxml import html

from lgo_sandbox.console.sources import address_of, page_names

FOLDER = Path(__file__).parents[3] / "docs" / "sources"
ROOT = "http://127.0.0.1:8080"


async def page(api: httpx.AsyncClient, path: str) -> html.HtmlElement:
    answer = await api.get(ROOT + path)
    assert answer.status_code == 200, path
    return html.document_fromstring(answer.text)


def test_a_link_of_a_finding_has_an_address_on_the_control_port() -> None:
    assert address_of("docs/sources/insi.md#traits") == "/sources/insi#traits"
    assert address_of("transport.md") == "/sources/transport"
    assert address_of("#fautes") == "#fautes"
    assert address_of("https://exemple.fr/insi.md") == "https://exemple.fr/insi.md"


@pytest.mark.parametrize("name", page_names())
async def test_each_page_has_its_anchors_on_headings_and_nothing_else_of_the_markdown(
    api: httpx.AsyncClient, name: str
) -> None:
    tree = await page(api, f"/sources/{name}")
    anchors = re.findall(r'^<a id="(.*)"></a>$', (FOLDER / f"{name}.md").read_text(encoding="utf-8"), re.M)
    assert [one.get("id") for one in tree.xpath("//h3[@id]")] == anchors != []
    assert tree.xpath("count(//script | //iframe | //form | //*[@style])") == 0
    assert tree.xpath("count(//main//table)") >= 1


async def test_every_link_of_every_page_leads_to_a_heading_that_is_there(api: httpx.AsyncClient) -> None:
    trees = {f"/sources/{name}": await page(api, f"/sources/{name}") for name in page_names()}
    for path, tree in trees.items():
        for link in tree.xpath("//main//a/@href"):
            there, _, anchor = link.partition("#")
            assert not anchor or trees[there or path].get_element_by_id(anchor).tag == "h3", link


async def test_the_first_page_and_a_page_named_as_its_file_are_answered(api: httpx.AsyncClient) -> None:
    assert (await page(api, "/sources")).findtext(".//main/h1") == "Sur quoi reposent les règles"
    assert (await page(api, "/sources/insi.md")).findtext(".//main/h1") == "INSi : sources des règles"


@pytest.mark.parametrize("name", ["inconnue", "..%2finsi", "%3Cb%3E"])
async def test_an_unknown_page_says_so_in_french(api: httpx.AsyncClient, name: str) -> None:
    answer = await api.get(f"{ROOT}/sources/{name}")
    assert answer.status_code == 404
    assert "<b>" not in answer.text


async def test_an_unknown_page_is_still_a_page(api: httpx.AsyncClient) -> None:
    answer = await api.get(f"{ROOT}/sources/inconnue")
    assert "Aucune page de sources ne se nomme « inconnue »" in answer.text
