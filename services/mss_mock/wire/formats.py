"""Which format a client of the Annuaire Santé asks for.

Source: FHIR R4 §3.1.0.1.11 (``_format`` before ``Accept``; its short forms), RFC 9110 §12.5.1. Knows no resource.
"""

from __future__ import annotations

from lgo_sandbox.wire.media import read_media_type

__all__ = ["unserved_format"]

_SHOWN = 100
_JSON = frozenset({"application/fhir+json", "application/json", "text/json", "json", "application/*", "*/*"})


def unserved_format(accept: str, asked: str) -> str:
    """Return what was asked when JSON, which is all that is served, is not among it; else nothing."""
    wanted, name = (asked, "_format=") if asked else (accept, "Accept: ")
    ranges = [read_media_type(one.strip().replace(" json", "+json")) for one in wanted.split(",") if one.strip()]
    if not ranges or any(one.name in _JSON and one.parameters.get("q", "1").strip("0.") for one in ranges):
        return ""
    return f"{name}{wanted[:_SHOWN]}"
