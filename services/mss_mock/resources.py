"""What the control API publishes of the operator: mailboxes, their messages, and a way to put a message in one.

Source: design of the project (Control API, ``mss/mailboxes``). For testers and consoles; no national contract.
"""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as CRLF_POLICY
from email.utils import format_datetime
from typing import Any

from lgo_sandbox.contract import Refusal, ResourceRequest
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.mime import MimeError, MimePart, read_mail
from mss_mock.codes import INBOX, MAX_MESSAGE, OPERATOR_HOST
from mss_mock.delivery import box_of, store_of
from mss_mock.domain import Mailbox, mailbox_of, mailboxes
from mss_mock.store import FolderError, MessageRow, New

__all__ = ["handle_mailboxes"]

_LONE_NEWLINE = re.compile(r"\r\n|\r|\n")
_FIELDS = ("from", "to", "subject", "text")


def handle_mailboxes(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """List mailboxes, a mailbox's messages, one raw message (``?raw=1&uid=``); POST puts a message in a mailbox."""
    if not request.tail:
        if request.method != "GET":
            raise Refusal(405, "seul GET est possible sur la liste des boîtes")
        return _list(session)
    box = mailbox_of(session.people, request.tail)
    if box is None:
        raise Refusal(404, f"aucune boîte n'a l'adresse « {request.tail[:120]} »")
    if request.method == "POST":
        return _inject(session, box, request.body)
    if request.method != "GET":
        raise Refusal(405, "seuls GET et POST sont possibles sur une boîte")
    return _raw(session, box, request) if request.query.get("raw") else _messages(session, box, request)


def _list(session: Session) -> list[dict[str, Any]]:
    counts = store_of(session).counts()
    return [
        {
            "address": b.address,
            "kind": b.kind.value,
            "label": b.label,
            "closed": b.closed,
            "messages": counts.get(b.address, 0),
        }
        for b in (box_of(session, address) for address in mailboxes(session.people))
        if b
    ]


def _rows(session: Session, box: Mailbox, request: ResourceRequest) -> list[tuple[str, MessageRow]]:
    store = store_of(session)
    wanted = request.query.get("folder")
    folders = [folder for folder in store.folders(box.address) if wanted in (None, folder.name)]
    return [(folder.name, row) for folder in folders for row in store.messages(folder.id)]


def _messages(session: Session, box: Mailbox, request: ResourceRequest) -> list[dict[str, Any]]:
    store = store_of(session)
    return [_message(folder, row, store.octets(row.content_id) or b"") for folder, row in _rows(session, box, request)]


def _message(folder: str, row: MessageRow, octets: bytes) -> dict[str, Any]:
    facts = {
        "folder": folder,
        "uid": row.uid,
        "size": row.size,
        "received": row.received.isoformat(),
        "flags": sorted(row.flags),
    }
    try:
        mail = read_mail(octets)
    except MimeError as error:
        return {**facts, "unreadable": error.reason}
    headers = {name: mail.header(name) for name in ("From", "To", "Subject", "Date", "Message-ID")}
    return {**facts, **{name.lower().replace("-", "_"): value for name, value in headers.items()}, **_content(mail)}


def _content(mail: MimePart) -> dict[str, Any]:
    leaves = list(mail.leaves())
    text = next((leaf.text() for leaf in leaves if leaf.content_type == "text/plain" and not leaf.filename), "")
    names = [
        {"name": leaf.filename, "type": leaf.content_type, "size": len(leaf.body)} for leaf in leaves if leaf.filename
    ]
    return {"text": text, "attachments": names}


def _raw(session: Session, box: Mailbox, request: ResourceRequest) -> RawResponse:
    uid, folder = request.query.get("uid", ""), request.query.get("folder", INBOX)
    for name, row in _rows(session, box, request):
        if str(row.uid) == uid and name == folder:
            return RawResponse(200, store_of(session).octets(row.content_id) or b"", "message/rfc822")
    raise Refusal(404, f"aucun message d'UID « {uid[:20]} » dans « {folder[:60]} »")


def _inject(session: Session, box: Mailbox, body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Refusal(400, "un objet JSON est attendu : {raw} ou {from, subject, text}")
    octets = _octets(session, box, body)
    if not octets or b"\0" in octets or len(octets) > MAX_MESSAGE:
        raise Refusal(400, "message vide, trop long ou contenant un octet nul")
    folder = str(body.get("folder", INBOX))
    try:
        uidvalidity, uid = store_of(session).add([New(box.address, octets, session.clock.wire(), folder)])[0]
    except FolderError as error:
        raise Refusal(404, f"aucun dossier « {folder[:60]} » dans la boîte") from error
    return {"address": box.address, "folder": folder, "uid": uid, "uidvalidity": uidvalidity}


def _octets(session: Session, box: Mailbox, body: dict[str, Any]) -> bytes:
    raw = body.get("raw")
    if isinstance(raw, str):
        return _LONE_NEWLINE.sub("\r\n", raw).encode("utf-8", "surrogateescape")
    values = {name: str(body.get(name, "")) for name in _FIELDS}
    message = EmailMessage(policy=CRLF_POLICY)
    try:
        message["From"] = values["from"] or str(
            Address("Correspondant simulé", addr_spec=f"correspondant@{OPERATOR_HOST}")
        )
        message["To"] = values["to"] or box.address
        message["Subject"] = values["subject"]
        message["Date"] = format_datetime(session.clock.wire().replace(microsecond=0))
        message["Message-ID"] = f"<{session.ids.uuid()}@{OPERATOR_HOST}>"
        message.set_content(values["text"], cte="base64" if not values["text"].isascii() else None)
        return message.as_bytes()
    except (ValueError, IndexError) as error:
        raise Refusal(400, f"message impossible à composer : {error}") from error
