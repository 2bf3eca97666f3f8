"""The messages of Mon espace santé: conversations, reading, answering, writing, deleting.

Source: docs/sources/mssante.md#droit-de-repondre (who may be answered, that the report of reading cannot be opposed);
how the real page looks is not public: ours. Texts are shown as texts, whatever they hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from dmp_mock.web import visits
from dmp_mock.web.mes.documents import MAX_FILE, Form, pdf_of_file
from dmp_mock.web.mes.filing import filed_from
from dmp_mock.web.mes.mailbox import BARRED, asked, mailbox_of, reader_of
from dmp_mock.web.mes.space import Space, opened
from dmp_mock.web.pages import local
from dmp_mock.web.refusals import Told, noted
from dmp_mock.web.site import MES
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.citizen_mail import Mail, MailHead, Opened
from lgo_sandbox.wire.browsing import File
from lgo_sandbox.wire.http import RawResponse

__all__ = ["answer", "conversation", "delete", "messages", "subject_shown", "write", "writing"]

DOCUMENTS_PREFIX = "XDM/1.0/DDM+"
MAX_SHOWN = 60
"""How many mails of a conversation are shown, the last ones."""
JOINING = Form(
    "mail-file", "Ce fichier ne peut pas être joint", "fichier joint au message", "/messages", "Mes messages"
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A line of the list: the last mail, whom it is with, what is in it."""

    last: MailHead
    name: str
    subject: str
    at: datetime
    count: int
    unread: int
    files: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A mail of a conversation, as it is shown."""

    head: MailHead
    mail: Mail
    at: datetime
    was_read: bool


def subject_shown(subject: str) -> str:
    """Return a subject for a reader: without the prefix that is there for software."""
    shown = subject.replace(DOCUMENTS_PREFIX, "", 1).strip()
    return shown or "(sans objet)"


async def messages(call: Call) -> RawResponse:
    """List the conversations; without the mailbox, say what to do."""
    await call.enter(MES.operation)
    space = opened(call)
    call.summarise(f"Mon espace santé : messages de {space.patient.id}")
    if not space.is_open:
        return space.page("messages", tab="messages", box=None, shown=[], silent=None)
    try:
        with asked():
            box = await mailbox_of(space).opened()
    except Told as told:
        noted(call, told)
        return space.page("messages", tab="messages", box=None, shown=[], silent=told, status=told.status)
    return space.page("messages", tab="messages", box=box, shown=_conversations(box), silent=None)


def _conversations(box: Opened) -> list[Conversation]:
    threads: dict[str, list[MailHead]] = {}
    for head in box.mails:
        threads.setdefault(head.thread, []).append(head)
    return [_line(heads) for heads in threads.values()]


def _line(heads: list[MailHead]) -> Conversation:
    last, first = heads[0], heads[-1]
    other = next((head for head in heads if not head.sent), last)
    return Conversation(
        last,
        other.name,
        subject_shown(first.subject),
        _moment(last),
        len(heads),
        sum(not head.seen for head in heads),
        any(head.files for head in heads),
    )


def _moment(head: MailHead) -> datetime:
    return local(datetime.fromisoformat(head.at))


async def conversation(call: Call) -> RawResponse:
    """Show a conversation: what is in it is read from now on, and who asked to be told is told."""
    await call.enter(MES.operation)
    space = opened(call)
    _check_open(space)
    with asked():
        box = mailbox_of(space)
        held = await box.opened()
        heads = _thread(held, call.path_params["id"])
        mails = await box.read([head.id for head in heads], reader_of(space))
    shown = [Message(head, mail, _moment(head), head.seen) for head, mail in zip(heads, mails, strict=True)]
    call.summarise(f"Mon espace santé : lecture de « {subject_shown(heads[0].subject)[:60]} »{_receipts(mails)}")
    last = next((one for one in reversed(shown) if not one.head.sent), None)
    return space.page(
        "conversation",
        tab="messages",
        subject=subject_shown(heads[0].subject),
        shown=shown,
        answered=last,
        barred=BARRED.get(last.mail.barred, "") if last else "",
        filed=filed_from(space, mails),
        megabytes=MAX_FILE // 1024 // 1024,
    )


def _check_open(space: Space) -> None:
    if not space.is_open:
        raise Told(
            "mail-space",
            "Votre espace n'est pas ouvert",
            received="espace fermé, ou jamais ouvert",
            expected="un espace ouvert",
            where="messagerie de l'usager",
            remedy="Ouvrez votre espace dans « Confidentialité », puis revenez à vos messages.",
            link="/confidentialite",
            label="Confidentialité",
        )


def _thread(held: Opened, mail: str) -> list[MailHead]:
    """Return the conversation of a mail, the first mail first. Raises Told when it is not listed."""
    head = next((one for one in held.mails if one.id == mail), None)
    if head is None:
        raise Told(
            "mail-absent",
            "Ce message n'est pas dans votre messagerie",
            received=f"message {mail[:40]}",
            expected="un message de la liste",
            where="adresse de la page",
            remedy="Revenez à vos messages, et choisissez dans la liste.",
            status=404,
            link="/messages",
            label="Mes messages",
        )
    return [one for one in held.mails if one.thread == head.thread][:MAX_SHOWN][::-1]


def _receipts(mails: Iterable[Mail]) -> str:
    told = list(dict.fromkeys(mail.receipt for mail in mails if mail.receipt))
    return f" (accusé de lecture envoyé à {', '.join(told)})" if told else ""


async def answer(call: Call) -> RawResponse:
    """Answer a mail."""
    await call.enter(MES.operation)
    space = opened(call)
    fields, files = visits.form(call, space.visit.csrf)
    _check_open(space)
    mail = call.path_params["id"]
    to = await _send(space, fields, files, answers=mail, link=f"/messages/{mail}")
    call.summarise(f"Mon espace santé : réponse à {to}")
    return visits.see_other(call, f"/messages/{mail}", fait="envoye")


async def writing(call: Call) -> RawResponse:
    """Show the form of a new message."""
    await call.enter(MES.operation)
    space = opened(call)
    _check_open(space)
    with asked():
        held = await mailbox_of(space).opened()
    call.summarise("Mon espace santé : écrire un message")
    chosen = dict(parse_qsl(call.query, max_num_fields=20)).get("a", "")
    return space.page("writing", tab="messages", box=held, chosen=chosen, megabytes=MAX_FILE // 1024 // 1024)


async def write(call: Call) -> RawResponse:
    """Write to a correspondent."""
    await call.enter(MES.operation)
    space = opened(call)
    fields, files = visits.form(call, space.visit.csrf)
    _check_open(space)
    to = await _send(space, fields, files, link="/messages/ecrire")
    call.summarise(f"Mon espace santé : message à {to}")
    return visits.see_other(call, "/messages", fait="envoye")


async def _send(
    space: Space, fields: dict[str, str], files: dict[str, File], *, answers: str = "", link: str = ""
) -> str:
    given = files.get("fichier")
    attached = given is not None and given.content != b""
    with asked(link, "Recommencer"):
        return await mailbox_of(space).write(
            fields.get("destinataire", "")[:200],
            fields.get("objet", "")[:300],
            fields.get("texte", "")[:100_000],
            answers=answers,
            representative=reader_of(space),
            pdf=pdf_of_file(given, JOINING) if attached else b"",
            name=_named(given.name) if attached and given else "",
        )


def _named(name: str) -> str:
    """Return the name of a file without its folder, as that of a PDF."""
    last = name.replace("\\", "/").rpartition("/")[2].strip()
    stem = last.rpartition(".")[0] or last
    return f"{stem[:80] or 'document'}.pdf"


async def delete(call: Call) -> RawResponse:
    """Take a mail away."""
    await call.enter(MES.operation)
    space = opened(call)
    visits.form(call, space.visit.csrf)
    _check_open(space)
    with asked():
        await mailbox_of(space).delete(call.path_params["id"])
    call.summarise("Mon espace santé : message supprimé")
    return visits.see_other(call, "/messages", fait="message-supprime")
