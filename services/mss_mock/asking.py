"""What the HTTP door's two halves share: reading a query, and explaining a refusal. Knows no rule of either."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

from lgo_sandbox.gate.asgi import Call
from mss_mock.domain import Refused

__all__ = ["Query", "explain", "read_query"]

MAX_QUERY = 64 * 1024
MAX_FIELDS = 200

Query = list[tuple[str, str]]


def explain(call: Call, refused: Refused, who: str) -> None:
    """Note why an HTTP request is refused, for the finding that explains it."""
    refusal = refused.seen_in(call.exchange.target, "URL")
    call.refuse(replace(refusal, source="docs/sources/annuaire.md#refus"))
    call.summarise(f"{who} : {refused.known.title}")


def read_query(octets: str) -> Query:
    """Return the fields of a query or a form in their order. Raises Refused."""
    if len(octets) > MAX_QUERY:
        received, expected = f"{len(octets)} octets", f"{MAX_QUERY} octets au plus"
        raise Refused("annuaire-trop", received=received, expected=expected, where="requête")
    try:
        return parse_qsl(octets, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        received, expected = f"plus de {MAX_FIELDS} paramètres", f"{MAX_FIELDS} au plus"
        raise Refused("annuaire-trop", received=received, expected=expected, where="requête") from error
