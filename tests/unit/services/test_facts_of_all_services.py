"""The seam between handlers and checks, for all services: every fact is read, every type is noted somewhere."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from support.fact_mutants import SERVICES, fact_types, files_of, members_of

PORTED = sorted(
    {path.parent.name for path in SERVICES.glob("*/facts.py")}
    | {path.parents[1].name for path in SERVICES.glob("*/facts/__init__.py")}
)


def sources(service: str) -> list[Path]:
    return [path for path in (SERVICES / service).rglob("*.py") if path not in files_of(service)]


@cache
def nodes(service: str) -> list[ast.Attribute | ast.Call]:
    paths = (*sources(service), *files_of(service))
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Call)]


def attributes_read(service: str) -> set[str]:
    return {node.attr for node in nodes(service) if isinstance(node, ast.Attribute)}


def names_called(service: str) -> set[str]:
    calls = [node.func for node in nodes(service) if isinstance(node, ast.Call)]
    return {called.id for called in calls if isinstance(called, ast.Name)} | {
        called.attr for called in calls if isinstance(called, ast.Attribute)
    }


@pytest.mark.parametrize("service", PORTED)
def test_every_member_of_a_fact_is_read_by_somebody(service: str) -> None:
    read = attributes_read(service)
    assert [f"{m.owner}.{m.name}" for m in members_of(service) if m.name not in read] == []


@pytest.mark.parametrize("service", PORTED)
def test_every_type_of_facts_is_made_by_somebody(service: str) -> None:
    assert set(fact_types(service)) - names_called(service) == set()


def test_the_script_knows_the_members_of_a_ported_service() -> None:
    assert all(members_of(service) and fact_types(service) for service in PORTED)
