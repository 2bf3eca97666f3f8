"""An exchange with INSi for people: labelled values, from what was noted of it.

Source: own choice; the labels are French, for whoever reads the console. Knows no XML: the facts are values already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lgo_sandbox.contract import Decoded
from lgo_sandbox.watch.exchange import Exchange

__all__ = ["decode"]


_ASKED = (
    ("authentication", "Authentification"),
    ("caller", "Appelant"),
    ("software", "Logiciel"),
    ("idam", "Numéro d'autorisation (IDAM)"),
    ("message_id", "MessageID"),
    ("birth_name", "Nom de naissance"),
    ("first_names", "Prénom demandé"),
    ("sex", "Sexe"),
    ("birth_date", "Date de naissance"),
    ("birth_place", "Lieu de naissance (COG)"),
)
_TOLD = (
    ("code", "Code retour"),
    ("label", "Libellé"),
    ("error", "Erreur"),
    ("matricule", "Matricule INS"),
    ("oid", "OID"),
    ("birth_name", "Nom de naissance"),
    ("listed_first_names", "Liste des prénoms"),
    ("sex", "Sexe"),
    ("birth_date", "Date de naissance"),
    ("birth_place", "Lieu de naissance (COG)"),
    ("history", "Matricules antérieurs"),
)


def decode(exchange: Exchange) -> Decoded:
    """Return an exchange as a summary and labelled values of the request and of the answer."""
    facts = exchange.facts
    asked = {**facts, **facts.get("context", {}), **facts.get("traits", {})}
    told = {**facts, **facts.get("answer", {})}
    return Decoded(exchange.summary or exchange.target, _labelled(_ASKED, asked), _labelled(_TOLD, told))


def _labelled(labels: Iterable[tuple[str, str]], values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((label, str(values[name])) for name, label in labels if values.get(name))
