"""The contract of the service as an OpenAPI document: ours, and it says so.

Source: OpenAPI 3.1; docs/sources/dp.md#contrat-simule. Knows codes, no rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dp_mock import codes
from dp_mock.codes.errors import ERRORS
from dp_mock.domain.feeding import CIP13, LOT
from dp_mock.wire.decoding import LABELS
from dp_mock.wire.rendering import LABELLED
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.json import write_json

__all__ = ["CONTRACT_PATH", "contract", "document"]

CONTRACT_PATH = "/openapi.json"
VERSION = "1"
Json = dict[str, Any]

_TEXT: Json = {"type": "string", "maxLength": codes.MAX_TEXT}
_NAME: Json = {**_TEXT, "minLength": 1}
_DAY: Json = {"type": "string", "format": "date"}
_MATRICULE: Json = {"type": "string", "pattern": "^[0-9]{6}[0-9AB][0-9]{8}$"}
_CIP13: Json = {"type": "string", "pattern": f"^{CIP13.pattern}$"}
_LOT: Json = {"type": "string", "pattern": f"^{LOT.pattern}$"}
_BOXES: Json = {"type": "integer", "minimum": 1, "maximum": codes.MAX_BOXES, "default": 1}


def _object(required: tuple[str, ...] = (), **members: Json) -> Json:
    return {"type": "object", "properties": members, **({"required": list(required)} if required else {})}


SCHEMAS: Mapping[str, Json] = {
    "Identite": _object(
        ("ins", "statutIdentite", "nomNaissance", "prenomNaissance", "sexe", "dateNaissance"),
        ins=_object(("matricule", "oid"), matricule=_MATRICULE, oid=_TEXT),
        statutIdentite={"enum": list(codes.IDENTITY_STATES), "description": "Seule QUALIFIEE est admise."},
        nomNaissance=_NAME,
        prenomNaissance={**_NAME, "description": "Le premier prénom de l'acte de naissance."},
        sexe={"enum": ["M", "F", "I"]},
        dateNaissance={**_TEXT, "description": "AAAA-MM-JJ, date lunaire admise."},
        contact=_object(courriel=_TEXT, telephone=_TEXT, adresse=_TEXT),
        demandePatient={"type": "boolean", "default": False},
    ),
    "Alimentation": _object(
        ("dispensations",),
        dispensations={
            "type": "array",
            "minItems": 1,
            "maxItems": codes.MAX_ITEMS,
            "items": _object(
                ("identifiant", "cip13"),
                identifiant=_NAME,
                date={**_TEXT, "description": "Moment passé avec décalage horaire, ou jour ; maintenant sans elle."},
                cip13=_CIP13,
                boites=_BOXES,
                deconditionne={"type": "boolean", "default": False},
                unites={"type": "integer", "minimum": 0, "maximum": codes.MAX_UNITS},
                lot=_LOT,
                peremption=_DAY,
            ),
        },
    ),
    "Refus": _object(("portee",), portee={"enum": list(codes.REFUSAL_SCOPES)}),
    "Depannage": _object(boites=_BOXES),
    "Probleme": _object(
        ("type", "title", "status", "code", "simulation"),
        type={"type": "string"},
        title={"type": "string"},
        status={"type": "integer"},
        code={"enum": sorted(ERRORS)},
        detail={"type": "string"},
        element={"type": "string"},
        simulation={"const": codes.SIMULATION},
    ),
}


def _parameter(name: str, schema: Json, place: str = "query", description: str = "") -> Json:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "schema": schema,
        **({"description": description} if description else {}),
    }


_PATIENT = _parameter("matricule", _MATRICULE, "path")
_ONE = "/patients/{matricule}"
_MONTHS: Json = {"type": "integer", "minimum": 1, "maximum": codes.MONTHS_SHOWN, "default": codes.MONTHS_SHOWN}

_OPERATIONS: tuple[tuple[str, str, str, tuple[Json, ...], str, tuple[int, ...]], ...] = (
    (codes.IDENTITY, "post", "/patients", (), "Identite", (200, 201)),
    (codes.STATE, "get", _ONE, (_PATIENT,), "", (200,)),
    (codes.CLOSE, "delete", _ONE, (_PATIENT,), "", (200,)),
    (codes.OPPOSE, "post", f"{_ONE}/opposition", (_PATIENT,), "", (200,)),
    (codes.REFUSE, "post", f"{_ONE}/refus", (_PATIENT,), "Refus", (201,)),
    (codes.HISTORY, "get", f"{_ONE}/historique", (_PATIENT, _parameter("mois", _MONTHS)), "", (200,)),
    (codes.VACCINES, "get", f"{_ONE}/vaccins", (_PATIENT, _parameter("depuis", _DAY)), "", (200,)),
    (codes.FEED, "post", f"{_ONE}/dispensations", (_PATIENT,), "Alimentation", (200, 201)),
    (codes.TRACES, "get", f"{_ONE}/traces", (_PATIENT,), "", (200,)),
    (
        codes.PRINT,
        "get",
        f"{_ONE}/impression",
        (_PATIENT, _parameter("contenu", _TEXT, description=", ".join(codes.PRINT_PARTS))),
        "",
        (200,),
    ),
    (codes.MESSAGES, "get", "/messages", (), "", (200,)),
    (
        codes.ACKNOWLEDGE,
        "post",
        "/messages/{id}/acquittement",
        (_parameter("id", _TEXT, "path"),),
        "",
        (200,),
    ),
    (
        codes.LOT,
        "get",
        "/rappels",
        ({**_parameter("cip13", _CIP13), "required": True}, {**_parameter("lot", _LOT), "required": True}),
        "",
        (200,),
    ),
    (codes.SHORTAGE, "get", "/ruptures", (_parameter("cip13", _CIP13),), "", (200,)),
    (codes.SUPPLY, "post", "/ruptures/{cip13}/depannages", (_parameter("cip13", _CIP13, "path"),), "Depannage", (201,)),
    (codes.SUPPLY_STATE, "get", "/depannages/{numero}", (_parameter("numero", _TEXT, "path"),), "", (200,)),
    (codes.CONTRACT, "get", CONTRACT_PATH, (), "", (200,)),
)
"""Name, method, path, parameters, schema of the body, statuses of success."""

_HEADERS = (
    {**_parameter("X-Professionnel", _TEXT, "header", "PS_IdNat de qui agit"), "required": True},
    _parameter("X-Structure", _TEXT, "header", "Sur le port clair : 1.2.250.1.71.4.2.2|numéro"),
)


def document(root: str) -> Json:
    """Return the OpenAPI document of the service at a root URL."""
    paths: dict[str, Json] = {}
    for name, method, path, parameters, body, statuses in _OPERATIONS:
        paths.setdefault(path, {})[method] = _operation(name, parameters, body, statuses)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Dossier pharmaceutique (simulation non officielle)",
            "version": VERSION,
            "description": "Le contrat du serveur central du DP n'est pas public : celui-ci est celui du bac à sable. "
            f"Chaque réponse porte {codes.SIMULATION_HEADER}: {codes.SIMULATION}.",
        },
        "servers": [{"url": f"{root}{codes.BASE}"}],
        "paths": paths,
        "components": {"schemas": dict(SCHEMAS)},
    }


def _operation(name: str, parameters: tuple[Json, ...], body: str, statuses: tuple[int, ...]) -> Json:
    media = "text/html" if name == codes.PRINT else codes.JSON_MEDIA
    done = {"description": LABELS[name], "content": {media: {}}}
    refused = {"description": "Refus", "content": {codes.PROBLEM_MEDIA: {"schema": _reference("Probleme")}}}
    content = {"required": True, "content": {codes.JSON_MEDIA: {"schema": _reference(body)}}} if body else None
    return {
        "operationId": name,
        "summary": LABELS[name],
        "parameters": [*parameters, *(_HEADERS if name != codes.CONTRACT else ())],
        **({"requestBody": content} if content else {}),
        "responses": {**{str(status): done for status in statuses}, "default": refused},
    }


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def contract(root: str) -> RawResponse:
    """Return the document as an answer."""
    return RawResponse(200, write_json(document(root)), codes.JSON_MEDIA, LABELLED)
