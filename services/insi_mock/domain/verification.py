"""Whether a matricule, its OID and traits are those of one identity that INSi knows now.

Source: docs/sources/insi.md#verification: the operation exists, its meaning is told, its schema is not public (low);
what must agree is ours. A verification never tells another identity.
"""

from __future__ import annotations

from health_documents.identifiers import OID_INS_NIA
from insi_mock.domain.matching import is_run, words
from insi_mock.domain.values import Claim, Identity

__all__ = ["conforms", "mismatches"]


def conforms(claim: Claim, known: Identity | None) -> bool:
    """Tell whether a claim is right; False when nobody has this matricule now."""
    return not mismatches(claim, known)


def mismatches(claim: Claim, known: Identity | None) -> list[str]:
    """Return the elements that are not those of the known identity; a former matricule is nobody's."""
    if known is None:
        return ["NumIdentifiant"]
    traits = claim.traits
    agree = {
        "OID": (claim.oid == OID_INS_NIA) == (known.oid == OID_INS_NIA),
        "NomNaissance": traits.birth_name == known.birth_name,
        "Prenom": bool(traits.first_names) and is_run(words(traits.first_names), words(" ".join(known.first_names))),
        "Sexe": traits.sex == known.sex,
        "DateNaissance": traits.birth_date == known.birth_date,
        "LieuNaissance": traits.birth_place in ("", known.birth_place),
    }
    return [element for element, right in agree.items() if not right]
