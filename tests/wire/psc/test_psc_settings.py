"""What is told at the start: the root of the issuer, and clients enrolled by a file, whom every session knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.connections import Connections
from support.psc import PscClient
from support.tenants import Runner, running_in_background

from lgo_sandbox.population.records import BadFile
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.settings import Settings
from psc_mock.codes import ISSUER_PATH
from psc_mock.service import SERVICE

CLIENTS = """
clients:
- client_id: du-fichier
  title: LGO du fichier
  secret: chut
  redirect_uris: ["https://lgo.example/retour"]
"""


@pytest.fixture(scope="module")
def told_runner(psc_runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """A process with settings of its own, on the state of the other: the authorities are made once."""
    path = tmp_path_factory.mktemp("psc-clients") / "clients.yaml"
    path.write_text(CLIENTS, encoding="utf-8")
    state = psc_runner.launcher.sandbox.settings.state
    settings = {"psc_issuer": "https://psc.test/", "service_files": {"psc.clients": path}}
    with running_in_background(state, "psc", replica=True, **settings) as runner:
        yield runner


@pytest.fixture
def told_lgo(told_runner: Runner, connections: Connections) -> PscClient:
    return PscClient(told_runner.tenant("told"), connections)


def test_issuer_comes_from_the_setting_when_there_is_one(told_lgo: PscClient) -> None:
    front = told_lgo.without_session()
    root = front.tenant.url("psc", tls=False)
    document = front.http.get(f"{root}{ISSUER_PATH}/.well-known/wallet-openid-configuration").json()
    assert document["issuer"] == f"https://psc.test{ISSUER_PATH}"


def test_a_client_of_the_file_is_enrolled_in_every_session(told_lgo: PscClient) -> None:
    asked = {"client_id": "du-fichier", "redirect_uri": "https://lgo.example/retour", "response_type": "code"}
    for lgo in (told_lgo, told_lgo.without_session()):
        wallet = lgo.tenant.url("psc_wallet")
        page = lgo.http.get(f"{wallet}/auth", params={**asked, "scope": "openid"}, follow_redirects=True)
        assert "LGO du fichier" in page.text
        right, wrong = (lgo.renew("x", ("du-fichier", secret)) for secret in ("chut", "x"))
        assert (right.json()["error"], wrong.json()["error"]) == ("invalid_grant", "unauthorized_client")


@pytest.mark.parametrize(
    "text", ["clients: 3", "clients:\n- {client_id: x, surprise: 1}", "clients:\n- 3", "[", "{a: 1}"]
)
async def test_a_wrong_file_of_clients_is_explained_at_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "clients.yaml"
    path.write_text(text, encoding="utf-8")
    settings = Settings(state=tmp_path / "state", service_files={"psc.clients": path})
    sandbox = Sandbox(settings, [SERVICE], None)  # type: ignore[arg-type]
    with pytest.raises(BadFile):
        SERVICE.create_app(sandbox)
    await sandbox.close()
