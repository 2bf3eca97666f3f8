"""A pharmacist at her desk with the reference client: her card, her DMP, her registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from health_documents.codes.systems import CONTENT_TYPES
from health_documents.xds.formats import xds_author
from health_documents.xds.write import DocumentEntry
from lgo_client.authoring import Writer, lot_of
from lgo_client.clock import Workplace
from lgo_client.dmp import Dmp
from lgo_client.dmp.registry import Registry, Submitter
from lgo_client.environment import Certificate, Environment
from lgo_client.journeys.day import SOFTWARE_OID
from lgo_client.transport import http_client
from lgo_client.vihf import Mode, Software, VihfWriter
from lgo_client.xds import _query, listed

__all__ = ["Desk", "desk_of"]

QUERY = "urn:ihe:iti:2007:RegistryStoredQuery"
FIND = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
APPROVED = "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"


class Desk:
    """The titulaire's desk: his card, his DMP, his registry."""

    def __init__(self, environment: Environment, http: Any) -> None:
        self.environment, self.workplace = environment, Workplace()
        self.writer = Writer(environment.person("titulaire"), environment.structure("officine"))
        self.signer: Certificate = environment.certificate("cps-titulaire-sign")
        software = Software("TEST", "1", self.workplace.uuid(), "SANDBOX000001")
        person, structure = self.writer.person, self.writer.structure
        vihf = VihfWriter(Mode.DIRECT, person, structure, self.signer, software, self.workplace)
        self.dmp = Dmp(http, environment.url("dmp"), vihf, self.workplace, SOFTWARE_OID)
        submitter = Submitter(xds_author(self.writer.author), SOFTWARE_OID, CONTENT_TYPES["SA33"])
        self.registry = Registry(self.dmp, self.workplace, submitter)

    def feed(self, entry: DocumentEntry, octets: bytes, replaces: str = "") -> None:
        """Feed a document of the titulaire."""
        lot = lot_of(
            replace(entry, authors=(xds_author(self.writer.author),)),
            octets,
            at=self.workplace.local(),
            set_id=self.workplace.oid(),
            signature_id=self.workplace.oid(),
            source=SOFTWARE_OID,
            content=CONTENT_TYPES["SA33"],
        )
        self.dmp.feed(entry.patient_id, replace(lot, replaces=replaces), self.signer)

    def found(self, patient: str, **parameters: str) -> set[str]:
        """Return the unique ids that a FindDocuments finds."""
        slots = {"$XDSDocumentEntryPatientId": [f"'{patient}'"], "$XDSDocumentEntryStatus": [APPROVED]}
        slots |= {f"$XDSDocumentEntry{name}": [value] for name, value in parameters.items()}
        return {
            one.unique_id
            for one in listed(self.dmp.send("/registry", QUERY, patient, _query(FIND, slots, "LeafClass")))
        }


@contextmanager
def desk_of(environment: Environment) -> Iterator[Desk]:
    """Give the desk of the titulaire."""
    with http_client(environment.ca, environment.certificate("cps-titulaire-auth")) as http:
        yield Desk(environment, http)
