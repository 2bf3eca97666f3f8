"""The cards DMP-A to DMP-F: automatic feed, lifecycle, visibility, opposition, rights of consultation, identity.

Source: specs/requirements.md §3.3. Each function plays one card for real and says what came of it.
"""

from __future__ import annotations

from lgo_client.dmp.desk import ConsentMissing, Desk, NoDmp, NotCalled, Opposed
from lgo_client.dmp.documents import INTERVIEW, REVIEW, VACCINATION
from lgo_client.dmp.opening import writer_of
from lgo_client.dmp.records import Choice, Subject
from lgo_client.journeys.dmp_office import FEEDING, Office
from lgo_client.journeys.steps import expect

__all__ = ["consultation_rights", "feed_by_itself", "identity_of_callers", "lifecycle", "opposition", "visibility"]

LGO, DMP, SANDBOX = "LGO", "DMP", "Testeur"
CLAIRE = "martin-claire"
MASKS = ("MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX")
MINOR = "bernard-hugo"


def feed_by_itself(office: Office) -> None:
    """DMP-A: each document of a pharmacy leaves once it is validated, without another gesture."""
    desk = office.desk()
    for kind in (REVIEW, INTERVIEW, VACCINATION):
        with office.teller.step(LGO, DMP, f"Validation : {kind.name}, qui part de lui-même (TD2.1)") as step:
            office.operations()
            unique_id = office.validate(desk, office.document(CLAIRE, kind))
            called = office.operations()
            expect(called[-1:] == ["td2.1"] and called.count("td2.1") == 1, f"appels : {', '.join(called)}")
            step.outcome = f"{kind.type_code} versé, {unique_id[:24]}…"


def lifecycle(office: Office) -> None:
    """DMP-B: a document is modified, sent again, deleted."""
    desk, patient = office.desk(), office.cx(CLAIRE)
    with office.teller.step(LGO, DMP, "Premier versement (TD2.1)") as step:
        first = office.validate(desk, office.document(CLAIRE))
        step.outcome = first
    with office.teller.step(LGO, DMP, "Modification : la nouvelle version remplace l'ancienne (TD2.1, RPLC)") as step:
        second = office.validate(desk, office.document(CLAIRE, replaces=first), replaces=first)
        step.outcome = second
    with office.teller.step(LGO, LGO, "Envoi bloqué par l'utilisateur : le document reste au logiciel") as step:
        held = office.document(CLAIRE).entries[0].unique_id
        office.mark("envoi bloqué", held)
        third = office.validate(desk, office.document(CLAIRE))
        step.outcome = f"{held[:24]}… retenu, {third[:24]}… versé"
    with office.teller.step(LGO, LGO, "Nouvel envoi demandé : le document est déjà versé, rien ne repart") as step:
        office.operations()
        known = next(one for one in desk.queue.all() if one.unique_id == second)
        expect(desk.send() and "td2.1" not in office.operations(), "le document est reparti")
        step.outcome = f"lot {known.number} {known.state}"
    with office.teller.step(LGO, DMP, "Suppression (TD3.3c)") as step:
        office.mark("suppression demandée", second)
        desk.registry.delete(patient, second)
        step.outcome = "supprimé, sans demander d'accès"
    with office.teller.step(LGO, LGO, "Le dossier ne montre plus le document") as step:
        office.open_record(CLAIRE)
        expect(second not in {one.unique_id for one in desk.documents(patient)}, "le document est encore listé")
        step.outcome = "absent de la liste"


def visibility(office: Office) -> None:
    """DMP-C: each way of hiding a document, at the feed and after it; the secret connection of a minor."""
    desk, patient = office.desk(), office.cx(CLAIRE)
    for mask in MASKS[:2]:
        with office.teller.step(LGO, DMP, f"Versement en {mask}") as step:
            unique_id = office.validate(desk, office.document(CLAIRE, hidden=[mask]))
            office.open_record(CLAIRE)
            expect(desk.hidden(patient, unique_id) == (mask,), "le DMP ne rend pas ce masquage")
            step.outcome = f"N et {mask}"
    with office.teller.step(LGO, DMP, "Démasquage, puis masquage d'un document versé (TD3.3a, TD3.3b)") as step:
        desk.set_visibility(patient, unique_id, [])
        desk.set_visibility(patient, unique_id, ["MASQUE_PS"])
        expect(desk.hidden(patient, unique_id) == ("MASQUE_PS",), "le masquage n'a pas changé")
        step.outcome = "visible du patient, puis masqué aux professionnels"
    with office.teller.step(LGO, DMP, "Connexion secrète : document d'un mineur invisible à ses parents") as step:
        secret, child = office.desk(secret=True), office.cx(MINOR)
        unique_id = office.validate(secret, office.document(MINOR, hidden=[MASKS[2]]))
        office.open_record(MINOR)
        expect(secret.hidden(child, unique_id) == (MASKS[2],), "le document n'est pas caché aux parents")
        step.outcome = f"N et {MASKS[2]}"


def opposition(office: Office) -> None:
    """DMP-D: nothing is submitted and nothing queued for whoever opposes or has no DMP, or by whoever may not."""
    desk = office.desk()
    with office.teller.step(SANDBOX, LGO, "Le patient s'oppose à l'alimentation") as step:
        office.mark("opposition à l'alimentation", office.environment.patient("girard-sophie").matricule)
        desk.say(office.cx("girard-sophie"), Subject.FEEDING, Choice.OPPOSED)
        step.outcome = "enregistré"
    for patient in ("girard-sophie", "fournier-ines", "roux-gerard"):
        with office.teller.step(LGO, LGO, f"Validation d'un document de {patient}") as step:
            step.outcome = _not_fed(office, desk, patient)
    with office.teller.step(LGO, LGO, "Validation par un utilisateur qui n'alimente pas") as step:
        office.operations()
        locked = office.desk("adjoint")
        locked.may_not_feed = "cet utilisateur n'a pas le droit d'alimenter le DMP"
        step.outcome = _not_fed(office, locked, CLAIRE)


def _not_fed(office: Office, desk: Desk, patient: str) -> str:
    office.operations()
    lot = office.document(patient)
    office.mark("document validé", lot.entries[0].unique_id)
    try:
        desk.feed(lot.submission.patient_id, lot)
    except NotCalled as error:
        told = str(error)
    else:
        told = ""
    expect(bool(told) and not desk.queue.all(), "un document a été mis en attente")
    expect(not FEEDING & set(office.operations()), "un document est parti")
    return told


def consultation_rights(office: Office) -> None:
    """DMP-E: the right check before a consultation, TD0.3 only where it is needed and agreed to, never to feed."""
    desk = office.desk()
    with office.teller.step(LGO, DMP, "Alimentation seule d'un DMP sans autorisation : pas de TD0.3") as step:
        office.validate(desk, office.document("blanc-nathalie"))
        called = office.operations()
        expect("td0.3" not in called and "td2.1" in called, f"appels : {', '.join(called)}")
        step.outcome = ", ".join(called)
    with office.teller.step(LGO, DMP, "Patient autorisé : TD0.2, puis TD3.1") as step:
        desk.documents(office.cx(CLAIRE))
        step.outcome = _in_order(office, "td0.2", "td3.1")
    with office.teller.step(LGO, LGO, "Patient sans autorisation, accord non recueilli : rien n'est lu") as step:
        try:
            desk.documents(office.cx("blanc-nathalie"))
        except ConsentMissing as error:
            step.outcome = str(error)
        expect("td3.1" not in office.operations() and bool(step.outcome), "le DMP a été lu sans accord")
    with office.teller.step(LGO, DMP, "Accord recueilli : TD0.3, TD0.2, puis TD3.1") as step:
        office.mark("accord du patient", office.environment.patient("blanc-nathalie").matricule)
        desk.say(office.cx("blanc-nathalie"), Subject.READING, Choice.AGREED)
        desk.documents(office.cx("blanc-nathalie"))
        step.outcome = _in_order(office, "td0.3", "td0.2", "td3.1")
    with office.teller.step(LGO, LGO, "Patient opposé à la consultation : aucun appel") as step:
        office.mark("opposition à la consultation", office.environment.patient("moreau-etienne").matricule)
        desk.say(office.cx("moreau-etienne"), Subject.READING, Choice.OPPOSED)
        try:
            desk.documents(office.cx("moreau-etienne"))
        except Opposed as error:
            step.outcome = str(error)
        expect(not office.operations() and bool(step.outcome), "le DMP a été appelé")
    with office.teller.step(LGO, DMP, "DMP fermé : TD0.2, et rien d'autre") as step:
        try:
            desk.documents(office.cx("roux-gerard"))
        except NoDmp as error:
            step.outcome = str(error)
        expect(office.operations() == ["td0.2"] and bool(step.outcome), "le DMP fermé a été lu")


def _in_order(office: Office, *wanted: str) -> str:
    called = [one for one in office.operations() if one.startswith("td")]
    expect(called == list(wanted), f"appels : {', '.join(called)} ; attendus : {', '.join(wanted)}")
    return ", ".join(called)


def identity_of_callers(office: Office) -> None:
    """DMP-F: two users, each under his own national id; the one without a card through Pro Santé Connect."""
    day = office.day
    for who, how in (("titulaire", "par sa carte"), ("preparateur", "en AIR, connecté par Pro Santé Connect")):
        person = office.environment.person(who)
        with office.teller.step(LGO, DMP, f"{person.name} consulte, {how}") as step:
            if who == "preparateur":
                session = day.login(writer_of(office.environment, who), "lgo-demo")
                expect(session.claims["preferred_username"] == person.national_id, "PSC connaît une autre personne")
            office.mark("utilisateur connecté", person.national_id)
            desk = office.desk(who)
            desk.documents(office.cx(CLAIRE))
            shown = _last_caller(office)
            expect(shown == person.national_id, f"le VIHF porte {shown}")
            step.outcome = f"VIHF au nom de {shown}"


def _last_caller(office: Office) -> str:
    exchanges = office.control.of_session("exchanges", service="dmp", operation="td3.1", limit="1000")["exchanges"]
    last = max(exchanges, key=lambda one: str(one["started"]))
    return str(last["facts"]["VihfGiven"]["name_id"])
