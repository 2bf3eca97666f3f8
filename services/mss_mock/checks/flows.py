"""The rules that an INS meets when it leaves the software, as every service with such flows has them.

Source: docs/sources/insi.md (INS that leaves the software).
"""

from __future__ import annotations

from lgo_sandbox.watch.ins_flows import FlowIds, flow_checks
from mss_mock.checks.wording import MESSAGE

__all__ = ["FLOW_CHECKS"]

FLOW_CHECKS = flow_checks(
    FlowIds(
        status="MSS-INS-STATUS",
        verification="MSS-INS-VERIFICATION",
        partner="MSS-INS-PARTNER",
        datamatrix="MSS-INS-DATAMATRIX",
    ),
    MESSAGE,
    former=FlowIds(
        status="mss.ins-status",
        verification="mss.ins-verification",
        partner="mss.ins-partner",
        datamatrix="mss.ins-datamatrix",
    ),
)
