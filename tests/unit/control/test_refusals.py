"""What the control API refuses is said in French: no word of Python or English reaches who reads it."""

from __future__ import annotations

import re

import httpx
import pytest

LONG = "é" * 300
FOREIGN = re.compile(r"(?<!\w)'|\bor\b|\bnot\b|\bInput\b|\bNone\b|\(s\)|\\x")


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("GET", "/sessions/inconnue", None, "session inconnue : « inconnue »"),
        ("GET", "/sixieme/saluts?session=zzz", None, "session inconnue : « zzz »"),
        ("POST", "/sessions", {"name": "Zut"}, "nom de session invalide : « Zut »"),
        ("POST", "/sessions", {"name": LONG}, "nom de session invalide : « ééé"),
        ("POST", "/sessions", {"options": {"zzz": "1"}}, "option inconnue : « zzz »"),
        ("POST", "/sessions", {"spec_versions": {"zzz": "1"}}, "service inconnu : « zzz »"),
        ("POST", "/faults", {"kind": "zzz"}, "kind : valeurs admises : delay, status"),
        ("POST", "/faults", {"kind": "reset", "service": "zzz"}, "service inconnu : « zzz »"),
        ("POST", "/faults", {"kind": "reset", "service": ""}, "service : 1 caractère au moins"),
        ("POST", "/faults", {"kind": "reset", "service": LONG}, "service : 128 caractères au plus"),
        (
            "POST",
            "/faults",
            {"kind": "reset", "service": "sixieme", "operation": "zzz"},
            "opération inconnue : « zzz »",
        ),
        ("POST", "/faults", {"kind": "named", "service": "sixieme", "value": "zzz"}, "panne nommée inconnue"),
        ("POST", "/faults", {"kind": "delay", "value": "zzz"}, "(reçu : « zzz »)"),
        ("POST", "/faults", {"kind": "reset", "times": True}, "times : un nombre est attendu"),
        ("POST", "/faults", {"kind": "delay", "value": True}, "value : un nombre est attendu"),
        ("DELETE", "/faults/zzz", None, "panne inconnue : « zzz »"),
        ("GET", "/report.xyz", None, "valeurs admises : json, xml, html ou txt"),
        ("GET", "/report.json?verdict=zzz", None, "valeurs admises : PASS, FAIL"),
        ("GET", "/exchanges/zzz", None, "échange inconnu : « zzz »"),
        ("GET", "/services/zzz", None, "service inconnu : « zzz »"),
        ("GET", "/zzz/rien", None, "ni chemin de l'API, ni service : « zzz »"),
        ("GET", "/sixieme/zzz", None, "ne publie pas « zzz »"),
        ("GET", "/pki/crl/zzz.crl", None, "autorité inconnue : « zzz »"),
        ("POST", "/pki/issue", {"kind": "cps-auth", "persona": "zzz"}, "personne ou structure inconnue : « zzz »"),
        ("POST", "/pki/issue", {"kind": "server", "common_name": "a/b"}, "ce certificat ne peut pas être émis"),
        ("PUT", "/declarations", {"zzz": "parce que"}, "exigence inconnue : « zzz »"),
        ("DELETE", "/listeners", None, "la session « default » n'a pas de ports à elle"),
        ("POST", "/clock", {}, "rien à régler : donnez by, to, freeze ou wire"),
        ("POST", "/clock", {"by": True}, "by : un nombre est attendu"),
        ("POST", "/clock", {"wire": "zzz"}, "wire : valeurs admises : real ou session"),
        ("POST", "/listeners", {"port_base": 9000}, "port_base : champ inconnu"),
        ("POST", "/sessions/default/reset", {"seed": "x"}, "seed : champ inconnu"),
    ],
)
async def test_a_refusal_is_french_and_names_the_value(
    api: httpx.AsyncClient, method: str, path: str, body: object, said: str
) -> None:
    answer = await api.request(method, path, json=body) if body is not None else await api.request(method, path)
    assert 400 <= answer.status_code < 500
    assert said in answer.json()["erreur"]
    assert not FOREIGN.findall(answer.json()["erreur"])
    assert len(answer.json()["erreur"]) < 500
