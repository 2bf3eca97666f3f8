"""The inbound corpus of scenario MSS-K as orders, in the order in which they are put in a mailbox.

Source: specs/requirements.md §3.2 (MSS-K, MSS-I); the expected outcomes are data of ``codes``. A mail that is about an
earlier one of the corpus needs that one made before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from health_documents.identifiers import matricule_is_valid
from lgo_sandbox.population.people import Patient, Population
from mss_mock.codes.correspondents import CORPUS, Case, CorpusCase

__all__ = ["case_json", "expected_json", "needed", "other_than"]


def needed(cases: Iterable[Case]) -> list[CorpusCase]:
    """Return these cases and those that they are about, in the order of the corpus."""
    wanted: set[Case] = set()
    for case in cases:
        about: Case | None = case
        while about is not None:
            wanted.add(about)
            about = CORPUS[about].of
    return [one for case, one in CORPUS.items() if case in wanted]


def other_than(people: Population, patient: Patient) -> Patient:
    """Return another patient, whom nobody can take for this one. Raises LookupError where there is none."""
    for one in people.patients:
        alike = one.birth_name == patient.birth_name or one.birth_date == patient.birth_date
        if not alike and matricule_is_valid(one.matricule):
            return one
    raise LookupError("no other patient")


def case_json(one: CorpusCase) -> dict[str, Any]:
    """Return a case with its expected outcome as JSON values."""
    return {
        "case": one.case.value,
        "title": one.title,
        "partner": one.partner,
        "act": one.act.value,
        "of": one.of.value if one.of else "",
        "expected": expected_json(one),
    }


def expected_json(one: CorpusCase) -> dict[str, Any]:
    """Return what is expected of a receiver as JSON values."""
    said = asdict(one.expected)
    return {**said, "outcome": one.expected.outcome.value, "reason": (one.expected.reason or "")}
