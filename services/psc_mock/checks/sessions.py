"""What a client may be reproached with about the person's session: its end, its silence, what goes on after it.

Source: docs/sources/psc.md, « Session ». What the user did is told by markers.
"""

from __future__ import annotations

from datetime import datetime

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from psc_mock.checks.past import as_refused, last_marker, refused_with, told_last
from psc_mock.checks.tokens import of_its_own
from psc_mock.codes import MARKER_ACTIVE, MARKER_INACTIVE, MARKER_LEAVING
from psc_mock.facts import (
    BackchannelTold,
    CodeGranted,
    LoggedOut,
    TokenSeen,
    TokensIssued,
    TokensRevoked,
    browser_subject,
)

__all__ = ["CHECKS"]

LOGOUT = frozenset({"logout"})
NEXT_LOGIN = frozenset({"authorization", "login"})
HEARD = ("200", "204")
IN_USE = frozenset({"live", "refresh"})


def reconnected(seen: Observed[CodeGranted]) -> Outcome:
    """After a logout the person is authenticated again; kept when that was seen."""
    granted = seen.facts
    if granted.silent:
        if not (_revoked_before(seen) or _left_before(seen)):
            return None
        received = "une reconnexion silencieuse : la session Pro Santé Connect était restée ouverte"
        return Violation(received, "un logout avec id_token_hint, puis une nouvelle authentification", where="session")
    left = (facts for _, facts in seen.history.all(LoggedOut) if facts.client_id == granted.client_id)
    return any(facts.sid for facts in left) or None


def _revoked_before(seen: Observed[CodeGranted]) -> bool:
    """Tell whether the last thing that the client did with this log-in was to revoke all that it held of it."""
    client, sid = seen.facts.client_id, seen.facts.sid
    revoked = [p.at for p, f in seen.history.all(TokensRevoked, about=sid) if f.whole and f.client_id == client]
    issued = [p.at for p, f in seen.history.all(TokensIssued, about=sid) if f.client_id == client]
    return bool(revoked) and (not issued or revoked[0] >= issued[0])


def _left_before(seen: Observed[CodeGranted]) -> bool:
    """Tell whether the user wanted to leave, and nobody logged out since."""
    marker = last_marker(seen)
    if marker is None or not told_last(seen, MARKER_LEAVING):
        return False
    at = datetime.fromisoformat(marker.at)
    return not any(past.at >= at for past, facts in seen.history.all(LoggedOut) if facts.sid)


def with_hint(seen: Observed[LoggedOut]) -> Outcome:
    """A logout says which log-in ends."""
    if refusal := refused_with(seen, "hint_missing"):
        return as_refused(refusal)
    if seen.facts.hint or seen.facts.by_refresh or seen.facts.client_id:
        return None
    return Violation("déconnexion sans id_token_hint", "id_token_hint=<ID token>", where="paramètre id_token_hint")


def not_for_silence(seen: Observed[LoggedOut]) -> Outcome:
    """A user who is only inactive keeps the log-in."""
    if not told_last(seen, MARKER_INACTIVE):
        return None
    received = "un logout, l'utilisateur étant inactif (jalon)"
    return Violation(received, "sortir l'utilisateur du logiciel, en gardant sa session PSC", where="logout")


def not_at_work(seen: Observed[LoggedOut]) -> Outcome:
    """A user at work is not logged out."""
    if not told_last(seen, MARKER_ACTIVE):
        return None
    received = "un logout, l'utilisateur étant actif (jalon)"
    return Violation(received, "grant_type=refresh_token tant que l'utilisateur travaille", where="logout")


def not_outlived(seen: Observed[TokenSeen]) -> Outcome:
    """Nothing goes on after the log-in."""
    if seen.facts.state != "session-over" or of_its_own(seen):
        return None
    kind = "un jeton d'API" if seen.operation == "api-introspection" else "un jeton"
    received = f"{kind} de {seen.facts.owner}, dont la session Pro Santé Connect est finie"
    return Violation(received, "la page de connexion, dès la fin de la session", where="jeton d'accès")


def one_person_a_browser(seen: Observed[TokenSeen]) -> Outcome:
    """After another person's log-in in the same browser, the same software does not use the former one's token."""
    token = seen.facts
    granted = seen.history.last(CodeGranted, about=token.sid) if token.state in IN_USE else None
    if granted is None or not granted[1].browser:
        return None
    hers = granted[1]
    of_browser = seen.history.all(CodeGranted, about=browser_subject(hers.browser))
    last = next((facts for _, facts in of_browser if facts.client_id == token.owner), hers)
    if last.person == hers.person:
        return None
    received = f"le jeton de {hers.person}, alors que {last.person} s'est connecté depuis dans le même navigateur"
    return Violation(received, f"les jetons de {last.person}, et eux seuls", where="jeton")


def heard(seen: Observed[BackchannelTold]) -> Outcome:
    """The server of a software that is told of the end of a log-in says that it heard; kept when all do."""
    deaf = [(client, said) for client, said in seen.facts.answers if said not in HEARD]
    if not deaf:
        return True
    received = " ; ".join(f"{client} : {f'HTTP {said}' if said.isdigit() else said}" for client, said in deaf)
    return Violation(received, "HTTP 200 ou 204, en trois secondes", where="backchannel_logout_uri de l'enrôlement")


CHECKS = (
    Check(
        id="PSC-SES-09",
        title="Déconnexion annoncée au serveur du logiciel",
        reads=BackchannelTold,
        test=heard,
        source="docs/sources/psc.md#deconnexion-annoncee",
        remedy="Répondre 200 au logout_token, après avoir vérifié sa signature et fermé la session de son sid.",
        confidence="M",
        operations=LOGOUT,
        severity=Severity.WARNING,
    ),
    Check(
        id="PSC-SES-08",
        title="Un navigateur, une personne : plus aucun jeton de la précédente",
        reads=TokenSeen,
        test=one_person_a_browser,
        requirements=("EXI-PSC-20",),
        source="docs/sources/psc.md#changement-de-personne",
        remedy="À chaque connexion, comparer SubjectNameID à celui de la session du logiciel, et repartir de zéro.",
        confidence="M",
        operations=frozenset({"userinfo", "introspection", "token"}),
    ),
    Check(
        id="PSC-SES-01",
        title="Déconnexion du logiciel et de Pro Santé Connect",
        reads=CodeGranted,
        test=reconnected,
        requirements=("EXI-PSC-20", "PSC.01"),
        source="docs/sources/psc.md#deconnexion",
        remedy="À la déconnexion, appeler end_session_endpoint avec id_token_hint : la connexion suivante authentifie.",
        operations=NEXT_LOGIN,
    ),
    Check(
        id="PSC-SES-02",
        title="L'inactivité ne ferme pas la session Pro Santé Connect",
        reads=LoggedOut,
        test=not_for_silence,
        requirements=("EXI-PSC-32",),
        source="docs/sources/psc.md#inactivite",
        remedy="Après inactivité, fermer l'accès au logiciel sans appeler logout.",
        confidence="M",
        operations=LOGOUT,
    ),
    Check(
        id="PSC-SES-03",
        title="Rien après la fin de la session Pro Santé Connect",
        reads=TokenSeen,
        test=not_outlived,
        requirements=("EXI-RIE-PS-13",),
        source="docs/sources/psc.md#fin-de-session",
        remedy="Fermer la session du logiciel avec celle de Pro Santé Connect : 4 h, ou 30 min sans activité.",
        confidence="M",
        operations=frozenset({"userinfo", "introspection", "api-introspection"}),
        severity=Severity.WARNING,
        explains=frozenset({"bearer_invalid"}),
    ),
    Check(
        id="PSC-SES-04",
        title="Utilisateur actif jamais déconnecté",
        reads=LoggedOut,
        test=not_at_work,
        requirements=("EXI-PSC-11",),
        source="docs/sources/psc.md#utilisateur-actif",
        remedy="Rafraîchir au lieu de déconnecter, tant que l'utilisateur travaille et que le refresh_token vit.",
        confidence="M",
        operations=LOGOUT,
    ),
    Check(
        id="PSC-SES-05",
        title="Déconnexion avec id_token_hint",
        reads=LoggedOut,
        test=with_hint,
        requirements=("EXI-PSC-20", "PSC.01"),
        source="docs/sources/psc.md#deconnexion",
        remedy="Ajouter id_token_hint=<ID token> à l'appel d'end_session_endpoint.",
        operations=LOGOUT,
        explains=frozenset({"hint_missing"}),
    ),
)
