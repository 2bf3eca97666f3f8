"""A sixth national service, for the tests: a book of greetings, in one file, that uses every part of the contract."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select

from lgo_sandbox.contract import (
    Decoded,
    Door,
    Operation,
    Option,
    Problem,
    Refusal,
    Resource,
    ResourceRequest,
    Service,
    Situation,
)
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Route, service_app
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.wire.http import RawResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted(Facts):
    """Who was greeted."""

    name: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """The person."""
        return (self.name,)


class Base(SQLModel, registry=registry()):
    """The tables of this service alone."""


class Greeting(Base, table=True):
    """One greeting that was received."""

    __tablename__ = "sixieme_greeting"
    id: int | None = Field(default=None, primary_key=True)
    name: str


def seed(session: Session) -> None:
    """Greet once, so that a new session is not empty."""
    with session.db.transaction() as transaction:
        transaction.add(Greeting(name="Amorce"))


def names(session: Session) -> list[str]:
    """Return who was greeted, in order."""
    with session.db.transaction() as transaction:
        return [greeting.name for greeting in transaction.exec(select(Greeting).order_by(col(Greeting.id))).all()]


def _answer(status: int, value: dict[str, Any]) -> RawResponse:
    return RawResponse(status, json.dumps(value).encode(), "application/json")


async def greet(call: Call) -> RawResponse:
    """Take a greeting."""
    await call.enter("saluer")
    name = json.loads(call.body)["name"]
    call.note(Greeted(name=name))
    call.summarise(f"Salut à {name}")
    with call.session.db.transaction() as transaction:
        transaction.add(Greeting(name=name))
    return _answer(200, {"session": call.session.name, "mot": call.session.option("sixieme.mot"), "name": name})


async def whole_book(call: Call) -> RawResponse:
    """Read the greetings."""
    await call.enter("lire")
    return _answer(200, {"names": names(call.session)})


async def broken(call: Call) -> RawResponse:
    """Fail, as a defect would."""
    await call.enter("lire")
    raise RuntimeError("défaut")


def resource(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """Publish the greetings of a session."""
    if request.method == "POST":
        with session.db.transaction() as transaction:
            transaction.add(Greeting(name=request.body["name"]))
    if request.method == "DELETE":
        raise Refusal(409, f"{request.tail} ne s'efface pas")
    return [name for name in names(session) if request.query.get("name") in (None, name)]


def is_capitalised(observed: Observed[Greeted]) -> Outcome:
    """A name begins with a capital letter."""
    name = observed.facts.name
    return name[:1].isupper() or Violation(name, name.capitalize(), "le nom commence par une minuscule")


def problem(refused: Problem) -> RawResponse:
    """Render what the sandbox refuses."""
    return _answer(refused.status, {"refus": refused.message})


def decode(exchange: Exchange) -> Decoded:
    """Show a greeting."""
    return Decoded(exchange.summary, (("Nom", str(json.loads(exchange.request_body)["name"])),))


SERVICE = Service(
    name="sixieme",
    title="Sixième service",
    create_app=lambda _sandbox: service_app(
        "sixieme",
        (Route("POST", "/saluer", greet), Route("GET", "/livre", whole_book), Route("GET", "/defaut", broken)),
        problem,
    ),
    doors=(Door("sixieme", 7, "Livre des saluts"),),
    operations=(Operation("saluer", "Saluer"), Operation("lire", "Lire le livre")),
    checks=(
        Check(
            id="SIXIEME-MAJUSCULE",
            title="Le nom porte une majuscule",
            reads=Greeted,
            test=is_capitalised,
            requirements=("LGO.INS.06",),
            source="docs/sources/requirements.md#lgo",
            aliases=("sixieme.majuscule",),
            remedy="Écrire le nom avec une majuscule.",
            operations=frozenset({"saluer"}),
        ),
    ),
    prefix="SIXIEME",
    page="requirements",
    options=(Option("mot", "bonjour", ("bonjour", "bonsoir"), "Mot de la réponse"),),
    situations=(Situation("anonyme", "Personne sans nom", "nom « Anonyme »"),),
    resources=(Resource("saluts", "Saluts reçus", resource),),
    spec_version="1.0",
    simulated="tout",
    max_body=1000,
    tables=lambda: (Base.metadata,),
    seed=seed,
    problem=problem,
    decode=decode,
    connection_facts=lambda _sandbox, session: {"sixieme_cle": f"cle-{session.name}"},
)
