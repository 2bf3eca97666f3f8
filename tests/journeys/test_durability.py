"""What was acknowledged survives ``kill -9``: a DMP deposit, a mail, a dispensing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from lgo_client.environment import Environment
from lgo_client.journeys.officine_day import play

from .conftest import Silent

READY_SECONDS = 60


@contextmanager
def _server(state: Path, ready: Path) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, object]]]:
    ready.unlink(missing_ok=True)
    command = [str(Path(sys.executable).with_name("lgo-sandbox")), "up", "--port-base", "0"]
    process = subprocess.Popen(
        [*command, "--state", str(state), "--ready-file", str(ready)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not ready.exists():
            assert process.poll() is None, "the server ended before it was ready"
            assert time.monotonic() < deadline, "the server did not become ready"
            time.sleep(0.02)
        yield process, json.loads(ready.read_text(encoding="utf-8"))
    finally:
        process.kill()
        process.wait()


def test_a_deposit_a_mail_and_a_dispensing_survive_the_kill_of_the_process(tmp_path: Path) -> None:
    state, ready = tmp_path / "state", tmp_path / "ready.json"
    with _server(state, ready) as (process, document):
        told = play(Environment(document), Silent(), tmp_path / "evidence")
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert told.failure == ""
    patient = Environment(document).patient("martin-claire")
    with _server(state, ready) as (_, document):
        root = f"{document['control']}/_sandbox/v1"
        with httpx.Client(base_url=root, trust_env=False) as control:
            documents = control.get(f"/dmp/patients/{patient.matricule}").json()["documents"]
            mails = control.get(f"/mss/mailboxes/{patient.mailbox}").json()
            prescriptions = control.get("/eprescription/prescriptions").json()
    titles = {one["title"] for one in documents}
    assert {"Prescription de produits de santé", "Bilan médicamenteux (Officine)"} <= titles
    assert len(mails) == 1
    assert [one["etat"] for one in prescriptions if not one["situation"]] == ["EXECUTEE"]
