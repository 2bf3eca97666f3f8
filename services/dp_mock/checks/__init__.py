"""Findings on an exchange with the simulated Dossier pharmaceutique: one rule each.

Source: docs/sources/dp.md. Confidence is that of the rule; the wire it is read from is simulated.
"""

from __future__ import annotations

from typing import Any

from dp_mock.checks.alerts import ALERTS
from dp_mock.checks.dossiers import DOSSIERS
from dp_mock.checks.feeding import FEEDING
from dp_mock.checks.form import FORM
from lgo_sandbox.watch.checks import Check

__all__ = ["CHECKS"]

CHECKS: tuple[Check[Any], ...] = (*DOSSIERS, *FEEDING, *ALERTS, *FORM)
