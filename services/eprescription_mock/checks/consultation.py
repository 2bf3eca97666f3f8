"""What a consultation and its end must be: the code sent as it was read, a motive when nothing is delivered.

Source: docs/sources/eprescription.md#qr, #abandon. Knows facts and codes.
"""

from __future__ import annotations

import re

from eprescription_mock import codes
from eprescription_mock.domain.prescribing import number_of_qr, qr_text
from eprescription_mock.domain.reading_code import told
from eprescription_mock.domain.values import Refused
from eprescription_mock.facts import Abandonment, Consultation, Means
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from lgo_sandbox.watch.wording import visible

__all__ = ["CONSULTATION"]

SIMULATED_NUMBER = re.compile(rf"{codes.NUMBER_PREFIX}[0-9A-Z]{{{codes.NUMBER_LENGTH - len(codes.NUMBER_PREFIX)}}}")


def _qr_forwarded(seen: Observed[Consultation]) -> Outcome:
    asked = seen.facts
    if asked.means is Means.QR:
        return _is_qr(asked.text) or _altered(asked.text, "Parameters.parameter.qrToken")
    if codes.QR_PREFIX in asked.text.upper():
        return _altered(
            asked.text, "Parameters.parameter.numero", "Mettez ce texte dans qrToken : il vient du QR code."
        )
    return None


def _is_qr(text: str) -> bool:
    try:
        return bool(number_of_qr(text))
    except Refused:
        return False


def _altered(text: str, where: str, remedy: str = "") -> Violation:
    number = SIMULATED_NUMBER.search(text.upper())
    what, way_out = told(text)
    expected = (
        f"« {qr_text(number.group())} », tel que lu" if number else f"{codes.QR_PREFIX} suivi du numéro, tel que lu"
    )
    return Violation(f"« {visible(text)[:80]} » : {what}", expected, where=where, remedy=remedy or way_out)


def _motive(seen: Observed[Abandonment]) -> Outcome:
    motive = seen.facts.motive
    known = ", ".join(codes.ABANDON_MOTIVES)
    return motive in codes.ABANDON_MOTIVES or Violation(
        motive[:60] or "absent", known, where="Parameters.parameter.motif"
    )


CONSULTATION = (
    Check(
        id="EPRESC-QR",
        title="Le QR code lu est transmis tel quel à la consultation",
        reads=Consultation,
        test=_qr_forwarded,
        requirements=("LGO.ePresc.03",),
        source="docs/sources/eprescription.md#qr",
        remedy="Envoyez le texte du QR code, sans le transformer, dans le paramètre qrToken de $ep3-consulter.",
        operations=frozenset({codes.CONSULT}),
        explains=frozenset({"qr-illisible", "numero-mal-forme"}),
    ),
    Check(
        id="EPRESC-ABANDON",
        title="Une consultation sans délivrance est abandonnée avec son motif",
        reads=Abandonment,
        test=_motive,
        requirements=("LGO.TBB.05",),
        source="docs/sources/eprescription.md#abandon",
        remedy="Donnez à $abandonner l'un des motifs, papier-different quand le papier diffère.",
        confidence="M",
        operations=frozenset({codes.ABANDON}),
        explains=frozenset({"motif-inconnu"}),
    ),
)
