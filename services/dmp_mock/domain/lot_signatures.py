"""Whether the signature of a lot is worth something: what it signs, who signed, when.

Source: docs/sources/dmp.md#signature-de-lot-valeur. Each broken part is told with its value and its place; what the
real DMP makes of one is not known: a refusal is an option.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dmp_mock.codes import lot_signatures as codes
from dmp_mock.codes.trust import FAMILIES
from dmp_mock.codes.trust import WORDS as CERTIFICATES
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import XdsError
from dmp_mock.domain.names import same_name
from dmp_mock.domain.trust import Judged
from lgo_sandbox.pki import Family, Judgement

__all__ = ["BrokenPart", "SignedLot", "Verified", "broken_parts", "signature_errors"]

_SIGNERS = frozenset({Family.PROFESSIONAL_SIGN, Family.ORGANISATION_SIGN})
_DRIFT = timedelta(minutes=5)
_KEY_INFO, _PROPERTIES = "Signature01, KeyInfo", "Signature01, SignedProperties"
_URN_OID = "urn:oid:"
MAX_TOLD = 5


@dataclass(frozen=True, slots=True)
class Verified:
    """What cryptography says of a signature: (problem, value, place) of each broken piece, (URI, digest) of what the
    manifest cites, and what the signed properties tell.
    """

    broken: tuple[tuple[str, str, str], ...]
    cited: tuple[tuple[str, str], ...]
    time: str
    issuer: str
    serial: str


@dataclass(frozen=True, slots=True)
class SignedLot:
    """What a signature ought to be of: the lot, its documents, and for whom (user, structure, its legal person)."""

    unique_id: str
    documents: frozenset[str]
    person: str
    structures: frozenset[str]


@dataclass(frozen=True, slots=True)
class BrokenPart:
    """A part of the signature that is wrong."""

    where: str
    received: str
    expected: str
    remedy: str


def broken_parts(verified: Verified, lot: SignedLot, signer: Judged | None, now: datetime) -> tuple[BrokenPart, ...]:
    """Return every broken part of a signature; ``signer`` is the certificate that it shows, judged. ``now``: wire time.

    Wrong digests of documents are another finding's.
    """
    parts = [_part(problem, received, f"Signature01, {where}") for problem, received, where in verified.broken]
    parts += _cited(verified, lot)
    if signer is not None:
        parts += _signer(signer, lot)
        parts += _named(verified, signer)
    parts += _time(verified, now)
    return tuple(parts)


def _part(problem: str, received: str, where: str, expected: str = "") -> BrokenPart:
    words = codes.WORDS[problem]
    return BrokenPart(where, received, expected or words.expected, words.remedy)


def _cited(verified: Verified, lot: SignedLot) -> Iterator[BrokenPart]:
    for uri, digest in verified.cited:
        unique_id = uri.removeprefix(_URN_OID)
        where = f"Signature01, Manifest/Reference « {uri[:120]} »"
        if unique_id == lot.unique_id and digest != codes.DIGEST_OF_LOT:
            yield _part(codes.LOT_DIGEST, f"DigestValue {digest[:64] or 'absente'}", where)
        elif unique_id not in lot.documents and unique_id != lot.unique_id:
            yield _part(codes.STRANGER, uri[:120] or "une Reference sans URI", where)


def _signer(signer: Judged, lot: SignedLot) -> Iterator[BrokenPart]:
    certificate = signer.certificate
    if signer.verdict is not Judgement.OK:
        received, expected = CERTIFICATES[signer.verdict]
        told = {
            "issuer": certificate.issuer,
            "serial": f"{certificate.serial:x}",
            "not_before": f"{certificate.not_before:%Y-%m-%d}",
            "not_after": f"{certificate.not_after:%Y-%m-%d}",
            "now": f"{signer.at:%Y-%m-%d}",
        }
        shown = f"« {certificate.subject} », {received.format(**told)}"
        yield _part(codes.SIGNER, shown, _KEY_INFO, expected.format(**told))
    elif certificate.family not in _SIGNERS:
        yield _part(codes.USAGE, FAMILIES[certificate.family], _KEY_INFO)
    elif certificate.national_id:
        if certificate.national_id != lot.person:
            yield _other(f"la carte de « {certificate.national_id} »", lot)
    elif certificate.organisational_unit not in lot.structures:
        yield _other(f"le cachet de « {certificate.organisational_unit} »", lot)


def _other(received: str, lot: SignedLot) -> BrokenPart:
    own = ", ".join(sorted(lot.structures))
    return _part(codes.OTHER, received, _KEY_INFO, f"la carte de « {lot.person} », ou le cachet de « {own} »")


def _named(verified: Verified, signer: Judged) -> Iterator[BrokenPart]:
    certificate = signer.certificate
    if not (verified.issuer or verified.serial):
        return
    if verified.serial != str(certificate.serial) or not same_name(verified.issuer, certificate.issuer):
        yield _part(
            codes.ISSUER,
            f"numéro {verified.serial[:60]} de « {verified.issuer[:200]} »",
            f"{_PROPERTIES}/SigningCertificate/IssuerSerial",
            f"numéro {certificate.serial} de « {certificate.issuer} »",
        )


def _time(verified: Verified, now: datetime) -> Iterator[BrokenPart]:
    told = verified.time
    try:
        moment = datetime.fromisoformat(told)
        late = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) > now + _DRIFT
    except (ValueError, OverflowError):
        late = True
    if late:
        yield _part(codes.LATE, told[:60] or "absente", f"{_PROPERTIES}/SigningTime")


def signature_errors(parts: tuple[BrokenPart, ...]) -> list[XdsError]:
    """Return broken parts as the errors that refuse a lot, the first ones when there are many."""
    return [
        XdsError(
            XdsCode.REPOSITORY_METADATA,
            f"signature du lot invalide : {one.received}",
            one.where,
            received=one.received,
            expected=one.expected,
            remedy=one.remedy,
        )
        for one in parts[:MAX_TOLD]
    ]
