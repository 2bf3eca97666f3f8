"""What a MIME reader calls malformed, in French, by the names of the standard library's defects.

Source: RFC 2045, RFC 2046 §5.1.1, RFC 2047, RFC 5322 §2.2; the names are those of ``email.errors``. Data only.
"""

from __future__ import annotations

__all__ = ["DEFECTS", "OTHER_DEFECT", "OTHER_REMEDY", "REMEDIES"]

OTHER_DEFECT = "une partie mal formée"
OTHER_REMEDY = "Écrivez chaque en-tête selon la RFC 5322 : « Nom: valeur », en ASCII ou en mots codés (RFC 2047)."

DEFECTS = {
    "CloseBoundaryNotFoundDefect": "la frontière de fin (--frontière--) manque",
    "FirstHeaderLineIsContinuationDefect": "la première ligne d'en-tête est une suite (elle commence par une espace)",
    "HeaderDefect": "un en-tête mal formé",
    "HeaderMissingRequiredValue": "un en-tête sans sa valeur",
    "InvalidBase64CharactersDefect": "des caractères étrangers au base 64",
    "InvalidBase64LengthDefect": "un base 64 d'une longueur impossible",
    "InvalidBase64PaddingDefect": "un base 64 sans son remplissage (=)",
    "InvalidDateDefect": "une date mal formée",
    "InvalidHeaderDefect": "un en-tête mal formé",
    "InvalidMultipartContentTransferEncodingDefect": "un codage autre que 7bit, 8bit ou binary sur une partie composée",
    "MalformedHeaderDefect": "un en-tête mal formé",
    "MisplacedEnvelopeHeaderDefect": "une ligne « From » d'enveloppe parmi les en-têtes",
    "MissingHeaderBodySeparatorDefect": "une ligne sans deux-points parmi les en-têtes, avant la ligne vide",
    "MultipartInvariantViolationDefect": "une partie composée sans aucune partie",
    "NoBoundaryInMultipartDefect": "une partie composée sans paramètre boundary",
    "NonASCIILocalPartDefect": "une adresse avec des lettres hors de l'ASCII",
    "NonPrintableDefect": "un en-tête avec des caractères de contrôle",
    "ObsoleteHeaderDefect": "un en-tête de forme désuète",
    "StartBoundaryNotFoundDefect": "la frontière annoncée n'apparaît nulle part",
    "UndecodableBytesDefect": "des octets illisibles dans le jeu annoncé",
}

_BOUNDARY = "Fermez chaque partie par sa frontière : --frontière entre deux parties, --frontière-- après la dernière."
_ANNOUNCED = "Donnez à chaque partie composée un paramètre boundary, et cette frontière avant chacune de ses parties."
_HEADERS = "Écrivez les en-têtes (« Nom: valeur », une ligne chacun), puis une ligne vide, puis seulement le corps."
_BASE64 = "Codez la partie par un codeur base 64 : son alphabet, des groupes de quatre caractères, le remplissage (=)."

REMEDIES = {
    "CloseBoundaryNotFoundDefect": _BOUNDARY,
    "FirstHeaderLineIsContinuationDefect": _HEADERS,
    "InvalidBase64CharactersDefect": _BASE64,
    "InvalidBase64LengthDefect": _BASE64,
    "InvalidBase64PaddingDefect": _BASE64,
    "InvalidDateDefect": "Écrivez Date selon la RFC 5322 : Tue, 3 Mar 2026 10:00:00 +0100.",
    "InvalidMultipartContentTransferEncodingDefect": "Ne codez que les parties simples, non celle qui les tient.",
    "MisplacedEnvelopeHeaderDefect": "Retirez la ligne « From » sans deux-points des en-têtes.",
    "MissingHeaderBodySeparatorDefect": _HEADERS,
    "MultipartInvariantViolationDefect": _ANNOUNCED,
    "NoBoundaryInMultipartDefect": _ANNOUNCED,
    "NonASCIILocalPartDefect": "Écrivez les adresses en ASCII.",
    "StartBoundaryNotFoundDefect": _ANNOUNCED,
    "UndecodableBytesDefect": "Codez le texte dans le jeu de caractères que charset annonce, en UTF-8.",
}
"""What to change for a defect; those that are not here are of a header (``OTHER_REMEDY``)."""
