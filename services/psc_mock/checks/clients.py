"""What a client may be reproached with when it goes on after an answer that it had to refuse (an armed mutation).

Source: specs/psc.md §4.4 (PSC-CLI), §6.3; OpenID Connect core §3.1.3.7 and §5.3.2, RFC 9207. Facts: ``swallowed``, the
mutations of what the client was given and now uses. What many careful clients let pass is a remark.
"""

from __future__ import annotations

from collections.abc import Callable

from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation
from psc_mock.codes import exi

__all__ = ["CHECKS"]

USING = frozenset({"token", "userinfo"})

RULES: tuple[tuple[str, str, tuple[str, ...], str, Severity], ...] = (
    (
        "PSC-CLI-01",
        "Signature de l'ID token vérifiée",
        ("alg-hs256", "alg-none", "kid-unknown", "other-key", "signature-corrupt"),
        "Vérifier la signature RS256 avec la clé publiée de ce kid, et nul autre algorithme.",
        Severity.WARNING,
    ),
    (
        "PSC-CLI-02",
        "Émetteur de l'ID token vérifié",
        ("iss-wrong",),
        "Comparer iss à l'émetteur de la découverte, au caractère près.",
        Severity.ERROR,
    ),
    (
        "PSC-CLI-03",
        "Destinataire de l'ID token vérifié",
        ("aud-wrong", "aud-array-no-azp", "azp-wrong"),
        "Refuser un ID token dont aud (et azp, s'il y est) n'est pas le client.",
        Severity.ERROR,
    ),
    (
        "PSC-CLI-04",
        "nonce de l'ID token vérifié",
        ("nonce-missing", "nonce-wrong"),
        "Comparer le nonce de l'ID token à celui de la demande.",
        Severity.ERROR,
    ),
    (
        "PSC-CLI-05",
        "Dates de l'ID token vérifiées",
        ("exp-600", "iat-missing"),
        "Refuser un ID token expiré ou sans iat.",
        Severity.ERROR,
    ),
    (
        "PSC-CLI-06",
        "Même personne dans l'ID token et userinfo",
        ("sub-missing", "userinfo-sub-wrong", "userinfo-sub-missing"),
        "Comparer sub de userinfo à celui de l'ID token, et refuser leur absence.",
        Severity.ERROR,
    ),
    (
        "PSC-CLI-07",
        "Retour d'autorisation vérifié",
        ("callback-state-wrong", "callback-iss-wrong"),
        "Comparer state à celui de la demande, et iss à l'émetteur.",
        Severity.ERROR,
    ),
)


def _refused(names: tuple[str, ...]) -> Callable[[Observed], Outcome]:
    def test(observed: Observed) -> Outcome:
        found = [name for name in names if name in observed.facts.get("swallowed", [])]
        if not found:
            return None
        return Violation(f"réponse altérée acceptée ({', '.join(found)})", "le refus de la connexion")

    return test


CHECKS = tuple(
    Check(
        number,
        title,
        _refused(names),
        (exi(8), exi(9)),
        "specs/psc.md §4.4, §6.3",
        remedy,
        operations=USING,
        severity=severity,
    )
    for number, title, names, remedy, severity in RULES
)
