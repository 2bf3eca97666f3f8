"""One shape of check in all services: ids, requirements, texts; the rule beside its record."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lgo_sandbox.contract import Service
from lgo_sandbox.requirements import catalogue
from lgo_sandbox.sandbox import installed_services
from lgo_sandbox.watch.checks import Check
from lgo_sandbox.watch.facts import Facts

SERVICES = {service.name: service for service in installed_services()}
PORTED = list(SERVICES.values())
CHECKS = [(service, check) for service in PORTED for check in service.checks]


def shown(value: object) -> str:
    return value.id if isinstance(value, Check) else getattr(value, "name", str(value))


@pytest.mark.parametrize(("service", "check"), CHECKS, ids=shown)
def test_the_id_of_a_check_begins_with_the_prefix_of_its_service(service: Service, check: Check[Any]) -> None:
    assert re.fullmatch(rf"{service.prefix}(-[A-Z0-9]+)+", check.id)
    assert service.page


@pytest.mark.parametrize(("service", "check"), CHECKS, ids=shown)
def test_a_check_cites_known_requirements_and_reads_facts(service: Service, check: Check[Any]) -> None:
    assert all(number in catalogue() for number in check.requirements), service.name
    assert issubclass(check.reads, Facts)


@pytest.mark.parametrize(("service", "check"), CHECKS, ids=shown)
def test_a_check_looks_at_operations_that_the_service_has(service: Service, check: Check[Any]) -> None:
    assert check.operations <= {operation.name for operation in service.operations}


@pytest.mark.parametrize("service", SERVICES.values(), ids=shown)
def test_ids_and_former_ids_of_checks_are_unique(service: Service) -> None:
    names = [name for check in service.checks for name in (check.id, *check.aliases)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(("service", "check"), CHECKS, ids=shown)
def test_a_check_speaks_french_to_people(service: Service, check: Check[Any]) -> None:
    assert not re.search(r"\b(the|must|should|invalid|missing|expected)\b", f"{check.title} {check.remedy}"), (
        service.name
    )
    assert (
        check.title[:1].isupper() or not check.title[:1].isalpha() or check.title.startswith(("wsa:", "state", "nonce"))
    )
