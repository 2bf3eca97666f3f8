"""The code on a patient's phone: who it is of, when it was shown, and a proof that the phone made it.

Source: docs/sources/apcv.md#code (that it lives a short time and serves once: low, its content: ours). It holds no
state: whoever knows the secret of the session reads it. Knows codes.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["MAGIC_CODES", "PREFIX", "Presented", "code_of", "read_code"]

PREFIX = "APCV-SIMU:"
_CODE = re.compile(rf"{PREFIX}([a-z0-9-]{{1,60}}):([0-9]{{1,12}}):([A-Z0-9]{{6}}):([0-9a-f]{{24}})")

MAGIC_CODES: Mapping[str, str] = {
    f"{PREFIX}INCONNU": "apcv_simule_code_inconnu",
    f"{PREFIX}PERIME": "apcv_simule_code_perime",
    f"{PREFIX}UTILISE": "apcv_simule_code_utilise",
    f"{PREFIX}PANNE": "apcv_simule_indisponible",
}
"""Codes that trigger a situation by themselves → the error that answers."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A code that a phone of this session made: of whom, and when it was shown (seconds of age time)."""

    persona: str
    shown: int


def code_of(persona: str, shown: int, nonce: str, secret: str) -> str:
    """Return the text of a code; ``nonce`` is six letters or digits, so that no two codes are alike."""
    text = f"{PREFIX}{persona}:{shown}:{nonce}"
    return f"{text}:{_proof(text, secret)}"


def read_code(text: str, secret: str) -> Presented | None:
    """Return what a code says; None for what no phone of this session has shown."""
    found = _CODE.fullmatch(text)
    if found is None or not hmac.compare_digest(found[4], _proof(text[: -len(found[4]) - 1], secret)):
        return None
    return Presented(found[1], int(found[2]))


def _proof(text: str, secret: str) -> str:
    return hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()[:24]
