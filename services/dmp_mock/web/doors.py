"""Which page answers where: the routes of both sites, and their refusals as pages.

Source: docs/sources/dmp.md#web-ps (paths). The doors of the sites serve pages only, that of the web services no page.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from dmp_mock.domain.errors import Refused, XdsFailure
from dmp_mock.web.mes import attached, daily, home, login, messages, rights
from dmp_mock.web.mes import documents as own
from dmp_mock.web.mes.space import LoggedOut, opened
from dmp_mock.web.pages import page, style_sheet
from dmp_mock.web.refusals import Told, noted
from dmp_mock.web.site import DOORS, MES, SITES, WEBPS, Site
from dmp_mock.web.webps import login as arrival
from dmp_mock.web.webps import rooms
from dmp_mock.web.webps.contextual import note_page
from dmp_mock.web.webps.desk import NoAuthorisation, NobodyThere, desk_of
from lgo_sandbox.contract import Problem
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.pages import HTML
from lgo_sandbox.gate.web import Application, Handler, Route, service_app
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.wire.browsing import redirect, with_parameters
from lgo_sandbox.wire.http import RawResponse

__all__ = ["shown", "sites"]


def sites() -> dict[str, Application]:
    """Return the applications of both sites, by door."""
    return {
        MES.door: service_app(MES.title, _routes(MES_ROUTES, _mes), _problem),
        WEBPS.door: service_app(WEBPS.title, _routes(WEBPS_ROUTES, _webps), _problem),
    }


MES_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/", home.home),
    ("GET", "/connexion", login.login_page),
    ("POST", "/connexion", login.login),
    ("POST", "/deconnexion", login.logout),
    ("GET", "/documents", own.documents),
    ("GET", "/documents/ajouter", own.adding),
    ("POST", "/documents/ajouter", own.add),
    ("GET", "/documents/{id}", own.document),
    ("GET", "/documents/{id}/fichier", own.document_file),
    ("GET", "/documents/{id}/piece/{number}", own.document_piece),
    ("POST", "/documents/{id}/visibilite", own.change_visibility),
    ("POST", "/documents/{id}/supprimer", own.delete),
    ("GET", "/acces", rights.accesses),
    ("GET", "/professionnels", rights.professionals),
    ("POST", "/professionnels", rights.change_professional),
    ("GET", "/confidentialite", rights.privacy),
    ("POST", "/confidentialite", rights.change_privacy),
    ("GET", "/profil", home.profile),
    ("POST", "/profil/ouvrir", login.open_profile),
    ("GET", "/agenda", daily.agenda),
    ("POST", "/agenda", daily.add_appointment),
    ("POST", "/agenda/{id}/supprimer", daily.remove_appointment),
    ("GET", "/applications", daily.applications),
    ("POST", "/applications", daily.choose_application),
    ("GET", "/messages", messages.messages),
    ("GET", "/messages/ecrire", messages.writing),
    ("POST", "/messages/ecrire", messages.write),
    ("GET", "/messages/{id}", messages.conversation),
    ("POST", "/messages/{id}/repondre", messages.answer),
    ("POST", "/messages/{id}/supprimer", messages.delete),
    ("GET", "/messages/{id}/pieces/{part}", attached.page_of_file),
    ("GET", "/messages/{id}/pieces/{part}/contenu", attached.content),
    ("GET", "/messages/{id}/pieces/{part}/fichier", attached.download),
    ("GET", "/messages/{id}/pieces/{part}/documents/{number}", attached.page_of_document),
    ("GET", "/messages/{id}/pieces/{part}/documents/{number}/fichier", attached.download_document),
    ("GET", "/messages/{id}/pieces/{part}/documents/{number}/piece/{inner}", attached.piece_of_document),
    ("POST", "/messages/{id}/pieces/{part}/ranger", attached.file_away),
    ("GET", "/statique/{name}", style_sheet),
)
"""Methods, path and handler of Mon espace santé."""

_AD = "/AccesDirect"
WEBPS_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", f"{_AD}/Connexion", arrival.login_page),
    ("POST", f"{_AD}/Connexion", arrival.login),
    ("POST", f"{_AD}/Deconnexion", arrival.logout),
    ("GET", f"{_AD}/TableauDeBord", rooms.dashboard),
    ("GET", f"{_AD}/TableauDeBord/{{ins}}", rooms.dashboard),
    ("GET", f"{_AD}/DossierPatient/{{ins}}", rooms.record),
    ("GET", f"{_AD}/GestionDMPPatient/{{ins}}", rooms.patient_data),
    ("GET", f"{_AD}/Documents/{{ins}}", rooms.documents),
    ("GET", f"{_AD}/Documents/{{ins}}/{{id}}", rooms.document),
    ("POST", f"{_AD}/Documents/{{ins}}/{{id}}", rooms.change_document),
    ("GET", f"{_AD}/Documents/{{ins}}/{{id}}/fichier", rooms.document_file),
    ("GET", f"{_AD}/Documents/{{ins}}/{{id}}/piece/{{number}}", rooms.document_piece),
    ("GET", f"{_AD}/ParcoursDeSoins/{{ins}}", rooms.course),
    ("GET", f"{_AD}/HistoriqueAcces/{{ins}}", rooms.history),
    ("GET", f"{_AD}/Parametrages", rooms.settings),
    ("GET", f"{_AD}/VolontesEtDroits/{{ins}}", rooms.emergency_rights),
    ("GET", f"{_AD}/CarnetVaccination/{{ins}}", rooms.vaccinations),
    ("POST", f"{_AD}/Autorisation/{{ins}}", rooms.authorise),
    ("GET", f"{_AD}/statique/{{name}}", style_sheet),
)
"""Methods, path and handler of the Web-PS."""

Guard = Callable[[Handler], Handler]


def _routes(table: tuple[tuple[str, str, Handler], ...], guard: Guard) -> list[Route]:
    home_of = [Route("GET", "/", _to_dashboard)] if table is WEBPS_ROUTES else []
    return [*(Route(methods, path, guard(handler)) for methods, path, handler in table), *home_of]


async def _to_dashboard(call: Call) -> RawResponse:
    await call.enter(WEBPS.operation)
    call.summarise("Web-PS : vers le tableau de bord")
    return redirect(call.prefix + WEBPS.home, status=303)


def _mes(handler: Handler) -> Handler:
    async def answered(call: Call) -> RawResponse:
        try:
            return await handler(call)
        except LoggedOut:
            call.summarise("Mon espace santé : personne n'est connecté")
            return redirect(call.prefix + MES.login, status=303)
        except (Told, Refused, XdsFailure) as refused:
            return _refused(call, MES, refused)

    return answered


def _webps(handler: Handler) -> Handler:
    async def answered(call: Call) -> RawResponse:
        try:
            try:
                page = await handler(call)
                if call.path_params.get("ins"):
                    note_page(call, holder=desk_of(call).person.national_id, shown=page.status == 200)
                return page
            except NobodyThere:
                note_page(call)
                return arrival.came_by_card(call) or _to_login(call)
        except NoAuthorisation as asked:
            note_page(call, holder=asked.file.desk.person.national_id)
            return _ask(asked)
        except (Told, Refused, XdsFailure) as refused:
            note_page(call)
            return _refused(call, WEBPS, refused)

    return answered


def _to_login(call: Call) -> RawResponse:
    call.summarise("Web-PS : personne n'est connecté")
    asked = str(call.scope["path"]) if call.method == "GET" else None
    return redirect(with_parameters(call.prefix + WEBPS.login, {"retour": asked}), status=303)


def _ask(asked: NoAuthorisation) -> RawResponse:
    """Ask whether the patient agrees: what TD0.3 records."""
    file = asked.file
    file.desk.call.summarise(f"Web-PS : demande de confirmation pour {file.patient.id}")
    room = str(file.desk.call.scope["path"]).split("/")[2]
    return file.page("confirm", room=room)


def _refused(call: Call, site: Site, refused: Told | Refused | XdsFailure) -> RawResponse:
    told = noted(call, refused)
    return _refusal_page(
        call,
        site,
        told,
        status=refused.status if isinstance(refused, Told) else 403,
        title=refused.title if isinstance(refused, Told) else told.message or "Cette demande est refusée",
        link=refused.link if isinstance(refused, Told) else "",
        label=refused.label if isinstance(refused, Told) else "",
    )


def _refusal_page(call: Call, site: Site, told: Refusal, **values: Any) -> RawResponse:
    shown_values: dict[str, Any] = {
        "remedy": told.remedy,
        "received": told.received,
        "expected": told.expected,
        "where": told.where,
    }
    try:
        if site is MES:
            return opened(call).page("refusal", tab="", **shown_values, **values)
        return desk_of(call).page("refusal", **shown_values, **values)
    except (LoggedOut, NobodyThere, Told, Refused):
        return page(call, site, "refusal", **shown_values, **values)


# --- what the sandbox itself refuses

_STATUS_TEXTS = {
    404: "Cette adresse n'existe pas",
    405: "Cette adresse ne s'appelle pas ainsi",
    413: "Ce fichier est trop lourd",
    503: "Le site ne répond pas pour l'instant",
}
_WAY_ON = {
    404: "Vérifiez l'adresse, ou revenez à la première page du site.",
    405: "Revenez à la page précédente : cette adresse ne prend pas ce que le navigateur envoie.",
}
_LATER = "Revenez à la page précédente, puis réessayez."
_PLAIN = (
    '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} – simulation</title>'
    '<style>{style}</style></head><body><aside aria-label="Simulation">SIMULATION – données fictives</aside>'
    "<main><h1>{title}</h1><p>{text}</p></main></body></html>"
)
_PLAIN_STYLE = (
    "body{margin:0;background:#f4f3ee;color:#1d2624;font:15px/1.5 system-ui,sans-serif}aside{background:#7a1030;"
    "color:#fff;font-size:13px;font-weight:650;text-align:center;padding:3px 8px}"
    "main{box-sizing:border-box;width:calc(100% - 32px);max-width:36rem;margin:48px auto;"
    "padding:24px;background:#fff;border:1px solid #d9ded9;border-left:4px solid #c56a00;border-radius:8px}"
    "h1{font-size:28px;line-height:1.2;margin:0 0 8px}"
)
_STYLE_HASH = b64encode(sha256(_PLAIN_STYLE.encode()).digest()).decode()
_PLAIN_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'"


def _problem(of: Problem) -> RawResponse:
    """Render what the sandbox refuses (an unknown path, an armed fault, a defect) as a page."""
    from html import escape

    title = _STATUS_TEXTS.get(of.status, "Cette demande n'a pas abouti")
    said = _WAY_ON.get(of.status, of.message) if of.status < 500 else _LATER
    body = _PLAIN.format(title=title, text=escape(said), style=_PLAIN_STYLE)
    headers = (*of.headers.items(), ("Content-Security-Policy", _PLAIN_POLICY), ("X-Content-Type-Options", "nosniff"))
    return RawResponse(of.status, body.encode("utf-8"), HTML, headers)


def shown(call: Call, answer: RawResponse) -> RawResponse:
    """Return what is shown of a problem before the application: on the doors of the sites, a page."""
    from lgo_sandbox.contract import ProblemKind

    if call.door not in DOORS or answer.content_type.startswith("text/html"):
        return answer
    refusal = call.exchange.noted.get(Refusal)
    message = refusal.remedy if refusal else ""
    return _problem(Problem(ProblemKind.REQUEST, answer.status, message, dict(answer.headers)))


assert {site.door for site in SITES} == DOORS
