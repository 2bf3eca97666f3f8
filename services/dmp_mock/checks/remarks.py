"""From what was tolerated in a message to the violation that says so.

Source: design of the project (Evidence). Knows facts.
"""

from __future__ import annotations

from collections.abc import Sequence

from dmp_mock.facts import Remark
from lgo_sandbox.watch.checks import Outcome, Violation

__all__ = ["tolerated"]


def tolerated(remarks: Sequence[Remark]) -> Outcome:
    """Return True when nothing had to be tolerated, else all of it as one violation."""
    if not remarks:
        return True
    return Violation(
        received=" ; ".join(one.received for one in remarks),
        expected=" ; ".join(one.expected for one in remarks),
        where=" ; ".join(one.where for one in remarks),
    )
