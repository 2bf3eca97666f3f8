"""What the sandbox reproaches a client of Pro Santé Connect, beside the answer that the service gives anyway.

Source: specs/psc.md §4.4 (catalogue) and §4.1 (meaning of the EXI PSC numbers; key: version of the référentiel and
number, ``codes.exi``). Pure functions of the facts that handlers note; each module names those that it reads.
"""

from __future__ import annotations

from lgo_sandbox.watch.findings import Check
from psc_mock.checks import api, authorization, ciba, clients, sessions, tokens

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    *authorization.CHECKS,
    *tokens.CHECKS,
    *sessions.CHECKS,
    *ciba.CHECKS,
    *api.CHECKS,
    *clients.CHECKS,
)
