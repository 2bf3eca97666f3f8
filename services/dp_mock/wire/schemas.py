"""The shapes of requests and answers, for the OpenAPI document.

Source: JSON Schema 2020-12; docs/sources/dp.md#contrat-simule. Knows codes, no rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from dp_mock import codes
from dp_mock.codes import Kind
from dp_mock.codes.errors import ERRORS
from dp_mock.codes.states import State
from dp_mock.domain.feeding import CIP13, LOT

__all__ = ["BOXES", "CIP", "DAY", "LOTS", "MATRICULE", "MONTHS", "SCHEMAS", "TEXT", "Json", "reference"]

Json: TypeAlias = dict[str, Any]

TEXT: Json = {"type": "string", "maxLength": codes.MAX_TEXT}
DAY: Json = {"type": "string", "format": "date"}
MATRICULE: Json = {"type": "string", "pattern": "^[0-9]{6}[0-9AB][0-9]{8}$"}
CIP: Json = {"type": "string", "pattern": f"^{CIP13.pattern}$"}
LOTS: Json = {"type": "string", "pattern": f"^{LOT.pattern}$"}
BOXES: Json = {"type": "integer", "minimum": 1, "maximum": codes.MAX_BOXES, "default": 1}
MONTHS: Json = {"type": "integer", "minimum": 1, "maximum": codes.MONTHS_SHOWN, "default": codes.MONTHS_SHOWN}
_NAME: Json = {**TEXT, "minLength": 1}
_WORDS: Json = {"type": "string"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_FLAG: Json = {"type": "boolean"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_LABEL: Json = {"const": codes.SIMULATION}


def reference(name: str) -> Json:
    """Return a reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Json, **limits: int) -> Json:
    return {"type": "array", "items": items, **limits}


def _object(*optional: str, **members: Json) -> Json:
    """Return the schema of an object whose members are all there but for the optional ones."""
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": members, **({"required": required} if required else {})}


def _answer(*optional: str, **members: Json) -> Json:
    return _object(*optional, **members, simulation=_LABEL)


_ASKED = {
    "Identite": _object(
        "contact",
        "demandePatient",
        ins=_object(matricule=MATRICULE, oid=TEXT),
        statutIdentite={"enum": list(codes.IDENTITY_STATES), "description": "Seule QUALIFIEE est admise."},
        nomNaissance=_NAME,
        prenomNaissance={**_NAME, "description": "Le premier prénom de l'acte de naissance."},
        sexe={"enum": ["M", "F", "I"]},
        dateNaissance={**TEXT, "description": "AAAA-MM-JJ, date lunaire admise."},
        contact=_object("courriel", "telephone", "adresse", courriel=TEXT, telephone=TEXT, adresse=TEXT),
        demandePatient=_FLAG,
    ),
    "Alimentation": _object(
        dispensations=_list(
            _object(
                "date",
                "boites",
                "deconditionne",
                "unites",
                "lot",
                "peremption",
                identifiant=_NAME,
                date={**TEXT, "description": "Moment passé avec décalage horaire, ou jour ; maintenant sans elle."},
                cip13=CIP,
                boites=BOXES,
                deconditionne=_FLAG,
                unites={**_COUNT, "maximum": codes.MAX_UNITS},
                lot=LOTS,
                peremption=DAY,
            ),
            minItems=1,
            maxItems=codes.MAX_ITEMS,
        ),
    ),
    "Refus": _object(portee={"enum": list(codes.REFUSAL_SCOPES)}),
    "Depannage": _object("boites", boites=BOXES),
}

_PLACE = _object(
    "nom", "type", "telephone", "adresse", numero=_WORDS, nom=_WORDS, type=_WORDS, telephone=_WORDS, adresse=_WORDS
)
_DISPENSED = _object(
    "deconditionne",
    "unites",
    "lot",
    "peremption",
    identifiant=_WORDS,
    date=_MOMENT,
    cip13=CIP,
    nom=_WORDS,
    categorie={"enum": [one.value for one in Kind]},
    boites=_COUNT,
    deconditionne=_FLAG,
    unites=_COUNT,
    lot=LOTS,
    peremption=DAY,
    etablissement=_PLACE,
)
_RECALL = _object(
    "acquitteLe",
    id=_WORDS,
    publieLe=_MOMENT,
    cip13=CIP,
    nom=_WORDS,
    lots=_list(LOTS),
    titre=_WORDS,
    conduite=_WORDS,
    bloquant=_FLAG,
    acquitteLe=_MOMENT,
)
_SHORTAGE = _object(
    cip13=CIP,
    nom=_WORDS,
    statut=_WORDS,
    conduite=_WORDS,
    alternatives=_list(_object(cip13=CIP, nom=_WORDS)),
    depannage=_FLAG,
    retourPrevu=DAY,
)
_TRACE = _object(
    "etablissement",
    "detail",
    date=_MOMENT,
    operation=_WORDS,
    professionnel=_WORDS,
    etablissement=_WORDS,
    detail=_WORDS,
)

_TOLD = {
    "Dossier": _answer(
        "depuis",
        "finOpposition",
        "attestation",
        "effacees",
        matricule=MATRICULE,
        etat={"enum": [one.value for one in State]},
        depuis=_MOMENT,
        finOpposition=_MOMENT,
        attestation=_WORDS,
        effacees=_COUNT,
    ),
    "RefusEnregistre": _answer(matricule=MATRICULE, portee={"enum": list(codes.REFUSAL_SCOPES)}, fin=_MOMENT),
    "Historique": _answer(matricule=MATRICULE, mois=MONTHS, dispensations=_list(_DISPENSED)),
    "Vaccins": _answer(matricule=MATRICULE, vaccinations=_list(_DISPENSED)),
    "AlimentationRecue": _answer(
        matricule=MATRICULE,
        enregistrees=_COUNT,
        deja=_COUNT,
        rappels=_list(_object(cip13=CIP, lot=_WORDS, rappel=_WORDS)),
    ),
    "Traces": _answer(matricule=MATRICULE, traces=_list(_TRACE)),
    "Messages": _answer(messages=_list(_RECALL)),
    "Acquittement": _answer(id=_WORDS, acquitteLe=_MOMENT),
    "Lot": _answer(cip13=CIP, lot=LOTS, rappele=_FLAG, rappels=_list(_RECALL)),
    "Ruptures": _answer(ruptures=_list(_SHORTAGE)),
    "DepannageDemande": _answer(
        numero=_WORDS,
        cip13=CIP,
        nom=_WORDS,
        boites=_COUNT,
        demandeLe=_MOMENT,
        etat={"enum": ["en-attente", "accepte", "refuse"]},
    ),
    "Probleme": _answer(
        "detail",
        "element",
        type=_WORDS,
        title=_WORDS,
        status={"type": "integer"},
        code={"enum": sorted(ERRORS)},
        detail=_WORDS,
        element=_WORDS,
    ),
}

SCHEMAS: Mapping[str, Json] = MappingProxyType({**_ASKED, **_TOLD})
