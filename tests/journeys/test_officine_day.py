"""A pharmacy's day, end to end, over real sockets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from health_documents.cda.read.reader import read_document
from health_documents.xdm.write import read_xdm
from lgo_client.environment import Environment
from lgo_client.journeys.day import Auth
from lgo_client.journeys.officine_day import Told, play
from lgo_sandbox.run.pytest_plugin import SandboxServer, SandboxSession

from .conftest import Player, Silent

EVIDENCE = {
    "IHE_XDM.zip",
    "bilan.xml",
    "dmp-ordonnance-recue.xml",
    "etapes.json",
    "journal.jsonl",
    "mail-medecin.eml",
    "mail-patiente.eml",
    "mail-recu-medecin.eml",
    "ordonnance-qr.png",
    "ordonnance.pdf",
    "ordonnance.xml",
}


@dataclass(frozen=True)
class Day:
    """A day that was played once, for all tests that only look at it."""

    session: SandboxSession
    told: Told
    asked: Path
    """Where its evidence was to go."""
    elsewhere: int
    """How many exchanges the default session had meanwhile."""

    @property
    def folder(self) -> Path:
        """Its evidence."""
        return self.told.folder


@pytest.fixture(scope="module")
def day(lgo_sandbox: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    session = opened(lgo_sandbox)
    before = len(lgo_sandbox.control("GET", "/exchanges")["exchanges"])
    asked = tmp_path_factory.mktemp("evidence") / session.name
    told = play(Environment(session.ready), Silent(), asked)
    yield Day(session, told, asked, len(lgo_sandbox.control("GET", "/exchanges")["exchanges"]) - before)
    lgo_sandbox.control("DELETE", f"/sessions/{session.name}")


def opened(sandbox: SandboxServer, **options: str) -> SandboxSession:
    """Return a session with doors of its own; options by full name, ``__`` for the point."""
    named = {name.replace("__", "."): value for name, value in options.items()}
    ready = sandbox.control("POST", "/sessions", {"listeners": True, "options": named})
    return SandboxSession(ready["session"], ready, sandbox)


def test_the_day_succeeds_raises_no_finding_and_leaves_its_evidence(day: Day) -> None:
    assert day.told.failure == ""
    # The day tries to deliver twice: a refusal that is nobody's fault.
    assert [(found["check_id"], found["severity"]) for found in day.told.findings] == [("EPRESC-REFUS", "information")]
    assert [found for found in day.session.findings() if found["severity"] != "information"] == []
    assert {path.name for path in day.folder.iterdir()} >= EVIDENCE
    services = {exchange["service"] for exchange in day.told.exchanges}
    assert services == {"psc", "insi", "dmp", "eprescription", "mss"}


@pytest.mark.parametrize("profile", ["2023", "2026"])
def test_the_day_succeeds_with_another_pro_sante_connect(
    lgo_sandbox: SandboxServer, tmp_path: Path, profile: str
) -> None:
    session = opened(lgo_sandbox, psc__profile=profile, psc__environment="production")
    told = play(Environment(session.ready), Silent(), tmp_path / "evidence")
    found = [(one["check_id"], one["severity"]) for one in session.findings()]
    lgo_sandbox.control("DELETE", f"/sessions/{session.name}")
    assert (told.failure, found) == ("", [("EPRESC-REFUS", "information")])


def test_the_journal_lists_the_partners_of_the_ins_and_the_datamatrix_that_was_read(day: Day) -> None:
    lines = [json.loads(line) for line in (day.folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
    flows = [line["facts"]["InsFlow"] for line in lines if line["facts"].get("InsFlow", {}).get("carried")]
    partners = {partner for flow in flows for partner in flow["partners"]}
    assert "DMP" in partners
    assert {partner.partition("@")[2] for partner in partners - {"DMP"}} == {"medecin.mssante.fr", "patient.mssante.fr"}
    assert [flow["printed"] for flow in flows if flow["printed"]] == [[""]] * 3


def test_the_fetched_prescription_is_the_one_that_the_doctor_fed(day: Day) -> None:
    assert (day.folder / "dmp-ordonnance-recue.xml").read_bytes() == (day.folder / "ordonnance.xml").read_bytes()


def test_the_mailed_archive_holds_the_document_that_was_fed(day: Day) -> None:
    archive = read_xdm((day.folder / "IHE_XDM.zip").read_bytes())
    assert archive.problems == ()
    assert archive.entries[0].content == (day.folder / "bilan.xml").read_bytes()
    assert read_document((day.folder / "bilan.xml").read_bytes()).code.code == "56445-0"


def test_the_journal_is_exported_as_one_line_of_json_for_each_exchange(day: Day) -> None:
    lines = (day.folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [exchange["id"] for exchange in day.told.exchanges]


def test_the_evidence_folder_is_named_by_the_caller(day: Day) -> None:
    assert day.folder == day.asked


def test_a_session_is_reached_with_nothing_but_another_address_and_another_certificate(
    day: Day, lgo_sandbox: SandboxServer
) -> None:
    ready = day.session.ready
    urls = [url for service in ready["services"].values() for url in service.values()]
    assert not [url for url in urls if "/s/" in url]
    assert ready["certificates"]["org-auth"]["p12"] != lgo_sandbox.ready["certificates"]["org-auth"]["p12"]
    assert (day.told.failure, day.elsewhere) == ("", 0)


def test_a_failing_service_ends_the_day_with_its_reason(sandbox_session: SandboxSession, played: Player) -> None:
    sandbox_session.arm("status", 503, service="insi")
    told = played(sandbox_session)
    assert "INSi" in told.steps[-1].callee
    assert told.steps[-1].failed
    assert told.failure


@pytest.fixture
def other_session(lgo_sandbox: SandboxServer) -> SandboxSession:
    """A second session beside the first."""
    return opened(lgo_sandbox)


def test_two_sessions_play_the_day_at_once_and_do_not_see_each_other(
    sandbox_session: SandboxSession, other_session: SandboxSession, played: Player
) -> None:
    told: dict[str, Told] = {}

    def play_in(session: SandboxSession) -> None:
        told[session.name] = played(session)

    players = [threading.Thread(target=play_in, args=(session,)) for session in (sandbox_session, other_session)]
    for player in players:
        player.start()
    for player in players:
        player.join()
    assert [one.failure for one in told.values()] == ["", ""]
    for session in (sandbox_session, other_session):
        assert _documents(session) == 2
        assert _mails(session, "isabelle.delorme@medecin.mssante.fr") == 1
        assert _mails(session, str(_patient(session)["mailbox"])) == 1
        assert _executed(session) == 1


def test_a_certificate_alone_leads_to_its_session(sandbox_session: SandboxSession, lgo_sandbox: SandboxServer) -> None:
    from lgo_client.clock import Workplace
    from lgo_client.insi import Insi, Product, Traits
    from lgo_client.transport import http_client

    own, shared = Environment(sandbox_session.ready), Environment(lgo_sandbox.ready)
    with http_client(shared.ca, own.certificate("org-auth")) as http:
        product = Product("TEST", "1", shared.fact("idam"), Workplace().uuid(), "10B0990017")
        Insi(http, shared.url("insi"), product, Workplace()).search(Traits("MARTIN", ("CLAIRE",), "F", "1956-03-12"))
    assert [exchange["service"] for exchange in sandbox_session.exchanges()] == ["insi"]


def _patient(session: SandboxSession) -> dict[str, object]:
    return next(dict(p) for p in session.ready["patients"] if p["id"] == "martin-claire")


def _documents(session: SandboxSession) -> int:
    matricule = _patient(session)["matricule"]
    documents = session.control("GET", "/dmp/documents")
    return len([d for d in documents if d["matricule"] == matricule and not d["is_signature"]])


def _executed(session: SandboxSession) -> int:
    """Count the executed prescriptions that the seeds did not bring: those written today."""
    prescriptions = session.control("GET", "/eprescription/prescriptions")
    return len([p for p in prescriptions if p["etat"] == "EXECUTEE" and not p["situation"]])


def _mails(session: SandboxSession, mailbox: str) -> int:
    return len(session.control("GET", f"/mss/mailboxes/{mailbox}"))


def test_the_day_is_played_with_tokens_of_the_apis_and_raises_no_finding(
    lgo_sandbox: SandboxServer, tmp_path: Path
) -> None:
    session = opened(lgo_sandbox)
    told = play(Environment(session.ready), Silent(), tmp_path, Auth.PSC_API)
    assert told.failure == ""
    assert [(found["check_id"], found["severity"]) for found in told.findings] == [("EPRESC-REFUS", "information")]
    shown = [e["facts"]["ApiTokenShown"] for e in told.exchanges if "ApiTokenShown" in e["facts"]]
    assert {(one["audience"], one["bound"], one["person"]) for one in shown} == {
        (api, True, "899700090014") for api in ("insi", "dmp", "eprescription")
    }
    assert {e["service"] for e in told.exchanges} == {"psc", "insi", "dmp", "eprescription", "mss"}
    lgo_sandbox.control("DELETE", f"/sessions/{session.name}")
