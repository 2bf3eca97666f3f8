"""What was read in place of a prescription's code, said so that whoever holds the scanner knows what to do.

Source: docs/sources/eprescription.md#codes-lus. Knows no wire, no store.
"""

from __future__ import annotations

import re
import unicodedata

from eprescription_mock.codes import NUMBER_LENGTH, QR_PREFIX
from eprescription_mock.codes.scanned import AZERTY, OTHER_CODES, SCAN_AGAIN

__all__ = ["told"]

NUMBER = re.compile(rf"[0-9A-Z]{{{NUMBER_LENGTH}}}")
WHOLE = re.compile(rf"{re.escape(QR_PREFIX)}[0-9A-Z]{{{NUMBER_LENGTH}}}")
SCANNER = "Réglez le lecteur : ni préfixe, ni suffixe, ni changement de casse, le clavier du poste."


def told(text: str) -> tuple[str, str]:
    """Return what a text that is no code of ours looks like, and the remedy."""
    if not text.strip():
        return "un code vide", SCAN_AGAIN
    return _nearly(text) or _foreign(text) or _of_our_shape(text) or ("un code d'un autre usage", SCAN_AGAIN)


def _nearly(text: str) -> tuple[str, str] | None:
    """Return what is said of a right code that was altered on its way."""
    if text.upper().count(QR_PREFIX) > 1:
        return "deux codes lus d'un coup", "Masquez l'un des deux codes de la page, et lisez-les un par un."
    if WHOLE.fullmatch(text.strip()):
        return "le bon code, entouré de caractères ajoutés", SCANNER
    if WHOLE.fullmatch(text.upper()):
        return "le bon code, dont la casse a changé", SCANNER
    if WHOLE.fullmatch(text.translate(AZERTY)) or WHOLE.fullmatch(text.translate(AZERTY).upper()):
        return "le bon code, tapé par un lecteur réglé sur un autre clavier", SCANNER
    if WHOLE.search(text):
        return "le bon code, au milieu d'un autre texte", SCANNER
    if NUMBER.fullmatch(text):
        return "le numéro seul", "Un numéro saisi à la main va dans le paramètre numero."
    return None


def _foreign(text: str) -> tuple[str, str] | None:
    return next(((name, remedy) for pattern, name, remedy in OTHER_CODES if pattern.match(text.strip())), None)


def _of_our_shape(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a code that begins like ours, or holds a character that no code has."""
    odd = next((one for one in text if not one.isascii() or unicodedata.category(one) == "Cc"), "")
    if odd:
        name = f"U+{ord(odd):04X} ({unicodedata.name(odd, 'caractère de contrôle').lower()})"
        return f"un code qui porte {name}, étranger à un numéro", SCAN_AGAIN
    if not text.upper().startswith(QR_PREFIX):
        return None
    rest = text[len(QR_PREFIX) :]
    if len(rest) != NUMBER_LENGTH:
        how = "tronqué" if len(rest) < NUMBER_LENGTH else "trop long"
        return f"un code {how} : {len(rest)} caractères après {QR_PREFIX} au lieu de {NUMBER_LENGTH}", SCAN_AGAIN
    bad = next((one for one in rest if not (one.isdigit() or "A" <= one <= "Z")), "")
    return f"un code dont le numéro porte « {bad} »", SCAN_AGAIN
