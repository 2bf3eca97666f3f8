"""The answers of the verification, unit and by batch: a contract of ours, and every answer says so.

Source: docs/sources/insi.md#verification: the unit answer has a ``Resultat`` with the ``CR`` of a search (low); its
codes, and all of the deposit and of the collection, are reconstructed. Knows no rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from insi_mock.codes import VERIFIED
from insi_mock.wire.answers import G3
from insi_mock.wire.names import BATCH_RESULT, CONTENT_TYPE, DECLARATION, VERIFICATION_RESULT
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.soap import write_envelope

__all__ = ["RECONSTRUCTED", "collected", "deposited", "verified"]

RECONSTRUCTED = ("X-Simulation", "INSI-OPERATION-RECONSTITUEE")


def verified(conforms: bool) -> RawResponse:
    """Return the answer to a unit verification."""
    return _response(f'<Resultat xmlns="{VERIFICATION_RESULT}">{_code(conforms)}</Resultat>')


def deposited(number: str, count: int, ready: datetime) -> RawResponse:
    """Return the receipt of a batch, with the moment from which it can be collected."""
    content = (
        f"<NumeroDepot>{escape(number)}</NumeroDepot><Nombre>{count}</Nombre>"
        f"<Disponibilite>{ready.isoformat(timespec='seconds').replace('+00:00', 'Z')}</Disponibilite>"
    )
    return _response(f'<AccuseDepot xmlns="{BATCH_RESULT}">{content}</AccuseDepot>')


def collected(number: str, results: Iterable[tuple[str, bool]] | None) -> RawResponse:
    """Return the results of a batch, or that it is being treated (None)."""
    state = "EN_COURS" if results is None else "TERMINE"
    told = "".join(
        f"<Verification ref={quoteattr(ref)}>{_code(conforms)}</Verification>" for ref, conforms in results or ()
    )
    content = f"<NumeroDepot>{escape(number)}</NumeroDepot><Etat>{state}</Etat>{told}"
    return _response(f'<ResultatMasse xmlns="{BATCH_RESULT}">{content}</ResultatMasse>')


def _code(conforms: bool) -> str:
    code, label = VERIFIED[conforms]
    return f"<CR><CodeCR>{code}</CodeCR><LibelleCR>{label}</LibelleCR></CR>"


def _response(content: str) -> RawResponse:
    body = DECLARATION + write_envelope(content.encode(), dialect=G3)
    return RawResponse(200, body, CONTENT_TYPE, (RECONSTRUCTED,))
