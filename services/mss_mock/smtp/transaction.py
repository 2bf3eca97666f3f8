"""One mail transaction: who may send what to whom, and what is written of it in the journal.

Source: specs/mssante.md §1.3 and §2, RFC 5321 §3.3, RFC 3461. Raises Refused with the reply; knows no socket.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from lgo_sandbox.gate.spoiling import note_fault
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.tenant.faults import Fault
from lgo_sandbox.tenant.session import Session
from mss_mock.citizens.rights import is_citizen
from mss_mock.codes import MAILBOX_QUOTA, MAX_RECIPIENTS, SERVICE, BoxKind
from mss_mock.codes.faults import DELAYED, DOUBLED, OPERATOR_DELIVERY, OPERATOR_FAULTS
from mss_mock.codes.operators import COURSE_TITLES
from mss_mock.delivery import Manner, deliver, policy_of, store_of
from mss_mock.domain import Refused, check_author, check_sender, mailbox_of, resolve
from mss_mock.envelopes import Envelope, Target
from mss_mock.facts import Fate, MailEnvelope, MailFates, MailRecipient
from mss_mock.flows import flow_of
from mss_mock.greylist import lets_pass
from mss_mock.journaling import Record
from mss_mock.login import Login
from mss_mock.operators.courses import Passage, wanted
from mss_mock.operators.rules import domain_of, operator_of
from mss_mock.smtp.parameters import read_mail, read_rcpt
from mss_mock.unstored import unstored_by_smtp
from mss_mock.wire.mail import authors_of, is_plain, mail_of, subject_of

__all__ = ["Transaction"]


class Transaction:
    """From MAIL to the reply to DATA; ``limit`` is the largest mail in octets."""

    def __init__(self, record: Record, login: Login, limit: int, *, helo: str, peer: str) -> None:
        self.record = record
        self.login = login
        self.limit = limit
        self.envelope = Envelope("", helo=helo, peer=peer)
        self.eight_bit = self.spaced = False

    @property
    def session(self) -> Session:
        """The sandbox session that the mail stays in."""
        return self.record.session

    def begin(self, argument: str | None) -> None:
        """Take MAIL FROM. Raises Refused."""
        path = read_mail(argument)
        check_sender(self.login.mailbox, path.sender)
        if path.size > self.limit:
            raise Refused(
                "message-trop-lourd",
                f"Message size exceeds fixed limit of {self.limit} bytes",
                received=f"SIZE={path.size}",
                expected=f"{self.limit} octets au plus",
                where="MAIL FROM",
            )
        self.envelope.sender = self.login.mailbox.address if path.sender else ""
        self.eight_bit, self.spaced = path.body == "8BITMIME", path.spaced
        self.envelope.envelope_id, self.envelope.whole = path.envelope_id, path.whole

    def add(self, argument: str | None) -> None:
        """Take RCPT TO. Raises Refused."""
        path = read_rcpt(argument)
        self.spaced = self.spaced or path.spaced
        address = resolve(self.session.people, path.address, policy_of(self.session, path.address))
        targets = self.envelope.targets
        if any(target.address == address for target in targets):
            return
        if len(targets) >= MAX_RECIPIENTS:
            received, expected = f"un {MAX_RECIPIENTS + 1}e destinataire", f"{MAX_RECIPIENTS} au plus"
            raise Refused("trop-de-destinataires", received=received, expected=expected, where="RCPT TO")
        if store_of(self.session).weight(address) >= MAILBOX_QUOTA:
            text, expected = f"<{address}>: Mailbox full", f"moins de {MAILBOX_QUOTA} octets dans cette boîte"
            raise Refused("boite-pleine", text, received=f"RCPT TO:<{address}>", expected=expected, where="RCPT TO")
        targets.append(Target(address, path.notify, path.original))

    def passes_the_grey_list(self, argument: str) -> bool:
        """Tell whether a recipient was tried some time ago. Raises Refused for what is no path."""
        return lets_pass(self.session, self.login.mailbox.address, read_rcpt(argument).address)

    def complete(self, message: bytes, faults: Sequence[Fault] = ()) -> str:
        """Deliver the mail and return the reply; it is committed. Raises Refused, also when nothing can be written.

        ``faults`` are those of the operator: a mail delivered twice, or later.
        """
        self.record.request(message)
        if self.session.option("mss.from_other") == "refuse":
            check_author(self.login.mailbox, authors_of(message))
        mail = mail_of(message)
        self.record.note(mail)
        try:
            fates = deliver(self.session, self.envelope, message, self._manner(faults))
        except StoreError as error:
            raise unstored_by_smtp(error) from error
        self._note_envelope()
        if is_plain(message):
            mail.content.take()
        self.record.note(flow_of(mail, [target.address for target in self.envelope.targets]))
        self.record.note(MailFates(fates=tuple(Fate(address=a, status=status) for a, status in fates.items())))
        reply = f"250 2.0.0 Ok: queued as {self.record.exchange.id}"
        subject = mail.read.head.subject if mail.content.taken and mail.read else subject_of(message)
        summary = f"{self.login.mailbox.address} écrit à {', '.join(fates)} : {subject[:80]}"
        self.record.finish(250, reply.encode(), summary)
        return reply

    def _manner(self, faults: Sequence[Fault]) -> Manner:
        """Return how the armed faults want the mail delivered, and note them."""
        named = {fault.value for fault in faults}
        delay = timedelta(minutes=int(self.session.option("mss.delivery_delay"))) if DELAYED in named else None
        for fault in faults:
            effect = "message remis deux fois" if fault.value == DOUBLED else "message remis plus tard"
            note_fault(self.record.exchange, fault, effect)
        return Manner(copies=2 if DOUBLED in named else 1, delay=delay, passages=dict(self._passages()))

    def _passages(self) -> Iterator[tuple[str, Passage]]:
        """Yield how mail goes to the recipients at other operators whom a fault was armed for, and note them."""
        faults = self.session.faults
        if not any(fault.operation == OPERATOR_DELIVERY for fault in faults.armed()):
            return
        for target in self.envelope.targets:
            operator = operator_of(self.session.people, target.address)
            if operator is None or operator.own:
                continue
            clients = (target.address, domain_of(target.address), operator.id)
            for fault in faults.take(SERVICE, OPERATOR_DELIVERY, *clients):
                course = OPERATOR_FAULTS.get(str(fault.value))
                if course is not None:
                    note_fault(self.record.exchange, fault, f"pour {target.address}, {COURSE_TITLES[course]}")
                    yield target.address, wanted(operator, course, fixed=True)

    def refuse(self, refused: Refused) -> None:
        """End in a refusal of the mail itself."""
        self._note_envelope()
        self.record.refuse(refused.seen_in("le message", "DATA"))
        self.record.finish(refused.status, refused.smtp.encode(), f"Message refusé : {refused.known.title}")

    def _note_envelope(self) -> None:
        people = self.session.people
        boxes = [(target.address, mailbox_of(people, target.address)) for target in self.envelope.targets]
        recipients = (MailRecipient(address=a, kind=box.kind if box else _unknown_kind(a)) for a, box in boxes)
        self.record.note(
            MailEnvelope(
                mailbox=self.login.mailbox.address,
                kind=self.login.mailbox.kind,
                helo=self.envelope.helo,
                sender=self.envelope.sender,
                recipients=tuple(recipients),
                notify=tuple(sorted({value for target in self.envelope.targets for value in target.notify or ()})),
                eight_bit=self.eight_bit,
                spaced=self.spaced,
            )
        )


def _unknown_kind(address: str) -> BoxKind:
    """Return what an address was meant as that was accepted and is nobody's."""
    return BoxKind.CITIZEN if is_citizen(address) else BoxKind.PERSON
