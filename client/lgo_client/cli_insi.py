"""``lgo insi`` and ``lgo identite``: searches, verification and the life of a local identity in a terminal (French).

Source: specs/insi.md §1.2 and §4. Knows the INSi client and the identity, no journey and no service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from lgo_client.cli_guard import Guarded
from lgo_client.clock import Workplace
from lgo_client.environment import Environment, Person
from lgo_client.identity import TRANSITIONS, Attribute, By, Document, Event, Flow, IdentityRefused, LocalIdentity
from lgo_client.insi import Answer, CallTrace, Claim, Insi, Matricule, Product, Traits, VitaleCard
from lgo_client.soap import SoapRefused
from lgo_client.transport import http_client

if TYPE_CHECKING:
    from lgo_client.psc_api import ApiToken

__all__ = ["identite_app", "insi_app"]

insi_app = typer.Typer(cls=Guarded, no_args_is_help=True, help="Appeler INSi : par traits, par carte Vitale, vérifier.")
identite_app = typer.Typer(cls=Guarded, no_args_is_help=True, help="Suivre une identité locale et ses statuts.")
console = Console()

PRODUCT_NAME, PRODUCT_VERSION = "LGO-DE-REFERENCE", "1.0"
USER = "titulaire"
ORGANISATION, CARD, PSC, PSC_API = "certificat", "cps", "psc", "psc-api"
API_CLIENT = "lgo-api"
NIR = "1.2.250.1.213.1.4.8"
CALLS = "Appels tracés (règles 37, 39, 48 et 53)"

Ready = Annotated[Path | None, typer.Option("--ready", help="Fichier de connexion (ready.json).")]
Name = Annotated[str, typer.Argument(metavar="NOM", help="Nom de naissance.")]
FirstNames = Annotated[str, typer.Argument(metavar="PRENOMS", help="Prénoms de naissance, séparés par un espace.")]
Sex = Annotated[str, typer.Option("--sexe", help="M ou F.")]
Born = Annotated[str, typer.Option("--naissance", help="AAAA-MM-JJ")]
Place = Annotated[str, typer.Option("--lieu", help="Code COG.")]
Mode = Annotated[str, typer.Option("--mode", help="certificat, cps, psc ou psc-api (jeton d'API, connexion par CIBA).")]


@insi_app.command()
def traits(
    name: Name,
    first_names: FirstNames,
    sex: Sex,
    birth_date: Born,
    birth_place: Place = "",
    mode: Mode = ORGANISATION,
    ready: Ready = None,
) -> None:
    """Chercher par traits, en affinant sur 02 et en variant les prénoms sur 01."""
    with _calling(ready, mode) as insi:
        answer = insi.resolve(_traits(name, first_names, sex, birth_date, birth_place))
        _show_traces(insi.traces)
    _show_answer(answer)
    raise typer.Exit(0 if answer.code == "00" else 1)


@insi_app.command()
def vitale(
    number: Annotated[str, typer.Argument(metavar="MATRICULE", help="Matricule de l'assuré, 15 caractères.")],
    birth_date: Born,
    rank: Annotated[str, typer.Option("--rang", help="Rang parmi les jumeaux.")] = "1",
    mode: Mode = ORGANISATION,
    ready: Ready = None,
) -> None:
    """Chercher avec ce qu'une carte Vitale dit d'un bénéficiaire."""
    with _calling(ready, mode) as insi:
        answer = insi.search_card(VitaleCard(number, birth_date, rank))
    _show_answer(answer)
    raise typer.Exit(0 if answer.code == "00" else 1)


@insi_app.command()
def verifier(
    matricule: Annotated[str, typer.Argument(metavar="MATRICULE", help="Matricule INS, 15 caractères.")],
    name: Name,
    first_names: FirstNames,
    sex: Sex,
    birth_date: Born,
    birth_place: Place = "",
    oid: Annotated[str, typer.Option("--oid", help="OID de la nature du matricule.")] = NIR,
    mode: Mode = ORGANISATION,
    ready: Ready = None,
) -> None:
    """Vérifier un INS et ses traits (opération reconstituée)."""
    asked = _traits(name, first_names, sex, birth_date, birth_place)
    with _calling(ready, mode) as insi:
        verification = insi.verify(Claim(Matricule(matricule, oid), asked))
    console.print(f"{verification.result} : {verification.label}")
    raise typer.Exit(0 if verification.conforms else 1)


@identite_app.command()
def qualifier(
    name: Name,
    first_names: FirstNames,
    sex: Sex,
    birth_date: Born,
    birth_place: Place = "",
    document: Annotated[str, typer.Option("--piece", help=f"Pièce contrôlée : {', '.join(Document)}.")] = "",
    doubt: Annotated[bool, typer.Option("--douteuse", help="Déclarer l'identité douteuse avant l'appel.")] = False,
    ready: Ready = None,
) -> None:
    """Créer une identité, appeler INSi, contrôler une pièce : montrer les statuts et ce que chaque flux peut porter."""
    asked = _traits(name, first_names, sex, birth_date, birth_place)
    identity = LocalIdentity(name, asked.first_names[0], sex, birth_date, birth_place)
    refusal = ""
    try:
        identity = identity.changed(Event.DOUBT, _by()) if doubt else identity
        if not identity.blocked:
            with _calling(ready, ORGANISATION) as insi:
                answer = insi.resolve(asked)
                _show_traces(insi.traces)
            identity = identity.with_answer(answer, _by())
        identity = identity.with_document(document, _by()) if document else identity
    except IdentityRefused as refused:
        refusal = str(refused)
    _show_identity(identity)
    if refusal:
        console.print(f"refus : {refusal}")
        raise typer.Exit(1)


@identite_app.command()
def statuts() -> None:
    """Montrer la table des transitions entre statuts."""
    table = Table("statut", "événement", "devient", title="Statuts d'une identité (RNIV)")
    for (state, event), after in TRANSITIONS.items():
        table.add_row(state.value, event.value, after.value)
    console.print(table)


def _traits(name: str, first_names: str, sex: str, birth_date: str, birth_place: str) -> Traits:
    """Return the traits that somebody typed. Raises BadParameter without a first name."""
    names = tuple(first_names.split())
    if not names:
        raise typer.BadParameter("une recherche INSi demande au moins un prénom")
    return Traits(name, names, sex, birth_date, birth_place)


def _by() -> By:
    return By(USER, Workplace().instant())


@contextmanager
def _calling(ready: Path | None, mode: str) -> Iterator[Insi]:
    """Give a client of INSi in the mode asked for; a refusal ends the command."""
    from lgo_client.insi_assertions import card_assertion, psc_assertion

    environment = Environment.load(ready)
    workplace, structure = Workplace(), environment.structure("officine")
    person = environment.person(USER)
    product = Product(PRODUCT_NAME, PRODUCT_VERSION, environment.fact("idam"), workplace.uuid(), structure.id_nat)
    assertions: dict[str, Callable[[], str]] = {
        ORGANISATION: str,
        CARD: lambda: card_assertion(person, structure, environment.certificate(f"cps-{USER}-sign"), workplace),
        PSC: lambda: psc_assertion(person, structure, workplace),
        PSC_API: str,
    }
    if mode not in assertions:
        console.print(f"mode inconnu : {mode} ; modes : {', '.join(assertions)}")
        raise typer.Exit(2)
    certificate = environment.certificate("org-auth") if mode in (ORGANISATION, PSC_API) else None
    with http_client(environment.ca, certificate) as http:
        url = environment.url("insi")
        try:
            with _logged_in(environment, person, workplace) if mode == PSC_API else nullcontext() as auth:
                if auth is not None:
                    http.auth = auth
                yield Insi(http, url, product, workplace, user=person.national_id, assertion=assertions[mode])
        except _refusals(mode) as refusal:
            console.print(f"refus {refusal}")
            raise typer.Exit(1) from None


def _refusals(mode: str) -> tuple[type[Exception], ...]:
    """Return what refuses a call in a mode: without Pro Santé Connect its client is not loaded."""
    if mode != PSC_API:
        return (SoapRefused,)
    from lgo_client.psc import PscRefused

    return SoapRefused, PscRefused


def _when() -> Column:
    return Column("date et heure", no_wrap=True)


@contextmanager
def _logged_in(environment: Environment, person: Person, workplace: Workplace) -> Iterator[ApiToken]:
    """Log in by CIBA, and give what carries the token of INSi's API within the block; then log out."""
    from lgo_client.ciba import ciba_login
    from lgo_client.psc import ProSanteConnect
    from lgo_client.psc_api import ApiAccess, ApiToken

    root, certificate = environment.url("psc"), environment.certificate("org-auth")
    with http_client(environment.ca, certificate) as http:
        provider = ProSanteConnect(http, root, environment.client(API_CLIENT), workplace)
        session = ciba_login(provider, person.national_id, lambda shown: console.print(f"Nombre à comparer : {shown}"))
        try:
            yield ApiToken(ApiAccess(session, root, "insi", certificate.der).token)
        finally:
            session.logout()


def _show_answer(answer: Answer) -> None:
    console.print(f"{answer.code} {answer.label}")
    if answer.found is None:
        return
    found = answer.found
    console.print(f"{found.birth_name} {found.first_names}, {found.sex}, {found.birth_date}, {found.birth_place}")
    console.print(f"matricule {found.active.number} ({found.active.oid})")
    for former in found.history:
        console.print(f"matricule antérieur {former.number} ({former.oid}) {former.start} {former.end}".rstrip())


def _show_traces(traces: list[CallTrace]) -> None:
    table = Table(
        _when(),
        "utilisateur",
        "mode",
        "code",
        "libellé",
        title=CALLS,
    )
    for trace in traces:
        table.add_row(trace.at, trace.user, trace.mode, trace.code, trace.label)
    console.print(table)


def _show_identity(identity: LocalIdentity) -> None:
    attributes = ", ".join(sorted(Attribute(each).value for each in identity.attributes)) or "aucun"
    console.print(f"[bold]{identity.birth_name} {identity.first_name}[/bold] : identité {identity.state.value}")
    console.print(f"attributs : {attributes}")
    history = Table(_when(), "événement", "statut", "utilisateur", "matricules", title="Historique")
    for trace in identity.traces:
        told = ", ".join(one.number for one in trace.matricules)
        history.add_row(trace.by.at, trace.said, trace.state.value, trace.by.user, told)
    console.print(history)
    for former in identity.former_matricules:
        console.print(f"matricule antérieur {former.number} ({former.oid}) {former.start} {former.end}".rstrip())
    flows = Table("flux", "matricule", title="Où le matricule peut aller (règle 28)")
    for flow in Flow:
        flows.add_row(flow.value, _allowed(identity, flow))
    console.print(flows)


def _allowed(identity: LocalIdentity, flow: Flow) -> str:
    try:
        return f"oui, {identity.matricule_for(flow).active.number}"
    except IdentityRefused:
        return "non, traits seuls"
