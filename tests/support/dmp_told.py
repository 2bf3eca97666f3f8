"""What the findings of an exchange with the DMP must tell a reader."""

from __future__ import annotations

import re

from dmp_mock.codes.faults import FAULTS
from lgo_sandbox.watch.exchange import Exchange

__all__ = ["is_told"]

ENGLISH = {"the", "not", "expected", "error", "invalid", "was", "is", "required", "found", "missing", "wrong"}
SLUGS = (*(code for code in FAULTS if "-" in code), "organisation-auth", "professional-", "content-changed")


def is_told(exchange: Exchange) -> None:
    """Assert that every finding says what came, what is expected and what to change, in French, with its source."""
    assert exchange.findings
    for finding in exchange.findings:
        assert finding.received
        assert finding.expected
        assert finding.remedy
        assert finding.source.startswith("docs/sources/")
        told = (finding.received, finding.expected, finding.remedy, finding.message)
        assert not any(text.startswith(("(", "[", "{")) for text in told), told
        assert not any(key in text for text in told for key in SLUGS), told
        assert not ENGLISH & set(re.findall("[a-z]+", " ".join(told))), told
