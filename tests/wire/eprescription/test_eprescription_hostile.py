"""Mutated bodies, paths and headers: never a 500, never an error without its explanation (the desk looks at that)."""

from __future__ import annotations

import json
import random
from typing import Any

import httpx
import pytest
from support.prescription_desk import Desk

from eprescription_mock.seeds import NUMBERS

SIMPLE = NUMBERS["OK-2"]
INS = "urn:oid:1.2.250.1.213.1.4.8|256036330091838"
CASES = 40
"""For each operation: a few seconds in all."""
MORE: Any = {
    "whenHandedOver": "2026-01-01",
    "subject": {"reference": "#p"},
    "contained": [{"resourceType": "Patient", "id": "p", "identifier": [{"value": "256036330091838"}]}],
    "daysSupply": {"value": 6, "code": "d"},
}
VALUES: list[Any] = [
    None, True, -1, 0, 10**40, 1e308, 0.1, "", " ", "\u0000", "\ud83d\ude00", "é" * 3000, "9999-12-31", "0001-01-01",
    "2026-02-30", [], {}, [[]], [None], {"": None}, {"value": {}}, "urn:oid:1.2.250.1.213.1.4.8", "2A" * 8, "\u202e",
]  # fmt: skip
OCTETS = [b"\x00", b"\xff", b"\\ud800", b"{", b"]", b'"', b"9" * 5000, b"[" * 300, b"e999", b"\xc3"]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def changed(value: Any, dice: random.Random) -> Any:
    """The value with one member replaced, dropped or doubled."""
    copy = json.loads(json.dumps(value))
    *way, last = dice.choice(places(copy)[1:])
    holder = copy
    for key in way:
        holder = holder[key]
    if dice.random() < 0.2:
        del holder[last]
    elif dice.random() < 0.1 and isinstance(holder, list):
        holder.append(holder[last])
    else:
        holder[last] = dice.choice(VALUES)
    return copy


def spoiled(body: bytes, dice: random.Random) -> bytes:
    """The octets with some replaced, inserted or cut."""
    at = dice.randrange(len(body))
    return dice.choice((body[:at] + dice.choice(OCTETS) + body[at + dice.randrange(3) :], body[:at], body[at:]))


def mutated(value: Any, dice: random.Random) -> bytes:
    for _ in range(dice.randrange(1, 4)):
        value = changed(value, dice) if len(places(value)) > 1 else value
    body = json.dumps(value).encode()
    return spoiled(body, dice) if dice.random() < 0.25 else body


@pytest.mark.parametrize("operation", ["EP4", "EP3", "EP2", "EP1", "EP6", "abandonner", "annuler-execution"])
def test_a_mutated_body_is_answered_or_refused(desk: Desk, operation: str) -> None:
    dice = random.Random(operation)
    secret = desk.secret(SIMPLE)
    right, path, who = {
        "EP4": (desk.order(desk.line("3400934306815"), desk.line("3400935955838")), "$ep4-enregistrer", "generaliste"),
        "EP3": (desk.asked(qrToken=f"EPU-SIMU:{SIMPLE}"), "$ep3-consulter", "titulaire"),
        "EP2": (desk.asked(patient=INS, statut="CREEE"), "$ep2-rechercher", "titulaire"),
        "EP6": (desk.asked(numeroFacture="F1"), f"{SIMPLE}/$ep6-facturer", "titulaire"),
        "EP1": (
            desk.order(desk.dispense(SIMPLE, 1, 1, "3400931587538", **MORE)),
            f"{SIMPLE}/$ep1-executer",
            "titulaire",
        ),
        "abandonner": (desk.asked(motif="patient"), f"{SIMPLE}/$abandonner", "titulaire"),
        "annuler-execution": (desk.asked(rien="x"), f"{SIMPLE}/$annuler-execution", "titulaire"),
    }[operation]
    for _ in range(CASES):
        answer = desk.post(path, mutated(right, dice), who, secret=secret, receipt=secret)
        assert answer.status_code < 500, answer.text
        assert answer.headers["x-simulation"]


def test_a_mutated_address_or_header_is_answered_or_refused(desk: Desk) -> None:
    dice = random.Random("adresse")
    pieces = [
        "$statut",
        "$ep1-executer",
        SIMPLE,
        "..",
        "%00",
        "%ff",
        "%2F",
        ";",
        "?secret=%",
        "?secret=%FF&secret",
        "é",
        "$",
        "",
    ]
    header = [
        b"",
        b"Bearer",
        b"Bearer \xff",
        b"Basic =",
        b"a" * 5000,
        b"1.2.250.1.71.4.2.2|",
        b"|",
        b"\xe9",
        b"a,b",
        b'";',
    ]
    for _ in range(CASES):
        path = "/".join(dice.choice(pieces) for _ in range(dice.randrange(1, 4)))
        right = desk.headers("titulaire") if dice.random() < 0.7 else {}
        odd = {name: dice.choice(header) for name in ("Authorization", "X-Structure", "X-Request-Id", "Content-Type")}
        sent = {name.encode(): value.encode() for name, value in right.items()}
        sent[dice.choice(list(odd)).encode()] = odd["X-Structure"]
        method = dice.choice(("GET", "POST", "PUT", "HEAD"))
        request = desk.http.build_request(method, httpx.URL(f"{desk.url}/{path}"), headers=sent, content=b"{}")
        answer = desk.http.send(request)
        assert answer.status_code < 500, (path, sent)
