"""Local accounts and their professionals: one account for one person, whatever the means of log-in.

Source: specs/psc.md §4.1 EXI 19 (accounts are matched on SubjectNameID; a local account without RPPS is joined by
logging in to both; ``sub`` is kept), EXI 20 (logging out ends both sessions), EXI 32 (an idle user leaves the software
only). Knows sessions of Pro Santé Connect as values; stores nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lgo_client.psc import PscRefused, PscSession

__all__ = ["Account", "Accounts", "UserSession"]


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the software. ``national_id`` and ``sub`` are empty until the person came by Pro Santé Connect."""

    login: str
    name: str = ""
    national_id: str = ""
    sub: str = ""
    means: frozenset[str] = frozenset()
    merged: tuple[str, ...] = ()
    """Logins of the accounts that were merged into this one."""


@dataclass
class Accounts:
    """The accounts of a pharmacy, by login."""

    known: dict[str, Account] = field(default_factory=dict)

    def add(self, login: str, name: str = "") -> Account:
        """Add a local account, without RPPS. Raises ValueError for a second of that login."""
        if login in self.known:
            raise ValueError(f"le compte {login} existe déjà")
        account = self.known[login] = Account(login, name)
        return account

    def matched(self, claims: Mapping[str, Any]) -> Account:
        """Return the account of the person who logged in, made when it is the first time. Raises PscRefused.

        ``sub`` is kept and follows: it took another form in 2026, and only SubjectNameID says who somebody is.
        """
        national_id, sub = _identity(claims)
        found = self._of(national_id) or Account(national_id, _name(claims), national_id)
        means = found.means | ({str(claims["authMode"])} if "authMode" in claims else frozenset())
        return self._keep(replace(found, sub=sub, means=means))

    def joined(self, login: str, claims: Mapping[str, Any]) -> Account:
        """Join a local account, whose user is logged in to it too, with the person of the claims.

        Raises KeyError for an unknown login, PscRefused when the account is another professional's.
        """
        local = self.known[login]
        national_id, _ = _identity(claims)
        if local.national_id not in ("", national_id):
            raise PscRefused("SubjectNameID", "ce compte est celui d'un autre professionnel")
        other = self._of(national_id)
        if other is not None and other.login != login:
            del self.known[other.login]
            merged = (*local.merged, other.login, *other.merged)
            local = replace(local, merged=merged, sub=other.sub, means=local.means | other.means)
        self._keep(replace(local, national_id=national_id))
        return self.matched(claims)

    def _of(self, national_id: str) -> Account | None:
        return next((one for one in self.known.values() if one.national_id == national_id), None)

    def _keep(self, account: Account) -> Account:
        self.known[account.login] = account
        return account


@dataclass
class UserSession:
    """A user at work: the software's session beside that of Pro Santé Connect."""

    account: Account
    psc: PscSession
    open: bool = True

    def access_token(self) -> str:
        """Return a fresh access token. Raises PscRefused when either session is over; the software's ends with it."""
        if not self.open:
            raise PscRefused("session", "la session du logiciel est fermée")
        try:
            return self.psc.access_token()
        except PscRefused:
            self.open = False
            raise

    def leave_idle(self) -> None:
        """Close the software's session after inactivity, and not that of Pro Santé Connect (EXI 32)."""
        self.open = False

    def logout(self) -> None:
        """Close both sessions (EXI 20): the software's first, whatever Pro Santé Connect answers. Raises PscRefused."""
        self.open = False
        self.psc.logout()


def _identity(claims: Mapping[str, Any]) -> tuple[str, str]:
    national_id, sub = claims.get("SubjectNameID"), claims.get("sub")
    if not isinstance(national_id, str) or not isinstance(sub, str) or not national_id or not sub:
        raise PscRefused("SubjectNameID", "la réponse ne dit pas qui s'est connecté")
    return national_id, sub


def _name(claims: Mapping[str, Any]) -> str:
    return " ".join(str(claims[name]) for name in ("given_name", "family_name") if claims.get(name))
