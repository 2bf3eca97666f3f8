"""What a MIME reader calls malformed, in French, by the names of the standard library's defects.

Source: RFC 2045, RFC 2046 §5.1.1, RFC 2047, RFC 5322 §2.2; the names are those of ``email.errors``. Data only.
"""

from __future__ import annotations

__all__ = ["DEFECTS", "OTHER_DEFECT"]

OTHER_DEFECT = "une partie mal formée"

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
