"""What was acknowledged survives: a kill, a store that cannot be written, a second process on the same state."""

from __future__ import annotations

import json
import os
import smtplib
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Event

import httpx
import pytest
from support.dmp_desk import Desk, desk_of
from support.dmp_lots import cda
from support.plain import NO_TLS
from support.process import SandboxProcess, environment

from lgo_client.environment import Environment
from lgo_client.existing import entry_of_document
from lgo_client.journeys.officine_day import play
from lgo_sandbox.state.opening import open_store
from mss_mock.imap.deriving import derive
from mss_mock.store import Store
from mss_mock.wire.mail import subject_of

from .conftest import Silent

PHARMACY = "contact@pharmacie-fontaine.mssante.fr"
APPLICATION = "contact_auto@pharmacie-fontaine.mssante.fr"
UP = [str(Path(sys.executable).with_name("lgo-sandbox")), "up"]


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold the write locks of the default session, as a stranger's program does."""
    with ExitStack() as stack:
        for path in (state / "sessions" / "default").glob("*.sqlite"):
            held = stack.enter_context(closing(sqlite3.connect(path, timeout=30)))
            held.execute("BEGIN IMMEDIATE")
        yield


def control(process: SandboxProcess) -> httpx.Client:
    return httpx.Client(base_url=f"{process.ready['control']}/_sandbox/v1", trust_env=False, verify=NO_TLS, timeout=60)


def test_a_deposit_a_mail_and_a_dispensing_survive_the_kill_of_the_process(tmp_path: Path) -> None:
    with SandboxProcess(tmp_path / "state") as process:
        told = play(Environment(process.ready), Silent(), tmp_path / "evidence")
        process.kill()
    assert told.failure == ""
    with SandboxProcess(tmp_path / "state") as process, control(process) as asking:
        patient = Environment(process.ready).patient("martin-claire")
        documents = asking.get(f"/dmp/patients/{patient.matricule}").json()["documents"]
        mails = asking.get(f"/mss/mailboxes/{patient.mailbox}").json()
        prescriptions = asking.get("/eprescription/prescriptions").json()
    titles = {one["title"] for one in documents}
    assert {"Prescription de produits de santé", "Bilan médicamenteux (Officine)"} <= titles
    assert len(mails) == 1
    assert [one["etat"] for one in prescriptions if not one["situation"]] == ["EXECUTEE"]


FEEDS_BEFORE_KILL = int(os.environ.get("LGO_SANDBOX_FEEDS", "12"))
"""How many feeds are acknowledged before the kill, while others are on their way; 1000 plays the long form."""


def test_what_the_dmp_acknowledged_survives_a_kill_during_feeds(tmp_path: Path) -> None:
    enough, acknowledged = Event(), list[str]()

    def feed(desk: Desk) -> None:
        """Feed until the sandbox is dead."""
        patient = desk.environment.patient("martin-claire")
        with suppress(httpx.HTTPError):
            while True:
                content = cda(patient.matricule)
                entry = entry_of_document(content, desk.writer.structure, desk.workplace.oid())
                desk.feed(entry, content)
                acknowledged.append(entry.unique_id)
                if len(acknowledged) >= FEEDS_BEFORE_KILL:
                    enough.set()

    with SandboxProcess(tmp_path / "state", "control", "dmp") as process, ExitStack() as stack:
        made = Environment(process.ready)
        desks = [stack.enter_context(desk_of(made)) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            feeding = [pool.submit(feed, desk) for desk in desks]
            assert enough.wait(300)
            process.kill()
            for one in feeding:
                one.result()
    with SandboxProcess(tmp_path / "state", "control", "dmp") as process, control(process) as asking:
        kept = {one["unique_id"] for one in asking.get("/dmp/documents").json()}
        last = acknowledged[-1]
        assert asking.get(f"/dmp/documents/{last}/content").status_code == 200
    assert len(acknowledged) >= FEEDS_BEFORE_KILL
    assert set(acknowledged) <= kept


MAILS_BEFORE_KILL = int(os.environ.get("LGO_SANDBOX_MAILS", "25"))
"""How many mails are accepted before the kill, while others are on their way; 1000 plays the long form."""


def test_a_mail_that_was_accepted_is_there_once_after_a_kill_under_load(tmp_path: Path) -> None:
    enough, accepted = Event(), list[str]()

    def send(process: SandboxProcess, sender: int) -> None:
        """Send until the sandbox is dead."""
        with suppress(smtplib.SMTPException, OSError):
            with application(process) as smtp:
                for number in count():
                    name = f"{sender}-{number}"
                    smtp.sendmail(APPLICATION, [PHARMACY], f"Subject: {name}\r\n\r\ncorps".encode())
                    accepted.append(name)
                    if len(accepted) >= MAILS_BEFORE_KILL:
                        enough.set()

    with SandboxProcess(tmp_path / "state", "control", "mss") as process, ThreadPoolExecutor(3) as pool:
        sending = [pool.submit(send, process, sender) for sender in range(3)]
        assert enough.wait(300)
        process.kill()
        for one in sending:
            one.result()
    with closing(open_store(tmp_path / "state" / "sessions" / "default" / "data.sqlite")) as db:
        store = Store(db, lambda: datetime(2026, 1, 5, tzinfo=UTC), derive)
        rows = store.messages(store.folder(PHARMACY, "INBOX").id)
        kept = [subject_of(store.octets(row.content_id)) for row in rows]
    assert len(kept) == len(set(kept))
    assert set(accepted) <= set(kept)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A process that serves some services of its state, and leaves room for another one."""
    with SandboxProcess(tmp_path_factory.mktemp("serving") / "state", "control", "insi", "mss") as one:
        yield one


def test_what_a_locked_store_refuses_is_said_and_what_it_took_is_there_when_it_is_free(process: SandboxProcess) -> None:
    with control(process) as asking:
        assert asking.post("/markers", json={"name": "avant"}).status_code == 201
        with locked(process.state):
            refused = asking.post("/markers", json={"name": "pendant"})
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            assert "est verrouillé par un autre programme" in refused.json()["erreur"]
            with pytest.raises(smtplib.SMTPDataError, match=r"451, .*4\.3\.0.*data\.sqlite"):
                send_mail(process)
            asking.get("/exchanges")
            health = asking.get("/health").json()
            assert (health["status"], health["troubles"][0]["what"]) == ("degraded", "journal")
        send_mail(process)
        assert asking.post("/markers", json={"name": "après"}).status_code == 201
        assert [marker["name"] for marker in asking.get("/markers").json()] == ["avant", "après"]
        waited(asking)
        mails = [one["status"] for one in asking.get("/exchanges?service=mss").json()["exchanges"]]
        assert (451 in mails, 250 in mails) == (True, True)
        assert asking.get("/health").json()["status"] == "ok"


def waited(asking: httpx.Client) -> None:
    """Wait until nothing waits any more."""
    while asking.get("/health").json()["waiting"]:
        asking.get("/exchanges", params={"wait": 0.2, "after": 10_000})


def send_mail(process: SandboxProcess) -> None:
    """Send a mail from the software's mailbox to the pharmacy's."""
    with application(process) as smtp:
        smtp.sendmail(APPLICATION, [PHARMACY], b"Subject: x\r\n\r\ncorps")


@contextmanager
def application(process: SandboxProcess) -> Iterator[smtplib.SMTP]:
    """Give a connection of the software's mailbox."""
    entry = process.ready["certificates"]["mss-app"]
    host, _, port = process.ready["smtp"].rpartition(":")
    tls = ssl.create_default_context(cafile=process.ready["ca"])
    tls.load_cert_chain(entry["cert"], entry["key"])
    with smtplib.SMTP(host, int(port), timeout=60) as smtp:
        smtp.starttls(context=tls)
        smtp.login(APPLICATION, "x")
        yield smtp


def test_sigterm_ends_a_sandbox_whose_store_is_locked(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with SandboxProcess(state, "control", "insi") as process, control(process) as asking, locked(state):
        httpx.get(f"{process.ready['services']['insi']['http']}/x", trust_env=False, verify=NO_TLS)
        asking.post("/markers", json={"name": "pendant"})
        assert process.stop()[0] == 0
        assert "ne sont pas au journal" in process.words()


def test_a_second_process_is_told_who_serves_the_state_and_the_first_goes_on(process: SandboxProcess) -> None:
    with control(process) as asking:
        ready = process.state / "ready.json"
        before = ready.read_bytes()
        second = subprocess.run(
            [*UP, "insi", "--port-base", "0", "--state", str(process.state)],
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
        )
        assert second.returncode == 2
        assert f"déjà servi par le processus {process.pid} ; contrôle : {process.ready['control']}" in second.stderr
        assert ready.read_bytes() == before
        with SandboxProcess(process.state, "psc") as other:
            assert httpx.get(other.ready["services"]["psc"]["http"], trust_env=False, verify=NO_TLS).status_code < 500
        assert json.loads(ready.read_bytes())["control"] == process.ready["control"]
        assert asking.get("/health").json()["status"] == "ok"
