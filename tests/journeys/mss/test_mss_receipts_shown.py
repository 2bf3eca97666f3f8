"""Receipts from every side, as the reference client shows them: operators that tell, readers and software that tell."""

from __future__ import annotations

from pathlib import Path

from support.mss_desk import desk_of
from support.mss_operator import MailTenant
from support.mss_people import ADJOINT, GENERALISTE, OFFICINE, TITULAIRE

from lgo_client.mss.desk import MailDesk
from lgo_client.mss.records import SentDocument, Where
from lgo_sandbox.tenant.faults import Fault, FaultKind
from mss_mock.operators.table import Setting
from mss_mock.operators.table import put as put_operator
from mss_mock.partners.table import PartnerSetting
from mss_mock.partners.table import put as put_partner

HOSPITAL, HOSPITAL_SOFTWARE = "contact@ch-valfontaine.mssante.fr", "contact_auto@ch-valfontaine.mssante.fr"
SURGEON = "antoine.sauveterre@ch-valfontaine.mssante.fr"
LABORATORY, BIOLOGIST = "contact@laboratoire-moulin.mssante.fr", "odile.tardieu@laboratoire-moulin.mssante.fr"
NURSE = "nadia.boissiere@infirmier.mssante.fr"
ASKS = f"Disposition-Notification-To: {TITULAIRE}\r\n"
BODY = (
    "Subject: XDM/1.0/DDM+Bilan MARTIN CLAIRE 25/03/1956\r\nMIME-Version: 1.0\r\n"
    'Content-Type: application/zip; name="IHE_XDM.zip"\r\nContent-Transfer-Encoding: base64\r\n\r\nUEs=\r\n'
)


def _arm(tenant: MailTenant, number: int, name: str, client: str) -> None:
    fault = Fault(f"f{number}", "mss", FaultKind.NAMED, name, "operator-delivery", client)
    tenant.do(lambda session: session.faults.arm(fault))


def _robot(tenant: MailTenant, address: str, robot: str, **more: str) -> None:
    tenant.do(lambda session: put_partner(session.db, address, PartnerSetting(robot=robot, **more)))


def _send(tenant: MailTenant, desk: MailDesk, *recipients: str, asks: str = ASKS) -> None:
    """Send a document to each, as the desk would: it knows what left, under which Message-ID."""
    with tenant.smtp() as client:
        for to in recipients:
            number = f"<{to.replace('@', '.')}@pharmacien.mssante.fr>"
            mail = f"{asks}Message-ID: {number}\r\nTo: {to}\r\n{BODY}".encode()
            client.sendmail(TITULAIRE, [to], mail, rcpt_options=["NOTIFY=SUCCESS,FAILURE,DELAY"])
            desk.records.sent(SentDocument(number, "1.2.3", "", "Bilan", (to,), "Bilan", "", "", ""))


def test_what_becomes_of_a_document_is_shown_whoever_tells_it_and_how(tenant: MailTenant, tmp_path: Path) -> None:
    _robot(tenant, GENERALISTE, "read")
    _robot(tenant, ADJOINT, "delete")
    _robot(tenant, HOSPITAL_SOFTWARE, "file")
    _robot(tenant, BIOLOGIST, "reject", code="904")
    _robot(tenant, SURGEON, "reject", version="legacy")
    _robot(tenant, NURSE, "reject", code="906", error_to=TITULAIRE)
    _arm(tenant, 1, "operator-delayed", HOSPITAL)
    _arm(tenant, 2, "operator-refused", LABORATORY)
    tenant.do(lambda session: put_operator(session.db, "pharmacie-fontaine.mssante.fr", Setting(listed=False)))
    with desk_of(tenant, tmp_path) as desk:
        told = (GENERALISTE, ADJOINT, HOSPITAL_SOFTWARE, BIOLOGIST, SURGEON, HOSPITAL, LABORATORY, OFFICINE)
        _send(tenant, desk, *told)
        _send(tenant, desk, NURSE, asks="")
        tenant.move(minutes=60)
        desk.receive()
        assert {mail.place for mail in desk.mails()} == {Where.RECEIPT}
        shown = {one.recipients[0]: one.said for one in desk.records.all_sent()}
    own, other = "mail.sandbox.mssante.fr", "mx.plateaux.sandbox.mssante.fr"
    busy = "l'opérateur du destinataire n'accepte pas de messages pour l'instant"
    barred = "5.7.1 remise non autorisée : droits, filtre ou liste blanche"
    assert shown == {
        GENERALISTE: "remis, lu",
        ADJOINT: "remis, supprimé sans être lu",
        HOSPITAL_SOFTWARE: "remis, intégré",
        BIOLOGIST: "remis, non intégré (904 INS different de celui du patient)",
        SURGEON: "remis, non intégré (902 Identifiant de patient inconnu)",
        NURSE: "remis, non intégré (906 Document non intégré)",
        HOSPITAL: f"en attente chez l'opérateur (4.3.2 {busy} ; par mx.hospitalier.sandbox.mssante.fr), remis",
        LABORATORY: f"non distribué ({barred} ; par {other})",
        OFFICINE: f"non distribué ({barred} ; par {own})",
    }


def test_a_receipt_that_somebody_sends_says_that_somebody_read(tenant: MailTenant, tmp_path: Path) -> None:
    head = f"Return-Path: <{ADJOINT}>\r\nFrom: {GENERALISTE}\r\nDisposition-Notification-To: {GENERALISTE}\r\n"
    tenant.put(TITULAIRE, f"{head}Message-ID: <un@medecin.mssante.fr>\r\nSubject: Bonjour\r\n\r\nBonjour.\r\n".encode())
    with desk_of(tenant, tmp_path) as desk:
        desk.receive()
        assert desk.queue.all() == [], "not by itself: it would not go where the mail came from"
        desk.acknowledge(desk.mails()[0].number)
        assert desk.send()
    (report,) = tenant.inbox(GENERALISTE)
    assert b"Disposition: manual-action/MDN-sent-manually; displayed\r\n" in report
    assert tenant.findings() == []
