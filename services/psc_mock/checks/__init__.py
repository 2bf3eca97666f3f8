"""What the sandbox reproaches a client of Pro Santé Connect, beside the answer that the service gives anyway.

Source: docs/sources/psc.md, one section per rule. Pure functions of typed facts and of the session's past.

A requirement that only a whole log-in, a staged situation or a means that was seen can prove is proven in ``proofs``,
or by the one check that saw it (the certificate, a refresh, three audiences). The other checks on it can only be
broken: one right parameter is no proof of a right flow.
"""

from __future__ import annotations

from typing import Any

from lgo_sandbox.watch.checks import Check
from psc_mock.checks import api, authorization, channel, ciba, clients, forms, grants, notices, proofs, sessions, tokens

__all__ = ["CHECKS"]

CHECKS: tuple[Check[Any], ...] = (
    *authorization.CHECKS,
    *channel.CHECKS,
    *grants.CHECKS,
    *tokens.CHECKS,
    *sessions.CHECKS,
    *ciba.CHECKS,
    *api.CHECKS,
    *clients.CHECKS,
    *forms.CHECKS,
    *proofs.CHECKS,
    *notices.CHECKS,
)
