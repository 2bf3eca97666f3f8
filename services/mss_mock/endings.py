"""Connections that fall with the Pro Santé Connect session whose token opened them.

Source: docs/sources/mssante.md#fin-de-session (ECO.1.2.6 and 1.2.7 as cited there); when a real operator learns of the
end is not public: option ``session_end``. An access token that merely expired ends nothing. Knows no command.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from health_documents.findings import Severity
from lgo_sandbox.gate.introspection import ended_because
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import SessionError
from lgo_sandbox.watch.refusals import Refusal

if TYPE_CHECKING:
    from mss_mock.dialogue import Dialogue

__all__ = ["Endings", "refusal_of"]

AGE_SECONDS = 30
"""How much age time may pass before it is asked again, when nothing else was changed."""


class Endings:
    """Asks about the tokens of one port's connections, once for all that a token opened, when it may matter."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._standing: dict[tuple[str, str], tuple[Any, ...]] = {}
        self._looking = asyncio.Lock()

    async def end(self, dialogues: Iterable[Dialogue]) -> None:
        """End the connections whose session has ended, or note it on them when they are to stay.

        A look that is under way is waited for.
        """
        async with self._looking:
            await self._look(dialogues)

    async def _look(self, dialogues: Iterable[Dialogue]) -> None:
        opened: dict[tuple[str, str], list[Dialogue]] = defaultdict(list)
        for dialogue in dialogues:
            if dialogue.login and dialogue.login.token:
                opened[dialogue.login.session, dialogue.login.token].append(dialogue)
        self._standing = {key: stood for key, stood in self._standing.items() if key in opened}
        for (name, token), ones in opened.items():
            if because := await self._ended(name, token):
                falls = self._sandbox.sessions.get(name).option("mss.session_end") == "drop"
                for dialogue in ones:
                    if falls:
                        await dialogue.fall(because)
                    else:
                        dialogue.outlived = because

    async def _ended(self, name: str, token: str) -> str:
        try:
            session = self._sandbox.sessions.get(name)
        except SessionError:
            return ""
        standing = _standing(session)
        if self._standing.get((name, token)) == standing:
            return ""
        self._standing[name, token] = standing
        return await ended_because(self._sandbox, name, "psc", token)


def _standing(session: Session) -> tuple[Any, ...]:
    """Return what stays the same as long as no session can have ended."""
    return session.db.generation(), session.config, int(session.clock.age().timestamp()) // AGE_SECONDS


def refusal_of(because: str, mailbox: str) -> Refusal:
    """Return what to tell of a connection that falls: no client is at fault."""
    return Refusal(
        code="session-psc-finie",
        received=f"une connexion à {mailbox}, dont la {because}",
        expected="une connexion par session Pro Santé Connect, rouverte avec un jeton neuf",
        remedy="Fermez vous-même les connexions quand la session de la personne finit, et rouvrez-les avec le jeton de "
        "la session suivante, sans rien lui demander si elle est déjà connectée.",
        message="Connexion fermée avec la session Pro Santé Connect de la personne",
        source="docs/sources/mssante.md#fin-de-session",
        severity=Severity.INFO,
    )
