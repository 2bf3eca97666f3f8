"""The pages of the Web-PS, one function for each path of /AccesDirect.

Source: docs/sources/dmp.md#web-ps (paths, last five documents, history of one year or one hundred lines; high). What
the real pages look like is not imitated. What a page shows leaves a line in the history.
"""

from __future__ import annotations

from dmp_mock import store
from dmp_mock.accesses import accesses_of
from dmp_mock.authorisations import held_by, held_on, moment, put_authorisation
from dmp_mock.codes.patients import Authorisation, DmpStatus
from dmp_mock.codes.rights import BREAKING, REGULATION, Condition
from dmp_mock.codes.xds import Status
from dmp_mock.domain.patients import check_not_blocked, check_open, check_reading
from dmp_mock.domain.rights import demand, demand_on, right
from dmp_mock.domain.values import Entry
from dmp_mock.tracing import LEFT, LET_IN, LISTED, READ
from dmp_mock.web import acts, visits
from dmp_mock.web.documents import Search, download, found, kinds_of, piece, rendered
from dmp_mock.web.people import full_name, named
from dmp_mock.web.refusals import Told
from dmp_mock.web.site import WEBPS
from dmp_mock.web.webps.desk import File, desk_of, file_of, opened, state_in_words
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.oauth import BadForm, read_form

__all__ = [
    "authorise",
    "change_document",
    "course",
    "dashboard",
    "document",
    "document_file",
    "document_piece",
    "documents",
    "emergency_rights",
    "history",
    "patient_data",
    "record",
    "settings",
    "vaccinations",
]

LAST = 5
ADD, REMOVE = "TD0.3-add", "TD0.3-remove"
VACCINATION_TYPES = frozenset({"11369-6", "87273-9"})
VACCINATION_CLASS = "52"


def _summary(call: Call, room: str, patient: str = "") -> None:
    call.summarise(f"Web-PS : {room}{f' de {patient}' if patient else ''}")


def _fields(call: Call) -> dict[str, str]:
    try:
        return read_form(call.query.encode("latin-1"), max_bytes=4096, max_fields=20)
    except BadForm:
        return {}


async def dashboard(call: Call) -> RawResponse:
    """Show the DMPs of the professional, and the state of one of any patient: the one page that always opens."""
    await call.enter(WEBPS.operation)
    desk = desk_of(call)
    matricule = call.path_params.get("ins", "") or _fields(call).get("ins", "").strip().upper()
    file = opened(desk, matricule) if matricule else None
    _summary(call, "tableau de bord", file.patient.id if file else "")
    people = call.session.people
    with call.session.db.transaction() as db:
        held = [one for one in held_by(db, desk.caller.holder) if one.value is Authorisation.VALID]
        dmps = store.dmps(db, [one.matricule for one in held])
        opened_ones = {matricule for matricule, dmp in dmps.items() if dmp.status == DmpStatus.ACTIVE}
    patients = [(one, people.patient(one.matricule)) for one in held]
    shown = [(one, full_name(p), p, p.matricule in opened_ones) for one, p in patients if p is not None]
    state = state_in_words(file) if file else ""
    name = full_name(file.patient) if file else ""
    return desk.page("dashboard", held=sorted(shown, key=lambda each: each[1]), one=file, state=state, one_name=name)


async def record(call: Call) -> RawResponse:
    """Show a DMP at a glance, with its last five documents."""
    await call.enter(WEBPS.operation)
    file = file_of(desk_of(call), call.path_params["ins"], "DossierPatient")
    cards = file.cards()
    file.trace(LISTED)
    _summary(call, "dossier", file.patient.id)
    with call.session.db.transaction() as db:
        doctor = store.doctor_in_charge(db, file.patient.matricule)
    treating = named(call.session.people, doctor)[0] if doctor else ""
    current = [card for card in cards if not card.archived]
    return file.page("record", room="DossierPatient", cards=current[:LAST], all=len(current), doctor=treating)


async def patient_data(call: Call) -> RawResponse:
    """Show the administrative data (TD1.3a)."""
    await call.enter(WEBPS.operation)
    file = file_of(desk_of(call), call.path_params["ins"], "GestionDMPPatient")
    demand("TD1.3a", file.caller, is_mt=file.state.caller_is_mt)
    _summary(call, "données du patient", file.patient.id)
    return file.page("patient", room="GestionDMPPatient")


async def documents(call: Call) -> RawResponse:
    """List and search the documents."""
    await call.enter(WEBPS.operation)
    file = file_of(desk_of(call), call.path_params["ins"], "Documents")
    cards, search = file.cards(), Search.of(_fields(call))
    file.trace(LISTED)
    _summary(call, "documents", file.patient.id)
    shown = found(cards, search)
    return file.page(
        "documents",
        room="Documents",
        cards=shown,
        search=search,
        kinds=kinds_of(cards),
        all=len(cards),
    )


async def vaccinations(call: Call) -> RawResponse:
    """Show the vaccination record: the documents about it."""
    await call.enter(WEBPS.operation)
    file = file_of(desk_of(call), call.path_params["ins"], "CarnetVaccination")
    cards = [
        card
        for card in file.cards()
        if card.entry.code("type") in VACCINATION_TYPES or card.entry.code("class") == VACCINATION_CLASS
    ]
    file.trace(LISTED)
    _summary(call, "carnet de vaccination", file.patient.id)
    return file.page("vaccinations", room="CarnetVaccination", cards=cards)


async def course(call: Call) -> RawResponse:
    """Show the course of care: what was done, by year, the latest first."""
    await call.enter(WEBPS.operation)
    file = file_of(desk_of(call), call.path_params["ins"], "ParcoursDeSoins")
    years: dict[str, list[object]] = {}
    for card in file.cards():
        years.setdefault(card.date[:4] or "Sans date", []).append(card)
    file.trace(LISTED)
    _summary(call, "parcours de soins", file.patient.id)
    return file.page("course", room="ParcoursDeSoins", years=years)


async def document(call: Call) -> RawResponse:
    """Show a document for reading."""
    await call.enter(WEBPS.operation)
    file, matricule = _reading(call), call.path_params["ins"]
    card = file.card(call.path_params["id"])
    file.trace(READ, card.entry.unique_id)
    _summary(call, f"lecture de « {card.title[:60]} »")
    body = rendered(call.session.db, card.entry, f"{call.prefix}/AccesDirect/Documents/{matricule}/{card.id}")
    return file.page("document", room="Documents", card=card, body=body, acts=_offered(file, card.entry))


def _reading(call: Call) -> File:
    file = file_of(desk_of(call), call.path_params["ins"], "Documents")
    demand("TD3.2", file.caller, is_mt=file.state.caller_is_mt)
    return file


async def document_piece(call: Call) -> RawResponse:
    """Show a file in a document."""
    await call.enter(WEBPS.operation)
    file = _reading(call)
    _summary(call, "pièce d'un document")
    return piece(call.session.db, file.card(call.path_params["id"]).entry, call.path_params["number"])


async def document_file(call: Call) -> RawResponse:
    """Give a document to be kept."""
    await call.enter(WEBPS.operation)
    file = _reading(call)
    card = file.card(call.path_params["id"])
    file.trace("a téléchargé un document", card.entry.unique_id)
    _summary(call, "téléchargement d'un document")
    return download(call.session.db, card.entry)


# --- acts on a document

_ACTS = {
    "masquer": ("TD3.3a-mask", "Masquer aux professionnels", "a masqué un document aux professionnels"),
    "demasquer": ("TD3.3a-unmask", "Démasquer", "a démasqué un document"),
    "montrer": ("TD3.3b", "Rendre visible au patient", "a rendu un document visible au patient"),
    "archiver": ("TD3.3d", "Archiver", "a archivé un document"),
    "desarchiver": ("TD3.3d", "Sortir des archives", "a sorti un document des archives"),
    "supprimer": ("TD3.3c", "Supprimer", "a supprimé un document"),
}
"""Act → line of the matrix, what the button says, what the history says."""
_CODES = {
    "masquer": ("MASQUE_PS", True),
    "demasquer": ("MASQUE_PS", False),
    "montrer": ("INVISIBLE_PATIENT", False),
}
_STATUSES = {"archiver": Status.ARCHIVED, "desarchiver": Status.APPROVED, "supprimer": Status.DELETED}


def _applies(act: str, entry: Entry) -> bool:
    if act in _CODES:
        code, on = _CODES[act]
        return entry.has_code("confidentiality", code) is not on
    if act == "supprimer":
        return True
    return (entry.status == Status.ARCHIVED) is (act == "desarchiver")


def _offered(file: File, entry: Entry) -> list[tuple[str, str]]:
    """Return the acts that the matrix grants on a document in its state, with their labels."""
    from dmp_mock.domain.errors import Refused

    offered = []
    for act, (line, label, _told) in _ACTS.items():
        try:
            demand_on(line, entry, file.caller, file.subject)
        except Refused:
            continue
        if _applies(act, entry):
            offered.append((act, label))
    return offered


async def change_document(call: Call) -> RawResponse:
    """Mask, show, archive or delete a document."""
    await call.enter(WEBPS.operation)
    file = file_of(desk_of(call), call.path_params["ins"], "Documents")
    fields, _files = visits.form(call, file.desk.visit.csrf)
    card, act = file.card(call.path_params["id"]), fields.get("geste", "")
    if act not in _ACTS:
        raise Told(
            "act",
            "Ce geste n'existe pas",
            received=f"geste « {act[:20]} »",
            expected=f"un geste parmi : {', '.join(_ACTS)}",
            where="formulaire",
            remedy="Revenez au document, et choisissez un de ses boutons.",
            status=422,
        )
    line, _label, told = _ACTS[act]

    def check(entry: Entry) -> None:
        demand_on(line, entry, file.caller, file.subject)

    if act in _CODES:
        code, on = _CODES[act]
        acts.change_visibility(call.session, file.patient, card.entry.lid, code, file.actor(), check, on=on)
    else:
        acts.change_status(call.session, file.patient, card.entry.lid, _STATUSES[act], file.actor(), check)
    file.trace(told, card.entry.unique_id)
    _summary(call, f"{act} un document", file.patient.id)
    after = f"/AccesDirect/Documents/{file.patient.matricule}"
    return visits.see_other(call, after if act == "supprimer" else f"{after}/{card.id}")


# --- history, rights, settings


async def history(call: Call) -> RawResponse:
    """Show the history of accesses: all of it to the médecin traitant, his own lines to another."""
    await call.enter(WEBPS.operation)
    file = file_of(desk_of(call), call.path_params["ins"], "HistoriqueAcces")
    everything = file.state.caller_is_mt
    session, mine = call.session, file.patient.matricule
    own = "" if everything else file.caller.holder
    lines = accesses_of(session.db, mine, session.clock.age(), own)
    titles = {card.entry.unique_id: card.title for card in file.cards()}
    shown = [
        (one, *named(session.people, one.holder, one.structure, mine), titles.get(one.unique_id, "")) for one in lines
    ]
    _summary(call, "historique des accès", file.patient.id)
    return file.page("history", room="HistoriqueAcces", lines=shown, everything=everything)


async def emergency_rights(call: Call) -> RawResponse:
    """Show what the patient opposes, and who is authorised (TD1.6)."""
    await call.enter(WEBPS.operation)
    file = file_of(desk_of(call), call.path_params["ins"], "VolontesEtDroits")
    people = call.session.people
    shown, doctor = [], ""
    if right("TD1.6", file.caller, is_mt=file.state.caller_is_mt).granted:
        with call.session.db.transaction() as db:
            held, doctor = held_on(db, file.patient.matricule), store.doctor_in_charge(db, file.patient.matricule)
        shown = [(one, *named(people, one.holder)) for one in held]
    wills = [] if file.desk.is_cpe else [card for card in file.cards() if card.entry.code("class") == "90"]
    _summary(call, "volontés et droits", file.patient.id)
    return file.page("rights", room="VolontesEtDroits", held=shown, doctor=doctor, wills=wills)


async def settings(call: Call) -> RawResponse:
    """Show who is at the desk, and how he came."""
    await call.enter(WEBPS.operation)
    desk = desk_of(call)
    _summary(call, "paramétrages")
    return desk.page("settings")


# --- authorisation


async def authorise(call: Call) -> RawResponse:
    """Record that the patient agrees (TD0.3), take it back, or open in an emergency."""
    await call.enter(WEBPS.operation)
    desk = desk_of(call)
    fields, _files = visits.form(call, desk.visit.csrf)
    file, act = opened(desk, call.path_params["ins"]), fields.get("geste", "")
    check_open(file.state)
    check_not_blocked(file.state)
    back = fields.get("retour", "")
    if act == "autoriser" and fields.get("accord") == "oui":
        _let_in(file)
    elif act == "retirer":
        _leave(file)
        back = ""
    elif act in (BREAKING, REGULATION):
        _in_emergency(file, act)
    else:
        raise Told(
            "agreement",
            "L'accord du patient n'est pas confirmé",
            received="case « Le patient est d'accord » non cochée" if act == "autoriser" else f"geste « {act[:20]} »",
            expected="l'accord du patient, recueilli par un geste exprès",
            where="formulaire d'autorisation",
            remedy="Recueillez l'accord du patient, cochez la case, puis confirmez.",
            status=422,
            link=f"/AccesDirect/DossierPatient/{file.patient.matricule}",
            label="Recommencer",
        )
    rooms = {"DossierPatient", "GestionDMPPatient", "Documents", "ParcoursDeSoins", "HistoriqueAcces"}
    room = back if back in rooms | {"VolontesEtDroits", "CarnetVaccination"} else ""
    return visits.see_other(call, f"/AccesDirect/{room or 'TableauDeBord'}/{file.patient.matricule}")


def _let_in(file: File) -> None:
    caller = file.desk.caller
    cell = demand(ADD, caller, is_mt=file.state.caller_is_mt)
    holder = caller.structure if cell.condition is Condition.GIVEN_TO_STRUCTURE else caller.holder
    if file.state.authorisation is not Authorisation.VALID:
        session = file.desk.call.session
        with session.db.transaction() as db:
            at = moment(session.clock.age())
            put_authorisation(db, file.patient.matricule, holder, Authorisation.VALID, at)
        file.trace(LET_IN)
    _summary(file.desk.call, "autorisation d'accès (TD0.3)", file.patient.id)


def _leave(file: File) -> None:
    demand(REMOVE, file.desk.caller, is_mt=file.state.caller_is_mt)
    if file.state.authorisation is Authorisation.VALID:
        with file.desk.call.session.db.transaction() as db:
            put_authorisation(db, file.patient.matricule, file.desk.caller.holder, Authorisation.NONE)
        file.trace(LEFT)
    _summary(file.desk.call, "retrait de l'autorisation (TD0.3)", file.patient.id)


def _in_emergency(file: File, access: str) -> None:
    from dataclasses import replace

    caller = replace(file.desk.caller, access=access)
    demand("TD3.1-metadata", caller, is_mt=file.state.caller_is_mt)
    check_reading(file.state, access)
    file.desk.visit.about, file.desk.visit.access = file.patient.matricule, access
    visits.keep(file.desk.call, file.desk.visit)
    replace(file, caller=caller).trace("a ouvert le dossier")
    _summary(file.desk.call, f"accès {access}", file.patient.id)
