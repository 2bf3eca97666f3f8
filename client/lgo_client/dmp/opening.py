"""A desk opened for a professional of a connection document: certificates, assertions, the files of the workstation.

Source: specs/dmp.md §1.2, §5.1 (who feeds and reads by what). Knows no command.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from health_documents.codes.systems import CONTENT_TYPES
from health_documents.xds.formats import xds_author
from lgo_client.authoring import Writer
from lgo_client.clock import Workplace
from lgo_client.dmp.client import Dmp
from lgo_client.dmp.desk import Desk, Feeder
from lgo_client.dmp.queue import FeedQueue
from lgo_client.dmp.records import Records
from lgo_client.dmp.registry import Registry, Submitter
from lgo_client.environment import Certificate, Environment
from lgo_client.parameters import ParameterFile
from lgo_client.transport import http_client
from lgo_client.vihf import Mode, Software, VihfWriter

__all__ = ["NUMBER", "OID", "PHARMACY", "PRODUCT", "VERSION", "calling", "opened", "reading_mode", "writer_of"]

PRODUCT, VERSION, NUMBER = "LGO-DE-REFERENCE", "1.0", "SANDBOX000001"
OID = "2.25.329800735698586629295641978511506172918"
"""An OID of our own (from a UUID) for the reference software: it heads no national arc."""
PHARMACY = "officine"
QUEUE, RECORDS = "file-dmp.sqlite", "dossiers-dmp.sqlite"


def writer_of(environment: Environment, who: str) -> Writer:
    """Return a professional in his structure."""
    person = environment.person(who)
    return Writer(person, environment.structure(person.structure))


def reading_mode(environment: Environment, who: str) -> Mode:
    """Return how a professional reads: by his card, or, without one, in AIR after a log-in at Pro Santé Connect."""
    return Mode.DIRECT if f"cps-{who}-auth" in environment.document.get("certificates", {}) else Mode.AIR


def _tls(environment: Environment, who: str, mode: Mode) -> Certificate:
    return environment.certificate(f"cps-{who}-auth" if mode is Mode.DIRECT else "org-auth")


@contextmanager
def calling(
    environment: Environment,
    who: str,
    mode: Mode,
    *,
    purpose: str = "normal",
    workplace: Workplace | None = None,
    secret: bool = False,
    http: httpx.Client | None = None,
) -> Iterator[Dmp]:
    """Give a client of the DMP that acts for a professional: by his card, or by his structure's certificates."""
    place, writer = workplace or Workplace(), writer_of(environment, who)
    software = Software(PRODUCT, VERSION, place.uuid(), NUMBER)
    signer = environment.certificate(f"cps-{who}-sign" if mode is Mode.DIRECT else "org-sign")
    vihf = VihfWriter(mode, writer.person, writer.structure, signer, software, place, purpose, secret=secret)
    with ExitStack() as stack:
        used = http or stack.enter_context(http_client(environment.ca, _tls(environment, who, mode)))
        yield Dmp(used, environment.url("dmp"), vihf, place, OID)


@contextmanager
def opened(
    environment: Environment,
    who: str,
    folder: Path,
    *,
    by_card: bool = False,
    secret: bool = False,
    workplace: Workplace | None = None,
) -> Iterator[Desk]:
    """Give the desk of a professional, whose files are in a folder.

    ``by_card``: he feeds by his card too; ``secret``: for a minor, unknown to the legal representatives.
    """
    place, writer = workplace or Workplace(), writer_of(environment, who)
    card = by_card or writer.structure.id != PHARMACY
    submitter = Submitter(xds_author(writer.author), OID, CONTENT_TYPES[writer.structure.sector])
    with ExitStack() as stack:
        records = Records(folder / RECORDS, place)
        stack.callback(records.close)
        queue = FeedQueue(folder / QUEUE, place)
        stack.callback(queue.close)
        mode = reading_mode(environment, who)
        http = stack.enter_context(http_client(environment.ca, _tls(environment, who, mode)))
        reading = stack.enter_context(calling(environment, who, mode, workplace=place, secret=secret, http=http))
        feeder = reading
        if not card:
            feeder = stack.enter_context(calling(environment, who, Mode.INDIRECT, workplace=place, secret=secret))
        signer = environment.certificate(f"cps-{who}-sign" if card else "org-sign")
        yield Desk(
            holder=writer.person.national_id,
            reading=reading,
            feeder=Feeder(feeder, signer),
            registry=Registry(reading, place, submitter),
            records=records,
            queue=queue,
            parameters=ParameterFile(http, environment.url("dmp"), place, records),
            workplace=place,
        )
