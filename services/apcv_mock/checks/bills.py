"""What a client has signed, and what it declares of its bills: the people of the context, a signature for each bill.

Source: docs/sources/apcv.md#signature, #fse. Reads the facts of signatures and the markers; no content of a bill.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from apcv_mock.checks.headers import OPERATIONS
from apcv_mock.facts import Addressing, Signed
from apcv_mock.markers import CONTEXT, FSE, WITH_APCV, WITHOUT
from health_documents.identifiers import matricule_is_valid
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.markers import Marker

__all__ = ["BILLS"]

OK = 200
_SIGN = frozenset({"signerVitale"})
_PERSON = "ResumeFacture/Beneficiaire"


def _beneficiary(seen: Observed[Signed]) -> Outcome:
    bill, people = seen.facts.bill, seen.facts.people
    if not bill.certified:
        if not bill.family_name or not bill.first_name:
            remedy = "Renseignez NomFamille et Prenom du bénéficiaire, tels que le contexte les a rendus."
            return Violation("bénéficiaire sans nom ni NIR certifié", "le bénéficiaire, nommé", "", remedy, _PERSON)
        return None
    where = f"{_PERSON}/NIRCertifie"
    if bill.certified in people:
        return True
    shape = "" if matricule_is_valid(bill.certified) else ", dont la clé est fausse"
    remedy = "Recopiez le NIRCertifie et sa clé du bénéficiaire que le contexte a rendu."
    return Violation(f"« {bill.certified} »{shape}", " ou ".join(people), "", remedy, where)


def _declared(seen: Observed[Addressing]) -> Outcome:
    """Look at the bills that were declared since the call before."""
    told = list(_new_bills(seen))
    if not told:
        return None
    signed = {facts.context for past, facts in seen.history.all(Signed) if past.status == OK}
    wrong = next((one for one in told if str(one.detail.get(CONTEXT, "")) not in signed), None)
    if wrong is None:
        return True
    context = str(wrong.detail.get(CONTEXT, ""))
    return Violation(
        f"FSE « {wrong.subject} » avec ApCV, contexte « {context} »"
        if context
        else f"FSE « {wrong.subject} » sans contexte",
        "une signature par signerVitale dans ce contexte, avant la FSE",
        "",
        "Faites signer la facture dans le contexte du patient, ou déclarez la FSE sans ApCV.",
        f"jalon « {FSE} »",
    )


def _new_bills(seen: Observed[Addressing]) -> Iterator[Marker]:
    """Yield the bills said to be made with ApCV that the call before could not see."""
    if not seen.history.marked:
        return
    before = seen.history.last(Addressing)
    for one in seen.history.markers(FSE):
        is_new = before is None or datetime.fromisoformat(one.at) > before[0].at
        if is_new and str(one.detail.get(WITH_APCV, WITHOUT)) != WITHOUT:
            yield one


BILLS = (
    Check(
        id="APCV-BENEFICIAIRE",
        title="Bénéficiaire de la facture rendu par le contexte",
        reads=Signed,
        test=_beneficiary,
        source="docs/sources/apcv.md#signature",
        remedy="Facturez pour un bénéficiaire du contexte.",
        confidence="L",
        operations=_SIGN,
    ),
    Check(
        id="APCV-FSE",
        title="FSE déclarée avec ApCV signée dans son contexte",
        reads=Addressing,
        test=_declared,
        source="docs/sources/apcv.md#fse",
        remedy="Faites signer la facture par signerVitale avant d'émettre la FSE.",
        confidence="L",
        operations=OPERATIONS,
        severity=Severity.WARNING,
    ),
)
