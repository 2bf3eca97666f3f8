"""The three ways of saying no: JSON, a page, a redirect to the client. Codes are keys of ``ERRORS`` or ``PAGES``.

Source: docs/sources/psc.md#refus. Each is raised with what was received and where; title, what was expected and the
remedy come from the catalogue, unless the raise site knows them nearer.

    Refused (of the sandbox)
      Refused      answered in JSON to a program
      Shown        a page, because the client's address is not trusted (or there is no client)
      Redirected   sent to the client's redirect address
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lgo_sandbox.watch import refusals
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.watch.wording import counted
from psc_mock.codes.errors import ERRORS, PAGES, Error, Page

__all__ = ["ABSENT", "Redirected", "Refused", "ReturnAddress", "Shown", "explained", "shortened", "told"]

PAGE = "docs/sources/psc.md"
ABSENT = "absent"
MAX_TOLD = 120
MAX_SECRET = 8


class Refused(refusals.Refused):
    """Answered in JSON to a program."""

    def __init__(
        self, code: str, detail: str = "", *, received: str, expected: str = "", where: str = "", remedy: str = ""
    ) -> None:
        known = ERRORS[code] if code in ERRORS else PAGES[code]
        wanted = expected or known.expected
        super().__init__(code, detail, received=received, expected=wanted, where=where, remedy=remedy or known.remedy)

    @property
    def entry(self) -> Error:
        """What the catalogue says of it."""
        return ERRORS[self.code]


class Shown(Refused):
    """Shown to the person in a page, because the client's address is not trusted (or there is no client).

    ``sent`` and ``enrolled`` are the address that was refused and those that would do, for the page to compare.
    """

    def __init__(
        self,
        code: str,
        *,
        received: str,
        expected: str = "",
        where: str = "",
        remedy: str = "",
        sent: str = "",
        enrolled: Sequence[str] = (),
    ) -> None:
        super().__init__(code, received=received, expected=expected, where=where, remedy=remedy)
        self.sent = sent
        self.enrolled = tuple(enrolled)

    @property
    def page(self) -> Page:
        """What the catalogue says of it."""
        return PAGES[self.code]


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where an authorization answer goes, and how: a registered address, a response mode, the client's state."""

    redirect_uri: str
    response_mode: str = "query"
    state: str | None = None


class Redirected(Refused):
    """Sent to the client's redirect address; ``detail`` ends the description."""

    def __init__(
        self,
        code: str,
        to: ReturnAddress,
        detail: str = "",
        *,
        received: str,
        expected: str = "",
        where: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(code, detail, received=received, expected=expected, where=where, remedy=remedy)
        self.to = to


def explained(refused: Refused) -> Refusal:
    """Return what is told of a refusal in its finding."""
    known = refused.page if isinstance(refused, Shown) else refused.entry
    return refused.refusal(remedy=known.remedy, message=known.title, source=f"{PAGE}#{known.anchor}")


def told(name: str, value: str | None) -> str:
    """Return a parameter as findings show it."""
    return f"{name} {ABSENT}" if value is None else f"{name} vide" if not value else f"{name}={value[:MAX_TOLD]}"


def shortened(name: str, secret: str) -> str:
    """Return a code or token as findings show it: its beginning, enough to find it in a journal, and its length."""
    return f"{name}={secret[:MAX_SECRET]}… ({counted(len(secret), 'caractère')})"
