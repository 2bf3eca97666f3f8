"""Findings of the DMP that are not those of one transaction: transport, who calls, the patient, what he opposed,
reading, gestures, feeding, INS flows.

A transaction has its own beside what it serves (``dmp_mock.transactions``).
"""

from typing import Any

from dmp_mock.checks.caller import CALLER_CHECKS
from dmp_mock.checks.contextual import CONTEXTUAL_CHECKS
from dmp_mock.checks.feeding import FEEDING_CHECKS
from dmp_mock.checks.gestures import GESTURE_CHECKS
from dmp_mock.checks.opposition import OPPOSITION_CHECKS
from dmp_mock.checks.parameters import PARAMETER_CHECKS
from dmp_mock.checks.produced import PRODUCED_CHECKS
from dmp_mock.checks.reading import READING_CHECKS
from dmp_mock.checks.transport import TRANSPORT_CHECKS
from dmp_mock.codes.faults import About, codes_about
from lgo_sandbox.watch.api_tokens import api_token_checks
from lgo_sandbox.watch.checks import Check
from lgo_sandbox.watch.ins_flows import FlowIds, flow_checks

__all__ = ["SHARED_CHECKS"]

FLOW_CHECKS = flow_checks(
    FlowIds(
        status="DMP-INS-STATUT",
        verification="DMP-INS-VERIFICATION",
        partner="DMP-INS-PARTENAIRE",
        datamatrix="DMP-INS-DATAMATRIX",
    )
)

SHARED_CHECKS: tuple[Check[Any], ...] = (
    *TRANSPORT_CHECKS,
    *CALLER_CHECKS,
    *READING_CHECKS,
    *OPPOSITION_CHECKS,
    *PARAMETER_CHECKS,
    *GESTURE_CHECKS,
    *FEEDING_CHECKS,
    *PRODUCED_CHECKS,
    *CONTEXTUAL_CHECKS,
    *FLOW_CHECKS,
    *api_token_checks("DMP", (), codes_about(About.TOKEN), ("PSC.10", "DMP/PSC.01")),
)
