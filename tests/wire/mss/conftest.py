"""The mail operator over real sockets: one running operator, a fresh session for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.mail_client import Mailer
from support.mss_fixtures import operator, tenant
from support.mss_operator import MailOperator, MailTenant, Since
from support.mss_raw import Raw, Raws

__all__ = ["operator", "tenant"]


@pytest.fixture
def connect(operator: MailOperator) -> Iterator[Raws]:
    """Opens raw connections to a door by its name."""
    raws = Raws({"smtp": operator.smtp_port, "imap": operator.imap_port})
    yield raws
    raws.close()


@pytest.fixture
def mailer(tenant: MailTenant, connect: Raws, monkeypatch: pytest.MonkeyPatch) -> Mailer:
    return Mailer(tenant, connect, monkeypatch.setattr)


@pytest.fixture
def smtp_socket(connect: Raws) -> Raw:
    """A raw SMTP connection, not yet greeted."""
    return connect("smtp")


@pytest.fixture
def imap_socket(connect: Raws) -> Raw:
    """A raw IMAP connection, not yet greeted."""
    return connect("imap")


@pytest.fixture
def submission(mailer: Mailer) -> Raw:
    """A raw SMTP connection that is logged in as the titulaire."""
    return mailer.sender()


@pytest.fixture
def mailbox(mailer: Mailer) -> Raw:
    """A raw IMAP connection that is logged in as the titulaire."""
    return mailer.reader()


@pytest.fixture
def since(operator: MailOperator, tenant: MailTenant) -> Since:
    """The exchanges since the test began: in the session of the listeners, then in its own."""
    before = operator.heard()
    return lambda: [*operator.heard_since(before), *tenant.exchanges()]
