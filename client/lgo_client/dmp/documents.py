"""Documents on their way to the DMP: from a file, or written here as an example; and the lots they travel in.

Source: specs/dmp.md §3.2–3.5; specs/cda.md §5 (bilan partagé de médication, N1). Knows no transport.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from health_documents import oids
from health_documents.cda.read.reader import read_document
from health_documents.cda.write.vaccination import VACCINATION_NOTE, write_vaccination_note
from health_documents.codes.systems import CONFIDENTIALITY, CONTENT_TYPES, format_of_media, format_of_model
from health_documents.codes.value_sets import IMMUNIZATIONS
from health_documents.identifiers import OID_STRUCT_IDNAT
from health_documents.values.clinical import Vaccination
from health_documents.values.document import Author, Code, DocumentHeader, PatientIdentity, Recipient
from health_documents.xds.formats import xds_author
from health_documents.xds.write import DocumentEntry, entry_from_cda
from lgo_client.authoring import Writer, lot_of
from lgo_client.bilan import BILAN, Advice, write_bilan
from lgo_client.clock import Workplace
from lgo_client.dmp.lots import Lot
from lgo_client.existing import entry_of_document

__all__ = ["INTERVIEW", "REVIEW", "VACCINATION", "Kind", "entry_of_file", "example", "lot_with"]

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*)){2,}")
_ADVICE = (Advice("Metformine 1000 mg, 2 par jour", "Prise à jeun le matin", "Prendre au milieu du repas"),)
_CONCLUSION = "Un point d'observance est proposé dans trois mois."


@dataclass(frozen=True, slots=True)
class Kind:
    """A document that a pharmacy writes: its typeCode and the name it has at the counter."""

    type_code: str
    name: str


REVIEW = Kind(BILAN, "bilan partagé de médication")
INTERVIEW = Kind("78601-2", "compte rendu d'entretien pharmaceutique")
VACCINATION = Kind(VACCINATION_NOTE, "note de vaccination")


def example(
    writer: Writer,
    patient: PatientIdentity,
    workplace: Workplace,
    kind: Kind = REVIEW,
    *,
    replaces: str = "",
    at: datetime | None = None,
    hidden: Sequence[str] = (),
    by_structure: bool = False,
    recipients: Sequence[Recipient] = (),
) -> tuple[DocumentEntry, bytes]:
    """Return a document of a kind, of a moment (now, if not another).

    ``replaces`` is the uniqueId of the version before it. ``by_structure`` names the pharmacy as an author beside one
    who has left.
    """
    header = writer.header(kind.type_code, patient, at or workplace.local(), workplace.oid(), recipients)
    if replaces:
        header = _next_version(header, replaces)
    if by_structure:
        header = replace(header, authors=(*header.authors, _legal_person(writer)))
    if kind is VACCINATION:
        octets, code = write_vaccination_note(header, _vaccination(header)), format_of_model(oids.T_VAC_NOTE)
    else:
        octets = write_bilan(header, _ADVICE, _CONCLUSION, "000417").cda
        code = format_of_media("application/pdf")
    assert code is not None
    return entry_from_cda(header, octets, code, confidentiality=hidden), octets


def _legal_person(writer: Writer) -> Author:
    structure = writer.organization
    return Author(
        national_id=structure.id_nat,
        family_name=structure.name,
        given_name="",
        specialty_code="",
        specialty_label="",
        structure=structure,
        root=OID_STRUCT_IDNAT,
        device=structure.name,
    )


def _vaccination(header: DocumentHeader) -> Vaccination:
    return Vaccination(
        name="VAXIGRIPTETRA, suspension injectable",
        cis="67053213",
        atc=Code("J07BB02", "grippe, antigène purifié", oids.ATC),
        lot="W3A451M",
        date=f"{header.effective_time:%Y-%m-%d}",
        author=header.authors[0],
        performer=header.authors[0],
        cip13="3400930100516",
        presentation="1 seringue préremplie de 0,5 mL",
        kind=IMMUNIZATIONS["BOOSTER"],
        validated=header.effective_time,
    )


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
