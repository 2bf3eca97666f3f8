"""The formats of what a client asks with, as patterns that a value must not contain.

Source: docs/sources/insi.md#traits, #date-de-naissance, #lieu-de-naissance (medium), #recherche-par-carte-vitale
(schema of COUVERTURE), #idam (high). Knows nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["CARD_FIELDS", "FIELDS", "PUBLISHED_IDAM", "REFUSED_IDAM_PREFIX", "Field", "Forbidden"]

PUBLISHED_IDAM = "LGOSANDBOX01"
REFUSED_IDAM_PREFIX = "REFUS"
"""An authorisation number that begins so is unknown, whatever the options say."""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A pattern that a field must not contain, and what it is (French)."""

    pattern: re.Pattern[str]
    what: str


@dataclass(frozen=True, slots=True)
class Field:
    """A value: its name here and on the wire, what is expected there, the error when it is missing or malformed.

    ``missing`` empty: the value is optional. The texts are French: ``fill`` mends a missing value.
    """

    name: str
    element: str
    missing: str
    malformed: str
    forbidden: tuple[Forbidden, ...]
    expected: str
    fill: str


def _forbidden(pattern: str, what: str) -> Forbidden:
    return Forbidden(re.compile(pattern), what)


_LETTERS = _forbidden("[^A-Z' -]", "un caractère autre que A à Z, espace, apostrophe et tiret")
_START = _forbidden(r"\A[ -]", "un espace ou un tiret en tête")
_DOUBLED = _forbidden("[ ']{2}", "des espaces ou apostrophes doublés ou accolés")

FIELDS = (
    Field(
        name="birth_name",
        element="NomNaissance",
        missing="insi_19",
        malformed="insi_simule_nom_naissance",
        forbidden=(_LETTERS, _START, _DOUBLED, _forbidden("---", "plus de deux tirets de suite")),
        expected="le nom de naissance en majuscules A à Z, espace, apostrophe et tiret",
        fill="Renseignez NomNaissance : le nom de naissance, en majuscules sans accent.",
    ),
    Field(
        name="first_names",
        element="Prenom",
        missing="insi_simule_prenom",
        malformed="insi_simule_prenom",
        forbidden=(
            _LETTERS,
            _START,
            _DOUBLED,
            _forbidden("--", "deux tirets de suite"),
            _forbidden(r"['-]\Z", "un tiret ou une apostrophe en fin"),
        ),
        expected="un prénom de naissance en majuscules A à Z, espace, apostrophe et tiret",
        fill="Renseignez Prenom : un prénom de naissance, en majuscules sans accent.",
    ),
    Field(
        name="sex",
        element="Sexe",
        missing="insi_24",
        malformed="insi_24",
        forbidden=(_forbidden(r"\A(?![MF]\Z)", "autre chose que M ou F"),),
        expected="M ou F",
        fill="Renseignez Sexe : M ou F.",
    ),
    Field(
        name="birth_date",
        element="DateNaissance",
        missing="insi_simule_date_naissance",
        malformed="insi_simule_date_naissance",
        forbidden=(_forbidden(r"\A(?![0-9]{4}-[0-9]{2}-[0-9]{2}\Z)", "autre chose que AAAA-MM-JJ"),),
        expected="une date AAAA-MM-JJ",
        fill="Renseignez DateNaissance, sous la forme AAAA-MM-JJ.",
    ),
    Field(
        name="birth_place",
        element="LieuNaissance",
        missing="",
        malformed="insi_simule_lieu_naissance",
        forbidden=(_forbidden(r"\A(?!(?:[0-9]{2}|2[AB])[0-9]{3}\Z)", "autre chose qu'un code COG de 5 caractères"),),
        expected="un code COG de cinq caractères",
        fill="",
    ),
)

_MATRICULE = _forbidden(
    r"\A(?![0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?\Z)", "autre chose qu'un matricule de 13 caractères et sa clé"
)
_NUMBER = "treize caractères dans NumIdentifiant, puis une clé de deux chiffres dans Cle"

CARD_FIELDS = (
    Field(
        "individual",
        "MatriculeIndividu",
        "",
        "insi_simule_matricule",
        (_MATRICULE,),
        _NUMBER,
        "Renseignez MatriculeOD : le matricule de l'assuré lu sur la carte, NumIdentifiant puis Cle.",
    ),
    Field("holder", "MatriculeOD", "", "insi_simule_matricule", (_MATRICULE,), _NUMBER, ""),
    FIELDS[3],
    Field(
        "rank",
        "RangNaissance",
        "",
        "insi_simule_rang",
        (_forbidden(r"\A(?![1-9]\Z)", "autre chose qu'un chiffre de 1 à 9"),),
        "un chiffre de 1 à 9",
        "",
    ),
)
"""The values of a request by card that are controlled; the name is not: the card is only a key."""
