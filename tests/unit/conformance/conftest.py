"""A small catalogue with one requirement per case of judgement, and a way to judge it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lgo_sandbox.conformance import Declaration, Observation, Part, Proof, Report, judge
from lgo_sandbox.requirements import Catalogue, Requirement

WHEN = datetime(2025, 3, 12, 14, 5, tzinfo=UTC)

WIRE = Requirement(
    id="LGO.MSS.08",
    aliases=("SC.MSS/va1.12",),
    family="mss",
    text="Chaque courriel porte un identifiant.",
    who=("LGO", "LGC"),
    lgo="known",
    wave="1",
    wire="Y",
    proof="source brute",
    source="requirements §2.2",
    confidence="H",
)
PART = replace(WIRE, id="LGO.TBB.01", aliases=(), family="dashboards", wire="P", proof="tableau de bord")
HAND = replace(WIRE, id="INS/va1.36", aliases=(), family="ins", wire="N", lgo="inferred", proof="capture d'écran")
OTHER = replace(WIRE, id="MSS/CONF.09", aliases=(), who=("LGC",), lgo="no", wave="2-draft", confidence="L")

CATALOGUE = Catalogue(
    [HAND, WIRE, OTHER, PART], {"ins": "Identité", "mss": "Messagerie", "dashboards": "Tableaux de bord"}
)

PROOFS = {"LGO.MSS.08": Proof(parts=(Part(what="un courriel", checks=("a", "b", "c", "good", "mss-message-id")),))}

Judge = Callable[..., Report]


@pytest.fixture
def judged() -> Judge:
    """Judge the small catalogue: ``judged(observation, …, declared={id: reason})``."""

    def call(*observations: Observation, declared: dict[str, str] | None = None, **options: object) -> Report:
        declarations = [Declaration(number, reason) for number, reason in (declared or {}).items()]
        return judge(CATALOGUE, observations, declarations, generated_at=WHEN, proofs=PROOFS, **options)  # type: ignore[arg-type]

    return call


@pytest.fixture
def full(judged: Judge) -> Report:
    """A report in which each verdict occurs, or is one observation away from it."""
    return judged(
        Observation("mss-message-id", ("LGO.MSS.08",), 3, 1, ("ex-9", "ex-7")),
        Observation("tbb-count", ("LGO.TBB.01",), 2, 0, ("ex-3",)),
        declared={"INS/va1.36": "pas d'écran"},
        spec_versions={"Référentiel MSSanté": "2"},
    )
