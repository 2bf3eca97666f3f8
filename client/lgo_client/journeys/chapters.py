"""The chapters of a pharmacy's day, in the order in which they happen.

Each takes the day, calls the services for real, and says what came of it. Source: the project's main journey;
specs/requirements.md §3 (E2E-2, EP-A, INS-A, DMP-A, MSS-D, MSS-E).
"""

from __future__ import annotations

from dataclasses import replace

from health_documents.barcodes.images import read_codes
from health_documents.cda.read.reader import read_document
from health_documents.codes.drugs import drug
from health_documents.codes.systems import CONTENT_TYPES, format_of_media, format_of_model
from health_documents.identifiers import OID_INS_NIR
from health_documents.oids import T_EP_MED_DM
from health_documents.values.document import Code, DocumentHeader
from health_documents.xdm.write import XdmDocument, read_xdm, write_xdm
from health_documents.xds.write import entry_from_cda
from lgo_client.authoring import Writer, lot_of, recipient_of, traits_of_identity, traits_of_patient
from lgo_client.bilan import BILAN, Advice, write_bilan
from lgo_client.eprescription import Delivery, EprescriptionRefused
from lgo_client.identity import By, Document, LocalIdentity
from lgo_client.insi import Traits
from lgo_client.journeys.day import PRODUCT, SOFTWARE_OID, Day
from lgo_client.journeys.steps import expect
from lgo_client.mss import Attachment, DocumentMail, Mailbox, attachments, compose, send
from lgo_client.ordonnance import Prescribed, write_ordonnance
from lgo_client.vihf import Mode, ins_cx

__all__ = ["CHAPTERS"]

GP, LGO = "Logiciel du médecin", "LGO"
PSC, INSI, DMP, EPU, MSS = "Pro Santé Connect", "INSi", "DMP", "Ordonnance numérique", "MSSanté"
PRESCRIPTION = "57833-6"
REFRESH_AFTER = 125.0
RECORD_NUMBER = "000417"

PRESCRIBED = (
    Prescribed(drug("67346461"), "1 comprimé matin et soir au cours des repas", boxes=2, ald=True),
    Prescribed(drug("68212077"), "1 comprimé le soir", boxes=1),
    Prescribed(drug("64755969"), "1 sachet par jour", boxes=1),
)

ADVICE = (
    Advice("Metformine 1000 mg, 2 par jour", "Prise à jeun le matin, troubles digestifs", "Prendre au milieu du repas"),
    Advice("Atorvastatine 20 mg, le soir", "Bonne observance", "Poursuivre ; bilan hépatique annuel"),
    Advice("Kardégic 75 mg, 1 par jour", "Automédication par ibuprofène", "Remplacer par du paracétamol"),
)
CONCLUSION = (
    "La patiente comprend l'intérêt de ses traitements. Un point d'observance est proposé dans trois mois ; "
    "l'ibuprofène sans ordonnance est déconseillé avec l'aspirine à faible dose."
)


def prescribe(day: Day) -> None:
    """A doctor prescribes; her software feeds the prescription to the patient's DMP itself."""
    day.teller.chapter("Le médecin prescrit")
    handed = day.handed
    patient = handed.patient = traits_of_patient(day.patient, OID_INS_NIR)
    with day.teller.step(GP, PSC, "Connexion de la généraliste, validée dans l'e-CPS") as step:
        handed.doctor = day.login(day.doctor, "prescripteur-demo")
        step.outcome = f"{day.doctor.person.name}, {handed.doctor.claims['preferred_username']}"
    with day.teller.step(GP, EPU, "Création de l'ordonnance de trois médicaments") as step:
        issued = day.eprescription(handed.doctor, day.doctor).create(patient, PRESCRIBED, day.workplace.local())
        handed.number, handed.qr_png = issued.number, issued.qr_png
        day.evidence.save("ordonnance-qr.png", issued.qr_png)
        step.outcome = f"n° {issued.number}"
    with day.teller.step(GP, DMP, "Alimentation par l'eP-MED-DM (TD2.1, authentification directe)") as step:
        header = day.doctor.header(PRESCRIPTION, patient, day.workplace.local(), day.workplace.oid())
        octets, pdf = write_ordonnance(header, PRESCRIBED, issued.number, issued.qr_png)
        day.evidence.save("ordonnance.xml", octets)
        day.evidence.save("ordonnance.pdf", pdf)
        card = ("cps-generaliste-auth", "cps-generaliste-sign")
        _feed(day, day.doctor, Mode.DIRECT, card, header, octets, format_of_model(T_EP_MED_DM), "SA07")
        handed.prescription_id = header.id
        step.outcome = f"{len(octets)} octets, uniqueId {header.id[:24]}…"


def log_in(day: Day) -> None:
    """The pharmacist logs in; her tokens are refreshed when they age."""
    day.teller.chapter("La pharmacienne se connecte")
    with day.teller.step(LGO, PSC, "Connexion par code d'autorisation, validée dans l'e-CPS") as step:
        day.handed.pharmacist = session = day.login_pharmacist()
        step.outcome = f"acr {session.claims.get('acr')}, {session.claims['preferred_username']}"
    with day.teller.step(LGO, PSC, "Lecture des informations de la professionnelle") as step:
        info = session.userinfo()
        expect(info["SubjectNameID"] == day.pharmacist.person.national_id, "userinfo n'est pas celle de la titulaire")
        step.outcome = f"{info['given_name']} {info['family_name']}, {info['SubjectRole'][0]}"
    with day.teller.step(LGO, PSC, "Deux minutes passent : les jetons sont rafraîchis") as step:
        day.let_pass(REFRESH_AFTER)
        before = session.refreshed
        session.userinfo()
        expect(session.refreshed == before + 1, "le jeton n'a pas été rafraîchi")
        step.outcome = "nouveaux jetons, sans nouvelle authentification"


def identify(day: Day) -> None:
    """The patient's identity: found by INSi, then qualified; a homonym and an unknown person beside her."""
    day.teller.chapter("L'identité de la patiente")
    insi, known, user = day.insi(), day.patient, day.pharmacist.person.national_id
    now = day.workplace.instant
    identity = LocalIdentity(known.birth_name, known.first_names[0], known.sex, known.birth_date, known.birth_place)
    with day.teller.step(LGO, INSI, "Recherche par traits") as step:
        asked = Traits(known.birth_name, known.first_names[:1], known.sex, known.birth_date, known.birth_place)
        identity = identity.with_answer(insi.retrieve(asked), By(user, now()))
        step.outcome = f"00, matricule reçu : identité {identity.state.value}"
    with day.teller.step(LGO, LGO, "Contrôle de la carte nationale d'identité") as step:
        identity = day.handed.identity = identity.with_document(Document.IDENTITY_CARD, By(user, now()))
        shown = {"pièce": Document.IDENTITY_CARD.value}
        checked = {"name": "pièce d'identité contrôlée", "subject": day.patient.matricule, "detail": shown}
        day.control.of_session("markers", "POST", checked)
        step.outcome = f"identité {identity.state.value}"
    with day.teller.step(LGO, INSI, "Un homonyme : plusieurs identités, puis une avec le lieu de naissance") as step:
        homonym = day.environment.patient("durand-paul-1")
        traits = Traits(homonym.birth_name, homonym.first_names[:1], homonym.sex, homonym.birth_date)
        first = insi.search(traits)
        second = insi.search(replace(traits, birth_place=homonym.birth_place))
        expect((first.code, second.code) == ("02", "00"), f"INSi a répondu {first.code} puis {second.code}")
        step.outcome = "02, puis 00"
    with day.teller.step(LGO, INSI, "Une personne inconnue") as step:
        answer = insi.search(Traits("INCONNU", ("PERSONNE",), "M", "1970-01-31"))
        expect(answer.code == "01", f"INSi a répondu {answer.code}")
        step.outcome = f"01, {answer.label}"


def dispense(day: Day) -> None:
    """The prescription: read from its image, dispensed in part, then in full; a second dispensing is refused."""
    day.teller.chapter("La délivrance")
    session = day.handed.pharmacist
    assert session is not None
    epu = day.eprescription(session, day.pharmacist)
    with day.teller.step(LGO, EPU, "Lecture du code de l'ordonnance et consultation") as step:
        token = read_codes(day.handed.qr_png)[0].text
        consulted = epu.consult(token)
        expect(len(consulted.lines) == len(PRESCRIBED), "l'ordonnance n'a pas ses trois lignes")
        step.outcome = f"n° {consulted.number}, {len(consulted.lines)} lignes, {consulted.state}"
    with day.teller.step(LGO, EPU, "Délivrance de deux lignes sur trois") as step:
        receipt = epu.execute(consulted, [Delivery(line, line.boxes) for line in consulted.lines[:2]])
        step.outcome = f"reçu {receipt.id}, {receipt.state}"
    with day.teller.step(LGO, EPU, "Délivrance de la dernière ligne") as step:
        consulted = epu.consult(token)
        rest = [Delivery(line, line.boxes) for line in consulted.lines if line.boxes]
        expect(len(rest) == 1, f"il reste {len(rest)} lignes à délivrer au lieu d'une")
        receipt = epu.execute(consulted, rest)
        step.outcome = f"reçu {receipt.id}, {receipt.state}"
    with day.teller.step(LGO, EPU, "Une deuxième délivrance est refusée") as step:
        try:
            epu.consult(token)
        except EprescriptionRefused as refusal:
            expect(refusal.status == 409, f"refus {refusal.status} au lieu de 409")
            step.outcome = f"409, {refusal.message}"
        else:
            expect(False, "l'ordonnance exécutée a pu être consultée de nouveau")


def consult(day: Day) -> None:
    """The DMP, read by the pharmacist: existence, list, the prescription fetched and read."""
    day.teller.chapter("Le DMP de la patiente")
    dmp = day.reading_dmp()
    patient = _cx(day)
    with day.teller.step(LGO, DMP, "Test d'existence et d'autorisation (TD0.2)") as step:
        access = dmp.existence(patient)
        expect(access.open_and_authorised, f"DMP {access.status}, autorisation {access.authorisation or 'absente'}")
        step.outcome = f"DMP ouvert, autorisation {access.authorisation}"
    with day.teller.step(LGO, DMP, "Liste des documents (TD3.1)") as step:
        documents = dmp.documents(patient)
        step.outcome = ", ".join(document.title for document in documents)
    with day.teller.step(LGO, DMP, "Lecture de l'ordonnance (TD3.2)") as step:
        wanted = next(d for d in documents if d.unique_id == day.handed.prescription_id)
        octets = dmp.fetch(patient, wanted)
        day.evidence.save("dmp-ordonnance-recue.xml", octets)
        read = read_document(octets)
        expect(len(read.drug_lines) == len(PRESCRIBED), "l'ordonnance lue n'a pas ses trois lignes")
        step.outcome = " · ".join(line.name.partition(",")[0] for line in read.drug_lines)


def review(day: Day) -> None:
    """The medication review: written, fed by the structure, then found in the list."""
    day.teller.chapter("Le bilan partagé de médication")
    handed = day.handed
    assert handed.identity is not None
    with day.teller.step(LGO, LGO, "Rédaction : PDF/A-1 avec datamatrix INS, dans un CDA R2 N1") as step:
        patient = traits_of_identity(handed.identity, day.patient)
        addressee = recipient_of(day.doctor.person)
        header = day.pharmacist.header(BILAN, patient, day.workplace.local(), day.workplace.oid(), [addressee])
        written = write_bilan(header, ADVICE, CONCLUSION, RECORD_NUMBER)
        handed.review_id, handed.review_cda = header.id, written.cda
        handed.review_pdf, handed.review_pdf_name = written.pdf, written.pdf_name
        day.evidence.save("bilan.xml", written.cda)
        day.evidence.save(written.pdf_name, written.pdf)
        step.outcome = written.pdf_name
    with day.teller.step(LGO, DMP, "Alimentation par la structure (TD2.1, authentification indirecte)") as step:
        day.control.of_session("markers", "POST", {"name": "document-valide", "subject": header.id})
        certificates = ("org-auth", "org-sign")
        format_code = format_of_media("application/pdf")
        archive = _feed(day, day.pharmacist, Mode.INDIRECT, certificates, header, written.cda, format_code, "SA33")
        day.evidence.save("IHE_XDM.zip", archive)
        step.outcome = f"{len(written.cda)} octets, lot signé"
    with day.teller.step(LGO, DMP, "Plus tard, à la demande de l'utilisatrice : le bilan est dans la liste") as step:
        opened = {"name": "dossier ouvert", "subject": day.patient.matricule}
        day.control.of_session("markers", "POST", opened)
        dmp = day.reading_dmp()
        found = [d for d in dmp.documents(_cx(day)) if d.unique_id == header.id]
        expect(len(found) == 1, "le bilan n'est pas dans la liste")
        step.outcome = f"{found[0].title}, par {found[0].author}"


def send_mails(day: Day) -> None:
    """The review, sent by MSSanté to the doctor and to the patient; read by both."""
    day.teller.chapter("La messagerie sécurisée")
    archive = (day.evidence.folder / "IHE_XDM.zip").read_bytes()
    with day.teller.step(LGO, MSS, "Envoi au médecin (IHE_XDM.zip et PDF/A-1)") as step:
        _send(day, day.doctor.person.mailbox, archive, "mail-medecin.eml")
        step.outcome = day.doctor.person.mailbox
    with day.teller.step(LGO, MSS, "Envoi à la patiente") as step:
        _send(day, day.patient.mailbox, archive, "mail-patiente.eml")
        step.outcome = day.patient.mailbox
    with day.teller.step(GP, MSS, "La généraliste lit sa boîte (IMAP) et ouvre l'archive") as step:
        step.outcome = _read_by_doctor(day)
    with day.teller.step("Mon espace santé", MSS, "La patiente a reçu le message") as step:
        messages = day.control.resource(f"mss/mailboxes/{day.patient.mailbox}")
        expect(bool(messages), "la boîte de la patiente est vide")
        step.outcome = str(messages[-1]["subject"])


def _cx(day: Day) -> str:
    assert day.handed.identity is not None
    active = day.handed.identity.transmissible.active
    return ins_cx(active.number, active.oid)


def _feed(
    day: Day,
    writer: Writer,
    mode: Mode,
    certificates: tuple[str, str],
    header: DocumentHeader,
    octets: bytes,
    format_code: Code | None,
    content: str,
) -> bytes:
    """Feed one document, and return the same lot as an XDM archive."""
    expect(format_code is not None, "le format du document est inconnu")
    assert format_code is not None
    entry = entry_from_cda(header, octets, format_code)
    lot = lot_of(
        entry,
        octets,
        at=header.effective_time,
        set_id=day.workplace.oid(),
        signature_id=day.workplace.oid(),
        source=SOFTWARE_OID,
        content=CONTENT_TYPES[content],
    )
    tls, signer = certificates
    dmp = day.dmp(writer, mode, tls, signer)
    signature = dmp.feed(entry.patient_id, lot, day.environment.certificate(signer))
    day.evidence.save(f"lot-{header.code.code}-signature.xml", signature)
    return write_xdm(lot.submission, [XdmDocument(entry, octets)], made_at=header.effective_time, producer=PRODUCT)


def _send(day: Day, recipient: str, archive: bytes, name: str) -> None:
    handed, patient = day.handed, day.handed.patient
    assert handed.pharmacist is not None
    assert patient is not None
    year, month, birthday = patient.birth_date.split("-")
    mail = DocumentMail(
        recipient=recipient,
        label="Bilan partagé de médication",
        patient_name=patient.birth_name,
        patient_first_name=patient.first_name,
        birth_date=f"{birthday}/{month}/{year}",
        archive=archive,
        pdfs=[Attachment(handed.review_pdf_name, "application", "pdf", handed.review_pdf)],
        codes=[BILAN],
        ins_qualified=True,
        body="Veuillez trouver ci-joint le bilan partagé de médication.",
    )
    sender = day.pharmacist
    message = compose(mail, sender.person, sender.structure, day.environment.fact("nil"), day.workplace)
    token = handed.pharmacist.access_token()
    day.evidence.save(name, send(day.environment, message, sender.person.mailbox, token))


def _read_by_doctor(day: Day) -> str:
    assert day.handed.doctor is not None
    with Mailbox(day.environment, day.doctor.person.mailbox, day.handed.doctor.access_token()) as mailbox:
        raw = mailbox.unread()[-1]
    day.evidence.save("mail-recu-medecin.eml", raw)
    archive = read_xdm(next(a.content for a in attachments(raw) if a.name.lower() == "ihe_xdm.zip"))
    expect(not archive.problems, "; ".join(str(problem) for problem in archive.problems))
    content = archive.entries[0].content
    expect(content == day.handed.review_cda, "le document reçu n'est pas celui qui a été envoyé")
    document = read_document(content or b"")
    return f"« {document.title} » de {document.authors[0].given_name} {document.authors[0].family_name}"


CHAPTERS = (prescribe, log_in, identify, dispense, consult, review, send_mails)
