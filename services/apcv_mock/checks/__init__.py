"""What we reproach a client of ApCV, beside the answer that the service gives: rule and remedy in French.

Source: docs/sources/apcv.md. A check reads typed facts, markers and the past of the session; it knows no XML and
changes no answer. The one requirement on ApCV (ApCV.01) is an agreement on paper: no traffic decides it.
"""

from typing import Any

from apcv_mock.checks.bills import BILLS
from apcv_mock.checks.contexts import CONTEXTS
from apcv_mock.checks.headers import HEADERS
from lgo_sandbox.watch.checks import Check

__all__ = ["CHECKS"]

CHECKS: tuple[Check[Any], ...] = (*HEADERS, *CONTEXTS, *BILLS)
