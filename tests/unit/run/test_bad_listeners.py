"""The servers to refuse that an OpenSSL cannot give are absent, with the reason."""

from __future__ import annotations

import ssl
import warnings

import pytest
from support.keys import with_keys

from lgo_sandbox.gate.tls import ServerContext, bad_server_context, server_context, why_mute
from lgo_sandbox.pki import Pki
from lgo_sandbox.run import bad_listeners
from lgo_sandbox.watch.bad_servers import BAD_SERVERS, Weakness


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.open(with_keys(tmp_path_factory.mktemp("state")) / "pki")


def test_each_weakness_is_told_in_french_with_a_remedy() -> None:
    assert {*BAD_SERVERS} == {*Weakness}
    assert all(server.title.startswith("serveur ") and server.remedy.endswith(".") for server in BAD_SERVERS.values())


@pytest.mark.parametrize("weakness", [one for one in Weakness if not one.value.startswith("tls1")])
def test_whoever_checks_nothing_can_speak_with_each(pki: Pki, weakness: Weakness) -> None:
    context = bad_server_context(pki, weakness)
    assert (context.weakness, why_mute(context)) == (weakness, "")


def test_a_listener_that_speaks_no_protocol_says_so(pki: Pki) -> None:
    context = server_context(pki, pki.issue("server"))
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.options |= ssl.OP_NO_TLSv1_2
    assert why_mute(context).startswith(f"{ssl.OPENSSL_VERSION} : ")


def test_what_cannot_be_had_is_absent_with_its_reason(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_old(context: ServerContext) -> str:
        return "OpenSSL sans TLS 1.0" if context.weakness is Weakness.TLS_1_0 else ""

    monkeypatch.setattr(bad_listeners, "why_mute", without_old)
    found = bad_listeners.speaking(pki, ("lgo.example",))
    assert found.absent == {"tls1.0": "OpenSSL sans TLS 1.0"}
    assert {*found.contexts} == {*Weakness} - {Weakness.TLS_1_0}
    assert "lgo.example" in found.contexts[Weakness.EXPIRED].names
    assert found.contexts[Weakness.WRONG_NAME].names == ("wrong.invalid",)
