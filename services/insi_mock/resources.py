"""What the control API offers of INSi: the identities that a tester adds to a session.

``GET insi/identities`` lists them, ``POST`` adds one, ``DELETE insi/identities/<matricule>`` forgets one. Source: own
choice. Synthetic people only: we cannot know that somebody is invented, so every addition is answered by a warning.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from insi_mock import store
from insi_mock.domain import Identity, Traits, broken_rules
from lgo_sandbox.contract import Refusal, Resource, ResourceRequest
from lgo_sandbox.identifiers import OID_INS_NIR, ROOTS_OF_INS, nir_key
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.session import Session

__all__ = ["IDENTITIES", "MAX_IDENTITIES"]

MAX_IDENTITIES = 10_000

SYNTHETIC_ONLY = "N'ajoutez que des personnes inventées : jamais les traits ni le matricule d'une personne réelle."
WRONG_KEY = "La clé du matricule est fausse ({} serait juste) : elle sera servie telle quelle."
REQUIRED = frozenset({"matricule", "birth_name", "first_names", "sex", "birth_date"})
OPTIONAL = frozenset({"oid", "birth_place"})


def _identities(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    if request.method == "GET":
        return {"identities": [asdict(identity) for identity in store.all_added(session.db)]}
    if request.method == "POST":
        return _add(session, _identity(request.body))
    if request.method == "DELETE":
        return _remove(session, request.tail)
    raise Refusal(405, "Méthodes admises : GET, POST, DELETE.")


def _add(session: Session, identity: Identity) -> Any:
    if session.people.patient(identity.matricule) or store.has(session.db, identity.matricule):
        raise Refusal(409, f"Le matricule {identity.matricule} est déjà celui d'une personne connue.")
    if store.count(session.db) >= MAX_IDENTITIES:
        raise Refusal(507, f"{MAX_IDENTITIES} identités sont déjà ajoutées à cette session.")
    key = nir_key(identity.matricule[:13])
    store.add(session.db, identity)
    wrong = [] if identity.matricule.endswith(key) else [WRONG_KEY.format(key)]
    return {"identity": asdict(identity), "warnings": [SYNTHETIC_ONLY, *wrong]}


def _remove(session: Session, matricule: str) -> Any:
    if not store.remove(session.db, matricule):
        raise Refusal(404, f"Aucune identité ajoutée n'a le matricule {matricule[:20]!r}.")
    return {"removed": matricule}


def _identity(body: Any) -> Identity:
    """Read an identity as a tester gives it. Raises Refusal 400."""
    if not isinstance(body, dict) or not (REQUIRED <= body.keys() <= REQUIRED | OPTIONAL):
        members = ", ".join(sorted(REQUIRED))
        raise Refusal(400, f"Un objet JSON est attendu, avec {members} (au choix : {', '.join(sorted(OPTIONAL))}).")
    names = body["first_names"]
    if not isinstance(names, list) or not all(isinstance(v, str) for v in (*names, *body.values()) if v is not names):
        raise Refusal(400, "first_names est une liste de textes, les autres membres sont des textes.")
    identity = Identity(**{"oid": OID_INS_NIR, **body, "first_names": tuple(names)})
    _check(identity)
    return identity


def _check(identity: Identity) -> None:
    traits = Traits(
        identity.birth_name, " ".join(identity.first_names), identity.sex, identity.birth_date, identity.birth_place
    )
    for rule in broken_rules(traits):
        raise Refusal(400, f"{rule.element} « {rule.value[:100]} » : {rule.what}.")
    if identity.oid not in ROOTS_OF_INS:
        raise Refusal(400, f"La racine « {identity.oid[:50]} » n'est pas une racine d'INS.")
    if not _is_matricule(identity.matricule):
        raise Refusal(400, f"« {identity.matricule[:30]} » n'a pas la forme d'un matricule de 15 caractères.")


def _is_matricule(text: str) -> bool:
    try:
        nir_key(text[:13])
    except ValueError:
        return False
    return len(text) == 15 and text.isascii() and text[13:].isdigit()


IDENTITIES = Resource("identities", "Identités ajoutées à la session", _identities)
