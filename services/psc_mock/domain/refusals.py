"""The three ways of saying no: JSON, a page, a redirect to the client. Codes are keys of ``codes.ERRORS`` or ``PAGES``.

Source: specs/psc.md §1.7. Refusal ─ Refused (JSON) · Redirected (to the client) · Shown (a page).
"""

from __future__ import annotations

from dataclasses import dataclass

from psc_mock.codes import ERRORS, PAGES

__all__ = ["Redirected", "Refusal", "Refused", "ReturnAddress", "Shown"]


class Refusal(Exception):
    """Pro Santé Connect says no; ``code`` tells why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(Refusal):
    """Answered in JSON to a program."""

    @property
    def entry(self) -> tuple[int, str, str]:
        """Status, ``error`` and ``error_description``."""
        known = ERRORS[self.code]
        return known.status, known.error, known.description


class Shown(Refusal):
    """Shown to the person in a page, because the client's address is not trusted (or there is no client)."""

    @property
    def page(self) -> tuple[int, str]:
        """Status and message."""
        return PAGES[self.code]


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where an authorization answer goes, and how: a registered address, a response mode, the client's state."""

    redirect_uri: str
    response_mode: str = "query"
    state: str | None = None


class Redirected(Refusal):
    """Sent to the client's redirect address; ``detail`` ends the description."""

    def __init__(self, code: str, to: ReturnAddress, detail: str = "") -> None:
        super().__init__(code)
        self.to = to
        self.detail = detail
