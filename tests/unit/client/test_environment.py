from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from lgo_client.clock import Workplace
from lgo_client.environment import Certificate, Environment, EnvironmentMissing, OidcClient
from lgo_sandbox.control.ready import people_document
from lgo_sandbox.population.people import population


@pytest.fixture
def document() -> dict[str, Any]:
    return {
        "session": "default",
        "control": "http://127.0.0.1:8080",
        "services": {
            "insi": {"http": "http://127.0.0.1:8082", "https": "https://127.0.0.1:8482"},
            "annuaire": {"http": "http://127.0.0.1:8085"},
        },
        "smtp": "127.0.0.1:2587",
        "imap": "[::1]:2143",
        "ca": "/state/ca.pem",
        "certificates": {"org-auth": {"cert": "a.pem", "key": "a.key"}, "org-sign": {"chain": "s.pem", "key": "s.key"}},
        "oidc_clients": [{"client_id": "lgo-mtls", "client_secret": None, "redirect_uris": ["http://127.0.0.1/cb"]}],
        "idam": 123,
        **people_document(population()),
    }


def test_addresses_prefer_tls_and_take_what_there_is(document: dict[str, Any]) -> None:
    environment = Environment(document)
    assert environment.url("insi") == "https://127.0.0.1:8482"
    assert environment.url("annuaire") == "http://127.0.0.1:8085"
    assert environment.socket("smtp") == ("127.0.0.1", 2587)


def test_certificates_and_clients_are_found_by_name(document: dict[str, Any]) -> None:
    environment = Environment(document)
    assert environment.certificate("org-auth") == Certificate(Path("a.pem"), Path("a.key"))
    assert environment.certificate("org-sign").chain == Path("s.pem")
    assert environment.client("lgo-mtls") == OidcClient("lgo-mtls", "", ("http://127.0.0.1/cb",))
    assert environment.fact("idam") == "123"


def test_everybody_in_the_ready_file_can_be_read(document: dict[str, Any]) -> None:
    environment = Environment(document)
    for persona in document["personas"]:
        assert environment.person(persona["id"]).name == persona["name"]
    for structure in document["structures"]:
        assert environment.structure(structure["id"]).id_nat == structure["id_nat"]
    for patient in document["patients"]:
        assert environment.patient(patient["id"]).first_names == tuple(patient["first_names"])


@pytest.mark.parametrize("ask", [Environment.person, Environment.structure, Environment.patient, Environment.client])
def test_somebody_unknown_is_named(document: dict[str, Any], ask: Callable[[Environment, str], object]) -> None:
    with pytest.raises(EnvironmentMissing, match="personne-inconnue"):
        ask(Environment(document), "personne-inconnue")


def test_the_document_is_read_from_where_the_variable_says(
    document: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ready.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setenv("LGO_SANDBOX_READY", str(path))
    assert Environment.load().session == "default"
    assert Environment.load(path).document == Environment.load().document


def test_without_a_document_the_message_says_what_to_start(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentMissing, match="lgo-sandbox up"):
        Environment.load(tmp_path / "ready.json")


def test_documents_carry_the_time_of_paris_and_messages_that_of_greenwich() -> None:
    winter = Workplace(now=lambda: datetime(2026, 1, 31, 23, 30, 5, 999_999, tzinfo=UTC))
    assert winter.local().isoformat() == "2026-02-01T00:30:05+01:00"
    assert winter.instant() == "2026-01-31T23:30:05.999Z"
    summer = replace(winter, now=lambda: datetime(2026, 7, 1, 22, 0, tzinfo=UTC))
    assert summer.local().isoformat() == "2026-07-02T00:00:00+02:00"


def test_an_oid_is_made_of_a_uuid() -> None:
    assert Workplace(uuid=lambda: str(UUID(int=42))).oid() == "2.25.42"
    assert Workplace().oid() != Workplace().oid()
