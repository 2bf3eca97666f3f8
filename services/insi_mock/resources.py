"""What the control API offers of INSi: identities that a tester adds, verifications he decides, a generated crowd.

``GET insi/identities`` lists them, ``POST`` adds one, ``DELETE insi/identities/<matricule>`` forgets one. ``PUT
insi/verifications/<matricule>`` with ``{"result": "KO"}`` (or OK) decides what a verification answers, ``DELETE`` lets
the traits decide again. ``PUT insi/population`` with ``{"size": 100000}`` sets how many generated people there are.
Source: own choice. Synthetic people only: we cannot know that somebody is invented, so every addition is answered by a
warning.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from health_documents.identifiers import OID_INS_NIR, ROOTS_OF_INS, nir_key
from insi_mock import store
from insi_mock.domain import Identity, Traits, broken_rules
from insi_mock.seeds.people import identity_of
from lgo_sandbox.contract import Refusal, Resource, ResourceRequest
from lgo_sandbox.population.crowd import CAPACITY, Crowd
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session

__all__ = ["IDENTITIES", "MAX_IDENTITIES", "POPULATION", "VERIFICATIONS"]

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
        raise Refusal(404, f"Aucune identité ajoutée n'a le matricule « {matricule[:20]} ».")
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

RESULTS = {"OK": True, "KO": False}


def _verifications(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    if request.method == "GET":
        return {"verifications": [_result(*item) for item in sorted(store.forced(session.db).items())]}
    if request.method == "DELETE":
        if not store.unforce(session.db, request.tail):
            raise Refusal(404, f"Aucune vérification décidée pour le matricule « {request.tail[:20]} ».")
        return {"removed": request.tail}
    if request.method == "PUT":
        return _force(session, request.tail, request.body)
    raise Refusal(405, "Méthodes admises : GET, PUT, DELETE.")


def _force(session: Session, matricule: str, body: Any) -> Any:
    if not isinstance(body, dict) or body.get("result") not in RESULTS:
        raise Refusal(400, 'Un objet JSON est attendu : {"result": "KO"}, ou "OK".')
    if not _is_matricule(matricule):
        raise Refusal(400, f"« {matricule[:30]} » n'a pas la forme d'un matricule de 15 caractères.")
    if len(store.forced(session.db)) >= MAX_IDENTITIES:
        raise Refusal(507, f"{MAX_IDENTITIES} vérifications sont déjà décidées dans cette session.")
    store.force(session.db, matricule, conforms=RESULTS[body["result"]])
    return _result(matricule, RESULTS[body["result"]])


def _result(matricule: str, conforms: bool) -> dict[str, str]:
    return {"matricule": matricule, "result": "OK" if conforms else "KO"}


VERIFICATIONS = Resource("verifications", "Vérifications dont le testeur décide le résultat", _verifications)

SAMPLE = 20


def _population(sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    if request.method == "PUT":
        _set_population(session, request.body)
    elif request.method != "GET":
        raise Refusal(405, "Méthodes admises : GET, PUT.")
    crowd = Crowd(store.population_size(session.db, sandbox.settings.generated_people))
    sample = [asdict(identity_of(crowd.person(index))) for index in range(min(SAMPLE, crowd.size))]
    return {"size": crowd.size, "capacity": CAPACITY, "sample": sample}


def _set_population(session: Session, body: Any) -> None:
    size = body.get("size") if isinstance(body, dict) else None
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= CAPACITY:
        raise Refusal(400, f'Un objet JSON est attendu : {{"size": N}}, N de 0 à {CAPACITY}.')
    store.set_population_size(session.db, size)


POPULATION = Resource("population", "Population engendrée, autant de personnes qu'on veut", _population)
