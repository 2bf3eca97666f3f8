"""What a CIBA client may be reproached with.

Source: specs/psc.md §4.4 (PSC-CIBA), §3.1–3.2. Facts: ``ciba`` (the parameters sent), ``earlier_messages``,
``earlier_sources``, ``source``, ``told_before`` (what the last poll was answered), ``refusal``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation
from psc_mock.codes import CHANNELS, CIBA_GRANT, exi

__all__ = ["CHECKS"]

CIBA = frozenset({"ciba"})
_DIGITS = re.compile(r"[0-9]{2}")
_RPPS = re.compile(r"8[0-9]{11}")
TELLING = 4
"""How many messages in a row betray that they are constant or counted."""
TERMINAL = {"ciba_denied": "access_denied", "ciba_expired": "expired_token"}


def _sent(observed: Observed) -> Mapping[str, Any] | None:
    sent = observed.facts.get("ciba")
    return sent if isinstance(sent, Mapping) else None


def _binding_message(observed: Observed) -> Outcome:
    sent = _sent(observed)
    if sent is None:
        return None
    message = str(sent.get("binding_message", ""))
    expected = "binding_message : deux chiffres tirés au hasard à chaque demande, montrés à l'utilisateur"
    if not _DIGITS.fullmatch(message):
        return Violation(f"binding_message={message or '(absent)'}", expected)
    row = [message, *map(str, observed.facts.get("earlier_messages", []))]
    if _predictable(row):
        return Violation(f"derniers messages : {', '.join(reversed(row))}", expected, "Message constant ou prévisible.")
    return True


def _predictable(newest_first: Sequence[str]) -> bool:
    if len(newest_first) < TELLING or not all(map(_DIGITS.fullmatch, newest_first)):
        return False
    numbers = [int(one) for one in newest_first[:TELLING]]
    steps = {(later - earlier) % 100 for later, earlier in pairwise(numbers)}
    return steps in ({0}, {1}, {99})


def _login_hint(observed: Observed) -> Outcome:
    sent = _sent(observed)
    if sent is None:
        return None
    hint = str(sent.get("login_hint", ""))
    return bool(_RPPS.fullmatch(hint)) or Violation(
        f"login_hint={hint or '(absent)'}", "8 suivi des 11 chiffres du RPPS"
    )


def _polls(observed: Observed) -> Outcome:
    facts = observed.facts
    if facts.get("grant_type") != CIBA_GRANT:
        return None
    before = facts.get("told_before")
    if before in TERMINAL:
        return Violation(
            f"interrogation après {TERMINAL[before]}", "plus aucune interrogation après une réponse finale"
        )
    if facts.get("refusal") == "ciba_too_early":
        again = " après slow_down" if before == "ciba_too_early" else ""
        return Violation(f"interrogation trop rapide{again}", f"attendre {facts.get('interval')} secondes")
    return True


def _channel(observed: Observed) -> Outcome:
    sent = _sent(observed)
    if sent is None:
        return None
    channel = str(sent.get("channel", ""))
    return channel in CHANNELS or Violation(f"channel={channel or '(absent)'}", " ou ".join(CHANNELS))


def _server(observed: Observed) -> Outcome:
    if _sent(observed) is None:
        return None
    others = [one for one in observed.facts.get("earlier_sources", []) if one != observed.facts.get("source")]
    if others:
        received = f"adresses {', '.join([*others, str(observed.facts.get('source'))])} pour un même client"
        return Violation(received, "un serveur entre les postes et Pro Santé Connect")
    return True


CHECKS = (
    Check(
        "PSC-CIBA-01",
        "Nombre de confirmation aléatoire",
        _binding_message,
        (exi(10), "PSC.01"),
        "specs/psc.md §4.4",
        "Tirer deux chiffres au hasard à chaque demande, et les afficher à l'utilisateur.",
        operations=CIBA,
    ),
    Check(
        "PSC-CIBA-02",
        "Identifiant national en login_hint",
        _login_hint,
        (exi(10), "PSC.01"),
        "specs/psc.md §4.4",
        "Envoyer l'identifiant national : 8 suivi des 11 chiffres du RPPS.",
        operations=CIBA,
    ),
    Check(
        "PSC-CIBA-03",
        "Rythme des interrogations",
        _polls,
        (exi(9), exi(10), "PSC.01"),
        "specs/psc.md §4.4",
        "Attendre interval secondes entre deux interrogations, et s'arrêter à access_denied ou expired_token.",
        operations=frozenset({"token"}),
        severity=Severity.WARNING,
    ),
    Check(
        "PSC-CIBA-04",
        "Moyen demandé",
        _channel,
        (exi(10), "PSC.01"),
        "specs/psc.md §4.4",
        "Envoyer channel=MOBILE pour l'e-CPS, ou channel=CARD pour la carte.",
        operations=CIBA,
    ),
    Check(
        "PSC-CIBA-05",
        "Demandes CIBA faites par un serveur",
        _server,
        (exi(10), "PSC.01"),
        "specs/psc.md §4.4",
        "Faire passer les demandes des postes par un serveur, seul à connaître les secrets du client.",
        confidence="M",
        operations=CIBA,
        severity=Severity.WARNING,
    ),
)
