"""What the text of a mail says of the mail itself: sent by nobody, with an archive, in a charset, alike in two forms.

Source: docs/sources/mssante.md (Tout courriel, Archive annoncée). Words are searched, not understood: what is quoted
(« > ») or denied says nothing. Pure functions of texts.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

__all__ = ["announced", "automatic", "misread", "plain_of", "unlike_html", "withdraws"]

_ARCHIVE = r"(?:ihe[ _-]?xdm|archive xdm)"
_HERE = r"(?:ci-joint\w*|en pi[eè]ce jointe|pi[eè]ces? jointes?|joins|jointe?s?)"
_ANNOUNCED = re.compile(
    rf"{_HERE}[^.!?\n]{{0,120}}{_ARCHIVE}|{_ARCHIVE}(?:\.zip)?[^.!?\n]{{0,80}}{_HERE}", re.IGNORECASE
)
_DENIED = re.compile(r"\bn[e'’][^.!?]{0,60}\b(?:pas|plus|aucun\w*|rien|jamais)\b|\bsans\b", re.IGNORECASE)
_WITHDRAWAL = ("supprim", "annul", "retir")
_WITHDRAWS = re.compile(rf"\b(?:{'|'.join(_WITHDRAWAL)})\w*", re.IGNORECASE)
_HIDDEN = re.compile(r"<(?:style|script|head)\b|<!--")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
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
    read = text[:_MAX_READ]
    if "xdm" not in read.lower():  # an expression of alternatives takes a hundred times longer to find nothing
        return ""
    own = "\n".join(line for line in read.splitlines() if not line.lstrip().startswith(">"))
    for found in _ANNOUNCED.finditer(own):
        start = max(own.rfind(mark, 0, found.start()) for mark in ".!?\n") + 1
        if not _DENIED.search(own[start : found.end()]):
            return " ".join(found[0].split())
    return ""


def withdraws(text: str) -> bool:
    """Tell whether a text says that something is deleted, cancelled or withdrawn."""
    lowered = text.lower()
    return any(word in lowered for word in _WITHDRAWAL) and _WITHDRAWS.search(text) is not None


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


def plain_of(markup: str) -> str:
    """Return the words of an HTML text, a line for each of its lines: nothing of it is markup any more."""
    lowered = markup.lower()
    if len(lowered) != len(markup):  # a few capitals are two small signs: places would differ
        markup = lowered
    kept, at = [], 0
    for start, end in _hidden(lowered):
        kept.append(markup[at:start])
        at = end
    text = _BREAK.sub("\n", " ".join("".join((*kept, markup[at:])).split()))
    lines = (" ".join(line.split()) for line in html.unescape(_TAG.sub(" ", text)).split("\n"))
    return "\n".join(line for line, before in _pairs(lines) if line or before).strip()


def _pairs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each line with the one before."""
    before = ""
    for line in lines:
        yield line, before
        before = line


def _without_hidden(markup: str) -> str:
    """Return markup in small letters without what is not shown."""
    kept, at = [], 0
    for start, end in _hidden(markup):
        kept.append(markup[at:start])
        at = end
    return " ".join((*kept, markup[at:]))


def _hidden(markup: str) -> Iterator[tuple[int, int]]:
    """Yield where markup in small letters is not shown; what is never closed hides the rest. Reads each sign once."""
    at = 0
    while (opened := _HIDDEN.search(markup, at)) is not None:
        end = "-->" if opened[0] == "<!--" else f"</{opened[0][1:]}"
        closed = markup.find(end, opened.end())
        closed = markup.find(">", closed) if closed >= 0 else -1
        at = closed + 1 if closed >= 0 else len(markup)
        yield opened.start(), at
