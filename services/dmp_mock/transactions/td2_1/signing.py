"""The signature of a lot, verified: noted always, once the answer has left; refused before, by option.

Source: docs/sources/dmp.md#signature-de-lot-valeur. The cryptography is ``lgo_sandbox.wire.xades``, the rules are
``domain.lot_signatures``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dmp_mock import options
from dmp_mock.domain.errors import XdsFailure
from dmp_mock.domain.lot_signatures import BrokenPart, SignedLot, Verified, broken_parts, signature_errors
from dmp_mock.domain.lots import MatchedLot
from dmp_mock.domain.trust import Judged
from dmp_mock.facts import LotSigned, SignaturePart
from dmp_mock.wire.opened import Opened
from lgo_sandbox.pki import PeerCertificate
from lgo_sandbox.watch.facts import Lazy
from lgo_sandbox.wire.xades import XadesReport, verify_xades

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["check_lot_signature"]


def check_lot_signature(request: Admitted, matched: MatchedLot, opened: Mapping[str, Opened]) -> None:
    """Note what is broken of the lot's signature. Raises XdsFailure for it when the session wants.

    ``opened`` are the documents by the id of their entry.
    """
    signature = next((entry for entry in matched.lot.entries if entry.is_signature), None)
    if signature is None or len(matched.lot.sets) != 1:
        return
    sealed, call = opened[signature.id], request.call
    pki, now, wire_now = call.sandbox.pki, call.session.clock.age(), call.session.clock.wire()
    caller = request.caller
    lot = SignedLot(
        unique_id=matched.lot.sets[0].unique_id,
        documents=frozenset(entry.unique_id for entry in matched.lot.entries if not entry.is_signature),
        person=caller.national_id,
        structures=frozenset({caller.structure, request.legal_entity} - {""}),
    )

    def look() -> tuple[SignaturePart, ...]:
        report, signer = verify_xades(sealed.content, sealed.root), None
        if report.certificate_der is not None:
            peer = PeerCertificate.from_der(report.certificate_der)
            signer = Judged(peer, pki.judge(peer, now), now)
        return tuple(map(_noted, broken_parts(_verified(report), lot, signer, wire_now)))

    broken = Lazy(look)
    call.note(LotSigned(broken=broken))
    if options.refuses_signature(call.session) and broken.value:
        parts = tuple(BrokenPart(one.where, one.received, one.expected, one.remedy) for one in broken.value)
        raise XdsFailure(signature_errors(parts))


def _verified(report: XadesReport) -> Verified:
    return Verified(
        broken=tuple((str(one.problem), one.received, one.where) for one in report.broken),
        cited=tuple((one.uri, one.digest) for one in report.cited),
        time=report.signing.time,
        issuer=report.signing.issuer,
        serial=report.signing.serial,
    )


def _noted(part: BrokenPart) -> SignaturePart:
    return SignaturePart(where=part.where, received=part.received, expected=part.expected, remedy=part.remedy)
