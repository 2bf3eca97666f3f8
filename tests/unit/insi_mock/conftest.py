"""A sandbox with INSi alone, and requests to it without a socket (plain port, no certificate)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from insi_mock.domain import CardRequest, Claim, Traits
from insi_mock.service import SERVICE
from insi_mock.wire import BY_CARD, BY_TRAITS, COLLECT, DEPOSIT, VERIFY, OperationShape
from lgo_sandbox.gate.asgi import Gate
from lgo_sandbox.pki import Pki
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session

GOLDEN = Path(__file__).parents[2] / "golden" / "insi"
REQUEST = (GOLDEN / "request.xml").read_text(encoding="utf-8")
BODY_END = "</RECSANSVITALE>"


@pytest.fixture(scope="session")
def golden() -> Callable[[str], bytes]:
    return lambda name: (GOLDEN / name).read_bytes()


@pytest.fixture(scope="session")
def request_xml() -> str:
    return REQUEST


Asked = Traits | CardRequest | Claim


@pytest.fixture(scope="session")
def asking() -> Callable[[Asked], str]:
    """Return the request that asks this: a search by traits, by card (told in COUVERTURE too), or a verification."""

    def write(asked: Asked) -> str:
        if isinstance(asked, Traits):
            return enveloped(BY_TRAITS, f'<RECSANSVITALE xmlns="{VIT_SANS}Sans">{_traits(asked)}</RECSANSVITALE>')
        if isinstance(asked, CardRequest):
            request = enveloped(BY_CARD, f'<RECVITALE xmlns="{VIT_SANS}Vit">{_card(asked)}</RECVITALE>')
            return request.replace("<ctxbam:COUVERTURE/>", _cover(asked))
        return enveloped(VERIFY, f'<Requete xmlns="{LOT_2}REQUnitaire">{_person(asked)}</Requete>')

    return write


@pytest.fixture(scope="session")
def asking_batch() -> Callable[..., str]:
    """Return the deposit of claims, or with a number its collection."""

    def write(*claims: Claim, number: str = "") -> str:
        if number:
            content = f"<NumeroDepot>{number}</NumeroDepot>"
            return enveloped(COLLECT, f'<Releve xmlns="{LOT_2}REQMasse">{content}</Releve>')
        return enveloped(DEPOSIT, f'<Depot xmlns="{LOT_2}REQMasse">{"".join(map(_person, claims))}</Depot>')

    return write


VIT_SANS = "http://www.cnamts.fr/INSiRec"
LOT_2 = "http://www.cnamts.fr/INSiLot2/"


def enveloped(shape: OperationShape, body: str) -> str:
    """Return the golden request with another operation and body."""
    start, end = REQUEST.index("<RECSANSVITALE"), REQUEST.index(BODY_END) + len(BODY_END)
    return (REQUEST[:start] + body + REQUEST[end:]).replace(BY_TRAITS.action, shape.action)


def _elements(**values: str) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value)


def _traits(traits: Traits) -> str:
    return _elements(
        NomNaissance=traits.birth_name,
        Prenom=traits.first_names,
        Sexe=traits.sex,
        DateNaissance=traits.birth_date,
        LieuNaissance=traits.birth_place,
    )


def _matricule(matricule: str) -> str:
    return _elements(NumIdentifiant=matricule[:13], Cle=matricule[13:])


def _card(request: CardRequest) -> str:
    return _elements(
        MatriculeIndividu=_matricule(request.individual),
        MatriculeOD=_matricule(request.holder),
        NomNaissance=request.birth_name,
        DateNaissance=request.birth_date,
        RangNaissance=request.rank,
    )


def _cover(request: CardRequest) -> str:
    number = request.holder or request.individual
    holder = f"<b:ASSURE><b:Id><b:Num>{number[:13]}</b:Num><b:Cle>{number[13:]}</b:Cle></b:Id></b:ASSURE>"
    person = f"<b:BENEFICIAIRE><b:DateNai>{request.birth_date}</b:DateNai></b:BENEFICIAIRE>"
    return f'<b:COUVERTURE xmlns:b="urn:siram:bam:ctxbam">{holder}{person}</b:COUVERTURE>'


def _person(claim: Claim) -> str:
    given = _elements(IdIndividu=_matricule(claim.matricule), OID=claim.oid)
    told = _traits(claim.traits).replace("Prenom>", "ListePrenom>")
    ref = f' ref="{claim.ref}"' if claim.ref else ""
    return (
        f"<IndividuVerifie{ref}><INSFourni>{given}</INSFourni>"
        f"<TraitsIdentiteIndividu>{told}</TraitsIdentiteIndividu></IndividuVerifie>"
    )


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.open(tmp_path_factory.mktemp("insi") / "pki")


@pytest.fixture
async def sandbox(tmp_path: Path, pki: Pki) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(Settings(state=tmp_path), [SERVICE], pki)
    sandbox.addresses.tls["insi"] = "https://insi.test"
    yield sandbox
    await sandbox.close()


@pytest.fixture
def session(sandbox: Sandbox) -> Session:
    return sandbox.sessions.get("default")


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    gate = Gate(SERVICE.create_app(sandbox), sandbox, SERVICE, SERVICE.doors[0])
    headers = {"content-type": "application/soap+xml; charset=utf-8"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(gate), base_url="http://insi.test", headers=headers
    ) as client:
        yield client
