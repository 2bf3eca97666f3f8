"""Chaos, bounded and seeded: a sandbox is killed, locked, cut, stalled and stuffed while clients work.

    python -m support.chaos --seed 7 --rounds 20        from ``tests/``; ``make chaos`` does

What must hold: whatever was acknowledged is there afterwards; every answer that left is in the journal (but for the
tail that a kill may cost); memory is bounded; SIGTERM ends the process. Prints what was done and what was lost.
"""

from __future__ import annotations

import argparse
import random
import smtplib
import socket
import sqlite3
import ssl
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from health_documents.identifiers import OID_INS_NIR
from lgo_client.clock import Workplace
from lgo_client.environment import Environment
from lgo_client.insi import Claim, Insi, Matricule, Product, Traits
from lgo_client.transport import tls_context
from support.plain import NO_TLS
from support.process import SandboxProcess

__all__ = ["Outcome", "play"]

MAILBOX = "contact_auto@pharmacie-fontaine.mssante.fr"
RECIPIENT = "isabelle.delorme@medecin.mssante.fr"
KINDS = ("mail", "marker", "deposit")
MIB = 1024 * 1024
ROOM = 160 * MIB
"""How much above its first size the process may stand at the end: allocators give back late."""
GROUP_SECONDS = 0.5
"""After which an acknowledged exchange must have been written with its group."""


@dataclass
class Outcome:
    """What was acknowledged, what of it is gone, and how the process behaved."""

    acknowledged: dict[str, set[str]] = field(
        default_factory=lambda: {"mail": set(), "marker": set(), "deposit": set()}
    )
    refused: int = 0
    refusals: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    unjournaled: list[str] = field(default_factory=list)
    grown: int = 0
    exit_code: int = 0
    exit_seconds: float = 0.0
    acts: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Tell whether nothing was lost and the process kept its bounds."""
        return not self.lost and not self.unjournaled and self.grown < ROOM and self.exit_code == 0

    def __str__(self) -> str:
        counts = ", ".join(f"{len(keys)} {kind}" for kind, keys in self.acknowledged.items())
        return "; ".join(
            (
                f"acknowledged: {counts}",
                f"refused: {self.refused} {sorted(self.refusals)[:4]}",
                f"lost: {len(self.lost)} {self.lost[:5]}",
                f"outside the journal: {len(self.unjournaled)} {self.unjournaled[:5]}",
                f"memory: +{self.grown // MIB} MiB",
                f"SIGTERM: exit code {self.exit_code} after {self.exit_seconds:.1f} s",
                " ".join(self.acts),
            )
        )


class Clients:
    """What clients do at one incarnation of the sandbox; each act is acknowledged, or refused, or breaks."""

    def __init__(self, ready: dict[str, Any], outcome: Outcome, chance: random.Random) -> None:
        self.environment = Environment(ready)
        self.outcome, self.chance = outcome, chance
        self.control = httpx.Client(
            base_url=f"{self.environment.control}/_sandbox/v1", trust_env=False, verify=NO_TLS, timeout=30
        )
        self._ready = ready
        self._http = httpx.Client(verify=self._showing("org-auth"), trust_env=False, timeout=30)
        product = Product("chaos", "1", self.environment.fact("idam"), "sender", "10B0990017")
        self._insi = Insi(self._http, self.environment.url("insi"), product, Workplace())
        self.answered: list[str] = []

    def _showing(self, name: str) -> ssl.SSLContext:
        certificate, context = self._ready["certificates"][name], tls_context(self.environment.ca)
        context.load_cert_chain(certificate["cert"], certificate["key"])
        return context

    def close(self) -> None:
        """Drop the connections."""
        self.control.close()
        self._http.close()

    def work(self) -> None:
        """Do one act, and keep it when it was acknowledged."""
        kind, act = self.chance.choice([("mail", self._mail), ("marker", self._marker), ("deposit", self._deposit)])
        key = f"{kind}-{self.chance.getrandbits(64):016x}"
        try:
            kept = act(key)
        except Exception as error:
            self.outcome.refused += 1
            self.outcome.refusals.add(f"{kind}: {error!r}"[:200])
        else:
            self.outcome.acknowledged[kind].add(kept)

    def _mail(self, key: str) -> str:
        host, port = self.environment.socket("smtp")
        message = (
            f"From: Officine <{MAILBOX}>\r\nTo: {RECIPIENT}\r\nSubject: essai\r\nMessage-ID: <{key}@chaos.test>\r\n"
            "X-MSS-NIL: SBX-LGO-000001\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"\r\n{key}\r\n"
        )
        context = self._showing("mss-app")
        with smtplib.SMTP(host, port, timeout=30) as server:
            server.starttls(context=context)
            server.login(MAILBOX, "inutile", initial_response_ok=True)
            server.sendmail(MAILBOX, [RECIPIENT], message.encode())
        return key

    def _marker(self, key: str) -> str:
        answer = self.control.post("/markers", json={"name": "essai", "subject": key})
        answer.raise_for_status()
        return key

    def _deposit(self, key: str) -> str:
        patient = self.environment.patient("martin-claire")
        traits = Traits(patient.birth_name, patient.first_names[:1], patient.sex, patient.birth_date)
        claim = Claim(Matricule(patient.matricule, OID_INS_NIR), traits, "1")
        number = self._insi.deposit([claim]).number
        self.answered.append(number)
        return number

    def found(self) -> dict[str, set[str]]:
        """Return what is there now."""
        mails = self.control.get(f"/mss/mailboxes/{RECIPIENT}").json()
        markers = self.control.get("/markers").json()
        return {
            "mail": {str(mail["message_id"]).strip("<>").partition("@")[0] for mail in mails},
            "marker": {marker["subject"] for marker in markers},
            "deposit": {number for number in self.outcome.acknowledged["deposit"] if self._is_kept(number)},
        }

    def _is_kept(self, number: str) -> bool:
        with suppress(Exception):
            self._insi.collect(number)
            return True
        return False

    def journaled_deposits(self) -> int:
        """Return how many deposits the journal knows as answered."""
        exchanges = self.control.get("/exchanges", params={"service": "insi", "limit": 1000}).json()["exchanges"]
        return sum(1 for one in exchanges if one["status"] == 200 and one["operation"] == "deposerVerificationsIns")


def lock_for_a_while(state: Path, seconds: float) -> None:
    """Hold the write lock of both stores, as a backup or a stranger's tool does."""
    for name in ("core", "data"):
        with closing(sqlite3.connect(state / "sessions" / "default" / f"{name}.sqlite", timeout=5)) as held:
            with suppress(sqlite3.OperationalError):
                held.execute("BEGIN IMMEDIATE")
                time.sleep(seconds)
                held.rollback()


def cut_request(ready: dict[str, Any]) -> None:
    """Send half a request and reset the connection."""
    with _connected(ready["services"]["insi"]["http"]) as sock:
        sock.sendall(b"POST /lps HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def slow_sender(ready: dict[str, Any]) -> None:
    """Open connections that say almost nothing, and leave them."""
    for _ in range(5):
        sock = socket.create_connection(_address(ready["services"]["dmp"]["http"]), 5)
        sock.sendall(b"POST /si-dmp-server/v2/services/registry HTTP/1.1\r\nHost: x\r\n")
        LEFT_OPEN.append(sock)


def big_bodies(ready: dict[str, Any], octets: int = 30 * MIB) -> None:
    """Send bodies that are refused."""
    with httpx.Client(trust_env=False, verify=NO_TLS, timeout=60) as http:
        for _ in range(3):
            with suppress(httpx.HTTPError):
                http.post(ready["services"]["dmp"]["http"] + "/ailleurs", content=b"x" * octets)


def broken_tls(ready: dict[str, Any]) -> None:
    """Shake hands without trusting the sandbox."""
    host, port = _address(ready["services"]["psc"]["https"])
    with suppress(OSError), socket.create_connection((host, port), 5) as sock:
        ssl.create_default_context().wrap_socket(sock, server_hostname=host)


LEFT_OPEN: list[socket.socket] = []


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return str(parts.hostname), int(parts.port or 0)


def _connected(url: str) -> socket.socket:
    return socket.create_connection(_address(url), 5)


def play(folder: Path, *, seed: int, rounds: int, acts: int = 12) -> Outcome:
    """Play some rounds: in each, clients work while something goes wrong, and every other one ends by a kill."""
    chance, outcome = random.Random(seed), Outcome()
    process = SandboxProcess(folder / "state")
    first = 0
    with process:
        for number in range(rounds):
            first = first or process.resident()
            clients = Clients(process.ready, outcome, chance)
            _round(process, clients, chance, acts)
            killed = number % 2 == 0 and number < rounds - 1
            if killed:
                process.kill()
                outcome.acts.append("kill")
                clients.close()
                process.start()
                clients = Clients(process.ready, outcome, chance)
            else:
                _check_journal(clients, outcome)
            _check(clients, outcome, number)
            clients.close()
        outcome.grown = process.resident() - first
        outcome.exit_code, outcome.exit_seconds = process.stop()
    for sock in LEFT_OPEN:
        sock.close()
    LEFT_OPEN.clear()
    return outcome


def _round(process: SandboxProcess, clients: Clients, chance: random.Random, acts: int) -> None:
    name, trouble = chance.choice(_troubles(process, clients))
    clients.outcome.acts.append(name)
    thread = threading.Thread(target=trouble)
    thread.start()
    for _ in range(acts):
        clients.work()
    thread.join()


def _troubles(process: SandboxProcess, clients: Clients) -> list[tuple[str, Callable[[], None]]]:
    ready = process.ready
    return [
        ("lock", lambda: lock_for_a_while(process.state, 0.5)),
        ("cut", lambda: cut_request(ready)),
        ("slow", lambda: slow_sender(ready)),
        ("bodies", lambda: big_bodies(ready)),
        ("tls", lambda: broken_tls(ready)),
        ("clock", lambda: _jump(clients)),
    ]


def _jump(clients: Clients) -> None:
    with suppress(httpx.HTTPError):
        clients.control.post("/clock", json={"by": 3600})


def _check(clients: Clients, outcome: Outcome, number: int) -> None:
    found = clients.found()
    for kind, keys in outcome.acknowledged.items():
        outcome.lost.extend(f"round {number}: {key}" for key in sorted(keys - found[kind]))


def _check_journal(clients: Clients, outcome: Outcome) -> None:
    """Every deposit that this incarnation answered is in the journal, once its group was written."""
    time.sleep(GROUP_SECONDS)
    missing = len(clients.answered) - clients.journaled_deposits()
    if missing > 0:
        outcome.unjournaled.append(f"{missing} of {len(clients.answered)} deposits")


def main() -> int:
    """Play, print the outcome, and return 0 when it is sound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--acts", type=int, default=25)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = play(Path(folder), seed=wanted.seed, rounds=wanted.rounds, acts=wanted.acts)
    print(outcome)
    return 0 if outcome.sound else 1


if __name__ == "__main__":
    sys.exit(main())
