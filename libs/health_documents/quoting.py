"""Words from outside in a French sentence: between guillemets, on one line, short. Knows nothing else."""

from __future__ import annotations

__all__ = ["quoted"]

MOST = 64


def quoted(value: object, most: int = MOST) -> str:
    """Return « value », what cannot be printed replaced and what is too long cut; octets are read as Latin-1."""
    text = bytes(value).decode("latin-1") if isinstance(value, bytes | bytearray) else str(value)
    words = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text[: most + 1])
    return f"« {words if len(words) <= most else words[:most] + '…'} »" if words else "vide"
