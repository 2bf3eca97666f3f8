"""A mail operator over real sockets, for any folder whose conftest takes these in: a fresh session for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.mss_operator import MailOperator, MailTenant, operator_running

__all__ = ["operator", "tenant"]


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailOperator]:
    with operator_running(tmp_path_factory.mktemp("mss")) as operator:
        yield operator


@pytest.fixture
def tenant(operator: MailOperator) -> Iterator[MailTenant]:
    tenant = operator.tenant()
    yield tenant
    tenant.delete()
