"""The cards MSS-C, MSS-I and MSS-K: receipts both ways, new versions and withdrawals, what correspondents send.

Source: specs/requirements.md §3.2; specs/mssante.md §3.3 (MDN in both forms). The correspondents are the sandbox's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from email import policy
from email.parser import BytesParser
from typing import Any

from health_documents.pdf.objects import open_pdf
from health_documents.pdf.text import text_of_pdf
from health_documents.xdm.read import read_xdm
from lgo_client.journeys.mss_looks import check_documents, check_reply, text_of
from lgo_client.journeys.mss_office import Came, MailOffice
from lgo_client.journeys.steps import expect
from lgo_client.mss.desk import Document
from lgo_client.mss.mails import ARCHIVE_NAME, REPLACES, Letter, attached
from lgo_client.mss.records import Arrived, Filed, Where

__all__ = ["inbound_corpus", "receipts", "versions"]

LGO, MSS, SANDBOX = "LGO", "MSSanté", "Testeur"
CLAIRE, DOCTOR = "martin-claire", "generaliste"
LABORATORY = "laboratoire"
CLOSED = "picard-bruno"
PLACES = {Where.FILED: "filed", Where.QUARANTINE: "quarantine", Where.INBOX: "read"}
CRITICAL = "résultat critique"
ANSWERS = (
    ("intégré (MDN v1.1.3)", {"robot": "file", "version": "1.1.3"}, "intégré"),
    ("intégré (MDN ancienne forme)", {"robot": "file", "version": "legacy"}, "intégré"),
    ("INS absente (MDN v1.1.3)", {"robot": "reject", "code": "903", "version": "1.1.3"}, "non intégré (903"),
    ("patient inconnu (ancienne forme)", {"robot": "reject", "code": "902", "version": "legacy"}, "non intégré (902"),
)
ANSWERS_TO_LETTERS = (
    ("lu", {"robot": "read"}, "lu"),
    ("supprimé sans être lu", {"robot": "delete"}, "supprimé sans être lu"),
)
CASES: tuple[str, ...] = ()
"""The cases of the corpus that are played; all without any."""
REPORT = "Content-Type: message/disposition-notification"
_FIELD = re.compile(r"^(Original-Message-ID|Disposition): *(.*?)\r?$", re.MULTILINE)


def receipts(office: MailOffice) -> None:
    """MSS-C: receipts are asked for and understood, in each form; those that others ask for are given back."""
    _asked(office)
    document = office.document(CLAIRE)
    for title, robot, wanted in ANSWERS:
        with office.teller.step(SANDBOX, MSS, f"Le destinataire répond : {title}") as step:
            step.outcome = _answered(office, document, robot, wanted)
    for title, robot, wanted in ANSWERS_TO_LETTERS:
        with office.teller.step(SANDBOX, MSS, f"À un message sans document : {title}") as step:
            step.outcome = _answered(office, None, robot, wanted)
    with office.teller.step(LGO, MSS, "Un usager dont la messagerie est fermée : non distribué") as step:
        desk = office.desk()
        desk.send_document(office.document(CLOSED), [desk.address_of(office.patient(CLOSED))])
        office.leave(desk)
        desk.receive()
        step.outcome = desk.records.all_sent()[-1].said
        expect("non distribué" in step.outcome, f"l'envoi montre « {step.outcome} »")
    _given_back(office)


def _asked(office: MailOffice) -> None:
    desk, doctor = office.desk(), office.environment.person(DOCTOR).mailbox
    with office.teller.step(LGO, MSS, "Envoi qui demande un accusé de remise et un accusé de lecture") as step:
        office.exchanges()
        desk.send_document(office.document(CLAIRE), [doctor])
        office.leave(desk)
        mail = office.last(doctor, "accuses-demandes.eml")
        for name in ("Return-Receipt-To", "Disposition-Notification-To"):
            expect(desk.mailbox in mail.header(name), f"{name}: {mail.header(name) or 'absent'}")
        notify = [
            one["facts"]["MailEnvelope"]["notify"] for one in office.exchanges() if one["operation"] == "smtp-message"
        ]
        expect(all("SUCCESS" in one for one in notify) and bool(notify), "NOTIFY=SUCCESS manque à RCPT TO")
        step.outcome = "Return-Receipt-To, Disposition-Notification-To, NOTIFY=SUCCESS"
    with office.teller.step(LGO, MSS, "Relève : l'opérateur dit que le message est remis") as step:
        desk.receive()
        said = desk.records.all_sent()[-1].said
        expect(said == "remis", f"l'envoi montre « {said} »")
        step.outcome = said


def _answered(office: MailOffice, document: Document | None, robot: Mapping[str, str], wanted: str) -> str:
    """Let the doctor's simulated software answer in a way, and return what is shown of it."""
    desk, doctor = office.desk(), office.environment.person(DOCTOR).mailbox
    office.control.resource(f"mss/partners/{doctor}", "POST", dict(robot))
    if document is not None:
        desk.send_document(document, [doctor])
    else:
        desk.write(Letter((doctor,), "Une précision", "Bonjour docteur.\r\n"))
    office.leave(desk)
    before = len(desk.mails(Where.RECEIPT))
    desk.receive()
    came = desk.mails(Where.RECEIPT)[before:]
    for one in came:
        office.evidence.save(f"accuse-{one.number}.eml", desk.records.octets(one.number))
    said = desk.records.all_sent()[-1].said if document is not None else ", ".join(one.reason for one in came)
    expect("remis" in said and wanted in said, f"l'envoi montre « {said} » au lieu de « {wanted} »")
    return said


def _given_back(office: MailOffice) -> None:
    desk, doctor = office.desk(), office.environment.person(DOCTOR).mailbox
    with office.teller.step(
        SANDBOX, MSS, "Le laboratoire envoie un résultat et demande un accusé : il part de lui-même"
    ) as step:
        sent = act(office, LABORATORY, "biologie", CLAIRE)
        _received(office)
        arrived = _arrived(office, sent["message_id"])
        expect(
            arrived.place is Where.FILED and bool(arrived.acknowledged),
            f"{arrived.place}, accusé {arrived.acknowledged}",
        )
        report = _report(office, sent["from"], sent["message_id"], "accuse-integre.eml")
        expect("processed" in report, f"Disposition: {report}")
        step.outcome = report
    with office.teller.step(
        SANDBOX, MSS, "Le médecin pose une question et demande un accusé : l'utilisateur le rend"
    ) as step:
        office.control.resource(f"mss/partners/{doctor}", "POST", {"robot": "none"})
        sent = act(office, DOCTOR, "question", CLAIRE)
        _received(office)
        arrived = _arrived(office, sent["message_id"])
        expect(arrived.place is Where.INBOX and not arrived.acknowledged, f"{arrived.place}, {arrived.acknowledged}")
        desk.acknowledge(arrived.number)
        office.leave(desk)
        step.outcome = _report(office, sent["from"], sent["message_id"], "accuse-lu.eml")


def act(office: MailOffice, partner: str, name: str, patient: str, **more: Any) -> dict[str, Any]:
    """Let a correspondent write to the pharmacy."""
    body = {"act": name, "patient": patient, "to": office.desk().mailbox, **more}
    sent: dict[str, Any] = office.control.resource(f"mss/correspondents/{partner}", "POST", body)
    return sent


def _received(office: MailOffice) -> None:
    desk = office.desk()
    desk.receive()
    office.leave(desk)


def _arrived(office: MailOffice, message_id: str) -> Arrived:
    found = [one for one in office.desk().mails() if one.message_id.strip("<>") == message_id.strip("<>")]
    expect(len(found) == 1, f"le message {message_id} est {len(found)} fois sur le poste")
    return found[0]


def _report(office: MailOffice, mailbox: str, message_id: str, evidence: str) -> str:
    """Return the disposition that a report in a mailbox tells of a mail."""
    for one in reversed(office.came(mailbox, evidence)):
        report = one.octets.decode("utf-8", "replace").partition(REPORT)[2]
        fields: dict[str, str] = dict(_FIELD.findall(report))
        if fields.get("Original-Message-ID", "").strip("<>") == message_id.strip("<>"):
            return fields.get("Disposition", "")
    expect(False, f"aucun accusé de lecture de {message_id} dans {mailbox}")
    return ""


# --- versions


def versions(office: MailOffice) -> None:
    """MSS-I: a document is corrected, then withdrawn; a correspondent does the same with one of his."""
    desk = office.desk()
    recipients = [office.environment.person(DOCTOR).mailbox, desk.address_of(office.patient(CLAIRE))]
    with office.teller.step(LGO, MSS, "Premier envoi : au médecin, à la patiente") as step:
        first = office.document(CLAIRE)
        desk.send_document(first, recipients)
        office.leave(desk)
        before = {one: office.last(one, f"version-1-{rank}.eml") for rank, one in enumerate(recipients, 1)}
        office.evidence.save("version-1-IHE_XDM.zip", check_documents(before[recipients[0]], first, desk.sender.nil))
        step.outcome = first.entry.unique_id
    with office.teller.step(LGO, MSS, "Correction : la nouvelle version annule et remplace, chez les mêmes") as step:
        office.taken()
        second = office.document(CLAIRE, replaces=first.entry.unique_id)
        desk.replace(second)
        office.leave(desk)
        expect(office.taken() == [(one,) for one in recipients], "elle n'est pas partie aux mêmes destinataires")
        after = {one: office.last(one, f"version-2-{rank}.eml") for rank, one in enumerate(recipients, 1)}
        for recipient, mail in after.items():
            _replaces(office, mail, second, before[recipient].header("Message-ID"))
        step.outcome = after[recipients[0]].header("Subject")
    with office.teller.step(LGO, MSS, "Suppression : les destinataires sont prévenus par le message préétabli") as step:
        office.taken()
        desk.deleted(second.entry.unique_id)
        office.leave(desk)
        expect(office.taken() == [(one,) for one in recipients], "les mêmes destinataires ne sont pas prévenus")
        for rank, recipient in enumerate(recipients, 1):
            mail = office.last(recipient, f"suppression-{rank}.eml")
            check_reply(mail, after[recipient].header("Message-ID"))
            expect("a été supprimé" in text_of(mail) and not attached(mail.message), "le message ne le dit pas")
        step.outcome = mail.header("Subject")
    _of_others(office)


def _replaces(office: MailOffice, mail: Came, document: Document, former: str) -> None:
    """Demand that a mail says three times that it replaces: archive, CDA, PDF; and in its subject and thread."""
    archive = check_documents(mail, document, office.desk().sender.nil)
    office.evidence.save("version-2-IHE_XDM.zip", archive)
    check_reply(mail, former)
    expect(REPLACES.strip(" -") in mail.header("Subject"), f"objet « {mail.header('Subject')} »")
    read = read_xdm(archive)
    expect(read.replacing == tuple(one.metadata.id for one in read.entries), "METADATA.XML n'a pas d'association RPLC")
    pdf = next(one.content for one in attached(mail.message) if one.sub_type == "pdf")
    printed = " ".join(text_of_pdf(open_pdf(pdf)).lower().split())
    expect("annule et remplace" in printed, "le PDF ne dit pas qu'il annule et remplace")
    expect(any(one.name == ARCHIVE_NAME for one in attached(mail.message)), "l'archive manque")


def _of_others(office: MailOffice) -> None:
    patient = office.patient(CLAIRE).matricule

    def filed() -> Sequence[Filed]:
        return office.desk().records.documents(patient)

    with office.teller.step(SANDBOX, MSS, "Un compte rendu du laboratoire est classé") as step:
        sent = act(office, LABORATORY, "biologie", CLAIRE)
        _received(office)
        expect(_arrived(office, sent["message_id"]).place is Where.FILED, "il n'est pas classé")
        step.outcome = filed()[-1].title
    with office.teller.step(SANDBOX, MSS, "Sa version 2 arrive : elle remplace la première dans le dossier") as step:
        again = act(office, LABORATORY, "nouvelle-version", CLAIRE)
        _received(office)
        expect(_arrived(office, again["message_id"]).place is Where.FILED, "elle n'est pas classée")
        old, new = filed()[-2:]
        expect(old.replaced and not new.replaced and new.replaces == old.unique_id, "la première reste en vigueur")
        step.outcome = f"document {new.number} remplace {old.number}"
    with office.teller.step(
        SANDBOX, MSS, "Le laboratoire la retire : le message est à lire, à propos du document"
    ) as step:
        gone = act(office, LABORATORY, "suppression", CLAIRE)
        _received(office)
        told = _arrived(office, gone["message_id"])
        expect(
            told.place is Where.INBOX and told.patient == patient, f"{told.place}, patient {told.patient or 'inconnu'}"
        )
        expect(bool(told.reason), "rien ne dit de quel document il s'agit")
        step.outcome = told.reason


# --- the corpus


def inbound_corpus(office: MailOffice) -> None:
    """MSS-K: each mail of the corpus comes to what is expected of it."""
    desk = office.desk()
    with office.teller.step(SANDBOX, MSS, "Les correspondants écrivent : le corpus de mails reçus") as step:
        body = {"to": desk.mailbox, "patient": CLAIRE, **({"cases": list(CASES)} if CASES else {})}
        corpus: list[dict[str, Any]] = office.control.resource("mss/correspondents/corpus", "POST", body)
        office.evidence.save("corpus.json", json.dumps(corpus, ensure_ascii=False, indent=1).encode())
        step.outcome = f"{len(corpus)} messages"
    with office.teller.step(
        LGO, MSS, "La boîte est relevée, ce qui peut l'être est classé, les accusés partent"
    ) as step:
        _received(office)
        step.outcome = ", ".join(
            f"{len(desk.mails(place))} {place}" for place in (Where.FILED, Where.QUARANTINE, Where.INBOX)
        )
    for case in corpus:
        with office.teller.step(LGO, LGO, f"{case['title']}") as step:
            step.outcome = _as_expected(office, case, corpus)


def _as_expected(office: MailOffice, case: Mapping[str, Any], corpus: Sequence[Mapping[str, Any]]) -> str:
    desk, expected = office.desk(), case["expected"]
    arrived = _arrived(office, case["message_id"])
    octets = desk.records.octets(arrived.number)
    office.evidence.save(f"{case['case']}.eml", octets)
    documents = [one for one in desk.records.documents() if one.mail == arrived.number]
    outcome = _outcome(office, arrived, documents)
    got = {"outcome": outcome, "documents": len(documents), "error": arrived.code}
    wanted = {name: expected[name] for name in got}
    expect(got == wanted, f"{got} au lieu de {wanted} ({arrived.reason or expected['text']})")
    if arrived.place is Where.QUARANTINE:
        expect(bool(arrived.reason), "mis en quarantaine sans raison")
    asked = BytesParser(policy=policy.default).parsebytes(octets)["Disposition-Notification-To"]
    owed = bool(asked) and bool(documents or arrived.code)
    expect(bool(arrived.acknowledged) == owed, f"accusé {'attendu' if owed else 'non attendu'}")
    return f"{expected['text']} {f'– {arrived.reason}' if arrived.reason else ''}".strip()


def _outcome(office: MailOffice, arrived: Arrived, documents: Sequence[Filed]) -> str:
    if any(CRITICAL in one.kind for one in documents):
        return "alert"
    known = {one.unique_id for one in office.desk().records.documents(arrived.patient)}
    if any(one.replaces in known for one in documents if one.replaces):
        return "replaces"
    if arrived.place is Where.INBOX and arrived.reason:
        return "withdrawn"
    return PLACES[arrived.place]
