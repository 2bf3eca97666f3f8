"""Every refusal of the control API: a status and ``{"erreur": message}``, the message in French.

Source: own contract (design « Control API »). Knows no route.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lgo_sandbox.contract import Refusal
from lgo_sandbox.gate.record import RETRY_AFTER, STORE_STATUS
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.tenant.sessions import (
    BadDump,
    InvalidName,
    SessionError,
    SessionExists,
    TooManySessions,
    UnknownSession,
)

__all__ = ["ControlError", "add_error_handlers", "error_response"]

INVALID = 422
_SESSION_STATUSES: Mapping[type[SessionError], int] = {
    UnknownSession: 404,
    SessionExists: 409,
    InvalidName: INVALID,
    BadDump: INVALID,
    TooManySessions: 429,
}
_HTTP_MESSAGES = {
    400: "requête illisible",
    404: "chemin inconnu : voir /_sandbox/v1/openapi.json",
    405: "méthode non autorisée sur ce chemin",
    413: "corps de requête trop volumineux",
}
_VALIDATION_MESSAGES = {
    "missing": "champ obligatoire",
    "extra_forbidden": "champ inconnu",
    "json_invalid": "ce n'est pas du JSON",
    "model_attributes_type": "un objet JSON est attendu",
    "dict_type": "un objet JSON est attendu",
    "list_type": "une liste est attendue",
    "string_type": "un texte est attendu",
    "int_type": "un entier est attendu",
    "int_parsing": "un entier est attendu",
    "int_from_float": "un entier est attendu",
    "float_type": "un nombre est attendu",
    "float_parsing": "un nombre est attendu",
    "finite_number": "un nombre fini est attendu",
    "bool_type": "vrai ou faux (true, false) est attendu",
    "bool_parsing": "vrai ou faux (true, false) est attendu",
    "enum": "valeurs admises : {expected}",
    "literal_error": "valeurs admises : {expected}",
    "greater_than": "plus de {gt}",
    "greater_than_equal": "{ge} au moins",
    "less_than_equal": "{le} au plus",
    "string_too_short": "{min_length} au moins",
    "string_too_long": "{max_length} au plus",
    "string_pattern_mismatch": "forme attendue : {pattern}",
    "too_long": "{max_length} éléments au plus",
    "timezone_aware": "le fuseau horaire est obligatoire (par exemple 2026-01-31T08:00:00Z)",
    "datetime_parsing": "une date ISO 8601 est attendue",
    "datetime_from_date_parsing": "une date et une heure ISO 8601 sont attendues",
    "datetime_type": "une date ISO 8601 est attendue",
}
_PLACES = frozenset({"body", "query", "path"})


class ControlError(Exception):
    """The control API refuses: an HTTP status and a French message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def error_response(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the body that every refusal has."""
    return JSONResponse({"erreur": message}, status, headers)


def add_error_handlers(app: FastAPI) -> None:
    """Make every error of the application leave as ``error_response``."""
    for error, handler in {
        ControlError: _on_own,
        Refusal: _on_own,
        SessionError: _on_session,
        StoreError: _on_store,
        RequestValidationError: _on_validation,
        HTTPException: _on_http,
        Exception: _on_defect,
    }.items():
        app.add_exception_handler(error, handler)


async def _on_own(_request: Request, error: Any) -> Response:
    return error_response(error.status, str(error))


async def _on_session(_request: Request, error: Exception) -> Response:
    return error_response(_SESSION_STATUSES.get(type(error), INVALID), str(error))  # type: ignore[arg-type]


async def _on_store(_request: Request, error: Exception) -> Response:
    return error_response(STORE_STATUS, str(error), {"Retry-After": RETRY_AFTER})


async def _on_validation(_request: Request, error: Any) -> Response:
    return error_response(INVALID, " ; ".join(_explained(detail) for detail in error.errors()))


async def _on_http(_request: Request, error: Any) -> Response:
    message = _HTTP_MESSAGES.get(error.status_code, str(error.detail))
    return error_response(error.status_code, message, error.headers)


async def _on_defect(_request: Request, _error: Exception) -> Response:
    return error_response(500, "erreur interne du bac à sable")


def _explained(detail: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in detail["loc"] if part not in _PLACES and not isinstance(part, int))
    values = _Context(detail.get("ctx") or {})
    if "expected" in values:  # 'a', 'b' or 'c'
        values["expected"] = str(values["expected"]).replace("'", "").replace(" or ", " ou ")
    if str(detail["type"]).startswith("string_too_"):
        values |= {name: _characters(value) for name, value in values.items()}
    message = _VALIDATION_MESSAGES.get(detail["type"], "valeur invalide").format_map(values)
    return f"{place} : {message}" if place else message


def _characters(number: int) -> str:
    return f"{number} caractère{'s' if number > 1 else ''}"


class _Context(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
