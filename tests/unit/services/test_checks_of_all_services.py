"""One shape of check in all services: ids, requirements, texts; the rule beside its record."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from lgo_sandbox.contract import Service
from lgo_sandbox.requirements import catalogue
from lgo_sandbox.sandbox import installed_services
from lgo_sandbox.watch.checks import Check
from lgo_sandbox.watch.facts import Facts

SERVICES = {service.name: service for service in installed_services()}
ENGLISH = re.compile(r"\b(the|must|should|invalid|missing|expected)\b")

by_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


def unlike(service: Service, rule: Callable[[Check[Any]], bool]) -> list[str]:
    """Return the ids of the checks of a service that do not keep a rule: hundreds of checks are not a test each."""
    assert service.checks
    return [check.id for check in service.checks if not rule(check)]


@by_service
def test_the_id_of_a_check_begins_with_the_prefix_of_its_service(service: Service) -> None:
    shape = re.compile(rf"{service.prefix}(-[A-Z0-9]+)+")
    assert unlike(service, lambda check: bool(shape.fullmatch(check.id))) == []
    assert service.page


@by_service
def test_a_check_cites_known_requirements_and_reads_facts(service: Service) -> None:
    assert unlike(service, lambda check: all(number in catalogue() for number in check.requirements)) == []
    assert unlike(service, lambda check: issubclass(check.reads, Facts)) == []


@by_service
def test_a_check_looks_at_operations_that_the_service_has(service: Service) -> None:
    names = {operation.name for operation in service.operations}
    assert unlike(service, lambda check: check.operations <= names) == []


@by_service
def test_ids_and_former_ids_of_checks_are_unique(service: Service) -> None:
    names = [name for check in service.checks for name in (check.id, *check.aliases)]
    assert sorted(names) == sorted(set(names))


@by_service
def test_a_check_speaks_french_to_people(service: Service) -> None:
    assert unlike(service, lambda check: not ENGLISH.search(f"{check.title} {check.remedy}")) == []
    assert unlike(service, lambda check: begins_as_a_title(check.title)) == []


def begins_as_a_title(title: str) -> bool:
    return title[:1].isupper() or not title[:1].isalpha() or title.startswith(("wsa:", "state", "nonce"))
