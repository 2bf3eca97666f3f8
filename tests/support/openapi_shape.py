"""Whether a JSON value has the shape that an OpenAPI document gives it: what our contracts use of JSON Schema."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import httpx

__all__ = ["misfits", "operation_of"]

Json = dict[str, Any]
TYPES: dict[str, type] = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
READ = {"date": date.fromisoformat, "date-time": datetime.fromisoformat}


def operation_of(document: Json, operation_id: str) -> Json:
    """Return an operation of a document by its id."""
    found = (one for methods in document["paths"].values() for one in methods.values())
    return next(one for one in found if one["operationId"] == operation_id)


def misfits(document: Json, operation_id: str, answer: httpx.Response) -> list[str]:
    """Return what of an answer is not as the document says: its status, its media type, its members."""
    responses = operation_of(document, operation_id)["responses"]
    told = responses.get(str(answer.status_code), responses["default"] if answer.status_code >= 400 else None)
    if told is None:
        return [f"{operation_id}: status {answer.status_code}"]
    media = answer.headers["content-type"].partition(";")[0]
    if media not in told["content"]:
        return [f"{operation_id}: {media}"]
    schema = told["content"][media].get("schema")
    return _misfits(document, schema, answer.json(), operation_id) if schema else []


def _misfits(document: Json, schema: Json, found: Any, where: str) -> list[str]:
    if "$ref" in schema:
        return _misfits(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], found, where)
    if "enum" in schema or "const" in schema:
        return [] if found in schema.get("enum", [schema.get("const")]) else [f"{where}: {found}"]
    kind = schema["type"]
    right = isinstance(found, TYPES[kind]) and not (kind == "integer" and isinstance(found, bool))
    if not right:
        return [f"{where}: no {kind}"]
    if kind == "object":
        return _of_members(document, schema, found, where)
    if kind == "array":
        return [m for n, one in enumerate(found) for m in _misfits(document, schema["items"], one, f"{where}[{n}]")]
    return _of_limits(schema, found, where)


def _of_members(document: Json, schema: Json, value: Json, where: str) -> list[str]:
    members = schema["properties"]
    missing = [f"{where}.{name}: absent" for name in schema.get("required", ()) if name not in value]
    untold = [f"{where}.{name}: not in the document" for name in value if name not in members]
    within = [
        m
        for name in value
        if name in members
        for m in _misfits(document, members[name], value[name], f"{where}.{name}")
    ]
    return [*missing, *untold, *within]


def _of_limits(schema: Json, value: Any, where: str) -> list[str]:
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{where}: {value}"]
    if "minimum" in schema and not schema["minimum"] <= value <= schema.get("maximum", value):
        return [f"{where}: {value}"]
    if schema.get("format") in READ:
        try:
            READ[schema["format"]](value)
        except ValueError:
            return [f"{where}: {value}"]
    return []
