"""An exchange with the DMP, for people: who asked what about whom, and the messages made readable.

Source: own choice. Never raises: what does not read is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from health_documents.xml import MalformedXml, parse
from lgo_sandbox.contract import Decoded
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.wire.mtom import MtomError, read_package

__all__ = ["decode"]

_MAX_SHOWN = 200_000


def decode(exchange: Exchange) -> Decoded:
    """Return an exchange as French labelled values."""
    facts = exchange.facts
    request = [*_asker(facts.get("vihf", {})), *_asked(facts), *_xml(exchange.request_headers, exchange.request_body)]
    response = [*_answered(facts), *_xml(exchange.response_headers, exchange.response_body)]
    return Decoded(exchange.summary or exchange.operation or exchange.target, tuple(request), tuple(response))


def _asker(vihf: dict[str, Any]) -> Iterator[tuple[str, str]]:
    labels = {
        "mode": "Mode d'authentification",
        "name_id": "Utilisateur",
        "structure": "Structure",
        "purpose": "Mode d'accès",
        "patient": "INS du patient",
        "lps": "Logiciel",
    }
    for name, label in labels.items():
        if vihf.get(name):
            yield label, str(vihf[name])
    if vihf:
        yield "VIHF signé", "oui" if vihf.get("signed") else "non"


def _asked(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for document in facts.get("documents", ()):
        yield (
            "Document",
            f"{document['type']} (classe {document['class']}, {document['format']}), {document['unique_id']}",
        )
    if query := facts.get("query"):
        yield "Requête", f"{query['name']} ({query['return_type']}) : {', '.join(query['parameters'])}"
    if "retrieved" in facts:
        yield "Documents lus", ", ".join(facts["retrieved"])


def _answered(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if refusal := facts.get("refusal"):
        yield "Refus", f"{refusal['reason']} (code {refusal['code'] or 'sans sous-code'})"
    for error in facts.get("xds_errors", ()):
        yield "Erreur XDS", f"{error['code']} : {error['context']}"
    if dmp := facts.get("dmp"):
        yield "DMP", f"{dmp['status']} {dmp['authorisation']}".strip()
    if "found" in facts:
        yield "Documents trouvés", str(facts["found"])


def _xml(headers: Sequence[tuple[str, str]], body: bytes) -> Iterator[tuple[str, str]]:
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    try:
        root = parse(read_package(content_type, body).root)
    except (MtomError, MalformedXml):
        return
    etree.indent(root)
    yield "Message", etree.tostring(root, encoding="unicode")[:_MAX_SHOWN]
