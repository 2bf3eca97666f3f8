"""What the documents that are fed show of how they were made: type and format, level, what their PDF says.

Source: docs/sources/requirements.md#doc-vaccination, #cda-source-unique, #doc-rgpd, #doc-ins. Annex 4 of the DSR, which
has types and formats, is not public: the formats here are those of the published value sets for what a pharmacy writes.
"""

from __future__ import annotations

from typing import Any

from dmp_mock.checks.gestures.feeding import N1_TYPES
from dmp_mock.codes.documents import FORMATS_OF, PRESCRIPTION, VACCINATION_NOTE
from dmp_mock.codes.names import FEEDS
from dmp_mock.facts import LotFed, LotPrinted, Printed
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["PRODUCED_CHECKS"]

_SINGLE = "docs/sources/requirements.md#cda-source-unique"


def format_of_type(seen: Observed[LotFed]) -> Outcome:
    """What a pharmacy writes has the format, and the level, of its type."""
    concerned = [one for one in seen.facts.documents if one.type in FORMATS_OF]
    for one in concerned:
        formats = FORMATS_OF[one.type]
        if one.format not in formats:
            received, expected = f"formatCode {one.format[:60] or 'absent'}", " ou ".join(formats)
        elif one.type not in N1_TYPES and one.level != formats[one.format]:
            received = f"formatCode {one.format} pour un CDA de niveau {one.level or 'inconnu'}"
            expected = f"un CDA {formats[one.format]}"
        else:
            continue
        return Violation(f"typeCode {one.type}, {received}", expected, where=f"document {one.unique_id[:60]}")
    return (bool(concerned) and seen.facts.taken) or None


def note(seen: Observed[LotFed]) -> Outcome:
    """A vaccination note is there at level 3, and breaks no rule; a level 1 copy may be beside it."""
    notes = [one for one in seen.facts.documents if one.type == VACCINATION_NOTE]
    if not notes or not seen.facts.taken:
        return None
    structured = {one.unique_id for one in notes if one.level == "N3"}
    if not structured:
        received = f"{notes[0].unique_id[:60]} de niveau {notes[0].level or 'inconnu'}"
        return Violation(received, "une note de vaccination en CDA R2 N3", where="document versé")
    broken = {one.unique_id for one in seen.facts.problems.value}
    return (structured <= set(seen.facts.looked) and not structured & broken) or None


def same_data(seen: Observed[LotPrinted]) -> Outcome:
    """The PDF says what the CDA around it says."""
    read = _read(seen)
    unlike = next((one for one in read if one.unlike), None)
    if unlike is None:
        return bool(read) or None
    received = " ; ".join(f"{one.received} : {one.expected}" for one in unlike.unlike)
    return Violation(received[:300], "les données de l'en-tête et du corps du CDA", where=_pdf_of(unlike))


def notice(seen: Observed[LotPrinted]) -> Outcome:
    """What a pharmacy prints has a notice on personal data."""
    read = [one for one in _read(seen) if one.type in N1_TYPES]
    bare = next((one for one in read if not one.notice), None)
    if bare is None:
        return bool(read) or None
    received = "aucune mention du RGPD ni des données personnelles dans le texte du PDF"
    return Violation(received, "une mention RGPD en bas de page", where=_pdf_of(bare))


def prescription(seen: Observed[LotPrinted]) -> Outcome:
    """The PDF of a prescription has the INS of its header; no datamatrix is asked of it."""
    read = [one for one in _read(seen) if one.type == PRESCRIPTION]
    bare = next((one for one in read if not one.ins), None)
    if bare is None:
        return bool(read) or None
    return Violation("aucun matricule INS dans le texte du PDF", "celui de l'en-tête du CDA", where=_pdf_of(bare))


def _read(seen: Observed[LotPrinted]) -> list[Printed]:
    """Return the documents of a lot that was taken whose PDF has a text."""
    fed = seen.also(LotFed)
    if fed is None or not fed.taken:
        return []
    return [one for one in seen.facts.documents.value if one.readable]


def _pdf_of(one: Printed) -> str:
    return f"PDF du document {one.unique_id[:60]}"


PRODUCED_CHECKS: tuple[Check[Any], ...] = (
    Check(
        id="DMP-TYPE-FORMAT",
        title="Format qui n'est pas celui du type de document",
        reads=LotFed,
        test=format_of_type,
        requirements=("CDA/DD.08",),
        source=_SINGLE,
        remedy="Mettez le formatCode du modèle que suit le document, et produisez-le au niveau de ce modèle.",
        confidence="M",
        severity=Severity.WARNING,
        operations=FEEDS,
    ),
    Check(
        id="DMP-NOTE-N3",
        title="Note de vaccination sans CDA R2 N3 (EX_2.1-2000)",
        reads=LotFed,
        test=note,
        requirements=("LGO.DOC.06", "VACC/NOTE.01"),
        source="docs/sources/requirements.md#doc-vaccination",
        remedy="Produisez la note au modèle VAC, en CDA R2 N3 ; une copie N1 peut l'accompagner.",
        operations=FEEDS,
    ),
    Check(
        id="DMP-PDF-DATA",
        title="PDF qui ne dit pas ce que dit le CDA",
        reads=LotPrinted,
        test=same_data,
        requirements=("CDA/DD.02", "CDA/DD.12"),
        source="docs/sources/documents.md#pdf-memes-donnees",
        remedy="Faites naître le PDF et le CDA des mêmes données.",
        confidence="M",
        severity=Severity.WARNING,
        operations=FEEDS,
    ),
    Check(
        id="DMP-PDF-NOTICE",
        title="PDF sans mention RGPD",
        reads=LotPrinted,
        test=notice,
        requirements=("SC.DOC/va1.03",),
        source="docs/sources/requirements.md#doc-rgpd",
        remedy="Imprimez en bas de page la mention RGPD que l'officine a réglée.",
        confidence="M",
        severity=Severity.WARNING,
        operations=FEEDS,
    ),
    Check(
        id="DMP-PDF-INS",
        title="Prescription dont le PDF ne porte pas l'INS",
        reads=LotPrinted,
        test=prescription,
        requirements=("DOC/va1.10",),
        source="docs/sources/requirements.md#doc-ins",
        remedy="Imprimez le matricule INS qualifié sur l'ordonnance.",
        confidence="M",
        severity=Severity.WARNING,
        operations=FEEDS,
    ),
)
