"""``lgo-sandbox psc diff`` on what a running sandbox said, as somebody types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.psc import PscClient

from lgo_sandbox.cli.main import answered
from psc_mock.codes.profiles import PROFILES


@dataclass(frozen=True)
class Done:
    """What a command returned and printed."""

    returncode: int
    stdout: str
    stderr: str


Diff = Callable[..., Done]


@pytest.fixture
def diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Diff:
    """The command, typed in the folder of the documents."""
    monkeypatch.chdir(tmp_path)

    def typed(*arguments: str) -> Done:
        code = answered(["psc", "diff", *arguments])
        return Done(code, *capsys.readouterr())

    return typed


@pytest.mark.parametrize("profile", PROFILES)
def test_what_a_running_sandbox_says_is_recognised_and_does_not_differ(
    lgo: PscClient, tmp_path: Path, diff: Diff, profile: str
) -> None:
    lgo.tenant.option(psc__profile=profile)
    tokens = lgo.tokens()
    documents = {
        "decouverte.json": lgo.http.get(f"{lgo.issuer}/.well-known/wallet-openid-configuration").text,
        "jetons.json": json.dumps(tokens),
        "userinfo.json": lgo.userinfo(tokens["access_token"]).text,
        "jeton.jwt": tokens["id_token"],
    }
    for name, text in documents.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        done = diff(name, "--profile", profile)
        assert done.returncode == 0, done.stdout
        assert {line.strip() for line in done.stdout.splitlines()[1::2]} == {"Aucune différence."}
        assert not any(secret in done.stdout for secret in (tokens["refresh_token"], tokens["access_token"][-40:]))


def test_exit_codes_and_json(lgo: PscClient, tmp_path: Path, diff: Diff) -> None:
    told = lgo.userinfo(lgo.tokens()["access_token"]).json()
    (tmp_path / "connu.json").write_text(json.dumps({**told, "email_verified": False}), encoding="utf-8")
    (tmp_path / "inconnu.json").write_text(json.dumps({**told, "neuf": 1}), encoding="utf-8")
    (tmp_path / "rien.json").write_text("{}", encoding="utf-8")
    known, unknown = (diff(name, "--json") for name in ("connu.json", "inconnu.json"))
    assert (known.returncode, unknown.returncode) == (0, 1)
    (document,) = json.loads(unknown.stdout)["documents"]
    assert (document["document"], document["profile"], document["nearest"]) == ("userinfo", "2025", True)
    assert [one["path"] for one in document["differences"]] == ["neuf"]
    for arguments in (["rien.json"], ["absent.json"], ["connu.json", "--profile", "1999"], ["."]):
        refused = diff(*arguments)
        assert refused.returncode == 2
        assert refused.stderr.startswith("lgo-sandbox : ")
