"""A pharmacy whose SOAP stack nobody here wrote: its certificates, its VIHF, a document to feed, what was seen."""

from __future__ import annotations

import base64

from lxml import etree

from lgo_sandbox.pki import Issued, Pki
from support.dmp_door import Dmp
from support.dmp_lots import Document, Lot, cda

__all__ = ["Office"]


class Office:
    """What a client that other people wrote needs of the pharmacy."""

    def __init__(self, dmp: Dmp) -> None:
        self._dmp = dmp
        self.patient = dmp.patient
        self.document = cda(self.patient)

    @property
    def services(self) -> str:
        """The address under which all paths of the DMP stand, in a session of its own."""
        return self._dmp.url("").rstrip("/")

    @property
    def pki(self) -> Pki:
        """Whom to trust."""
        return self._dmp.sandbox.pki

    def issued(self, kind: str) -> Issued:
        """Return a certificate of the pharmacy or of its pharmacist's card."""
        return self._dmp.issue(kind, "titulaire" if kind.startswith("cps") else "officine")

    def vihf(self, *, card: bool, signed: bool = True, purpose: str = "normal") -> etree._Element:
        """Return a VIHF, signed or to be signed by the caller's own means."""
        vihf = self._dmp.direct(purpose=purpose) if card else self._dmp.indirect(purpose=purpose)
        issuer = self.issued("cps-sign" if card else "org-sign").certificate().subject
        if not signed:
            vihf.signed_by = None
        return vihf.element(issuer)

    def lot(self) -> tuple[str, str]:
        """Return the unique id of the document and the body of an ITI-41, its documents in base64."""
        document = Document(self.document, self.patient)
        lot = Lot([document])
        return document.unique_id, lot.body(lambda each: base64.b64encode(each.content).decode(), lot.members())

    def seen(self) -> list[tuple[str, list[str]]]:
        """Return operation and findings of the exchanges of the session."""
        exchanges = self._dmp.tenant.exchanges()
        return [(each.operation, [finding.check_id for finding in each.findings]) for each in exchanges]
