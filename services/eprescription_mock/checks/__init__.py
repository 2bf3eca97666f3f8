"""Findings on an exchange with the simulated Ordonnance numérique: one rule each, by operation.

Source: docs/sources/eprescription.md. Confidence is that of the rule; the wire it is read from is simulated.
"""

from __future__ import annotations

from typing import Any

from eprescription_mock.checks.consultation import CONSULTATION
from eprescription_mock.checks.creation import CREATION
from eprescription_mock.checks.execution import EXECUTION
from eprescription_mock.checks.form import FORM
from lgo_sandbox.watch.api_tokens import api_token_checks
from lgo_sandbox.watch.checks import Check

__all__ = ["CHECKS"]

CHECKS: tuple[Check[Any], ...] = (
    *CONSULTATION,
    *EXECUTION,
    *CREATION,
    *FORM,
    *api_token_checks("EPRESC", (), ("jeton-api-refuse", "portee-api-refusee")),
)
