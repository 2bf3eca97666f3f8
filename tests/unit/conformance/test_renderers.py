"""The four forms of a report say the same, say that they are a rehearsal, and survive hostile words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from lxml import etree

from lgo_sandbox.conformance import (
    Observation,
    Report,
    Verdict,
    judge,
    render_html,
    render_json,
    render_junit,
    render_text,
)
from lgo_sandbox.requirements import catalogue

Judge = Callable[..., Report]

REPLACED_BY_NOTHING = ("homologation du CNDA", "Gazelle-Ségur", "MSSanté", "Convergence")

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='x'>",
    "]]><!-- & &lol; {{ 7*7 }} {% raw %}",
    "\x00\x08\x1b[31m\ud800\ufffe\u202e\x85",
    "\n[RÉUSSI] LGO.MSS.08 : forgé",
)


def rendered_as_text(report: Report) -> dict[str, str]:
    return {
        "text": render_text(report),
        "json": render_json(report),
        "html": render_html(report),
        "junit": render_junit(report).decode("utf-8"),
    }


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("form", ["text", "json", "html", "junit"])
def test_every_form_says_that_it_is_a_rehearsal_and_what_it_does_not_replace(full: Report, form: str) -> None:
    text = flat(rendered_as_text(full)[form])
    assert "répétition" in text
    assert all(name in text for name in REPLACED_BY_NOTHING)


@pytest.mark.parametrize("form", ["text", "json", "html", "junit"])
def test_every_form_gives_id_explanation_counts_exchanges_source_and_versions(full: Report, form: str) -> None:
    text = flat(rendered_as_text(full)[form])
    for word in ("LGO.MSS.08", "mss-message-id (1 sur 4)", "ex-9", "requirements §2.2", "Référentiel MSSanté"):
        assert word in text, word


@pytest.mark.parametrize("form", ["text", "json", "html", "junit"])
def test_a_narrowed_report_says_so(full: Report, form: str) -> None:
    assert "exigences connues ou déduites" in flat(rendered_as_text(full.select(lgo_only=True))[form])


@pytest.mark.parametrize("form", ["text", "json", "html", "junit"])
def test_the_same_report_gives_the_same_bytes(full: Report, form: str) -> None:
    assert rendered_as_text(full)[form] == rendered_as_text(full)[form]


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest, judged: Judge) -> Report:
    """A report into which someone wrote hostile words everywhere words can enter."""
    words: str = request.param
    return judged(
        Observation("c" + words, ("LGO.MSS.08", "NOPE" + words), 1, 2, ("e" + words,)),
        declared={"LGO.MSS.08": "d" + words, "INS/va1.36": "r" + words},
        spec_versions={"v" + words: "1" + words},
    )


def test_hostile_words_stay_words_in_html(hostile: Report) -> None:
    page = render_html(hostile)
    tree = etree.HTML(page)
    assert tree.xpath("count(//script | //img | //iframe | //link | //form)") == 0
    assert tree.xpath("//@*[starts-with(name(), 'on')]") == []
    assert tree.xpath("count(//main//tr[th[@scope='row']])") == 3 + 1 + len(hostile.judgements)
    assert "\x1b" not in page
    page.encode("utf-8")


def test_hostile_words_leave_junit_well_formed_and_its_counts_right(hostile: Report) -> None:
    root = etree.fromstring(render_junit(hostile))
    assert int(root.get("tests", "")) == len(root.findall(".//testcase")) == len(hostile.judgements)


def test_hostile_words_cannot_forge_a_line_of_the_text(hostile: Report) -> None:
    text = render_text(hostile)
    assert all(line.isprintable() for line in text.splitlines())
    verdict_lines = [line for line in text.splitlines() if line.startswith("[")]
    assert len(verdict_lines) == len(hostile.judgements)


def test_hostile_words_leave_json_readable_and_writable(hostile: Report) -> None:
    text = render_json(hostile)
    text.encode("utf-8")
    assert len(json.loads(text)["requirements"]) == len(hostile.judgements)


def test_junit_counts_are_those_of_its_elements_and_of_the_report(full: Report) -> None:
    root = etree.fromstring(render_junit(full))
    for element in (root, *root.findall("testsuite")):
        assert int(element.get("tests", "")) == len(element.findall(".//testcase"))
        assert int(element.get("failures", "")) == len(element.findall(".//failure"))
        assert int(element.get("skipped", "")) == len(element.findall(".//skipped"))
        assert element.get("errors") == "0"
    assert int(root.get("failures", "")) == full.totals[Verdict.FAIL] == 1
    assert int(root.get("skipped", "")) == 3
    assert [suite.get("name") for suite in root] == ["segur.ins", "segur.mss", "segur.dashboards"]


@pytest.mark.parametrize(
    ("observation", "declared", "child"),
    [
        (Observation("c", ("LGO.MSS.08",), 1, 0), {}, None),
        (Observation("c", ("LGO.MSS.08",), 1, 1), {}, "failure"),
        (Observation("c", ("LGO.MSS.08",), 0, 0), {}, "skipped"),
        (Observation("c", ("LGO.MSS.08",), 0, 0), {"LGO.MSS.08": "sans objet"}, "skipped"),
    ],
)
def test_junit_fails_only_on_fail_and_is_silent_only_on_pass(
    judged: Judge, observation: Observation, declared: dict[str, str], child: str | None
) -> None:
    root = etree.fromstring(render_junit(judged(observation, declared=declared)))
    (case,) = root.xpath("//testcase[@name='LGO.MSS.08']")
    assert [element.tag for element in case] == ([child] if child else []) + ["system-out"]
    if child:
        assert case[0].get("message", "").endswith(".")


def test_junit_keeps_a_manual_proof_as_a_skipped_case_with_its_message(full: Report) -> None:
    root = etree.fromstring(render_junit(full))
    (message,) = root.xpath("//testcase[@name='LGO.TBB.01']/skipped/@message")
    assert message.startswith("PREUVE MANUELLE : ")


def test_html_is_french_self_contained_and_readable_without_sight(full: Report) -> None:
    page = render_html(full)
    tree = etree.HTML(page)
    assert tree.get("lang") == "fr"
    assert re.findall(r"(?:src|href)=\"(?!#)|https?://|url\(|@import", page) == []
    targets = {link.removeprefix("#") for link in tree.xpath("//nav//a/@href")}
    assert targets <= set(tree.xpath("//@id"))
    assert tree.xpath("count(//table)") == tree.xpath("count(//table/caption)")
    assert tree.xpath("//th[not(@scope)]") == []
    assert len(tree.xpath("//h1")) == 1


def test_html_writes_each_verdict_as_a_word(full: Report) -> None:
    tree = etree.HTML(render_html(full))
    assert tree.xpath("//td[@class='verdict']/text()") == [j.verdict.label for j in full.judgements]


def test_json_keeps_its_schema(full: Report) -> None:
    data = json.loads(render_json(full))
    assert (data["schema"], data["schema_version"]) == ("lgo-sandbox/conformance-report", 2)
    assert list(data) == [
        *("schema", "schema_version", "generated_at", "disclaimer", "spec_versions", "filters"),
        *("totals", "families", "requirements", "unknown_links"),
    ]
    assert data["generated_at"] == "2025-03-12T14:05:00+00:00"
    assert data["totals"] == {
        "PASS": 0,
        "FAIL": 1,
        "NOT_OBSERVED": 0,
        "NOT_CHECKED": 1,
        "NOT_APPLICABLE": 1,
        "MANUAL": 1,
    }
    assert data["requirements"][1] == {
        "id": "LGO.MSS.08",
        "aliases": ["SC.MSS/va1.12"],
        "family": "mss",
        "text": "Chaque courriel porte un identifiant.",
        "who": ["LGO", "LGC"],
        "lgo": "known",
        "wave": "1",
        "wire": "Y",
        "proof": "source brute",
        "source": "requirements §2.2",
        "confidence": "H",
        "provenance": "vague 1, numéro de l'officine connu",
        "verdict": "FAIL",
        "explanation": "Contrôles en échec : mss-message-id (1 sur 4).",
        "checks": [{"id": "mss-message-id", "passed": 3, "failed": 1}],
        "exchanges": ["ex-9", "ex-7"],
    }


def test_text_shows_date_totals_and_links_to_unknown_requirements(judged: Judge) -> None:
    text = render_text(judged(Observation("c", ("NOPE.01",), 1, 0)))
    assert text.startswith("Répétition du référencement Ségur, le 12/03/2025 à 14:05")
    totals = "réussi 0, échec 0, non observé 0, pas encore contrôlé 3, sans objet 0, preuve manuelle 1"
    assert f"4 exigences : {totals}" in flat(text)
    assert "c → NOPE.01" in text


def test_a_draft_and_another_corridor_are_named_as_such(full: Report) -> None:
    text = flat(render_text(full))
    assert "brouillon de vague 2 (2022-2023), non publié pour l'officine, hors du couloir officine" in text
    assert "application à l'officine déduite" in text


def test_the_whole_shipped_catalogue_is_rendered_in_every_form() -> None:
    report = judge(catalogue(), [], [], generated_at=datetime(2025, 1, 1, tzinfo=UTC))
    for form, text in rendered_as_text(report).items():
        assert all(requirement.id in text for requirement in catalogue()), form


def test_an_empty_selection_is_rendered_in_every_form(full: Report) -> None:
    empty = full.select(families=["ins"], verdicts=[Verdict.PASS])
    assert etree.fromstring(render_junit(empty)).get("tests") == "0"
    assert json.loads(render_json(empty))["requirements"] == []
    assert "0 exigences" in render_text(empty)
    assert "Ensemble (0)" in render_html(empty)
