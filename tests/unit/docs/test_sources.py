"""The pages of docs/sources: each anchor stands once, and every ``source`` of the code leads to one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from health_documents.codes import systems
from health_documents.codes.models import document_models
from health_documents.codes.value_sets import code_systems
from health_documents.validation import rules
from lgo_sandbox.contract import Service
from lgo_sandbox.requirements import catalogue
from lgo_sandbox.sandbox import installed_services
from lgo_sandbox.watch.causes import CAUSES

FOLDER = Path(__file__).parents[3] / "docs" / "sources"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
ANCHOR = re.compile(r'^<a id="(.*)"></a>$', re.M)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LINK = re.compile(r"docs/sources/([A-Za-z]+\.md)#([a-z0-9-]+)")
ANCHORS = {name: ANCHOR.findall(text) for name, text in PAGES.items()}
SUBJECTS = [name for name in PAGES if name != "README.md"]
SERVICES = installed_services()


def leads_to_an_anchor(link: str) -> bool:
    found = LINK.fullmatch(link)
    return found is not None and found[2] in ANCHORS.get(found[1], ())


def sections(text: str) -> Iterator[tuple[str, str]]:
    _, *parts = ANCHOR.split(text)
    for slug, body in zip(parts[::2], parts[1::2], strict=True):
        yield slug, " ".join(body.split("\n## ")[0].split())


@pytest.mark.parametrize("name", PAGES)
def test_each_anchor_stands_once_before_a_heading_and_is_plain_ascii(name: str) -> None:
    assert [anchor for anchor, times in Counter(ANCHORS[name]).items() if times > 1] == []
    assert [anchor for anchor in ANCHORS[name] if not SLUG.fullmatch(anchor)] == []
    assert len(re.findall(r'^<a id=".*"></a>\n### \S', PAGES[name], re.M)) == len(ANCHORS[name])


@pytest.mark.parametrize("name", PAGES)
def test_nothing_but_anchors_is_html(name: str) -> None:
    assert re.findall(r"<(?!a id=)[a-zA-Z/!?]", re.sub(r"`[^`\n]*`|</a>", "", PAGES[name])) == []


@pytest.mark.parametrize("name", SUBJECTS)
def test_each_page_begins_with_its_public_sources(name: str) -> None:
    head = PAGES[name].split("<a id=")[0]
    rows = [line for line in head.splitlines() if line.startswith("| ")]
    assert rows[0] == "| document | auteur | version | date | où | confiance |"
    assert len(rows) > 4


@pytest.mark.parametrize("name", SUBJECTS)
def test_each_section_says_where_its_rule_comes_from_and_how_sure_it_is(name: str) -> None:
    said = dict(sections(PAGES[name]))
    assert said
    assert [slug for slug, text in said.items() if not re.search(r"\bSource : ", text)] == []
    assert [slug for slug, text in said.items() if not re.search(r"\bConfiance : [HMB]\b", text)] == []


@pytest.mark.parametrize("name", PAGES)
def test_each_link_between_pages_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGES[name]):
        page, _, slug = target.partition("#")
        assert (page or name) in PAGES, target
        assert not slug or slug in ANCHORS[page or name], target


def test_no_page_names_a_dossier_that_a_user_has_not() -> None:
    assert [name for name, text in PAGES.items() if "specs/" in text] == []


def test_every_requirement_leads_to_its_source() -> None:
    assert [one.id for one in catalogue() if not leads_to_an_anchor(one.source)] == []


def test_every_validation_rule_leads_to_its_source() -> None:
    assert [one.id for one in rules().values() if not leads_to_an_anchor(one.source)] == []


def test_every_document_model_and_table_of_codes_leads_to_its_source() -> None:
    tables = [value for value in vars(systems).values() if isinstance(value, systems.CodeTable)]
    described: list[Any] = [*document_models().values(), *code_systems().values(), *tables, systems.document_types()]
    assert len(tables) > 5
    assert [one for one in described if not leads_to_an_anchor(one.source)] == []


def test_every_cause_of_the_sandbox_leads_to_its_source() -> None:
    assert [one.id for one in CAUSES.values() if not leads_to_an_anchor(one.source)] == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.name)
def test_every_check_leads_to_its_source(service: Service) -> None:
    assert [check.id for check in service.checks if not leads_to_an_anchor(check.source)] == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.name)
def test_the_page_of_a_service_explains_its_refusals_and_its_leniency(service: Service) -> None:
    assert {"refus", "tolerances"} <= set(ANCHORS[f"{service.page}.md"])


@pytest.mark.parametrize(
    "anchor",
    [
        "tls-vers-port-clair",
        "http-vers-port-tls",
        "autorite-inconnue-du-client",
        "aucune-suite-commune",
        "version-tls",
        "tls-implicite-smtp",
        "tls-implicite-imap",
        "auth-avant-starttls",
        "preface-http2",
        "ligne-illisible",
        "chemin-inconnu",
        "corps-gzip",
        "requete-coupee",
        "requete-trop-lente",
        "tete-trop-longue",
        "corps-trop-long",
        "session-inconnue",
        "methode",
    ],
)
def test_what_fails_before_the_application_has_its_section(anchor: str) -> None:
    assert anchor in ANCHORS["transport.md"]
