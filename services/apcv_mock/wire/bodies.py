"""Reading the body of a request of ApCV: the code, who bills, a context, the bill to be signed.

Source: docs/sources/apcv.md#operations, #signature (names of elements as public clients write them: medium). Reads,
never judges a value.
"""

from __future__ import annotations

from lxml import etree

from apcv_mock.domain import Bill, Biller
from apcv_mock.wire.names import AUTH, SIGN
from apcv_mock.wire.requests import text_at
from lgo_sandbox.wire.soap import Envelope

__all__ = ["bill_of", "biller_of", "code_of", "context_of", "version_of"]

_PROFESSIONAL = "ProfessionnelSante"
_KEY = "cle"


def code_of(envelope: Envelope) -> str:
    """Return the text of Donnees, as it is written."""
    return text_at(envelope.body, AUTH, "Donnees")


def version_of(envelope: Envelope) -> str:
    """Return the version that the element of the body bears."""
    return "" if envelope.body is None else envelope.body.get("version") or ""


def biller_of(envelope: Envelope) -> Biller:
    """Return the ProfessionnelSante of an authentication."""
    number, specialty = (
        text_at(envelope.body, AUTH, _PROFESSIONAL, name) for name in ("IdentifiantFacturation", "CodeSpecialiteAMO")
    )
    return Biller(number, specialty)


def context_of(envelope: Envelope) -> str:
    """Return ContexteApCV/Identifiant, of a destruction or of a signature."""
    namespace = "" if envelope.body is None else etree.QName(envelope.body).namespace or ""
    return text_at(envelope.body, namespace, "ContexteApCV", "Identifiant")


def bill_of(envelope: Envelope) -> Bill:
    """Return what is to be signed."""
    body = envelope.body
    bill = None if body is None else body.find(f"{{{SIGN}}}Facture")
    return Bill(
        type="" if bill is None else bill.get("type") or "",
        insured=_keyed(body, "Facture", "NIRAssure"),
        fse=text_at(body, SIGN, "Facture", "DonneeFSE"),
        dre=text_at(body, SIGN, "Facture", "DonneeDRE"),
        billing_id=text_at(body, SIGN, "ResumeFacture", _PROFESSIONAL, "IdentifiantFacturation"),
        certified=_keyed(body, "ResumeFacture", "Beneficiaire", "NIRCertifie"),
        family_name=text_at(body, SIGN, "ResumeFacture", "Beneficiaire", "NomFamille"),
        first_name=text_at(body, SIGN, "ResumeFacture", "Beneficiaire", "Prenom"),
    )


def _keyed(parent: etree._Element | None, *path: str) -> str:
    """Return a number followed by its key, which is an attribute."""
    found = None if parent is None else parent.find("/".join(f"{{{SIGN}}}{name}" for name in path))
    if found is None:
        return ""
    return (found.text or "") + (found.get(_KEY) or "")
