"""A pharmacy whose SOAP stack nobody here wrote: its certificates, its VIHF, a document to feed, what was seen."""

from __future__ import annotations

import base64
from dataclasses import replace

from lxml import etree

from lgo_sandbox.pki import Issued, Pki
from support.dmp_door import Dmp
from support.dmp_lots import Document, Lot, cda
from support.dmp_vihf import coded

__all__ = ["Office"]

VISIBILITY, NORMAL = "1.2.250.1.213.1.1.4.13", ("N", "2.16.840.1.113883.5.25")


def _inlined(document: Document) -> str:
    return base64.b64encode(document.content).decode()


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

    def issued(self, kind: str, who: str = "titulaire") -> Issued:
        """Return a certificate of the pharmacy, or of the card of its pharmacist or another professional."""
        return self._dmp.issue(kind, who if kind.startswith("cps") else "officine")

    def vihf(
        self, *, card: bool, signed: bool = True, purpose: str = "normal", who: str = "titulaire"
    ) -> etree._Element:
        """Return a VIHF, signed or to be signed by the caller's own means."""
        vihf = self._dmp.direct(who, purpose=purpose) if card else self._dmp.indirect(purpose=purpose)
        issuer = self.issued("cps-sign" if card else "org-sign", who).certificate().subject
        if not signed:
            vihf.signed_by = None
        return vihf.element(issuer)

    def lot(self) -> tuple[str, str]:
        """Return the unique id of the document and the body of an ITI-41, its documents in base64."""
        document = Document(self.document, self.patient)
        lot = Lot([document], signed_by=self.issued("org-sign"))
        return document.unique_id, lot.body(_inlined, lot.members())

    def secretary(self) -> etree._Element:
        """Return the VIHF, to be signed, of the card of a secretary (TD2.2)."""
        who = self._dmp.persona("secretaire")
        extra = {
            "Secteur_Activite": "SA07^1.2.250.1.71.4.2.4",
            "urn:oasis:names:tc:xacml:2.0:subject:role": coded("Role", "SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6"),
        }
        vihf = replace(self._dmp.direct(who.id, extra=extra), signed_by=None)
        return vihf.element(self.issued("cps-sign", who.id).certificate().subject)

    def secretarys_lot(self) -> str:
        """Return the body of an ITI-41 of the secretary, for a doctor of her structure."""
        doctor, place = self._dmp.persona("generaliste"), self._dmp.persona("secretaire").structure
        structure = self._dmp.people.structure(place).id_nat
        document = Document(cda(self.patient), self.patient, author=doctor.national_id, structure=structure)
        lot = Lot([document], signed_by=self.issued("cps-sign", "secretaire"))
        return lot.body(_inlined, lot.members())

    def updates(self, unique_id: str) -> dict[str, str]:
        """Return the bodies of TD3.3 about a document fed by ``lot``; what the registry named stands as ``@ENTRY@``."""
        shown = Document(b"", self.patient, unique_id=unique_id, lid="@LID@")
        visibility = ("MASQUE_PS", VISIBILITY)
        hidden = replace(shown, codes={"confidentiality": [NORMAL, visibility]})
        unseen = replace(shown, codes={"confidentiality": [NORMAL, ("INVISIBLE_PATIENT", VISIBILITY)]})
        approved = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
        archived, deleted = (f"urn:asip:ci-sis:2010:StatusType:{one}" for one in ("Archived", "Deleted"))
        return {
            "td3.3a": Lot([hidden]).update(previous="@VERSION@"),
            "td3.3b": Lot([unseen]).update(previous="@VERSION@"),
            "td3.3d": Lot([shown]).update([("@ENTRY@", approved, archived)]),
            "td3.3d-back": Lot([shown]).update([("@ENTRY@", archived, approved)]),
            "td3.3c": Lot([shown]).update([("@ENTRY@", approved, deleted)]),
        }

    def seen(self) -> list[tuple[str, list[str]]]:
        """Return operation and findings of the exchanges of the session."""
        exchanges = self._dmp.tenant.exchanges()
        return [(each.operation, [finding.check_id for finding in each.findings]) for each in exchanges]
