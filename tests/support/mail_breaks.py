"""A client for each rule of the mail operator: one that breaks exactly this rule, or one that shows it was kept.

``BROKEN`` maps the id of a check to a client that breaks its rule and no other; ``SHOWN`` has those that only observe.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import timedelta

from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.watch.markers import Marker
from mss_mock.codes import REFUSES_MAIL, REFUSES_MAIL_TO_PROFESSIONALS
from support.mail_client import Mailer
from support.mail_documents import MATRICULE, PDF, PDF_NAME, PLAIN, REVIEW, archive, documents, page, plain, without
from support.mss_raw import Raw

__all__ = ["BROKEN", "SHOWN"]

Way = Callable[[Mailer], object]
DOCTOR = "isabelle.delorme@medecin.mssante.fr"
CITIZEN = f"{MATRICULE}@patient.mssante.fr"
STRANGER = "155128002194517@patient.mssante.fr"
LONG = "a" * 1200


def _mail(octets: bytes, *recipients: str, parameters: bytes = b"", notify: bytes = b"") -> Way:
    def way(mailer: Mailer) -> None:
        _send(mailer.sender(), octets, *(recipients or (DOCTOR,)), parameters=parameters, notify=notify)

    return way


def _send(raw: Raw, octets: bytes, *recipients: str, parameters: bytes = b"", notify: bytes = b"") -> None:
    raw.reply(b"MAIL FROM:<helene.valmont@pharmacien.mssante.fr>" + parameters)
    for recipient in recipients:
        raw.reply(b"RCPT TO:<" + recipient.encode() + b">" + notify)
    raw.reply(b"DATA")
    raw.send(octets.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
    assert raw.line().startswith(b"250"), "the mail was not taken"


def _marked(name: str, way: Way, subject: str = MATRICULE) -> Way:
    def marked(mailer: Mailer) -> None:
        mailer.tenant.do(lambda s: s.markers.put(Marker(s.clock.age().isoformat(), name, subject)))
        way(mailer)

    return marked


def _twice(mailer: Mailer) -> None:
    raw = mailer.sender()
    _send(raw, plain(), DOCTOR)
    _send(raw, plain(text="Un autre message."), DOCTOR)


def _bare(mailer: Mailer) -> None:
    mailer.tenant.configure(bare_newline="accept")
    _send(mailer.sender(), PLAIN.replace(b"Bonjour docteur.", b"Bonjour\ndocteur."), DOCTOR)


def _by_line_feeds(mailer: Mailer) -> None:
    raw = mailer.smtp()
    raw.send(b"NOOP\n")
    assert raw.line().startswith(b"250")
    raw.ask(b"AUTH XOAUTH2 " + base64.b64encode(mailer.tenant.sasl()))


def _spaced(mailer: Mailer) -> None:
    raw = mailer.sender()
    raw.reply(b"MAIL FROM: <helene.valmont@pharmacien.mssante.fr>")
    raw.reply(b"RCPT TO: <" + DOCTOR.encode() + b">")
    raw.reply(b"DATA")
    raw.send(PLAIN + b"\r\n.\r\n")
    assert raw.line().startswith(b"250")


def _application(mailer: Mailer, octets: bytes) -> None:
    raw = mailer.smtp(mailer.application())
    box = "contact_auto@pharmacie-fontaine.mssante.fr"
    raw.ask(b"AUTH PLAIN " + base64.b64encode(b"\0" + box.encode() + b"\0x"))
    raw.reply(b"MAIL FROM:<" + box.encode() + b">")
    raw.reply(b"RCPT TO:<" + DOCTOR.encode() + b">")
    raw.reply(b"DATA")
    raw.send(octets + b"\r\n.\r\n")
    assert raw.line().startswith(b"250")


def _imap_login(mailer: Mailer) -> None:
    raw = mailer.secured("imap", mailer.application())
    assert raw.command(b"LOGIN contact_auto@pharmacie-fontaine.mssante.fr x")[-1].startswith(b"t OK")


def _token(mailer: Mailer, response: bytes) -> None:
    mailer.smtp().ask(b"AUTH XOAUTH2 " + base64.b64encode(response))


def _search(query: str) -> Way:
    return lambda mailer: mailer.http(f"/fhir/v2/{query}")


EXTRACTIONS = "/annuaire-sante-webservices/V300/services/extraction"


def _many_calls(mailer: Mailer) -> None:
    mailer.still()
    for _ in range(18):
        mailer.http("/fhir/v2/Practitioner?identifier=99700090055")


def _never_on_roles(mailer: Mailer) -> None:
    for name in ("delorme", "sauveterre", "tardieu", "lacombe"):
        mailer.http(f"/fhir/v2/Practitioner?family={name}")


def _file(mailer: Mailer) -> None:
    mailer.tenant.configure(annuaire_size="0")
    mailer.http(f"{EXTRACTIONS}/PS_LibreAcces")


def _to_the_end(mailer: Mailer) -> None:
    mailer.tenant.configure(annuaire_size="0")
    url = "/fhir/v2/PractitionerRole?_count=9"
    while url:
        answer = json.loads(mailer.http(url).partition(b" ")[2])
        found = next((one["url"] for one in answer["link"] if one["relation"] == "next"), "")
        url = found.partition(f"/s/{mailer.tenant.name}")[2]


def _each_day(mailer: Mailer) -> None:
    for _ in range(2):
        today = mailer.tenant.do(lambda session: session.clock.age().date())
        mailer.http(f"/fhir/v2/Practitioner?_lastUpdated=ge{today - timedelta(days=2)}")
        mailer.tenant.move(days=1)


def _again_after_an_outage(mailer: Mailer) -> None:
    armed = Fault("p", "mss", FaultKind.NAMED, "gateway-bad", "annuaire-search", remaining=1)
    mailer.tenant.do(lambda session: session.faults.arm(armed))
    for _ in range(2):
        mailer.http("/fhir/v2/Practitioner?family=delorme")


def _report(original: bytes) -> bytes:
    head = without(without(PLAIN, b"Content-Type"), b"Content-Transfer-Encoding").partition(b"\r\n\r\n")[0]
    return (
        head + b"\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=a\r\n\r\n"
        b"--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nlu\r\n"
        b"--a\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; a@b\r\n"
        + original
        + b"Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--a--\r\n"
    )


APPLICATION_FROM = "Pharmacie de la Fontaine <contact_auto@pharmacie-fontaine.mssante.fr>"

BROKEN: Mapping[str, Way] = {
    # Every mail
    "MSS-BODY": _mail(PLAIN.replace(b"text/plain", b"text/html")),
    "MSS-UTF8": _mail(PLAIN.replace(b'charset="utf-8"', b'charset="iso-8859-1"')),
    "MSS-LINE-LENGTH": _mail(PLAIN + LONG.encode() + b"\r\n"),
    "MSS-WELL-FORMED": _mail(
        without(PLAIN, b"Content-Type").replace(
            b"\r\n\r\n",
            b"\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n"
            b"--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
            1,
        )
    ),
    "MSS-BARE-NEWLINE": _bare,
    "MSS-8BITMIME": _mail(PLAIN.replace(b"quoted-printable", b"8bit") + "élève\r\n".encode()),
    "MSS-NIL": _mail(without(PLAIN, b"X-MSS-NIL")),
    "MSS-MESSAGE-ID": _twice,
    "MSS-REPLY-THREADING": _mail(plain("RE: Bonjour")),
    "MSS-FROM-LABEL": _mail(plain(sender="helene.valmont@pharmacien.mssante.fr")),
    "MSS-FROM-ADDRESS": _mail(plain(sender="Mme Helene VALMONT <thomas.castelnau@pharmacien.mssante.fr>")),
    "MSS-APP-REPLY-TO": lambda mailer: _application(mailer, plain(sender=APPLICATION_FROM)),
    "MSS-READ-REPORT": _mail(_report(b"")),
    # Documents
    "MSS-XDM-AND-PDF": _mail(documents(pdfs=())),
    "MSS-PDF-A1": _mail(documents(pdfs=((PDF_NAME, b"%PDF-1.4"),))),
    "MSS-XDM-SOUND": _mail(documents(archive(broken=True))),
    "MSS-PDF-NAME": _mail(documents(pdfs=(("bilan.pdf", PDF),))),
    "MSS-XDM-SUBJECT": _mail(documents(subject="Compte rendu")),
    "MSS-INS-HEADER": _mail(documents(ins="N")),
    "MSS-CODE-HEADER": _mail(documents(code="51969-4")),
    # Citizens
    "MSS-CITIZEN-INS": _mail(documents(), STRANGER),
    "MSS-CITIZEN-DOCUMENTS": _mail(documents(pdfs=()), CITIZEN),
    "MSS-CITIZEN-REFUSES": _marked(REFUSES_MAIL, _mail(PLAIN, CITIZEN)),
    "MSS-PATIENT-REFUSES": _marked(REFUSES_MAIL_TO_PROFESSIONALS, _mail(documents())),
    "MSS-FIN": _mail(plain(X_MSS_MES="FIN")),
    # Connections
    "MSS-COMMAND-CRLF": _by_line_feeds,
    "MSS-PATH-SPACE": _spaced,
    "MSS-CLEAR-LOGIN": lambda mailer: mailer.connect("imap").command(b"LOGIN lgo secret"),
    "MSS-XOAUTH2-FORM": lambda mailer: _token(mailer, b"n'importe quoi"),
    "MSS-CREDENTIALS": lambda mailer: _token(mailer, mailer.tenant.sasl(kind="expire")),
    "MSS-IMAP-LOGIN": _imap_login,
    "MSS-AUTOCONFIG-DOMAIN": lambda mailer: mailer.http("/mail/config-v1.1.xml"),
    # Directory
    "MSS-DIRECTORY-DATA": _search("Device?model=x"),
    "MSS-DIRECTORY-COUNT": _search("Practitioner?family=delorme&_count=20000"),
    "MSS-DIRECTORY-FORMAT": _search("Practitioner?family=delorme&_format=xml"),
    "MSS-DIRECTORY-DELTA": _search("Practitioner?_lastUpdated=ge2025-01-01"),
    "MSS-DIRECTORY-PACE": _many_calls,
    "MSS-DIRECTORY-PLACES": _never_on_roles,
    # Flows
    "MSS-INS-STATUS": _marked("identité validée", _mail(documents())),
    "MSS-INS-VERIFICATION": _marked("vérification KO", _mail(documents())),
    "MSS-INS-DATAMATRIX": _mail(documents(archive(REVIEW, pdf=page()), code=REVIEW)),
}


def _configured(mailer: Mailer) -> None:
    mailer.http("/mail/config-v1.1.xml?emailaddress=helene.valmont@pharmacien.mssante.fr")
    mailer.sender()


def _read(mailer: Mailer) -> None:
    mailer.tenant.put("helene.valmont@pharmacien.mssante.fr", PLAIN)
    mailer.reader(b"SELECT INBOX", b"FETCH 1 BODY[]")


def _both_doors(mailer: Mailer) -> None:
    mailer.sender()
    mailer.reader()


def _both_doors_of_the_structure(mailer: Mailer) -> None:
    response = base64.b64encode(mailer.tenant.sasl("contact@pharmacie-fontaine.mssante.fr"))
    assert mailer.smtp().ask(b"AUTH XOAUTH2 " + response).startswith(b"235")
    assert mailer.secured("imap").command(b"AUTHENTICATE XOAUTH2 " + response)[-1].startswith(b"t OK")


SHOWN: Mapping[str, Way] = {
    "MSS-TLS": _mail(PLAIN),
    "MSS-SMTP-STARTTLS": _mail(PLAIN),
    "MSS-IMAP-STARTTLS": _read,
    "MSS-XOAUTH2": _both_doors,
    "MSS-XOAUTH2-ORGANISATION": _both_doors_of_the_structure,
    "MSS-SASL-IR": lambda mailer: mailer.sender(),
    "MSS-APP-LOGIN": lambda mailer: _application(
        mailer,
        plain(
            sender=APPLICATION_FROM,
            text="Envoi automatique.",
            Reply_To="contact@pharmacie-fontaine.mssante.fr",
        ),
    ),
    "MSS-AUTOCONFIG": _configured,
    "MSS-DIRECTORY": _search("Practitioner?family=delorme"),
    "MSS-DIRECTORY-FILE": _file,
    "MSS-DIRECTORY-FULL": _to_the_end,
    "MSS-DIRECTORY-FREQUENCY": _each_day,
    "MSS-DIRECTORY-UNIT": _search("Practitioner?identifier=99700090055"),
    "MSS-DIRECTORY-RETRY": _again_after_an_outage,
    "MSS-DELIVERY-RECEIPT": _mail(PLAIN, notify=b" NOTIFY=SUCCESS"),
    "MSS-READ-RECEIPT": _mail(plain(Disposition_Notification_To="helene.valmont@pharmacien.mssante.fr")),
    "MSS-INS-PARTNER": _mail(documents()),
}
