"""How the value of a search parameter matches what an entry has: string, token, reference, date, URI.

Source: FHIR R4 §3.1.1.4 (prefixes and modifiers, escapes), docs/sources/annuaire.md#parametres (dates without a
zone are GMT: high). Pure functions. Knows no parameter and no entry.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

__all__ = ["NoDate", "Token", "dated", "folded", "string", "tokens", "unescaped", "values_of"]

Token: TypeAlias = tuple[str, str]
"""A system and a code."""

_SPLIT = re.compile(r"(?<!\\),")
_ESCAPE = re.compile(r"\\([,|$\\])")
_TIME = r"T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?(Z|[+-]\d\d:\d\d)?"
_DATE = re.compile(rf"(\d{{4}})(?:-(\d\d)(?:-(\d\d)(?:{_TIME})?)?)?")
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
NEARLY = 10
"""``ap``: a tenth of the time that has passed since."""


def values_of(text: str) -> list[str]:
    """Return the values of a parameter that commas separate; an escaped comma separates nothing."""
    return [one for one in _SPLIT.split(text) if one]


def unescaped(text: str) -> str:
    """Return a value without its escapes."""
    return _ESCAPE.sub(r"\1", text)


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """Return a text in lower case and without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def string(wanted: str, modifier: str) -> Callable[[str], bool]:
    """Return the test of a string: it begins so, contains it, or is exactly it."""
    wanted = unescaped(wanted)
    if modifier == "exact":
        return lambda value: value == wanted
    plain = folded(wanted)
    if modifier == "contains":
        return lambda value: plain in folded(value)
    return lambda value: folded(value).startswith(plain)


def tokens(wanted: Sequence[str]) -> Callable[[Token], bool]:
    """Return the test of a token, that it is one of some: ``code``, ``system|code``, ``|code`` or ``system|`` (any)."""
    codes: set[str] = set()
    systems: set[str] = set()
    pairs: set[Token] = set()
    for one in wanted:
        system, bar, code = (unescaped(part) for part in one.rpartition("|"))
        if not bar:
            codes.add(code)
        elif code:
            pairs.add((system, code))
        else:
            systems.add(system)
    return lambda pair: pair[1] in codes or pair in pairs or pair[0] in systems


class NoDate(ValueError):
    """A value is no date with a known prefix."""


@dataclass(frozen=True, slots=True)
class _Span:
    """The instants that a date of some precision stands for: from ``start`` on, before ``end``."""

    start: datetime
    end: datetime


def _span(text: str) -> _Span:
    found = _DATE.fullmatch(text)
    if found is None:
        raise NoDate(text)
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    suffix = {None: "+00:00", "Z": "+00:00"}.get(zone, zone)
    clock = f"{hour or '00'}:{minute or '00'}:{second or '00'}.{(fraction or '').ljust(6, '0')}"
    start = datetime.fromisoformat(f"{year}-{month or '01'}-{day or '01'}T{clock}{suffix}").astimezone(UTC)
    if day is None:
        following = (int(year) + 1, 1) if month in (None, "12") else (int(year), int(month) + 1)
        return _Span(start, datetime(*following, 1, tzinfo=UTC))
    lasting = timedelta(days=1) if hour is None else timedelta(minutes=1) if second is None else timedelta(seconds=1)
    return _Span(start, start + (lasting if fraction is None else timedelta(milliseconds=1)))


def dated(wanted: str, now: datetime) -> Callable[[datetime], bool]:
    """Return the test of an instant. Raises NoDate."""
    prefix, text = (wanted[:2], wanted[2:]) if wanted[:1].isalpha() else ("eq", wanted)
    try:
        span = _span(text)
    except (ValueError, OverflowError) as error:
        raise NoDate(wanted) from error
    tolerance = abs(now - span.start) / NEARLY
    tests: dict[str, Callable[[datetime], bool]] = {
        "eq": lambda at: span.start <= at < span.end,
        "ne": lambda at: not span.start <= at < span.end,
        "gt": lambda at: at >= span.end,
        "sa": lambda at: at >= span.end,
        "ge": lambda at: at >= span.start,
        "lt": lambda at: at < span.start,
        "eb": lambda at: at < span.start,
        "le": lambda at: at < span.end,
        "ap": lambda at: span.start - tolerance <= at < span.end + tolerance,
    }
    if prefix not in tests:
        raise NoDate(wanted)
    return tests[prefix]


def since(wanted: Sequence[str]) -> datetime | None:
    """Return from when on a search for updates asks, None when it has no such bound."""
    bounds = [_span(one[2:]).start for one in wanted if one[:2] in ("ge", "gt", "sa")]
    return max(bounds, default=None)
