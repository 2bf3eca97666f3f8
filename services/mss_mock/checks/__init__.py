"""What the operator reproaches a mail or a login, beside the answer on the wire.

Source: specs/mssante.md §3.1 (ECO.2.x, as quoted there: high), specs/requirements.md §2.2–2.3 (ids). A check looks at
the facts that ``wire.mail`` took from the mail and that the doors noted of the connection.
"""

from __future__ import annotations

from lgo_sandbox.watch.former_flows import FlowChecks, flow_checks
from mss_mock.checks.connections import CONNECTIONS_CHECKS
from mss_mock.checks.documents import DOCUMENTS_CHECKS
from mss_mock.checks.facts import MESSAGE
from mss_mock.checks.mail import MAIL_CHECKS

__all__ = ["CHECKS"]

FLOWS_CHECKS = flow_checks(
    FlowChecks("mss.ins-status", "mss.ins-verification", "mss.ins-partner", "mss.ins-datamatrix"), MESSAGE
)
CHECKS = (*MAIL_CHECKS, *DOCUMENTS_CHECKS, *CONNECTIONS_CHECKS, *FLOWS_CHECKS)
