"""What the checks of this service share: which operations they look at, how a value is shown. Pure."""

from __future__ import annotations

import re

__all__ = ["FORWARD", "LOGIN", "MESSAGE", "REPLY", "SUBJECT", "XDM_PREFIX", "shown"]

MESSAGE = frozenset({"smtp-message"})
LOGIN = frozenset({"smtp-auth", "imap-authenticate", "imap-login"})
SHOWN = 200

XDM_PREFIX = "XDM/1.0/DDM+"
SUBJECT = re.compile(r"XDM/1\.0/DDM\+\S.* \S+ \d{2}/\d{2}/\d{4}(?:\s.*)?", re.DOTALL)
REPLY = re.compile(r"re\s*(?:\[\d+\]\s*)?:\s*", re.IGNORECASE)
"""The prefix of a reply. « Réf : » names a file, « TR: » is a forward."""
FORWARD = re.compile(r"(?:(?:tr|fw|fwd|re)\s*:\s*)+", re.IGNORECASE)
"""What a mail program puts before a subject that it forwards or answers."""


def shown(value: str | None) -> str:
    """Return a value as a finding shows it."""
    return value[:SHOWN] if value else "absent"
