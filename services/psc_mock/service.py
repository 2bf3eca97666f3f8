"""All that control, console, command line and launcher may know of Pro Santé Connect.

Source: docs/sources/psc.md; design of the project (« Every service has the same rooms »).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlsplit

from lgo_sandbox.contract import Door, NamedFault, Operation, Option, Service, Situation
from lgo_sandbox.gate.introspection import ENDING_PATH
from lgo_sandbox.tenant.tokens import session_of_token
from psc_mock.checks import CHECKS
from psc_mock.codes import API_LIFETIMES, API_PATHS, DOOR_AUTH, DOOR_WALLET, PROTOCOL_PATH, SESSION_END
from psc_mock.codes.profiles import BAS, DEFAULT, ENVIRONMENTS, FINER, PROFILES, USERINFO_SHAPES
from psc_mock.decode import decode
from psc_mock.domain.mutations import MUTATIONS
from psc_mock.ecps import MODES
from psc_mock.keys import KEYS
from psc_mock.registry import enrolled_clients, filed_clients
from psc_mock.resources import RESOURCES
from psc_mock.seeds import MIGRATIONS, seed
from psc_mock.wire import MAX_FIELDS, MAX_FORM, problem_answer

if TYPE_CHECKING:
    from sqlalchemy import MetaData
    from sqlmodel import Session as Transaction

    from lgo_sandbox.gate.asgi import Call
    from lgo_sandbox.sandbox import Sandbox
    from lgo_sandbox.tenant.agenda import Event, FollowUp
    from lgo_sandbox.tenant.session import Session
    from lgo_sandbox.wire.http import RawResponse

__all__ = ["SERVICE"]

TELLING = ("code", "refresh_token", "id_token_hint", "token", "access_token", "subject_token", "auth_req_id")
"""Parameters whose value tells the session it was issued in."""

MARKS = ("~", "%7E", "%7e", ".")
"""What a value that tells a session holds: the sign after its name, or the dots of a JWT."""

OPTIONS = (
    Option("ecps", MODES[0], MODES, "Réponse de l'e-CPS : à la main, ou automatique"),
    Option("ciba_interval", "5", ("5", "2", "1", "0"), "Secondes entre deux interrogations CIBA (0 : non annoncé)"),
    Option("profile", DEFAULT.name, tuple(PROFILES), "Profil daté : jetons, userinfo, introspection et découverte"),
    Option("environment", BAS, ENVIRONMENTS, "Environnement imité : l'acr d'une carte en dépend (profil 2026)"),
    Option("discovery", FINER, (FINER, *PROFILES), "Découverte et retour d'autorisation, à part du profil"),
    Option("userinfo", FINER, (FINER, *USERINFO_SHAPES), "Informations d'utilisateur, à part du profil"),
    Option("acr", FINER, (FINER, "eidas1", "eidas2", "eidas3", "absent"), "acr des jetons, à part du profil"),
    Option("cnf", "ans", ("ans", "rfc8705"), "Écriture de l'empreinte du certificat (cnf) dans les jetons d'API"),
    Option("api_lifetime", API_LIFETIMES[0], API_LIFETIMES, "Durée de vie d'un jeton d'API, en secondes"),
    Option("signing_key", "1", tuple(KEYS), "Clé qui signe les jetons ; psc/keys la fait tourner"),
    Option("logout_state", "keep", ("keep", "drop"), "Paramètre state au retour de déconnexion"),
    Option("stock_discovery", "explained", ("explained", "served"), "Chemin standard de la découverte : 404, ou servi"),
    Option("web_origins", "redirect_uris", ("redirect_uris", "none"), "Origines de page admises aux points de jetons"),
)

OPERATIONS = (
    Operation("discovery", "Document de découverte"),
    Operation("certs", "Clés publiques"),
    Operation("authorization", "Demande d'autorisation"),
    Operation("login", "Page de connexion"),
    Operation("ecps", "Simulateur e-CPS"),
    Operation("portal", "Portail e-CPS"),
    Operation("token", "Demande de jetons"),
    Operation("ciba", "Demande de connexion CIBA"),
    Operation("api-discovery", "API : description du serveur d'autorisation"),
    Operation("api-token", "API : échange de jeton"),
    Operation("api-introspection", "API : introspection d'un jeton"),
    Operation("pushed", "Demande d'autorisation poussée"),
    Operation("preflight", "Question préalable d'un navigateur"),
    Operation("dead-endpoint", "Adresse annoncée mais hors service"),
    Operation("introspection", "Introspection d'un jeton"),
    Operation("userinfo", "Informations d'utilisateur"),
    Operation("logout", "Déconnexion"),
    Operation("revocation", "Révocation d'un jeton"),
)

SITUATIONS = (
    Situation("psc-titulaire", "Connexion d'un pharmacien titulaire", "Choisir « titulaire » (899700090014)."),
    Situation("psc-preparateur", "Connexion d'un préparateur, sans carte", "Choisir « preparateur » (899700090048)."),
    Situation(
        "psc-deux-activites",
        "Deux situations d'exercice : le logiciel doit faire choisir",
        "Choisir « deux-activites » (899700090105).",
    ),
    Situation(
        "psc-sans-rpps",
        "Personne sans RPPS : identité minimale, et Pro Santé Identité en 2026",
        "Choisir « secretaire » et la carte, sous l'option psc.profile=2026.",
    ),
    Situation(
        "psc-migration",
        "La même personne revient avec un autre sub : son compte doit la reconnaître",
        "Se connecter, armer la panne sub-changed (ou passer psc.profile à 2026), se reconnecter.",
    ),
    Situation("psc-radie", "Professionnel radié : connexion refusée", "Choisir « radie » (899700090113)."),
    Situation("psc-sans-ecps", "Aucune e-CPS activée", "Choisir « sans-ecps » (899700090121)."),
    Situation("psc-refus", "Refus dans l'e-CPS", "Refuser dans le simulateur, ou psc/ecps : PUT mode « refuse »."),
    Situation("psc-code-faux", "Nombre différent dans l'e-CPS", "Simulateur : « Le nombre ne correspond pas »."),
    Situation("psc-sans-reponse", "e-CPS sans réponse", "Laisser passer 120 secondes, ou avancer l'horloge."),
    Situation(
        "psc-carte-changee",
        "Carte changée dans le même navigateur",
        "Portail : « Changer de carte », puis connecter une autre personne avec le même logiciel.",
    ),
    Situation("psc-session-finie", "Session PSC finie", "Avancer l'horloge de 4 h, ou de 30 min sans activité."),
)


def _app(sandbox: Sandbox) -> Any:
    from psc_mock.app import create_app

    filed_clients(sandbox)
    return create_app(sandbox)


def _end_by_time(transaction: Transaction, session: Session, event: Event) -> FollowUp | None:
    from psc_mock.app.expiry import end_by_time

    return end_by_time(transaction, session, event)


def _tables() -> tuple[MetaData, ...]:
    from psc_mock.store import Base

    return (Base.metadata,)


def session_hint(target: str, _headers: Mapping[str, str], body: bytes) -> str:
    """Return the session that a code or token of a request names, empty when none does. ``target``: path and query."""
    for text in (body[:MAX_FORM].decode("latin-1"), urlsplit(target).query if "?" in target else ""):
        if not any(mark in text for mark in MARKS):
            continue
        pairs = (pair.partition("=") for pair in text.split("&", MAX_FIELDS))
        told = {name: value for name, _, value in pairs if name in TELLING}
        found = next((name for key in TELLING if (name := session_of_token(unquote_plus(told.get(key, ""))))), "")
        if found:
            return found
    return ""


def _connection_facts(sandbox: Sandbox, session: Session) -> Mapping[str, Any]:
    enrolled = enrolled_clients(sandbox, session)
    members = ("client_id", "client_secret", "redirect_uris", "space", "title")
    values = ((c.client_id, c.secret, list(c.redirect_uris), c.space, c.title) for c in enrolled)
    return {"oidc_clients": [dict(zip(members, one, strict=True)) for one in values]}


async def _introspect(call: Call) -> RawResponse:
    from psc_mock.app import introspect_guarded

    return await introspect_guarded(call)


async def _tell_ending(call: Call) -> RawResponse:
    from psc_mock.app.introspection import tell_ending

    return await tell_ending(call)


async def _introspect_api(call: Call) -> RawResponse:
    from psc_mock.app import api_introspect_guarded

    return await api_introspect_guarded(call)


def _shown(call: Call, answer: RawResponse) -> RawResponse:
    from psc_mock.app.explaining import shown_to

    return shown_to(call, answer)


SERVICE = Service(
    name="psc",
    title="Pro Santé Connect",
    create_app=_app,
    doors=(
        Door(DOOR_AUTH, 1, "Pro Santé Connect – authentification"),
        Door(DOOR_WALLET, 6, "Pro Santé Connect – portail e-CPS", for_browsers=True),
    ),
    operations=OPERATIONS,
    checks=CHECKS,
    prefix="PSC",
    page="psc",
    options=OPTIONS,
    faults=tuple(NamedFault(one.name, one.operation, one.title) for one in MUTATIONS),
    situations=SITUATIONS,
    resources=RESOURCES,
    events={SESSION_END: _end_by_time},
    simulated=(
        "L'application e-CPS est une page ; les informations des pharmaciens et préparateurs sont assemblées "
        "à partir des nomenclatures ; login_hint choisit une persona (extension du bac à sable)."
    ),
    spec_version="1.8.4",
    max_body=MAX_FORM,
    tables=_tables,
    seed=seed,
    migrations=MIGRATIONS,
    problem=problem_answer,
    shown=_shown,
    decode=decode,
    session_hint=session_hint,
    connection_facts=_connection_facts,
    inside={
        f"{PROTOCOL_PATH}/token/introspect": _introspect,
        ENDING_PATH: _tell_ending,
        **{f"{path}/protocol/openid-connect/token/introspect": _introspect_api for path in API_PATHS},
    },
)
