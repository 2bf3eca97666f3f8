"""What a CIBA client may be reproached with.

Source: docs/sources/psc.md, « CIBA ».
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import Any

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.refusals import Refusal
from psc_mock.checks.past import as_refused, refused_with
from psc_mock.codes import CHANNELS, EIDAS, SCOPE, TOLERATED_EIDAS
from psc_mock.domain.claims import looks_like_sub
from psc_mock.domain.refusals import told
from psc_mock.facts import CibaAsked, CibaPolled

__all__ = ["CHECKS", "polled_after_the_end"]

CIBA = frozenset({"ciba"})
_DIGITS = re.compile(r"[0-9]{2}")
_RPPS = re.compile(r"8[0-9]{11}")
TELLING = 4
"""How many messages in a row betray that they are constant or counted."""
TERMINAL = {"ciba_denied": "access_denied", "ciba_expired": "expired_token"}
SAME_STEPS = ({0}, {1}, {99})


def binding_message(seen: Observed[CibaAsked]) -> Outcome:
    """The message is two digits, drawn each time."""
    message, where = seen.facts.binding_message, "paramètre binding_message"
    expected = "binding_message : deux chiffres tirés au hasard à chaque demande, montrés à l'utilisateur"
    if not _DIGITS.fullmatch(message or ""):
        return Violation(told("binding_message", message), expected, where=where)
    row = [message or "", *(facts.binding_message or "" for facts in islice(_earlier(seen), TELLING - 1))]
    if _predictable(row):
        received = f"derniers messages : {', '.join(reversed(row))}"
        return Violation(received, expected, "Message constant ou prévisible.", where=where)
    return None


def _earlier(seen: Observed[CibaAsked]) -> Any:
    """Yield the earlier requests of this client that were taken, newest first."""
    for past, facts in seen.history.all(CibaAsked):
        if facts.client_id == seen.facts.client_id and past.outcome == "answered":
            yield facts


def _predictable(newest_first: Sequence[str]) -> bool:
    if len(newest_first) < TELLING or not all(map(_DIGITS.fullmatch, newest_first)):
        return False
    numbers = [int(one) for one in newest_first[:TELLING]]
    return {(later - earlier) % 100 for later, earlier in pairwise(numbers)} in SAME_STEPS


def login_hint(seen: Observed[CibaAsked]) -> Outcome:
    """The hint is the national identifier."""
    hint = seen.facts.login_hint
    if _RPPS.fullmatch(hint or ""):
        return None
    expected, where = "8 suivi des 11 chiffres du RPPS", "paramètre login_hint"
    if looks_like_sub(hint or ""):
        remedy = "Garder SubjectNameID de userinfo, et l'envoyer en login_hint : sub n'est qu'une clé technique."
        message = "C'est la forme d'un sub de Pro Santé Connect : l'identifiant national a été pris dans sub."
        return Violation(told("login_hint", hint), expected, message, remedy, where)
    return Violation(told("login_hint", hint), expected, where=where)


def scope(seen: Observed[CibaAsked]) -> Outcome:
    """The scope is the one that everybody asks for, as in an authorization request."""
    if set((seen.facts.scope or "").split()) == set(SCOPE.split()):
        return None
    return Violation(told("scope", seen.facts.scope), f"scope={SCOPE}", where="paramètre scope")


def polls(seen: Observed[CibaPolled]) -> Outcome:
    """Polls keep their pace, and end with the request."""
    if ended := polled_after_the_end(seen):
        received = f"une interrogation après {TERMINAL[ended]}"
        return Violation(received, "plus aucune interrogation après une réponse finale", where="auth_req_id")
    if served := refused_with(seen, "auth_req_id_invalid"):
        return as_refused(served)
    if refusal := refused_with(seen, "ciba_too_early"):
        before = next((past.noted.get(Refusal) for past, _ in _polls(seen)), None)
        again = " (après slow_down)" if before is not None and before.code == "ciba_too_early" else ""
        return Violation(refusal.received + again, refusal.expected, refusal.message, refusal.remedy, where="rythme")
    return None


def polled_after_the_end(seen: Observed[Any]) -> str:
    """Return the final answer that an earlier poll of the same request got, empty when none did."""
    told_before = (past.noted.get(Refusal) for past, _ in _polls(seen))
    return next((one.code for one in told_before if one is not None and one.code in TERMINAL), "")


def _polls(seen: Observed[Any]) -> Any:
    polled = seen.also(CibaPolled)
    return seen.history.all(CibaPolled, about=polled.request) if polled else ()


def channel(seen: Observed[CibaAsked]) -> Outcome:
    """The means is named."""
    asked = seen.facts.channel
    if asked in CHANNELS:
        return None
    message = "Lu ici comme MOBILE : nul ne sait ce que répondrait le service réel."
    return Violation(told("channel", asked), "channel=MOBILE ou channel=CARD", message, where="paramètre channel")


def acr_values(seen: Observed[CibaAsked]) -> Outcome:
    """The level is asked for, as at the authorization endpoint."""
    asked = seen.facts.acr_values
    values = set((asked or "").split())
    if EIDAS in values:
        return None
    tolerated = "Valeur tolérée des auditeurs, avec une remarque." if TOLERATED_EIDAS & values else ""
    message = tolerated or "Servi ici comme eidas1 : nul ne sait ce que répondrait le service réel."
    return Violation(told("acr_values", asked), f"acr_values={EIDAS}", message, where="paramètre acr_values")


def server(seen: Observed[CibaAsked]) -> Outcome:
    """One server asks for all workstations."""
    sources = dict.fromkeys([seen.facts.source, *(facts.source for facts in islice(_earlier(seen), TELLING - 1))])
    if len(sources) == 1:
        return None
    received = f"adresses {', '.join(sources)} pour un même client"
    return Violation(received, "un serveur entre les postes et Pro Santé Connect", where="adresse de l'appelant")


CHECKS = (
    Check(
        id="PSC-CIBA-01",
        title="Nombre de confirmation aléatoire",
        reads=CibaAsked,
        test=binding_message,
        requirements=("EXI-PSC-10", "PSC.01"),
        source="docs/sources/psc.md#binding-message",
        remedy="Tirer deux chiffres au hasard à chaque demande, et les afficher à l'utilisateur.",
        operations=CIBA,
        explains=frozenset({"binding_message_invalid"}),
    ),
    Check(
        id="PSC-CIBA-02",
        title="Identifiant national en login_hint",
        reads=CibaAsked,
        test=login_hint,
        requirements=("EXI-PSC-10", "PSC.01"),
        source="docs/sources/psc.md#login-hint",
        remedy="Envoyer l'identifiant national : 8 suivi des 11 chiffres du RPPS.",
        operations=CIBA,
        explains=frozenset({"hint_absent", "user_unknown"}),
    ),
    Check(
        id="PSC-CIBA-07",
        title="Portée demandée en CIBA",
        reads=CibaAsked,
        test=scope,
        requirements=("EXI-PSC-10", "EXI-PSC-15"),
        source="docs/sources/psc.md#scope",
        remedy=f"Demander exactement scope={SCOPE}.",
        operations=CIBA,
        explains=frozenset({"scope_absent", "ciba_scope_unknown"}),
    ),
    Check(
        id="PSC-CIBA-03",
        title="Rythme des interrogations",
        reads=CibaPolled,
        test=polls,
        requirements=("EXI-PSC-09", "EXI-PSC-10", "PSC.01"),
        source="docs/sources/psc.md#interrogations",
        remedy="Attendre interval secondes entre deux interrogations, et s'arrêter à access_denied ou expired_token.",
        operations=frozenset({"token"}),
        severity=Severity.WARNING,
        explains=frozenset({"ciba_too_early", "auth_req_id_invalid", *TERMINAL}),
    ),
    Check(
        id="PSC-CIBA-04",
        title="Moyen demandé",
        reads=CibaAsked,
        test=channel,
        requirements=("EXI-PSC-10", "PSC.01"),
        source="docs/sources/psc.md#channel",
        remedy="Envoyer channel=MOBILE pour l'e-CPS, ou channel=CARD pour la carte.",
        operations=CIBA,
    ),
    Check(
        id="PSC-CIBA-06",
        title="Niveau eIDAS demandé sans navigateur",
        reads=CibaAsked,
        test=acr_values,
        requirements=("EXI-PSC-16",),
        source="docs/sources/psc.md#acr-values-ciba",
        remedy=f"Ajouter acr_values={EIDAS} à la demande CIBA.",
        confidence="M",
        operations=CIBA,
        severity=Severity.WARNING,
    ),
    Check(
        id="PSC-CIBA-05",
        title="Demandes CIBA faites par un serveur",
        reads=CibaAsked,
        test=server,
        requirements=("EXI-PSC-10", "PSC.01"),
        source="docs/sources/psc.md#serveur-intermediaire",
        remedy="Faire passer les demandes des postes par un serveur, seul à connaître les secrets du client.",
        confidence="M",
        operations=CIBA,
        severity=Severity.WARNING,
    ),
)
