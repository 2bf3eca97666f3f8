"""What is wrong with a text that is no XML, in French: the parser's own words are English.

Source: the error codes of libxml2 (xmlerror.h), as lxml names them; confidence high. What has no line here is told by
its place alone.
"""

from __future__ import annotations

from lxml import etree

__all__ = ["said_of"]

_Codes = etree.ErrorTypes
_SAID: dict[int, str] = {
    _Codes.ERR_INTERNAL_ERROR: "imbrication ou texte au-delà de ce qui est admis",
    _Codes.ERR_DOCUMENT_EMPTY: "le document est vide ou ne commence pas par « < »",
    _Codes.ERR_DOCUMENT_END: "il y a du contenu après la racine, ou la racine manque",
    _Codes.ERR_INVALID_CHARREF: "référence de caractère inadmissible",
    _Codes.ERR_INVALID_CHAR: "caractère que XML n'admet pas",
    _Codes.ERR_ENTITYREF_SEMICOL_MISSING: "« & » qui n'est ni &amp; ni une entité terminée par « ; »",
    _Codes.ERR_UNDECLARED_ENTITY: "entité non déclarée : seules les cinq de XML sont admises",
    _Codes.ERR_UNSUPPORTED_ENCODING: "encodage inconnu",
    _Codes.ERR_ATTRIBUTE_NOT_STARTED: "valeur d'attribut sans guillemets",
    _Codes.ERR_ATTRIBUTE_NOT_FINISHED: "valeur d'attribut non terminée",
    _Codes.ERR_ATTRIBUTE_WITHOUT_VALUE: "attribut sans valeur",
    _Codes.ERR_ATTRIBUTE_REDEFINED: "attribut donné deux fois",
    _Codes.ERR_COMMENT_NOT_FINISHED: "commentaire non fermé",
    _Codes.ERR_PI_NOT_FINISHED: "instruction de traitement non fermée",
    _Codes.ERR_CDATA_NOT_FINISHED: "section CDATA non fermée",
    _Codes.ERR_LT_IN_ATTRIBUTE: "« < » dans une valeur d'attribut, au lieu de &lt;",
    _Codes.ERR_NAME_REQUIRED: "nom attendu ; un « & » seul s'écrit &amp;",
    _Codes.ERR_HYPHEN_IN_COMMENT: "« -- » dans un commentaire",
    _Codes.ERR_RESOURCE_LIMIT: "imbrication ou texte au-delà de ce qui est admis",
    _Codes.ERR_GT_REQUIRED: "« > » attendu",
    _Codes.ERR_LTSLASH_REQUIRED: "balise fermante attendue",
    _Codes.ERR_EQUAL_REQUIRED: "« = » attendu",
    _Codes.ERR_TAG_NAME_MISMATCH: "la balise fermante n'est pas celle de l'élément ouvert",
    _Codes.ERR_TAG_NOT_FINISHED: "élément qui n'est pas fermé : le document est coupé",
    _Codes.ERR_INVALID_ENCODING: "octets qui contredisent l'encodage annoncé",
    _Codes.ERR_XMLDECL_NOT_FINISHED: "déclaration XML non terminée",
    _Codes.ERR_RESERVED_XML_NAME: "déclaration XML ailleurs qu'au tout début",
    _Codes.NS_ERR_UNDEFINED_NAMESPACE: "préfixe d'espace de noms sans déclaration",
}


def said_of(error: Exception) -> str:
    """Return what a parser's error says, with its line and column when they are known."""
    if not isinstance(error, etree.XMLSyntaxError):
        return "le texte ne peut pas être lu comme du XML"
    said = _SAID.get(error.code, "le texte n'est pas du XML bien formé")
    return f"{said} (ligne {error.lineno or 1}, colonne {error.offset or 1})"
