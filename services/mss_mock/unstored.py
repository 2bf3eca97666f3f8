"""The refusal of a store that cannot be used now: the words of each mail door, and one finding that names what.

Source: RFC 3463 §3.4 (X.3.1 system full, X.3.0 other), the replies of Postfix, RFC 5530 §3 (UNAVAILABLE);
docs/sources/transport.md#stockage. Knows no connection.
"""

from __future__ import annotations

import unicodedata

from lgo_sandbox.state.errors import StoreError, StoreFull
from lgo_sandbox.watch.causes import CAUSES
from lgo_sandbox.watch.refusals import Refusal
from mss_mock.codes.replies import REPLIES
from mss_mock.domain import Refused

__all__ = ["Unstored", "unstored_by_imap", "unstored_by_smtp"]

CAUSE = CAUSES["SANDBOX-STOCKAGE"]
MAX_NAME = 200
"""A reply is a line of 512 octets at most (RFC 5321 §4.5.3.1.5)."""


class Unstored(Refused):
    """Nothing was kept; the same may do later. ``text`` is what the wire says, before the name of the store."""

    def __init__(self, code: str, text: str, error: StoreError) -> None:
        super().__init__(
            code,
            f"{text}: {_ascii(error.what)}",
            received=str(error),
            expected=error.expected,
            where=error.what,
            remedy=error.remedy,
        )

    def seen_in(self, received: str, where: str) -> Refusal:
        """Return the facts of this refusal, which is the sandbox's own and no door's."""
        return Refusal(
            code=CAUSE.id, received=self.received, expected=self.expected, remedy=self.remedy, where=self.where
        )


def unstored_by_smtp(error: StoreError) -> Refused:
    """Return what the submission door says of a store."""
    code = "stockage-plein" if isinstance(error, StoreFull) else "stockage-impossible"
    return Unstored(code, REPLIES[code].smtp.split(" ", 2)[2], error)


def unstored_by_imap(error: StoreError) -> Refused:
    """Return what the reading door says of a store."""
    return Unstored("imap-stockage", REPLIES["imap-stockage"].imap.partition("] ")[2], error)


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return plain[-MAX_NAME:]
