"""With the sandbox's own Pro Santé Connect: a real token, its expiry by the clock, its session."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from support.connections import Connections
from support.prescription_desk import Desk
from support.psc import PscClient
from support.tenants import Runner, Tenant, running_in_background

from eprescription_mock.facts import Caller
from eprescription_mock.seeds import NUMBERS


class Software:
    """A software that logs its user in, then consults, each at an address of its own choice."""

    def __init__(self, tenant: Tenant, connections: Connections) -> None:
        self.tenant = tenant
        self._psc = PscClient(tenant, connections)

    def token(self, who: str = "titulaire") -> str:
        """Return an access token of a persona."""
        return str(self._psc.tokens(login_hint=who)["access_token"])

    def consult(self, bearer: str, at: Tenant | None = None) -> httpx.Response:
        """Consult with a token."""
        desk = Desk(at or self.tenant, self._psc.http)
        return desk.consult(NUMBERS["OK-1"], headers={"Authorization": f"Bearer {bearer}"})


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with running_in_background(tmp_path_factory.mktemp("real-psc"), "psc", "eprescription") as runner:
        yield runner


@pytest.fixture
def software(both: Runner) -> Iterator[Software]:
    connections = Connections(both)
    yield Software(both.tenant(), connections)
    connections.close()


@pytest.mark.parametrize(("who", "status"), [("titulaire", 200), ("preparateur", 200), ("generaliste", 403)])
def test_a_real_token_gives_the_rights_of_its_bearer(software: Software, who: str, status: int) -> None:
    assert software.consult(software.token(who)).status_code == status


def test_a_real_token_expires_with_the_clock(software: Software) -> None:
    bearer = software.token()
    software.tenant.move(hours=1)
    answer = software.consult(bearer)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_token_leads_to_the_session_it_was_issued_in(software: Software, both: Runner) -> None:
    assert software.consult(software.token(), at=Tenant(both, "default")).status_code == 200
    (exchange,) = [one for one in software.tenant.exchanges() if one.service == "eprescription"]
    caller = exchange.noted.get(Caller)
    assert exchange.operation == "EP3"
    assert caller is not None
    assert (caller.professional, caller.client_id) == ("899700090014", "lgo-demo")
