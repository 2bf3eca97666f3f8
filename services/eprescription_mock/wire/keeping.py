"""What was sent with a prescription and is given back as it was: the requests, and the resources beside them.

Source: docs/sources/eprescription.md#contenu-rendu; HL7 FHIR R4 bundle.html#references (every ``fullUrl`` absolute).
References inside the Bundle are led to the addresses under which it is given back; nothing else changes.
Knows no rule.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from eprescription_mock import codes
from eprescription_mock.wire.parts import Json

__all__ = ["kept_parts", "line_url"]

ABSOLUTE = ("urn:", "http://", "https://")
OURS = (codes.EXTENSION_REMAINING, codes.EXTENSION_RENEWALS)


def line_url(numero: str, line: str) -> str:
    """Return the ``fullUrl`` of a line: always the same, absolute, of no address that could move."""
    return _url(f"{numero}-{line}")


def _url(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'{codes.SYSTEM_EPU}|{name}')}"


def kept_parts(bundle: Json, kinds: tuple[str, ...], numero: str) -> tuple[list[str], str]:
    """Return each request as JSON, in order, and the entries beside them as JSON, empty when there are none.

    ``kinds`` are the resource types of requests. The Bundle has been read: its shape is right.
    """
    requests: list[tuple[str, Json]] = []
    others: list[tuple[str, Json]] = []
    renamed: dict[str, str] = {}
    for position, entry in enumerate(bundle.get("entry", ()), 1):
        resource = entry.get("resource") or {}
        if resource.get("resourceType") in kinds:
            url, into = line_url(numero, str(len(requests) + 1)), requests
        else:
            url, into = _own_url(entry.get("fullUrl"), numero, position), others
        into.append((url, resource))
        renamed |= dict.fromkeys(_names(entry, resource), url)
    sources = [json.dumps(_led(_without_ours(one), renamed, one), ensure_ascii=False) for _, one in requests]
    further = [{"fullUrl": url, "resource": _led(one, renamed, one)} for url, one in others if one]
    return sources, json.dumps(further, ensure_ascii=False) if further else ""


def _own_url(sent: Any, numero: str, position: int) -> str:
    return sent if isinstance(sent, str) and sent.startswith(ABSOLUTE) else _url(f"{numero}/{position}")


def _names(entry: Json, resource: Json) -> list[str]:
    kind, name, url = resource.get("resourceType"), resource.get("id"), entry.get("fullUrl")
    named = [f"{kind}/{name}", f"#{name}"] if isinstance(name, str) else []
    return [*named, url] if isinstance(url, str) else named


def _without_ours(request: Json) -> Json:
    extensions = [one for one in request.get("extension", ()) if one.get("url") not in OURS]
    return {**request, "extension": extensions} if "extension" in request else request


def _led(value: Any, renamed: Mapping[str, str], holder: Json) -> Any:
    """Return a copy whose references to entries name the addresses given back; contained resources stay inside."""
    if isinstance(value, list):
        return [_led(one, renamed, holder) for one in value]
    if not isinstance(value, dict):
        return value
    copy = {name: _led(one, renamed, holder) for name, one in value.items()}
    reference = value.get("reference")
    if isinstance(reference, str) and not _is_contained(reference, holder):
        copy["reference"] = renamed.get(reference, reference)
    return copy


def _is_contained(reference: str, holder: Json) -> bool:
    contained = holder.get("contained")
    inner = contained if isinstance(contained, list) else []
    return any(isinstance(one, dict) and reference == f"#{one.get('id')}" for one in inner)
