"""The mail operator for clients that other people wrote: one running operator, a fresh session for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.mss_operator import MailOperator, MailTenant, operator_running


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailOperator]:
    with operator_running(tmp_path_factory.mktemp("mss")) as operator:
        yield operator


@pytest.fixture
def tenant(operator: MailOperator) -> Iterator[MailTenant]:
    tenant = operator.tenant()
    yield tenant
    tenant.delete()
