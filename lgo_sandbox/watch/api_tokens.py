"""Tokens of the *API Pro Santé Connectée* at the services that take them: the facts of one, and the rules it meets.

A service notes one ``ApiTokenShown`` an exchange (``lgo_sandbox.gate.api_access`` does) and adds ``api_token_checks``
to its own. Source: docs/sources/psc.md#jeton-a-l-api. Must not know any service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.refusals import Refusal

__all__ = ["RULES", "ApiTokenShown", "Trouble", "api_token_checks"]

PAGE = "docs/sources/psc.md#"


class Trouble(StrEnum):
    """What was wrong with the token of a call."""

    NONE = ""
    ABSENT = "absent"
    OF_PSC = "psc"
    OF_SESSION = "session"
    DEAD = "mort"
    OF_API = "api"
    CERTIFICATE = "certificat"
    SCOPE = "portee"
    OUTLIVED = "session-finie"
    """The log-in that it stems from is over."""
    UNTOLD = "introspection"
    """Nobody could tell: no rule was broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokenShown(Facts):
    """The token that a caller showed to an API, once judged; ``bound``: his certificate was compared with its ``cnf``.

    ``person`` and ``client_id`` are empty for a token that was refused.
    """

    audience: str
    trouble: Trouble
    bound: bool
    person: str
    client_id: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """The person."""
        return (self.person,) if self.person else ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the trouble that breaks it, how its id ends, title, anchor, remedy.

    ``requirements`` stand in for those of the service, when they are not empty.
    """

    trouble: Trouble
    suffix: str
    title: str
    anchor: str
    remedy: str
    requirements: tuple[str, ...] = ()
    severity: Severity = Severity.ERROR
    confidence: str = "H"


RULES = (
    Rule(
        Trouble.ABSENT,
        "JETON",
        "Jeton d'API joint à l'appel",
        "jeton-a-l-api",
        "Joignez le jeton échangé : Authorization: Bearer, suivi de l'access_token de l'échange.",
    ),
    Rule(
        Trouble.OF_PSC,
        "ECHANGE",
        "Jeton de Pro Santé Connect échangé avant l'appel",
        "echange-de-jeton",
        "Échangez le jeton de Pro Santé Connect au serveur d'autorisation de l'API, et envoyez celui qu'il rend.",
    ),
    Rule(
        Trouble.OF_SESSION,
        "SESSION",
        "Jeton délivré dans la session appelée",
        "jeton-a-l-api",
        "Prenez l'adresse de Pro Santé Connect et celle de l'API dans le même fichier de démarrage.",
    ),
    Rule(
        Trouble.DEAD,
        "VALIDITE",
        "Jeton d'API en cours de validité",
        "jeton-a-l-api",
        "Rafraîchissez le jeton d'API ; s'il ne se rafraîchit plus, refaites l'échange.",
    ),
    Rule(
        Trouble.OUTLIVED,
        "FIN",
        "Aucun appel après la fin de la session Pro Santé Connect",
        "jeton-apres-la-session",
        "Ramenez l'utilisateur à la page de connexion, puis échangez le jeton de sa nouvelle session. Tant qu'il "
        "travaille, rafraîchissez aussi le jeton de Pro Santé Connect : celui de l'API ne prolonge rien.",
        requirements=("EXI-RIE-PS-13",),
        severity=Severity.WARNING,
        confidence="M",
    ),
    Rule(
        Trouble.OF_API,
        "AUDIENCE",
        "Jeton délivré pour l'API appelée",
        "adresse-par-api",
        "Échangez le jeton de Pro Santé Connect une fois pour chaque API, et envoyez à chacune le sien.",
    ),
    Rule(
        Trouble.CERTIFICATE,
        "CERTIFICAT",
        "Certificat de l'échange présenté à l'API",
        "jeton-lie-au-certificat",
        "Présentez à l'API le certificat de l'échange : le jeton porte son empreinte (cnf).",
    ),
    Rule(
        Trouble.SCOPE,
        "PORTEE",
        "Portée de l'API dans le jeton",
        "portees-et-audience",
        "Demandez la portée de l'API à l'échange, ou retirez scope.",
    ),
)


def api_token_checks(
    prefix: str, operations: Iterable[str], codes: Iterable[str], requirements: tuple[str, ...] = ("PSC.10",)
) -> tuple[Check[ApiTokenShown], ...]:
    """Return the checks of a service: ``prefix`` of its ids, ``codes`` of its refusals of tokens."""
    looked_at, explained = frozenset(operations), frozenset(codes)
    return (
        *(
            Check(
                id=f"{prefix}-API-{rule.suffix}",
                title=rule.title,
                reads=ApiTokenShown,
                test=_kept_unless(rule.trouble),
                requirements=rule.requirements or requirements,
                source=f"{PAGE}{rule.anchor}",
                remedy=rule.remedy,
                severity=rule.severity,
                confidence=rule.confidence,
                operations=looked_at,
                explains=explained,
            )
            for rule in RULES
        ),
        Check(
            id=f"{prefix}-API-CLAIR",
            title="Jeton d'API accepté sans certificat, sur le port sans TLS",
            reads=ApiTokenShown,
            test=_bound,
            source=f"{PAGE}jeton-lie-au-certificat",
            remedy="Appelez le port TLS avec le certificat de l'échange : rien ici n'a prouvé que le jeton est à vous.",
            operations=looked_at,
            severity=Severity.WARNING,
        ),
    )


def _kept_unless(trouble: Trouble) -> Callable[[Observed[ApiTokenShown]], Outcome]:
    def judge(seen: Observed[ApiTokenShown]) -> Outcome:
        shown = seen.facts.trouble
        if shown is not trouble:
            return shown is Trouble.NONE or None
        refusal = seen.also(Refusal)
        if refusal is None:
            return None
        return Violation(refusal.received, refusal.expected, refusal.message, refusal.remedy, refusal.where)

    return judge


def _bound(seen: Observed[ApiTokenShown]) -> Outcome:
    if seen.facts.trouble is not Trouble.NONE:
        return None
    return seen.facts.bound or Violation("aucun certificat client", "le certificat auquel le jeton est lié (cnf)")
