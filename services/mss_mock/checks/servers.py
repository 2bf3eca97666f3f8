"""Servers of mail that the software must refuse: old TLS, weak suites, certificates that are not to be trusted.

Source: docs/sources/mssante.md#tls, docs/sources/transport.md#serveur-fautif-accepte. A refusal counts once the
software was seen to trust the good server: who knows no authority refuses every server. Refusals come before any login,
so they are in the session of the listeners. Pure functions of facts and of the session's past.
"""

from __future__ import annotations

from datetime import datetime

from lgo_sandbox.watch.bad_servers import BAD_SERVERS, BadServerMet, Weakness
from lgo_sandbox.watch.causes import CAUSES
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from lgo_sandbox.watch.history import History
from mss_mock.facts import MailConnection, MailLogin

__all__ = ["SERVER_CHECKS"]

_EXPECTED = CAUSES["SANDBOX-SERVEUR-FAUTIF-ACCEPTE"].expected
_DOORS = frozenset({"smtp", "imap"})


def _trusted(history: History) -> dict[str, datetime]:
    """Return since when the software opens mailboxes in TLS at the good servers, by door."""
    since: dict[str, datetime] = {}
    for past, login in history.all(MailLogin):
        connection = past.noted.get(MailConnection)
        if login.opened_by and connection and connection.tls_version and past.noted.get(BadServerMet) is None:
            since[past.operation[:4]] = past.at
    return since


def _refused(seen: Observed[BadServerMet]) -> bool:
    """Tell whether the software refuses this weakness at each door that it uses, this one last."""
    since = _trusted(seen.history)
    doors = {
        past.operation[:4]
        for past, met in seen.history.all(BadServerMet)
        if met == seen.facts and past.at >= since.get(past.operation[:4], seen.age)
    }
    return seen.operation[:4] in since and doors | {seen.operation[:4]} >= {*since}


def _check(weakness: Weakness, name: str, title: str, *requirements: str) -> Check[BadServerMet]:
    server = BAD_SERVERS[weakness]

    def test(seen: Observed[BadServerMet]) -> Outcome:
        if seen.facts.weakness is not weakness or seen.transport not in _DOORS:
            return None
        if seen.facts.refused:
            return _refused(seen)
        return Violation(f"une demande à un {server.title}", _EXPECTED, where="poignée de main après STARTTLS")

    return Check(
        id=name,
        title=title,
        reads=BadServerMet,
        test=test,
        source="docs/sources/mssante.md#tls",
        remedy=server.remedy,
        requirements=requirements,
    )


def _kept_list(seen: Observed[BadServerMet]) -> Outcome:
    """A list that is kept serves where none can be had: the software goes on, and is known to look at revocation."""
    met = seen.facts
    if met.refused or met.weakness is not Weakness.UNREACHABLE or seen.transport not in _DOORS:
        return None
    looks = BadServerMet(weakness=Weakness.REVOKED, refused=True)
    return any(earlier == looks for _, earlier in seen.history.all(BadServerMet)) or None


KEPT_LIST = Check(
    id="MSS-KEPT-CRL",
    title="Opérateur accepté quand ni CRL ni OCSP ne répondent, par qui refuse un certificat révoqué",
    reads=BadServerMet,
    test=_kept_list,
    source="docs/sources/mssante.md#certificat-operateur",
    remedy="Gardez la dernière CRL de l'autorité, et servez-vous-en tant qu'elle n'a pas expiré.",
    requirements=("MSS/CONF.22",),
    confidence="M",
)

SERVER_CHECKS = (
    KEPT_LIST,
    _check(Weakness.TLS_1_0, "MSS-REFUSES-TLS-1-0", "Opérateur en TLS 1.0 refusé", "LGO.MSS.02", "MSS/CONF.02"),
    _check(Weakness.TLS_1_1, "MSS-REFUSES-TLS-1-1", "Opérateur en TLS 1.1 refusé", "LGO.MSS.02", "MSS/CONF.02"),
    _check(
        Weakness.WEAK_SUITES,
        "MSS-REFUSES-WEAK-SUITES",
        "Opérateur aux seules suites faibles refusé",
        *("LGO.MSS.03", "MSS/CONF.03"),
    ),
    _check(
        Weakness.WRONG_CA,
        "MSS-REFUSES-WRONG-CA",
        "Certificat d'opérateur d'une autre autorité refusé",
        *("LGO.MSS.04", "MSS/CONF.27"),
    ),
    _check(
        Weakness.SELF_SIGNED,
        "MSS-REFUSES-SELF-SIGNED",
        "Certificat d'opérateur signé par lui-même refusé",
        *("LGO.MSS.04", "MSS/CONF.27"),
    ),
    _check(Weakness.EXPIRED, "MSS-REFUSES-EXPIRED", "Certificat d'opérateur expiré refusé", "LGO.MSS.05"),
    _check(Weakness.REVOKED, "MSS-REFUSES-REVOKED", "Certificat d'opérateur révoqué refusé", "LGO.MSS.06"),
)
