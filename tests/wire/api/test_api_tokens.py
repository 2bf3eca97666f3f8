"""API tokens at INSi, the DMP and the Ordonnance numérique: what opens them, what does not, and what is told of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.api_services import APIS, Api, Office, api_check_ids, send_vihf
from support.connections import Connections
from support.dmp_door import DmpDoors
from support.insi_requests import REQUEST, assertion, with_security
from support.tenants import Runner, Tenant, running_in_background

from insi_mock.facts import Authentication
from lgo_sandbox.conformance import Verdict
from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.watch.api_tokens import RULES, Trouble
from lgo_sandbox.watch.refusals import Refusal

TITULAIRE = "899700090014"
Send = Callable[[Office, Api], httpx.Response]


@pytest.fixture(params=APIS)
def api(request: pytest.FixtureRequest) -> Api:
    return APIS[request.param]


def _another(api: Api) -> str:
    return "dmp" if api.name != "dmp" else "insi"


def _without_token(office: Office, api: Api) -> httpx.Response:
    name, value = api.require
    office.tenant.option(**{name.replace(".", "__"): value})
    return office.call(api, None)


def _expired(office: Office, api: Api) -> httpx.Response:
    office.tenant.option(psc__api_lifetime="60")
    token = office.token(api.name)
    office.tenant.move(seconds=61)
    return office.call(api, token)


def _of_psc(office: Office, api: Api) -> httpx.Response:
    name, value = api.require
    office.tenant.option(**{name.replace(".", "__"): value})
    return office.call(api, office.psc_token())


def _scopeless(office: Office, api: Api) -> httpx.Response:
    return office.call(api, office.token(api.name, scope=_another(api)))


def _outlived(office: Office, api: Api) -> httpx.Response:
    token = office.token(api.name)
    office.tenant.move(minutes=31)
    return office.call(api, token)


@dataclass(frozen=True)
class Broken:
    """A client that breaks one rule, and what its finding must hold."""

    send: Send
    told: str


BROKEN = {
    Trouble.ABSENT: Broken(_without_token, "en-tête absent"),
    Trouble.OF_PSC: Broken(_of_psc, "de lgo-mtls"),
    Trouble.OF_SESSION: Broken(lambda o, a: o.call(a, o.beside().token(a.name)), "un jeton de la session « api"),
    Trouble.DEAD: Broken(_expired, "un jeton expiré depuis"),
    Trouble.OUTLIVED: Broken(_outlived, "après 30 min sans rafraîchissement"),
    Trouble.OF_API: Broken(lambda o, a: o.call(a, o.token(_another(a))), "un jeton pour l'API"),
    Trouble.CERTIFICATE: Broken(lambda o, a: o.call(a, o.token(a.name), o.mtls("org-auth")), "CN=INSI-AUTO"),
    Trouble.SCOPE: Broken(_scopeless, "scope"),
}


def test_every_rule_has_its_client() -> None:
    assert {rule.trouble for rule in RULES} == BROKEN.keys()
    assert {*Trouble} == {*BROKEN, Trouble.NONE, Trouble.UNTOLD}


@pytest.mark.parametrize("form", ["ans", "rfc8705"])
def test_a_bound_token_opens_the_api_it_is_for_and_names_the_professional(office: Office, api: Api, form: str) -> None:
    office.tenant.option(psc__cnf=form)
    answer = office.call(api, office.token(api.name))
    assert answer.status_code == 200, answer.text
    shown = office.shown(api)
    assert (shown.trouble, shown.bound, shown.person, shown.client_id) == (Trouble.NONE, True, TITULAIRE, "lgo-mtls")
    assert office.findings(api) == []
    kept = {one.check_id for one in office.tenant.do(lambda s: s.journal.observations()) if one.passed}
    assert api_check_ids(api.prefix) <= kept


@pytest.mark.parametrize("trouble", BROKEN)
def test_a_client_that_breaks_one_rule_is_refused_in_the_dialect_of_the_service_and_told_that_rule(
    office: Office, api: Api, trouble: Trouble
) -> None:
    answer = BROKEN[trouble].send(office, api)
    assert api.told(answer) == (api.scope_refusal if trouble is Trouble.SCOPE else api.refusal), answer.text
    suffix = next(rule.suffix for rule in RULES if rule.trouble is trouble)
    (finding,) = office.findings(api)
    assert finding.check_id == f"{api.prefix}-API-{suffix}"
    assert BROKEN[trouble].told in finding.received
    assert finding.expected
    assert finding.remedy
    assert office.shown(api).trouble is trouble


def _with(office: Office, api: Api, authorization: str) -> httpx.Response:
    name, value = api.require
    office.tenant.option(**{name.replace(".", "__"): value})
    return api.send(office, office.mtls(), {"Authorization": authorization}, True)


def _revoked_here(office: Office, api: Api) -> httpx.Response:
    token, name = office.token(api.name), office.tenant.name
    office.runner.settle(office.tenant.do(lambda session: session))
    office.runner.do(lambda: office.runner.launcher.sandbox.sessions.reset(name))
    return office.call(api, token)


EXCHANGE = "/protocol/openid-connect/token, avec audience="
ADVISED: dict[str, tuple[Send, str, str, str]] = {
    "missing": (_without_token, "en-tête absent", "token-exchange", EXCHANGE),
    "of another scheme": (lambda o, a: _with(o, a, "Basic eDp5"), "Basic", "par Bearer", EXCHANGE),
    "expired": (_expired, "UTC à l'horloge de la session", "grant_type=refresh_token", EXCHANGE),
    "unknown": (_revoked_here, "inconnu ou révoqué", "Échangez de nouveau", EXCHANGE),
    "refresh token": (
        lambda o, a: _with(o, a, f"Bearer {o.exchange(a.name)['refresh_token']}"),
        "un jeton de type Refresh",
        "et non le refresh_token",
        EXCHANGE,
    ),
    "opaque": (lambda o, a: _with(o, a, "Bearer abcd"), "jeton abcd…", "une chaîne sans points", EXCHANGE),
    "altered": (lambda o, a: _with(o, a, "Bearer a.b.c"), "jeton a.b.c…", "tel que reçu", EXCHANGE),
    "ID token": (
        lambda o, a: _with(o, a, f"Bearer {o.exchange(a.name)['id_token']}"),
        "jeton d'identité (id_token)",
        "n'ouvre aucune API",
        EXCHANGE,
    ),
    "of Pro Santé Connect": (_of_psc, "de lgo-mtls", "Échangez le jeton de Pro Santé Connect", EXCHANGE),
    "for another API": (BROKEN[Trouble.OF_API].send, "un jeton pour l'API", "échangez encore une fois", EXCHANGE),
    "without certificate": (
        lambda o, a: o.call(a, o.token(a.name), o.psc.http),
        "aucun certificat client",
        "Présentez à l'API le certificat de l'échange",
        "",
    ),
    "another certificate": (BROKEN[Trouble.CERTIFICATE].send, "INSI-AUTO", "ou refaites l'échange sous celui-ci", ""),
    "of another session": (BROKEN[Trouble.OF_SESSION].send, "un jeton de la session", "même fichier de démarrage", ""),
    "outlived": (_outlived, "sans rafraîchissement", "Ramenez l'utilisateur à la page de connexion", ""),
    "of another scope": (_scopeless, "scope", "scope=", ""),
}


@pytest.mark.parametrize("what", ADVISED)
def test_each_thing_that_can_be_wrong_with_a_token_has_its_own_remedy(office: Office, api: Api, what: str) -> None:
    send, received, remedy, address = ADVISED[what]
    send(office, api)
    finding = office.findings(api)[-1]
    assert received in finding.received
    assert remedy in finding.remedy
    assert address in finding.remedy
    assert not address or finding.remedy.endswith(f"{address}{api.name}.")


def test_the_address_of_the_exchange_is_one_that_exchanges(office: Office, api: Api) -> None:
    _without_token(office, api)
    address = office.findings(api)[-1].remedy.rpartition(" se fait à ")[2].partition(",")[0]
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "client_id": "lgo-mtls",
        "subject_token": office.psc_token(),
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "audience": api.name,
    }
    token = office.mtls().post(address, data=form).json()["access_token"]
    assert office.call(api, token).status_code == 200


def test_an_id_token_at_the_ordonnance_numerique_is_named_though_no_api_token_is_demanded(office: Office) -> None:
    eprescription = APIS["eprescription"]
    given = str(office.psc.mtls_tokens(office.mtls())["id_token"])
    assert eprescription.told(office.call(eprescription, given)) == (401, "jeton-invalide")
    (finding,) = office.findings(eprescription)
    assert "id_token" in finding.received
    assert "Joignez l'access_token" in finding.remedy


def test_without_tls_the_token_passes_and_the_missing_certificate_is_told(office: Office, api: Api) -> None:
    answer = office.call(api, office.token(api.name), tls=False)
    assert answer.status_code == 200, answer.text
    assert f"{api.prefix}-API-CLAIR" in {finding.check_id for finding in office.findings(api)}
    assert office.shown(api).bound is False


@pytest.mark.parametrize("variant", ["expired", "revoked", "wrongca"])
def test_a_bad_certificate_opens_nothing(office: Office, api: Api, variant: str) -> None:
    answer = office.call(api, office.token(api.name), office.mtls(variant=variant))
    assert answer.status_code != 200
    assert len(office.findings(api)) == 1


def test_no_certificate_opens_nothing(office: Office, api: Api) -> None:
    token = office.token(api.name)
    assert api.told(office.call(api, token, office.psc.http)) == api.refusal


@pytest.mark.parametrize("kind", ["refresh_token", "id_token"])
def test_the_other_tokens_of_the_exchange_open_nothing(office: Office, api: Api, kind: str) -> None:
    name, value = api.require
    office.tenant.option(**{name.replace(".", "__"): value})
    assert api.told(office.call(api, office.exchange(api.name)[kind])) == api.refusal


def test_a_token_that_was_tampered_with_opens_nothing(office: Office, api: Api) -> None:
    head, claims, signature = office.token(api.name).split(".")
    other = office.token(_another(api)).split(".")[1]
    for forged in (f"{head}.{other}.{signature}", f"{head}.{claims}.", f"{head}.{claims}.{signature[::-1]}"):
        assert api.told(office.call(api, forged)) == api.refusal


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "x", "iat": 1, "exp": 10**400},
        {"aud": ["insi", "dmp", "eprescription"], "iat": True, "exp": None},
        {"aud": {"insi": 1}, "iat": 10**20, "exp": 10**20},
        {"aud": [], "azp": {"a": "b"}, "typ": 7},
        {"aud": None, "scope": ["insi"], "SubjectNameID": TITULAIRE, "active": True},
    ],
)
def test_a_token_that_nobody_signed_is_refused_whatever_it_says(
    office: Office, api: Api, claims: dict[str, object]
) -> None:
    name, value = api.require
    office.tenant.option(**{name.replace(".", "__"): value})
    encoded = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    header = base64.urlsafe_b64encode(b'{"alg": "none"}').rstrip(b"=").decode()
    for forged in (f"{header}.{encoded}.", f"{header}.{encoded}.AAAA"):
        assert api.told(office.call(api, forged)) == api.refusal
    assert {finding.check_id[: len(api.prefix) + 5] for finding in office.findings(api)} == {f"{api.prefix}-API-"}


def test_a_certificate_leads_to_its_session_where_a_token_of_another_opens_nothing(office: Office, api: Api) -> None:
    """At an address that names no session the certificate goes before the token."""
    other = office.beside()
    kind, name = "psc-client", other.tenant.name
    mine = office.connections.client(office.runner.issue(kind, session=name))
    default = Office(office.runner, office.connections, office.dmp_doors, Tenant(office.runner, "default"))
    answer = default.call(api, office.token(api.name), mine)
    assert api.told(answer) == api.refusal, answer.text
    assert other.shown(api).trouble is Trouble.OF_SESSION
    assert office.tenant.name in other.findings(api)[-1].received


def test_an_api_token_is_no_key_to_another_api_by_any_exchange(office: Office, api: Api) -> None:
    chained = office.psc.exchange_for_api(office.mtls(), office.token(_another(api)), api.name)
    assert chained.status_code == 400


def test_a_token_of_everything_the_client_is_enrolled_for_opens_each_api(office: Office) -> None:
    token = office.token("api-psc")
    assert [office.call(api, token).status_code for api in APIS.values()] == [200, 200, 200]


# --- the end of the log-in that a token stems from --------------------------------------------------------------------


def _logged_out(office: Office, told: dict[str, Any]) -> None:
    """The person leaves by another software that has tokens of the same log-in: here, the exchanged ID token."""
    office.psc.logout(told)


def _ended_by_control(office: Office, told: dict[str, Any]) -> None:
    office.psc.resource("sessions", "DELETE", tail=told["session_state"])


def _revoked(office: Office, told: dict[str, Any]) -> None:
    form = {"client_id": "lgo-mtls", "token": told["refresh_token"]}
    assert office.mtls().post(office.psc.protocol("revoke"), data=form).status_code == 200


def _aged(office: Office, told: dict[str, Any]) -> None:
    refresh, http = told["refresh_token"], office.mtls()
    for _ in range(9):
        office.tenant.move(minutes=26)
        form = {"client_id": "lgo-mtls", "grant_type": "refresh_token", "refresh_token": refresh}
        refresh = http.post(office.psc.protocol("token"), data=form).json()["refresh_token"]
    office.tenant.move(minutes=7)


ENDS: dict[str, tuple[Callable[[Office, dict[str, Any]], None], str]] = {
    "logout": (_logged_out, "déconnexion demandée par lgo-mtls"),
    "control": (_ended_by_control, "fermée par l'API de contrôle"),
    "revocation": (_revoked, "refresh_token révoqué par lgo-mtls"),
    "age": (_aged, "au bout de 4 h"),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_token_serves_no_longer_than_the_log_in_that_it_stems_from(office: Office, api: Api, end: str) -> None:
    act, how = ENDS[end]
    login = office.psc.mtls_tokens(office.mtls())
    asked = {"audience": None, "scope": None}
    told = office.psc.exchange_for_api(office.mtls(), login["access_token"], api.name, **asked).json()
    assert office.call(api, told["access_token"]).status_code == 200
    act(office, login)
    assert api.told(office.call(api, told["access_token"])) == api.refusal
    (finding,) = office.findings(api)
    assert finding.check_id == f"{api.prefix}-API-FIN"
    assert how in finding.received
    assert "il y a" in finding.received
    assert office.psc.verdict("EXI-RIE-PS-13") is Verdict.FAIL


def test_introspection_says_of_it_what_it_says_of_any_dead_token(office: Office) -> None:
    told = office.exchange("insi")
    office.psc.resource("sessions", "DELETE", tail=told["session_state"])
    for token in (told["access_token"], told["refresh_token"]):
        form, auth = {"token": token}, ("insi", "secret-insi")
        answer = office.psc.http.post(office.psc.api("token/introspect", "insi"), data=form, auth=auth)
        assert answer.json() == {"active": False}


def test_it_is_not_refreshed_either_and_the_refusal_says_when_and_how_the_log_in_ended(office: Office) -> None:
    told = office.exchange("insi")
    office.psc.resource("sessions", "DELETE", tail=told["session_state"])
    form = {"grant_type": "refresh_token", "client_id": "lgo-mtls", "refresh_token": told["refresh_token"]}
    answer = office.mtls().post(office.psc.api("token", "insi"), data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert "fermée par l'API de contrôle" in office.psc.findings()[-1].received


def test_a_log_in_that_is_refreshed_keeps_its_api_token_alive(office: Office, api: Api) -> None:
    login = office.psc.mtls_tokens(office.mtls())
    asked = {"audience": None, "scope": None}
    told = office.psc.exchange_for_api(office.mtls(), login["access_token"], api.name, **asked).json()
    for _ in range(2):
        office.tenant.move(minutes=20)
        form = {"client_id": "lgo-mtls", "grant_type": "refresh_token", "refresh_token": login["refresh_token"]}
        login = office.mtls().post(office.psc.protocol("token"), data=form).json()
    office.call(api, told["access_token"])
    assert office.shown(api).trouble is Trouble.NONE


def test_after_the_log_in_another_one_gives_a_token_that_serves(office: Office, api: Api) -> None:
    first = office.exchange(api.name)
    office.psc.resource("sessions", "DELETE", tail=first["session_state"])
    assert office.call(api, office.token(api.name)).status_code == 200


def test_a_session_reset_kills_its_tokens(office: Office, api: Api) -> None:
    token = office.token(api.name)
    assert office.call(api, token).status_code == 200
    runner, name = office.runner, office.tenant.name
    runner.settle(office.tenant.do(lambda session: session))
    runner.do(lambda: runner.launcher.sandbox.sessions.reset(name))
    assert api.told(office.call(api, token)) == api.refusal


def test_a_refreshed_token_opens_the_api_as_the_first_did(office: Office, api: Api) -> None:
    told = office.exchange(api.name)
    form = {"grant_type": "refresh_token", "client_id": "lgo-mtls", "refresh_token": told["refresh_token"]}
    fresh = office.mtls().post(office.psc.api("token", api.name), data=form).json()
    assert office.call(api, fresh["access_token"]).status_code == 200


def test_when_nobody_can_introspect_the_service_says_so_and_no_rule_is_broken(office: Office, api: Api) -> None:
    token = office.token(api.name)
    office.psc.fault(Fault("f1", "psc", FaultKind.STATUS, "503", "api-introspection"))
    answer = office.call(api, token)
    assert answer.status_code in (500, 503)
    refusal = office.exchanges(api)[-1].noted.get(Refusal)
    assert refusal is not None
    assert "psc" in refusal.remedy or "plus tard" in refusal.remedy
    assert office.shown(api).trouble is Trouble.UNTOLD
    assert api_check_ids(api.prefix).isdisjoint(finding.check_id for finding in office.findings(api))


# --- each service -----------------------------------------------------------------------------------------------------


def test_insi_knows_the_professional_by_the_token_and_says_that_the_transport_is_simulated(office: Office) -> None:
    insi = APIS["insi"]
    answer = office.call(insi, office.token("insi"))
    assert answer.headers["X-Simulation"] == "INSI-API-TRANSPORT-NON-PUBLIC"
    caller = office.exchanges(insi)[-1].noted.get(Authentication)
    assert caller is not None
    assert (caller.mode.value, caller.caller, caller.common_name) == ("jeton d'API", TITULAIRE, "lgo.sandbox.test")


def test_insi_refuses_a_person_of_whom_this_session_knows_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    insi, token = APIS["insi"], office.token("insi")
    people = office.tenant.do(lambda session: session.people)
    monkeypatch.setattr(type(people), "professional", lambda _self, _number: None)
    assert insi.told(office.call(insi, token)) == insi.refusal
    (finding,) = office.findings(insi)
    assert (TITULAIRE in finding.received, "Connectez" in finding.remedy) == (True, True)


@pytest.mark.parametrize(("named", "status"), [(TITULAIRE, 200), ("899700090022", 500)])
def test_insi_refuses_an_assertion_of_somebody_else_beside_the_token(office: Office, named: str, status: int) -> None:
    insi, bearer = APIS["insi"], f"Bearer {office.token('insi')}"
    body = with_security(REQUEST, assertion(named, qualifier="PSC")).encode()
    headers = {"content-type": "application/soap+xml; charset=utf-8", "authorization": bearer}
    answer = office.mtls().post(office.tenant.url("insi") + "/lps", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert [named in one.received and TITULAIRE in one.expected for one in office.findings(insi)] == (
        [] if status == 200 else [True]
    )


@pytest.mark.parametrize("signed", [True, False])
def test_the_dmp_takes_a_vihf_that_nobody_signed_under_a_token_and_says_so(office: Office, signed: bool) -> None:
    signer = office.certificate("org-sign") if signed else None
    bearer = {"Authorization": f"Bearer {office.token('dmp')}"}
    assert send_vihf(office, office.mtls(), bearer, True, office.vihf(signed_by=signer)).status_code == 200
    told = [finding.check_id for finding in office.findings(APIS["dmp"])]
    assert told == ([] if signed else ["DMP-VIHF-UNSIGNED"])
    for finding in office.findings(APIS["dmp"]):
        assert "jeton d'API" in finding.received
        assert "org-sign" in finding.remedy
        assert "la carte." not in finding.remedy


@pytest.mark.parametrize(
    ("changes", "received"),
    [
        ({"mode": "DIRECTE"}, "DIRECTE"),
        ({"who": "adjoint"}, "899700090022"),
        ({"structure": "10B0990025"}, "10B0990025"),
    ],
)
def test_the_dmp_refuses_a_vihf_that_contradicts_token_or_certificate(
    office: Office, changes: dict[str, str], received: str
) -> None:
    given = {**changes, **({"who": office.dmp.persona(changes["who"])} if "who" in changes else {})}
    bearer = {"Authorization": f"Bearer {office.token('dmp')}"}
    answer = send_vihf(office, office.mtls(), bearer, True, office.vihf(**given))
    assert answer.status_code == 500
    refusal = office.exchanges(APIS["dmp"])[-1].noted.get(Refusal)
    assert refusal is not None
    assert received in refusal.received
    assert office.findings(APIS["dmp"])


def test_the_dmp_refuses_a_wrong_signature_under_a_token_too(office: Office) -> None:
    bearer = {"Authorization": f"Bearer {office.token('dmp')}"}
    vihf = office.vihf(signed_by=office.runner.issue("org-sign", variant="revoked"))
    assert send_vihf(office, office.mtls(), bearer, True, vihf).status_code == 500


@pytest.mark.parametrize(
    ("header", "status"),
    [("", 200), ("1.2.250.1.71.4.2.2|10B0990017", 200), ("1.2.250.1.71.4.2.2|10B0990099", 403)],
)
def test_the_structure_of_the_certificate_is_that_of_the_call(office: Office, header: str, status: int) -> None:
    eprescription = APIS["eprescription"]
    named = {"X-Structure": header} if header else {}
    bearer = {"Authorization": f"Bearer {office.token('eprescription')}", **named}
    answer = eprescription.send(office, office.mtls(), bearer, True)
    assert answer.status_code == status, answer.text


def test_the_structure_of_the_certificate_is_one_where_the_professional_works(office: Office) -> None:
    office.psc.resource(
        "clients",
        "POST",
        {
            "client_id": "lgo-mtls",
            "space": "confiance",
            "redirect_uris": ["http://127.0.0.1:8765/callback"],
            "certificate_cn": "lgo.sandbox.test",
            "api_scopes": ["eprescription"],
        },
    )
    cabinet = office.mtls(who="cabinet")
    token = office.psc.mtls_tokens(cabinet)["access_token"]
    told = office.psc.exchange_for_api(cabinet, token, "eprescription", audience=None, scope=None).json()
    eprescription = APIS["eprescription"]
    answer = office.call(eprescription, told["access_token"], cabinet)
    assert eprescription.told(answer) == (403, "structure-du-certificat")
    (finding,) = office.findings(eprescription)
    assert "OU=10B0990017" in finding.expected


# --- the ways that were there -----------------------------------------------------------------------------------------


def test_a_token_of_pro_sante_connect_still_opens_the_ordonnance_numerique(office: Office) -> None:
    eprescription = APIS["eprescription"]
    bearer = {"Authorization": f"Bearer {office.psc_token()}", "X-Structure": "1.2.250.1.71.4.2.2|10B0990017"}
    assert eprescription.send(office, office.mtls(), bearer, True).status_code == 200


def test_the_certificate_of_the_organisation_still_opens_insi(office: Office) -> None:
    assert office.call(APIS["insi"], None, office.mtls("org-auth")).status_code == 200


def test_a_signed_vihf_still_opens_the_dmp(office: Office) -> None:
    vihf = office.vihf(mode="INDIRECTE", signed_by=office.certificate("org-sign"))
    assert send_vihf(office, office.mtls("org-auth"), {}, True, vihf).status_code == 200


def test_a_service_of_another_process_introspects_over_http(
    office: Office, with_apis: Runner, dmp_doors: DmpDoors, connections: Connections, tmp_path: Path
) -> None:
    where = {"psc": with_apis.launcher.sandbox.addresses.root("psc", tls=False)}
    with running_in_background(tmp_path, "insi", service_urls=where) as alone:
        alone.do(lambda: alone.launcher.sandbox.sessions.create(office.tenant.name))
        there = Office(alone, connections, dmp_doors, Tenant(alone, office.tenant.name))
        insi, token = APIS["insi"], office.token("insi")
        assert there.call(insi, token).status_code == 200
        assert there.shown(insi).person == TITULAIRE
        assert insi.told(there.call(insi, token, there.mtls("org-auth"))) == insi.refusal
    asked = [one.operation for one in office.tenant.exchanges() if one.operation == "api-introspection"]
    assert len(asked) == 2
