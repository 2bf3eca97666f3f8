"""What we reproach a client of INSi, beside the answer that the service gives: rule, requirement, remedy in French.

Source: specs/requirements.md §2.1 and specs/insi.md; each module says its own. A check reads noted facts only.
"""

from insi_mock.checks.headers import HEADERS
from insi_mock.checks.requests import REQUESTS
from insi_mock.checks.verifications import VERIFICATIONS
from insi_mock.checks.windows import WINDOWS

__all__ = ["CHECKS"]

CHECKS = (*REQUESTS, *HEADERS, *WINDOWS, *VERIFICATIONS)
