"""Findings on an exchange with the simulated Ordonnance numérique.

Source: specs/requirements.md §2.0 (LGO.ePresc.03, LGO.TBB.05), §2.5 (ePresc/va1.02 = RUM.01), §3.4 (EP-A);
specs/eprescription.md §6 (CIP13), §8. Confidence is that of the requirement; the wire it is read from is simulated.
Knows the facts that handlers note, nothing of bodies.
"""

from __future__ import annotations

from collections import Counter

from eprescription_mock import codes
from eprescription_mock.domain.dispensing import cip13_is_valid
from eprescription_mock.domain.prescribing import number_of_qr, valid_number
from eprescription_mock.domain.values import Refused
from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation

__all__ = ["CHECKS"]

SIMULATED = "contrat simulé, specs/eprescription.md §8"


def _qr_forwarded(observed: Observed) -> Outcome:
    via, token = observed.facts.get("par"), str(observed.facts.get("lu", ""))
    if via == "qr":
        try:
            number_of_qr(token)
        except Refused:
            return Violation(token[:60], f"{codes.QR_PREFIX} suivi du numéro, tel que lu")
        return True
    if via == "numero" and not valid_number(token):
        return Violation(token[:60], "le texte du QR code dans qrToken, ou le seul numéro saisi à la main dans numero")
    return None


def _consulted_first(observed: Observed) -> Outcome:
    state = observed.facts.get("etat")
    if state is None or state in (codes.State.ANNULEE, codes.State.EXPIREE, codes.State.EXECUTEE):
        return None
    if state == codes.State.EN_COURS:
        return observed.facts.get("detenteur") == observed.facts.get("structure") or None
    return Violation(f"exécution à l'état {state}", "une consultation ouverte par cette officine")


def _cip13(observed: Observed) -> Outcome:
    sent = [d["cip13"] for d in observed.facts.get("dispensations", ()) if not d["refus"] and not d["dispositif"]]
    wrong = [cip13 for cip13 in sent if not cip13_is_valid(cip13)]
    if wrong:
        return Violation(
            ", ".join(cip13[:20] or "absent" for cip13 in wrong), "un CIP13 dont la clé de contrôle est juste"
        )
    return True if sent else None


def _quantity(observed: Observed) -> Outcome:
    sent = observed.facts.get("dispensations", ())
    asked: Counter[str] = Counter()
    for dispense in sent:
        asked[dispense["ligne"]] += dispense["quantite"]
    for dispense in sent:
        line, remaining = dispense["ligne"], dispense["reste"]
        if remaining is not None and not dispense["refus"] and not 0 < asked[line] <= remaining:
            return Violation(f"ligne {line} : {asked[line]} boîtes", f"de 1 à {remaining} boîtes")
    return True if any(not dispense["refus"] for dispense in sent) else None


def _coherent_performer(observed: Observed) -> Outcome:
    named = observed.facts.get("executants", ())
    own = {str(observed.facts.get("professionnel", "")), str(observed.facts.get("structure", ""))}
    own |= {number[1:] for number in own if number}
    foreign = [number for number in named if number not in own]
    if foreign:
        return Violation(", ".join(foreign)[:120], "le professionnel du jeton ou la structure de X-Structure")
    return True if named else None


def _motive(observed: Observed) -> Outcome:
    motive = observed.facts.get("motif")
    if motive is None:
        return None
    return motive in codes.ABANDON_MOTIVES or Violation(motive[:60] or "absent", ", ".join(codes.ABANDON_MOTIVES))


def _known_patient(observed: Observed) -> Outcome:
    if "patient_connu" not in observed.facts or observed.facts["patient_connu"]:
        return None
    return Violation(
        str(observed.facts.get("matricule", ""))[:20],
        "le matricule d'un patient du bac à sable",
        "Ce matricule bien formé n'est celui d'aucun patient fictif du bac à sable : n'utilisez pas d'identité réelle.",
    )


CHECKS = (
    Check(
        "EPRESC-QR",
        "Le QR code lu est transmis tel quel à la consultation",
        _qr_forwarded,
        ("LGO.ePresc.03",),
        f"requirements §2.5 ; {SIMULATED}",
        "Envoyez le texte du QR code, sans le transformer, dans le paramètre qrToken de $consulter.",
        operations=frozenset({codes.CONSULT}),
    ),
    Check(
        "EPRESC-CONSULTATION",
        "L'ordonnance est consultée avant d'être exécutée",
        _consulted_first,
        ("LGO.ePresc.03",),
        f"requirements §3.4 EP-A (étapes déduites) ; {SIMULATED}",
        "Consultez l'ordonnance et exécutez-la avec le secret reçu, avant la fin du délai de consultation.",
        confidence="M",
        operations=frozenset({codes.EXECUTE}),
    ),
    Check(
        "EPRESC-CIP13",
        "Chaque ligne délivrée est identifiée par un CIP13 exact",
        _cip13,
        ("RUM.01",),
        f"eprescription §6 ; {SIMULATED}",
        "Prenez le CIP13 de la base de médicaments ou du code lu sur la boîte, avec sa clé de contrôle.",
        confidence="M",
        operations=frozenset({codes.EXECUTE}),
    ),
    Check(
        "EPRESC-QUANTITE",
        "La quantité délivrée ne dépasse pas ce qui reste",
        _quantity,
        (),
        f"requirements §3.4 EP-A ; {SIMULATED}",
        "Limitez la délivrance au reste à délivrer que donne la consultation (extension reste-a-delivrer).",
        confidence="M",
        operations=frozenset({codes.EXECUTE}),
    ),
    Check(
        "EPRESC-EXECUTANT",
        "L'exécutant déclaré est celui du jeton et de la structure",
        _coherent_performer,
        ("LGO.TBB.05",),
        f"requirements §2.0 (décompte par officine et RPPS) ; {SIMULATED}",
        "Mettez dans MedicationDispense.performer le PS_IdNat du porteur du jeton ou le numéro de sa structure.",
        confidence="M",
        operations=frozenset({codes.EXECUTE}),
    ),
    Check(
        "EPRESC-ABANDON",
        "Une consultation sans délivrance est abandonnée avec son motif",
        _motive,
        ("LGO.TBB.05",),
        f"requirements §2.0 ; {SIMULATED}",
        "Donnez à $abandonner l'un des motifs, papier-different quand le papier diffère.",
        confidence="M",
        operations=frozenset({codes.ABANDON}),
    ),
    Check(
        "EPRESC-PATIENT",
        "Le patient est l'un des patients fictifs",
        _known_patient,
        (),
        "règle du bac à sable",
        "Prenez un patient de la liste /_sandbox/v1/people.",
        operations=frozenset({codes.CREATE}),
        severity=Severity.WARNING,
    ),
)
