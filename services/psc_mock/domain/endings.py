"""How a person's session ended, and since when: what findings say of a token that outlives it.

Source: docs/sources/psc.md#fin-de-session (4 h at most, 30 min without refresh or SSO), #deconnexion. Moments are
seconds of age time. Knows no store: it reads the members of a log-in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from psc_mock.codes import LOGIN_IDLE, LOGIN_LIFETIME

__all__ = [
    "BY_CONTROL",
    "Ending",
    "ForEnding",
    "by_logout",
    "by_replay",
    "by_revocation",
    "ending_of",
    "ends_at",
    "forgotten",
]

BY_CONTROL = "fermée par l'API de contrôle (psc/sessions)"
TOO_OLD = f"au bout de {LOGIN_LIFETIME // 3600} h, sa durée maximale"
TOO_IDLE = f"après {LOGIN_IDLE // 60} min sans rafraîchissement ni reconnexion"
UNSAID = "déconnexion"
"""What is said of a session that ended before endings were kept."""


class ForEnding(Protocol):
    """A log-in, as far as its end is concerned."""

    @property
    def created(self) -> float:
        """When it began."""

    @property
    def used(self) -> float:
        """When it last served: a refresh, or SSO."""

    @property
    def ended(self) -> bool:
        """Whether it was ended before its time."""

    @property
    def ended_at(self) -> float:
        """When."""

    @property
    def ended_by(self) -> str:
        """How, in French."""


@dataclass(frozen=True, slots=True)
class Ending:
    """When and how a session ended; ``at`` is 0 when nobody knows any more."""

    at: float
    how: str

    def told(self, now: float) -> str:
        """Say it in French."""
        if not self.at:
            return f"session Pro Santé Connect finie ({self.how})"
        moment = datetime.fromtimestamp(self.at, UTC)
        since = f"le {moment:%d/%m/%Y à %H:%M:%S} UTC, il y a {now - self.at:.0f} s à l'horloge de la session"
        return f"session Pro Santé Connect finie {since} ({self.how})"


def by_logout(client_id: str) -> str:
    """Say that a client, or the person herself, logged out."""
    return f"déconnexion demandée par {client_id}" if client_id else "déconnexion confirmée par la personne"


def by_revocation(client_id: str) -> str:
    """Say that a client gave back what it held of a session."""
    return f"refresh_token révoqué par {client_id}"


def by_replay(client_id: str) -> str:
    """Say that a code came twice."""
    return f"code d'autorisation de {client_id} présenté deux fois"


def ends_at(created: float, used: float) -> float:
    """Return when a log-in ends by itself, unless it serves until then."""
    return min(created + LOGIN_LIFETIME, used + LOGIN_IDLE)


def ending_of(login: ForEnding | None, now: float) -> Ending | None:
    """Return how a log-in ended, None for one that runs. None was given for one that is not kept any more."""
    if login is None:
        return forgotten()
    if login.ended:
        return Ending(login.ended_at, login.ended_by or UNSAID)
    at = ends_at(login.created, login.used)
    if now < at:
        return None
    return Ending(at, TOO_OLD if at == login.created + LOGIN_LIFETIME else TOO_IDLE)


def forgotten() -> Ending:
    """Return the end of a log-in of which nothing is kept."""
    return Ending(0, TOO_OLD)
