"""What stands before the Annuaire Santé: its key, its pace, and the outages of its own.

Source: docs/sources/annuaire.md#cle-api, #debit, #pannes (key, pace, 404 and 502 in plain text: high; the words
of the other outages and of too many calls, those of Gravitee: medium; ``Retry-After``: ours). Knows no FHIR.
"""

from __future__ import annotations

import json
from collections import deque
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.exchange import FAULTED
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.oauth import same_secret
from mss_mock.codes import ANNUAIRE_KEY, GATEWAY_FAULTS
from mss_mock.domain import Refused
from mss_mock.facts import DirectoryPace

__all__ = ["check_key", "keep_pace", "outage_of", "too_fast"]

KEY_HEADER = "esante-api-key"
PER_SECOND = 17
"""Calls of one application in a second."""


def outage_of(call: Call) -> RawResponse | None:
    """Return what the gateway itself says, in plain text, when a tester armed one of its outages."""
    for fault in GATEWAY_FAULTS:
        if fault.name in call.struck:
            call.exchange.outcome = FAULTED
            call.summarise(f"Annuaire Santé : {fault.title}")
            return RawResponse(fault.status, fault.text.encode(), fault.media)
    return None


def check_key(call: Call) -> None:
    """Refuse a call without the key of the directory."""
    key = call.headers.get(KEY_HEADER, "")
    if not same_secret(key, ANNUAIRE_KEY):
        received = f"ESANTE-API-KEY: {key[:4]}… ({counted(len(key), 'caractère')})" if key else "ESANTE-API-KEY absent"
        raise Refused("annuaire-cle", received=received, expected="la clé du fichier de démarrage", where="en-tête")


_CALLS: WeakKeyDictionary[Session, deque[datetime]] = WeakKeyDictionary()
"""When the last calls of each session came. In this process: replicas count each their own."""


def keep_pace(call: Call) -> None:
    """Count the calls of the last second; by option, refuse one too many, else note it."""
    now = call.session.clock.wire()
    calls = _CALLS.setdefault(call.session, deque(maxlen=PER_SECOND * 10))
    while calls and not timedelta(0) <= now - calls[0] < timedelta(seconds=1):
        calls.popleft()
    refuses = call.session.option("mss.annuaire_rate") == "refuse"
    if len(calls) >= PER_SECOND and refuses:
        received, expected = f"{len(calls) + 1} appels en une seconde", f"{PER_SECOND} appels par seconde au plus"
        raise Refused("annuaire-debit", received=received, expected=expected, where="débit")
    calls.append(now)
    if len(calls) > PER_SECOND:
        call.note(DirectoryPace(calls=len(calls), limit=PER_SECOND))


def too_fast(refused: Refused) -> RawResponse:
    """Return the gateway's answer to one call too many: not FHIR, and when to come back."""
    body = {"message": refused.issue[1].format(limit=PER_SECOND), "http_status_code": refused.status}
    headers = (
        ("retry-after", "1"),
        ("x-rate-limit-limit", str(PER_SECOND)),
        ("x-rate-limit-remaining", "0"),
    )
    return RawResponse(refused.status, json.dumps(body).encode(), "application/json", headers)
