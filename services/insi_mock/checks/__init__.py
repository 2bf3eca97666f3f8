"""What we reproach a client of INSi, beside the answer that the service gives: rule, requirement, remedy in French.

One module a subject, each check beside its test. Source: docs/sources/insi.md. A check reads typed facts, markers and
the past of the session; it knows no XML and changes no answer.
"""

from typing import Any

from insi_mock.checks.bursts import BURSTS
from insi_mock.checks.callers import CALLERS
from insi_mock.checks.cards import CARDS
from insi_mock.checks.contexts import CONTEXTS
from insi_mock.checks.headers import HEADERS
from insi_mock.checks.layout import LAYOUT
from insi_mock.checks.matricules import MATRICULES
from insi_mock.checks.operations import ALL
from insi_mock.checks.statuses import STATUSES
from insi_mock.checks.traces import TRACES
from insi_mock.checks.traits import TRAITS
from insi_mock.checks.verifications import VERIFICATIONS
from insi_mock.checks.windows import WINDOWS
from lgo_sandbox.watch.api_tokens import api_token_checks
from lgo_sandbox.watch.checks import Check

__all__ = ["CHECKS"]

CHECKS: tuple[Check[Any], ...] = (
    *TRAITS,
    *CARDS,
    *MATRICULES,
    *CALLERS,
    *HEADERS,
    *LAYOUT,
    *CONTEXTS,
    *WINDOWS,
    *STATUSES,
    *BURSTS,
    *TRACES,
    *VERIFICATIONS,
    *api_token_checks("INSI", ALL, ("desir_simule_jeton",)),
)
