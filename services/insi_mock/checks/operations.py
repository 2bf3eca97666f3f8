"""The operations that checks look at, by name. Source: docs/sources/insi.md#operations. Knows nothing else."""

from __future__ import annotations

from insi_mock.wire import BY_CARD, BY_TRAITS, COLLECT, DEPOSIT, VERIFY

__all__ = ["ALL", "ASKING", "ON_CARDS", "ON_CLAIMS", "ON_TRAITS"]

ON_TRAITS = frozenset({BY_TRAITS.name})
ON_CARDS = frozenset({BY_CARD.name})
ON_CLAIMS = frozenset({VERIFY.name, DEPOSIT.name})
ASKING = ON_TRAITS | ON_CARDS | ON_CLAIMS
"""Every operation that is about a person."""
ALL = ASKING | {COLLECT.name}
