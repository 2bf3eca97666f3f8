"""The contract of the service as an OpenAPI document: ours, and it says so.

Source: OpenAPI 3.1; docs/sources/dp.md#contrat-simule. Knows codes and shapes, no rule.
"""

from __future__ import annotations

from dataclasses import dataclass

from dp_mock import codes
from dp_mock.wire.decoding import LABELS
from dp_mock.wire.rendering import LABELLED
from dp_mock.wire.schemas import CIP, DAY, LOTS, MATRICULE, MONTHS, SCHEMAS, TEXT, Json, reference
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.json import write_json

__all__ = ["CONTRACT_PATH", "contract", "document"]

CONTRACT_PATH = "/openapi.json"
VERSION = "1"
HTML = "text/html"
ONE = "/patients/{matricule}"


def _parameter(name: str, schema: Json, place: str = "query", description: str = "", *, required: bool = False) -> Json:
    told = {"description": description} if description else {}
    return {"name": name, "in": place, "required": required or place == "path", "schema": schema, **told}


PATIENT = (_parameter("matricule", MATRICULE, "path"),)
PARTS = _parameter("contenu", TEXT, description=", ".join(codes.PRINT_PARTS))
BOX = (_parameter("cip13", CIP, required=True), _parameter("lot", LOTS, required=True))
HEADERS = (
    _parameter("X-Professionnel", TEXT, "header", "PS_IdNat de qui agit", required=True),
    _parameter("X-Structure", TEXT, "header", "Sur le port clair : 1.2.250.1.71.4.2.2|numéro"),
)


@dataclass(frozen=True, slots=True)
class _Told:
    """An operation: its answer is a schema by name (empty: a page, or any JSON), ``asks`` the schema of its body."""

    name: str
    method: str
    path: str
    answer: str
    parameters: tuple[Json, ...] = ()
    asks: str = ""
    statuses: tuple[int, ...] = (200,)


OPERATIONS = (
    _Told(codes.IDENTITY, "post", "/patients", "Dossier", asks="Identite", statuses=(200, 201)),
    _Told(codes.STATE, "get", ONE, "Dossier", PATIENT),
    _Told(codes.CLOSE, "delete", ONE, "Dossier", PATIENT),
    _Told(codes.OPPOSE, "post", f"{ONE}/opposition", "Dossier", PATIENT),
    _Told(codes.REFUSE, "post", f"{ONE}/refus", "RefusEnregistre", PATIENT, "Refus", (201,)),
    _Told(codes.HISTORY, "get", f"{ONE}/historique", "Historique", (*PATIENT, _parameter("mois", MONTHS))),
    _Told(codes.VACCINES, "get", f"{ONE}/vaccins", "Vaccins", (*PATIENT, _parameter("depuis", DAY))),
    _Told(codes.FEED, "post", f"{ONE}/dispensations", "AlimentationRecue", PATIENT, "Alimentation", (200, 201)),
    _Told(codes.TRACES, "get", f"{ONE}/traces", "Traces", PATIENT),
    _Told(codes.PRINT, "get", f"{ONE}/impression", "", (*PATIENT, PARTS)),
    _Told(codes.MESSAGES, "get", "/messages", "Messages"),
    _Told(codes.ACKNOWLEDGE, "post", "/messages/{id}/acquittement", "Acquittement", (_parameter("id", TEXT, "path"),)),
    _Told(codes.LOT, "get", "/rappels", "Lot", BOX),
    _Told(codes.SHORTAGE, "get", "/ruptures", "Ruptures", (_parameter("cip13", CIP),)),
    _Told(
        codes.SUPPLY,
        "post",
        "/ruptures/{cip13}/depannages",
        "DepannageDemande",
        (_parameter("cip13", CIP, "path"),),
        "Depannage",
        (201,),
    ),
    _Told(codes.SUPPLY_STATE, "get", "/depannages/{numero}", "DepannageDemande", (_parameter("numero", TEXT, "path"),)),
    _Told(codes.CONTRACT, "get", CONTRACT_PATH, ""),
)


def document(root: str) -> Json:
    """Return the OpenAPI document of the service at a root URL."""
    paths: dict[str, Json] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method] = _operation(one)
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


def _operation(one: _Told) -> Json:
    media = HTML if one.name == codes.PRINT else codes.JSON_MEDIA
    done = {"description": LABELS[one.name], "content": {media: _schema(one.answer)}}
    refused = {"description": "Refus", "content": {codes.PROBLEM_MEDIA: _schema("Probleme")}}
    body = {"required": True, "content": {codes.JSON_MEDIA: _schema(one.asks)}}
    return {
        "operationId": one.name,
        "summary": LABELS[one.name],
        "parameters": [*one.parameters, *(HEADERS if one.name != codes.CONTRACT else ())],
        **({"requestBody": body} if one.asks else {}),
        "responses": {**{str(status): done for status in one.statuses}, "default": refused},
    }


def _schema(name: str) -> Json:
    return {"schema": reference(name)} if name else {}


def contract(root: str) -> RawResponse:
    """Return the document as an answer."""
    return RawResponse(200, write_json(document(root)), codes.JSON_MEDIA, LABELLED)
