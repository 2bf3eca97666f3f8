"""What a client says beside the code: its software, who bills, the bill that is to be signed; and the rules on them.

Source: docs/sources/apcv.md#en-tetes, #professionnel, #signature (names of elements: medium; what is refused: ours).
The content of a bill is SESAM-Vitale's, and is not looked at. Knows codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lgo_sandbox.watch.refusals import Refused

__all__ = ["Bill", "Biller", "Software", "check_bill", "check_biller"]

_BILLING_ID = re.compile(r"[0-9][0-9AB][0-9A-Z][0-9]{6}")
_WHERE = "ProfessionnelSante/IdentifiantFacturation"


@dataclass(frozen=True, slots=True)
class Software:
    """What ContexteLPS says; "" for what is absent."""

    version: str = ""
    id: str = ""
    time: str = ""
    issuer: str = ""
    idam: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Biller:
    """ProfessionnelSante: the billing number with its key, the code of the specialty; "" for what is absent."""

    billing_id: str = ""
    specialty: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """What SignerVitaleReq says: digests of the bill, the assuré, and the summary that the patient could read.

    ``insured`` and ``certified`` have their keys; "" for what is absent.
    """

    type: str = ""
    insured: str = ""
    fse: str = ""
    dre: str = ""
    billing_id: str = ""
    certified: str = ""
    family_name: str = ""
    first_name: str = ""


def check_biller(biller: Biller) -> None:
    """Raise Refused for a billing number that is absent or no such number."""
    if not _BILLING_ID.fullmatch(biller.billing_id):
        raise Refused(
            "apcv_simule_facturation",
            received=biller.billing_id or "absent",
            expected="neuf caractères, clé comprise : le FINESS de l'officine",
            where=_WHERE,
        )


def check_bill(bill: Bill, insured: str) -> None:
    """Raise Refused for a bill without digest or assuré, or of another assuré than the context's."""
    if not bill.insured or not (bill.fse or bill.dre):
        missing = "NIRAssure" if not bill.insured else "DonneeFSE ou DonneeDRE"
        raise Refused(
            "apcv_simule_facture",
            received=f"Facture sans {missing}",
            expected=f"{missing} dans Facture",
            where=f"SignerVitaleReq/Facture/{missing}",
            remedy=f"Ajoutez {missing} dans Facture.",
        )
    if bill.insured != insured:
        raise Refused(
            "apcv_simule_nir",
            received=f"« {bill.insured} »",
            expected=f"« {insured} », l'assuré du contexte",
            where="SignerVitaleReq/Facture/NIRAssure",
            remedy=f'Envoyez « {insured[:13]} » dans NIRAssure, avec cle="{insured[13:]}".',
        )
