"""The contract told to programs: a FHIR CapabilityStatement and an OpenAPI document, both of the table of operations.

Source: HL7 FHIR R4 capabilitystatement.html; OpenAPI 3.1.0. Knows no rule.
"""

from __future__ import annotations

from typing import Any

from eprescription_mock import codes
from eprescription_mock.codes.contract import OPERATIONS, PARAMETERS, Contracted
from health_documents.identifiers import OID_STRUCT_IDNAT
from lgo_sandbox.wire.fhir import FHIR_JSON

__all__ = ["capability_statement", "openapi"]

DATE = "2026-11-28"
TITLE = "Ordonnance numérique (SIMULATION)"
WARNING = "Contrat du bac à sable : celui du téléservice national n'est pas public."
NUMBER = {"type": "string", "pattern": f"^[0-9A-Z]{{{codes.NUMBER_LENGTH}}}$"}


def capability_statement(root: str) -> dict[str, Any]:
    """Return what the service can do, at an address."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": DATE,
        "kind": "instance",
        "description": WARNING,
        "software": {"name": TITLE},
        "implementation": {"description": TITLE, "url": root},
        "fhirVersion": "4.0.1",
        "format": [FHIR_JSON],
        "rest": [
            {"mode": "server", "security": _security(), "operation": [_operation(o) for o in OPERATIONS if o.body]}
        ],
    }


def _security() -> dict[str, Any]:
    coding = {"system": "http://terminology.hl7.org/CodeSystem/restful-security-service", "code": "OAuth"}
    return {"service": [{"coding": [coding]}], "description": "Jeton d'accès Pro Santé Connect et en-tête X-Structure"}


def _operation(one: Contracted) -> dict[str, Any]:
    name = one.path.rpartition("$")[2]
    said = f"{one.name} : {one.title}. {one.method} {one.path}"
    return {"name": name, "definition": f"{codes.SYSTEM_OPERATIONS}:{name}", "documentation": said}


def openapi(root: str) -> dict[str, Any]:
    """Return the contract as an OpenAPI document, at an address."""
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _described(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1", "description": WARNING},
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"securitySchemes": {"psc": {"type": "http", "scheme": "bearer"}}},
    }


def _described(one: Contracted) -> dict[str, Any]:
    body = {"requestBody": _request_body(one)} if one.body else {}
    return {
        "operationId": one.name,
        "summary": one.title,
        "security": [] if one.open else [{"psc": []}],
        "parameters": [*_path_parameters(one), *_query(one), *([] if one.open else [_structure()])],
        **body,
        "responses": {
            str(one.status): _response(one.title, one.gives),
            "default": _response("Refus, avec un code à nous", "OperationOutcome"),
        },
    }


def _path_parameters(one: Contracted) -> list[dict[str, Any]]:
    named = {"name": "numero", "in": "path", "required": True, "schema": NUMBER}
    return [named] if "{numero}" in one.path else []


def _query(one: Contracted) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "required": True, "schema": {"type": "string"}} for name in one.query]


def _structure() -> dict[str, Any]:
    said = f"{OID_STRUCT_IDNAT}|numéro d'une structure du professionnel"
    schema = {"type": "string"}
    return {"name": "X-Structure", "in": "header", "required": False, "schema": schema, "description": said}


def _request_body(one: Contracted) -> dict[str, Any]:
    return {"required": True, "content": {FHIR_JSON: {"schema": _body(one)}}}


def _body(one: Contracted) -> dict[str, Any]:
    if one.body != PARAMETERS:
        return _resource(one.body)
    name = {"type": "string", "enum": list(one.parts)}
    part = {"type": "object", "required": ["name"], "properties": {"name": name, "valueString": {"type": "string"}}}
    members = {"resourceType": {"const": PARAMETERS}, "parameter": {"type": "array", "items": part}}
    return {"type": "object", "required": ["resourceType", "parameter"], "properties": members}


def _response(said: str, gives: str) -> dict[str, Any]:
    if gives == "OpenAPI":
        return {"description": said, "headers": _headers(), "content": {"application/json": {"schema": {}}}}
    return {"description": said, "headers": _headers(), "content": {FHIR_JSON: {"schema": _resource(gives)}}}


def _headers() -> dict[str, Any]:
    return {codes.SIMULATION_HEADER: {"schema": {"const": codes.SIMULATION}, "required": True}}


def _resource(kind: str) -> dict[str, Any]:
    return {"type": "object", "required": ["resourceType"], "properties": {"resourceType": {"const": kind}}}
