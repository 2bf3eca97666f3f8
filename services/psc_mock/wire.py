"""Bytes ⇄ values of Pro Santé Connect: parameters, credentials, cookies, JSON answers, redirects.

Source: docs/sources/transport.md#oauth (RFC 6749 §5 and appendix B, RFC 6750 §3, RFC 9207). Knows no rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.browsing import NO_STORE, cookie, redirect, set_cookie, with_parameters
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.json import write_json
from lgo_sandbox.wire.oauth import BadAuthorization, BadForm, Basic, Bearer, read_authorization, read_form
from psc_mock.codes import REALM
from psc_mock.domain.refusals import ABSENT, Refused, Shown

__all__ = [
    "AUTHORIZATION",
    "MAX_FORM",
    "NO_STORE",
    "bearer_token",
    "client_credentials",
    "cookie",
    "error_answer",
    "form",
    "json_answer",
    "parameters",
    "problem_answer",
    "redirect",
    "set_cookie",
    "token_answer",
    "with_headers",
    "with_parameters",
]

MAX_FORM = 64 * 1024
MAX_FIELDS = 100
JSON = "application/json"
AUTHORIZATION = "en-tête Authorization"
MAX_NAME, MAX_SCHEME = 60, 20
BAD_REQUEST, NOT_FOUND, METHOD_NOT_ALLOWED, INTERNAL_ERROR, UNAVAILABLE = 400, 404, 405, 500, 503


def form(data: bytes) -> dict[str, str]:
    """Return the parameters of a form. Raises Refused."""
    try:
        return read_form(data, max_bytes=MAX_FORM, max_fields=MAX_FIELDS)
    except BadForm as error:
        if error.parameter is None:
            raise Refused("unreadable_form", received=error.reason, where="corps de la requête") from error
        name = error.parameter[:MAX_NAME]
        raise Refused("duplicated_parameter", received=f"{name} donné deux fois", where=f"paramètre {name}") from error


def parameters(data: bytes) -> tuple[dict[str, str], frozenset[str]]:
    """Return the parameters of an authorization request, the first of each name, and the names given twice.

    Raises Shown when they cannot be read at all.
    """
    try:
        return read_form(data, max_bytes=MAX_FORM, max_fields=MAX_FIELDS), frozenset()
    except BadForm as error:
        if error.parameter is None:
            raise Shown("request_unreadable", received=error.reason, where="paramètres de la requête") from error
    try:
        text = data.decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        unreadable = "texte qui n'est pas en UTF-8"
        raise Shown("request_unreadable", received=unreadable, where="paramètres de la requête") from error
    names = [name for name, _ in pairs]
    return dict(reversed(pairs)), frozenset(name for name in names if names.count(name) > 1)


def client_credentials(header: str | None, fields: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """Return what the client says it is and its secret, as alternatives: Basic form-decoded and raw, else the form.

    No credentials at all: an empty list. Raises Refused for an unreadable header.
    """
    try:
        credentials = read_authorization(header)
    except BadAuthorization as error:
        remedy = "Écrire Authorization: Basic, puis « client_id:client_secret » en Base64."
        received = f"{error.reason} ({_measured(header)})"
        raise Refused("client_unknown", received=received, where=AUTHORIZATION, remedy=remedy) from error
    if isinstance(credentials, Basic):
        decoded = credentials.form_decoded()
        readings = dict.fromkeys([(c.identifier, c.secret) for c in (decoded, credentials)])
        return list(readings)
    client_id = fields.get("client_id")
    return [(client_id, fields.get("client_secret"))] if client_id else []


def bearer_token(header: str | None, fields: Mapping[str, str]) -> str:
    """Return the access token of the header or the form. Raises Refused when there is none, or it is unreadable."""
    try:
        credentials = read_authorization(header)
    except BadAuthorization as error:
        bearer = error.scheme == "bearer"
        remedy = "Envoyer après Bearer l'access_token tel que reçu, et rien d'autre." if bearer else ""
        code = "bearer_invalid" if bearer else "bearer_missing"
        received = f"{error.reason} ({_measured(header)})"
        raise Refused(code, received=received, where=AUTHORIZATION, remedy=remedy) from error
    if isinstance(credentials, Bearer):
        return credentials.token
    if token := fields.get("access_token"):
        return token
    basic = "identifiants Basic, et non un jeton" if credentials else f"en-tête Authorization {ABSENT}"
    raise Refused("bearer_missing", received=basic, where=AUTHORIZATION)


def _measured(header: str | None) -> str:
    """Return an Authorization header that cannot be read as findings show it: its first word, which is no secret."""
    first, blank, _ = (header or "").strip().partition(" ")
    named = f"« {first[:MAX_SCHEME]} … »" if blank else "un seul mot"
    return f"{named}, {counted(len(header or ''), 'caractère')}"


def json_answer(value: Any, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> RawResponse:
    """Return a JSON answer."""
    return RawResponse(status, write_json(value), JSON, tuple(headers))


def with_headers(answer: RawResponse, headers: Sequence[tuple[str, str]]) -> RawResponse:
    """Return an answer with further headers."""
    return replace(answer, headers=(*answer.headers, *headers))


def token_answer(value: Any, status: int = 200) -> RawResponse:
    """Return an answer of the token endpoint, which nobody may cache."""
    return json_answer(value, status, NO_STORE)


def error_answer(refused: Refused) -> RawResponse:
    """Return a refusal in OAuth's form; those of UserInfo carry a challenge."""
    known = refused.entry
    if refused.code == "bearer_missing":
        return RawResponse(401, b"", "", (("WWW-Authenticate", f'Bearer realm="{REALM}"'), *NO_STORE))
    headers = list(NO_STORE)
    if refused.code in ("bearer_invalid", "scope_insufficient"):
        challenge = f'Bearer realm="{REALM}", error="{known.error}", error_description="{known.description}"'
        headers.insert(0, ("WWW-Authenticate", challenge))
    return json_answer(_error_body(known.error, known.description), known.status, headers)


def _error_body(error: str, description: str) -> dict[str, str]:
    return {"error": error, "error_description": description} if description else {"error": error}


def problem_answer(problem: Problem) -> RawResponse:
    """Return what the sandbox itself refuses, in OAuth's form."""
    status = problem.status
    if problem.kind is ProblemKind.INTERNAL and status in (NOT_FOUND, METHOD_NOT_ALLOWED):
        error = f"HTTP {status} {'Not Found' if status == NOT_FOUND else 'Method Not Allowed'}"
    elif status == UNAVAILABLE:
        error = "temporarily_unavailable"
    elif problem.kind is ProblemKind.CERTIFICATE:
        error = "invalid_client"
    else:
        error = "server_error" if status >= INTERNAL_ERROR else "invalid_request"
    return json_answer(_error_body(error, problem.message), status, [*problem.headers.items(), *NO_STORE])
