"""What the text of a mail says of the mail itself: sent by nobody, with an archive, in a charset, alike in two forms.

Source: docs/sources/mssante.md (Tout courriel, Archive annoncée). Words are searched, not understood: what is quoted
(« > ») or denied says nothing. Pure functions of texts.
"""

from __future__ import annotations

import html
import re

__all__ = ["announced", "automatic", "misread", "unlike_html", "withdraws"]

_ARCHIVE = r"(?:ihe[ _-]?xdm|archive xdm)"
_HERE = r"(?:ci-joint\w*|en pi[eè]ce jointe|pi[eè]ces? jointes?|joins|jointe?s?)"
_ANNOUNCED = re.compile(
    rf"{_HERE}[^.!?\n]{{0,120}}{_ARCHIVE}|{_ARCHIVE}(?:\.zip)?[^.!?\n]{{0,80}}{_HERE}", re.IGNORECASE
)
_DENIED = re.compile(r"\bn[e'’][^.!?]{0,60}\b(?:pas|plus|aucun\w*|rien|jamais)\b|\bsans\b", re.IGNORECASE)
_WITHDRAWS = re.compile(r"\b(?:supprim|annul|retir)\w*", re.IGNORECASE)
_HIDDEN = re.compile(r"<(?:style|script|head)\b|<!--")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_WORD = re.compile(r"\w{2,}")
_MAX_READ, _MAX_COMPARED = 20_000, 200_000
"""How much of a text is searched for an announcement, and how much of two forms is compared."""
_FEW_WORDS, _SHOWN_WORDS = 5, 8
_ASCII = frozenset({"", "us-ascii"})


def automatic(text: str) -> bool:
    """Tell whether a text says that nobody wrote it."""
    return "automatique" in text.lower()


def announced(text: str) -> str:
    """Return the sentence that says that an XDM archive is attached, empty without."""
    own = "\n".join(line for line in text[:_MAX_READ].splitlines() if not line.lstrip().startswith(">"))
    for found in _ANNOUNCED.finditer(own):
        start = max(own.rfind(mark, 0, found.start()) for mark in ".!?\n") + 1
        if not _DENIED.search(own[start : found.end()]):
            return " ".join(found[0].split())
    return ""


def withdraws(text: str) -> bool:
    """Tell whether a text says that something is deleted, cancelled or withdrawn."""
    return _WITHDRAWS.search(text) is not None


def misread(octets: bytes, charset: str) -> bool:
    """Tell whether octets are not what a charset says: beyond ASCII when it says none, or no UTF-8."""
    if charset in _ASCII:
        return not octets.isascii()
    if charset != "utf-8":
        return False
    try:
        octets.decode()
    except UnicodeDecodeError:
        return True
    return False


def unlike_html(plain: str, markup: str) -> str:
    """Return words of an HTML text that the plain text lacks, when that is more than half of them; else ""."""
    text = html.unescape(_TAG.sub(" ", _without_hidden(markup[:_MAX_COMPARED].casefold())))
    words = list(dict.fromkeys(_WORD.findall(text)))
    known = set(_WORD.findall(plain[:_MAX_COMPARED].casefold()))
    lacking = [word for word in words if word not in known]
    many = len(words) >= _FEW_WORDS and 2 * len(lacking) > len(words)
    return " ".join(lacking[:_SHOWN_WORDS]) if many else ""


def _without_hidden(markup: str) -> str:
    """Return markup without what is not shown; what is never closed hides the rest. Reads every character once."""
    kept, at = [], 0
    while (opened := _HIDDEN.search(markup, at)) is not None:
        kept.append(markup[at : opened.start()])
        end = "-->" if opened[0] == "<!--" else f"</{opened[0][1:]}"
        closed = markup.find(end, opened.end())
        if closed < 0:
            return " ".join(kept)
        at = closed + len(end)
    return " ".join((*kept, markup[at:]))
