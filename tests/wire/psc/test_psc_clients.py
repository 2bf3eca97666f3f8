"""Who may call the back channel of Pro Santé Connect: grants, secrets, certificates, enrolment."""

from __future__ import annotations

import pytest
from support.psc import PscClient


@pytest.mark.parametrize(
    ("grant", "status", "error"),
    [
        (None, 400, "invalid_request"),
        ("magic", 400, "unsupported_grant_type"),
        ("implicit", 400, "unsupported_grant_type"),
        ("password", 400, "unauthorized_client"),
        ("client_credentials", 401, "unauthorized_client"),
        ("urn:ietf:params:oauth:grant-type:device_code", 400, "unauthorized_client"),
    ],
)
def test_dead_grants_are_refused_as_by_keycloak(lgo: PscClient, grant: str | None, status: int, error: str) -> None:
    fields = {"grant_type": grant} if grant else {}
    answer = lgo.post("token", **fields)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_unknown_grant_is_refused_before_the_client_is_looked_at(lgo: PscClient) -> None:
    assert lgo.post("token", None, grant_type="magic").json()["error"] == "unsupported_grant_type"
    assert lgo.post("token", None, grant_type="password").json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("auth", "error"),
    [(("nobody", "x"), "invalid_client"), (("lgo-demo", "x"), "unauthorized_client"), (None, "invalid_client")],
)
def test_client_credentials_are_judged(lgo: PscClient, auth: tuple[str, str] | None, error: str) -> None:
    answer = lgo.post("token", auth, grant_type="refresh_token", refresh_token="x")
    assert answer.status_code == 401
    assert answer.json() == {
        "error": error,
        "error_description": "Invalid client or Invalid client credentials",
    }


def test_secret_may_be_posted(lgo: PscClient) -> None:
    code = lgo.code()
    fields = {"client_id": "lgo-demo", "client_secret": "secret-lgo-demo", "grant_type": "authorization_code"}
    fields |= {"code": code, "redirect_uri": "http://127.0.0.1:8765/callback"}
    assert lgo.post("token", None, **fields).status_code == 200


def test_trust_space_client_authenticates_with_its_certificate(lgo: PscClient) -> None:
    code = lgo.code(client_id="lgo-mtls")
    fields = {"client_id": "lgo-mtls", "grant_type": "authorization_code", "code": code}
    fields["redirect_uri"] = "http://127.0.0.1:8765/callback"
    assert lgo.with_certificate("psc-client").post(lgo.protocol("token"), data=fields).status_code == 200
    assert lgo.reproaches() == set()


@pytest.mark.parametrize(
    ("kind", "variant"),
    [("psc-client", "expired"), ("psc-client", "revoked"), ("psc-client", "wrongca"), ("org-auth", "good")],
)
def test_a_wrong_certificate_is_refused_with_invalid_client(lgo: PscClient, kind: str, variant: str) -> None:
    fields = {"client_id": "lgo-mtls", "grant_type": "refresh_token", "refresh_token": "x"}
    answer = lgo.with_certificate(kind, variant).post(lgo.protocol("token"), data=fields)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "PSC-TOK-02" in lgo.reproaches()


def test_absence_of_certificate_is_refused_on_tls_and_waived_on_the_plain_port(lgo: PscClient) -> None:
    fields = {"client_id": "lgo-mtls", "grant_type": "refresh_token", "refresh_token": "x"}
    answer = lgo.http.post(lgo.protocol("token"), data=fields)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert lgo.reproaches() == {"PSC-TOK-02"}
    waived = lgo.http.post(lgo.protocol("token", tls=False), data=fields)
    assert waived.json()["error"] == "invalid_grant"
    assert lgo.reproaches() == {"PSC-TOK-02", "PSC-TLS-01", "PSC-REFUS"}


def test_clients_can_be_enrolled_and_struck_off(lgo: PscClient) -> None:
    address = "https://lgo.example/retour"
    lgo.resource("clients", "POST", {"client_id": "mien", "secret": "s", "redirect_uris": [address]})
    lgo.tenant.option(psc__ecps="accept")
    answer = lgo.authorize(client_id="mien", redirect_uri=address, login_hint="titulaire")
    assert answer.headers["location"].startswith(f"{address}?")
    lgo.resource("clients", "DELETE", tail="mien")
    assert lgo.authorize(client_id="mien", redirect_uri=address).status_code == 400
