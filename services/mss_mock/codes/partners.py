"""What a simulated correspondent does with a mail, the two forms of its report, and why a document is not filed.

Source: docs/sources/mssante.md#accuse-de-lecture-renvoye (ERR-5 codes and both forms: high; French words of
most codes: ours). Data only.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "AUTOMATIC",
    "KO_SUBJECT",
    "LABELS",
    "NOT_FILED",
    "PARTNER_TITLES",
    "MdnVersion",
    "PartnerRobot",
    "error_text",
]


class PartnerRobot(StrEnum):
    """What a simulated professional, structure or software does with a mail."""

    NONE = "none"
    READ = "read"
    FILE = "file"
    REJECT = "reject"
    DELETE = "delete"
    ANSWER = "answer"


PARTNER_TITLES = {
    PartnerRobot.NONE: "personne n'ouvre la boîte",
    PartnerRobot.READ: "lit : accusé « displayed »",
    PartnerRobot.FILE: "intègre les documents au dossier : accusé « processed » ; lit ce qui n'en porte pas",
    PartnerRobot.REJECT: "n'intègre pas : accusé en erreur avec son code, ou courriel d'erreur si rien n'est demandé",
    PartnerRobot.DELETE: "supprime sans lire : accusé « deleted »",
    PartnerRobot.ANSWER: "lit, et répond par un texte",
}

AUTOMATIC = frozenset({PartnerRobot.FILE, PartnerRobot.REJECT, PartnerRobot.DELETE})
"""Whose report leaves without anybody's consent: not when it would go elsewhere than the mail came from."""


class MdnVersion(StrEnum):
    """The two forms of a report of integration, by the version of the guide."""

    CURRENT = "1.1.3"
    LEGACY = "legacy"


KO_SUBJECT = "[KO Intégration système !]"

NOT_FILED = "902"
LABELS = {
    "900": "Version du document erronée",
    "901": "Auteur non autorisé",
    "902": "Identifiant de patient inconnu",
    "903": "INS absent",
    "904": "INS différent de celui du patient",
    "905": "INS incomplet",
    "906": "Document non intégré",
}
"""The application codes of a receiving software (ERR-5)."""


def error_text(code: str) -> str:
    """Return the error as the receiving software tells it."""
    return f"{code}^{LABELS[code]}^applicationErrorCondition| E^Error^errorSeverity"
