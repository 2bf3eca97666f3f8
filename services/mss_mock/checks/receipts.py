"""Receipts that are asked at sending, and what another operator makes of a mail.

Source: docs/sources/mssante.md (Accusé de remise, Accusé de lecture, Entre opérateurs). Pure functions of facts.
"""

from __future__ import annotations

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from mss_mock.checks.wording import MESSAGE
from mss_mock.codes import PATIENT_DOMAIN
from mss_mock.codes.operators import REFUSED_BY_OTHER, WAITING
from mss_mock.facts import Fate, Mail, MailEnvelope, MailFates

__all__ = ["RECEIPT_CHECKS"]

_BACK = {
    "5.1.1": "adresse inconnue de l'opérateur du destinataire",
    REFUSED_BY_OTHER.status: "refusé par l'opérateur du destinataire, ou domaine ôté de la liste blanche",
    **{wait.status: wait.cause for wait in WAITING.values()},
}


def is_citizen(fate: Fate) -> bool:
    """Tell whether a fate is that of a mail to a citizen."""
    return fate.address.endswith(f"@{PATIENT_DOMAIN}")


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


def _back(seen: Observed[Mail]) -> Outcome:
    fates = seen.also(MailFates)
    back = [one for one in fates.fates if one.status in _BACK and not is_citizen(one)] if fates is not None else []
    if not back:
        return None
    received = ", ".join(f"{one.address} : {one.status}, {_BACK[one.status]}" for one in back)
    return Violation(received, "un domaine de la liste blanche, dont l'opérateur accepte le message", where="RCPT TO")


BACK = Check(
    id="MSS-OPERATOR-BOUNCED",
    title="Message à un autre opérateur, accepté puis retardé ou revenu",
    reads=Mail,
    test=_back,
    source="docs/sources/mssante.md#entre-operateurs",
    remedy="Lisez le rapport dans la boîte : attendez s'il dit delayed, prévenez l'utilisateur s'il dit failed.",
    operations=MESSAGE,
    severity=Severity.INFO,
    confidence="M",
)

RECEIPT_CHECKS = (DELIVERY, READ, BACK)
