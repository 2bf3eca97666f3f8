"""TD2.2, feeding by the card of somebody who is no professional (CPE): the lot of TD2.1, imputed to his structure.

Source: docs/sources/dmp.md#alimentation-cpe (matrix 526 v1.8, high); the message is that of TD2.1, and the VIHF alone
tells them apart: DIRECTE, by a role that is no profession.
"""

from __future__ import annotations

from dmp_mock.codes.names import NS_XDSB, REPOSITORY
from dmp_mock.facts import LotFed
from dmp_mock.transaction import Actions, Body, Described, PageRow, Transaction
from dmp_mock.transactions.td2_1 import TRANSACTION as TD2_1
from dmp_mock.transactions.td2_1 import decode, fail, serve
from dmp_mock.transactions.td2_1.reading import is_by_cpe
from dmp_mock.wire.registry import NS_RS
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["TRANSACTION"]

NAME = "td2.2"
_REQUEST = f"{{{NS_XDSB}}}ProvideAndRegisterDocumentSetRequest"


def named_author(seen: Observed[LotFed]) -> Outcome:
    """A professional is the author of what a secretary feeds: the secretary has no right to read it again."""
    odd = [document.unique_id for document in seen.facts.documents if not document.by_professional]
    if not seen.facts.documents:
        return None
    received = f"aucun PS_IdNat dans authorPerson de {', '.join(odd)[:200]}"
    if not odd:
        return seen.facts.taken or None
    return Violation(received, "le professionnel qui a produit le document", where="authorPerson")


TRANSACTION = Transaction(
    name=NAME,
    title="Alimentation par CPE",
    path=REPOSITORY,
    body=Body(qname=_REQUEST, is_meant=is_by_cpe),
    actions=Actions(request=TD2_1.actions.request, response=TD2_1.actions.response, also=frozenset()),
    right="TD2.2",
    one_patient=True,
    serve=serve,
    fail=fail,
    describe=Described(
        port="Repository",
        operation="ProvideAndRegisterDocumentSet-b",
        asked=_REQUEST,
        answered=f"{{{NS_RS}}}RegistryResponse",
        schemas=(),
    ),
    decode=decode,
    page=PageRow(wire="ITI-41, MTOM, VIHF of a CPE", serves="as TD2.1, imputed to the structure"),
    checks=(
        Check(
            id="DMP-CPE-AUTHOR",
            title="Document versé par CPE sans auteur professionnel",
            reads=LotFed,
            test=named_author,
            source="docs/sources/dmp.md#alimentation-cpe",
            remedy="Mettez dans authorPerson le professionnel qui a produit le document, non la personne qui l'envoie.",
            confidence="M",
            severity=Severity.INFO,
            operations=frozenset({NAME}),
        ),
    ),
)
