"""The value of the lot's signature over real sockets: who signed, what, when; a finding always, a refusal by option."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from support.dmp_door import Dmp
from support.dmp_lots import Lot
from support.dmp_messages import status_of
from support.dmp_told import is_told

from lgo_sandbox.watch.checks import Severity
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.wire.xmldsig import FORMS

SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
FAILURE = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"
Made = Callable[[Dmp], Lot]


def _told(dmp: Dmp) -> tuple[str, str, str]:
    (finding,) = dmp.exchanges()[0].findings
    assert (finding.check_id, finding.severity) == ("DMP-LOT-SIGNATURE", Severity.WARNING)
    return finding.received, finding.where, finding.remedy


@pytest.mark.parametrize("c14n", FORMS)
@pytest.mark.parametrize("mode", ["indirect", "direct"])
def test_a_lot_signed_by_the_seal_or_by_the_card_is_right_in_every_form(dmp: Dmp, mode: str, c14n: str) -> None:
    lot = Lot([dmp.document()], c14n=c14n, sha256=mode == "direct")
    assert status_of(dmp.feed(lot=lot, vihf=getattr(dmp, mode)())) == SUCCESS
    assert dmp.findings() == []
    assert "DMP-LOT-SIGNATURE" in dmp.kept()


def test_the_seal_of_the_structure_signs_for_the_bearer_of_a_card_too(dmp: Dmp) -> None:
    lot = Lot([dmp.document()], signed_by=dmp.issue("org-sign"))
    assert status_of(dmp.feed(lot=lot, vihf=dmp.direct())) == SUCCESS
    assert dmp.findings() == []


BROKEN: dict[str, tuple[Made, str, str]] = {
    "expired": (lambda dmp: _signed_by(dmp, "org-sign", variant="expired"), "expiré le", "KeyInfo"),
    "revoked": (lambda dmp: _signed_by(dmp, "org-sign", variant="revoked"), "révoqué", "KeyInfo"),
    "wrongca": (lambda dmp: _signed_by(dmp, "org-sign", variant="wrongca"), "signé par", "KeyInfo"),
    "authentication": (lambda dmp: _signed_by(dmp, "org-auth"), "d'authentification", "KeyInfo"),
    "another structure": (lambda dmp: _signed_by(dmp, "org-sign", "hopital"), "cachet de « 10B0990041 »", "KeyInfo"),
    "another person": (lambda dmp: _signed_by(dmp, "cps-sign", "adjoint"), "carte de « 899700090022 »", "KeyInfo"),
    "another certificate named": (
        lambda dmp: Lot([dmp.document()], spoil=_serial),
        "numéro 1",
        "SigningCertificate/IssuerSerial",
    ),
    "to come": (
        lambda dmp: Lot([dmp.document()], signing_time=f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"),
        "20",
        "SigningTime",
    ),
    "no time": (lambda dmp: Lot([dmp.document()], signing_time="hier"), "hier", "SigningTime"),
    "digest of the lot": (
        lambda dmp: Lot([dmp.document()], spoil=lambda s: s.replace(b">AA==<", b">AB==<")),
        "DigestValue AB==",
        "Manifest/Reference « urn:oid:",
    ),
    "another document": (lambda dmp: Lot([dmp.document()], spoil=_cites_another), "urn:oid:1.2.3", "urn:oid:1.2.3"),
    "value": (
        lambda dmp: Lot([dmp.document()], tamper=lambda s: s.replace(b"<ds:SignatureValue>", b"<ds:SignatureValue>AA")),
        "SignatureValue AA",
        "SignatureValue",
    ),
    "external": (
        lambda dmp: Lot([dmp.document()], spoil=_external),
        "URI « file:///etc/passwd »",
        "file:///etc/passwd",
    ),
}


def _signed_by(dmp: Dmp, kind: str, who: str = "", variant: str = "good") -> Lot:
    holder = who or ("titulaire" if kind.startswith("cps") else "officine")
    return Lot([dmp.document()], signed_by=dmp.issue(kind, holder, variant))


def _serial(signature: bytes) -> bytes:
    head, _, tail = signature.partition(b"<ds:X509SerialNumber>")
    return head + b"<ds:X509SerialNumber>1" + tail


def _cites_another(signature: bytes) -> bytes:
    cited = signature[signature.index(b'<ds:Reference URI="urn:oid:') :].partition(b"</ds:Reference>")[0]
    uri = cited.partition(b'URI="')[2].partition(b'"')[0]
    added = cited.replace(uri, b"urn:oid:1.2.3") + b"</ds:Reference></ds:Manifest>"
    return signature.replace(b"</ds:Manifest>", added, 1)


def _external(signature: bytes) -> bytes:
    head, found, tail = signature.partition(b"</ds:SignedInfo>")
    reference = head[head.index(b"<ds:Reference ") :].partition(b"</ds:Reference>")[0]
    added = reference.replace(b'URI="#IHEManifest"', b'URI="file:///etc/passwd"') + b"</ds:Reference>"
    return head + added + found + tail


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_each_defect_is_a_finding_with_its_value_and_place_then_a_refusal_by_option(dmp: Dmp, case: str) -> None:
    made, received, where = BROKEN[case]
    assert status_of(dmp.feed(lot=made(dmp))) == SUCCESS
    told = _told(dmp)
    assert received in told[0]
    assert where in told[1]
    is_told(dmp.exchanges()[0])
    dmp.configure(lot_signature="refus")
    reply = dmp.feed(lot=made(dmp))
    assert (status_of(reply), set(reply.errors)) == (FAILURE, {"XDSRepositoryMetadataError"})
    assert {finding.check_id for finding in dmp.exchanges()[0].findings} == {"DMP-METADATA", "DMP-LOT-SIGNATURE"}
    assert status_of(dmp.feed(dmp.document())) == SUCCESS


def test_a_lot_refused_for_its_signature_is_not_stored(dmp: Dmp) -> None:
    dmp.configure(lot_signature="refus")
    dmp.feed(lot=Lot([dmp.document()], signed_by=dmp.issue("org-sign", variant="expired")))
    assert dmp.find().all("//rim:ExtrinsicObject") == []


def test_a_hostile_signature_is_taken_apart_without_a_defect_of_ours(dmp: Dmp) -> None:
    pieces = [b"<!-- x -->", b"&#0;", b"<ds:Object/>", b"\xff", b"=" * 500, b"<ds:SignedInfo/>", b" Id='IHEManifest'"]
    for at in range(100, 3000, 173):
        piece = pieces[at % len(pieces)]
        dmp.feed(lot=Lot([dmp.document()], tamper=lambda s, at=at, piece=piece: s[:at] + piece + s[at:]))
    outcomes: list[Exchange] = dmp.exchanges()
    assert {one.outcome for one in outcomes} <= {"answered", "refused"}
    assert all(one.findings for one in outcomes if one.outcome == "refused")
    assert "SANDBOX-INEXPLIQUE" not in {finding.check_id for one in outcomes for finding in one.findings}
