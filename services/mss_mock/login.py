"""Who is at the other end of a mail connection: by a Pro Santé Connect token, or by a structure's certificate.

Source: specs/mssante.md §1.1 (XOAUTH2 with the PSC access token), specs/requirements.md MSS/CONF.07 and CONF.12 (BAL
APP: ORG AUTH_CLI certificate and PLAIN). The token is introspected at PSC, as a real operator does. The session comes
from the token, else from the certificate, else from the listener. Shared by SMTP and IMAP; knows neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lgo_sandbox.gate.introspection import IntrospectionFailed, introspected
from lgo_sandbox.gate.spoiling import note_fault
from lgo_sandbox.pki import Family, Judgement, PeerCertificate
from lgo_sandbox.sandbox import Addresses, Sandbox
from lgo_sandbox.tenant.faults import Fault
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import UnknownSession
from lgo_sandbox.tenant.tokens import session_of_token
from lgo_sandbox.watch.exchange import FAULTED
from mss_mock.codes import APPLICATION_SUFFIX, PSC_CLIENT, PSC_INTROSPECTION, PSC_SECRET, BoxKind
from mss_mock.domain import Mailbox, Refused, mailbox_of, mailboxes, may_open
from mss_mock.journaling import Record
from mss_mock.wire.sasl import SaslError, read_plain, read_xoauth2

__all__ = ["FAMILIES", "JUDGEMENTS", "Doorkeeper", "Login", "LoginRefused", "refused_by_fault"]


JUDGEMENTS = {
    Judgement.WRONG_AUTHORITY: "autorité étrangère au bac à sable",
    Judgement.NOT_YET_VALID: "pas encore valable",
    Judgement.EXPIRED: "expiré",
    Judgement.REVOKED: "révoqué",
    Judgement.UNKNOWN_FAMILY: "usage inconnu",
    Judgement.OK: "valable",
}
FAMILIES = {
    Family.ORGANISATION_AUTH: "d'authentification d'organisation (ORG AUTH_CLI)",
    Family.ORGANISATION_SIGN: "de cachet d'organisation",
    Family.PROFESSIONAL_AUTH: "d'authentification de professionnel",
    Family.PROFESSIONAL_SIGN: "de signature de professionnel",
    Family.SERVER: "de serveur",
    Family.UNKNOWN: "d'une famille inconnue",
}


@dataclass(frozen=True, slots=True)
class Login:
    """An opened mailbox: the session's name, the mailbox, who opened it and how; the token, to ask about it later."""

    session: str
    mailbox: Mailbox
    subject: str
    mechanism: str
    token: str = field(default="", repr=False)


class LoginRefused(Refused):
    """The credentials are not good for this mailbox. The wire never says why; ``session`` is where it is journaled."""

    def __init__(self, code: str, session: str, user: str = "", *, received: str, expected: str) -> None:
        super().__init__(code, received=received, expected=expected, where="réponse SASL")
        self.session = session
        self.user = user

    @property
    def temporary(self) -> bool:
        """Tell whether the credentials may be good: Pro Santé Connect cannot be asked now."""
        return self.code == "psc-indisponible"


def refused_by_fault(record: Record, fault: Fault, address: str) -> LoginRefused:
    """End the exchange of a good login that an armed fault wants refused; return the refusal, which is told already."""
    note_fault(record.exchange, fault, "jeton pourtant bon refusé")
    refused = LoginRefused("jeton-inactif", record.session.name, address, received="", expected="")
    refused.told = True
    said = refused.smtp if record.exchange.transport == "smtp" else refused.imap
    record.finish(0, said.encode(), f"Ouverture de la boîte {address} : panne simulée", outcome=FAULTED)
    return refused


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
        """Check an XOAUTH2 response. Raises LoginRefused."""
        home = self.addresses.session
        try:
            user, token = read_xoauth2(response)
        except SaslError as error:
            raise _malformed(error, home) from error
        name = session_of_token(token) or home
        session = self._known(name, user)
        facts = await self._introspect(token, name, user)
        if facts.get("active") is not True:
            received = "un jeton que l'introspection de Pro Santé Connect dit inactif"
            raise LoginRefused("jeton-inactif", name, user, received=received, expected="un jeton actif")
        subject = str(facts.get("SubjectNameID") or facts.get("preferred_username") or "")
        box = mailbox_of(session.people, user)
        structure_boxes = session.option("mss.org_mailbox_access") == "structure"
        if box is None or not may_open(session.people, subject, box, structure_boxes=structure_boxes):
            received = f"user={user} avec le jeton du professionnel {subject or 'inconnu'}"
            expected = _boxes_of(session, subject, structure_boxes=structure_boxes)
            raise LoginRefused("boite-d-un-autre", name, user, received=received, expected=expected)
        return Login(name, box, subject, "XOAUTH2", token)

    def by_certificate(self, response: bytes, peer: PeerCertificate | None) -> Login:
        """Check a PLAIN response for an application mailbox. Raises LoginRefused."""
        home = (peer.session if peer else None) or self.addresses.session
        try:
            identity, user, _ = read_plain(response)
        except SaslError as error:
            raise _malformed(error, home) from error
        session = self._known(home, user)
        structure = self._structure_of(peer, session, user)
        box = mailbox_of(session.people, user)
        if identity and identity.lower() != user.lower():
            received, expected = f"identité d'autorisation {identity}", f"rien, ou {user}"
            raise LoginRefused("identite-d-autorisation", home, user, received=received, expected=expected)
        if box is None or box.kind is not BoxKind.APPLICATION or box.owner != structure:
            owned = [one.address for one in mailboxes(session.people).values() if one.owner == structure]
            expected = next(
                (one for one in owned if one.partition("@")[0].endswith(APPLICATION_SUFFIX)), "aucune boîte"
            )
            raise LoginRefused("boite-non-applicative", home, user, received=user, expected=expected)
        return Login(home, box, structure, "PLAIN")

    def _structure_of(self, peer: PeerCertificate | None, session: Session, user: str) -> str:
        expected = "un certificat client ORG AUTH_CLI valable, de l'autorité du bac à sable"
        if peer is None:
            received = "aucun certificat client dans la poignée de main TLS"
            raise LoginRefused("certificat-absent", session.name, user, received=received, expected=expected)
        judgement = self.sandbox.pki.judge(peer, session.clock.age())
        if judgement is not Judgement.OK or peer.family is not Family.ORGANISATION_AUTH:
            received = f"{peer.subject} : {JUDGEMENTS[judgement]}, {FAMILIES[peer.family]}"
            raise LoginRefused("certificat-refuse", session.name, user, received=received, expected=expected)
        structure = session.people.structure_numbered(peer.organisational_unit)
        if structure is None:
            received, expected = f"OU={peer.organisational_unit}", "l'identifiant d'une structure du bac à sable"
            raise LoginRefused("structure-inconnue", session.name, user, received=received, expected=expected)
        return structure.id

    def _known(self, name: str, user: str) -> Session:
        try:
            return self.sandbox.sessions.get(name)
        except UnknownSession as error:
            raise LoginRefused(
                "session-inconnue", self.addresses.session, user, received=name, expected="une session qui existe"
            ) from error

    async def _introspect(self, token: str, name: str, user: str) -> dict[str, Any]:
        sandbox = self.sandbox
        try:
            facts = await introspected(sandbox, name, "psc", PSC_INTROSPECTION, token, (PSC_CLIENT, PSC_SECRET))
        except IntrospectionFailed as error:
            received = "aucune réponse utilisable à la demande d'introspection"
            expected = "la réponse de Pro Santé Connect sur le jeton"
            raise LoginRefused("psc-indisponible", name, user, received=received, expected=expected) from error
        return facts


def _malformed(error: SaslError, session: str) -> LoginRefused:
    return LoginRefused(error.code, session, received=error.received, expected=error.expected)


def _boxes_of(session: Session, national_id: str, *, structure_boxes: bool) -> str:
    people = session.people
    may = [b for b in mailboxes(people).values() if may_open(people, national_id, b, structure_boxes=structure_boxes)]
    return ", ".join(box.address for box in may) or "aucune : ce professionnel n'a pas de boîte"
