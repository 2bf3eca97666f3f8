"""Comparing an address that was sent with those that are enrolled, for people: the nearest one, and where they differ.

Source: docs/sources/psc.md#redirect-uri (addresses match to the character). Pure text; knows no client.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import takewhile

__all__ = ["compared", "differing", "nearest"]

MAX_SHOWN = 160
MAX_MARKED = 500
END = "fin"


def nearest(sent: str, enrolled: Sequence[str]) -> str:
    """Return the enrolled address that is most like the one that was sent, empty when none is enrolled."""
    return max(enrolled, key=lambda one: SequenceMatcher(None, sent[:MAX_SHOWN], one).ratio(), default="")


def compared(name: str, sent: str | None, enrolled: Sequence[str]) -> tuple[str, str, str]:
    """Return what was received, what is expected and the remedy, for an address that is not one of the enrolled."""
    closest = nearest(sent or "", enrolled)
    if not sent or not closest:
        received = f"{name} absente" if sent is None else f"{name}={sent[:MAX_SHOWN]}"
        return received, _list(enrolled), f"Envoyer {name}={closest}." if closest else ""
    at = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(sent, closest, strict=False))))
    received = f"{name}={_marked(sent, at)} : diffère au caractère {at + 1} (« {_at(sent, at)} »)"
    expected = f"{_marked(closest, at)} (« {_at(closest, at)} » au caractère {at + 1})"
    others = [one for one in enrolled if one != closest]
    return (
        received,
        expected + (f" ; aussi déclarées : {_list(others)}" if others else ""),
        (f"Envoyer {name}={closest}, ou enrôler la vôtre : POST /_sandbox/v1/psc/clients."),
    )


def _marked(text: str, at: int) -> str:
    """Return the text with its character at fault between angle brackets."""
    shown = text[:MAX_SHOWN]
    return f"{shown[:at]}⟨{shown[at : at + 1]}⟩{shown[at + 1 :]}" if at < MAX_SHOWN else shown


def _at(text: str, at: int) -> str:
    character = text[at : at + 1]
    return character if character.isprintable() and character else f"U+{ord(character):04X}" if character else END


def _list(enrolled: Sequence[str]) -> str:
    return ", ".join(enrolled[:5]) or "aucune adresse n'est déclarée pour ce client"


def differing(shown: str, other: str) -> list[tuple[str, bool]]:
    """Return the pieces of an address, each with whether it differs from another address; for a page to mark them."""
    shown, other = shown[:MAX_MARKED], other[:MAX_MARKED]
    pieces = []
    for tag, start, end, _, _ in SequenceMatcher(None, shown, other, autojunk=False).get_opcodes():
        if text := shown[start:end]:
            pieces.append((text, tag != "equal"))
    return pieces
