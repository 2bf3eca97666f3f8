"""What travels around a mail between its acceptance and its mailboxes, as values.

Source: RFC 5321 §2.3.1, RFC 3461 §4 (NOTIFY, ORCPT, RET, ENVID). Knows no store and no wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Envelope", "Target", "target_from"]

USUAL = frozenset({"FAILURE", "DELAY"})
"""What is reported to a sender who said nothing: a failure, and by the default of usual mail servers a delay."""


@dataclass(frozen=True, slots=True)
class Target:
    """A recipient that was accepted; ``notify`` is None unless the client named it (RFC 3461 §4.1)."""

    address: str
    notify: frozenset[str] | None = None
    original: str = ""

    def wants(self, event: str) -> bool:
        """Tell whether the sender wants to be told of ``SUCCESS``, ``FAILURE`` or ``DELAY``."""
        return event in (USUAL if self.notify is None else self.notify)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        notify = None if self.notify is None else sorted(self.notify)
        return {"address": self.address, "notify": notify, "original": self.original}


def target_from(values: Mapping[str, Any]) -> Target:
    """Return a target from its JSON values."""
    notify = values["notify"]
    return Target(values["address"], None if notify is None else frozenset(notify), values["original"])


@dataclass(slots=True)
class Envelope:
    """What travels around a mail. ``sender`` is empty for the null return path."""

    sender: str
    helo: str = ""
    peer: str = ""
    envelope_id: str = ""
    whole: bool = True
    targets: list[Target] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return it without its targets, as JSON values: the arguments that make it again."""
        return {name: value for name, value in asdict(self).items() if name != "targets"}
