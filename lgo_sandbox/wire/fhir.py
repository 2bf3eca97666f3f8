"""FHIR R4 over HTTP: reading a resource, writing one, OperationOutcome and Bundle.

Source: HL7 FHIR R4 json.html (no null, no empty value; canonical form), operationoutcome.html, bundle.html;
specs/dmp.md §6.1, specs/mssante.md §4.1; confidence high. Knows no profile, no search and no service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from lgo_sandbox.wire.json import MAX_BYTES, BadJson, read_json, write_json

__all__ = [
    "FHIR_JSON",
    "Resource",
    "Severity",
    "bundle",
    "bundle_entry",
    "canonical_resource",
    "operation_outcome",
    "read_resource",
    "without_empty",
    "write_resource",
]

FHIR_JSON = "application/fhir+json"

Resource: TypeAlias = dict[str, Any]
Severity: TypeAlias = Literal["fatal", "error", "warning", "information"]


def read_resource(data: bytes, *, max_bytes: int = MAX_BYTES) -> Resource:
    """Return a resource. Raises BadJson for what is no JSON object with a ``resourceType``."""
    resource = read_json(data, max_bytes=max_bytes)
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise BadJson("le corps n'est pas une ressource FHIR : resourceType absent")
    return resource


def write_resource(resource: Mapping[str, Any]) -> bytes:
    """Return a resource as UTF-8 JSON, members in the order given, empty values left out."""
    return write_json(without_empty(resource))


def canonical_resource(resource: Mapping[str, Any]) -> bytes:
    """Return the canonical form, for digests and comparisons: members sorted, no white space, empty values left out."""
    return write_json(without_empty(resource), sort_members=True)


def without_empty(value: Any) -> Any:
    """Return a copy without the members and items that are None, "", {} or [], which FHIR forbids to write.

    A None in an array stays: it keeps primitive values and their extensions in step (json.html#primitive).
    """
    if isinstance(value, Mapping):
        members = {name: without_empty(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if not _empty(member)}
    if isinstance(value, list | tuple):
        items = [without_empty(item) for item in value]
        return [item for item in items if item is None or not _empty(item)]
    return value


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | Sequence | Mapping) and not value)


def operation_outcome(
    severity: Severity,
    code: str,
    *,
    diagnostics: str | None = None,
    details_text: str | None = None,
    expression: Iterable[str] = (),
) -> Resource:
    """Return an OperationOutcome of one issue; ``code`` is of the value set issue-type."""
    issue = {
        "severity": severity,
        "code": code,
        "details": {"text": details_text},
        "diagnostics": diagnostics,
        "expression": list(expression),
    }
    return {"resourceType": "OperationOutcome", "issue": [without_empty(issue)]}


def bundle_entry(
    full_url: str | None, resource: Mapping[str, Any] | None, *, search_mode: str | None = None, **members: Any
) -> dict[str, Any]:
    """Return a Bundle entry; further members (``request``, ``response``) follow."""
    return {
        **({"fullUrl": full_url} if full_url else {}),
        **({"resource": resource} if resource is not None else {}),
        **({"search": {"mode": search_mode}} if search_mode else {}),
        **members,
    }


def bundle(
    kind: str,
    entries: Iterable[Mapping[str, Any]] = (),
    *,
    total: int | None = None,
    links: Iterable[tuple[str, str]] = (),
    bundle_id: str | None = None,
    timestamp: str | None = None,
) -> Resource:
    """Return a Bundle of that type; ``links`` are (relation, url) pairs, ``total`` belongs to searches only."""
    members = {
        "resourceType": "Bundle",
        "id": bundle_id,
        "type": kind,
        "timestamp": timestamp,
        "total": total,
        "link": [{"relation": relation, "url": url} for relation, url in links],
        "entry": list(entries),
    }
    return {name: member for name, member in members.items() if not _empty(member)}
