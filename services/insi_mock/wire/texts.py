"""Texts inside elements, verbatim: through comments, "" for what is absent. Source: own choice; knows no message."""

from __future__ import annotations

from functools import lru_cache

from lxml import etree

__all__ = ["string", "text_at"]


def text_at(parent: etree._Element, namespace: str, *path: str) -> str:
    """Return the text of the element at a path of local names in one namespace."""
    found = parent.find(_path(namespace, path))
    return "" if found is None else string(found)


@lru_cache(maxsize=256)
def _path(namespace: str, names: tuple[str, ...]) -> str:
    return "/".join(f"{{{namespace}}}{name}" for name in names)


def string(element: etree._Element) -> str:
    """Return the whole text of an element."""
    return (element.text or "") if not len(element) else str(element.xpath("string()"))
