"""What the operator reproaches a mail, a login or a search, beside the answer on the wire.

Source: docs/sources/mssante.md, docs/sources/annuaire.md. A check reads typed facts (``facts``) and the session's past.
"""

from __future__ import annotations

from typing import Any

from lgo_sandbox.watch.checks import Check
from mss_mock.checks.announced import ANNOUNCED_CHECKS
from mss_mock.checks.archives import ARCHIVE_CHECKS
from mss_mock.checks.citizens import CITIZEN_CHECKS
from mss_mock.checks.connections import CONNECTION_CHECKS
from mss_mock.checks.directory import DIRECTORY_CHECKS
from mss_mock.checks.documents import DOCUMENT_CHECKS
from mss_mock.checks.flows import FLOW_CHECKS
from mss_mock.checks.headers import HEADER_CHECKS
from mss_mock.checks.mail import MAIL_CHECKS
from mss_mock.checks.receipts import RECEIPT_CHECKS
from mss_mock.checks.reports import REPORT_CHECKS
from mss_mock.checks.servers import SERVER_CHECKS
from mss_mock.checks.truth import TRUTH_CHECKS
from mss_mock.checks.versions import VERSION_CHECKS

__all__ = ["CHECKS"]

CHECKS: tuple[Check[Any], ...] = (
    *MAIL_CHECKS,
    *HEADER_CHECKS,
    *RECEIPT_CHECKS,
    *REPORT_CHECKS,
    *DOCUMENT_CHECKS,
    *ANNOUNCED_CHECKS,
    *VERSION_CHECKS,
    *ARCHIVE_CHECKS,
    *TRUTH_CHECKS,
    *CITIZEN_CHECKS,
    *CONNECTION_CHECKS,
    *SERVER_CHECKS,
    *DIRECTORY_CHECKS,
    *FLOW_CHECKS,
)
