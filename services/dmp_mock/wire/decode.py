"""An exchange with the DMP, for people: who asked what about whom, and the messages made readable.

What one transaction asked and answered is shown by its own file. Source: own choice. Never raises: what does not read
is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from dmp_mock.facts import VihfGiven, XdsErrors
from dmp_mock.tables import transaction_named
from dmp_mock.transaction import Shown
from health_documents.xml import MalformedXml, parse
from lgo_sandbox.contract import Decoded
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Noted
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.wire.mtom import MtomError, read_package

__all__ = ["decode"]

_MAX_SHOWN = 200_000


def decode(exchange: Exchange) -> Decoded:
    """Return an exchange as French labelled values."""
    noted, transaction = exchange.noted, transaction_named(exchange.operation)
    shown = transaction.decode(noted) if transaction else Shown(asked=(), answered=())
    request = [*_asker(noted), *shown.asked, *_xml(exchange.request_headers, exchange.request_body)]
    response = [*_refused(noted), *shown.answered, *_xml(exchange.response_headers, exchange.response_body)]
    return Decoded(exchange.summary or exchange.operation or exchange.target, tuple(request), tuple(response))


def _asker(noted: Noted) -> Iterator[tuple[str, str]]:
    given = noted.get(VihfGiven)
    if given is None:
        return
    values = (
        ("Mode d'authentification", given.mode),
        ("Utilisateur", given.name_id),
        ("Structure", given.structure),
        ("Mode d'accès", given.purpose),
        ("INS du patient", given.patient),
        ("Logiciel", given.software),
    )
    yield from ((label, value) for label, value in values if value)
    yield "VIHF signé", "oui" if given.signed else "non"


def _refused(noted: Noted) -> Iterator[tuple[str, str]]:
    told = noted.get(XdsErrors)
    for error in told.errors if told else ():
        yield "Erreur XDS", f"{error.code} : {error.context}"
    refusal = noted.get(Refusal)
    if refusal is not None and told is None:
        yield "Refus", refusal.message


def _xml(headers: Sequence[tuple[str, str]], body: bytes) -> Iterator[tuple[str, str]]:
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    try:
        root = parse(read_package(content_type, body).root)
    except (MtomError, MalformedXml):
        return
    etree.indent(root)
    yield "Message", etree.tostring(root, encoding="unicode")[:_MAX_SHOWN]
