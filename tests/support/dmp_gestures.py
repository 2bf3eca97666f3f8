"""Clients that break what a gesture of their user asks for, as a marker tells it, or what a feed must show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from lgo_sandbox.tenant.faults import Fault, FaultKind
from support.dmp_door import Dmp
from support.dmp_lots import Document, cda
from support.dmp_pages import Browser, printed_cda
from support.dmp_services import authorise

__all__ = ["BREAKS"]

LOINC = "2.16.840.1.113883.6.1"
NOTE = {"type": [("87273-9", LOINC)], "class": [("52", "1.2.250.1.213.1.1.4.1")]}
UNAUTHORISED = "blanc-nathalie"


def validated_late(dmp: Dmp) -> None:
    """Feed a review six minutes after its validation."""
    document = dmp.document()
    dmp.mark("document validé", document.unique_id)
    dmp.tenant.move(minutes=6)
    dmp.feed(document, vihf=dmp.indirect(issued=datetime.now(UTC) + timedelta(seconds=2)))


def note_of_level_1(dmp: Dmp) -> None:
    """Feed a vaccination note as a mere PDF."""
    document = dmp.document(codes=NOTE)
    dmp.mark("document validé", document.unique_id)
    dmp.feed(document)


def blocked(dmp: Dmp) -> None:
    """Feed a document that the user held back."""
    document = dmp.document()
    dmp.mark("envoi bloqué", document.unique_id)
    dmp.feed(document)


def without_recipient(dmp: Dmp) -> None:
    """Feed a document that names nobody whom the user chose."""
    document = dmp.document()
    dmp.mark("document validé", document.unique_id, destinataires="899700090055, 899700090063")
    dmp.feed(document)


def access_to_feed(dmp: Dmp) -> None:
    """Ask for access, and do nothing but feed until the next patient comes."""
    patient = dmp.named(UNAUTHORISED)
    authorise(dmp, dmp.direct(patient=patient))
    dmp.feed(Document(cda(patient), patient), vihf=dmp.indirect(patient=patient))
    dmp.do(lambda: dmp.session.move_clock(by=timedelta(minutes=16)))
    after_the_jump = datetime.now(UTC) + timedelta(seconds=1)  # a VIHF tells whole seconds
    dmp.test_existence(dmp.direct(issued=after_the_jump))


def access_without_agreement(dmp: Dmp) -> None:
    """Ask for access to the DMP of a patient who has not agreed, as another has."""
    dmp.mark("accord du patient")
    dmp.test_existence(dmp.direct(patient=dmp.named(UNAUTHORISED)))
    authorise(dmp, dmp.direct(patient=dmp.named(UNAUTHORISED)))


def reading_without_access(dmp: Dmp) -> None:
    """Search where TD0.2 said that there is no authorisation."""
    vihf = dmp.direct(patient=dmp.named(UNAUTHORISED))
    dmp.test_existence(vihf)
    dmp.find(vihf=vihf)


def searching_after_feed(dmp: Dmp) -> None:
    """Search right after a feed."""
    document = dmp.document()
    dmp.test_existence(dmp.direct())
    dmp.mark("document validé", document.unique_id)
    dmp.feed(document)
    dmp.exchanges()
    dmp.find()


def state_by_a_click(dmp: Dmp) -> None:
    """Ask for the state of the DMP a minute after the record was opened."""
    dmp.mark("dossier ouvert")
    dmp.tenant.move(minutes=1)
    dmp.test_existence()


def criteria_left_out(dmp: Dmp) -> None:
    """Search by several criteria, and ask for none of them."""
    dmp.test_existence(dmp.direct())
    dmp.mark("recherche multicritère")
    dmp.find()


def everything_again(dmp: Dmp) -> None:
    """Ask for everything when a record is opened again."""
    dmp.test_existence(dmp.direct())
    for _ in range(2):
        dmp.mark("dossier ouvert")
    dmp.find()


def archived_instead(dmp: Dmp) -> None:
    """Archive what the user deletes."""
    document = dmp.document()
    dmp.test_existence(dmp.direct())
    dmp.feed(document)
    entry_uuid = dmp.find().text("//rim:ExtrinsicObject/@id")
    dmp.mark("suppression demandée", document.unique_id)
    dmp.change(entry_uuid, "Archived")


def another_user(dmp: Dmp) -> None:
    """Act under the id of somebody who is not logged in."""
    dmp.mark("utilisateur connecté", dmp.persona("adjoint").national_id)
    dmp.test_existence()


def version_as_a_new_document(dmp: Dmp) -> None:
    """Feed a document that says it replaces another, without RPLC."""
    replacing = (
        b'<relatedDocument typeCode="RPLC"><parentDocument><id root="2.25.7"/></parentDocument></relatedDocument>'
    )
    content = cda(dmp.patient).replace(b"<documentationOf>", replacing + b"<documentationOf>", 1)
    dmp.feed(dmp.document(content))


def fed_again_after_an_outage(dmp: Dmp) -> None:
    """Send again, under another id, what had come before an outage."""
    document = dmp.document()
    dmp.feed(document)
    dmp.do(lambda: dmp.session.faults.arm(Fault("f1", "dmp", FaultKind.STATUS, 503, "td2.1", remaining=1)))
    dmp.feed(dmp.document())
    dmp.feed(dmp.document(document.content))


def dated_today(dmp: Dmp) -> None:
    """Take over a history whose acts are of the day on which they are sent."""
    dmp.mark("reprise d'historique")
    dmp.feed(dmp.document(slots={"serviceStartTime": f"{datetime.now(UTC):%Y%m%d%H%M%S}"}))


def in_a_rush(dmp: Dmp) -> None:
    """Take over a history as fast as one can."""
    dmp.mark("reprise d'historique")
    dmp.do(lambda: dmp.session.move_clock(frozen=True))
    for _ in range(5):
        dmp.feed(dmp.document())


def history_twice(dmp: Dmp) -> None:
    """Take over what was fed already."""
    document = dmp.document()
    dmp.feed(document)
    dmp.mark("reprise d'historique")
    dmp.feed(document)


def departed_alone(dmp: Dmp) -> None:
    """Take over what somebody wrote who has left, without the pharmacy beside him."""
    dmp.mark("reprise d'historique")
    dmp.feed(dmp.document(author=dmp.persona("radie").national_id))


def another_format(dmp: Dmp) -> None:
    """Feed a review under the format of a picture."""
    dmp.feed(dmp.document(codes={"format": [("urn:ihe:iti-fr:xds-sd:jpeg:2010", "1.3.6.1.4.1.19376.1.2.3")]}))


def imported_again(dmp: Dmp) -> None:
    """Read again what was imported."""
    document = dmp.document()
    dmp.test_existence(dmp.direct())
    dmp.feed(document)
    dmp.mark("document importé", document.unique_id)
    dmp.read(document.unique_id)


def about_another(dmp: Dmp) -> None:
    """Print another patient than the CDA says."""
    dmp.feed(dmp.document(printed_cda(dmp.patient, printed=dmp.named("durand-paul-1"), dmp=dmp)))


def without_notice(dmp: Dmp) -> None:
    """Print nothing of personal data."""
    dmp.feed(dmp.document(printed_cda(dmp.patient, dmp=dmp, notice="Page unique")))


def prescription_without_ins(dmp: Dmp) -> None:
    """Prescribe on a page without the INS."""
    codes = {"type": [("57833-6", LOINC)], "class": [("42", "1.2.250.1.213.1.1.4.1")]}
    dmp.feed(dmp.document(printed_cda(dmp.patient, dmp=dmp, without_ins=True), codes=codes))


def air_by_card(dmp: Dmp) -> None:
    """Call in AIR over a connection by card."""
    dmp.test_existence(dmp.indirect(mode="INDIRECTE_RENFORCEE"), certificate=dmp.issue("cps-auth", "titulaire"))


def webps_of_unqualified(dmp: Dmp) -> None:
    """Open the web site for a patient whose identity was only retrieved."""
    dmp.mark("identité récupérée")
    browser = Browser(dmp, "dmp_web", dmp.issue("cps-auth", "titulaire"))
    browser.get(f"/AccesDirect/DossierPatient/{dmp.patient}")
    browser.close()


BREAKS: dict[str, Callable[[Dmp], object]] = {
    "DMP-FEED-AUTO": validated_late,
    "DMP-FEED-AUTO-VAC": note_of_level_1,
    "DMP-FEED-BLOCKED": blocked,
    "DMP-RECIPIENTS": without_recipient,
    "DMP-AUTHORISATION-FEED": access_to_feed,
    "DMP-AUTHORISATION-ACT": access_without_agreement,
    "DMP-AUTHORISATION-NEEDED": reading_without_access,
    "DMP-SEARCH-AFTER-FEED": searching_after_feed,
    "DMP-RECORD": state_by_a_click,
    "DMP-CRITERIA": criteria_left_out,
    "DMP-DELTA": everything_again,
    "DMP-DELETED": archived_instead,
    "DMP-TWO-USERS": another_user,
    "DMP-REPLACED": version_as_a_new_document,
    "DMP-QUEUE": fed_again_after_an_outage,
    "DMP-HISTORY-DATE": dated_today,
    "DMP-HISTORY-RATE": in_a_rush,
    "DMP-HISTORY-ONCE": history_twice,
    "DMP-HISTORY-AUTHOR": departed_alone,
    "DMP-TYPE-FORMAT": another_format,
    "DMP-NOTE-N3": lambda dmp: dmp.feed(dmp.document(codes=NOTE)),
    "DMP-IMPORTED": imported_again,
    "DMP-PDF-DATA": about_another,
    "DMP-PDF-NOTICE": without_notice,
    "DMP-PDF-INS": prescription_without_ins,
    "DMP-AIR-TLS": air_by_card,
    "DMP-WEBPS": webps_of_unqualified,
}
