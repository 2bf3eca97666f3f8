"""Words from outside in a French sentence: between guillemets, on one line, short. Knows nothing else."""

from __future__ import annotations

__all__ = ["quoted"]

MOST = 64


def quoted(text: object, most: int = MOST) -> str:
    """Return « text », what cannot be printed replaced and what is too long cut."""
    words = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in str(text)[: most + 1])
    return f"« {words if len(words) <= most else words[:most] + '…'} »" if words else "vide"
