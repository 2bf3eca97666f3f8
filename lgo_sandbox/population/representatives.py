"""Who represents the children among the reference people: in Mon espace santé, in their DMP, in their mailbox.

Source: docs/sources/dmp.md#mon-espace-sante (that a legal representative opens a child's space: medium); every person
here is invented, like the reference people. Whether a child is still under age is asked elsewhere. Knows no service.
"""

from __future__ import annotations

from typing import NamedTuple

from lgo_sandbox.population.people import Patient

__all__ = ["REPRESENTATIVES", "Representative", "representatives_of"]


class Representative(NamedTuple):
    """A legal representative: a slug, a name, the patients (slugs) whose record he reads.

    ``patient`` is his own slug when he is a patient too, and ``sex`` agrees the words about him.
    """

    id: str
    name: str
    children: tuple[str, ...]
    patient: str = ""
    sex: str = "F"


REPRESENTATIVES = (
    Representative("bernard-elodie", "Élodie BERNARD", ("bernard-hugo", "bernard-alba")),
    Representative("nessi-ruth", "Ruth NESSI", ("nessi-michelangelo",), "nessi-ruth"),
    Representative("de-vinci-ruth", "Ruth DE VINCI", ("de-vinci-leonardo-1", "de-vinci-leonardo-2"), "de-vinci-ruth"),
)


def representatives_of(child: Patient) -> tuple[Representative, ...]:
    """Return who represents a child; nobody for an adult, and for a child that nobody here knows."""
    return tuple(one for one in REPRESENTATIVES if child.id in one.children)
