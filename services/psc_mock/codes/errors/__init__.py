"""Every refusal of Pro Santé Connect: what the wire says, and what is told in French to whoever reads the finding.

Source: docs/sources/psc.md#erreurs-du-point-jeton, #erreurs-d-autorisation, #erreurs-ciba, #erreurs-userinfo (wire:
high for Keycloak, medium for the real service; the French is ours). A raise site says what came and where; it may have
a nearer remedy than the one here. Data only.
"""

from __future__ import annotations

from collections.abc import Mapping

from psc_mock.codes.errors.api import AT_API
from psc_mock.codes.errors.authorization import AT_AUTHORIZATION
from psc_mock.codes.errors.ciba import AT_CIBA
from psc_mock.codes.errors.entry import Error, Page
from psc_mock.codes.errors.pages import PAGES
from psc_mock.codes.errors.resources import AT_RESOURCES
from psc_mock.codes.errors.token import AT_TOKEN

__all__ = ["ERRORS", "ORDINARY", "PAGES", "Error", "Page"]

ERRORS: Mapping[str, Error] = {**AT_TOKEN, **AT_CIBA, **AT_API, **AT_RESOURCES, **AT_AUTHORIZATION}
"""Every refusal in OAuth form, by code."""

ORDINARY = frozenset(
    {
        *("ciba_pending", "ciba_denied", "ciba_expired", "session_dead", "refresh_expired", "login_required"),
        *("login_refused", "login_wrong_code", "login_struck_off", "login_without_ecps", "login_without_card"),
        *("login_cancelled", "device_unreachable", "push_over", "push_expired", "pin_wrong"),
    }
)
"""What a client without fault is answered too: the person has not answered, has refused, or the session is over."""
