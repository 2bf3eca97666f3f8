"""What the checks of this service share: which operations they look at, how a value is shown. Pure."""

from __future__ import annotations

__all__ = ["LOGIN", "MESSAGE", "shown"]

MESSAGE = frozenset({"smtp-message"})
LOGIN = frozenset({"smtp-auth", "imap-authenticate", "imap-login"})
SHOWN = 200


def shown(value: str | None) -> str:
    """Return a value as a finding shows it."""
    return value[:SHOWN] if value else "absent"
