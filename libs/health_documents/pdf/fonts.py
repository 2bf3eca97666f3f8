"""Chooses the fonts of a page: those of the Latin and Greek scripts, or the whole ones when a text needs more.

Source: own measurement: reading and subsetting all 6000 glyphs of DejaVu Sans is most of the time of a short document.
``*-latin.ttf`` are subsets of the files beside them (free licence there), without hints and glyph names. Knows no
layout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from health_documents.values.pdf import PdfContent

__all__ = ["font_files"]

_FOLDER = Path(__file__).parents[1] / "data" / "fonts"
_NAMES = {"": "DejaVuSans", "B": "DejaVuSans-Bold"}


def font_files(content: PdfContent) -> dict[str, Path]:
    """Return the font files for a content, by style (``""``, ``B``)."""
    needed = {character for text in _texts(content) for character in text}
    suffix = "-latin" if needed <= _latin() else ""
    return {style: _FOLDER / f"{name}{suffix}.ttf" for style, name in _NAMES.items()}


@cache
def _latin() -> frozenset[str]:
    with TTFont(_FOLDER / f"{_NAMES['']}-latin.ttf", lazy=True) as font:
        return frozenset(chr(code) for code in font.getBestCmap()) | frozenset("\n\t\r\x00")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _texts(getattr(value, one.name))
