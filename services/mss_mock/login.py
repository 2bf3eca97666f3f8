"""Who is at the other end of a mail connection: by a Pro Santé Connect token, or by a structure's certificate.

Source: specs/mssante.md §1.1 (XOAUTH2 with the PSC access token), specs/requirements.md MSS/CONF.07 and CONF.12 (BAL
APP: ORG AUTH_CLI certificate and PLAIN). The token is introspected at PSC, as a real operator does. The session comes
from the token, else from the certificate, else from the listener. Shared by SMTP and IMAP; knows neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lgo_sandbox.gate.introspection import IntrospectionFailed, introspected
from lgo_sandbox.pki import Family, Judgement, PeerCertificate
from lgo_sandbox.sandbox import Addresses, Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import UnknownSession
from lgo_sandbox.tenant.tokens import session_of_token
from mss_mock.codes import PSC_CLIENT, PSC_INTROSPECTION, PSC_SECRET, BoxKind
from mss_mock.domain import Mailbox, mailbox_of, may_open
from mss_mock.wire.sasl import SaslError, read_plain, read_xoauth2

__all__ = ["Doorkeeper", "Login", "LoginRefused", "LoginUnavailable"]


@dataclass(frozen=True, slots=True)
class Login:
    """An opened mailbox: the session's name, the mailbox, who opened it and how."""

    session: str
    mailbox: Mailbox
    subject: str
    mechanism: str


class LoginRefused(Exception):
    """The credentials are not good for this mailbox. ``reason`` is French, for the journal; the wire never says it."""

    def __init__(self, reason: str, session: str, user: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.session = session
        self.user = user


class LoginUnavailable(LoginRefused):
    """Pro Santé Connect cannot be asked now."""


class Doorkeeper:
    """Checks credentials for one listener."""

    def __init__(self, sandbox: Sandbox, addresses: Addresses) -> None:
        self.sandbox = sandbox
        self.addresses = addresses

    def session(self, name: str = "") -> Session:
        """Return a session; the listener's by default, or when the named one does not exist."""
        try:
            return self.sandbox.sessions.get(name or self.addresses.session)
        except UnknownSession:
            return self.sandbox.sessions.get(self.addresses.session)

    async def by_token(self, response: bytes) -> Login:
        """Check an XOAUTH2 response. Raises LoginRefused, LoginUnavailable."""
        home = self.addresses.session
        try:
            user, token = read_xoauth2(response)
        except SaslError as error:
            raise LoginRefused(str(error), home) from error
        name = session_of_token(token) or home
        session = self._known(name, user)
        facts = await self._introspect(token, name, user)
        if facts.get("active") is not True:
            raise LoginRefused("jeton PSC inconnu, expiré ou révoqué", name, user)
        subject = str(facts.get("SubjectNameID") or facts.get("preferred_username") or "")
        box = mailbox_of(session.people, user)
        structure_boxes = session.option("mss.org_mailbox_access") == "structure"
        if box is None or not may_open(session.people, subject, box, structure_boxes=structure_boxes):
            raise LoginRefused(f"la boîte {user} n'est pas celle du professionnel {subject or 'inconnu'}", name, user)
        return Login(name, box, subject, "XOAUTH2")

    def by_certificate(self, response: bytes, peer: PeerCertificate | None) -> Login:
        """Check a PLAIN response for an application mailbox. Raises LoginRefused."""
        home = (peer.session if peer else None) or self.addresses.session
        try:
            identity, user, _ = read_plain(response)
        except SaslError as error:
            raise LoginRefused(str(error), home) from error
        session = self._known(home, user)
        structure = self._structure_of(peer, session, user)
        box = mailbox_of(session.people, user)
        if identity and identity.lower() != user.lower():
            raise LoginRefused("l'identité d'autorisation n'est pas la boîte", home, user)
        if box is None or box.kind is not BoxKind.APPLICATION or box.owner != structure:
            raise LoginRefused(f"{user} n'est pas une boîte applicative de la structure du certificat", home, user)
        return Login(home, box, structure, "PLAIN")

    def _structure_of(self, peer: PeerCertificate | None, session: Session, user: str) -> str:
        if peer is None:
            raise LoginRefused("aucun certificat client ORG AUTH_CLI n'a été présenté", session.name, user)
        judgement = self.sandbox.pki.judge(peer, session.clock.age())
        if judgement is not Judgement.OK or peer.family is not Family.ORGANISATION_AUTH:
            raise LoginRefused(f"certificat client refusé ({judgement}, famille {peer.family})", session.name, user)
        structure = session.people.structure_numbered(peer.organisational_unit)
        if structure is None:
            raise LoginRefused("la structure du certificat est inconnue", session.name, user)
        return structure.id

    def _known(self, name: str, user: str) -> Session:
        try:
            return self.sandbox.sessions.get(name)
        except UnknownSession as error:
            raise LoginRefused(f"session inconnue : {name}", self.addresses.session, user) from error

    async def _introspect(self, token: str, name: str, user: str) -> dict[str, Any]:
        sandbox = self.sandbox
        try:
            facts = await introspected(sandbox, name, "psc", PSC_INTROSPECTION, token, (PSC_CLIENT, PSC_SECRET))
        except IntrospectionFailed as error:
            raise LoginUnavailable(f"Pro Santé Connect : {error}", name, user) from error
        return facts
