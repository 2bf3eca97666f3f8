"""What every check reads of a mail's facts.

Source: the facts that ``wire.mail`` and the doors note. Pure.
"""

from __future__ import annotations

from typing import Any

from lgo_sandbox.watch.findings import Observed

__all__ = [
    "LOGIN",
    "MESSAGE",
    "SPEC",
    "archives_of",
    "citizens",
    "documents_of",
    "is_mail",
    "readable",
    "shown",
    "text",
]

MESSAGE = frozenset({"smtp-message"})
LOGIN = frozenset({"smtp-auth", "imap-authenticate", "imap-login"})
SPEC = "specs/mssante.md"


def is_mail(observed: Observed) -> bool:
    """Tell whether the exchange carried a mail that could be read."""
    return bool(observed.facts.get("message")) and "unreadable" not in observed.facts


def text(observed: Observed, name: str) -> str:
    """Return a fact as text, empty when there is none."""
    return str(observed.facts.get(name) or "")


def archives_of(observed: Observed) -> list[dict[str, Any]]:
    """Return the facts of the XDM archives."""
    return list(observed.facts.get("archives") or [])


def documents_of(observed: Observed) -> list[dict[str, Any]]:
    """Return the facts of the CDA documents of all archives."""
    return [document for archive in archives_of(observed) for document in archive.get("documents", ())]


def readable(observed: Observed) -> bool:
    """Tell whether there are archives and all could be read."""
    archives = archives_of(observed)
    return bool(archives) and all("unreadable" not in archive for archive in archives)


def shown(value: object) -> str:
    """Return a value as a finding shows it."""
    return str(value)[:200] if value else "absent"


def citizens(observed: Observed) -> list[str]:
    """Return the recipients who are citizens."""
    return [one["address"] for one in observed.facts.get("recipients") or [] if one["kind"] == "PAT"]
