"""An exchange of this service for people: labelled values, in French, from its typed facts.

Source: contract of the project (``Service.decode``). Knows no rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from lgo_sandbox.contract import Decoded
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.wording import counted
from mss_mock.facts import (
    Autoconfigured,
    DirectoryRead,
    DirectorySearch,
    Extraction,
    ImapCommand,
    Mail,
    MailConnection,
    MailEnvelope,
    MailFates,
    MailLogin,
    SmtpCommand,
    WhiteListRead,
)
from mss_mock.facts.content import Unreadable

__all__ = ["decode"]

Pair = tuple[str, str]


def decode(exchange: Exchange) -> Decoded:
    """Return an exchange as people read it."""
    pairs = (*_login(exchange), *_mail(exchange), *_command(exchange), *_directory(exchange), *_connection(exchange))
    request = tuple((label, value) for label, value in pairs if value)
    return Decoded(exchange.summary or exchange.target, request, tuple(_answer(exchange)))


def _login(exchange: Exchange) -> Iterator[Pair]:
    if (login := exchange.noted.get(MailLogin)) is not None:
        yield "Boîte", login.mailbox
        yield "Mécanisme", login.mechanism
        yield "Ouverte par", login.opened_by


def _mail(exchange: Exchange) -> Iterator[Pair]:
    mail, envelope = exchange.noted.get(Mail), exchange.noted.get(MailEnvelope)
    content = mail.read if mail is not None else None
    if envelope is not None:
        yield "Boîte", envelope.mailbox
        label = content.head.sender_label if content is not None else ""
        yield "Expéditeur", label or envelope.sender
        yield "Destinataires", ", ".join(one.address for one in envelope.recipients)
    if content is not None:
        yield "Objet", content.head.subject
        yield "Pièces jointes", ", ".join(one.name for one in content.attachments)
        yield "Documents", " ; ".join(f"{one.title} ({one.code}), {one.told.shown}" for one in content.documents)
        yield "Archive illisible", " ; ".join(one.reason for one in content.archives if isinstance(one, Unreadable))


def _command(exchange: Exchange) -> Iterator[Pair]:
    if (smtp := exchange.noted.get(SmtpCommand)) is not None:
        yield "Commande", smtp.line
    if (imap := exchange.noted.get(ImapCommand)) is not None:
        yield "Boîte", imap.mailbox
        yield "Dossier", imap.folder
        yield "Vers le dossier", imap.target


def _directory(exchange: Exchange) -> Iterator[Pair]:
    if (search := exchange.noted.get(DirectorySearch)) is not None:
        yield "Ressource", search.resource
        yield "Critères", ", ".join(f"{name}={value}" for name, value in search.criteria)
        yield "Résultats", str(search.total)
        yield "Page", str(search.page) if search.page > 1 else ""
        yield "Mises à jour de", counted(search.delta_days, "jour") if search.delta_days >= 0 else ""
    if (extraction := exchange.noted.get(Extraction)) is not None:
        yield "Fichier", extraction.name
        yield "Lignes", str(extraction.lines)
    if (read := exchange.noted.get(DirectoryRead)) is not None:
        yield "Ressource", f"{read.resource}/{read.identity}".rstrip("/")
    if (configured := exchange.noted.get(Autoconfigured)) is not None:
        yield "Domaine", configured.domain
    if (listed := exchange.noted.get(WhiteListRead)) is not None:
        yield "Domaines", str(listed.domains)


def _connection(exchange: Exchange) -> Iterator[Pair]:
    if (connection := exchange.noted.get(MailConnection)) is not None:
        yield "TLS", f"{connection.tls_version} {connection.tls_cipher}".strip()


def _answer(exchange: Exchange) -> Iterator[Pair]:
    if (fates := exchange.noted.get(MailFates)) is not None:
        for fate in fates.fates:
            yield fate.address, fate.status
    if exchange.transport in ("smtp", "imap") and exchange.response_body:
        yield "Réponse", exchange.response_body.decode("utf-8", "replace")
