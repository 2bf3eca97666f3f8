"""The magic identities for people: one line of French for each request.

Source: own choice. Knows the seeds; knows no wire.
"""

from __future__ import annotations

from insi_mock.domain import CardRequest, Claim, Traits

__all__ = ["how"]


def how(asked: Traits | CardRequest | Claim) -> str:
    """Return, in French, how a tester asks this."""
    if isinstance(asked, Traits):
        return f"Chercher par traits : {_traits(asked)}"
    if isinstance(asked, CardRequest):
        return f"Chercher par carte Vitale : {_card(asked)}"
    return f"Vérifier : matricule {asked.matricule} ({asked.oid}), {_traits(asked.traits)}"


def _traits(traits: Traits) -> str:
    place = f", LieuNaissance {traits.birth_place}" if traits.birth_place else ""
    return (
        f"NomNaissance {traits.birth_name or '(absent)'}, Prenom {traits.first_names}, Sexe {traits.sex}, "
        f"DateNaissance {traits.birth_date}{place}"
    )


def _card(request: CardRequest) -> str:
    number = f"MatriculeOD {request.holder}" if request.holder else f"MatriculeIndividu {request.individual}"
    name = f", NomNaissance {request.birth_name}" if request.birth_name else ""
    return f"{number}{name}, DateNaissance {request.birth_date}, RangNaissance {request.rank or '1'}"
