"""The cards DMP-G to DMP-K: record screen, degraded network, versions, history, contextual web access.

Source: specs/requirements.md §3.3. Each function plays one card for real and says what came of it.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

from lgo_client.dmp.delta import Change
from lgo_client.dmp.history import Past, feed_history
from lgo_client.dmp.opening import opened
from lgo_client.dmp.queue import State
from lgo_client.dmp.records import Choice, Subject
from lgo_client.dmp.web import Page, WebUnavailable, address
from lgo_client.identity import By, Document, LocalIdentity
from lgo_client.insi import Traits
from lgo_client.journeys.dmp_office import FEEDING, Office, said
from lgo_client.journeys.steps import expect

__all__ = ["contextual_web", "degraded_network", "history", "record_screen", "versions"]

LGO, DMP, SANDBOX, INSI = "LGO", "DMP", "Testeur", "INSi"
CLAIRE = "martin-claire"
REVIEWED = "56445-0^^2.16.840.1.113883.6.1"
STATES = {
    CLAIRE: "ouvert et autorisé",
    "blanc-nathalie": "ouvert, non autorisé",
    "fournier-ines": "absent",
    "roux-gerard": "fermé",
}
PAST = 20
PER_SECOND = 4.0


def record_screen(office: Office) -> None:
    """DMP-G: a record shows the DMP's state without a click, what others added, and is searched by two criteria."""
    desk, other = office.desk(), office.desk("adjoint")
    for patient, expected in STATES.items():
        with office.teller.step(LGO, DMP, f"Dossier ouvert : {patient}") as step:
            office.operations()
            office.open_record(patient)
            access = desk.access(office.cx(patient))
            step.outcome = _state(access.exists, access.status, access.authorisation)
            expect(step.outcome == expected, f"{step.outcome} au lieu de {expected}")
    with office.teller.step(LGO, DMP, "Première visite, puis deux documents ajoutés par un tiers") as step:
        desk.visit(office.cx(CLAIRE))
        added = {office.validate(other, office.document(CLAIRE, who="adjoint")) for _ in range(2)}
        step.outcome = f"{len(added)} documents ajoutés"
    with office.teller.step(LGO, DMP, "Visite suivante : les nouveaux documents sont annoncés, par type") as step:
        office.open_record(CLAIRE)
        visit = desk.visit(office.cx(CLAIRE))
        new = [one.document for one in visit.changes if one.change is Change.NEW]
        expect({one.unique_id for one in new} == added, f"{len(new)} annoncés")
        step.outcome = f"{len(new)} × {new[0].type_code}"
    with office.teller.step(LGO, DMP, "Recherche à deux critères : type et date d'acte (TD3.1)") as step:
        office.mark("recherche multicritère", office.environment.patient(CLAIRE).matricule)
        found = desk.documents(office.cx(CLAIRE), since=f"{office.workplace.now():%Y}", types=[REVIEWED])
        expect(added <= {one.unique_id for one in found}, "la recherche ne trouve pas les documents")
        step.outcome = f"{len(found)} trouvés"


def _state(exists: bool, status: str, authorisation: str) -> str:
    if not exists:
        return "absent"
    if status != "active":
        return "fermé"
    return "ouvert et autorisé" if authorisation == "VALIDE" else "ouvert, non autorisé"


def degraded_network(office: Office) -> None:
    """DMP-H: latency does not hold the counter up; a cut keeps the queue, which leaves by itself, once, in order."""
    desk = office.desk()
    with office.teller.step(LGO, DMP, "Réseau lent : l'envoi part en tâche de fond, le comptoir travaille") as step:
        office.arm("delay", office.latency, operation="td2.1", times=1)
        lot = office.document(CLAIRE)
        desk.feed(lot.submission.patient_id, lot)
        sending = threading.Thread(target=_send_in_background, args=(office,))
        sending.start()
        access = desk.access(office.cx("durand-paul-1"))
        sending.join()
        step.outcome = f"un autre DMP lu entre-temps ({access.status or 'absent'}), document versé"
        expect(not desk.queue.all(State.WAITING, State.LEAVING), "le document attend encore")
    with office.teller.step(SANDBOX, DMP, "Coupure : la connexion tombe, puis le service répond 503") as step:
        office.arm("reset", operation="td2.1", times=1)
        office.arm("status", 503, operation="td2.1", times=2)
        lots = [office.document(CLAIRE) for _ in range(3)]
        for lot in lots:
            desk.feed(lot.submission.patient_id, lot)
        expect(not desk.send(), "le DMP a répondu")
        step.outcome = "; ".join(said(one) for one in desk.queue.all(State.WAITING, State.LEAVING))
    with office.teller.step(LGO, DMP, "Retour : la file part d'elle-même, dans l'ordre, sans doublon") as step:
        desk.send_all(office.pause)
        wanted = [lot.entries[0].unique_id for lot in lots]
        fed = [one.unique_id for one in desk.queue.all(State.FED)]
        expect(fed[-len(wanted) :] == wanted, "l'ordre n'est pas gardé")
        held = [one.unique_id for one in desk.documents(office.cx(CLAIRE))]
        expect(all(held.count(one) == 1 for one in wanted), "un document manque ou est en double")
        step.outcome = f"{len(wanted)} documents versés, une fois chacun"


def _send_in_background(office: Office) -> None:
    """Send as a task of the workstation: its own connections, the same files."""
    with opened(office.environment, "titulaire", office.folder / "titulaire") as desk:
        desk.send()


def versions(office: Office) -> None:
    """DMP-I: another publishes a second version and deletes a document; the record learns both."""
    desk, other, patient = office.desk(), office.desk("adjoint"), office.cx(CLAIRE)
    with office.teller.step(SANDBOX, DMP, "Deux documents d'un confrère, importés à la visite") as step:
        first, second = (office.validate(other, office.document(CLAIRE, who="adjoint")) for _ in range(2))
        office.open_record(CLAIRE)
        visit = desk.visit(patient)
        imported = {one.unique_id for one in visit.documents}
        expect({first, second} <= imported, "les documents ne sont pas vus")
        for unique_id in (first, second):
            office.evidence.save(f"importe-{unique_id}.xml", desk.read(patient, unique_id))
            office.mark("document importé", unique_id)
        step.outcome = f"{len(imported)} documents connus"
    with office.teller.step(SANDBOX, DMP, "Le confrère remplace l'un et supprime l'autre") as step:
        again = office.validate(other, office.document(CLAIRE, who="adjoint", replaces=first), replaces=first)
        other.registry.delete(patient, second)
        step.outcome = f"version 2 : {again[:24]}…"
    with office.teller.step(LGO, DMP, "Dossier rouvert : version plus récente et suppression sont signalées") as step:
        office.open_record(CLAIRE)
        told = {(one.change, one.document.unique_id) for one in desk.visit(patient).changes}
        expect((Change.REPLACED, first) in told, "le remplacement n'est pas signalé")
        expect((Change.DELETED, second) in told, "la suppression n'est pas signalée")
        step.outcome = ", ".join(sorted(change for change, _ in told))
    with office.teller.step(LGO, DMP, "Un document déjà importé est reconnu : seul le nouveau est lu") as step:
        expect(first in imported and again not in imported, "l'identifiant n'est pas gardé")
        office.evidence.save(f"importe-{again}.xml", desk.read(patient, again))
        step.outcome = again


def history(office: Office) -> None:
    """DMP-J: documents of the past, at the date of their act; who is left out, what names the pharmacy, how fast."""
    desk = office.desk()
    office.mark("reprise d'historique")
    with office.teller.step(LGO, DMP, f"Reprise de {PAST} documents, dont un d'un auteur parti") as step:
        start = office.workplace.local() - timedelta(days=PAST * 10)
        lots = [
            office.document(CLAIRE, at=start + timedelta(days=10 * rank), who="titulaire") for rank in range(PAST - 1)
        ]
        lots.append(office.document(CLAIRE, at=start, who="radie", by_structure=True))
        report = feed_history(desk, [Past(lot.submission.patient_id, lot) for lot in lots], office.pause, PER_SECOND)
        expect(report.fed == PAST, f"{report.fed} versés, {report.refused} refusés, {dict(report.left_out)}")
        step.outcome = f"{report.fed} versés, {PER_SECOND:.0f} par seconde au plus"
    with office.teller.step(LGO, LGO, "Écartés d'une reprise : décédé, INS non qualifié, opposé, déjà versé") as step:
        office.operations()
        office.mark("reprise d'historique")
        desk.say(office.cx("girard-sophie"), Subject.FEEDING, Choice.OPPOSED)
        own = Past(office.cx(CLAIRE), office.document(CLAIRE))
        opposed = office.document("girard-sophie")
        out = [
            replace(own, deceased=True),
            replace(own, qualified=False),
            Past(opposed.submission.patient_id, opposed),
            Past(lots[0].submission.patient_id, lots[0]),
        ]
        report = feed_history(desk, out, office.pause, PER_SECOND)
        expect(not FEEDING & set(office.operations()), "un document écarté est parti")
        step.outcome = ", ".join(f"{why} : {number}" for why, number in report.left_out.items())
    with office.teller.step(LGO, DMP, "Le document qui restait part, lui seul (TD2.1)") as step:
        left = Past(office.cx(CLAIRE), office.document(CLAIRE, at=start))
        report = feed_history(desk, [out[-1], left], office.pause, PER_SECOND)
        expect(report.fed == 1, f"{report.fed} versés")
        step.outcome = f"{left.unique_id[:24]}…"


def contextual_web(office: Office) -> None:
    """DMP-K: the DMP's web site opens for a qualified INS, and not for another."""
    desk, patient, day = office.desk(), office.environment.patient(CLAIRE), office.day
    now, user = office.workplace.instant, office.environment.person("titulaire").national_id
    local = LocalIdentity(
        patient.birth_name, patient.first_names[0], patient.sex, patient.birth_date, patient.birth_place
    )
    with office.teller.step(LGO, INSI, "Une patiente à l'INS qualifié, un patient à l'identité provisoire") as step:
        asked = Traits(
            patient.birth_name, patient.first_names[:1], patient.sex, patient.birth_date, patient.birth_place
        )
        found = local.with_answer(day.insi().retrieve(asked), By(user, now()))
        qualified = found.with_document(Document.IDENTITY_CARD, By(user, now()))
        office.mark("pièce d'identité contrôlée", patient.matricule)
        office.mark("identité qualifiée", patient.matricule)
        office.mark("identité provisoire", office.environment.patient("durand-paul-1").matricule)
        step.outcome = f"{qualified.state.value}, {local.state.value}"
    with office.teller.step(LGO, DMP, "Clic sur « DMP web » pour la première (TD0.9)") as step:
        url = address(desk.parameters.current(), Page.FILE, qualified)
        step.outcome = _opened(office, url)
    with office.teller.step(LGO, LGO, "Clic sur « DMP web » pour le second : aucun appel") as step:
        office.operations()
        try:
            address(desk.parameters.current(), Page.FILE, local)
        except WebUnavailable as error:
            step.outcome = str(error)
        expect(bool(step.outcome) and not office.operations(), "le DMP web a été appelé")


def _opened(office: Office, url: str) -> str:
    """Open a page in the workstation's browser, where this sandbox serves it; return what is told of it."""
    expect(url.startswith("https://") and "/AccesDirect/DossierPatient/" in url, f"adresse {url}")
    from lgo_client.transport import http_client

    environment = office.environment
    with http_client(environment.ca, environment.certificate("cps-titulaire-auth")) as http:
        answer = http.get(url, follow_redirects=True)
    expect(answer.status_code == 200, f"{url} répond {answer.status_code}")
    expect(office.operations()[-1:] == ["web-ps"], "le Web-PS de cette session n'a pas été appelé")
    return url
