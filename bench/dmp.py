"""Measures the DMP: CPU of searches by the size of a DMP, of an entry in an answer, of a feed; memory of many feeds.

Prints a page of Markdown and writes docs/performance-dmp.md (``--no-page``: prints only). Linux only (/proc). Nothing
here is asserted by tests. The client is the reference LGO; only the server's process is measured, beside a bare route
of the same run.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from looks import parts_in
from measure import Connection, cpu_per_request, cpu_seconds, median_of, memory_mib, process, sandbox, wait_for
from run import free_port, wait_until_answers

from health_documents.cda.write.n1 import write_n1
from health_documents.codes.systems import CONTENT_TYPES, FORMATS
from health_documents.xds.write import entry_from_cda
from lgo_client.authoring import Writer, lot_of, traits_of_patient
from lgo_client.clock import Workplace
from lgo_client.dmp import Dmp, Lot
from lgo_client.environment import Environment
from lgo_client.journeys.day import SOFTWARE_OID
from lgo_client.vihf import Mode, Software, VihfWriter, ins_cx
from lgo_client.xds import _query

RUNS = 3
SEARCHES = 60
FEEDS = 30
BARE = 600
SMALL, LARGE = 10, 1000
IN_A_LOT = 45
KIB, MIB = 1024, 1024 * 1024
PARTS = "looks"
"""The file in which the sandbox tells what its looks cost."""
MANY, IN_A_SESSION = 1000, 450
"""Feeds of the memory measurement, and how many a session takes before it is reset: it holds 512 MiB."""
REPORT = Path(__file__).parent.parent / "docs" / "performance-dmp.md"
FIND = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
PDF = "urn:ihe:iti:xds-sd:pdf:2008"
QUERY = "urn:ihe:iti:2007:RegistryStoredQuery"
STATUS = "urn:oasis:names:tc:ebxml-regrep:StatusType"
PDF_A = (
    b"%%PDF-1.4\n1 0 obj\n<< /Type /OutputIntent /S /GTS_PDFA1 >>\nendobj\n2 0 obj\n<< /Type /Metadata >>\nstream\n"
    b"<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>\nendstream\nendobj\n"
    b"3 0 obj\n<< /Length %d >>\nstream\n%b\nendstream\nendobj\n%%%%EOF\n"
)
"""A PDF with a stream, and the marks of PDF/A-1: the look at it finds nothing to say."""
FILTERS = {
    "event code": {"$XDSDocumentEntryEventCodeList": "('X^^1.2')"},
    "type code": {"$XDSDocumentEntryTypeCode": "('34874-8^^2.16.840.1.113883.6.1')"},
    "service start": {"$XDSDocumentEntryServiceStartTimeFrom": "2099"},
    "creation time": {"$XDSDocumentEntryCreationTimeTo": "1999"},
    "author": {"$XDSDocumentEntryAuthorPerson": "('%INCONNU%')"},
    "status Archived": {"$XDSDocumentEntryStatus": "('urn:asip:ci-sis:2010:StatusType:Archived')"},
}
"""Filters that find nothing."""


def main() -> None:
    """Measure, print, write the page."""
    asked = arguments()
    with tempfile.TemporaryDirectory() as folder:
        lines = list(measured(Path(folder), asked.many))
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    machine, python = platform.machine(), platform.python_version()
    text = HEADER.format(machine=machine, python=python, load=load) + "\n".join(lines) + "\n"
    if not asked.no_page:
        REPORT.write_text(text, encoding="utf-8")
    print(text)


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description="Measures the DMP; writes docs/performance-dmp.md.")
    parser.add_argument("--no-page", action="store_true", help="print the page, and leave the one in docs/ as it is")
    parser.add_argument(
        "--many", type=int, default=MANY, metavar="N", help=f"feeds of 1 MiB of the memory measurement ({MANY})"
    )
    return parser.parse_args()


def _pdf(octets: int) -> bytes:
    return PDF_A % (octets, b"x" * octets)


class Office:
    """The pharmacy's software, on the plain port: TLS is not what is measured."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.environment, self.workplace = Environment(document), Workplace()
        self.control = document["control"]
        self.writer = Writer(self.environment.person("titulaire"), self.environment.structure("officine"))
        self.url = document["services"]["dmp"]["http"]
        self.http = httpx.Client(trust_env=False, timeout=60)
        self.patients = [self.environment.patient(name) for name in ("martin-claire", "pat-trois-dominique")]

    def dmp(self, mode: Mode) -> tuple[Dmp, VihfWriter]:
        """Return the DMP of a mode, and who writes its assertions."""
        signer = self.environment.certificate("cps-titulaire-sign" if mode is Mode.DIRECT else "org-sign")
        software = Software("BENCH", "1", self.workplace.uuid(), "SANDBOX000001")
        vihf = VihfWriter(mode, self.writer.person, self.writer.structure, signer, software, self.workplace)
        return Dmp(self.http, self.url, vihf, self.workplace, SOFTWARE_OID), vihf

    def lot(self, patient: int, octets: int, documents: int = 1) -> tuple[str, Lot]:
        """Return a lot of documents of a size."""
        identity = traits_of_patient(self.patients[patient], "1.2.250.1.213.1.4.10")
        entries, contents = [], []
        for number in range(documents):
            header = self.writer.header("11488-4", identity, self.workplace.local(), self.workplace.oid())
            content = write_n1(header, _pdf(max(octets * 3 // 4 - 4000, 10)))
            entries.append(
                entry_from_cda(header, content, FORMATS["urn:ihe:iti:xds-sd:pdf:2008"], entry_id=f"Document{number:03}")
            )
            contents.append(content)
        made = lot_of(
            entries[0],
            contents[0],
            at=self.workplace.local(),
            set_id=self.workplace.oid(),
            signature_id=self.workplace.oid(),
            source=SOFTWARE_OID,
            content=CONTENT_TYPES["SA33"],
        )
        return entries[0].patient_id, replace(made, entries=tuple(entries), octets=tuple(contents))

    def feed(self, patient: int, octets: int, documents: int = 1) -> None:
        """Feed a lot."""
        dmp, _ = self.dmp(Mode.INDIRECT)
        to, lot = self.lot(patient, octets, documents)
        dmp.feed(to, lot, self.environment.certificate("org-sign"))

    def search(self, patient: int, **more: str) -> Callable[[], bytes]:
        """Return a search whose envelope is made once: a VIHF serves for five minutes."""
        dmp, _ = self.dmp(Mode.DIRECT)
        to = ins_cx(self.patients[patient].matricule)
        slots = {"$XDSDocumentEntryPatientId": [f"'{to}'"], "$XDSDocumentEntryStatus": [f"('{STATUS}:Approved')"]}
        slots |= {name: [value] for name, value in more.items()}
        envelope = dmp._envelope(QUERY, "/registry", to, _query(FIND, slots, "LeafClass"))
        connection = Connection(self.url)
        headers = {"Content-Type": f'application/soap+xml; charset=UTF-8; action="{QUERY}"'}
        return lambda: connection.send("POST", "/si-dmp-server/v2/services/registry", envelope, headers)

    def reset(self) -> None:
        """Empty the session."""
        urllib.request.urlopen(
            urllib.request.Request(f"{self.control}/_sandbox/v1/sessions/default/reset", b"", method="POST")
        ).read()


def measured(root: Path, many: int) -> Iterator[str]:
    """Yield the lines of the page."""
    with served(root) as (server, office, bare):
        envelope = b"<a>" + b"x" * 8000 + b"</a>"
        port, bare_pid = bare
        wait_until_answers(Connection(f"http://127.0.0.1:{port}"))
        plain = yardstick(bare_pid, port, envelope)
        yield from searched(server, office, plain)
        yield from fed(server, office, root / PARTS, lambda: yardstick(bare_pid, port, envelope))
        yield from remembered(server, office, many)


@contextmanager
def served(root: Path) -> Iterator[tuple[int, Office, tuple[int, int]]]:
    """Run a sandbox with the DMP alone, which tells what its looks cost, and the yardstick beside it."""
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("bare_soap.py")), str(port)]
    ready = root / "ready.json"
    looks = [sys.executable, str(Path(__file__).with_name("looks.py")), str(root / PARTS)]
    with (
        process([*looks, *sandbox(root / "state", ready, "control", "dmp")[1:]]) as server,
        process(command) as bare,
    ):
        yield server.pid, Office(wait_for(ready)), (port, bare.pid)


def searched(pid: int, office: Office, plain: float) -> Iterator[str]:
    """Yield what searches cost, by the size of the DMP and by what they find."""
    for patient, size in enumerate((SMALL, LARGE)):
        while size > 0:
            office.feed(patient, KIB, min(size, IN_A_LOT))
            size -= IN_A_LOT
    yield "## A search, by the size of the DMP\n"
    yield f"Filters that find nothing, in a DMP of {SMALL} and of {LARGE} documents. Bare route: {plain:.2f} ms.\n"
    yield f"| filter | {SMALL} documents | {LARGE} documents | times the bare route |\n|---|---|---|---|"
    for name, parameters in FILTERS.items():
        few, many = (cost(pid, office.search(patient, **parameters)) for patient in (0, 1))
        yield f"| {name} | {few:.2f} ms | {many:.2f} ms | {many / plain:.1f} |"
    few = cost(pid, office.search(0))
    many = median_of(RUNS, lambda: cpu_per_request(pid, SEARCHES // 10, office.search(1)))
    each = (many - few) / (LARGE - SMALL)
    yield "\n## What is found\n"
    yield f"All {SMALL} documents in full: {few:.2f} ms. All {LARGE}: {many:.0f} ms, hence **{each:.3f} ms an entry**,"
    yield f"{each / plain:.1f} times the bare route.\n"


def yardstick(pid: int, port: int, envelope: bytes) -> float:
    """Return the CPU milliseconds of the bare route: so many calls that the ticks of the kernel do not show."""
    return median_of(RUNS, lambda: cpu_per_request(pid, BARE, call_bare(port, envelope)))


def call_bare(port: int, envelope: bytes) -> Callable[[], bytes]:
    """Return a call of the yardstick on a connection of its own: the last one may be closed by now."""
    connection, headers = Connection(f"http://127.0.0.1:{port}"), {"Content-Type": "application/soap+xml"}
    return lambda: connection.send("POST", "/lps", envelope, headers)


def fed(pid: int, office: Office, parts: Path, bare: Callable[[], float]) -> Iterator[str]:
    """Yield what a feed costs; the yardstick is measured around each size, since others use the machine."""
    yield "## A feed\n"
    yield "| document | CPU | of which answer and journal | looks | findings | bare route | times the bare route |"
    yield "|---|---|---|---|---|---|---|"
    for octets in (5 * KIB, 100 * KIB, MIB):
        before = bare()
        runs = sorted(feeds(pid, office, octets, parts) for _ in range(RUNS))
        (taken, looks, findings), plain = runs[RUNS // 2], (before + bare()) / 2
        split = " | ".join(f"{one:.1f} ms" for one in (taken, taken - looks - findings, looks, findings))
        yield f"| {octets // KIB} KiB | {split} | {plain:.2f} ms | {taken / plain:.0f} |"
    yield "\nLooks and findings come once the answer has left: the signature of the lot, the rules of the documents and"
    yield "of the PDF in them; then the checks. They are in the CPU of the first column.\n"


def feeds(pid: int, office: Office, octets: int, parts: Path) -> tuple[float, float, float]:
    """Return the CPU milliseconds of a feed: all of it, its looks, its findings."""
    before = cpu_seconds(pid), *parts_in(parts)
    for _ in range(FEEDS):
        office.feed(0, octets)
    after = cpu_seconds(pid), *parts_in(parts)
    total, looks, findings = ((late - early) * 1000 / FEEDS for late, early in zip(after, before, strict=True))
    return total, looks, findings


def remembered(pid: int, office: Office, many: int) -> Iterator[str]:
    """Yield what many feeds add to the memory."""
    office.reset()
    for _ in range(20):
        office.feed(0, MIB)
    before, left = memory_mib(pid), many
    while left:
        office.reset()
        for _ in range(min(left, IN_A_SESSION)):
            office.feed(0, MIB)
            left -= 1
    yield "## Memory\n"
    yield f"{many} feeds of 1 MiB, after twenty others: **{memory_mib(pid) - before:+.0f} MiB** of resident memory."


def cost(pid: int, request: Callable[[], object]) -> float:
    """Return the median CPU milliseconds of a request."""
    return median_of(RUNS, lambda: cpu_per_request(pid, SEARCHES, request))


HEADER = """# Performance of the DMP

Measured by `python bench/dmp.py` ({machine}, Python {python}, 2 cores); the page is written by that command. Server
process only, without TLS, journal on. These are measurements, not promises: nothing in the tests depends on them. On a
machine that others use the figures grow alike: read them beside the bare route, 0.1 ms on a quiet one. Load average
of the two cores at the end of this run: {load}. `python bench/dmp.py --help` tells the options.

"""

if __name__ == "__main__":
    main()
