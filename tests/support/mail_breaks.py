"""A client for each rule of the mail operator: one that breaks exactly this rule, or one that shows it was kept.

``BROKEN`` maps the id of a check to a client that breaks its rule and no other; ``SHOWN`` has those that only observe.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import timedelta

from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.watch.markers import Marker, dated
from mss_mock.codes import REFUSES_MAIL, REFUSES_MAIL_TO_PROFESSIONALS, BoxKind
from mss_mock.operators.table import Setting, put
from support.mail_client import Mailer
from support.mail_corpus import FAULTY, Sample
from support.mail_documents import MATRICULE, PLAIN, documents, plain
from support.mss_raw import Raw

__all__ = ["BROKEN", "SHOWN", "send"]

Way = Callable[[Mailer], object]
DOCTOR = "isabelle.delorme@medecin.mssante.fr"
CITIZEN = f"{MATRICULE}@patient.mssante.fr"
CLOSED = "155128002194517@patient.mssante.fr"
LONG = "a" * 1200


def _mail(octets: bytes, *recipients: str, parameters: bytes = b"", notify: bytes = b"") -> Way:
    def way(mailer: Mailer) -> None:
        send(mailer.sender(), octets, *(recipients or (DOCTOR,)), parameters=parameters, notify=notify)

    return way


def send(
    raw: Raw,
    octets: bytes,
    *recipients: str,
    parameters: bytes = b"",
    notify: bytes = b"",
    path: str = "helene.valmont@pharmacien.mssante.fr",
) -> None:
    """Send a mail over a connection that is logged in, and see that it is taken."""
    raw.reply(f"MAIL FROM:<{path}>".encode() + parameters)
    for recipient in recipients:
        raw.reply(b"RCPT TO:<" + recipient.encode() + b">" + notify)
    raw.reply(b"DATA")
    raw.send(octets.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
    assert raw.line().startswith(b"250"), "the mail was not taken"


def _sample(sample: Sample) -> Way:
    """Return the client that sends a mail of the corpus."""

    def way(mailer: Mailer) -> None:
        if sample.kind is BoxKind.APPLICATION:
            _application(mailer, sample.make())
        else:
            parameters = b" BODY=8BITMIME" if sample.eight_bit else b""
            send(mailer.sender(), sample.make(), *sample.to, parameters=parameters, path=sample.path)

    return way


def _marked(name: str, way: Way, subject: str = MATRICULE) -> Way:
    def marked(mailer: Mailer) -> None:
        mailer.tenant.do(lambda s: s.markers.put(Marker(dated(s.clock.age()), name, subject)))
        way(mailer)

    return marked


def _twice(mailer: Mailer) -> None:
    raw = mailer.sender()
    send(raw, plain(), DOCTOR)
    send(raw, plain(text="Un autre message."), DOCTOR)


def _bare(mailer: Mailer) -> None:
    mailer.tenant.configure(bare_newline="accept")
    send(mailer.sender(), PLAIN.replace(b"Bonjour docteur.", b"Bonjour\ndocteur."), DOCTOR)


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


def _cut_and_back(mailer: Mailer) -> None:
    armed = Fault("p", "mss", FaultKind.RESET, 0, "smtp-message", remaining=1)
    mailer.tenant.do(lambda session: session.faults.arm(armed))
    raw = mailer.sender()
    for line in (b"MAIL FROM:<helene.valmont@pharmacien.mssante.fr>", b"RCPT TO:<" + DOCTOR.encode() + b">", b"DATA"):
        raw.reply(line)
    raw.send(PLAIN + b"\r\n.\r\n")
    assert raw.line() == b""
    mailer.sender()


APPLICATION_FROM = "Pharmacie de la Fontaine <contact_auto@pharmacie-fontaine.mssante.fr>"


def _unlisted(mailer: Mailer) -> None:
    domain = DOCTOR.partition("@")[2]
    mailer.tenant.do(lambda session: put(session.db, domain, Setting(listed=False)))
    send(mailer.sender(), PLAIN, DOCTOR)


BROKEN: Mapping[str, Way] = {
    # The first mail of the corpus that breaks each rule
    **{sample.rule: _sample(sample) for sample in reversed(FAULTY)},
    # What depends on a situation
    "MSS-BARE-NEWLINE": _bare,
    "MSS-MESSAGE-ID": _twice,
    "MSS-CITIZEN-BOUNCED": _mail(PLAIN, CLOSED),
    "MSS-OPERATOR-BOUNCED": _unlisted,
    "MSS-CITIZEN-REFUSES": _marked(REFUSES_MAIL, _mail(PLAIN, CITIZEN)),
    "MSS-PATIENT-REFUSES": _marked(REFUSES_MAIL_TO_PROFESSIONALS, _mail(documents())),
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
}


def _configured(mailer: Mailer) -> None:
    mailer.http("/mail/config-v1.1.xml?emailaddress=helene.valmont@pharmacien.mssante.fr")
    mailer.sender()


def _read(mailer: Mailer) -> None:
    mailer.tenant.put("helene.valmont@pharmacien.mssante.fr", PLAIN)
    mailer.reader(b"SELECT INBOX", b"FETCH 1 BODY[]")


def _withdrawn(mailer: Mailer) -> None:
    raw = mailer.sender()
    send(raw, documents(), DOCTOR)
    news = plain(
        "Compte rendu supprimé",
        "Le compte rendu que je vous ai envoyé est supprimé.",
        Message_ID="<deux@pharmacien.mssante.fr>",
        In_Reply_To="<un@pharmacien.mssante.fr>",
        References="<un@pharmacien.mssante.fr>",
    )
    send(raw, news, DOCTOR)


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
    "MSS-REOPENED": _cut_and_back,
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
    "MSS-XDM-SOUND": _mail(documents()),
    "MSS-WITHDRAWN": _withdrawn,
}
