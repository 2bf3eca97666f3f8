"""Receipts: asked at sending, given back after reading.

Source: docs/sources/mssante.md (Accusé de remise, Accusé de lecture). Pure functions of facts.
"""

from __future__ import annotations

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from mss_mock.checks.wording import MESSAGE
from mss_mock.facts import Mail, MailEnvelope

__all__ = ["RECEIPT_CHECKS"]


def _delivery(seen: Observed[Mail]) -> Outcome:
    content, envelope = seen.facts.read, seen.also(MailEnvelope)
    asked = envelope is not None and "SUCCESS" in envelope.notify
    return content is not None and (asked or bool(content.head.delivery_receipt))


DELIVERY = Check(
    id="MSS-DELIVERY-RECEIPT",
    title="Accusé de remise demandé",
    reads=Mail,
    test=_delivery,
    source="docs/sources/mssante.md#accuse-de-remise",
    remedy="Demandez l'accusé par Return-Receipt-To, ou par NOTIFY=SUCCESS dans RCPT TO.",
    requirements=("LGO.MSS.13",),
    operations=MESSAGE,
    aliases=("mss.delivery-receipt",),
)


def _read(seen: Observed[Mail]) -> Outcome:
    return seen.facts.read is not None and bool(seen.facts.read.head.read_receipt)


READ = Check(
    id="MSS-READ-RECEIPT",
    title="Accusé de lecture demandé",
    reads=Mail,
    test=_read,
    source="docs/sources/mssante.md#accuse-de-lecture",
    remedy="Demandez l'accusé par Disposition-Notification-To, avec l'adresse de la boîte ouverte.",
    requirements=("MSS/UX.33",),
    operations=MESSAGE,
    aliases=("mss.read-receipt",),
)


def _report(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None or not content.reports_reading:
        return None
    return bool(content.reported_message) or Violation(
        "un rapport de lecture sans Original-Message-ID", "Original-Message-ID: le Message-ID du message lu"
    )


REPORT = Check(
    id="MSS-READ-REPORT",
    title="Accusé de lecture renvoyé",
    reads=Mail,
    test=_report,
    source="docs/sources/mssante.md#accuse-de-lecture-renvoye",
    remedy="Recopiez le Message-ID du message lu dans Original-Message-ID du rapport.",
    requirements=("MSS/UX.34",),
    operations=MESSAGE,
    aliases=("mss.read-report",),
)

RECEIPT_CHECKS = (DELIVERY, READ, REPORT)
