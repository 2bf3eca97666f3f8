"""What a client may be reproached with about the person's session: its end, its silence, what goes on after it.

Source: specs/psc.md §4.4 (PSC-SES), §4.1 (EXI 11, 20, 32), §4.3 (RIE 13, a draft). Facts: ``hint``, ``marker`` (what
the tester last told of the user), ``sso``, ``revoked_before``, ``token_state``,
``own_token`` (a client that introspects its own token only asks whether it still lives).
"""

from __future__ import annotations

from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation
from psc_mock.codes import MARKER_ACTIVE, MARKER_INACTIVE, MARKER_LEAVING, exi

__all__ = ["CHECKS"]

LOGOUT = frozenset({"logout"})


def _ended(observed: Observed) -> Outcome:
    facts = observed.facts
    if observed.operation == "logout":
        if not facts.get("client_id") and not facts.get("hint"):
            return Violation("déconnexion sans id_token_hint", "id_token_hint=<ID token>")
        return None if facts.get("refusal") else True
    if not facts.get("sso"):
        return None
    if facts.get("revoked_before") or facts.get("marker") == MARKER_LEAVING:
        received = "reconnexion silencieuse : la session Pro Santé Connect était restée ouverte"
        return Violation(received, "un appel de logout avec id_token_hint, puis une nouvelle authentification")
    return None


def _inactive(observed: Observed) -> Outcome:
    marker = observed.facts.get("marker")
    if marker == MARKER_INACTIVE:
        return Violation(
            "logout après une simple inactivité", "sortir l'utilisateur du logiciel, en gardant sa session PSC"
        )
    return marker == MARKER_LEAVING


def _active(observed: Observed) -> Outcome:
    if observed.facts.get("marker") == MARKER_ACTIVE:
        return Violation("logout alors que l'utilisateur travaille", "un rafraîchissement par refresh_token")
    return None


def _outlived(observed: Observed) -> Outcome:
    if observed.facts.get("own_token"):
        return None
    state = observed.facts.get("token_state")
    if state == "session-over":
        return Violation(
            "jeton d'une session Pro Santé Connect finie", "la page de connexion, dès la fin de la session"
        )
    return state == "live"


CHECKS = (
    Check(
        "PSC-SES-01",
        "Déconnexion du logiciel et de Pro Santé Connect",
        _ended,
        (exi(20), "PSC.01"),
        "specs/psc.md §4.4",
        "À la déconnexion, appeler end_session_endpoint avec id_token_hint : la connexion suivante doit authentifier.",
        operations=frozenset({"logout", "authorization"}),
    ),
    Check(
        "PSC-SES-02",
        "L'inactivité ne ferme pas la session Pro Santé Connect",
        _inactive,
        (exi(32),),
        "specs/psc.md §4.4",
        "Après inactivité, fermer l'accès au logiciel sans appeler logout.",
        confidence="M",
        operations=LOGOUT,
    ),
    Check(
        "PSC-SES-03",
        "Rien après la fin de la session Pro Santé Connect",
        _outlived,
        ("EXI-RIE-PS-13",),
        "specs/psc.md §4.3 (projet d'arrêté)",
        "Fermer la session du logiciel au plus tard avec celle de Pro Santé Connect (4 h, ou 30 min sans activité).",
        confidence="M",
        operations=frozenset({"userinfo", "introspection"}),
        severity=Severity.WARNING,
    ),
    Check(
        "PSC-SES-04",
        "Utilisateur actif jamais déconnecté",
        _active,
        (exi(11),),
        "specs/psc.md §4.4",
        "Tant que l'utilisateur travaille et que le jeton de rafraîchissement vit, rafraîchir au lieu de déconnecter.",
        confidence="M",
        operations=LOGOUT,
    ),
)
