"""The requests whose cost is measured, against a running sandbox without TLS."""

from __future__ import annotations

import http.cookiejar
import itertools
import json
import urllib.request
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from measure import Connection

REALM = "/auth/realms/esante-wallet"
CLIENT = "lgo-demo"
STRUCTURE = "1.2.250.1.71.4.2.2|10B0990017"
REFRESHED = 1000


def discovery(document: dict[str, Any]) -> Callable[[], object]:
    """GET the discovery document."""
    connection = Connection(document["services"]["psc"]["http"])
    return lambda: connection.send("GET", f"{REALM}/.well-known/wallet-openid-configuration")


def token_refresh(document: dict[str, Any], tokens: dict[str, Any] | None = None) -> Callable[[], object]:
    """Refresh tokens, each time with the refresh token received last; ``tokens`` holds the last ones."""
    tokens = {} if tokens is None else tokens
    connection = Connection(document["services"]["psc"]["http"])
    client = next(c for c in document["oidc_clients"] if c["client_id"] == CLIENT)
    credentials = {"client_id": CLIENT, "client_secret": client["client_secret"]}
    code = _code(document, client)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": client["redirect_uris"][0]}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    def ask(fields: dict[str, str]) -> dict[str, Any]:
        path = f"{REALM}/protocol/openid-connect/token"
        return dict(json.loads(connection.send("POST", path, urlencode({**fields, **credentials}).encode(), headers)))

    tokens.update(ask(form))

    def refresh() -> None:
        tokens.update(ask({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}))

    return refresh


def prescription_status(document: dict[str, Any]) -> Callable[[], object]:
    """GET the state of a prescription; the token, which lives two minutes, is refreshed every thousand requests."""
    connection = Connection(document["services"]["eprescription"]["http"])
    contract = document["eprescription"]
    path = f"{contract['path']}/{contract['numbers']['OK-1']}/$statut"
    tokens: dict[str, Any] = {}
    refresh = token_refresh(document, tokens)
    asked = itertools.count(1)

    def ask() -> bytes:
        if next(asked) % REFRESHED == 0:
            refresh()
        headers = {"Authorization": f"Bearer {tokens['access_token']}", "X-Structure": STRUCTURE}
        return connection.send("GET", path, headers=headers)

    return ask


def insi_search(document: dict[str, Any]) -> Callable[[], object]:
    """Search a known identity by traits."""
    connection = Connection(document["services"]["insi"]["http"])
    envelope = insi_envelope(document["idam"], str(uuid.uuid4())).encode()
    headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{ACTION}"'}
    return lambda: connection.send("POST", "/lps", envelope, headers)


def _code(document: dict[str, Any], client: dict[str, Any]) -> str:
    """Log the pharmacist in without a person: automatic acceptance, then the code of the redirection."""
    body = json.dumps({"persona": "titulaire", "mode": "accept"}).encode()
    url = f"{document['control']}/_sandbox/v1/psc/ecps"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="PUT")
    urllib.request.urlopen(request).read()
    query = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": client["redirect_uris"][0],
        "scope": "openid scope_all",
        "acr_values": "eidas1",
        "state": uuid.uuid4().hex,
        "nonce": uuid.uuid4().hex,
        "login_hint": "titulaire",
    }
    location = f"{document['services']['psc_wallet']['http']}/auth?{urlencode(query)}"
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    for _ in range(10):
        try:
            opener.open(location)
        except urllib.error.HTTPError as redirect:
            location = str(redirect.headers["Location"])
        if location.startswith(client["redirect_uris"][0]):
            return parse_qs(urlsplit(location).query)["code"][0]
    raise RuntimeError("no code")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def insi_envelope(idam: str, message: str) -> str:
    """Return a search of now: an old Temps would be measured with its finding."""
    return ENVELOPE.format(idam=idam, id=message, now=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")


ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Header>
<ContexteLPS xmlns="urn:siram:lps:ctxlps" Nature="CTXLPS" Version="01_00"><Id>{id}</Id>
<Temps>{now}</Temps><Emetteur>10B0990017</Emetteur><LPS><IDAM R="4">{idam}</IDAM>
<Version>1.0</Version><Instance>{id}</Instance><Nom>urn:lps:BENCH:1.0</Nom></LPS></ContexteLPS>
<ContexteBAM xmlns="urn:siram:bam:ctxbam" Nature="CTXBAM" Version="01_02"><Id>{id}</Id>
<Temps>{now}</Temps><Emetteur>10B0990017</Emetteur><COUVERTURE/></ContexteBAM>
<wsa:Action xmlns:wsa="http://www.w3.org/2005/08/addressing">urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite</wsa:Action>
<wsa:MessageID xmlns:wsa="http://www.w3.org/2005/08/addressing">uuid:{id}</wsa:MessageID>
</soap:Header><soap:Body><RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans"><NomNaissance>MARTIN</NomNaissance>
<Prenom>CLAIRE</Prenom><Sexe>F</Sexe><DateNaissance>1956-03-12</DateNaissance></RECSANSVITALE></soap:Body></soap:Envelope>
"""
