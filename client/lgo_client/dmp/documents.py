"""Documents on their way to the DMP: from a file, or written here as an example; and the lots they travel in.

Source: specs/dmp.md §3.2–3.5; specs/cda.md §5 (bilan partagé de médication, N1). Knows no transport.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from health_documents.cda.read.reader import read_document
from health_documents.codes.systems import CONFIDENTIALITY, CONTENT_TYPES, format_of_media
from health_documents.values.document import DocumentHeader, PatientIdentity
from health_documents.xds.formats import xds_author
from health_documents.xds.write import DocumentEntry, entry_from_cda
from lgo_client.authoring import Writer, lot_of
from lgo_client.bilan import BILAN, Advice, write_bilan
from lgo_client.clock import Workplace
from lgo_client.dmp.lots import Lot
from lgo_client.existing import entry_of_document

__all__ = ["entry_of_file", "example", "lot_with"]

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*)){2,}")
_ADVICE = (Advice("Metformine 1000 mg, 2 par jour", "Prise à jeun le matin", "Prendre au milieu du repas"),)
_CONCLUSION = "Un point d'observance est proposé dans trois mois."


def example(
    writer: Writer,
    patient: PatientIdentity,
    workplace: Workplace,
    *,
    replaces: str = "",
    at: datetime | None = None,
    hidden: Sequence[str] = (),
) -> tuple[DocumentEntry, bytes]:
    """Return a bilan partagé de médication; ``replaces`` is the uniqueId of the version before it."""
    header = writer.header(BILAN, patient, at or workplace.local(), workplace.oid())
    if replaces:
        header = _next_version(header, replaces)
    written = write_bilan(header, _ADVICE, _CONCLUSION, "000417")
    entry = entry_from_cda(header, written.cda, format_of_media("application/pdf"), confidentiality=hidden)
    return entry, written.cda


def _next_version(header: DocumentHeader, former: str) -> DocumentHeader:
    return replace(header, version=header.version + 1, set_id=former, replaces=former)


def entry_of_file(octets: bytes, writer: Writer, workplace: Workplace, hidden: Sequence[str] = ()) -> DocumentEntry:
    """Return the metadata of a CDA, under its own id when that is an OID. Raises DocumentError."""
    own = read_document(octets).id
    unique_id = own.root if _OID.fullmatch(own.root) and not own.extension else workplace.oid()
    entry = entry_of_document(octets, writer.structure, unique_id)
    codes = tuple(CONFIDENTIALITY[code] for code in ("N", *hidden))
    return replace(entry, authors=(xds_author(writer.author),), confidentiality=codes)


def lot_with(writer: Writer, entry: DocumentEntry, octets: bytes, workplace: Workplace, source: str) -> Lot:
    """Return a lot of one document; ``source`` is the OID of the software."""
    return lot_of(
        entry,
        octets,
        at=workplace.local(),
        set_id=workplace.oid(),
        signature_id=workplace.oid(),
        source=source,
        content=CONTENT_TYPES[writer.structure.sector],
    )
