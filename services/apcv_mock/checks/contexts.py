"""What a client does with codes and contexts: the code as read, who bills, contexts ended once they served.

Source: docs/sources/apcv.md#code, #professionnel, #contexte. Reads the facts of an authentication and of what follows.
"""

from __future__ import annotations

import re

from apcv_mock.facts import Authentication, Opened, Presented
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["CONTEXTS"]

_NEARBY = frozenset({"authentifierUtilisateurProximite"})
_SPECIALTY = re.compile(r"\d{2}")


def _as_read(seen: Observed[Presented]) -> Outcome:
    if not seen.facts.padded:
        return True
    return Violation("un texte entouré de blancs ou de fins de ligne", "le texte du code et lui seul", where="Donnees")


def _specialty(seen: Observed[Presented]) -> Outcome:
    value = seen.facts.biller.specialty
    where = "ProfessionnelSante/CodeSpecialiteAMO"
    return bool(_SPECIALTY.fullmatch(value)) or Violation(value or "absent", "deux chiffres", where=where)


def _biller(seen: Observed[Presented]) -> Outcome:
    """Compare the billing number with the structures of whose card signs."""
    caller = seen.also(Authentication)
    if caller is None or not caller.billing_ids:
        return None
    number = seen.facts.biller.billing_id
    expected = " ou ".join(caller.billing_ids)
    where = "ProfessionnelSante/IdentifiantFacturation"
    remedy = f"Envoyez le numéro de la structure du porteur de la carte : {expected}."
    return number in caller.billing_ids or Violation(number or "absent", expected, "", remedy, where)


def _left_open(seen: Observed[Opened]) -> Outcome:
    others = seen.facts.others
    if not others:
        return True
    return Violation(
        f"contexte « {others[0]} » laissé en cours",
        "un contexte détruit quand le patient part",
        "",
        f"Détruisez « {others[0]} » par detruireContexteApCV dès qu'il n'est plus utile.",
        "ContexteApCV/Identifiant",
    )


CONTEXTS = (
    Check(
        id="APCV-DONNEES",
        title="Texte du code transmis tel que lu",
        reads=Presented,
        test=_as_read,
        source="docs/sources/apcv.md#code",
        remedy="Écrivez le texte du code dans Donnees, sans blanc ni fin de ligne autour.",
        confidence="L",
        operations=_NEARBY,
        severity=Severity.WARNING,
    ),
    Check(
        id="APCV-SPECIALITE",
        title="Code de spécialité du professionnel",
        reads=Presented,
        test=_specialty,
        source="docs/sources/apcv.md#professionnel",
        remedy="Envoyez dans CodeSpecialiteAMO les deux chiffres de la spécialité : 50 pour une pharmacie.",
        confidence="L",
        operations=_NEARBY,
        severity=Severity.WARNING,
    ),
    Check(
        id="APCV-FACTURATION",
        title="Identifiant de facturation de la structure du professionnel",
        reads=Presented,
        test=_biller,
        source="docs/sources/apcv.md#professionnel",
        remedy="Envoyez le numéro de facturation de l'officine du porteur de la carte.",
        confidence="L",
        operations=_NEARBY,
        severity=Severity.WARNING,
        explains=frozenset({"apcv_simule_facturation"}),
    ),
    Check(
        id="APCV-DETRUIRE",
        title="Contexte précédent détruit avant d'en ouvrir un autre",
        reads=Opened,
        test=_left_open,
        source="docs/sources/apcv.md#contexte",
        remedy="Détruisez le contexte dès que le patient part.",
        confidence="L",
        operations=_NEARBY,
        severity=Severity.INFO,
    ),
)
