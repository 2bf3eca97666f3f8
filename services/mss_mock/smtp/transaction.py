"""One mail transaction: who may send what to whom, and what is written of it in the journal.

Source: specs/mssante.md §1.3 and §2, RFC 5321 §3.3, RFC 3461. Raises Refused with the reply; knows no socket.
"""

from __future__ import annotations

from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.tenant.session import Session
from mss_mock.codes import MAILBOX_QUOTA, MAX_RECIPIENTS
from mss_mock.delivery import Envelope, Target, deliver, policy_of, store_of
from mss_mock.domain import Refused, check_sender, mailbox_of, resolve
from mss_mock.flows import mail_flow
from mss_mock.journaling import Record
from mss_mock.login import Login
from mss_mock.smtp.parameters import read_mail, read_rcpt
from mss_mock.wire.mail import mail_facts

__all__ = ["Transaction"]


class Transaction:
    """From MAIL to the reply to DATA; ``limit`` is the largest mail in octets."""

    def __init__(self, record: Record, login: Login, limit: int, *, helo: str, peer: str) -> None:
        self.record = record
        self.login = login
        self.limit = limit
        self.envelope = Envelope("", helo=helo, peer=peer)
        self.refusals: list[str] = []
        self._last = 0
        record.exchange.facts.update(mailbox=login.mailbox.address, mailbox_kind=login.mailbox.kind.value, helo=helo)

    @property
    def session(self) -> Session:
        """The sandbox session that the mail stays in."""
        return self.record.session

    def begin(self, argument: str | None) -> None:
        """Take MAIL FROM. Raises Refused."""
        path = read_mail(argument)
        check_sender(self.login.mailbox, path.sender)
        if path.size > self.limit:
            raise Refused(552, "5.3.4", f"Message size exceeds fixed limit of {self.limit} bytes")
        self.envelope.sender = self.login.mailbox.address if path.sender else ""
        self.envelope.envelope_id, self.envelope.whole = path.envelope_id, path.whole

    def add(self, argument: str | None) -> None:
        """Take RCPT TO. Raises Refused."""
        path = read_rcpt(argument)
        address = resolve(self.session.people, path.address, policy_of(self.session))
        targets = self.envelope.targets
        if any(target.address == address for target in targets):
            return
        if len(targets) >= MAX_RECIPIENTS:
            raise Refused(452, "4.5.3", "Too many recipients")
        if store_of(self.session).weight(address) >= MAILBOX_QUOTA:
            raise Refused(452, "4.2.2", f"<{address}>: Mailbox full")
        targets.append(Target(address, path.notify, path.original))

    def note_refusal(self, refusal: Refused) -> None:
        """Remember a refused command."""
        self.refusals.append(refusal.reply)
        self._last = refusal.code

    def complete(self, message: bytes) -> str:
        """Deliver the mail and return the reply; it is committed. Raises Refused when the store is full."""
        self._note(message)
        try:
            fates = deliver(self.session, self.envelope, message)
        except StoreError as error:
            raise Refused(452, "4.3.1", "Insufficient system storage") from error
        self.record.exchange.facts["fates"] = fates
        reply = f"250 2.0.0 Ok: queued as {self.record.exchange.id}"
        names = ", ".join(fates)
        subject = str(self.record.exchange.facts.get("subject", ""))[:80]
        self.record.finish(250, reply.encode(), f"{self.login.mailbox.address} écrit à {names} : {subject}")
        return reply

    def refuse_data(self, refusal: Refused) -> None:
        """End in a refusal of the mail itself."""
        self.note_refusal(refusal)
        self._refuse(refusal.reply)

    def abandon(self) -> None:
        """End without DATA; only a transaction that had refusals is worth an exchange."""
        if self.refusals:
            self._refuse(self.refusals[-1])

    def _refuse(self, reply: str) -> None:
        self._note_envelope()
        self.record.finish(self._last, reply.encode(), f"Message refusé : {reply}", outcome="refused")

    def _note(self, message: bytes) -> None:
        self.record.request(message)
        self._note_envelope()
        facts = self.record.exchange.facts
        facts.update(mail_facts(message))
        facts.update(mail_flow(facts, self.session.markers.all()))

    def _note_envelope(self) -> None:
        people = self.session.people
        boxes = [(target.address, mailbox_of(people, target.address)) for target in self.envelope.targets]
        self.record.exchange.facts.update(
            sender=self.envelope.sender,
            recipients=[{"address": address, "kind": box.kind.value if box else "PAT"} for address, box in boxes],
            notify=sorted({value for target in self.envelope.targets for value in target.notify or ()}),
            refusals=list(self.refusals),
        )
