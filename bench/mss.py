"""Measures the MSSanté operator beside aiosmtpd and writes docs/performance-mss.md. Run: ``python bench/mss.py``.

CPU time of the server process only, journal on. The yardstick is aiosmtpd with STARTTLS, AUTH and a handler that does
nothing, under a certificate of the same size, in the same run: it neither parses, stores nor journals a mail. Nothing
here is asserted by tests. Linux only (/proc). aiosmtpd is a dependency of this measurement alone.
"""

from __future__ import annotations

import argparse
import contextlib
import imaplib
import os
import platform
import smtplib
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from measure import cpu_per_request, cpu_seconds, median_of, memory_mib, process, sandbox, wait_for
from run import free_port

RUNS = 3
MAILS = 200
CONNECTIONS = 60
MANY, BOX = 20_000, 10_000
IDLERS, IDLE_SECONDS = 200, 15
APPLICATION = "contact_auto@pharmacie-fontaine.mssante.fr"
REPORT = Path(__file__).parent.parent / "docs" / "performance-mss.md"
BODY = b"".join(b"Ligne %04d : un texte de compte rendu, comme on en lit tous les jours.\r\n" % n for n in range(138))
MAIL = (
    b"From: Contact <%(box)b>\r\nTo: <%(box)b>\r\nSubject: =?utf-8?q?R=C3=A9sultat?= du bilan\r\n"
    b"Date: Mon, 05 Jan 2026 10:00:00 +0100\r\nMessage-ID: <%(id)d.%(at)d@bench.mssante.fr>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n%(body)b"
)
SERIAL = count()

Row = tuple[str, str, str, str]
"""What was measured, the value, beside the yardstick, the aim."""

YARDSTICK = """
import ssl, sys, time
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

class Nothing:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"

tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
tls.load_cert_chain(sys.argv[2], sys.argv[3])
controller = Controller(
    Nothing(), hostname="127.0.0.1", port=int(sys.argv[1]), tls_context=tls, require_starttls=True,
    auth_required=True, authenticator=lambda *_: AuthResult(success=True),
)
controller.start()
while True:
    time.sleep(3600)
"""

FILL = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from lgo_sandbox.state.opening import open_store
from mss_mock.imap.deriving import derive
from mss_mock.store import New, Store
now = datetime(2026, 1, 5, 9, tzinfo=UTC)
db = open_store(next(Path(sys.argv[1]).glob("sessions/default/data*")))
store = Store(db, lambda: now, derive)
store.folders(sys.argv[2])
def mail(n):
    head = (b"From: =?utf-8?q?Ad=C3=A8le?= Martin <adele.martin@medecin.mssante.fr>\\r\\n"
            b"To: <%b>, autre@hopital.mssante.fr\\r\\nSubject: Bilan %06d du patient\\r\\n"
            b"Date: Mon, 05 Jan 2026 10:00:00 +0100\\r\\nMessage-ID: <%d@x.mssante.fr>\\r\\n"
            b"Content-Type: text/plain; charset=utf-8\\r\\n\\r\\n")
    return head % (sys.argv[2].encode(), n, n) + b"corps du message\\r\\n" * 40
for folder, count in (("INBOX", int(sys.argv[3])), ("Archive", int(sys.argv[4]))):
    for start in range(0, count, 500):
        store.add([New(sys.argv[2], mail(n), now, folder) for n in range(start, min(start + 500, count))])
"""


class Operator:
    """A running sandbox, and clients of its mail doors."""

    def __init__(self, pid: int, document: dict[str, Any]) -> None:
        self.pid = pid
        self.certificate = document["certificates"]["mss-app"]
        self.ca = document["ca"]
        self.smtp_port, self.imap_port = (int(document[door].rpartition(":")[2]) for door in ("smtp", "imap"))

    def tls(self) -> ssl.SSLContext:
        """Return a context with the certificate of the application."""
        context = ssl.create_default_context(cafile=self.ca)
        context.load_cert_chain(self.certificate["cert"], self.certificate["key"])
        return context

    def smtp(self, port: int = 0) -> smtplib.SMTP:
        """Return a connection that may send; of another server on a port."""
        client = smtplib.SMTP("localhost", port or self.smtp_port, local_hostname="bench.test")
        client.starttls(context=_trusting(self.tls()) if port else self.tls())
        client.login(APPLICATION, "x")
        return client

    def imap(self, folder: str = "") -> imaplib.IMAP4:
        """Return a connection that is logged in, and in a folder."""
        client = imaplib.IMAP4("localhost", self.imap_port)
        client.starttls(ssl_context=self.tls())
        client.login(APPLICATION, "x")
        if folder:
            client.select(folder)
        return client


def _trusting(context: ssl.SSLContext) -> ssl.SSLContext:
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@contextlib.contextmanager
def operator(root: Path, *, filled: bool) -> Iterator[Operator]:
    """Run a sandbox whose application mailbox is empty, or full."""
    state, ready = root / f"state-{filled}", root / f"ready-{filled}.json"
    command = sandbox(state, ready, "mss")
    if filled:
        with process(command):
            wait_for(ready)
        ready.unlink(missing_ok=True)
        subprocess.run([sys.executable, "-c", FILL, str(state), APPLICATION, str(MANY), str(BOX)], check=True)
    with process(command) as running:
        yield Operator(running.pid, wait_for(ready))


@contextlib.contextmanager
def yardstick(root: Path) -> Iterator[tuple[int, int]]:
    """Run aiosmtpd under a certificate of its own; give its process and its port."""
    port, cert, key = free_port(), root / "yardstick.pem", root / "yardstick.key"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    command = [sys.executable, "-c", YARDSTICK, str(port), str(cert), str(key)]
    with process(command) as running:
        while True:
            with contextlib.suppress(OSError):
                smtplib.SMTP("127.0.0.1", port, local_hostname="bench.test").quit()
                break
            time.sleep(0.05)
        yield running.pid, port


def send(client: smtplib.SMTP) -> None:
    """Send the mail of 10 KB."""
    mail = MAIL % {b"box": APPLICATION.encode(), b"id": next(SERIAL), b"at": os.getpid(), b"body": BODY}
    client.sendmail(APPLICATION, [APPLICATION], mail)


def side_by_side(acts: Mapping[int, Callable[[], object]], times: int) -> dict[int, float]:
    """Return the CPU milliseconds of an act of each process, the acts in turn: the machine is as busy for all."""
    for _ in range(max(times // 10, 2)):
        for act in acts.values():
            act()
    runs: dict[int, list[float]] = {pid: [] for pid in acts}
    for _ in range(RUNS):
        before = {pid: cpu_seconds(pid) for pid in acts}
        for _ in range(times):
            for act in acts.values():
                act()
        for pid, costs in runs.items():
            costs.append((cpu_seconds(pid) - before[pid]) / times * 1000)
    return {pid: statistics.median(costs) for pid, costs in runs.items()}


def submission(root: Path, empty: Operator, full: Operator) -> Iterator[Row]:
    """Measure a mail and a connection, ours and the yardstick's."""
    with yardstick(root) as (pid, port), contextlib.ExitStack() as stack:
        ports = {pid: (empty, port), empty.pid: (empty, 0), full.pid: (full, 0)}
        clients = {one: stack.enter_context(of.smtp(at)) for one, (of, at) in ports.items()}
        mails = side_by_side({one: partial(send, client) for one, client in clients.items()}, MAILS)
        opened = side_by_side({one: partial(_opened, of, at) for one, (of, at) in ports.items()}, CONNECTIONS)
    plain, bare = mails[pid], opened[pid]
    yield "aiosmtpd: a mail of 10 KB, nothing done with it", _ms(plain), "1.0", ""
    for name, one in (("an empty", empty), (f"a {MANY}-mail", full)):
        mail = mails[one.pid]
        yield f"a mail of 10 KB accepted, stored, visible, in {name} box", _ms(mail), f"{mail / plain:.1f}", "≤ 2"
    yield "aiosmtpd: a connection with STARTTLS and AUTH", _ms(bare), "1.0", ""
    smtp = opened[empty.pid]
    yield "SMTP connection with STARTTLS and AUTH", _ms(smtp), f"{smtp / bare:.1f}", "≤ 5 ms"
    imap = median_of(RUNS, lambda: cpu_per_request(empty.pid, CONNECTIONS, lambda: empty.imap().logout()))
    yield "IMAP connection with STARTTLS and login", _ms(imap), f"{imap / bare:.1f}", "≤ 5 ms"


def _opened(one: Operator, port: int) -> None:
    one.smtp(port).quit()


def reading(full: Operator) -> Iterator[Row]:
    """Measure what a mail program asks of a large folder."""
    client = full.imap("Archive")
    asked: list[tuple[str, int, Callable[[], object], str]] = [
        (f"SELECT of {BOX} mails", 20, lambda: client.select("Archive"), "≤ 20 ms"),
        (f"SELECT of {MANY} mails", 20, lambda: client.select("INBOX"), "≤ 20 ms"),
        (f"STATUS of {MANY} mails", 20, lambda: client.status("INBOX", "(MESSAGES UNSEEN UIDNEXT)"), ""),
    ]
    for name, times, act, aim in asked:
        yield name, _ms(_cost(full, times, act)), "", aim
    client.select("Archive")
    searches = ("FROM adele", "SUBJECT 009999", "HEADER Message-ID 5000@x", "SUBJECT introuvable", "TEXT corps")
    for key in searches:
        cost = _cost(full, 8, lambda key=key: client.search(None, f"({key})"))  # type: ignore[misc]
        yield f"SEARCH {key} in {BOX}", _ms(cost), "", "≤ 100 ms" if not key.startswith("TEXT") else ""
    for items, aim in (
        ("ENVELOPE", "≤ 500 ms"),
        ("(UID FLAGS)", ""),
        ("(BODYSTRUCTURE)", ""),
        ("BODY.PEEK[HEADER]", ""),
    ):
        cost = _cost(full, 3, lambda items=items: client.fetch("1:*", items))  # type: ignore[misc]
        yield f"FETCH 1:* {items} of {BOX}", _ms(cost), "", aim
    client.logout()


def _cost(one: Operator, times: int, act: Callable[[], object]) -> float:
    act()
    return float(median_of(RUNS, lambda: cpu_per_request(one.pid, times, act)))


def idling(empty: Operator) -> Iterator[Row]:
    """Measure connections that idle."""
    clients = [empty.imap("INBOX") for _ in range(IDLERS)]
    for client in clients:
        client.send(b"z IDLE\r\n")
        client.readline()
    before = cpu_seconds(empty.pid)
    time.sleep(IDLE_SECONDS)
    idle = (cpu_seconds(empty.pid) - before) / IDLE_SECONDS
    yield f"{IDLERS} idle connections: share of a CPU", f"{idle:.1%}", "", "≤ 1 %"
    before = cpu_seconds(empty.pid)
    with empty.smtp() as sender:
        for _ in range(10):
            send(sender)
    for client in clients:
        while b"EXISTS" not in client.readline():
            pass
    told = (cpu_seconds(empty.pid) - before) / 10 * 1000
    yield f"a mail told to {IDLERS} idle connections", _ms(told), "", ""
    yield "memory of the process then", f"{memory_mib(empty.pid):.0f} MiB", "", ""
    for client in clients:
        client.shutdown()


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.2f} ms"


def measured(parts: frozenset[str]) -> Iterator[Row]:
    """Measure the parts that are asked for."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        root = Path(folder)
        empty = stack.enter_context(operator(root, filled=False))
        full = stack.enter_context(operator(root, filled=True)) if parts & {"submission", "reading"} else empty
        if "submission" in parts:
            yield from submission(root, empty, full)
        if "reading" in parts:
            yield from reading(full)
        if "idling" in parts:
            yield from idling(empty)


PARTS = ("submission", "reading", "idling")

HEADER = """# Performance of the MSSanté operator

Measured by `python bench/mss.py` ({machine}, Python {python}); the page is written by that command. CPU time of the
server process, journal on, medians; the client's is not counted. The yardstick is aiosmtpd with STARTTLS, AUTH and a
handler that does nothing, in the same run: it neither parses, checks, stores nor journals a mail. Nothing in the tests
depends on these numbers. The machine had {cores} cores and a load of {load:.0f}: on one that is busy an act costs up
to twice the CPU time, the yardstick's too, so that ratios are what can be compared between runs.

| what | CPU | times the yardstick | aim |
|---|---|---|---|
"""


REMAINS = """
## What remains

A mail is parsed twice: for what commands need of it, before it is acknowledged, and for the checks, after. It is
written twice, to the mailbox and to the journal. Of a connection more than half is the TLS handshake: our client shows
the certificate of its structure, whose chain is verified, the yardstick's does not. A search of texts (`BODY`, `TEXT`)
reads the decoded text of every message that its other keys let through.
"""


def main() -> None:
    """Measure, print, and write the page when everything was measured."""
    parser = argparse.ArgumentParser(description="Measures the MSSanté operator.")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; all by default")
    parts = frozenset(parser.parse_args().parts or PARTS)
    lines = []
    for row in measured(parts):
        lines.append("| " + " | ".join(row) + " |")
        print(lines[-1], flush=True)
    if parts == frozenset(PARTS):
        machine = {"machine": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[2]}
        header = HEADER.format(**machine, python=platform.python_version())
        REPORT.write_text(header + "\n".join(lines) + "\n" + REMAINS, encoding="utf-8")


if __name__ == "__main__":
    main()
