"""Clients enrolled by a file are known to every session; those of a session hide them; a wrong file is explained."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx
import pytest

from lgo_sandbox.population.records import BadFile
from lgo_sandbox.run.assemble import running
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.settings import Settings
from psc_mock.service import SERVICE

CLIENTS = """
clients:
- client_id: du-fichier
  title: LGO du fichier
  secret: chut
  redirect_uris: ["https://lgo.example/retour"]
"""


async def test_a_client_of_the_file_is_enrolled_in_every_session(psc_state: Path, tmp_path: Path) -> None:
    path = tmp_path / "clients.yaml"
    path.write_text(CLIENTS, encoding="utf-8")
    settings = Settings(state=psc_state, port_base=0, service_files={"psc.clients": path})
    async with running(settings, ["psc"]) as launcher:
        launcher.sandbox.sessions.create("cabine")
        trust = ssl.create_default_context(cafile=str(launcher.sandbox.pki.ca_bundle))
        wallet = launcher.sandbox.addresses.root("psc_wallet")
        asked = {"client_id": "du-fichier", "redirect_uri": "https://lgo.example/retour", "response_type": "code"}
        async with httpx.AsyncClient(verify=trust, trust_env=False) as http:
            for root in (wallet, f"{wallet}/s/cabine"):
                page = await http.get(f"{root}/auth", params={**asked, "scope": "openid"}, follow_redirects=True)
                assert "LGO du fichier" in page.text
            url = f"{launcher.sandbox.addresses.root('psc')}/auth/realms/esante-wallet/protocol/openid-connect/token"
            form = {"grant_type": "refresh_token", "refresh_token": "x"}
            right = await http.post(url, data=form, auth=("du-fichier", "chut"))
            wrong = await http.post(url, data=form, auth=("du-fichier", "x"))
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
