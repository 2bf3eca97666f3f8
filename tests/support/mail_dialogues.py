"""How to make the mail operator say no: one way for each row of its catalogue, through a door.

``REFUSALS`` maps the key of a refusal to how it is provoked. A way gets a ``Mailer`` (a fresh session, raw
connections, patches) and returns what the wire said last.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from lgo_sandbox.pki import Issued
from lgo_sandbox.state.errors import StoreError, StoreFull, StoreLocked
from support.mail_client import Mailer
from support.mss_raw import Raw

__all__ = ["LOGIN_REFUSALS", "MAIL", "RCPT", "REFUSALS"]

TITULAIRE = b"helene.valmont@pharmacien.mssante.fr"
GENERALISTE = b"isabelle.delorme@medecin.mssante.fr"
APPLICATION = b"contact_auto@pharmacie-fontaine.mssante.fr"
MAIL = b"MAIL FROM:<" + TITULAIRE + b">"
RCPT = b"RCPT TO:<" + GENERALISTE + b">"


Way = Callable[[Mailer], bytes]


def _last(raw: Raw, *lines: bytes) -> bytes:
    said = b""
    for line in lines:
        said = raw.reply(line)[-1]
    return said


def _sent(*lines: bytes) -> Way:
    return lambda mailer: _last(mailer.sender(), *lines)


def _in_tls(*lines: bytes) -> Way:
    return lambda mailer: _last(mailer.smtp(), *lines)


def _in_clear(*lines: bytes) -> Way:
    return lambda mailer: _last(mailer.connect("smtp"), *lines)


def _data(octets: bytes) -> Way:
    def way(mailer: Mailer) -> bytes:
        raw = mailer.sender()
        _last(raw, MAIL, RCPT, b"DATA")
        raw.send(octets + b"\r\n.\r\n")
        return raw.line()

    return way


def _refusing_authors(mailer: Mailer) -> bytes:
    mailer.tenant.configure(from_other="refuse")
    return _data(b"From: a@b.mssante.fr\r\nSubject: a\r\n\r\nb")(mailer)


def _to_the_end(raw: Raw, said: bytes = b"") -> bytes:
    """Read until the connection is closed; return the last line."""
    while line := raw.line():
        said = line
    return said


def _fill(mailer: Mailer, count: int) -> None:
    for number in range(count):
        mailer.tenant.put(TITULAIRE.decode(), b"Subject: %d\r\n\r\na\r\n" % number)


# SMTP


def _many_failures(mailer: Mailer) -> bytes:
    mailer.tenant.configure(token_refuse="535")
    raw, said = mailer.smtp(), b""
    for _ in range(11):
        said = raw.ask(b"AUTH XOAUTH2 " + base64.b64encode(mailer.tenant.sasl(kind="expire")))
        if said.startswith(b"334"):
            said = raw.ask(b"")
    return _to_the_end(raw, said)


def _closed_citizen(mailer: Mailer) -> bytes:
    mailer.tenant.configure(closed_citizen="reject")
    return _last(mailer.sender(), MAIL, b"RCPT TO:<155128002194517@patient.mssante.fr>")


def _absent_citizen(mailer: Mailer) -> bytes:
    mailer.tenant.configure(closed_citizen="reject")
    return _last(mailer.sender(), MAIL, b"RCPT TO:<201026938392954@patient.mssante.fr>")


def _patched(name: str, value: Any, way: Way) -> Way:
    def patched(mailer: Mailer) -> bytes:
        mailer.patch(name, value)
        return way(mailer)

    return patched


def _raising(kind: type[StoreError]) -> Callable[..., Any]:
    def raising(*_arguments: Any, **_named: Any) -> Any:
        raise kind("la session")

    return raising


def _gone(mailer: Mailer, door: str) -> bytes:
    raw = mailer.sender() if door == "smtp" else mailer.reader()
    tenant, operator = mailer.tenant, mailer.tenant.operator
    tenant.delete()
    raw.send(b"MAIL FROM:<>\r\n" if door == "smtp" else b"t CREATE x\r\n")
    said = _to_the_end(raw)
    operator.runner.do(lambda: operator.sessions.create(tenant.name))
    return said


def _http_line(door: str) -> Way:
    def way(mailer: Mailer) -> bytes:
        raw = mailer.connect(door)
        raw.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        return _to_the_end(raw)

    return way


def _signing(door: str, line: bytes) -> Way:
    def way(mailer: Mailer) -> bytes:
        issued = mailer.tenant.runner.issue("org-sign", session=mailer.tenant.name)
        raw = mailer.secured(door, issued)
        raw.send(line)
        return _to_the_end(raw)

    return way


def _greeted(door: str) -> Way:
    """The refusal comes in the place of the greeting, or after a silence."""

    def way(mailer: Mailer) -> bytes:
        raw = mailer.raw(door)
        return _to_the_end(raw)

    return way


# Logins


def _token(mailer: Mailer, response: bytes) -> bytes:
    mailer.tenant.configure(token_refuse="535")
    raw = mailer.smtp()
    said = raw.ask(b"AUTH XOAUTH2 " + (base64.b64encode(response) or b"="))
    return bytes(raw.ask(b"") or said) if said.startswith(b"334") else said


def _plain(mailer: Mailer, response: bytes, certificate: Issued | None = None) -> bytes:
    raw = mailer.smtp(certificate or mailer.application())
    return raw.ask(b"AUTH PLAIN " + base64.b64encode(response))


def _unknown_session(mailer: Mailer) -> bytes:
    sasl = mailer.tenant.sasl().replace(mailer.tenant.name.encode(), b"inconnue")
    raw = mailer.smtp()
    return raw.ask(b"AUTH XOAUTH2 " + base64.b64encode(sasl))


# IMAP


def _read(*commands: bytes, fill: int = 0) -> Way:
    def way(mailer: Mailer) -> bytes:
        _fill(mailer, fill)
        *before, last = commands
        return bytes(mailer.reader(*before).command(last)[-1])

    return way


def _imap_clear(command: bytes) -> Way:
    return lambda mailer: bytes(mailer.connect("imap").command(command)[-1])


def _imap_tls(*lines: bytes) -> Way:
    def way(mailer: Mailer) -> bytes:
        raw, said = mailer.secured("imap"), b""
        for line in lines:
            said = raw.ask(line)
        return said

    return way


def _removed(mailer: Mailer) -> bytes:
    _fill(mailer, 3)
    raw = mailer.reader(b"SELECT INBOX")
    mailer.reader(b"SELECT INBOX", b"STORE 1 +FLAGS (\\Deleted)", b"EXPUNGE")
    return raw.command(b"FETCH 1 FLAGS")[-1]


def _idled(mailer: Mailer) -> bytes:
    raw = mailer.reader()
    raw.ask(b"t IDLE")
    return raw.ask(b"NOOP")


def _vanished(mailer: Mailer) -> bytes:
    raw = mailer.reader(b"CREATE Ephemere", b"SELECT Ephemere")
    mailer.reader(b"DELETE Ephemere")
    raw.send(b"t NOOP\r\n")
    return _to_the_end(raw)


def _flood(mailer: Mailer) -> bytes:
    raw = mailer.connect("imap")
    raw.send(b"t WHAT\r\n" * 20)
    return _to_the_end(raw)


def _failures(mailer: Mailer) -> bytes:
    raw = mailer.secured("imap")
    response = base64.b64encode(mailer.tenant.sasl(kind="expire"))
    for _ in range(11):
        if raw.ask(b"t AUTHENTICATE XOAUTH2 " + response).startswith(b"+"):
            raw.ask(b"")
    return b"* BYE Too many authentication failures"


def _read_to_the_end(line: bytes) -> Way:
    def way(mailer: Mailer) -> bytes:
        raw = mailer.reader()
        raw.send(line)
        return _to_the_end(raw)

    return way


SMTP_REFUSALS: Mapping[str, Way] = {
    "smtp-ligne-trop-longue": _sent(b"NOOP " + b"x" * 600),
    "smtp-ligne-illisible": _sent(b""),
    "smtp-non-ascii": _sent(b"NOOP \xff"),
    "smtp-commande-inconnue": _sent(b"WHAT"),
    "smtp-trop-d-inconnues": _sent(*[b"WHAT"] * 5),
    "smtp-helo": _in_tls(b"HELO lgo.test"),
    "smtp-non-offerte": _sent(b"EXPN liste"),
    "smtp-ehlo-sans-nom": _in_clear(b"EHLO"),
    "smtp-argument": _sent(b"RSET x"),
    "smtp-starttls-d-abord": _in_clear(b"EHLO lgo.test", MAIL),
    "smtp-ehlo-d-abord": lambda mailer: _last(mailer.secured("smtp"), MAIL),
    "smtp-auth-d-abord": _in_tls(MAIL),
    "smtp-tls-deja": _in_tls(b"STARTTLS"),
    "smtp-mail-imbrique": _sent(MAIL, MAIL),
    "smtp-mail-d-abord": _sent(RCPT),
    "smtp-rcpt-d-abord": _sent(MAIL, b"DATA"),
    "smtp-auth-deja": _sent(b"AUTH XOAUTH2 eA=="),
    "smtp-mecanisme": _in_tls(b"AUTH LOGIN"),
    "smtp-base64": _in_tls(b"AUTH XOAUTH2 ***"),
    "smtp-auth-annulee": _in_tls(b"AUTH XOAUTH2", b"*"),
    "smtp-trop-d-echecs": _many_failures,
    "smtp-chemin": _sent(b"MAIL FROM:" + TITULAIRE),
    "smtp-destinataire-vide": _sent(MAIL, b"RCPT TO:<>"),
    "smtp-adresse-expediteur": _sent(b"MAIL FROM:<valmont>"),
    "smtp-adresse-destinataire": _sent(MAIL, b"RCPT TO:<delorme>"),
    "smtp-parametre": _sent(MAIL + b" SIZE=1 SIZE=2"),
    "smtp-parametre-inconnu": _sent(MAIL + b" BY=120"),
    "smtp-size": _sent(MAIL + b" SIZE=lourd"),
    "smtp-body": _sent(MAIL + b" BODY=BINARYMIME"),
    "smtp-ret": _sent(MAIL + b" RET=TOUT"),
    "smtp-notify": _sent(MAIL, RCPT + b" NOTIFY=PARFOIS"),
    "smtp-orcpt": _sent(MAIL, RCPT + b" ORCPT=rfc822"),
    "smtp-xtext": _sent(MAIL + b" ENVID=a+GG"),
    "expediteur-autre": _sent(b"MAIL FROM:<thomas.castelnau@pharmacien.mssante.fr>"),
    "auteur-autre": _refusing_authors,
    "destinataire-inconnu": _sent(MAIL, b"RCPT TO:<personne@medecin.mssante.fr>"),
    "domaine-hors-liste": _sent(MAIL, b"RCPT TO:<x@gmail.com>"),
    "usager-adresse": _sent(MAIL, b"RCPT TO:<jean.dupont@patient.mssante.fr>"),
    "usager-sans-espace": _absent_citizen,
    "usager-inconnu": _sent(MAIL, b"RCPT TO:<000000000000000@patient.mssante.fr>"),
    "boite-fermee": _closed_citizen,
    "trop-de-destinataires": _patched(
        "mss_mock.smtp.transaction.MAX_RECIPIENTS", 1, _sent(MAIL, RCPT, b"RCPT TO:<" + TITULAIRE + b">")
    ),
    "boite-pleine": _patched("mss_mock.smtp.transaction.MAILBOX_QUOTA", 0, _sent(MAIL, RCPT)),
    "message-trop-lourd": _sent(MAIL + b" SIZE=10000001"),
    "ligne-trop-longue": _data(b"Subject: a\r\n\r\n" + b"x" * 70_000),
    "octet-nul": _data(b"Subject: a\r\n\r\n\0"),
    "fin-de-ligne-isolee": _data(b"Subject: a\n\nb"),
    "stockage-plein": _patched("mss_mock.smtp.transaction.deliver", _raising(StoreFull), _data(b"Subject: a\r\n\r\nb")),
    "stockage-impossible": _patched(
        "mss_mock.smtp.transaction.deliver", _raising(StoreLocked), _data(b"Subject: a\r\n\r\nb")
    ),
    "smtp-session-disparue": lambda mailer: _gone(mailer, "smtp"),
    "smtp-complet": _patched("mss_mock.smtp.server.SmtpDoor.max_connections", 0, _greeted("smtp")),
    "smtp-trop-lent": _patched("mss_mock.smtp.server.SmtpDoor.login_seconds", 0.1, _greeted("smtp")),
    "smtp-certificat": _signing("smtp", b"EHLO lgo.test\r\n"),
    "smtp-http": _http_line("smtp"),
}

LOGIN_REFUSALS: Mapping[str, Way] = {
    "sasl-xoauth2": lambda mailer: _token(mailer, b"n'importe quoi"),
    "sasl-utf8": lambda mailer: _token(mailer, b"user=\xff\x01auth=Bearer t\x01\x01"),
    "sasl-plain": lambda mailer: _plain(mailer, b"\0" + APPLICATION),
    "jeton-inactif": lambda mailer: _token(mailer, mailer.tenant.sasl(kind="expire")),
    "boite-d-un-autre": lambda mailer: _token(mailer, mailer.tenant.sasl(GENERALISTE.decode())),
    "certificat-refuse": lambda mailer: _plain(mailer, b"\0" + APPLICATION + b"\0x", mailer.application("expired")),
    "identite-d-autorisation": lambda mailer: _plain(mailer, b"autre\0" + APPLICATION + b"\0x"),
    "boite-non-applicative": lambda mailer: _plain(mailer, b"\0" + TITULAIRE + b"\0x"),
    "session-inconnue": _unknown_session,
    "psc-indisponible": lambda mailer: _token(mailer, mailer.tenant.sasl(kind="panne")),
}

IMAP_REFUSALS: Mapping[str, Way] = {
    "imap-etiquette": lambda mailer: mailer.connect("imap").ask(b"+ NOOP"),
    "imap-commande-inconnue": _read(b"WHAT"),
    "imap-etat": _imap_clear(b"SELECT INBOX"),
    "imap-syntaxe": _read(b"SELECT"),
    "imap-limite": _read(b"SELECT INBOX", b"SEARCH " + b"(" * 30 + b"ALL" + b")" * 30),
    "imap-inconnu": _read(b"SELECT INBOX", b"FETCH 1:* (TOUT)", fill=1),
    "imap-numero": _read(b"SELECT INBOX", b"FETCH 5 FLAGS", fill=1),
    "imap-litteral-trop-grand": lambda mailer: mailer.reader().ask(b"t APPEND INBOX {999999999}"),
    "imap-starttls-d-abord": _imap_clear(b"LOGIN lgo secret"),
    "imap-tls-deja": _imap_tls(b"t STARTTLS"),
    "imap-login-ferme": _imap_tls(b"t LOGIN lgo secret"),
    "imap-mecanisme": _imap_tls(b"t AUTHENTICATE CRAM-MD5"),
    "imap-base64": _imap_tls(b"t AUTHENTICATE XOAUTH2", b"***"),
    "imap-auth-annulee": _imap_tls(b"t AUTHENTICATE XOAUTH2", b"*"),
    "imap-done": _idled,
    "imap-nom-de-dossier": _read(b'CREATE "a&b"'),
    "imap-dossier-absent": _read(b"SELECT Nulle-part"),
    "imap-dossier-a-creer": _read(b"SELECT INBOX", b"COPY 1 Nulle-part", fill=1),
    "imap-quota-inconnu": _read(b"GETQUOTA ailleurs"),
    "imap-quota-fixe": _read(b'SETQUOTA "" (STORAGE 1)'),
    "imap-dossier-existe": _read(b"CREATE Sent"),
    "imap-dossier-interdit": _read(b"DELETE INBOX"),
    "imap-trop-de-dossiers": _patched("mss_mock.store.mail.MAX_FOLDERS", 2, _read(b"CREATE Autre")),
    "imap-lecture-seule": _read(b"EXAMINE INBOX", b"EXPUNGE"),
    "imap-trop-de-mots-cles": _patched(
        "mss_mock.imap.messages.MAX_KEYWORDS", 0, _read(b"SELECT INBOX", b"STORE 1 +FLAGS (a)", fill=1)
    ),
    "imap-jeu-de-caracteres": _read(b"SELECT INBOX", b"SEARCH CHARSET KOI8-R ALL"),
    "imap-retires": _removed,
    "imap-message-vide": _read(b"APPEND INBOX {0+}\r\n"),
    "imap-message-trop-lourd": _patched("mss_mock.port.MEGA", 0, _read(b"APPEND INBOX {1+}\r\nx")),
    "imap-boite-pleine": _patched("mss_mock.imap.folders.MAILBOX_QUOTA", 0, _read(b"APPEND INBOX {1+}\r\nx")),
    "imap-stockage": _patched("mss_mock.store.Store.create", _raising(StoreFull), _read(b"CREATE Plein")),
    "imap-trop-de-bad": _flood,
    "imap-trop-d-echecs": _failures,
    "imap-ligne-trop-longue": _read_to_the_end(b"t NOOP " + b"x" * 100_000 + b"\r\n"),
    "imap-litteral-impossible": _read_to_the_end(b"t SELECT {999999999+}\r\n"),
    "imap-dossier-disparu": _vanished,
    "imap-session-disparue": lambda mailer: _gone(mailer, "imap"),
    "imap-complet": _patched("mss_mock.imap.server.ImapDoor.max_connections", 0, _greeted("imap")),
    "imap-trop-lent": _patched("mss_mock.imap.server.ImapDoor.login_seconds", 0.1, _greeted("imap")),
    "imap-certificat": _signing("imap", b"t CAPABILITY\r\n"),
    "imap-http": _http_line("imap"),
}

EXTRACTIONS = "/annuaire-sante-webservices/V300/services/extraction"


def _hurried(mailer: Mailer) -> bytes:
    """Call until one call is too many for a second."""
    mailer.still()
    mailer.tenant.configure(annuaire_rate="refuse")
    return [mailer.http("/fhir/v2/metadata") for _ in range(18)][-1]


HTTP_REFUSALS: Mapping[str, Way] = {
    "annuaire-cle": lambda mailer: mailer.http("/fhir/v2/Practitioner", key=False),
    "annuaire-type": lambda mailer: mailer.http("/fhir/v2/Patient"),
    "annuaire-ressource": lambda mailer: mailer.http("/fhir/v2/Practitioner/inconnu"),
    "annuaire-parametre": lambda mailer: mailer.http("/fhir/v2/Practitioner?name:family=a"),
    "annuaire-valeur": lambda mailer: mailer.http("/fhir/v2/Practitioner?_lastUpdated=hier"),
    "annuaire-nombre": lambda mailer: mailer.http("/fhir/v2/Practitioner?_count=-1"),
    "annuaire-trop": lambda mailer: mailer.http("/fhir/v2/Practitioner?" + "family=a&" * 300),
    "annuaire-inclusion": lambda mailer: mailer.http("/fhir/v2/PractitionerRole?_include=PractitionerRole:x"),
    "annuaire-page": lambda mailer: mailer.http("/fhir/v2/_page?id=***"),
    "annuaire-corps": lambda mailer: mailer.http("/fhir/v2/Practitioner/_search", "POST", json={"family": "a"}),
    "annuaire-debit": _hurried,
    "annuaire-extraction": lambda mailer: mailer.http(f"{EXTRACTIONS}/PS_Tout"),
    "annuaire-ecriture": lambda mailer: mailer.http("/fhir/v2/Practitioner/x", "DELETE"),
    "autoconfig-domaine": lambda mailer: mailer.http("/mail/config-v1.1.xml?emailaddress=a@gmail.com"),
}

REFUSALS: Mapping[str, Way] = {**SMTP_REFUSALS, **LOGIN_REFUSALS, **IMAP_REFUSALS, **HTTP_REFUSALS}
