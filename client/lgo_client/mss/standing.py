"""A mailbox that stays open while its owner is logged in: opened again when the operator drops it, closed with PSC.

Source: specs/requirements.md §2.3 (CONF.10: no connection outlives the refresh token; CONF.11: who is still logged in
is asked nothing). Knows no folder and no message.
"""

from __future__ import annotations

from lgo_client.mss.doors import Mailbox
from lgo_client.mss.errors import NotLoggedIn
from lgo_client.mss.queue import Operator

__all__ = ["Standing"]


class Standing:
    """The open mailbox of an operator's account. ``openings`` counts how often it was opened."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self._box: Mailbox | None = None
        self.openings = 0

    @property
    def is_open(self) -> bool:
        """Whether a connection is held."""
        return self._box is not None

    def box(self) -> Mailbox:
        """Return the mailbox, open. Raises NotLoggedIn once the session is over, MssRefused and MssUnavailable.

        Whether the session still is comes first: nothing more is said on a connection that outlives it.
        """
        try:
            self._operator.account.fresh()
        except NotLoggedIn:
            self.close()
            raise
        if self._box is None or not self._box.lives():
            self.close()
            self._box = self._operator.open()
            self.openings += 1
        return self._box

    def close(self) -> None:
        """Take leave."""
        box, self._box = self._box, None
        if box is not None:
            box.close()
