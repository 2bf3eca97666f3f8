"""Reading and writing JSON without trusting who sent it.

Source: RFC 8259 (UTF-8 only, §8.1), RFC 7493 I-JSON §2 (no duplicate member, no lone surrogate); confidence high.
Knows no resource, no token and no service.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

__all__ = ["MAX_BYTES", "MAX_DEPTH", "BadJson", "read_json", "write_json"]

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64


_ENCODERS = [
    json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=sort_members)
    for sort_members in (False, True)
]
"""Built once: ``json.dumps`` builds one for each call."""


class BadJson(ValueError):
    """The bytes are not JSON that we accept; ``reason`` in French."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_json(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Return the value of a JSON text.

    Raises BadJson for a text that is too long or too deep, not UTF-8, not JSON (NaN and Infinity are not), or that
    repeats a member, holds a lone surrogate or a number out of range.
    """
    if len(data) > max_bytes:
        raise BadJson(f"document JSON de {len(data)} octets, plus que les {max_bytes} admis")
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_members, parse_constant=_refuse_constant, parse_float=_finite
        )
        if b"\\u" in data:
            write_json(value)
    except BadJson:
        raise
    except (ValueError, RecursionError) as error:
        raise BadJson(_reason(error)) from error
    _refuse_depth(value, max_depth)
    return value


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"JSON mal formé à la ligne {error.lineno}, colonne {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        octet = error.object[error.start]
        return f"JSON mal formé : l'octet {octet:#04x}, en position {error.start}, n'est pas de l'UTF-8"
    if isinstance(error, UnicodeEncodeError):
        return "JSON mal formé : un demi-caractère (surrogate) isolé"
    return f"JSON mal formé : {'trop de niveaux' if isinstance(error, RecursionError) else 'nombre trop long'}"


def write_json(value: Any, *, sort_members: bool = False) -> bytes:
    """Return a JSON value as compact UTF-8 bytes, members in the order given or sorted by name."""
    return _ENCODERS[sort_members].encode(value).encode("utf-8")


def _refuse_depth(value: Any, max_depth: int) -> None:
    level = [value]
    for _ in range(max_depth):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
        if not level:
            return
    raise BadJson(f"plus de {max_depth} niveaux dans le document JSON")


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadJson("un membre est donné deux fois dans un objet JSON")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise BadJson(f"{name} n'est pas du JSON")


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise BadJson("nombre hors limites")
    return number
