"""The cards MSS-B and MSS-D to MSS-H: first mail and reply, documents, refusals, end of an exchange, patients' answers.

Source: specs/requirements.md §3.2. Each function plays one card for real and says what came of it, from what arrived in
the mailboxes and from what the operator took.
"""

from __future__ import annotations

from collections.abc import Callable

import httpx

from health_documents.cda.read.reader import ReadDocument, read_document
from health_documents.xdm.read import read_xdm
from lgo_client.environment import Patient
from lgo_client.identity import State as Status
from lgo_client.journeys.mss_looks import body_kept, check_documents, check_reply, check_sender, text_of
from lgo_client.journeys.mss_office import Came, MailOffice
from lgo_client.journeys.steps import expect
from lgo_client.mss.desk import CLOSED
from lgo_client.mss.errors import NotSent
from lgo_client.mss.inbound import opened, shown_subject
from lgo_client.mss.mails import Letter
from lgo_client.mss.records import Arrived, Audience, Where
from lgo_client.outbox import OPEN

__all__ = [
    "document_to_a_professional",
    "document_to_the_patient",
    "end_of_exchange",
    "first_mail",
    "patient_answers",
    "refusals",
]

LGO, MSS, SANDBOX, INSI, CITIZEN = "LGO", "MSSanté", "Testeur", "INSi", "Mon espace santé"
ANNUAIRE = "Annuaire Santé"
CLAIRE, BEATRICE, NATHALIE = "martin-claire", "colin-beatrice", "blanc-nathalie"
DOCTOR = "generaliste"
FORBIDDEN = 403
FIRST_DELAY = 5
"""Minutes after which the patient writes by himself."""

ALTERNATIVE = (
    "From: {sender}\r\nTo: {to}\r\nSubject: RE: {subject}\r\nDate: {date}\r\nMessage-ID: <{identity}>\r\n"
    "In-Reply-To: {message_id}\r\nReferences: {message_id}\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/alternative; boundary="corps"\r\n\r\n'
    "--corps\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nOui, elle peut passer demain.\r\n"
    "--corps\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Oui, elle peut passer demain.</p>\r\n--corps--\r\n"
)


def first_mail(office: MailOffice) -> None:
    """MSS-B: a first mail, the answer of a correspondent, the reply to it: headers, thread, body."""
    desk, doctor = office.desk(), office.environment.person(DOCTOR)
    with office.teller.step(LGO, MSS, "Premier message à la généraliste") as step:
        desk.write(Letter((doctor.mailbox,), "Insuline de Mme Martin", "Bonjour docteur, un renouvellement ?\r\n"))
        office.leave(desk)
        first = office.last(doctor.mailbox, "premier-message.eml")
        check_sender(first, desk)
        expect(not first.header("In-Reply-To"), "un premier message n'est la réponse de rien")
        step.outcome = f"Message-ID {first.header('Message-ID')}, {body_kept(first)}"
    with office.teller.step(SANDBOX, MSS, "Elle répond, en texte et en HTML (multipart/alternative)") as step:
        answer = f"{office.workplace.uuid()}@medecin.mssante.fr"
        raw = ALTERNATIVE.format(
            sender=doctor.mailbox,
            to=desk.mailbox,
            subject="Insuline de Mme Martin",
            date=first.header("Date"),
            identity=answer,
            message_id=first.header("Message-ID"),
        )
        office.control.resource(f"mss/mailboxes/{desk.mailbox}", "POST", {"raw": raw})
        step.outcome = answer
    with office.teller.step(LGO, MSS, "Elle est relevée, et montrée une fois") as step:
        desk.receive()
        waiting = [one for one in desk.mails(Where.INBOX) if one.message_id == f"<{answer}>"]
        expect(len(waiting) == 1, f"le message est {len(waiting)} fois à lire")
        arrived = waiting[0]
        shown = opened(desk.records.octets(arrived.number)).text.strip()
        expect(shown == "Oui, elle peut passer demain.", f"le corps montré est « {shown} »")
        step.outcome = f"« {shown} »"
    with office.teller.step(LGO, MSS, "Réponse à cette réponse : Message-ID, In-Reply-To, References") as step:
        desk.reply(arrived.number, "Merci, c'est noté.\r\n")
        office.leave(desk)
        reply = office.last(doctor.mailbox, "reponse.eml")
        check_sender(reply, desk)
        check_reply(reply, f"<{answer}>", first.header("Message-ID"))
        step.outcome = f"References {reply.header('References')}"


def document_to_a_professional(office: MailOffice) -> None:
    """MSS-D: a review of a qualified patient, sent to a professional whose mailbox the directory knows."""
    with office.teller.step(LGO, INSI, "L'identité de la patiente est qualifiée") as step:
        local = office.identity(CLAIRE, checked=True)
        expect(local.state is Status.QUALIFIEE, f"identité {local.state.value}")
        step.outcome = f"identité {local.state.value}"
    with office.teller.step(LGO, ANNUAIRE, "Recherche de la boîte de la généraliste") as step:
        wanted = office.environment.person(DOCTOR)
        found = office.directory().search(wanted.family_name)
        address = next((one.address for one in found if one.address == wanted.mailbox), "")
        expect(bool(address), f"la boîte de {wanted.name} n'est pas parmi les {len(found)} trouvées")
        step.outcome = address
    _document_sent(office, CLAIRE, address, "document")


def _document_sent(office: MailOffice, patient: str, address: str, evidence: str, *, closed: bool = False) -> Came:
    """Send a review of a patient to an address, and judge what came there."""
    desk = office.desk()
    with office.teller.step(LGO, LGO, "Rédaction du bilan partagé de médication (CDA et PDF/A-1)") as step:
        document = office.document(patient)
        office.mark("document validé", document.entry.unique_id)
        step.outcome = document.entry.unique_id
    with office.teller.step(LGO, MSS, "Envoi : une archive IHE_XDM.zip et le même document en PDF/A-1") as step:
        office.taken()
        desk.send_document(document, [address], closed=closed)
        office.leave(desk)
        expect(office.taken() == [(address,)], "un message, et un seul, part à ce destinataire")
        mail = office.last(address, f"{evidence}.eml")
        check_sender(mail, desk)
        archive = check_documents(mail, document, desk.sender.nil)
        office.evidence.save(f"{evidence}-IHE_XDM.zip", archive)
        read = _only_document(archive, document.patient)
        step.outcome = f"« {mail.header('Subject')} », X-MSS-CODECDA {read.code.code}, archive lue sans faute"
    return mail


def _only_document(archive: bytes, patient: Patient) -> ReadDocument:
    read = read_xdm(archive)
    problems = [*map(str, read.problems), *(str(one) for entry in read.entries for one in entry.problems)]
    expect(not problems, f"archive : {'; '.join(problems)}")
    expect(len(read.entries) == 1, f"{len(read.entries)} documents dans l'archive")
    document = read_document(read.entries[0].content or b"")
    named = {read.patient_id.partition("^")[0], document.patient.matricule}
    expect(named == {patient.matricule}, f"patients nommés : {', '.join(sorted(named))}")
    return document


def document_to_the_patient(office: MailOffice) -> None:
    """MSS-E: a document goes to the patient of a qualified INS; nothing leaves for one that is only « récupérée »."""
    desk = office.desk()
    with office.teller.step(LGO, INSI, "Deux identités : l'une qualifiée, l'autre seulement récupérée") as step:
        qualified, found = office.identity(CLAIRE, checked=True), office.identity(NATHALIE, checked=False)
        states = (qualified.state, found.state)
        expect(states == (Status.QUALIFIEE, Status.RECUPEREE), f"identités : {', '.join(one.value for one in states)}")
        step.outcome = f"{CLAIRE} : {states[0].value} ; {NATHALIE} : {states[1].value}"
    with office.teller.step(LGO, LGO, f"Envoi à {NATHALIE} : bloqué, l'utilisateur en est averti") as step:
        office.taken()
        office.mark("document validé", office.document(NATHALIE).entry.unique_id)
        step.outcome = _not_sent(lambda: desk.address_of(office.patient(NATHALIE), qualified=found.state is states[0]))
        _nothing_left(office, NATHALIE)
    address = desk.address_of(office.patient(CLAIRE), qualified=qualified.state is states[0])
    expect(address == f"{office.patient(CLAIRE).matricule}@patient.mssante.fr", f"adresse {address}")
    _document_sent(office, CLAIRE, address, "document-patient")


def _not_sent(attempt: Callable[[], object]) -> str:
    """Return why the software does not send; that it would have sent is the failure."""
    try:
        attempt()
    except NotSent as error:
        return str(error)
    expect(False, "le logiciel aurait envoyé")
    return ""


def _nothing_left(office: MailOffice, patient: str) -> None:
    desk, waiting = office.desk(), [one.title for one in office.desk().queue.all(*OPEN)]
    expect(not waiting, f"en file : {', '.join(waiting)}")
    expect(desk.send() and not office.taken(), "un message est parti")
    expect(not office.came(office.patient(patient).mailbox.lower()), f"la boîte de {patient} a reçu un message")


def refusals(office: MailOffice) -> None:
    """MSS-F: a patient's refusals, written down, hold back what would go to him, then to professionals."""
    desk, doctor = office.desk(), office.environment.person(DOCTOR).mailbox
    refusing = office.patient(BEATRICE)
    with office.teller.step(SANDBOX, LGO, "La patiente refuse les envois à sa messagerie : noté") as step:
        office.mark("patient refuse la messagerie", refusing.matricule)
        desk.refuse(refusing.matricule, Audience.PATIENT)
        noted = desk.records.refusals(refusing.matricule)[-1]
        step.outcome = f"{noted.audience}, noté par {noted.said_by}"
    with office.teller.step(LGO, LGO, "Document validé : rien ne part à la patiente") as step:
        office.taken()
        document = office.document(BEATRICE)
        office.mark("document validé", document.entry.unique_id)
        step.outcome = _not_sent(lambda: desk.address_of(refusing))
        _not_sent(lambda: desk.send_document(document, [f"{refusing.matricule}@patient.mssante.fr"]))
        _nothing_left(office, BEATRICE)
    with office.teller.step(SANDBOX, LGO, "Elle refuse aussi l'envoi aux professionnels : noté") as step:
        office.mark("patient refuse l'envoi aux professionnels", refusing.matricule)
        desk.refuse(refusing.matricule, Audience.PROFESSIONALS)
        step.outcome = ", ".join(one.audience for one in desk.records.refusals(refusing.matricule))
    with office.teller.step(LGO, LGO, "Document validé : rien ne part au médecin") as step:
        office.mark("document validé", document.entry.unique_id)
        step.outcome = _not_sent(lambda: desk.send_document(document, [doctor]))
        _nothing_left(office, BEATRICE)
        expect(not office.came(doctor), "la boîte du médecin a reçu un message")
    with office.teller.step(LGO, MSS, "Les documents d'une autre patiente partent : à elle, et à son médecin") as step:
        other = office.document(CLAIRE)
        wanted = [desk.address_of(office.patient(CLAIRE)), doctor]
        desk.send_document(other, wanted)
        office.leave(desk)
        expect(office.taken() == [(one,) for one in wanted], "les deux messages ne sont pas partis")
        step.outcome = ", ".join(wanted)


def end_of_exchange(office: MailOffice) -> None:
    """MSS-G: a mail that wants no answer says so, and the patient cannot answer it."""
    desk, address = office.desk(), office.desk().address_of(office.patient(CLAIRE))
    with office.teller.step(LGO, MSS, "Message au patient, sans réponse attendue (X-MSS-MES: FIN)") as step:
        desk.write(Letter((address,), "Votre commande est prête", "Bonjour,\r\nelle vous attend.\r\n", CLOSED))
        office.leave(desk)
        mail = office.last(address, "fin.eml")
        expect(mail.header("X-MSS-MES") == "FIN", f"X-MSS-MES: {mail.header('X-MSS-MES') or 'absent'}")
        step.outcome = "X-MSS-MES: FIN"
    with office.teller.step(CITIZEN, MSS, "Le patient ne peut plus répondre") as step:
        known = [one for one in office.citizen(CLAIRE)["contacts"] if one["address"] == desk.mailbox]
        expect(bool(known) and not known[0]["open"], "l'échange reste ouvert pour le patient")
        step.outcome = _refused_to_citizen(office, desk.mailbox)
    with office.teller.step(LGO, MSS, "Un document qui n'attend pas de réponse le dit aussi") as step:
        desk.send_document(office.document(CLAIRE), [address], closed=True)
        office.leave(desk)
        sent = office.last(address, "fin-document.eml")
        expect(sent.header("X-MSS-MES") == "FIN", f"X-MSS-MES: {sent.header('X-MSS-MES') or 'absent'}")
        step.outcome = sent.header("Subject")
    with office.teller.step(LGO, MSS, "Au médecin, aucun en-tête de clôture") as step:
        doctor = office.environment.person(DOCTOR).mailbox
        desk.send_document(office.document(CLAIRE), [doctor], closed=True)
        office.leave(desk)
        expect(not office.last(doctor, "medecin.eml").header("X-MSS-MES"), "X-MSS-MES part à un professionnel")
        step.outcome = "X-MSS-MES absent"


def _refused_to_citizen(office: MailOffice, to: str) -> str:
    try:
        office.citizen(CLAIRE, {"to": to, "subject": "Une question", "text": "Bonjour"})
    except httpx.HTTPStatusError as error:
        expect(error.response.status_code == FORBIDDEN, f"réponse {error.response.status_code}")
        return f"refusé ({FORBIDDEN})"
    expect(False, "le patient a pu écrire")
    return ""


def patient_answers(office: MailOffice) -> None:
    """MSS-H: the patient answers a document, then writes by himself; what he writes joins its thread."""
    desk, patient = office.desk(), office.patient(CLAIRE)
    address = desk.address_of(patient)
    with office.teller.step(SANDBOX, CITIZEN, "La patiente simulée lira et répondra") as step:
        step.outcome = str(office.robot(CLAIRE, robot="answer")["robot"])
    mail = _document_sent(office, CLAIRE, address, "document-patient")
    with office.teller.step(LGO, MSS, "Relève : accusés et réponse, rattachés à l'envoi") as step:
        desk.receive()
        said = desk.records.all_sent()[-1].said
        expect("remis" in said and "lu" in said, f"accusés de l'envoi : {said or 'aucun'}")
        answer = _written_by(office, patient)
        office.evidence.save("reponse-patient.eml", desk.records.octets(answer.number))
        headers = opened(desk.records.octets(answer.number)).headers
        expect(headers.get("In-Reply-To") == mail.header("Message-ID"), "la réponse ne nomme pas l'envoi")
        step.outcome = f"« {shown_subject(answer.subject)} » ; envoi {said}"
    with office.teller.step(LGO, LGO, "Le message est celui d'un patient connu, nommé avec son matricule") as step:
        known = desk.patients[answer.patient]
        label = headers["From"]
        expect(known == patient and patient.birth_name in label.upper(), f"From: {label}")
        step.outcome = f"{known.birth_name} {known.first_names[0]}, {known.matricule}"
    with office.teller.step(LGO, MSS, "Réponse à la patiente, dans le même fil") as step:
        desk.reply(answer.number, "Avec plaisir.\r\n")
        office.leave(desk)
        reply = office.last(address, "reponse-officine.eml")
        check_reply(reply, answer.message_id, mail.header("Message-ID"))
        step.outcome = text_of(reply).strip()
    with office.teller.step(SANDBOX, CITIZEN, "Plus tard, elle écrit d'elle-même") as step:
        desk.receive()
        office.set(robot_delay=str(FIRST_DELAY))
        office.robot(CLAIRE, robot="first", contact=desk.mailbox)
        office.day.let_pass(FIRST_DELAY * 60 + 1)
        expect(desk.receive() >= 1, "rien n'est venu")
        own = _written_by(office, patient)
        office.evidence.save("message-patient.eml", desk.records.octets(own.number))
        headers = opened(desk.records.octets(own.number)).headers
        expect(own.number != answer.number and not headers.get("In-Reply-To"), "ce n'est pas un message neuf")
        step.outcome = f"« {own.subject} »"
    with office.teller.step(LGO, MSS, "La réponse ouvre un nouveau fil") as step:
        desk.reply(own.number, "Bien sûr.\r\n")
        office.leave(desk)
        check_reply(office.last(address, "reponse-neuve.eml"), own.message_id)
        step.outcome = own.message_id


def _written_by(office: MailOffice, patient: Patient) -> Arrived:
    found = [one for one in office.desk().mails(Where.INBOX) if one.patient == patient.matricule]
    expect(bool(found), "aucun message de la patiente n'est à lire")
    return found[-1]
