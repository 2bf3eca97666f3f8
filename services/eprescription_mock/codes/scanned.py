"""What a scanner reads at a counter in place of a prescription's code: how each begins, its name, and the way out.

Source: docs/sources/eprescription.md#codes-lus (public heads of other codes; the sorting is ours). Order counts: the
first that fits. Knows no behaviour.
"""

from __future__ import annotations

import re

__all__ = ["AZERTY", "OTHER_CODES", "SCAN_AGAIN"]

SCAN_AGAIN = "Lisez le code 2D de l'ordonnance numérique, et transmettez son texte sans le transformer."

_CODES = (
    (r"https?://|www\.", "une adresse web", "N'ouvrez pas l'adresse : elle ne vient pas d'une ordonnance."),
    (r"(javascript|data|file|vbscript|intent):", "une adresse qui lance un programme", "N'ouvrez pas cette adresse."),
    (r"(mailto|tel|sms|geo|wifi|market):", "un code de contact ou de réseau", SCAN_AGAIN),
    (r"begin:v(card|event|calendar)", "une carte de visite ou un rendez-vous", SCAN_AGAIN),
    (r"<|.*(<script|</|<\?xml)", "du balisage (XML, HTML ou programme)", SCAN_AGAIN),
    (r".*(\bor\b\s+\S+\s*=|--|;\s*drop\b|\$\{|\{\{|%00|\.\./)", "un texte forgé pour nuire", SCAN_AGAIN),
    (r"\{.*task/", "le jeton d'une ordonnance électronique allemande", "Cette ordonnance relève d'un autre pays."),
    (r"task/", "le jeton d'une ordonnance électronique allemande", "Cette ordonnance relève d'un autre pays."),
    (r"[\[{]", "du JSON", SCAN_AGAIN),
    (r"hc1:", "un certificat sanitaire européen", SCAN_AGAIN),
    (r"shlink:|shc:", "un lien de santé d'un autre pays", "Cette ordonnance relève d'un autre pays."),
    (r"dc0[2-4]", "un 2D-Doc", SCAN_AGAIN),
    (r"(is|dm)01", "le datamatrix INS d'un document", "Lisez le code de l'ordonnance, et non celui de l'identité."),
    (
        r"(\]d2|\x1d|\(01\))?01?\)?0?3400\d{9}|\]d2|\x1d",
        "le datamatrix d'une boîte",
        "Lisez l'ordonnance, non la boîte.",
    ),
    (r"3400\d{9}$", "le CIP13 d'une boîte", "Lisez l'ordonnance, non la boîte."),
    (r"\d{13}$", "un code EAN-13", SCAN_AGAIN),
    (r"[12378]\d{4}(2a|2b|\d\d)\d{8}$", "un matricule INS ou un numéro de sécurité sociale", SCAN_AGAIN),
    (r"\d{11}$", "un numéro RPPS", "C'est le code du prescripteur : lisez celui de l'ordonnance."),
    (r"\d{9}$", "un numéro FINESS", "C'est le code de la structure : lisez celui de l'ordonnance."),
    (r"\d{19}$", "un numéro d'ordonnance portugais", "Cette ordonnance relève d'un autre pays."),
    (r"bep[a-z0-9]{9}$", "un identifiant d'ordonnance belge", "Cette ordonnance relève d'un autre pays."),
    (
        r"[0-9a-f]{6}-[0-9a-z]{6}-[0-9a-z]{5,6}.?$",
        "un identifiant d'ordonnance anglais",
        "Elle relève d'un autre pays.",
    ),
    (r"hello :\)", "le bouchon des exemples publics de l'ANS", "Remplacez l'image d'exemple par le code engendré."),
)
OTHER_CODES = tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), name, remedy) for pattern, name, remedy in _CODES)
AZERTY = str.maketrans("&é\"'(è_çà)°?", "1234578906-M")
"""What an AZERTY keyboard types where the scanner sends the keys of a QWERTY one (and the hyphen, which is a 6)."""
