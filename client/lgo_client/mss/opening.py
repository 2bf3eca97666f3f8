"""A mail desk opened for a professional of a connection document, or for the software of his pharmacy.

Source: specs/mssante.md §1.1 (who opens which mailbox by what), §2 (kinds of mailboxes). Knows no command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from lgo_client.clock import Workplace
from lgo_client.dmp.opening import OID, writer_of
from lgo_client.environment import Environment, Patient
from lgo_client.mss.desk import MailDesk
from lgo_client.mss.doors import Account
from lgo_client.mss.errors import NotLoggedIn
from lgo_client.mss.mails import Sender, sender_of
from lgo_client.mss.queue import MailQueue, Operator
from lgo_client.mss.records import MailRecords
from lgo_client.mss.trust import APPLICATION, Trust
from lgo_client.psc import PscRefused
from lgo_client.unanswered import unanswered

__all__ = ["APPLICATION", "application_mailbox", "opened_desk", "patients_of"]

QUEUE, RECORDS = "file-mss-{mailbox}.sqlite", "courrier-mss.sqlite"
"""A queue for each mailbox, because a mail leaves by its own; what came is kept for the whole pharmacy."""


def application_mailbox(mailbox: str) -> str:
    """Return the mailbox of a structure's software, beside that of the structure."""
    local, _, domain = mailbox.partition("@")
    return f"{local}_auto@{domain}"


def patients_of(environment: Environment) -> Mapping[str, Patient]:
    """Return the patients whom the pharmacy knows with their INS, by matricule."""
    named = [environment.patient(one["id"]) for one in environment.document.get("patients", ()) if one.get("matricule")]
    return {one.matricule: one for one in named}


@contextmanager
def opened_desk(
    environment: Environment,
    who: str,
    folder: Path,
    token: Callable[[], str] | None,
    *,
    of_structure: bool = False,
    trust: Trust | None = None,
    workplace: Workplace | None = None,
) -> Iterator[MailDesk]:
    """Give the desk of a professional, whose files are in a folder; without ``token``, that of the software.

    ``of_structure``: at the mailbox of the structure, which its professionals open by their token. The software's
    mailbox opens by the certificate of the structure; replies to it go to the structure's own. ``trust`` judges the
    operator.
    """
    place, writer = workplace or Workplace(), writer_of(environment, who)
    nil = environment.fact("nil")
    if token is None:
        mailbox = application_mailbox(writer.structure.mailbox)
        sender = Sender(writer.structure.name, mailbox, nil, reply_to=writer.structure.mailbox)
        account = Account(mailbox, certificate=environment.certificate(APPLICATION), trust=trust)
    elif of_structure:
        sender = Sender(writer.structure.name, writer.structure.mailbox, nil)
        account = Account(writer.structure.mailbox, _fresh(token), trust=trust)
    else:
        sender = sender_of(writer.person, writer.structure, nil)
        account = Account(writer.person.mailbox, _fresh(token), trust=trust)
    with ExitStack() as stack:
        records = MailRecords(folder / RECORDS, place)
        stack.callback(records.close)
        queue = MailQueue(folder / QUEUE.format(mailbox=account.mailbox), place)
        stack.callback(queue.close)
        yield MailDesk(
            holder=writer.person.national_id,
            sender=sender,
            writer=writer,
            operator=Operator(environment, account),
            records=records,
            queue=queue,
            patients=patients_of(environment),
            workplace=place,
            source=OID,
        )


def _fresh(token: Callable[[], str]) -> Callable[[], str]:
    """Return what gives a token; that there is none is told as an outage that the next log-in ends."""

    def fresh() -> str:
        try:
            return token()
        except (PscRefused, httpx.HTTPError) as error:
            said = unanswered(error) if isinstance(error, httpx.TransportError) else str(error)
            raise NotLoggedIn(said) from error

    return fresh
