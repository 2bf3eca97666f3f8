"""What a client may be reproached with when it goes on after an answer that it had to refuse (an armed mutation).

Source: docs/sources/psc.md, « Réponses altérées »; OpenID Connect core §3.1.3.7 and §5.3.2, RFC 9207. What many careful
clients let pass is a remark.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from psc_mock.domain.mutations import title_of
from psc_mock.facts import Swallowed

__all__ = ["CHECKS", "MUTATIONS_OF"]

USING = frozenset({"token", "userinfo", "api-token"})


@dataclass(frozen=True, slots=True)
class _Rule:
    """What must be refused: the mutations, the section of the sources, and how bad it is to let them pass."""

    title: str
    mutations: tuple[str, ...]
    anchor: str
    remedy: str
    severity: Severity = Severity.ERROR


RULES = {
    "PSC-CLI-01": _Rule(
        "Signature de l'ID token vérifiée",
        ("alg-hs256", "alg-none", "kid-unknown", "other-key", "signature-corrupt"),
        "signature-id-token",
        "Vérifier la signature RS256 avec la clé publiée de ce kid, et nul autre algorithme.",
        Severity.WARNING,
    ),
    "PSC-CLI-02": _Rule(
        "Émetteur de l'ID token vérifié",
        ("iss-wrong",),
        "iss",
        "Comparer iss à l'émetteur de la découverte, au caractère près.",
    ),
    "PSC-CLI-03": _Rule(
        "Destinataire de l'ID token vérifié",
        ("aud-wrong", "aud-array-no-azp", "azp-wrong"),
        "aud",
        "Refuser un ID token dont aud (et azp, s'il y est) n'est pas le client.",
    ),
    "PSC-CLI-04": _Rule(
        "nonce de l'ID token vérifié",
        ("nonce-missing", "nonce-wrong"),
        "nonce-rendu",
        "Comparer le nonce de l'ID token à celui de la demande.",
    ),
    "PSC-CLI-05": _Rule(
        "Dates de l'ID token vérifiées",
        ("exp-600", "iat-missing"),
        "dates-id-token",
        "Refuser un ID token expiré ou sans iat.",
    ),
    "PSC-CLI-06": _Rule(
        "Même personne dans l'ID token et userinfo",
        ("sub-missing", "userinfo-sub-wrong", "userinfo-sub-missing"),
        "sub",
        "Comparer sub de userinfo à celui de l'ID token, et refuser leur absence.",
    ),
    "PSC-CLI-07": _Rule(
        "Retour d'autorisation vérifié",
        ("callback-state-wrong", "callback-iss-wrong"),
        "retour-d-autorisation",
        "Comparer state à celui de la demande, et iss à l'émetteur.",
    ),
}

MUTATIONS_OF = {number: rule.mutations for number, rule in RULES.items()}
"""Check → the mutations that a client must refuse."""


def refused(mutations: tuple[str, ...]) -> Callable[[Observed[Swallowed]], Outcome]:
    """Return the test that some mutations were not swallowed."""

    def test(seen: Observed[Swallowed]) -> Outcome:
        found = [title_of(name) for name in mutations if name in seen.facts.mutations]
        if not found:
            return None
        received = f"une réponse altérée, acceptée : {' ; '.join(found)}"
        return Violation(received, "le refus de la connexion", where="réponse reçue avant cet appel")

    return test


CHECKS = tuple(
    Check(
        id=number,
        title=rule.title,
        reads=Swallowed,
        test=refused(rule.mutations),
        requirements=("EXI-PSC-08", "EXI-PSC-09"),
        source=f"docs/sources/psc.md#{rule.anchor}",
        remedy=rule.remedy,
        operations=USING,
        severity=rule.severity,
    )
    for number, rule in RULES.items()
)
